import { Pace } from "./pace.js";

/**
 * Asks one question at a time: what is drawn while it waits is asked about next, together, so the
 * newest drawing always gets its answer. What belongs to a drawing that has been forgotten is
 * dropped.
 *
 * A subclass says how a question is sent: `send` promises an outcome. Its `type` becomes an event
 * with its `detail`; without a type nobody is told. After one with `isAgain` it asks again by itself,
 * no sooner than `retryAfter` says, in ms.
 */
export class Asking extends EventTarget {
  #pace;
  #isWanted = false;
  #isUrgent = false;
  #isBusy = false;
  #rest = null; // between two questions: when it may end, at the earliest, and what ends it
  #subject = 0; // changes when a drawing is forgotten
  #number = 0; // of the newest drawing
  #answered = 0; // of the one that the last outcome is about
  #waited = 0; // ms for that outcome

  /** @param pause and @param retries as Pace takes them */
  constructor(pause, retries) {
    super();
    this.#pace = new Pace(pause, retries);
  }

  /** Whether a newer drawing than the last answered one is still waiting to be sent. */
  get isBehind() {
    return this.#isWanted;
  }

  /** The number of the drawing that the last outcome is about. */
  get answered() {
    return this.#answered;
  }

  /** How long that outcome took, in ms. */
  get waited() {
    return this.#waited;
  }

  /**
   * @param isUrgent whether to go without the pause, or as soon as a server in trouble allows
   * @param number of the drawing as it is now, for `answered`
   */
  ask({ isUrgent = false, number = 0 } = {}) {
    this.#number = number;
    this.#isWanted = true;
    this.#isUrgent ||= isUrgent;
    if (!this.#isBusy) this.#work();
    else if (isUrgent) this.#hurry();
  }

  forget() {
    this.#isWanted = false;
    this.#subject += 1;
  }

  async #work() {
    this.#isBusy = true;
    try {
      while (this.#isWanted) {
        this.#isWanted = false;
        this.#isUrgent = false;
        await this.#askOnce();
        await this.#pause();
      }
    } finally {
      this.#isBusy = false; // whatever is wrong with one question, the next is asked
    }
  }

  async #askOnce() {
    const [subject, number, start] = [this.#subject, this.#number, performance.now()];
    const isForgotten = () => subject !== this.#subject;
    const outcome = await this.send(isForgotten);
    const { type, detail, isAgain = false } = outcome;
    this.#pace.learn(outcome);
    if (isForgotten() || !type) return;
    this.#isWanted ||= isAgain;
    this.#answered = number;
    this.#waited = performance.now() - start;
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  async #pause() {
    const { least, longest } = this.#pace.next();
    const wait = this.#isUrgent ? least : longest;
    if (!wait) return;
    await new Promise((end) => {
      this.#rest = { earliest: performance.now() + least, end };
      setTimeout(end, wait);
    });
    this.#rest = null;
  }

  /** An urgent drawing ends the pause, but a server in trouble is left alone for a while. */
  #hurry() {
    if (!this.#rest) return;
    const { earliest, end } = this.#rest;
    const left = earliest - performance.now();
    if (left > 0) setTimeout(end, left);
    else end();
  }
}

/** A name by which the server knows which questions are one page's: the newest one counts. */
export function makeAsker() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
