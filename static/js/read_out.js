import { PEN_WIDTH } from "./board.js";
import { getContext } from "./context.js";
import { clip, isPictureOf } from "./picture.js";

const DECODING = 1000; // ms; a picture that takes longer to decode is not waited for
const FIRST_WAIT = 2000; // ms until a canvas that was hidden is tried again; then twice as long …
const LONGEST_WAIT = 60_000; // … up to this: each try may make the browser ask its user

/**
 * What is sent of the drawing: the picture of its canvas or, where a browser protects its user from
 * being recognised by what a canvas returns, the strokes. The page knows what it drew, so it
 * notices when the picture is white, or noise, or refused.
 *
 * Emits `hidden` when the canvas begins to be hidden, and `shown` when it is no longer.
 */
export class ReadOut extends EventTarget {
  #board;
  #scratch;
  #wait = 0; // ms; 0 while the canvas tells the truth
  #nextTry = -Infinity;

  constructor(board) {
    super();
    this.#board = board;
    this.#scratch = document.createElement("canvas");
  }

  /** Promises `{ image }`, a PNG as a data URL, or `{ strokes }`: the board as it is now. */
  async take() {
    const { image, strokes } = await this.#look();
    return image ? { image } : { strokes };
  }

  /** Promises the same for who reads in this browser: `strokes`, and that picture's `pixels`. */
  async takePixels() {
    const { strokes, pixels, size } = await this.#look();
    return { strokes, pixels: pixels && { data: pixels, ...size } };
  }

  /** Promises the board as it is now: its strokes and, if the canvas tells the truth, its picture. */
  async #look() {
    const { strokes, size } = this.#board; // now: the pen may go on while the picture is checked
    const drawing = { strokes: clip(strokes, size), size };
    if (performance.now() < this.#nextTry) return drawing;
    const image = this.#readCanvas();
    const pixels = image && (await this.#decode(image, size));
    const isTrue = pixels !== null && isPictureOf(pixels, strokes, size, PEN_WIDTH);
    this.#learn(isTrue);
    return isTrue ? { ...drawing, image, pixels } : drawing;
  }

  #learn(isTrue) {
    const wasHidden = this.#wait > 0;
    this.#wait = isTrue ? 0 : Math.min(2 * this.#wait || FIRST_WAIT, LONGEST_WAIT);
    this.#nextTry = isTrue ? -Infinity : performance.now() + this.#wait;
    if (wasHidden === isTrue) this.dispatchEvent(new Event(isTrue ? "shown" : "hidden"));
  }

  #readCanvas() {
    try {
      return this.#board.toDataURL();
    } catch {
      return null; // forbidden; the strokes are sent
    }
  }

  /** The very picture that would be sent, not the canvas's: each may be protected differently. */
  async #decode(image, size) {
    try {
      const picture = await load(image);
      const context = getContext(this.#scratch);
      Object.assign(this.#scratch, size); // which clears it, too
      context.drawImage(picture, 0, 0);
      return context.getImageData(0, 0, size.width, size.height).data;
    } catch {
      return null; // no picture, or one that cannot be looked at
    }
  }
}

function load(address) {
  return new Promise((resolve, reject) => {
    const picture = new Image();
    picture.addEventListener("load", () => resolve(picture));
    picture.addEventListener("error", reject);
    setTimeout(reject, DECODING);
    picture.src = address;
  });
}
