import { Board } from "../board.js";
import { KeyboardPen } from "../keyboard_pen.js";
import { clip } from "../picture.js";
import { PointerPen } from "../pointer_pen.js";
import { Toolbar } from "../toolbar.js";
import { BoardInk } from "./board_ink.js";
import { Face } from "./face.js";
import { hasInternals, linkToForm } from "./form_link.js";
import { OwnReader } from "./own_reader.js";
import { addStyle } from "./style.js";
import { describe, judge, phrase } from "./words.js";

const NAME = "Drawing board";
const WEIGHTS = "digit-board.bin";
const FARTHEST = 1e6; // of a point, as for the server

/**
 * <digit-board>: a field of a form that is drawn on. Its value is the digit that the network reads,
 * in this browser; "" while there is none.
 *
 * Emits `input` at each reading, `change` when what its user drew has been read and the pen is up,
 * and `error` when the network cannot be loaded.
 */
export class DigitBoard extends (globalThis.HTMLElement ?? Object) {
  static formAssociated = true;
  static observedAttributes = ["aria-label", "disabled", "name", "form", "required", "weights"];
  static script = ""; // the address of the script, beside which everything is found

  #face;
  #board;
  #ink;
  #form;
  #pen;
  #reader;
  #reading = null;
  #custom = ""; // the page's own reason why a form cannot be sent
  #revision = 0; // of the drawing
  #read = 0; // the revision that the reading is of
  #isByPage = false; // while the page itself changes the drawing
  #owesChange = false; // `change`, once what was drawn has been read
  #hasFailed = false;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open", delegatesFocus: true });
    this.#face = new Face(root, DigitBoard.script);
    const { canvas, ink, stage, cursor, voice, tools } = this.#face;
    this.#board = new Board(canvas, ink);
    this.#ink = new BoardInk(this.#board);
    this.#form = linkToForm(this);
    this.#reader = this.#makeReader();
    this.#pen = new PointerPen(this.#board, canvas);
    new KeyboardPen(this.#board, canvas, { stage, cursor, voice });
    new Toolbar(this.#board, canvas, tools, root);
    this.#listen();
    this.#settle();
  }

  #listen() {
    this.#board.addEventListener("change", () => this.#follow());
    this.addEventListener("focusin", () => this.#nameBoard()); // a label may have come meanwhile
    // A label is pressed for its field.
    this.addEventListener("click", (event) => event.composedPath()[0] === this && this.focus());
  }

  #makeReader() {
    return new OwnReader(
      () => this.#takeQuestion(),
      (...answer) => this.#receive(...answer),
      (error) => this.#fail(error),
    );
  }

  connectedCallback() {
    this.#takeOver();
    this.#form.connect?.();
    this.#nameBoard();
    this.#settle();
    this.#reader.ask(); // so that the network is there before it is needed
  }

  disconnectedCallback() {
    this.#form.disconnect?.();
    this.#pen.release();
    this.#reader.forget();
  }

