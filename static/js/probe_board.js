import { Board } from "./board.js";
import { KeyboardPen } from "./keyboard_pen.js";
import { PointerPen } from "./pointer_pen.js";
import { ReadOut } from "./read_out.js";
import { paint } from "./seen.js";
import { Toolbar } from "./toolbar.js";

// A run that is gone, or over, reads nothing any more.
const EXPECTED = [404, 409];
const PAUSE = 150; // ms between two drawings sent while the pen is down

/**
 * The small board beside the curves: what is drawn on it is read by the network that trains. One
 * drawing is sent at a time, and the newest wins. What another browser drew is shown on it as the
 * network sees it.
 *
 * Emits `refusal` (detail: why a drawing was not taken, in words).
 */
export class ProbeBoard extends EventTarget {
  #board;
  #readOut;
  #sheet;
  #seen;
  #runs;
  #id = null; // of the run that reads
  #own = null; // the number of the drawing that this board gave last
  #isChanged = false;
  #isBusy = false;

  /** @param parts elements by name: sheet, canvas, ink, stage, cursor, voice, tools, seen */
  constructor(parts, runs) {
    super();
    this.#sheet = parts.sheet;
    this.#seen = parts.seen;
    this.#runs = runs;
    this.#board = new Board(parts.canvas, parts.ink);
    this.#readOut = new ReadOut(this.#board);
    new PointerPen(this.#board, parts.canvas);
    new KeyboardPen(this.#board, parts.canvas, parts);
    new Toolbar(this.#board, parts.canvas, parts.tools);
    this.#board.addEventListener("change", () => this.#change());
  }

  get isEmpty() {
    return this.#board.isEmpty;
  }

  /** From now on, this run reads; a drawing that lies on the board is given to it. */
  attach(id) {
    if (id === this.#id) return;
    this.#id = id;
    this.#own = null;
    this.#isChanged = !this.#board.isEmpty;
    this.#send();
  }

  /** The drawing that the run has: another's is shown, as the network sees it. */
  show(probe) {
    const isForeign = Boolean(probe?.seen) && probe.id !== this.#own && this.#board.isEmpty;
    this.#seen.hidden = !isForeign;
    if (isForeign) paint(this.#seen, probe.seen);
  }

  #change() {
    this.#sheet.toggleAttribute("data-empty", this.#board.isEmpty);
    if (!this.#board.isEmpty) this.#seen.hidden = true;
    this.#isChanged = true;
    this.#send();
  }

  async #send() {
    if (this.#isBusy || !this.#isChanged || this.#id === null) return;
    this.#isBusy = true;
    this.#isChanged = false;
    try {
      const drawing = this.#board.isEmpty ? { clear: true } : await this.#readOut.take();
      this.#own = (await this.#runs.setProbe(this.#id, drawing)).id;
    } catch (error) {
      if (!EXPECTED.includes(error.status)) {
        this.dispatchEvent(new CustomEvent("refusal", { detail: error.message }));
      }
    } finally {
      const pause = this.#board.isDrawing ? PAUSE : 0;
      setTimeout(() => {
        this.#isBusy = false;
        this.#send();
      }, pause);
    }
  }
}
