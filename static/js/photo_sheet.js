import { describeLabel } from "./labels.js";
import { UNREAD } from "./photo_readings.js";

/**
 * A printed sheet: how many of its digits are read rightly, and the button that keeps them all with
 * the digits that the sheet asks for. Emits `keep` and `stop`.
 */
export class PhotoSheet extends EventTarget {
  #element;
  #score;
  #wrong;
  #button;
  #bar;
  #said;
  #result = null; // { of, empty } of the sheet
  #isKeeping = false;

  constructor(element) {
    super();
    const part = (name) => element.querySelector(`[data-part="${name}"]`);
    this.#element = element;
    this.#score = part("score");
    this.#wrong = part("wrong");
    this.#bar = part("keeping");
    this.#said = part("keep-said");
    this.#button = element.querySelector('[data-action="keep-sheet"]');
    this.#button.addEventListener("click", () => {
      this.dispatchEvent(new Event(this.#isKeeping ? "stop" : "keep"));
    });
  }

  /** @param result what the server says of the sheet, or null: the photo shows none */
  begin(result) {
    this.#result = result;
    this.#element.hidden = result === null;
    this.tell("");
    this.endKeeping();
  }

  /** @param digits { expected, written, isRight } of each box that asks for a digit */
  show(digits) {
    if (!this.#result) return;
    const { of, empty = 0 } = this.#result;
    const right = digits.filter(({ isRight }) => isRight).length;
    const left = empty ? `, ${empty} left empty` : "";
    this.#score.textContent = `${right} of ${of} right${left}`;
    const wrong = digits.filter(({ isRight, written }) => !isRight && written !== UNREAD);
    this.#wrong.textContent = wrong.length ? `Wrong: ${listWrong(wrong)}.` : "";
    if (!this.#isKeeping) this.#button.textContent = `Keep all ${digits.length} in My drawings`;
    this.#button.disabled = digits.length === 0;
  }

  /** How far keeping them has come. */
  showKeeping({ done, total }) {
    this.#isKeeping = true;
    this.#bar.hidden = false;
    this.#bar.max = total;
    this.#bar.value = done;
    this.#button.textContent = "Stop";
    this.tell(`Keeping ${done} of ${total}…`);
  }

  endKeeping() {
    this.#isKeeping = false;
    this.#bar.hidden = true;
  }

  tell(words) {
    this.#said.textContent = words;
  }
}

/** "a 7 read as 1, two 4s as 9, …" shortened: the boxes on the photo show the rest. */
function listWrong(wrong) {
  const words = wrong.slice(0, 6).map(({ expected, written }) => {
    return `${describeLabel(expected)} read as ${/^\d$/.test(written) ? written : "no digit"}`;
  });
  const more = wrong.length - words.length;
  return more ? `${words.join(", ")}, and ${more} more` : words.join(", ");
}
