import { writeShare } from "./numbers.js";
import { writeTime } from "./run.js";
import { drawSample } from "./run_chart.js";

const MOST = 5; // curves at once: more are not told apart

/**
 * The runs there were, the newest first, each with a box that lays its curves over the others'.
 * Emits `compare` (the boxes have changed) and `delete` (detail: a run's id).
 */
export class RunList extends EventTarget {
  #list;
  #template;
  #rows = new Map(); // id -> element
  #slots = new Map(); // id -> the number of its colour and dashes, for the runs in the chart

  constructor(list, template) {
    super();
    this.#list = list;
    this.#template = template;
    list.addEventListener("change", ({ target }) => this.#tick(target));
    list.addEventListener("click", ({ target }) => this.#press(target.closest("button")));
  }

  /** The ids of the runs whose boxes are ticked. */
  get chosen() {
    const isChosen = ([, row]) => row.querySelector("input").checked;
    return [...this.#rows].filter(isChosen).map(([id]) => id);
  }

  /** The number of a shown run's colour; the first one that is free, and then always the same. */
  findSlot(id) {
    return this.#slots.get(id) ?? 0;
  }

  /**
   * @param runs all of them @param shown ids of those in the chart
   * @param main the id of the one that is looked at, null if there is none
   */
  show(runs, shown, main) {
    this.#assign(shown);
    for (const id of this.#rows.keys()) if (!runs.some((run) => run.id === id)) this.#remove(id);
    runs.forEach((run, index) => {
      const row = this.#rows.get(run.id) ?? this.#make(run);
      if (this.#list.children[index] !== row) this.#list.insertBefore(row, this.#list.children[index]);
      this.#fill(row, run, run.id === main);
    });
  }

  /** The keyboard goes back to a run's row. */
  focus(id) {
    this.#rows.get(id)?.querySelector("a").focus();
  }

  #assign(shown) {
    for (const id of [...this.#slots.keys()]) if (!shown.includes(id)) this.#slots.delete(id);
    for (const id of shown) {
      if (this.#slots.has(id)) continue;
      const taken = [...this.#slots.values()];
      this.#slots.set(id, [0, 1, 2, 3, 4].find((slot) => !taken.includes(slot)) ?? 0);
    }
  }

  #make(run) {
    const row = this.#template.content.firstElementChild.cloneNode(true);
    row.dataset.id = run.id;
    row.querySelector("a").href = `#${run.id}`;
    this.#rows.set(run.id, row);
    return row;
  }

  #fill(row, run, isMain) {
    const time = `${run.started.toLocaleDateString("en-GB", { day: "numeric", month: "short" })}, ${writeTime(run.started)}`;
    const link = row.querySelector("a");
    const box = row.querySelector("input");
    const sample = row.querySelector(".past__sample");
    const slot = this.#slots.get(run.id);
    set(link, run.title);
    link.setAttribute("aria-current", String(isMain));
    set(row.querySelector('[data-part="about"]'), describeSettings(run));
    set(row.querySelector('[data-part="time"]'), time);
    set(row.querySelector('[data-part="result"]'), describeResult(run));
    box.setAttribute("aria-label", `Show in the chart: ${run.title}, ${describeSettings(run)}, ${time}`);
    box.disabled = !box.checked && slot === undefined && this.#slots.size >= MOST;
    const remove = row.querySelector("button");
    remove.disabled = run.isLive;
    remove.setAttribute("aria-label", `Delete ${run.title} of ${time}`);
    if (sample.dataset.slot === String(slot)) return;
    sample.dataset.slot = String(slot);
    sample.replaceChildren(...(slot === undefined ? [] : [drawSample(slot)]));
  }

  #remove(id) {
    const row = this.#rows.get(id);
    const next = row.nextElementSibling ?? row.previousElementSibling;
    const isFocused = row.contains(document.activeElement);
    row.remove();
    this.#rows.delete(id);
    if (isFocused) next?.querySelector("a").focus();
  }

  #tick(box) {
    if (box.type === "checkbox") this.dispatchEvent(new Event("compare"));
  }

  #press(button) {
    if (!button) return;
    this.dispatchEvent(new CustomEvent("delete", { detail: button.closest("li").dataset.id }));
  }
}

/** What was chosen for a run: its data and the settings that one changes most. */
export function describeSettings(run) {
  const rate = run.find("learning_rate");
  const epochs = run.epochs;
  const words = [run.data, `${epochs} epoch${epochs === 1 ? "" : "s"}`];
  if (rate !== null) words.push(`learning rate ${rate}`);
  if (run.find("batch_size") !== null) words.push(`batch ${run.find("batch_size")}`);
  return words.join(", ");
}

function describeResult(run) {
  if (run.isLive) return run.state;
  if (run.isDiverged) return "diverged";
  if (run.state === "failed") return "died";
  const share = run.accuracy === null ? "" : writeShare(run.accuracy);
  return run.state === "stopped" ? `stopped ${share}`.trim() : share;
}

/** Writes only what changes: what is read aloud is not said again. */
function set(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
