import { percent } from "./bars.js";
import { NOT_A_DIGIT } from "./labels.js";

/** A drawing of several digits: its parts, as the server gives them, and what they are in words. */

const MARKS = { "-": "a minus sign", ".": "a decimal point", ",": "a comma" };
const UNKNOWN = "?";

/** The readings of a number's parts from left to right; an empty list if there is one digit, or none. */
export function listParts(reading) {
  return reading?.digits?.length > 1 ? reading.digits : [];
}

/** Whether a part is neither a digit nor a mark such as a minus sign. */
export function isRefused({ mark, status }) {
  return !mark && status !== "digit";
}

/** One part as one character. */
export function writePart(part) {
  if (part.mark) return part.mark;
  return isRefused(part) ? UNKNOWN : String(part.digit);
}

/** The number as far as it could be read: "4?7". */
export function writeNumber(reading) {
  return listParts(reading).map(writePart).join("");
}

/** One part as a screen reader says it: "4, 97.1%". */
export function describePart(part) {
  if (part.mark) return MARKS[part.mark] ?? part.mark;
  if (isRefused(part)) return "not a digit";
  return `${part.digit}, ${percent(part.probabilities[part.digit])}`;
}

/** Which part of its number it is: "Digit 2 of 3". */
export function placePart(index, parts) {
  return `${parts.every(({ mark }) => !mark) ? "Digit" : "Part"} ${index + 1} of ${parts.length}`;
}

/** What stands above the bars of a part. */
export function titleBars(index, parts) {
  const part = parts[index];
  const place = placePart(index, parts);
  if (part.mark) return `${place}: ${describePart(part)}`;
  return isRefused(part) ? `${place}, if it had to be a digit:` : `${place}: probability of each digit`;
}

/** What stands beside the number, in place of a digit's word. */
export function describeNumber(reading) {
  const parts = listParts(reading);
  const refused = parts.flatMap((part, index) => (isRefused(part) ? [index] : []));
  if (refused.length > 1) return `${refused.length} of ${parts.length} parts are not digits`;
  if (refused.length) return `${placePart(refused[0], parts)} is not a digit`;
  if (!Number.isFinite(reading.probability)) return "";
  return `probability ${percent(reading.probability)}`;
}

/** The whole number as a screen reader says it. */
export function phraseNumber(reading) {
  const parts = listParts(reading);
  const each = parts.map(describePart).join("; ");
  if (parts.some(isRefused)) return `Not a number: ${each}; Read anyway is available`;
  return `Number ${writeNumber(reading)}: ${each}`;
}

/** The number as if each of its parts had to be a digit. */
export function insistOnNumber(reading) {
  const digits = listParts(reading).map((part) => {
    if (part.mark || part.status !== NOT_A_DIGIT) return part;
    const digit = part.probabilities.indexOf(Math.max(...part.probabilities));
    return { ...part, status: "digit", digit, because: null };
  });
  if (digits.some(isRefused)) return reading; // too little ink to be anything
  return { ...reading, status: "number", text: digits.map(writePart).join(""), digits };
}
