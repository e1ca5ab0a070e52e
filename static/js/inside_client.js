import { makeAsker, pause } from "./asking.js";
import { isGatewayError } from "./server.js";

const PAUSE = 60; // ms between two questions
const WHILE_DRAWING = 200; // ms between them while the pen is down
const RETRIES = [500, 1000, 2000, 4000]; // ms before each further try; the last one is repeated
const PASSING = [0, 409, 429]; // nobody answers, or another explanation is under way

/**
 * Asks what the network makes of the drawing: one question at a time. What changes while it waits
 * is asked about next, together, so the newest drawing always gets its answer. Answers to what has
 * been forgotten are dropped.
 *
 * Emits `answer` (detail: what the server said), `refusal` (detail: why not, in words) and
 * `trouble` (no answer; it goes on trying).
 */
export class InsideClient extends EventTarget {
  #server;
  #takeQuestion;
  #asker = makeAsker();
  #wanted = null; // the methods to ask for next
  #isBusy = false;
  #failures = 0;
  #subject = 0; // changes when what was asked is forgotten

  /** @param takeQuestion promises the body of a question for these methods, or null for none */
  constructor(server, takeQuestion) {
    super();
    this.#server = server;
    this.#takeQuestion = takeQuestion;
  }

  ask(...methods) {
    this.#wanted = [...new Set([...(this.#wanted ?? []), ...methods])];
    if (!this.#isBusy) this.#work();
  }

  forget() {
    this.#wanted = null;
    this.#subject += 1;
  }

  async #work() {
    this.#isBusy = true;
    while (this.#wanted) {
      const methods = this.#wanted;
      this.#wanted = null;
      const isDrawing = await this.#askOnce(methods);
      await pause(this.#failures ? this.#rest : isDrawing ? WHILE_DRAWING : PAUSE);
    }
    this.#isBusy = false;
  }

  get #rest() {
    return RETRIES[Math.min(this.#failures, RETRIES.length) - 1];
  }

  /** Promises whether the pen was down. */
  async #askOnce(methods) {
    const subject = this.#subject;
    const question = await this.#takeQuestion(methods);
    if (!question || subject !== this.#subject) return false;
    const { isDrawing, ...drawn } = question;
    const body = { asker: this.#asker, ...drawn };
    try {
      const response = await this.#server.ask("POST", "api/explain", body);
      const answer = await response.json();
      this.#failures = 0;
      if (subject === this.#subject) this.#emit("answer", answer);
    } catch (error) {
      if (subject === this.#subject) this.#fail(error, methods);
    }
    return isDrawing;
  }

  #fail(error, methods) {
    const { status = 0 } = error;
    const isPassing = PASSING.includes(status) || isGatewayError(status);
    this.#failures = isPassing ? this.#failures + 1 : 0;
    if (!isPassing) return this.#emit("refusal", error.message);
    this.#wanted = [...new Set([...methods, ...(this.#wanted ?? [])])];
    if (status !== 409) this.#emit("trouble", error.message);
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
