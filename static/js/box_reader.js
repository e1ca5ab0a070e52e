const QUIET = 300; // ms without a change after which boxes are read

/**
 * Has every box read that has no reading yet, one after another: what is around it is cut out of
 * the photo and sent. Emits `read` (detail: the box that was).
 */
export class BoxReader extends EventTarget {
  #boxes;
  #readings;
  #client;
  #photo = null;
  #isBusy = false;
  #timer = null;

  constructor(boxes, readings, client) {
    super();
    this.#boxes = boxes;
    this.#readings = readings;
    this.#client = client;
    boxes.addEventListener("change", () => this.#wait());
  }

  /** @param photo to cut from; null: none is read at present */
  set photo(photo) {
    this.#photo = photo;
    this.#wait();
  }

  #wait() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#work(), QUIET);
  }

  /** What is changed meanwhile is read next. */
  async #work() {
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (let box = this.#findUnread(); box; box = this.#findUnread()) await this.#read(box);
    this.#isBusy = false;
  }

  #findUnread() {
    if (!this.#photo) return null;
    return this.#boxes.list.map(({ box }) => box).find((box) => !this.#readings.find(box));
  }

  async #read(box) {
    const photo = this.#photo;
    const found = await this.#ask(box);
    if (photo !== this.#photo || !found) return;
    this.#readings.put(box, found);
    this.dispatchEvent(new CustomEvent("read", { detail: box }));
  }

  /** Promises what is in the box, or why it was not read; null if the photo was forgotten. */
  async #ask(box) {
    try {
      const piece = await this.#photo.cut(box);
      const answer = await this.#client.read(piece.blob, piece.box);
      return answer && takeReading(answer.digits[0]);
    } catch (error) {
      return { failure: error.message };
    }
  }
}

/** A digit of the server's answer as the page remembers it; without one, the box is empty. */
export function takeReading(digit) {
  if (!digit) return { reading: { status: "blank", digit: null, probabilities: null }, ink: null };
  const { ink, ...reading } = digit;
  return { reading, ink };
}
