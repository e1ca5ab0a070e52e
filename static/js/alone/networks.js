import { pause } from "../asking.js";
import { whenIdle } from "../idle.js";
import { loadReader } from "../reader/reader.js";

const WORKER = new URL("../reader/start_worker.js", import.meta.url).href;
// Weights that could not be had are asked for again after this time, in ms:
const RETRY = 30_000; // where the server reads, or another network is here
const RETRY_WITHOUT = 2000; // where nothing reads
// Another version may be served by now: weights that are here are asked about after this time, in ms.
const RENEWAL = 60_000;
const PATIENCE = 30_000; // ms for weights to come
// A drawing waits so long, in ms, for weights that are under way:
const LONGEST = 300; // where another network is here
const LONGEST_WITHOUT = 4000; // where nothing reads
const NOT_MODIFIED = 304;

/**
 * The networks that this browser can read with. Their weights are fetched beforehand, when there is
 * nothing better to do: they must be here when the server is not. While it answers, those of another
 * version take their place.
 */
export class Networks {
  #load;
  #ready = new Map(); // by model: what reads
  #coming = new Map(); // by model: the promise of that
  #tried = new Map(); // by model: when that was last begun

  /** @param load promises a reader, as `loadReader` does */
  constructor(load = loadReader) {
    this.#load = load;
  }

  /**
   * Fetches a model's weights as soon as the browser is idle, unless its user saves data; those that
   * are here for a while, only if the server has others.
   */
  prepare(model) {
    if (!this.#isDue(model, this.#ready.has(model) ? RENEWAL : RETRY)) return;
    this.#tried.set(model, performance.now());
    whenIdle(() => this.#fetch(model));
  }

  /**
   * Promises what reads with the first of these models whose weights are here, or soon will be;
   * null if there is none.
   */
  async open(models) {
    if (this.#ready.has(models[0])) return this.#ready.get(models[0]);
    const find = () => models.find((model) => this.#ready.has(model)) ?? null;
    const [retry, longest] = find() ? [RETRY, LONGEST] : [RETRY_WITHOUT, LONGEST_WITHOUT];
    const coming = models
      .filter((model) => !this.#ready.has(model))
      .filter((model) => this.#coming.has(model) || this.#isDue(model, retry))
      .map((model) => this.#fetch(model));
    await Promise.race([Promise.all(coming), pause(longest)]);
    return this.#ready.get(find()) ?? null;
  }

  #isDue(model, retry) {
    const since = performance.now() - (this.#tried.get(model) ?? -Infinity);
    return since >= retry && !savesData();
  }

  /** Promises that the model is up to date, or cannot be had now; asks once for all who want it. */
  #fetch(model) {
    if (!this.#coming.has(model)) this.#coming.set(model, this.#ask(model));
    return this.#coming.get(model);
  }

  async #ask(model) {
    this.#tried.set(model, performance.now());
    // Whole: in a worker, a relative address would be one beside the worker's script.
    const address = `api/models/${encodeURIComponent(model)}/browser-weights`;
    const url = new URL(address, document.baseURI).href;
    const former = this.#ready.get(model); // without a version, nobody can tell whether it is served
    try {
      if (former && (!former.version || (await isServed(url, former.version)))) return;
      this.#ready.set(model, await this.#loadInTime(url));
      former?.close();
    } catch {
      // Asked for again later; until then the former reads, or whoever wants to hears of none.
    } finally {
      this.#coming.delete(model);
    }
  }

  /** Promises a reader; one that comes too late is ended, since it will be asked for again. */
  async #loadInTime(url) {
    const loading = this.#load(url, { workerUrl: WORKER });
    try {
      return await endAfter(PATIENCE, loading);
    } catch (error) {
      loading.then((reader) => reader.close()).catch(() => {});
      throw error;
    }
  }
}

/**
 * Promises whether the server's weights are of this version; it says so without sending them. Where a
 * proxy gave the version another name, such as Apache's "…-gzip", the server does not know that one.
 */
async function isServed(url, version) {
  const asked = fetch(url, { method: "HEAD", headers: { "If-None-Match": version } });
  const { status, ok, headers } = await endAfter(PATIENCE, asked);
  if (status !== NOT_MODIFIED && !ok) throw new Error(`the weights cannot be had: ${status}`);
  return status === NOT_MODIFIED || headers.get("ETag") === version;
}

/** Promises what another promise does, or a failure after some time in ms: a server may hang. */
function endAfter(time, promised) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("the weights do not come")), time);
  });
  return Promise.race([promised, late]).finally(() => clearTimeout(timer));
}

function savesData() {
  return navigator.connection?.saveData === true;
}
