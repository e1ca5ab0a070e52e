import { Bars } from "./bars.js";
import { Because } from "./because.js";
import { describeLabel, NOT_A_DIGIT } from "./labels.js";
import { describePart } from "./number.js";
import { nameFound } from "./photo_words.js";
import { Seen } from "./seen.js";

/** The chosen box: its digit, the bars of its reading, and what the network was given of it. */
export class PhotoDigit {
  #element;
  #said;
  #note;
  #because;
  #bars;
  #seen;

  /** @param part finds an element by the name of its part */
  constructor(part) {
    this.#element = part("digit");
    this.#said = part("said");
    this.#note = part("note");
    this.#because = new Because(part("because"));
    this.#bars = new Bars(part("bars"));
    this.#seen = new Seen(part("seen"), part("seen-words"));
  }

  /** @param words what to do, where no box is chosen */
  clear(words) {
    this.#say("empty", words);
    this.#because.show(null);
    this.#clearPicture();
  }

  /** @param entry { digit, found, label, isRight, place } of the chosen box */
  show(entry) {
    const { found, label } = entry;
    const { state, said, note } = findWords(entry);
    this.#say(state, said, note);
    const reading = found?.reading;
    const isDoubtful = label === null && !reading?.mark;
    this.#because.show(isDoubtful ? (reading?.because ?? null) : null);
    if (!reading?.probabilities) return this.#clearPicture();
    const { status, probabilities, no_digit: noDigit = null } = reading;
    this.#bars.show(probabilities, { isRefused: status === "not_a_digit", noDigit });
    this.#seen.show(reading.seen);
  }

  #clearPicture() {
    this.#bars.clear();
    this.#seen.clear();
  }

  #say(state, said, note = "") {
    this.#element.dataset.state = state;
    this.#said.textContent = said;
    this.#note.textContent = note;
  }
}

function findWords(entry) {
  const { found, label, isRight, digit, place } = entry;
  const where = capitalize(place);
  if (label !== null) return findCorrected(entry, where);
  if (!found) return { state: "reading", said: "Reading…", note: where };
  if (found.failure) return { state: "trouble", said: found.failure };
  const { reading } = found;
  if (reading.status === "blank") {
    return { state: "blank", said: "No ink found here", note: "Move the box, or draw it larger." };
  }
  if (reading.mark) {
    const note = `${capitalize(describePart(reading))}. ${where}`;
    return { state: "answer", said: reading.mark, note };
  }
  if (reading.status !== "digit") {
    return { state: "not-a-digit", said: "That does not look like a digit", note: where };
  }
  const said = String(reading.digit);
  if (isRight === false) {
    return { state: "answer", said, note: `${where}. It should be ${describeLabel(digit.expected)}.` };
  }
  const note = reading.unsure ? `Unsure: ${reading.unsure.join(" or ")}. ${where}` : where;
  return { state: "answer", said, note };
}

/** What somebody said that it is, and what was read before. */
function findCorrected({ found, label }, where) {
  const read = found?.reading?.digit;
  const note = read === label ? `${where}. You said so, too.` : `${where}. ${describeRead(found)}`;
  if (label === NOT_A_DIGIT) return { state: "not-a-digit", said: "Not a digit", note };
  return { state: "answer", said: String(label), note };
}

function describeRead(found) {
  return `Read as ${nameFound({ found, label: null })} before you put it right.`;
}

function capitalize(words) {
  return `${words[0].toUpperCase()}${words.slice(1)}`;
}
