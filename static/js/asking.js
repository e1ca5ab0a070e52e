/**
 * Asks one question at a time: what is drawn while it waits is asked about next, together, so the
 * newest drawing always gets its answer. What belongs to a drawing that has been forgotten is
 * dropped.
 *
 * A subclass says how a question is sent: `send` promises an outcome. Its `type` becomes an event
 * with its `detail`; without a type nobody is told. After one with `isAgain` it asks again by itself.
 */
export class Asking extends EventTarget {
  #pause;
  #retries;
  #isWanted = false;
  #isUrgent = false;
  #isBusy = false;
  #endPause = null; // while it pauses between two questions
  #failures = 0;
  #subject = 0; // changes when a drawing is forgotten

  /**
   * @param pause ms between two questions, so that a long stroke does not flood the server
   * @param retries ms before each further try; the last one is repeated
   */
  constructor(pause, retries) {
    super();
    this.#pause = pause;
    this.#retries = retries;
  }

  /** Whether a newer drawing than the last answered one is still waiting to be sent. */
  get isBehind() {
    return this.#isWanted;
  }

  /** @param isUrgent whether to go without the pause */
  ask({ isUrgent = false } = {}) {
    this.#isWanted = true;
    this.#isUrgent ||= isUrgent;
    if (!this.#isBusy) this.#work();
    else if (isUrgent) this.#endPause?.();
  }

  forget() {
    this.#isWanted = false;
    this.#subject += 1;
  }

  async #work() {
    this.#isBusy = true;
    while (this.#isWanted) {
      this.#isWanted = false;
      this.#isUrgent = false;
      await this.#askOnce();
      await this.#rest();
    }
    this.#isBusy = false;
  }

  async #askOnce() {
    const subject = this.#subject;
    const isForgotten = () => subject !== this.#subject;
    const { type, detail, isAgain = false } = await this.send(isForgotten);
    this.#failures = isAgain ? this.#failures + 1 : 0;
    if (isForgotten() || !type) return;
    this.#isWanted ||= isAgain;
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** Urgent or not, a server that does not answer is left alone for a while. */
  async #rest() {
    if (this.#failures) {
      return pause(this.#retries[Math.min(this.#failures, this.#retries.length) - 1]);
    }
    if (this.#isUrgent) return;
    await new Promise((resolve) => {
      this.#endPause = resolve;
      setTimeout(resolve, this.#pause);
    });
    this.#endPause = null;
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
