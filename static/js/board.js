import { getContext } from "./context.js";
import { History } from "./history.js";
import { Stroke } from "./stroke.js";

export const PEN_WIDTH = 18;

/**
 * The sheet of paper. It keeps strokes, draws them and emits `change`; pens write on it.
 *
 * The canvas has a fixed inner size because its pixels are data: ink on a transparent background.
 * Only one stroke runs at a time. The pen that began it passes it back to extend or end it; once a
 * stroke has been undone, cleared or followed by another, the board ignores it.
 */
export class Board extends EventTarget {
  #canvas;
  #context;
  #ink;
  #history = new History([]);
  #running = null;
  #isLocked = false;

  constructor(canvas, ink) {
    super();
    this.#canvas = canvas;
    this.#ink = ink;
    this.#context = getContext(canvas);
    this.#takePen();
  }

  /** In its own pixels, which are those of the canvas. */
  get size() {
    return { width: this.#canvas.width, height: this.#canvas.height };
  }

  /** How far to the right its ink reaches, as far as it was seen when it was drawn. */
  get reach() {
    return Math.max(0, ...this.#history.present.map(({ reach }) => reach));
  }

  get isEmpty() {
    return this.#history.present.length === 0;
  }

  get isDrawing() {
    return this.#running !== null;
  }

  /** Every stroke as a list of points [x, y] in board pixels, in the order of drawing. */
  get strokes() {
    return this.#history.present.map((stroke) => stroke.points);
  }

  get canUndo() {
    return this.#history.canUndo;
  }

  get canRedo() {
    return this.#history.canRedo;
  }

  /** While it is locked no pen writes: a running stroke ends where it is. */
  set isLocked(isLocked) {
    this.#isLocked = isLocked;
    if (isLocked) this.end(this.#running);
  }

  get isLocked() {
    return this.#isLocked;
  }

  /** @returns the stroke for the pen to pass back, null while the board is locked */
  begin(point) {
    if (this.#isLocked) return null;
    this.#running = new Stroke(point, this.size.width);
    this.#history.push([...this.#history.present, this.#running]);
    this.#changed();
    return this.#running;
  }

  isRunning(stroke) {
    return stroke !== null && stroke === this.#running;
  }

  extend(stroke, points) {
    if (!this.isRunning(stroke)) return;
    for (const point of points) stroke.add(point);
    this.#changed();
  }

  end(stroke) {
    if (!this.isRunning(stroke)) return;
    this.#running = null;
    this.#changed();
  }

  /** Drops a running stroke that was never meant: one drawn by a palm, say. */
  discard(stroke) {
    if (!this.isRunning(stroke)) return;
    this.#running = null;
    this.#history.forget();
    this.#changed();
  }

  undo() {
    if (this.canUndo) this.#change(() => this.#history.undo());
  }

  redo() {
    if (this.canRedo) this.#change(() => this.#history.redo());
  }

  clear() {
    if (!this.isEmpty) this.#change(() => this.#history.push([]));
  }

  /** Draws these strokes alone, and forgets what was there; without any it is as at first. */
  reset(strokes = []) {
    this.#history = new History([]);
    this.restore(strokes);
  }

  /** Draws what `strokes` once returned, stroke by stroke, so that each can be undone. */
  restore(strokes) {
    this.#change(() => {
      for (const points of strokes) {
        const stroke = Stroke.through(points, this.size.width);
        this.#history.push([...this.#history.present, stroke]);
      }
    });
  }

  /** Another width: the strokes stay where they are. */
  set width(width) {
    this.#canvas.width = width; // which puts the canvas's pen back, too
    this.#takePen();
    this.#ink.ownerSVGElement.setAttribute("viewBox", `0 0 ${width} ${this.size.height}`);
    this.#change(() => {});
  }

  /** The canvas's pixels as ImageData, which a browser that protects it may refuse or falsify. */
  readPixels() {
    const { width, height } = this.size;
    return this.#context.getImageData(0, 0, width, height);
  }

  /** The canvas as a PNG. A browser that protects it may throw, or return another picture. */
  toDataURL() {
    return this.#canvas.toDataURL("image/png");
  }

  #takePen() {
    if (!this.#context) return; // a browser that protects its user may give none
    Object.assign(this.#context, { lineWidth: PEN_WIDTH, lineCap: "round", lineJoin: "round" });
  }

  #change(step) {
    this.#running = null;
    step();
    this.#changed();
  }

  #changed() {
    const paths = this.#history.present.map((stroke) => stroke.path);
    this.#context?.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    for (const path of paths) this.#context?.stroke(new Path2D(path));
    this.#ink.setAttribute("d", paths.join(""));
    this.dispatchEvent(new Event("change"));
  }
}
