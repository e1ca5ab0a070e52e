import { PEN_WIDTH } from "./board.js";
import { paintLevels } from "./grey.js";
import { makeCanvas } from "./make_canvas.js";
import { make } from "./markup.js";

const SVG = "http://www.w3.org/2000/svg";
const SIDE = 28; // pixels of what the network is given
const BOX = 20; // pixels of the longer side of its ink

/**
 * The four pictures from the board to the 28 × 28 pixels: the board with the box of its ink, what
 * is in the box, that with its longer side at 20 pixels, and moved so that its mass is in the
 * middle. The last two are the server's own pixels: 28 × 28 as given to the network, and cut again
 * out of these, for moving changes no pixel.
 */
export class Preparation {
  #pictures;
  #sizes;
  #board = makePicture("Your drawing, with a frame around its ink");
  #cropped = makePicture("What is in the frame");
  #scaled = makeCanvas([BOX, BOX], "The ink in 20 by 20 pixels");
  #centred = makeCanvas([SIDE, SIDE], "What the network is given: 28 by 28 pixels");
  #frame = document.createElementNS(SVG, "rect");

  /** @param part finds an element of the page by its name */
  constructor(part) {
    const names = ["board-step", "cropped", "scaled", "centred"];
    this.#pictures = names.map(part);
    this.#sizes = names.map((name) => part(`${name}-size`));
    const shown = [this.#board, this.#cropped, this.#scaled, this.#centred];
    this.#pictures.forEach((place, index) => place.append(shown[index]));
    this.#pictures[3].append(make("span", { class: "step__cross" }));
    this.#frame.setAttribute("class", "step__frame");
    this.#board.append(this.#frame);
  }

  /** @param strokes as the board has them @param ink the board's path, drawn with its pen */
  show(strokes, ink, size, seen) {
    const box = findBox(strokes, size);
    for (const picture of [this.#board, this.#cropped]) picture.firstChild.setAttribute("d", ink);
    this.#board.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
    this.#cropped.setAttribute("viewBox", `${box.left} ${box.top} ${box.width} ${box.height}`);
    const { left: x, top: y, width, height } = box;
    for (const [name, value] of Object.entries({ x, y, width, height })) {
      this.#frame.setAttribute(name, value);
    }
    const small = cutInk(seen);
    paintLevels(this.#scaled, pad(small), [BOX, BOX]);
    paintLevels(this.#centred, seen, [SIDE, SIDE]);
    this.#tell([
      `${size.width} × ${size.height}`,
      `${Math.round(width)} × ${Math.round(height)}`,
      `${small.width} × ${small.height}`,
      `${SIDE} × ${SIDE}`,
    ]);
  }

  /** The same four pictures once more, small, for the strip. */
  copy() {
    const shown = [this.#board, this.#cropped, this.#scaled, this.#centred];
    return shown.map((picture) => {
      const copy = picture.cloneNode(true);
      if (copy instanceof HTMLCanvasElement) copy.getContext("2d")?.drawImage(picture, 0, 0);
      copy.setAttribute("aria-hidden", "true");
      copy.removeAttribute("role");
      copy.removeAttribute("aria-label");
      return copy;
    });
  }

  #tell(sizes) {
    sizes.forEach((words, index) => (this.#sizes[index].textContent = words));
  }
}

function makePicture(label) {
  const picture = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", label);
  picture.setAttribute("class", "step__drawing");
  picture.append(path);
  return picture;
}

/** The box of the ink: half a pen's width around the strokes, as far as the board reaches. */
function findBox(strokes, size) {
  const points = strokes.flat();
  const reach = (axis, side) => {
    const bound = (value) => Math.min(Math.max(value, 0), side);
    const places = points.map((point) => point[axis]);
    const half = PEN_WIDTH / 2;
    return [bound(Math.min(...places) - half), bound(Math.max(...places) + half)];
  };
  const [[left, right], [top, bottom]] = [reach(0, size.width), reach(1, size.height)];
  return { left, top, width: right - left, height: bottom - top };
}

/** The tight box of the ink of 28 × 28 levels: its width, its height, and the levels in it. */
function cutInk(seen) {
  const inked = [...seen.keys()].filter((at) => seen[at] > 0);
  const columns = inked.map((at) => at % SIDE);
  const rows = inked.map((at) => Math.floor(at / SIDE));
  const [left, top] = [Math.min(...columns), Math.min(...rows)];
  const width = Math.max(...columns) - left + 1;
  const height = Math.max(...rows) - top + 1;
  const at = (row, column) => seen[(top + row) * SIDE + left + column];
  return { width, height, at };
}

/** In 20 × 20 levels the ink lies at the top and on the left; the rest is paper. */
function pad({ width, height, at }) {
  const levels = new Uint8Array(BOX * BOX);
  for (let row = 0; row < Math.min(height, BOX); row += 1) {
    for (let column = 0; column < Math.min(width, BOX); column += 1) {
      levels[row * BOX + column] = at(row, column);
    }
  }
  return levels;
}
