/** Aborts its signal after a time. `AbortSignal.timeout` is too new for Safari 15 and Chrome 90. */
export class Deadline {
  #controller = new AbortController();
  #timer;

  constructor(milliseconds) {
    this.#timer = setTimeout(() => this.#controller.abort(), milliseconds);
  }

  get signal() {
    return this.#controller.signal;
  }

  /** What it was set for is done in time. */
  cancel() {
    clearTimeout(this.#timer);
  }
}
