import { make } from "./markup.js";

const CORNERS = ["nw", "ne", "sw", "se"];
const ZOOMS = [1, 1.5, 2, 3, 4];

/**
 * The photo with a frame around each number and a button on each box. One box is chosen; its
 * corners can be pulled. Emits `choose` (detail: the box's id) when another one is.
 */
export class PhotoView extends EventTarget {
  #paper;
  #picture = make("img", { class: "photo__picture", alt: "Your photo" });
  #numbers;
  #surface;
  #elements = new Map(); // id -> button
  #size = [1, 1];
  #chosen = null;
  #zoom = 0;

  /** @param paper the element that holds the boxes and, under them, will hold the picture */
  constructor(paper) {
    super();
    this.#paper = paper;
    this.#numbers = paper.querySelector('[data-part="numbers"]');
    this.#surface = paper.querySelector('[data-part="boxes"]');
    this.#surface.addEventListener("focusin", ({ target }) => this.#focus(target));
  }

  /** Where boxes are moved and drawn. */
  get surface() {
    return this.#surface;
  }

  /** The id of the chosen box, or null. */
  get chosen() {
    return this.#chosen;
  }

  show(photo) {
    this.#size = photo.size;
    this.#picture.src = photo.address;
    this.#paper.prepend(this.#picture);
    const [width, height] = photo.size;
    this.#paper.style.setProperty("--photo-width", width);
    this.#paper.style.setProperty("--photo-height", height);
    this.choose(null);
    this.zoom(-ZOOMS.length);
  }

  /**
   * @param digits { id, box, text, words, kind } of each box, in the order of reading; `kind` is
   * "sure", "unsure", "none", "unread", "wrong" or "right"
   * @param numbers { box, text } of each number of several digits
   */
  render(digits, numbers) {
    const before = new Set(this.#elements.keys());
    digits.forEach((digit, index) => {
      const element = this.#elements.get(digit.id) ?? this.#makeBox(digit.id);
      before.delete(digit.id);
      write(element, digit);
      this.place(digit.id, digit.box);
      // Only what is out of its place is moved: a button that is moved loses the focus.
      if (this.#surface.children[index] !== element) this.#insert(element, index);
    });
    for (const id of before) this.#drop(id);
    this.#numbers.replaceChildren(...numbers.map((number) => this.#makeNumber(number)));
    if (before.has(this.#chosen)) this.choose(null);
  }

  /** Shows a box elsewhere, without changing it: while it is dragged. */
  place(id, box) {
    const element = id === null ? this.#findDraft() : this.#elements.get(id);
    if (element) this.#lay(element, box);
  }

  /** The box that is being drawn is gone. */
  dropDraft() {
    this.#surface.querySelector(".box--draft")?.remove();
  }

  choose(id) {
    if (id === this.#chosen) return;
    this.#mark(this.#chosen, false);
    this.#chosen = id;
    this.#mark(id, true);
    this.dispatchEvent(new CustomEvent("choose", { detail: id }));
  }

  /** The keyboard goes on with this box. */
  focus(id) {
    const element = this.#elements.get(id);
    element?.focus({ preventScroll: true });
    element?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (element) this.choose(id);
  }

  /** The id of the box to which an element belongs, or null. */
  findId(element) {
    const box = element.closest?.("[data-box]");
    return box ? Number(box.dataset.box) : null;
  }

  /** Where a pointer is on the photo, in its pixels. */
  locate({ clientX, clientY }) {
    const { left, top, width, height } = this.#surface.getBoundingClientRect();
    const [photoWidth, photoHeight] = this.#size;
    return [((clientX - left) / width) * photoWidth, ((clientY - top) / height) * photoHeight];
  }

  /** The photo's pixels for each pixel of the page. */
  get scale() {
    return this.#size[0] / this.#surface.getBoundingClientRect().width;
  }

  /** The middle of what is seen of the photo, in its pixels. */
  findMiddle() {
    const surface = this.#surface.getBoundingClientRect();
    const frame = this.#paper.parentElement.getBoundingClientRect();
    const middle = (start, end, low, high) => (Math.max(start, low) + Math.min(end, high)) / 2;
    return this.locate({
      clientX: middle(surface.left, surface.right, frame.left, frame.right),
      clientY: middle(surface.top, surface.bottom, Math.max(frame.top, 0), Math.min(frame.bottom, innerHeight)),
    });
  }

  get canZoomIn() {
    return this.#zoom < ZOOMS.length - 1;
  }

  get canZoomOut() {
    return this.#zoom > 0;
  }

  /** Makes the photo larger (1) or smaller (-1); the chosen box stays in sight. */
  zoom(step) {
    this.#zoom = Math.min(Math.max(this.#zoom + step, 0), ZOOMS.length - 1);
    this.#paper.style.setProperty("--zoom", ZOOMS[this.#zoom]);
    this.#paper.parentElement.toggleAttribute("data-zoomed", this.#zoom > 0);
    this.#elements.get(this.#chosen)?.scrollIntoView({ block: "nearest", inline: "center" });
  }

  #focus(target) {
    const id = this.findId(target);
    if (id !== null) this.choose(id);
  }

  #mark(id, isChosen) {
    const element = this.#elements.get(id);
    if (!element) return;
    element.setAttribute("aria-pressed", String(isChosen));
    for (const handle of element.querySelectorAll("[data-corner]")) handle.remove();
    if (isChosen) element.append(...CORNERS.map(makeHandle));
  }

  #makeBox(id) {
    const element = make(
      "button",
      { type: "button", class: "box", "data-box": id, "aria-pressed": "false" },
      make("span", { class: "box__text", "aria-hidden": "true" }),
    );
    this.#elements.set(id, element);
    return element;
  }

  #makeNumber({ box, text }) {
    const label = make("span", { class: "number-box__text" }, text);
    const element = make("div", { class: "number-box" }, label);
    this.#lay(element, box);
    return element;
  }

  #insert(element, index) {
    const isFocused = element === document.activeElement;
    this.#surface.insertBefore(element, this.#surface.children[index] ?? null);
    if (isFocused) element.focus({ preventScroll: true });
  }

  #drop(id) {
    this.#elements.get(id).remove();
    this.#elements.delete(id);
  }

  #findDraft() {
    const draft = this.#surface.querySelector(".box--draft");
    if (draft) return draft;
    const made = make("div", { class: "box box--draft", "aria-hidden": "true" });
    this.#surface.append(made);
    return made;
  }

  #lay(element, [x, y, width, height]) {
    const [photoWidth, photoHeight] = this.#size;
    element.style.setProperty("left", `${(100 * x) / photoWidth}%`);
    element.style.setProperty("top", `${(100 * y) / photoHeight}%`);
    element.style.setProperty("width", `${(100 * width) / photoWidth}%`);
    element.style.setProperty("height", `${(100 * height) / photoHeight}%`);
  }
}

function write(element, { text, words, kind, expected = null }) {
  const label = element.querySelector(".box__text");
  element.dataset.kind = kind;
  if (element.getAttribute("aria-label") !== words) element.setAttribute("aria-label", words);
  if (expected === null) label.textContent = text;
  else label.replaceChildren(make("s", {}, text), ` ${expected}`);
}

function makeHandle(corner) {
  return make("span", { class: "box__corner", "data-corner": corner });
}
