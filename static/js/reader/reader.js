/**
 * Reads drawings in the browser, without a server: ink in, and out comes what `POST /api/predict`
 * answers.
 *
 * A reading takes a slow tablet long enough for its pen to stutter, so a worker does it. Where
 * there is none to be had (an old browser, a strict policy, a script of another origin) the page
 * itself reads.
 */

import { fitInk, isBlank } from "./fit.js";
import { gatherLogits, readLogits } from "./logits.js";
import { Network } from "./network.js";
import { ReadingWorker, WorkerGoneError } from "./reading_worker.js";
import { parseWeights } from "./weights.js";

/**
 * @param weightsUrl the file of weights, absolute or from the page
 * @param workerUrl a module that calls `startWorker(self)`; without one the page itself reads
 * @returns {Promise<{version: string, read: (ink) => Promise<reading>, close: () => void}>}
 *   version is the ETag of the weights, null if they came with none; rejected with an Error in words
 *   if they cannot be had or are damaged
 */
export async function loadReader(weightsUrl, { workerUrl = null } = {}) {
  const url = new URL(weightsUrl, globalThis.location?.href).href;
  return (workerUrl && (await loadThere(url, workerUrl))) || loadHere(url);
}

/** A reader in a worker; null where there is none to be had. */
async function loadThere(url, workerUrl) {
  const worker = new ReadingWorker(workerUrl);
  let here = null; // for a worker that ends on its own
  const readHere = async (ink) => {
    here ??= loadHere(url);
    here.catch(() => {
      here = null; // the weights may be had again later
    });
    return (await here).read(ink);
  };
  try {
    const version = await worker.ask({ load: url });
    return {
      version,
      read: (ink) => worker.ask({ read: ink }).catch(unlessGone(() => readHere(ink))),
      close: () => worker.close(),
    };
  } catch (error) {
    worker.close();
    return unlessGone(() => null)(error);
  }
}

/** What to do about an error: `otherwise` if the worker is gone; any other error is passed on. */
function unlessGone(otherwise) {
  return (error) => {
    if (error instanceof WorkerGoneError) return otherwise();
    throw error;
  };
}

async function loadHere(url) {
  const weights = await fetchWeights(url);
  return {
    version: weights.version,
    read: async (ink) => {
      await new Promise((resume) => setTimeout(resume)); // first what the pen has done meanwhile
      return readNow(weights, ink);
    },
    close: () => {},
  };
}

/** What `parseWeights` makes of the file at an address, and its `version`. */
export async function fetchWeights(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the weights cannot be had: ${url} answers ${response.status}`);
  return {
    ...parseWeights(await response.arrayBuffer()),
    version: response.headers.get("ETag"),
  };
}

/**
 * @param weights what `parseWeights` returned; their network, with its memory, is kept there
 * @param ink { data, width, height } as `takeInk` and `drawInk` return it
 * @returns the reading, with the fields of the API's answer
 */
export function readNow(weights, ink) {
  const blank = { ...BLANK, model: weights.model };
  if (isBlank(ink)) return blank;
  weights.network ??= new Network(weights);
  const seen = fitInk(ink);
  const started = performance.now();
  const logits = gatherLogits(weights.network.answer(seen));
  const milliseconds = Math.round((performance.now() - started) * 1000) / 1000;
  return { ...blank, ...readLogits(logits, weights.calibration), seen: Array.from(seen), milliseconds };
}

const BLANK = {
  status: "blank",
  model: null,
  digit: null,
  probabilities: null,
  seen: null,
  unsure: null,
  no_digit: null,
  milliseconds: null,
  because: null,
};
