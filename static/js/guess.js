import { NOT_A_DIGIT } from "./labels.js";
import { listParts } from "./number.js";
import { StoredText } from "./storage.js";

const DIGIT = /^[0-9]$/;
const INVITATION = "Your guess first: press the digit that you drew";

/**
 * "Guess first": the answer and its bars stay hidden until somebody has said, by a button or a key,
 * what the network will answer. It counts guesses, and how many agreed with the network. The tab
 * remembers both.
 *
 * Emits `change` when the answer is hidden or shown.
 */
export class Guess extends EventTarget {
  #places;
  #tally;
  #switch;
  #stored = new StoredText("sessionStorage", "digit-board.guess");
  #counts = { guesses: 0, agreed: 0 };
  #digit = null; // what was guessed of this drawing
  #reading = null; // of this drawing, once the pen has been lifted
  #isBegun = false; // something is drawn
  #isOver = false; // this drawing's answer has been shown, or counted

  /**
   * @param parts elements by name: group (the ten buttons), switch, tally, stage (marked while
   *   somebody draws by keys: there, digits move the pen) and hidden, those that know the answer
   */
  constructor({ group, switch: box, tally, stage, hidden }) {
    super();
    this.#places = { group, stage, hidden };
    this.#switch = box;
    this.#tally = tally;
    this.#recall();
    box.addEventListener("change", () => this.#turn());
    group.addEventListener("click", ({ target }) => this.#press(target.closest("button")));
    document.addEventListener("keydown", (event) => this.#type(event), { capture: true });
    this.#show();
  }

  /** Whether the answer is hidden. */
  get isPending() {
    return this.#switch.checked && this.#isBegun && !this.#isOver && this.#digit === null;
  }

  /** What a screen reader hears in place of the answer. */
  get words() {
    return INVITATION;
  }

  /** The drawing goes on. @param isEmpty whether there is none: the next one is another */
  draw(isEmpty) {
    this.#isBegun = !isEmpty;
    this.#reading = null;
    if (isEmpty) {
      this.#digit = null;
      this.#isOver = false;
    }
    this.#show();
  }

  /** The drawing was there before, and so was its answer. */
  skip() {
    this.#isOver = true;
    this.#show();
  }

  /** The network has read the drawing after the pen was lifted. */
  learn(reading) {
    if (listParts(reading).length) return this.skip(); // ten buttons do not guess a number
    this.#reading = reading.status === "blank" ? null : reading;
    this.#count();
  }

  #turn() {
    this.#isOver = this.#isBegun; // its answer has been seen
    this.#keep();
    this.#show();
  }

  #press(button) {
    if (!button) return;
    if (button.dataset.digit) return this.#take(Number(button.dataset.digit));
    this.#switch.checked = false;
    this.#turn();
  }

  #type(event) {
    const { key, target, ctrlKey, metaKey, altKey } = event;
    if (!this.isPending || !DIGIT.test(key) || ctrlKey || metaKey || altKey) return;
    if (target.closest?.("select, textarea, input:not([type=checkbox])")) return;
    if (this.#places.stage.hasAttribute("data-by-keys")) return;
    event.preventDefault();
    event.stopPropagation();
    this.#take(Number(key));
  }

  #take(digit) {
    if (!this.isPending) return;
    this.#digit = digit;
    this.#count();
    this.#show();
  }

  #count() {
    if (this.#digit === null || !this.#reading || this.#isOver) return;
    this.#isOver = true;
    this.#counts.guesses += 1;
    this.#counts.agreed += Number(this.#reading.digit === this.#digit);
    this.#keep();
    const said = this.#reading.status === NOT_A_DIGIT ? "not a digit" : this.#reading.digit;
    this.#tell(`You guessed ${this.#digit}, the network says ${said}. ${describeCounts(this.#counts)}`);
  }

  #show() {
    const { group, hidden } = this.#places;
    const wasPending = !group.hidden;
    group.hidden = !this.isPending;
    for (const element of hidden) element.toggleAttribute("data-guessing", this.isPending);
    if (this.isPending || !this.#isOver) this.#tell(this.#describe());
    if (wasPending !== this.isPending) this.dispatchEvent(new Event("change"));
  }

  #describe() {
    if (!this.#switch.checked) return "hides the answer until you have guessed it";
    return describeCounts(this.#counts) || "from the next drawing on";
  }

  #tell(words) {
    if (this.#tally.textContent !== words) this.#tally.textContent = words;
  }

  #keep() {
    this.#stored.write(JSON.stringify({ isOn: this.#switch.checked, ...this.#counts }));
  }

  #recall() {
    let stored = null;
    try {
      stored = JSON.parse(this.#stored.read());
    } catch {
      // not JSON, so not written here
    }
    this.#switch.checked = Boolean(stored?.isOn);
    const { guesses, agreed } = stored ?? {};
    if (Number.isInteger(guesses) && Number.isInteger(agreed)) this.#counts = { guesses, agreed };
  }
}

/** How often the guess and the network agreed: "3 guesses, 2 like the network." */
export function describeCounts({ guesses, agreed }) {
  if (!guesses) return "";
  return `${guesses} guess${guesses === 1 ? "" : "es"}, ${agreed} like the network.`;
}
