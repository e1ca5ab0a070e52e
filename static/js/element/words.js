const DIGITS = "zero one two three four five six seven eight nine".split(" ");
const NOT_A_DIGIT = "That does not look like a digit.";
const TOO_LITTLE = "Draw the digit larger.";
const READING = "Reading…";
const FAILED = "The network could not be loaded. Your drawing is kept.";

/**
 * What the board says of its drawing: a numeral and a note beside it. What is half drawn often is
 * no digit yet, so while it is `unfinished` it is not called one, nor too small.
 */
export function describe({ reading, isEmpty, hasFailed, isUnfinished }) {
  if (hasFailed) return { digit: "", note: FAILED };
  if (isEmpty) return { digit: "", note: "" };
  if (reading?.status === "digit") {
    const { digit, unsure } = reading;
    return { digit: String(digit), note: unsure ? `Unsure: ${unsure.join(" or ")}` : DIGITS[digit] };
  }
  if (!reading || isUnfinished) return { digit: "", note: READING };
  return { digit: "", note: reading.status === "blank" ? TOO_LITTLE : NOT_A_DIGIT };
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
    return isRequired ? { flags: { valueMissing: true }, message: "Draw a digit." } : VALID;
  }
  if (hasFailed) return refuse(FAILED);
  if (!isCurrent) return refuse("Your drawing is still being read.");
  if (reading.status === "digit") return VALID;
  return refuse(reading.status === "blank" ? TOO_LITTLE : `${NOT_A_DIGIT} Draw it again.`);
}

function refuse(message) {
  return { flags: { badInput: true }, message };
}

const VALID = { flags: {}, message: "" };
