const PEN_IS_NEAR = 1000; // ms since its last event, during which a touch is a palm

/** Mouse, finger and stylus: one pointer at a time draws one stroke. */
export class PointerPen {
  #board;
  #surface;
  #pointer = null; // the one that is drawing: { id, type, stroke }
  #penSeen = -Infinity; // when a pen last wrote, hovered or was lifted, in ms

  constructor(board, surface) {
    this.#board = board;
    this.#surface = surface;
    // First of all, a pen makes itself known, whatever it does.
    for (const type of ["pointerdown", "pointermove", "pointerup", "pointercancel"]) {
      surface.addEventListener(type, (event) => event.pointerType === "pen" && this.#meetPen(event));
    }
    surface.addEventListener("pointerdown", (event) => this.#press(event));
    surface.addEventListener("pointermove", (event) => this.#move(event));
    surface.addEventListener("pointerup", (event) => this.#lift(event));
    surface.addEventListener("pointercancel", (event) => this.#release(event));
    surface.addEventListener("lostpointercapture", (event) => this.#release(event));
    surface.addEventListener("contextmenu", (event) => this.#pointer && event.preventDefault());
  }

  #press(event) {
    if (event.button !== 0 || this.#pointer || this.#isPalm(event)) return;
    this.#capture(event.pointerId);
    const stroke = this.#board.begin(this.#pointFrom(event));
    this.#pointer = { id: event.pointerId, type: event.pointerType, stroke };
  }

  #move(event) {
    if (!this.#isDrawing(event)) return;
    // The button was released where the page could not see it: outside the window, or in a menu.
    if (event.pointerType === "mouse" && !(event.buttons & 1)) return this.#release(event);
    this.#board.extend(this.#pointer.stroke, this.#pointsFrom(event));
  }

  #lift(event) {
    if (!this.#isDrawing(event)) return;
    this.#board.extend(this.#pointer.stroke, [this.#pointFrom(event)]);
    this.#release(event);
  }

  /** Ends the stroke under way: the surface leaves the page, say, and hears of no pointer there. */
  release() {
    const { stroke } = this.#pointer ?? {};
    this.#pointer = null;
    if (stroke) this.#board.end(stroke);
  }

  #release(event) {
    if (this.#isDrawing(event)) this.release();
  }

  /** A palm touches the screen before its pen does: the stroke that it began is dropped. */
  #meetPen({ timeStamp }) {
    this.#penSeen = timeStamp;
    if (this.#pointer?.type !== "touch") return;
    this.#board.discard(this.#pointer.stroke);
    this.#pointer = null;
  }

  /** A pen that rests while it writes, and so sends nothing, holds the board itself. */
  #isPalm({ pointerType, timeStamp }) {
    return pointerType === "touch" && timeStamp - this.#penSeen < PEN_IS_NEAR;
  }

  #isDrawing(event) {
    return event.pointerId === this.#pointer?.id;
  }

  #capture(id) {
    try {
      this.#surface.setPointerCapture(id);
    } catch (error) {
      // The pointer may be gone before its event is handled; what it drew stays.
      if (error.name !== "NotFoundError") throw error;
    }
  }

  /** All positions since the last event: a fast pointer has several between two frames. */
  #pointsFrom(event) {
    const events = event.getCoalescedEvents?.() ?? [];
    return (events.length ? events : [event]).map((each) => this.#pointFrom(each));
  }

  #pointFrom({ clientX, clientY }) {
    const { left, top, width, height } = this.#surface.getBoundingClientRect();
    const { size } = this.#board;
    const [right, down] = [(clientX - left) / width, (clientY - top) / height];
    return { x: right * size.width, y: down * size.height };
  }
}
