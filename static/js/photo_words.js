import { percent } from "./bars.js";
import { describeLabel, NOT_A_DIGIT } from "./labels.js";
import { describePart } from "./number.js";
import { listNumbers } from "./photo_lines.js";

/** What is in a box, in words, from what the page knows of it. */

/** "4", "4 or 9", "a comma", "not a digit", … */
export function nameFound({ found, label }) {
  if (label !== null) return label === NOT_A_DIGIT ? "not a digit" : String(label);
  if (!found) return "being read";
  const { failure, reading } = found;
  if (failure) return "not read";
  if (reading.status === "blank") return "empty";
  if (reading.mark) return describePart(reading);
  if (reading.status !== "digit") return "not a digit";
  return reading.unsure ? `unsure, ${reading.unsure.join(" or ")}` : String(reading.digit);
}

/** How a box looks: "sure", "unsure", "none", "unread", "right" or "wrong". */
export function findKind({ found, label, isRight }) {
  if (!found) return "unread";
  if (isRight !== null) return isRight ? "right" : "wrong";
  if (label !== null) return label === NOT_A_DIGIT ? "none" : "sure";
  if (found.reading?.mark) return "sure";
  if (found.reading?.status !== "digit") return "none";
  return found.reading.unsure ? "unsure" : "sure";
}

/** What a screen reader hears at a box: "4, 98.2%, line 1, digit 2 of 407". */
export function describeBox(entry) {
  const { digit, found, label, isRight, place } = entry;
  const isSure = label === null && found?.reading?.status === "digit" && !found.reading.unsure;
  const share = isSure ? percent(found.reading.probabilities[found.reading.digit]) : null;
  const expected = isRight === false ? `should be ${describeLabel(digit.expected)}` : null;
  return [nameFound(entry), share, expected, place].filter(Boolean).join(", ");
}

/** Where each digit stands, by its id: "line 1", or "line 1, digit 2 of 407". */
export function listPlaces(digits, write) {
  const places = new Map();
  for (const { line, digits: parts } of listNumbers(digits)) {
    const text = parts.map(write).join("");
    parts.forEach(({ id }, index) => {
      const part = parts.length > 1 ? `, digit ${index + 1} of ${text}` : "";
      places.set(id, `line ${line + 1}${part}`);
    });
  }
  return places;
}
