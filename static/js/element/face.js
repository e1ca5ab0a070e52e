import { make, makeShape } from "../markup.js";
import { addStyle } from "./style.js";

const SIDE = 280; // board pixels
const KEYS =
  "Arrow keys move the pen; two arrow keys together, or 7, 9, 1 and 3, move it diagonally. With " +
  "Shift, the steps are larger. Space puts the pen down or lifts it. Escape clears the board.";
const HINT = "Draw a digit";
const HINT_BY_KEYS = "Arrows move, Space: pen, Esc: clear";

/**
 * What the element shows, in its shadow root: the sheet to draw on, the answer and the tools. A
 * page may style each `part`, and put words of its own into the slots.
 */
export class Face {
  #sheet;
  #digit = make("span", { class: "digit", part: "digit" });
  #note = make("span", { class: "note", part: "note" });
  #speech = make("p", { class: "unseen", "aria-live": "polite", "aria-atomic": "true" });
  #answer;

  ink = makeShape("path", {});
  canvas = make("canvas", {
    ...{ width: SIDE, height: SIDE, tabindex: 0 },
    ...{ role: "application", "aria-describedby": "keys" },
  });
  cursor = make("span", { class: "cursor", "aria-hidden": "true", hidden: "" });
  voice = make("p", { class: "unseen", "aria-live": "polite" }); // says where a keyboard's pen is
  tools = make("fieldset", { class: "tools", part: "tools", "aria-label": "Tools" });
  stage = make("div", { class: "stage", part: "frame" });

  constructor(root, script) {
    this.#sheet = make(
      ...["div", { class: "sheet", part: "sheet" }],
      ...[drawInkOn(this.ink), this.canvas, makeHint(), this.cursor],
    );
    this.#answer = make("p", { class: "answer", part: "answer" }, this.#digit, this.#note);
    this.tools.append(makeTool("undo", "Undo"), makeTool("redo", "Redo"), makeTool("clear", "Clear"));
    const keys = make("p", { class: "unseen", id: "keys" }, KEYS);
    this.stage.append(this.#sheet, this.#answer, this.tools, keys, this.voice, this.#speech);
    addStyle(root, this.stage, script);
    root.append(this.stage);
  }

  set name(name) {
    this.canvas.setAttribute("aria-label", name);
  }

  set isDisabled(isDisabled) {
    this.tools.disabled = isDisabled;
    if (isDisabled) this.canvas.removeAttribute("tabindex"); // a click would give it the focus
    else this.canvas.tabIndex = 0;
    this.canvas.setAttribute("aria-disabled", String(isDisabled));
    if (isDisabled) this.canvas.blur();
  }

  show({ digit, note }, isEmpty) {
    this.#sheet.toggleAttribute("data-empty", isEmpty);
    this.#answer.toggleAttribute("data-read", digit !== "");
    this.#digit.textContent = digit;
    this.#note.textContent = note;
  }

  say(words) {
    // Even the same words, written again, would be announced again.
    if (this.#speech.textContent !== words) this.#speech.textContent = words;
  }
}

/** The canvas holds the pixels that are read; this picture of its strokes is sharp on any screen. */
function drawInkOn(ink) {
  const options = { class: "ink", viewBox: `0 0 ${SIDE} ${SIDE}`, "aria-hidden": "true" };
  const picture = makeShape("svg", { ...options, part: "ink" });
  picture.append(ink);
  return picture;
}

function makeHint() {
  const attributes = { class: "hint", part: "hint", "aria-hidden": "true" };
  const hint = make("slot", { name: "hint" }, HINT);
  return make("span", attributes, hint, make("slot", { name: "keys" }, HINT_BY_KEYS));
}

function makeTool(action, words) {
  const attributes = { type: "button", "data-action": action, part: `tool ${action}` };
  return make("button", attributes, make("slot", { name: action }, words));
}
