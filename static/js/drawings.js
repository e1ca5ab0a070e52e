import { Server } from "./server.js";

const LONG = 120_000; // ms, for a ZIP on its way
const ADDRESS = "api/drawings";

/** The confirmed drawings on the server: every method promises, or throws a Refusal. */
export class Drawings {
  #server;

  constructor(token) {
    this.#server = new Server(token);
  }

  /** Stores a drawing; the same one again gets the new label. */
  async keep({ label, ...drawing }) {
    return (await this.#server.ask("POST", ADDRESS, { ...drawing, label })).json();
  }

  /** A page of drawings, newest first. @param query label, page and hands, as the API has them */
  async list(query) {
    return (await this.#server.ask("GET", `${ADDRESS}?${new URLSearchParams(query)}`)).json();
  }

  async remove(id) {
    await this.#server.ask("DELETE", `${ADDRESS}/${encodeURIComponent(id)}`);
  }

  async removeAll() {
    await this.#server.ask("DELETE", ADDRESS);
  }

  /** Brings back what removeAll took; promises how many. */
  async restore() {
    return (await (await this.#server.ask("POST", `${ADDRESS}/restore`, {})).json()).restored;
  }

  /** Promises the ZIP as a Blob. */
  async download(query) {
    const address = `${ADDRESS}/export?${new URLSearchParams(query)}`;
    return (await this.#server.ask("GET", address, null, LONG)).blob();
  }

  /** Adds a ZIP's drawings; promises { added, known }. */
  async load(file) {
    return (await this.#server.ask("POST", `${ADDRESS}/import`, file, LONG)).json();
  }

  /** From now on, somebody else draws in this browser. */
  async beginHand() {
    await this.#server.ask("POST", "api/hands", {});
  }
}
