import { write } from "./arithmetic.js";
import { paintLevels } from "./grey.js";
import { makeCanvas } from "./make_canvas.js";
import { make } from "./markup.js";

const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

/**
 * The maps or units of one layer as small pictures, of which one can be chosen: one stop of the Tab
 * key, and arrow keys from there.
 *
 * Emits `choose` (detail: the channel, from 0).
 */
export class MapChoice extends EventTarget {
  #buttons;
  #pictures;
  #size;
  #noun;

  /**
   * @param element where they come @param shape channels, and rows and columns of maps
   * @param title what the layer is called @param templates what each unit weighs, as levels of
   *   28 × 28, or none
   */
  constructor(element, shape, title, templates = []) {
    super();
    const [channels, ...size] = shape;
    this.#size = size.length ? size : [1, 1];
    this.#noun = size.length ? "Map" : "Unit";
    this.#pictures = Array.from({ length: channels }, () => makeCanvas(this.#size));
    this.#buttons = this.#pictures.map((picture, channel) => {
      const above = templates[channel] ? paintTemplate(templates[channel]) : null;
      const label = `${this.#noun} ${channel + 1}`;
      const told = { type: "button", role: "radio", "aria-checked": "false", "aria-label": label };
      return make("button", { class: "maps__each", tabindex: "-1", ...told }, above, picture);
    });
    this.#buttons[0].tabIndex = 0;
    element.setAttribute("role", "radiogroup");
    element.setAttribute("aria-label", `${this.#noun}s of ${title}`);
    element.classList.add("maps", `maps--${nameSize(this.#size, templates)}`);
    element.replaceChildren(...this.#buttons);
    element.addEventListener("click", ({ target }) => this.#press(target.closest("button")));
    element.addEventListener("keydown", (event) => this.#step(event));
  }

  /** @param maps bytes of each @param highest the value of a byte of 255 */
  show(maps, highest) {
    maps.forEach((map, channel) => {
      paintLevels(this.#pictures[channel], map, this.#size);
      if (this.#noun === "Map") return;
      const value = write((map[0] / 255) * highest, 1);
      this.#buttons[channel].setAttribute("aria-label", `Unit ${channel + 1}: ${value}`);
    });
  }

  /** @param channel the chosen one, or null */
  mark(channel) {
    const stop = channel ?? 0;
    this.#buttons.forEach((button, index) => {
      button.setAttribute("aria-checked", String(index === channel));
      button.tabIndex = index === stop ? 0 : -1;
    });
  }

  focus(channel) {
    this.#buttons[channel]?.focus();
  }

  #press(button) {
    if (button) this.#choose(this.#buttons.indexOf(button));
  }

  #step(event) {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const count = this.#buttons.length;
    const at = this.#buttons.indexOf(event.target.closest("button"));
    const next = (at + step + count) % count;
    this.#buttons[next].focus();
    this.#choose(next);
  }

  #choose(channel) {
    this.dispatchEvent(new CustomEvent("choose", { detail: channel }));
  }
}

function nameSize([rows], templates) {
  if (templates.length) return "templates";
  if (rows > 8) return "large";
  return rows > 3 ? "middle" : "small";
}

function paintTemplate(levels) {
  const picture = makeCanvas([28, 28]);
  paintLevels(picture, levels, [28, 28]);
  return picture;
}
