/** One line of the pen: points in board pixels, and the path that draws them. */
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

  /** An SVG path: the canvas and the page draw the same one. */
  get path() {
    // One point alone draws nothing; a hair's breadth with round caps is a dot.
    return this.#length > 1 ? this.#path : `${this.#path}h0.01`;
  }
}

function round(number) {
  return Math.round(number * 100) / 100;
}
