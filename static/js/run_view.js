import { writeLoss, writeRate, writeSeconds, writeShare } from "./numbers.js";
import { locatePicture } from "./runs.js";

const PICTURES = {
  labels: "How often each digit is among the images",
  history: "Its course",
  readings: "Test images, and what it read",
  confusion: "Which digit was read as which",
  reliability: "How far its probabilities can be believed",
};
const TOGGLES = { running: ["pause", "Pause"], paused: ["continue", "Go on"] };
const RESUME = ["resume", "Resume"];

/**
 * The run that is looked at: its state in words, its figures, the buttons that steer it, and what
 * it left in the end. Emits `tell` (detail: pause, continue, stop or resume), `pace` (detail:
 * seconds) and `serve`.
 */
export class RunView extends EventTarget {
  #element;
  #run = null;
  #pictures = ""; // of which run, and which ones

  constructor(element) {
    super();
    this.#element = element;
    this.#action("toggle").addEventListener("click", () => this.#emit("tell", this.#toggle()[0]));
    this.#action("stop").addEventListener("click", () => this.#emit("tell", "stop"));
    this.#action("serve").addEventListener("click", () => this.#emit("serve"));
    for (const choice of element.querySelectorAll('[name="pace"]')) {
      choice.addEventListener("change", () => this.#emit("pace", this.rest));
    }
  }

  /** Seconds to rest after each point: slow motion. */
  get rest() {
    return Number(this.#element.querySelector('[name="pace"]:checked').value);
  }

  /** The keyboard goes on with the button that pauses. */
  focus() {
    const button = this.#action("toggle");
    (button.disabled ? this.#part("run-title") : button).focus();
  }

  /** @param run null: there is none yet @param served the number of the version that reads now */
  show(run, served) {
    const isOther = run?.id !== this.#run?.id;
    this.#run = run;
    if (!run) return;
    const isServed = run.version !== null && run.version === served;
    if (isOther && run.isLive) this.#showPace(run.rest);
    this.#part("run-title").textContent = run.title;
    this.#part("run-data").textContent = `learns from ${run.data}`;
    this.#part("run-state").textContent = describeState(run, isServed);
    this.#element.dataset.state = run.state;
    this.#showFigures(run);
    this.#showButtons(run, isServed);
    this.#showEnd(run);
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #part(name) {
    return this.#element.querySelector(`[data-part="${name}"]`);
  }

  #action(name) {
    return this.#element.querySelector(`[data-action="${name}"]`);
  }

  #toggle() {
    const { state, canResume, isFinishing, wanted } = this.#run;
    if (isFinishing || (this.#run.isLive && wanted === "stop")) return null;
    return TOGGLES[state] ?? (canResume ? RESUME : null);
  }

  /** The speed that the run has, whoever set it. */
  #showPace(rest) {
    for (const choice of this.#element.querySelectorAll('[name="pace"]')) {
      if (Number(choice.value) === rest) choice.checked = true;
    }
  }

  #showFigures(run) {
    const { last, epochs, isLive } = run;
    const epoch = last ? `${last.epoch} of ${epochs}` : `– of ${epochs}`;
    const figures = {
      accuracy: writeShare(last?.accuracy),
      loss: writeLoss(last?.loss),
      epoch,
      rate: writeRate(last?.images_per_second),
      left: isLive ? writeSeconds(last?.left) : "–",
    };
    for (const [name, words] of Object.entries(figures)) this.#part(`figure-${name}`).textContent = words;
  }

  #showButtons(run, isServed) {
    const toggle = this.#toggle();
    const button = this.#action("toggle");
    button.textContent = (toggle ?? TOGGLES.running)[1];
    this.#disable("toggle", !toggle);
    this.#disable("stop", !run.isLive || run.isFinishing || run.wanted === "stop");
    this.#disable("serve", run.state !== "finished" || run.version === null || isServed);
  }

  /** A disabled button loses the keyboard's focus, so the title takes it over. */
  #disable(name, isDisabled) {
    const button = this.#action(name);
    if (isDisabled && button === document.activeElement) this.#part("run-title").focus();
    button.disabled = isDisabled;
  }

  #showEnd(run) {
    const isDead = run.state === "failed" && !run.isDiverged && run.log.length > 0;
    this.#part("died").hidden = !isDead;
    if (isDead) this.#part("log").textContent = run.log.join("\n");
    this.#showPictures(run);
  }

  #showPictures(run) {
    const key = `${run.id} ${run.pictures.join()}`;
    if (key === this.#pictures) return;
    this.#pictures = key;
    this.#part("pictures-fold").hidden = run.pictures.length === 0;
    const figures = run.pictures.map((name) => makeFigure(run, name));
    this.#part("pictures").replaceChildren(...figures);
  }
}

/** What a run is at, or how it ended. */
export function describeState(run, isServed = false) {
  if (run.isLive) return describeWork(run);
  if (run.isDiverged) return `Diverged: ${run.reason ?? "its last loss is no better than guessing."}`;
  if (run.state === "finished") return describeEnd(run, isServed);
  if (run.state === "stopped") return describeStop(run);
  return `Died: ${run.reason ?? "it ended too early."}`;
}

/** It was stopped in an epoch that its points have begun and no result ends, or after one. */
function describeStop({ last, results }) {
  if (last?.epoch > results.length) return `Stopped in epoch ${last.epoch}`;
  return results.length ? `Stopped after epoch ${results.length}` : "Stopped before its first step";
}

function describeWork(run) {
  const { fold, folds } = run.judging ?? {};
  if (folds) return `Judging what it learned: ${fold} of ${folds}…`;
  if (run.isFinishing) return "Measuring what it learned…";
  if (run.wanted === "stop") return "Stopping…";
  if (run.state === "paused") return "Paused";
  return run.last ? "Training" : "Starting…";
}

function describeEnd(run, isServed) {
  const words = [`Finished: it reads ${writeShare(run.accuracy)} of the test images.`];
  if (run.judged?.reason) words.push(run.judged.reason);
  const { version } = run;
  if (version !== null) words.push(isServed ? `Version ${version} reads now.` : `Kept as version ${version}.`);
  return words.join(" ");
}

function makeFigure(run, name) {
  const figure = document.createElement("figure");
  const picture = figure.appendChild(document.createElement("img"));
  const words = PICTURES[name.replace(/\.\w+$/, "")] ?? name;
  Object.assign(picture, { loading: "lazy", alt: words, src: locatePicture(run.id, name) });
  figure.appendChild(document.createElement("figcaption")).textContent = words;
  return figure;
}
