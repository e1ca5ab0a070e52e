import { isNumber, writeSetting } from "./numbers.js";
import { listReasons } from "./training_data.js";

const MEBI = 2 ** 20;

/**
 * The form of a new run: the network, what it learns from, and the settings of its recipe within
 * their bounds. Emits `start` (detail: what to ask the server for), `download` and `choose`.
 */
export class Settings extends EventTarget {
  #form;
  #network;
  #fields;
  #go;
  #said;
  #recipes = [];
  #found = null; // what there is to learn from
  #isReady = false; // whether anything can be trained here
  #busyWith = null; // the title of a run that has to end first

  constructor(form) {
    super();
    this.#form = form;
    this.#network = form.elements.model;
    this.#fields = [...form.querySelectorAll("[data-setting]")];
    this.#go = form.querySelector('[type="submit"]');
    this.#said = form.querySelector('[data-part="setup-said"]');
    form.addEventListener("submit", (event) => this.#submit(event));
    form.addEventListener("input", ({ target }) => this.#check(target.closest("[data-setting]")));
    this.#network.addEventListener("change", () => this.#showRecipe());
    form.elements.hands.addEventListener("change", () => this.#found && this.showData(this.#found));
    this.#find("download").addEventListener("click", () => {
      this.dispatchEvent(new Event("download"));
    });
  }

  get model() {
    return this.#network.value;
  }

  get title() {
    return this.#network.selectedOptions[0]?.text ?? "";
  }

  /** On a class's server: drawings of all hands can be learned from. */
  offerAllHands() {
    this.#form.querySelector('[data-part="all-hands"]').hidden = false;
  }

  /** @param recipes as the server lists them, the first choice first */
  offer(recipes) {
    this.#recipes = recipes;
    const options = recipes.map(({ model, title }) => new Option(title, model));
    this.#network.replaceChildren(...options);
    this.#showRecipe();
  }

  /** @param found what there is to learn from, as the server says it */
  showData(found) {
    this.#found = found;
    const reasons = listReasons(found, this.#form.elements.hands.checked);
    for (const choice of this.#form.elements.data) {
      choice.disabled = reasons[choice.value] !== null;
      const reason = this.#form.querySelector(`[data-reason="${choice.value}"]`);
      reason.textContent = reasons[choice.value] ?? reason.dataset.about;
    }
    this.#chooseData();
    this.#showDownload(found.mnist);
    this.#form.querySelector('[data-part="no-torch"]').hidden = found.torch;
    this.#isReady = found.torch;
    this.#refresh();
  }

  /** @param title of the run that trains, null if none does: one at a time */
  showRunning(title) {
    if (title === this.#busyWith) return;
    this.#busyWith = title;
    this.#refresh();
    this.say(title ? `One run at a time: ${title} is training.` : "");
  }

  say(words) {
    this.#said.textContent = words;
  }

  #find(name) {
    return this.#form.querySelector(`[data-action="${name}"]`);
  }

  #chooseData() {
    const choices = [...this.#form.elements.data];
    if (choices.some(({ checked, disabled }) => checked && !disabled)) return;
    const first = choices.find(({ disabled }) => !disabled);
    if (first) first.checked = true;
  }

  #showDownload({ there, missing, download }) {
    const bar = this.#form.querySelector("progress");
    const words = this.#form.querySelector('[data-part="download-words"]');
    const isRunning = download?.state === "running";
    this.#form.querySelector('[data-part="mnist-missing"]').hidden = there;
    this.#find("download").hidden = isRunning;
    bar.hidden = !isRunning;
    if (isRunning && download.total) bar.value = download.bytes / download.total;
    if (isRunning && !download.total) bar.removeAttribute("value");
    words.textContent = describeDownload(download, missing);
  }

  #showRecipe() {
    const recipe = this.#recipes.find(({ model }) => model === this.model);
    if (!recipe) return;
    const { optimizers, about, bounds } = recipe;
    const choices = optimizers.map((name) => new Option(name, name));
    this.#form.elements.optimizer.replaceChildren(...choices);
    for (const element of this.#fields) {
      const name = element.dataset.setting;
      const control = this.#form.elements[name];
      const usual = recipe.default[name];
      control.value = usual;
      if (bounds[name]) [control.min, control.max] = bounds[name];
      element.querySelector('[data-part="usual"]').textContent = `usually ${writeSetting(usual)}`;
      if (about[name]) element.querySelector('[data-part="about"]').textContent = about[name];
      this.#check(element);
    }
    this.dispatchEvent(new Event("choose"));
  }

  /** Says what a field must hold, and tells whether it does. */
  #check(element) {
    if (!element) return true;
    const control = element.querySelector("input, select");
    const words = complain(control);
    const error = element.querySelector('[data-part="error"]');
    error.textContent = words;
    if (words) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
    return words === "";
  }

  #submit(event) {
    event.preventDefault();
    const wrong = this.#fields.find((element) => !this.#check(element));
    if (wrong) return wrong.querySelector("input, select").focus();
    this.dispatchEvent(new CustomEvent("start", { detail: this.#ask() }));
  }

  #ask() {
    const usual = this.#recipes.find(({ model }) => model === this.model).default;
    const recipe = {};
    for (const { dataset } of this.#fields) {
      const control = this.#form.elements[dataset.setting];
      const value = control.type === "number" ? Number(control.value) : control.value;
      if (value !== usual[dataset.setting]) recipe[dataset.setting] = value;
    }
    const data = this.#form.elements.data.value;
    const areAllHands = this.#form.elements.hands.checked && data.startsWith("drawings");
    return { model: this.model, recipe, data, ...(areAllHands ? { hands: "all" } : {}) };
  }

  #refresh() {
    this.#go.disabled = !this.#isReady || this.#busyWith !== null;
  }
}

/** What is wrong with what was typed, "" if nothing is. */
function complain(control) {
  if (control.type !== "number") return "";
  const [low, high] = [Number(control.min), Number(control.max)];
  const value = control.value.trim() === "" ? NaN : Number(control.value);
  const isWhole = control.step !== "1" || Number.isInteger(value);
  if (isNumber(value) && isWhole && value >= low && (control.max === "" || value <= high)) return "";
  const kind = control.step === "1" ? "A whole number" : "A number";
  if (control.max === "") return `${kind} from ${writeSetting(low)} up.`;
  return `${kind} from ${writeSetting(low)} to ${writeSetting(high)}.`;
}

function describeDownload(download, missing) {
  if (download?.state === "failed") return `The download failed. ${download.reason}`;
  if (download?.state === "running") {
    const [bytes, total] = [download.bytes, download.total].map((each) => (each / MEBI).toFixed(1));
    return download.total ? `${bytes} of ${total} MB` : `${bytes} MB`;
  }
  const files = missing.length === 1 ? "One file is" : `${missing.length} files are`;
  return missing.length ? `${files} missing: ${missing.join(", ")}.` : "";
}