  /** It has come into another document, a frame's say. */
  adoptedCallback() {
    addStyle(this.shadowRoot, this.#face.stage, DigitBoard.script);
  }

  attributeChangedCallback(name, before, now) {
    if (name === "disabled") this.formDisabledCallback(this.#isDisabled);
    if (name === "aria-label" || name === "required") this.#nameBoard();
    if (name === "weights" && before !== now) this.#readAnew();
    this.#settle();
  }

  /** Also called by the browser when a fieldset around it changes. */
  formDisabledCallback(isDisabled) {
    this.#face.isDisabled = isDisabled;
    this.#board.isLocked = isDisabled;
  }

  formAssociatedCallback() {
    this.#nameBoard();
  }

  formResetCallback() {
    this.#changeAsPage(() => this.#board.reset());
  }

  formStateRestoreCallback(state) {
    try {
      this.strokes = JSON.parse(state);
    } catch {
      // Not kept by this element, or by another version of it: the board stays as it is.
    }
  }

  // What was drawn, and what it was read as.

  /** What is seen: a list of strokes, each a list of points [x, y] on a board of 280 × 280. */
  get strokes() {
    return clip(this.#board.strokes, this.#board.size);
  }

  set strokes(strokes) {
    if (!isDrawing(strokes)) {
      throw new TypeError("strokes must be a list of strokes, each a list of points [x, y]");
    }
    this.#changeAsPage(() => this.#board.reset(strokes));
  }

  /** The last reading, as the API of the digit board answers, or null. */
  get reading() {
    return this.#reading;
  }

  get value() {
    return this.#reading?.status === "digit" ? String(this.#reading.digit) : "";
  }

  undo() {
    this.#changeAsPage(() => this.#board.undo());
  }

  redo() {
    this.#changeAsPage(() => this.#board.redo());
  }

  clear() {
    this.#changeAsPage(() => this.#board.clear());
  }

  focus(options) {
    if (!this.#isDisabled) this.#face.canvas.focus(options);
  }

  // A field like others.

  get type() {
    return "digit-board";
  }

  get name() {
    return this.getAttribute("name") ?? "";
  }

  set name(name) {
    this.setAttribute("name", name);
  }

  get weights() {
    const own = new URL(WEIGHTS, DigitBoard.script);
    return new URL(this.getAttribute("weights") ?? own, document.baseURI).href;
  }

  set weights(address) {
    this.setAttribute("weights", address);
  }

  get required() {
    return this.hasAttribute("required");
  }

  set required(isRequired) {
    this.toggleAttribute("required", Boolean(isRequired));
  }

  get disabled() {
    return this.hasAttribute("disabled");
  }

  set disabled(isDisabled) {
    this.toggleAttribute("disabled", Boolean(isDisabled));
  }

  get form() {
    return this.#form.form;
  }

  get labels() {
    return this.#form.labels;
  }

  get willValidate() {
    return this.#form.willValidate;
  }

  get validity() {
    return this.#form.validity;
  }

  get validationMessage() {
    return this.#form.validationMessage;
  }

  checkValidity() {
    return this.#form.checkValidity();
  }

  reportValidity() {
    return this.#form.reportValidity();
  }

  setCustomValidity(message) {
    this.#custom = String(message);
    this.#settle();
  }

  // From a change of the drawing to its reading.

  #takeQuestion() {
    const { script } = DigitBoard;
    const takeInk = this.#board.isEmpty ? null : () => this.#ink.take();
    return { weights: this.weights, script, revision: this.#revision, takeInk };
  }

  #changeAsPage(step) {
    const wasByPage = this.#isByPage; // one change may be made while another one is told
    this.#isByPage = true;
    step();
    this.#isByPage = wasByPage;
  }

  /** The drawing has changed. */
  #follow() {
    this.#revision += 1;
    this.#owesChange = !this.#isByPage;
    if (this.#board.isEmpty) this.#startAfresh();
    else this.#reader.ask();
    this.#settle();
  }

  #startAfresh() {
    this.#reader.forget();
    if (this.#hasFailed) this.#reader.ask(); // the network is loaded anew all the same
    this.#dropReading();
    this.#owesChange = false; // of what was gone before it was read, nobody hears
  }

  /** The weights are others: answers and failures of the former network count no longer. */
  #readAnew() {
    this.#revision += 1;
    this.#hasFailed = false;
    this.#reader.close();
    this.#reader = this.#makeReader();
    if (this.isConnected) this.#reader.ask();
    this.#dropReading();
  }

  #dropReading() {
    if (!this.#reading) return;
    this.#reading = null;
    this.#tell();
  }

  #receive(reading, revision) {
    this.#hasFailed = false;
    if (!reading) return this.#settle(); // the network is there, and nothing to read
    this.#reading = reading;
    this.#read = revision;
    this.#tell();
  }

  #fail(error) {
    const hadFailed = this.#hasFailed;
    this.#hasFailed = true;
    this.#settle();
    this.#say();
    if (hadFailed) return; // it was told; it is tried again and again
    console.error(error.message); // with the address, for who makes the page
    this.dispatchEvent(new ErrorEvent("error", { error, message: error.message }));
  }

  /** There is a reading, or there is none any more. */
  #tell() {
    this.#settle();
    this.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
    if (!this.#isSettled) return;
    this.#say();
    if (!this.#owesChange) return;
    this.#owesChange = false;
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  get #isDisabled() {
    return this.disabled || (hasInternals() && this.matches(":disabled"));
  }

  /** Whether the reading is of the drawing as it is now. */
  get #isCurrent() {
    return this.#board.isEmpty || this.#read === this.#revision;
  }

  get #isSettled() {
    return this.#isCurrent && !this.#board.isDrawing;
  }

  get #state() {
    return {
      reading: this.#reading,
      isEmpty: this.#board.isEmpty,
      isRequired: this.required,
      isCurrent: this.#isCurrent,
      isUnfinished: !this.#isSettled,
      hasFailed: this.#hasFailed,
    };
  }

  /** What the element shows, and what its form is given, as everything is now. */
  #settle() {
    const state = this.#state;
    this.#face.show(describe(state), state.isEmpty);
    const kept = this.#board.isDrawing ? undefined : JSON.stringify(this.strokes);
    this.#form.setFormValue(this.value, kept);
    const { flags, message } = judge(state);
    const all = this.#custom ? { ...flags, customError: true } : flags;
    this.#form.setValidity(all, this.#custom || message, this.#face.canvas);
  }

  #say() {
    if (!this.hasAttribute("no-answer")) this.#face.say(phrase(this.#state));
  }

  #nameBoard() {
    const tell = (label) => [...label.childNodes].filter((node) => !node.contains(this));
    const texts = [...this.labels].flatMap(tell).map(({ textContent }) => textContent.trim());
    const words = texts.filter(Boolean).join(" ");
    const name = this.getAttribute("aria-label") || words || NAME;
    this.#face.name = this.required ? `${name}, required` : name; // its role knows no aria-required
  }

  /** What a page has set before the script came would hide the element's own properties. */
  #takeOver() {
    for (const [name, value] of Object.entries(this)) {
      if (!(name in DigitBoard.prototype)) continue;
      delete this[name];
      Reflect.set(this, name, value); // which leaves alone what cannot be set
    }
  }
}

function isNear(number) {
  return Number.isFinite(number) && Math.abs(number) <= FARTHEST;
}

function isDrawing(strokes) {
  const isPoint = (point) => isListOf(isNear, point) && point.length === 2;
  const isStroke = (stroke) => isListOf(isPoint, stroke) && stroke.length > 0;
  return isListOf(isStroke, strokes);
}

function isListOf(isItem, value) {
  return Array.isArray(value) && value.every(isItem);
}
