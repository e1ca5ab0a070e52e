import { describeLabel, nameLabel } from "./labels.js";
import { paint } from "./seen.js";

const PAGE = 100; // drawings that the server sends at a time
const EARLY = "400px"; // from the window, at which thumbnails begin to load

/**
 * The drawings of one label, newest first: a place for each, filled when it is about to be seen,
 * and a hundred more at a press. Emits `delete` (detail: the drawing's id).
 */
export class Thumbnails extends EventTarget {
  #element;
  #title;
  #list;
  #more;
  #template;
  #load;
  #label;
  #total;
  #shown = new Map(); // id -> its element, in the order in which they lie
  #isLoading = false;

  /**
   * @param templates the section's and a thumbnail's
   * @param load promises a page of the label's drawings, by the page's number
   */
  constructor(templates, label, total, load) {
    super();
    this.#element = templates.section.content.firstElementChild.cloneNode(true);
    this.#title = this.#element.querySelector("h2");
    this.#list = this.#element.querySelector("ul");
    this.#more = this.#element.querySelector(".kind__more");
    this.#template = templates.thumbnail;
    this.#load = load;
    this.#label = label;
    this.#total = total;
    this.#more.addEventListener("click", () => this.#showMore());
    this.#list.addEventListener("click", ({ target }) => this.#press(target.closest("button")));
    this.#tell();
    this.#makeRoom();
    this.#loadWhenSeen();
  }

  get element() {
    return this.#element;
  }

  get total() {
    return this.#total;
  }

  /** Takes a thumbnail away; the keyboard goes on with the next one. */
  remove(id, { isFocused = false } = {}) {
    const element = this.#shown.get(id);
    const next = element.nextElementSibling ?? element.previousElementSibling;
    element.remove();
    this.#shown.delete(id);
    this.#total -= 1;
    this.#tell();
    if (isFocused) (next?.querySelector("button:not([hidden])") ?? this.#title).focus();
  }

  #loadWhenSeen() {
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        observer.disconnect();
        this.#fill();
      },
      { rootMargin: EARLY },
    );
    observer.observe(this.#element);
  }

  #showMore() {
    const before = this.#shown.size;
    this.#makeRoom();
    this.#fill().then(() => [...this.#shown.values()][before]?.querySelector("button").focus());
  }

  /** Empty places for the drawings that come next, so that nothing moves when they come. */
  #makeRoom() {
    const end = Math.min(this.#list.children.length + PAGE, this.#total);
    for (let place = this.#list.children.length; place < end; place += 1) {
      this.#list.append(this.#template.content.firstElementChild.cloneNode(true));
    }
  }

  /** Fills the empty places. Pages overlap when drawings were deleted or added in between. */
  async #fill() {
    if (this.#isLoading) return;
    this.#isLoading = true;
    const places = [...this.#list.children].slice(this.#shown.size);
    while (places.length) {
      const page = await this.#load(1 + Math.floor(this.#shown.size / PAGE));
      const fresh = page.filter(({ id }) => !this.#shown.has(id)).slice(0, places.length);
      if (!fresh.length) break;
      for (const drawing of fresh) this.#show(places.shift(), drawing);
    }
    for (const place of places) place.remove();
    this.#isLoading = false;
    this.#tell();
  }

  #show(place, { id, seen, created, read_as: readAs }) {
    const isAsRead = readAs === null || String(readAs) === this.#label;
    const picture = place.querySelector("canvas");
    const button = place.querySelector("button");
    const day = new Date(created).toLocaleDateString("en-GB", { dateStyle: "long" });
    const read = isAsRead ? "" : `, read as ${nameLabel(readAs)}`;
    paint(picture, seen);
    picture.setAttribute("aria-label", `${describeLabel(this.#label)}${read}, of ${day}`);
    place.querySelector(".thumbnail__read").textContent = isAsRead ? "" : `read ${nameLabel(readAs)}`;
    button.setAttribute("aria-label", `Delete ${describeLabel(this.#label)} of ${day}`);
    button.dataset.id = id;
    button.hidden = false;
    this.#shown.set(id, place);
  }

  #press(button) {
    if (button) this.dispatchEvent(new CustomEvent("delete", { detail: button.dataset.id }));
  }

  #tell() {
    const name = nameLabel(this.#label);
    const many = this.#total === 1 ? "one drawing" : `${this.#total.toLocaleString("en")} drawings`;
    this.#title.textContent = `${name[0].toUpperCase()}${name.slice(1)}, ${many}`;
    const left = this.#total - this.#list.children.length;
    this.#more.hidden = left <= 0;
    this.#more.textContent = `Show ${Math.min(PAGE, left)} more`;
  }
}
