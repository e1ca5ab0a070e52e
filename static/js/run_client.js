import { Run } from "./run.js";

const TICK = 333; // ms between two questions about a run that trains, unless the server says more
const LEAST = 100; // ms of rest, however long the last answer took
const CALM = 2000; // ms between two questions while nothing trains
const LISTING = 5000; // ms after which the list is asked for again while a run trains
const LONGEST = 8000; // ms until an unreachable server is asked again

/**
 * Keeps up with the runs on the server: those that are watched, event by event, and the list of
 * all. It asks about three times a second while one trains, less often where many watch, and not
 * at all while the page is hidden: a server has few threads.
 *
 * Emits `news` when something may have changed, `trouble` (detail: why the server does not answer,
 * in words) and, after that, `fine`.
 */
export class RunClient extends EventTarget {
  #runs;
  #known = new Map(); // id -> Run, in the order of the list
  #watched = new Set();
  #complete = new Set(); // ids of runs that are over and wholly told
  #listedAt = -Infinity;
  #isListed = false;
  #isBusy = false;
  #isHurried = false;
  #failures = 0;
  #pause = TICK;
  #timer = null;

  /** @param runs the server's */
  constructor(runs) {
    super();
    this.#runs = runs;
    document.addEventListener("visibilitychange", () => this.hurry());
  }

  /** All runs, the newest first. */
  get all() {
    return [...this.#known.values()];
  }

  /** Whether the server has said which runs there are. */
  get isListed() {
    return this.#isListed;
  }

  /** The run that trains, or null. */
  get running() {
    return this.all.find((run) => run.isLive) ?? null;
  }

  find(id) {
    return this.#known.get(id) ?? null;
  }

  /** From now on, these runs are told event by event. */
  watch(ids) {
    const isNew = ids.some((id) => !this.#watched.has(id));
    this.#watched = new Set(ids);
    if (!isNew) return;
    this.#isHurried = this.#isBusy;
    this.#schedule(0);
  }

  /** Takes a run that has just been started. */
  add(summary) {
    if (!this.find(summary.id)) this.#known = new Map([[summary.id, new Run(summary)], ...this.#known]);
    this.hurry();
  }

  /** Asks for everything at once: something was changed, or the page is seen again. */
  hurry() {
    this.#listedAt = -Infinity;
    this.#isHurried = this.#isBusy;
    this.#schedule(0);
  }

  #schedule(milliseconds) {
    clearTimeout(this.#timer);
    if (!document.hidden) this.#timer = setTimeout(() => this.#tick(), milliseconds);
  }

  async #tick() {
    if (this.#isBusy) return;
    const began = performance.now();
    this.#isBusy = true;
    try {
      await this.#ask(began);
      if (this.#failures) this.dispatchEvent(new Event("fine"));
      this.#failures = 0;
      this.dispatchEvent(new Event("news"));
    } catch (error) {
      this.#failures += 1;
      this.dispatchEvent(new CustomEvent("trouble", { detail: error.message }));
    } finally {
      this.#isBusy = false;
      this.#schedule(this.#isHurried ? 0 : this.#wait(performance.now() - began));
      this.#isHurried = false;
    }
  }

  async #ask(now) {
    const patience = this.running ? LISTING : CALM - LEAST;
    if (now - this.#listedAt >= patience) await this.#list(now);
    for (const id of this.#watched) {
      if (this.find(id) && !this.#complete.has(id)) await this.#update(id);
    }
  }

  async #list(now) {
    const { runs } = await this.#runs.list();
    const known = new Map();
    for (const summary of runs) {
      const run = this.find(summary.id) ?? new Run(summary);
      run.take(summary);
      if (run.isLive) this.#complete.delete(run.id); // resumed
      known.set(run.id, run);
    }
    this.#known = known;
    this.#listedAt = now;
    this.#isListed = true;
  }

  async #update(id) {
    const run = this.find(id);
    const answer = await this.#runs.find(id, run.next, run.probe?.id ?? null).catch((error) => {
      if (error.status !== 404) throw error;
      this.#known.delete(id); // deleted elsewhere
    });
    if (!answer) return;
    this.#pause = answer.again ?? TICK;
    run.take(answer);
    if (run.isLive) return;
    this.#complete.add(id);
    this.#listedAt = -Infinity; // it is over: the list says so, too, and the next may begin
  }

  #wait(elapsed) {
    if (this.#failures) return Math.min(1000 * 2 ** (this.#failures - 1), LONGEST);
    return this.running ? Math.max(this.#pause - elapsed, LEAST) : CALM;
  }
}
