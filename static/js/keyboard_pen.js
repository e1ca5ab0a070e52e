const STEP = 4;
const BIG_STEP = 20;
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** A pen for the keyboard: arrow keys move it, Space puts it down and lifts it. */
export class KeyboardPen {
  #board;
  #cursor;
  #voice;
  #stroke = null;
  #point;

  constructor(board, surface, cursor, voice) {
    this.#board = board;
    this.#cursor = cursor;
    this.#voice = voice;
    this.#point = { x: board.size / 2, y: board.size / 2 };
    surface.addEventListener("keydown", (event) => this.#press(event));
    surface.addEventListener("focus", () => this.#appear(surface.matches(":focus-visible")));
    surface.addEventListener("blur", () => this.#leave());
    surface.addEventListener("pointerdown", () => this.#leave());
    board.addEventListener("change", () => this.#show());
  }

  get #isDown() {
    return this.#board.isRunning(this.#stroke);
  }

  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = DIRECTIONS[event.key];
    if (!direction && event.key !== " ") return;
    event.preventDefault(); // the page must not scroll while the pen moves
    this.#appear(true);
    if (direction) this.#move(direction, event.shiftKey ? BIG_STEP : STEP);
    else if (!event.repeat) this.#toggle();
  }

  #move([right, down], step) {
    const within = (number) => Math.min(Math.max(number, 0), this.#board.size);
    const { x, y } = this.#point;
    this.#point = { x: within(x + right * step), y: within(y + down * step) };
    this.#board.extend(this.#stroke, [this.#point]);
    this.#show();
  }

  #toggle() {
    if (this.#isDown) this.#lift();
    else this.#stroke = this.#board.begin(this.#point);
    this.#show();
    this.#say();
  }

  #lift() {
    this.#board.end(this.#stroke);
    this.#stroke = null;
  }

  #leave() {
    this.#lift();
    this.#appear(false);
  }

  #appear(isVisible) {
    this.#cursor.hidden = !isVisible;
    this.#show();
  }

  #show() {
    this.#cursor.style.left = this.#percent(this.#point.x);
    this.#cursor.style.top = this.#percent(this.#point.y);
    this.#cursor.toggleAttribute("data-down", this.#isDown);
  }

  #say() {
    const { x, y } = this.#point;
    const place = `${this.#percent(x)} from the left, ${this.#percent(y)} from the top`;
    this.#voice.textContent = `Pen ${this.#isDown ? "down" : "up"}, ${place}`;
  }

  #percent(number) {
    return `${Math.round((100 * number) / this.#board.size)}%`;
  }
}
