import { loadReader } from "../reader/reader.js";

const PAUSE = 50; // ms between two readings, so that the pen is never kept waiting
const RETRIES = [1000, 2000, 5000, 15_000]; // ms before the network is loaded again

const networks = new Map(); // by the address of the weights: the boards of a page share one

/**
 * Reads what is drawn in this browser, one drawing at a time, the newest next, with one network. It
 * is loaded with the first question; when it cannot be, the reader goes on trying by itself.
 * (Asking, which the app's pages use, is for a server in trouble.)
 */
export class OwnReader {
  #takeQuestion;
  #receive;
  #fail;
  #network = null; // { reader, boards }: the promise of what reads, and how many share it
  #reading = null; // the promise that it is done
  #isClosed = false;
  #isWanted = false;
  #isBusy = false;
  #failures = 0;
  #last = -1; // the revision that was read last
  #subject = 0; // changes when a drawing is forgotten

  /**
   * @param takeQuestion what to read as it is now: { weights, script, revision, takeInk }, the last
   *   null while there is nothing to read
   * @param receive is given the `reading`, null of an empty board, and the `revision` it is of
   * @param fail is given the error when the network cannot be loaded
   */
  constructor(takeQuestion, receive, fail) {
    this.#takeQuestion = takeQuestion;
    this.#receive = receive;
    this.#fail = fail;
  }

  async ask() {
    this.#isWanted = true;
    if (this.#isBusy) return;
    this.#isBusy = true;
    while (this.#isWanted) {
      this.#isWanted = false;
      await (this.#reading = this.#read());
      await pause(this.#failures ? RETRIES[Math.min(this.#failures, RETRIES.length) - 1] : PAUSE);
    }
    this.#isBusy = false;
  }

  forget() {
    this.#isWanted = false;
    this.#subject += 1;
  }

  /** For good. Whoever is the last to close it ends its network, too. */
  async close() {
    this.forget();
    this.#isClosed = true;
    await this.#reading; // a worker that ends would leave its question to the page
    if (this.#network && --this.#network.boards === 0) end(this.#network);
  }

  async #read() {
    let subject = this.#subject;
    let asked = null;
    try {
      const { weights, script } = this.#takeQuestion();
      this.#network ??= join(weights);
      this.#network.reader ??= loadReader(weights, { workerUrl: script });
      asked = this.#network.reader;
      const reader = await asked;
      if (this.#isClosed) return;
      subject = this.#subject;
      const { takeInk, revision } = this.#takeQuestion(); // it may have taken a while to load
      this.#failures = 0;
      if (revision === this.#last) return; // asked for twice in a moment
      const reading = takeInk && (await reader.read(takeInk()));
      if (subject !== this.#subject) return; // what was read is no longer there
      this.#last = revision;
      this.#receive(reading, revision);
    } catch (error) {
      if (this.#network?.reader === asked) end(this.#network); // or another board has done so
      this.#failures += 1;
      if (subject !== this.#subject) return;
      this.#isWanted = true;
      this.#fail(error);
    }
  }
}

function join(weights) {
  if (!networks.has(weights)) networks.set(weights, { reader: null, boards: 0 });
  const network = networks.get(weights);
  network.boards += 1;
  return network;
}

/** Ends its worker, if it has one; when it is needed again, it is loaded anew. */
function end(network) {
  network?.reader?.then((reader) => reader.close()).catch(() => {});
  if (network) network.reader = null;
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
