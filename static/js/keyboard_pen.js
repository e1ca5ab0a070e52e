import { KeyPath } from "./key_path.js";

const STEP = 4;
const BIG_STEP = 20;
const PAUSE = 700; // ms without a key after which the pen's place is said
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** The keys of a numeric pad lie as their directions do; without Num Lock four have names. */
const DIAGONALS = { Home: [-1, -1], PageUp: [1, -1], End: [-1, 1], PageDown: [1, 1] };
const FIGURES = {
  7: DIAGONALS.Home, 8: ARROWS.ArrowUp, 9: DIAGONALS.PageUp,
  4: ARROWS.ArrowLeft, 6: ARROWS.ArrowRight,
  1: DIAGONALS.End, 2: ARROWS.ArrowDown, 3: DIAGONALS.PageDown,
};

/**
 * A pen for the keyboard: arrow keys move it, two together or 7, 9, 1 and 3 diagonally, Space puts
 * it down and lifts it. While the board has the keyboard's focus, the stage is marked, so that the
 * page shows these keys.
 */
export class KeyboardPen {
  #board;
  #stage;
  #cursor;
  #voice;
  #held = new Set(); // arrow keys
  #timer = null;
  #stroke = null;
  #path = null;
  #point;

  constructor(board, surface, { stage, cursor, voice }) {
    this.#board = board;
    this.#stage = stage;
    this.#cursor = cursor;
    this.#voice = voice;
    this.#point = { x: board.size.width / 2, y: board.size.height / 2 };
    surface.addEventListener("keydown", (event) => this.#press(event));
    surface.addEventListener("keyup", (event) => this.#held.delete(event.key));
    surface.addEventListener("focus", () => this.#appear(hasVisibleFocus(surface)));
    surface.addEventListener("blur", () => this.#leave());
    surface.addEventListener("pointerdown", () => this.#leave());
    board.addEventListener("change", () => this.#show());
  }

  get #isDown() {
    return this.#board.isRunning(this.#stroke);
  }

  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = this.#directionOf(event);
    if (!direction && event.key !== " ") return;
    event.preventDefault(); // the page must not scroll while the pen moves
    this.#appear(true);
    if (direction) this.#move(direction, event.shiftKey ? BIG_STEP : STEP);
    else if (!event.repeat) this.#toggle();
  }

  #directionOf({ key, code }) {
    if (!(key in ARROWS)) return DIAGONALS[key] ?? FIGURES[/^(?:Digit|Numpad)(\d)$/.exec(code)?.[1]];
    this.#held.add(key);
    const held = [...this.#held].map((arrow) => ARROWS[arrow]);
    return [0, 1].map((axis) => Math.sign(held.reduce((sum, each) => sum + each[axis], 0)));
  }

  #move([right, down], step) {
    const { x, y } = this.#point;
    this.#point = this.#keepOn({ x: x + right * step, y: y + down * step });
    if (this.#isDown) this.#board.extend(this.#stroke, this.#path.moveTo(this.#point));
    this.#show();
    this.#sayLater();
  }

  /** The nearest place that is on the board. */
  #keepOn({ x, y }) {
    const { width, height } = this.#board.size;
    const within = (number, side) => Math.min(Math.max(number, 0), side);
    return { x: within(x, width), y: within(y, height) };
  }

  #toggle() {
    if (this.#isDown) this.#lift();
    else this.#lower();
    this.#show();
    this.#say();
  }

  #lower() {
    this.#path = new KeyPath(this.#point);
    this.#stroke = this.#board.begin(this.#point);
  }

  #lift() {
    this.#board.end(this.#stroke);
    this.#stroke = null;
  }

  #leave() {
    this.#held.clear(); // where they are released is not heard of
    clearTimeout(this.#timer);
    this.#lift();
    this.#appear(false);
  }

  #appear(isVisible) {
    this.#cursor.hidden = !isVisible;
    this.#stage.toggleAttribute("data-by-keys", isVisible);
    this.#show();
  }

  #show() {
    const { width, height } = this.#board.size;
    this.#point = this.#keepOn(this.#point); // the board may have become narrower
    this.#cursor.style.left = `${(100 * this.#point.x) / width}%`;
    this.#cursor.style.top = `${(100 * this.#point.y) / height}%`;
    this.#cursor.toggleAttribute("data-down", this.#isDown);
  }

  #sayLater() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#say(), PAUSE);
  }

  #say() {
    clearTimeout(this.#timer);
    const share = (number, side) => `${Math.round((100 * number) / side)}%`;
    const { width, height } = this.#board.size;
    const { x, y } = this.#point;
    const place = `${share(x, width)} from the left, ${share(y, height)} from the top`;
    this.#voice.textContent = `Pen ${this.#isDown ? "down" : "up"}, ${place}`;
  }
}

/** Safari 15.0 to 15.3 does not know the selector, and throws: there the first key shows the pen. */
function hasVisibleFocus(element) {
  try {
    return element.matches(":focus-visible");
  } catch {
    return false;
  }
}
