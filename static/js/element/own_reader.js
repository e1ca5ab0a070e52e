import { loadReader } from "../reader/reader.js";

const PAUSE = 50; // ms between two readings, so that the pen is never kept waiting
const RETRIES = [1000, 2000, 5000, 15_000]; // ms before the network is loaded again

const readers = new Map(); // by the address of the weights: the boards of a page share one

/**
 * Reads what is drawn in this browser, one drawing at a time, the newest next. The network is
 * loaded with the first question. (Asking, which the app's pages use, is for a server in trouble.)
 *
 * Emits `answer` (detail: the `reading`, null of an empty board, and the `revision` it is of) and
 * `failure` (detail: the error) when the network cannot be loaded; it goes on trying by itself.
 */
export class OwnReader extends EventTarget {
  #takeQuestion;
  #isWanted = false;
  #isBusy = false;
  #failures = 0;
  #last = -1; // the revision that was read last
  #subject = 0; // changes when a drawing is forgotten

  /**
   * @param takeQuestion what to read as it is now: { weights, script, revision, takeInk }, the last
   *   null while there is nothing to read
   */
  constructor(takeQuestion) {
    super();
    this.#takeQuestion = takeQuestion;
  }

  async ask() {
    this.#isWanted = true;
    if (this.#isBusy) return;
    this.#isBusy = true;
    while (this.#isWanted) {
      this.#isWanted = false;
      await this.#read();
      await pause(this.#failures ? RETRIES[Math.min(this.#failures, RETRIES.length) - 1] : PAUSE);
    }
    this.#isBusy = false;
  }

  forget() {
    this.#isWanted = false;
    this.#subject += 1;
  }

  async #read() {
    let subject = this.#subject;
    let weights = null;
    try {
      const { script, ...asked } = this.#takeQuestion();
      weights = asked.weights;
      const reader = await findReader(weights, script);
      subject = this.#subject;
      const { takeInk, revision, ...now } = this.#takeQuestion(); // it may have taken a while to load
      this.#failures = 0;
      if (now.weights !== weights) {
        this.#isWanted = true;
        return;
      }
      if (revision === this.#last) return; // asked for twice in a moment
      const reading = takeInk && (await reader.read(takeInk()));
      if (subject !== this.#subject) return; // what was read is no longer there
      this.#last = revision;
      this.#tell("answer", { reading, revision });
    } catch (error) {
      readers.delete(weights);
      this.#failures += 1;
      if (subject !== this.#subject) return;
      this.#isWanted = true;
      this.#tell("failure", error);
    }
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function findReader(weights, script) {
  if (!readers.has(weights)) readers.set(weights, loadReader(weights, { workerUrl: script }));
  return readers.get(weights);
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
