const PATIENCE = 800; // ms without an answer after which this browser reads, too
const SEVERAL = "Several digits need the server. Your drawing is kept and will be sent again.";

/**
 * Who reads: the server, and this browser where the server does not answer in time. The server is
 * asked on, and reads alone again as soon as it answers in time. The newest drawing wins: from
 * either of them, no older answer paints over a newer one, and of one drawing the server's counts.
 *
 * Emits `answer`, `refusal` and `gone` as Client does, and `unreachable` (detail: the reason, in
 * words) where neither can read.
 */
export class Readers extends EventTarget {
  #server;
  #own;
  #drawn = 0; // the number of the newest drawing
  #shown = 0; // of the one that was answered last
  #isAlone = false; // the server has not answered in time
  #trouble = ""; // why the server does not answer, in words; none while it does
  #timer = null;

  /** @param server a Client @param own an OwnReader */
  constructor(server, own) {
    super();
    this.#server = server;
    this.#own = own;
    for (const type of ["answer", "refusal", "gone"]) {
      server.addEventListener(type, ({ detail }) => this.#hearServer(type, detail));
    }
    server.addEventListener("unreachable", ({ detail }) => this.#goAlone(detail));
    own.addEventListener("answer", ({ detail }) => this.#hearOwn(detail));
    own.addEventListener("several", () => this.#complain(SEVERAL));
    own.addEventListener("unread", () => this.#complain(this.#trouble));
  }

  /** Whether a newer drawing than the last answered one waits for its answer. */
  get isBehind() {
    return this.#shown < this.#drawn;
  }

  /** @param isUrgent as Asking takes it */
  ask({ isUrgent = false } = {}) {
    this.#drawn += 1;
    this.#server.ask({ isUrgent, number: this.#drawn });
    if (this.#isAlone) this.#read(isUrgent);
    else this.#wait();
  }

  forget() {
    this.#shown = this.#drawn;
    this.#server.forget();
    this.#own.forget();
    this.#endWait();
  }

  #read(isUrgent) {
    this.#own.ask({ isUrgent, number: this.#drawn });
  }

  #hearServer(type, detail) {
    this.#trouble = "";
    this.#isAlone = this.#server.waited > PATIENCE;
    this.#own.prepare();
    this.#endWait();
    const number = this.#server.answered;
    if (number >= this.#shown) this.#tell(number, type, detail);
    if (this.isBehind && !this.#isAlone) this.#wait();
  }

  #hearOwn(detail) {
    const number = this.#own.answered;
    if (number > this.#shown) this.#tell(number, "answer", detail);
  }

  #tell(number, type, detail) {
    this.#shown = number;
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** Of a server that is only slow nothing is said: its answer may still come. */
  #complain(words) {
    if (!this.#trouble || !this.isBehind) return;
    this.dispatchEvent(new CustomEvent("unreachable", { detail: words }));
  }

  /** @param trouble why, as far as it is known */
  #goAlone(trouble = this.#trouble) {
    this.#endWait();
    this.#trouble = trouble;
    this.#isAlone = true;
    if (this.isBehind) this.#read(true);
  }

  #wait() {
    this.#timer ??= setTimeout(() => this.#goAlone(), PATIENCE);
  }

  #endWait() {
    clearTimeout(this.#timer);
    this.#timer = null;
  }
}
