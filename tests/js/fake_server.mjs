/** A server that answers when the test says so; it stands in for `fetch`. */
export class FakeServer {
  requests = [];

  constructor() {
    globalThis.fetch = (address, options) =>
      new Promise((resolve, reject) => {
        options.signal.addEventListener("abort", () => reject(options.signal.reason));
        this.requests.push({ address, options, resolve, reject });
      });
  }

  /** What the page sent with each request so far. */
  get questions() {
    return this.requests.map(({ options }) => JSON.parse(options.body));
  }

  async answer(reading) {
    await this.respond(JSON.stringify(reading), { status: 200 });
  }

  /** Answers the newest request with any text and status. */
  async respond(body, options) {
    this.requests.at(-1).resolve(new Response(body, options));
    await settle();
  }

  /** Fails the newest request as a network does. */
  async fail() {
    this.requests.at(-1).reject(new TypeError("fetch failed"));
    await settle();
  }
}

/** Lets everything happen that waits for no clock. */
export async function settle() {
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
}
