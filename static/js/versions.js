const ADDRESS = "api/versions";
const LONG = 120_000; // ms, for a ZIP on its way

/** The versions of the networks on the server: every method promises, or throws a Refusal. */
export class Versions {
  #server;

  constructor(server) {
    this.#server = server;
  }

  /** A model's versions, the newest first. */
  async list(model) {
    const response = await this.#server.ask("GET", `${ADDRESS}?${new URLSearchParams({ model })}`);
    const { versions } = await response.json();
    return versions.sort((one, other) => other.version - one.version);
  }

  /** From now on, this version reads what is drawn. */
  async serve(model, version) {
    await this.#server.ask("PUT", `${ADDRESS}/${encodeURIComponent(model)}`, { version });
  }

  /** Promises the ZIP as a Blob. */
  async download(model, version) {
    const address = `${ADDRESS}/${encodeURIComponent(model)}/${version}/export`;
    return (await this.#server.ask("GET", address, null, LONG)).blob();
  }

  /** Adds the version in a ZIP; promises its entry. */
  async load(file) {
    return (await this.#server.ask("POST", `${ADDRESS}/import`, file, LONG)).json();
  }
}
