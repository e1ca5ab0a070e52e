import { isNumber } from "./numbers.js";

const LIVE = ["running", "paused"];
export const DATA = {
  mnist: "MNIST",
  generated: "generated digits",
  drawings: "drawings",
  drawings_and_mnist: "drawings and MNIST",
};
export const SETTINGS = {
  learning_rate: "learning rate",
  batch_size: "batch size",
  epochs: "epochs",
  optimizer: "optimizer",
  seed: "seed",
};

/**
 * A training run as far as it has been told: its summary, and what its events add up to. A run
 * that was resumed begins again after its last finished epoch, so what came after that is dropped.
 */
export class Run {
  #summary;
  #next = 0;
  #points = [];
  #epochs = [];
  #end = null; // the event that ended it: finished, stopped or failed
  #start = null;
  #weights = null;
  #probe = undefined; // not told yet; null: none is drawn
  #log = [];
  #now = null; // the type of the last event: what it is at
  #judging = null; // how far it is judged: { fold, folds }

  /** @param summary as the list of runs has it */
  constructor(summary) {
    this.#summary = summary;
  }

  /** Takes what the server says of the run by now. */
  take({ events = [], next = 0, weights = null, probe, log, ...summary }) {
    this.#summary = { ...this.#summary, ...summary };
    for (const event of events) if (event.n >= this.#next) this.#add(event);
    this.#next = Math.max(this.#next, next);
    if (weights) this.#weights = weights;
    if (probe !== undefined) this.#takeProbe(probe);
    if (log) this.#log = log;
  }

  get id() {
    return this.#summary.id;
  }

  get model() {
    return this.#summary.model;
  }

  /** The network's name as people read it. */
  get title() {
    return this.#summary.title ?? this.#summary.model;
  }

  get state() {
    return this.#summary.state;
  }

  get isLive() {
    return LIVE.includes(this.state);
  }

  get reason() {
    return this.#end?.reason ?? this.#summary.reason ?? null;
  }

  /** The number of the version that it became, null if there is none. */
  get version() {
    return this.#end?.version ?? this.#summary.version ?? null;
  }

  /** Whether the loss grew until it was no number any more, or ended no better than guessing. */
  get isDiverged() {
    return !this.isLive && Boolean(this.#end?.diverged ?? this.#summary.diverged);
  }

  get canResume() {
    return Boolean(this.#summary.can_resume);
  }

  /** What was asked of it last: run, pause or stop. */
  get wanted() {
    return this.#summary.wanted ?? "run";
  }

  /** Seconds that it rests after each point. */
  get rest() {
    return this.#summary.rest ?? 0;
  }

  /** Whether the last epoch is done and the result is being measured and saved. */
  get isFinishing() {
    return this.isLive && ["finishing", "judging"].includes(this.#now);
  }

  /** How far its judging is: { fold, folds }, null before. */
  get judging() {
    return this.isFinishing ? this.#judging : null;
  }

  /** What it learned from, as one says it. */
  get data() {
    return DATA[this.#summary.data] ?? this.#summary.data;
  }

  get started() {
    return new Date(this.#summary.started);
  }

  get epochs() {
    return this.#start?.epochs ?? this.#summary.epochs ?? 1;
  }

  /** How far it is, as points say it: { done, loss, accuracy, probe, … }. */
  get points() {
    return this.#points;
  }

  /** The results of the finished epochs. */
  get results() {
    return this.#epochs;
  }

  get last() {
    return this.#points[this.#points.length - 1] ?? null;
  }

  /** The accuracy to call it by: on the test set, or the last known. */
  get accuracy() {
    return this.#end?.accuracy ?? this.#summary.accuracy ?? null;
  }

  get pictures() {
    return this.#end?.pictures ?? [];
  }

  /** Why what a hand taught is served or not: { served, reason, before, after }, or null. */
  get judged() {
    return this.#end?.judged ?? null;
  }

  /** The number of the next event that is not known yet. */
  get next() {
    return this.#next;
  }

  /** The ten weight pictures: base64 of 784 bytes each; null for a network without. */
  get weights() {
    return this.#weights?.pictures ?? null;
  }

  /** The drawing that it reads as it learns: { id, seen }, or null. */
  get probe() {
    return this.#probe ?? null;
  }

  get log() {
    return this.#log;
  }

  /** A setting that it was started with. */
  find(setting) {
    if (setting === "epochs") return this.epochs;
    return this.#summary.recipe?.[setting] ?? this.#summary[setting] ?? null;
  }

  /** The last reading of the drawing there is now; null before the first. */
  get reading() {
    const reading = this.last?.probe ?? null;
    return reading && reading.id === this.#findProbe() ? reading : null;
  }

  /** The points at which the answer to this drawing became another: [{ done, accuracy, digit }]. */
  get flips() {
    const id = this.#findProbe();
    const flips = [];
    for (const { done, accuracy, probe } of this.#points) {
      if (!probe || probe.id !== id) continue;
      const last = flips[flips.length - 1];
      if (!last || last.digit !== probe.digit) flips.push({ done, accuracy, digit: probe.digit });
    }
    return flips;
  }

  /** The number of the drawing there is now; where nobody told, of the last that was read. */
  #findProbe() {
    return this.#probe === undefined ? this.last?.probe?.id : this.#probe?.id;
  }

  #add(event) {
    if (event.type === "start") this.#begin(event);
    this.#now = event.type;
    if (event.type === "judging") this.#judging = event;
    if (event.type === "point") this.#points.push(event);
    if (event.type === "epoch") this.#epochs.push(event);
    if (["finished", "stopped", "failed"].includes(event.type)) this.#end = event;
  }

  #begin(event) {
    const from = event.resumed ?? 0;
    this.#start = event;
    this.#end = null;
    this.#points = this.#points.filter(({ done }) => done <= from);
    this.#epochs = this.#epochs.filter(({ epoch }) => epoch <= from);
  }

  /** A drawing that is known comes without its picture. */
  #takeProbe(probe) {
    const isKnown = probe && probe.id === this.#probe?.id;
    this.#probe = isKnown ? { ...this.#probe, ...probe } : probe;
  }
}

/** What a run has of its own among those it is shown with: all that differs; alone, its network. */
export function describe(run, shown) {
  const differs = (find) => shown.some((other) => find(other) !== find(run));
  const words = differs((each) => each.title) ? [run.title] : [];
  if (differs((each) => each.data)) words.push(run.data);
  for (const [setting, name] of Object.entries(SETTINGS)) {
    const value = run.find(setting);
    if (value !== null && differs((each) => each.find(setting))) words.push(`${name} ${value}`);
  }
  if (words.length) return words.join(", ");
  return shown.length > 1 ? `${run.title}, ${writeTime(run.started)}` : run.title;
}

export function writeTime(date) {
  return date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

/** The curve of a quantity, loss or accuracy: [[epochs done, value], …]; what is no number is out. */
export function listCurve(run, quantity) {
  return run.points
    .filter((point) => isNumber(point[quantity]))
    .map((point) => [point.done, point[quantity]]);
}

/** The same on the validation images, after each epoch. */
export function listValidation(run, quantity) {
  const key = `validation_${quantity}`;
  return run.results.filter((each) => isNumber(each[key])).map((each) => [each.epoch, each[key]]);
}
