const DIGITS = "zero one two three four five six seven eight nine".split(" ");
const NOT_A_DIGIT = "That does not look like a digit.";
const TOO_LITTLE = "Draw the digit larger.";
const READING = "Reading…";
const FAILED = "The network could not be loaded.";
const KEPT = `${FAILED} Your drawing is kept.`;

/**
 * What the board says of its drawing: a numeral and a note beside it. What is half drawn often is
 * no digit yet, so while it is `unfinished` it is not called one, nor too small.
 */
export function describe({ reading, isEmpty, hasFailed, isUnfinished }) {
  if (hasFailed) return say(isEmpty ? FAILED : KEPT);
  if (isEmpty) return say("");
  if (reading?.status === "digit") {
    const { digit, unsure } = reading;
    return say(unsure ? `Unsure: ${unsure.join(" or ")}` : DIGITS[digit], String(digit));
  }
  if (!reading || isUnfinished) return say(READING);
  return say(reading.status === "blank" ? TOO_LITTLE : NOT_A_DIGIT);
}

function say(note, digit = "") {
  return { digit, note };
}

/** The same as a screen reader hears it. */
export function phrase(state) {
  if (state.isEmpty && !state.hasFailed) return "The board is empty";
  const { digit, note } = describe(state);
  return digit && state.reading.unsure ? `${digit}, ${note.toLowerCase()}` : digit || note;
}

/**
 * Why a form cannot be sent, as the `flags` and `message` of a validity: nothing drawn though it is
 * `required`, or ink that is no digit, or not read yet.
 */
export function judge({ isRequired, isEmpty, isCurrent, reading, hasFailed }) {
  if (isEmpty) {
    return isRequired ? refuse("Draw a digit.", "valueMissing") : VALID;
  }
  if (hasFailed) return refuse(KEPT);
  if (!isCurrent) return refuse("Your drawing is still being read.");
  if (reading.status === "digit") return VALID;
  return refuse(reading.status === "blank" ? TOO_LITTLE : `${NOT_A_DIGIT} Draw it again.`);
}

function refuse(message, flag = "badInput") {
  return { flags: { [flag]: true }, message };
}

const VALID = { flags: {}, message: "" };
