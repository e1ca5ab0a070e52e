import { Deadline } from "./deadline.js";

const TIMEOUT = 20_000; // ms; the first drawing of all waits for the database to be made
const LONG = 120_000; // ms, for a ZIP on its way
const UNREACHABLE = "The server cannot be reached.";
const ADDRESS = "api/drawings";

/** The server, or the way to it, refused: the message says why, in words. */
export class Refusal extends Error {
  constructor(words, status = 0) {
    super(words);
    this.status = status;
  }
}

/** The confirmed drawings on the server: every method promises, or throws a Refusal. */
export class Drawings {
  #token;

  constructor(token) {
    this.#token = token;
  }

  /** Stores a drawing; the same one again gets the new label. */
  async keep({ label, ...drawing }) {
    return (await this.#ask("POST", ADDRESS, { ...drawing, label })).json();
  }

  /** A page of drawings, newest first. @param query label, page and hands, as the API has them */
  async list(query) {
    return (await this.#ask("GET", `${ADDRESS}?${new URLSearchParams(query)}`)).json();
  }

  async remove(id) {
    await this.#ask("DELETE", `${ADDRESS}/${encodeURIComponent(id)}`);
  }

  async removeAll() {
    await this.#ask("DELETE", ADDRESS);
  }

  /** Brings back what removeAll took; promises how many. */
  async restore() {
    return (await (await this.#ask("POST", `${ADDRESS}/restore`, {})).json()).restored;
  }

  /** Promises the ZIP as a Blob. */
  async download(query) {
    const address = `${ADDRESS}/export?${new URLSearchParams(query)}`;
    return (await this.#ask("GET", address, null, LONG)).blob();
  }

  /** Adds a ZIP's drawings; promises { added, known }. */
  async load(file) {
    return (await this.#ask("POST", `${ADDRESS}/import`, file, LONG)).json();
  }

  /** From now on, somebody else draws in this browser. */
  async beginHand() {
    await this.#ask("POST", "api/hands", {});
  }

  async #ask(method, address, body = null, timeout = TIMEOUT) {
    const deadline = new Deadline(timeout);
    const options = { method, headers: { ...this.#token.headers }, signal: deadline.signal };
    try {
      const response = await fetch(address, Object.assign(options, pack(body, options.headers)));
      if (!response.ok) throw await this.#refuse(response);
      return response;
    } catch (error) {
      throw error instanceof Refusal ? error : new Refusal(UNREACHABLE);
    } finally {
      deadline.cancel();
    }
  }

  async #refuse(response) {
    const problem = await response.json().catch(() => null); // a proxy may refuse in HTML
    if (problem?.wrong_token) this.#token.forget();
    const words = problem?.detail ?? `The server answered with error ${response.status}.`;
    return new Refusal(words, response.status);
  }
}

/** The body of a request with its headers: JSON, or a ZIP as it is. */
function pack(body, headers) {
  if (body === null) return {};
  if (body instanceof Blob) {
    return { body, headers: { ...headers, "Content-Type": "application/zip", "X-Board": "1" } };
  }
  const type = { "Content-Type": "application/json" };
  return { body: JSON.stringify(body), headers: { ...headers, ...type } };
}
