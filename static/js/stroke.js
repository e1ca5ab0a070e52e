/** One stroke of the pen: points in board pixels, kept as the SVG path that draws them. */
export class Stroke {
  #last = null;
  #path = "";
  #length = 0;

  constructor(point) {
    this.add(point);
  }

  add(point) {
    const [x, y] = [round(point.x), round(point.y)];
    if (this.#last?.x === x && this.#last.y === y) return;
    this.#path += `${this.#length ? "L" : "M"}${x} ${y}`;
    this.#last = { x, y };
    this.#length += 1;
  }

  /** Canvas and page draw this same path. */
  get path() {
    // A path of one point draws nothing; a very short line with round caps draws a dot.
    return this.#length > 1 ? this.#path : `${this.#path}h0.01`;
  }
}

function round(number) {
  return Math.round(number * 100) / 100;
}
