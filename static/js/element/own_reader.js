import { Asking } from "../asking.js";
import { loadReader } from "../reader/reader.js";

const PAUSE = 70; // ms between readings while the pen writes
const RETRIES = [1000, 2000, 5000, 15_000]; // ms before the network is loaded again

const readers = new Map(); // by the address of the weights: the boards of a page share one

/**
 * Reads what is drawn in this browser, the newest drawing next. The network is loaded with the
 * first question.
 *
 * Emits `answer` (detail: the reading, and the `revision` of the drawing that it is of) and
 * `failure` (detail: the error) when the network cannot be loaded; it goes on trying by itself.
 */
export class OwnReader extends Asking {
  #takeQuestion;

  /** @param takeQuestion what to read as it is now: { weights, script, revision, ink: () => ink } */
  constructor(takeQuestion) {
    super(PAUSE, RETRIES);
    this.#takeQuestion = takeQuestion;
  }

  async send() {
    const { weights, script } = this.#takeQuestion();
    try {
      const reader = await findReader(weights, script);
      const { ink, revision } = this.#takeQuestion(); // now: it may have taken a while to load
      if (!ink) return {};
      return { type: "answer", detail: { reading: await reader.read(ink()), revision } };
    } catch (error) {
      readers.delete(weights);
      return { type: "failure", detail: error, isAgain: true };
    }
  }
}

function findReader(weights, script) {
  if (!readers.has(weights)) readers.set(weights, loadReader(weights, { workerUrl: script }));
  return readers.get(weights);
}
