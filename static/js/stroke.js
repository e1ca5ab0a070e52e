/** One stroke of the pen: points in board pixels, and the SVG path that draws them. */
export class Stroke {
  #points = [];
  #path = "";
  #room;

  /** @param room how wide the board is that it is drawn on: what lies beside it is not seen */
  constructor(point, room = Infinity) {
    this.#room = room;
    this.add(point);
  }

  /** The stroke through these points, as `points` returned them. */
  static through(points, room) {
    const [first, ...others] = points.map(([x, y]) => ({ x, y }));
    const stroke = new Stroke(first, room);
    for (const point of others) stroke.add(point);
    return stroke;
  }

  add(point) {
    const [x, y] = [round(point.x), round(point.y)];
    const [lastX, lastY] = this.#points[this.#points.length - 1] ?? [];
    if (lastX === x && lastY === y) return;
    this.#path += `${this.#points.length ? "L" : "M"}${x} ${y}`;
    this.#points.push([x, y]);
  }

  /** Every point as [x, y], to a hundredth of a pixel. */
  get points() {
    return this.#points.map((point) => [...point]);
  }

  /** How far to the right its seen points reach. */
  get reach() {
    return Math.min(Math.max(...this.#points.map(([x]) => x)), this.#room);
  }

  /** Canvas and page draw this same path. */
  get path() {
    // A path of one point draws nothing; a very short line with round caps draws a dot.
    return this.#points.length > 1 ? this.#path : `${this.#path}h0.01`;
  }
}

/** A place on the board, in hundredths of a pixel: more would only make requests longer. */
export function round(number) {
  return Math.round(number * 100) / 100;
}
