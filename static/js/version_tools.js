import { saveFile } from "./save_file.js";

const LARGEST = 64; // MiB of a ZIP

/**
 * The buttons beside the versions of models: serve one, download it, load one from elsewhere.
 * Emits `change` with the model's name when another version reads, or one more is listed.
 */
export class VersionTools extends EventTarget {
  #buttons;
  #load;
  #bring;
  #versions;

  constructor(root, versions) {
    super();
    this.#versions = versions;
    const wanted = '[data-action="serve-version"], [data-action="download-version"]';
    this.#buttons = [...root.querySelectorAll(wanted)];
    this.#load = root.querySelector('[data-action="load-version"]');
    this.#bring = root.querySelector('[data-part="bring"]');
    for (const button of this.#buttons) button.addEventListener("click", () => this.#press(button));
    this.#load?.addEventListener("change", () => this.#bringIn());
  }

  /** For who has the token: others are refused. */
  show() {
    for (const button of this.#buttons) button.hidden = false;
    if (this.#bring) this.#bring.hidden = false;
  }

  #press(button) {
    const { model, version, action } = button.dataset;
    if (action === "download-version") {
      return this.#attempt(button, "Not downloaded.", () => this.#download(model, version));
    }
    return this.#attempt(button, "Not served.", async () => {
      await this.#versions.serve(model, Number(version));
      this.#tell(model);
      return `Version ${version} reads now.`;
    });
  }

  async #download(model, version) {
    const name = `${model}-version-${version}.zip`;
    saveFile(await this.#versions.download(model, version), name);
    return `Downloaded: ${name}.`;
  }

  #bringIn() {
    const [file] = this.#load.files;
    if (!file) return;
    this.#attempt(this.#load, "Not loaded.", async () => {
      if (file.size > LARGEST * 2 ** 20) throw new Error(`A ZIP must be at most ${LARGEST} MiB.`);
      const { model, version } = await this.#versions.load(file);
      this.#tell(model);
      return `Version ${version} of ${model} is listed now.`;
    });
    this.#load.value = ""; // the same file can be chosen again
  }

  /** Does something while no other button can be pressed, and says what came of it beside it. */
  async #attempt(control, failed, act) {
    const said = control.closest(".kept, .bring").querySelector('[data-part="versions-said"]');
    const controls = [...this.#buttons, ...(this.#load ? [this.#load] : [])];
    said.textContent = "";
    for (const each of controls) each.disabled = true;
    try {
      said.textContent = await act();
    } catch (error) {
      said.textContent = `${failed} ${error.message}`;
    } finally {
      for (const each of controls) each.disabled = false;
      control.focus();
    }
  }

  #tell(model) {
    this.dispatchEvent(new CustomEvent("change", { detail: model }));
  }
}
