const ADDRESS = "api/runs";

/** The training runs on the server: every method promises, or throws a Refusal. */
export class Runs {
  #server;

  constructor(server) {
    this.#server = server;
  }

  /** Promises { runs: newest first, running: the id of the one that trains, or null }. */
  async list() {
    return (await this.#server.ask("GET", ADDRESS)).json();
  }

  /**
   * A run with what happened in it from the event `since` on.
   * @param probe the number of the drawing that is known already; it is not sent again
   */
  async find(id, since, probe) {
    const query = new URLSearchParams({ since, ...(probe === null ? {} : { probe }) });
    return (await this.#server.ask("GET", `${locate(id)}?${query}`)).json();
  }

  /** Starts one. @param question { model, recipe: what differs from its own, data } */
  async start(question) {
    return (await this.#server.ask("POST", ADDRESS, question)).json();
  }

  /** @param word pause, continue, stop or resume */
  async tell(id, word) {
    await this.#server.ask("POST", `${locate(id)}/${word}`, {});
  }

  /** @param rest seconds to rest after each point */
  async setPace(id, rest) {
    await this.#server.ask("PUT", `${locate(id)}/pace`, { rest });
  }

  /** Gives the drawing that the network reads as it learns; promises { id, seen }. */
  async setProbe(id, drawing) {
    return (await this.#server.ask("PUT", `${locate(id)}/probe`, drawing)).json();
  }

  async remove(id) {
    await this.#server.ask("DELETE", locate(id));
  }
}

/** The address of one of a run's pictures. */
export function locatePicture(id, name) {
  return `${locate(id)}/pictures/${encodeURIComponent(name)}`;
}

function locate(id) {
  return `${ADDRESS}/${encodeURIComponent(id)}`;
}
