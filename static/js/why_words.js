import { percent } from "./bars.js";
import { describeLabel, nameLabel, NOT_A_DIGIT } from "./labels.js";

/** What the panel "Why?" says, in sentences for everybody: each takes what the server answered. */

const FAINT = 0.005; // a strength that would be written as 0.00
const SIDES = ["left", "right"];
const COUNTS = ["None", "One", "Two", "Three", "Four", "Five"];

/** What the network says, how sure it is, and whose answer it is. */
export function describeReading(reading, isTaught = false) {
  const { status, digit, probabilities, unsure } = reading;
  if (status === "blank") return "There is too little ink to read, so there is nothing to explain.";
  const most = findMost(probabilities);
  const share = percent(probabilities[digit ?? most]);
  let words = `The network says ${digit}, with a probability of ${share}.`;
  if (status === NOT_A_DIGIT) {
    words = `The network says: not a digit. If it had to be one: ${most}, ${share}.`;
  } else if (unsure) {
    words += ` It is unsure: ${unsure.join(" or ")}.`;
  }
  if (!isTaught) return words;
  return `${words} A drawing that you confirmed made it so; this shows what the network itself sees.`;
}

/** A reading in a list: "1 (97.3%)". */
export function nameReading({ status, digit, probabilities }) {
  if (status === "blank") return "too little to read";
  if (status === NOT_A_DIGIT) return "not a digit";
  return `${digit} (${percent(probabilities[digit])})`;
}

/** Which part of the ink counted most, and what it counted for. */
export function describeEvidence({ for: answer, against, place, without }) {
  if (!place) return `No part of the ink speaks for ${answer} rather than ${against}.`;
  const part = `The ${place}${SIDES.includes(place) ? " side" : ""}`;
  const start = `${part} speaks most for ${answer}`;
  if (without === null || without === undefined) return `${start}.`;
  if (without === answer) return `${start}, but without it the network would still say ${answer}.`;
  const other = without === NOT_A_DIGIT ? "that it is not a digit" : nameLabel(without);
  return `${start}: without it the network would say ${other}.`;
}

/** One pixel of the evidence. @param strength -1 to 1 @param level of its ink, 0 to 255 */
export function describePixel({ row, column, strength, level, answer, rival }) {
  const place = `Row ${row + 1}, column ${column + 1}`;
  if (level === 0) return `${place}: no ink`;
  if (Math.abs(strength) < FAINT) return `${place}: ink, strength 0.00`;
  const digit = strength > 0 ? answer : rival;
  return `${place}: ${Math.abs(strength).toFixed(2)} for ${digit}`;
}

/** Which digits the nearest training images are. @param labels of the five, the nearest first */
export function describeNeighbours(labels, answer) {
  if (!labels.length) return "";
  const count = labels.filter((label) => label === answer).length;
  const all = COUNTS[labels.length].toLowerCase();
  const others = [...new Set(labels.filter((label) => label !== answer))].sort();
  if (count === labels.length) return `All ${all} are ${answer}s.`;
  const rest = list(others.map((label) => `${label}s`));
  if (!count) return `None of the ${all} is ${describeLabel(answer)}: they are ${rest}.`;
  const some = count === 1 ? `is ${describeLabel(answer)}` : `are ${answer}s`;
  return `${COUNTS[count]} of the ${all} ${some}; the others are ${rest}.`;
}

/** How little it takes. @param change what the server found, null for nothing */
export function describeChange(change, rival) {
  if (!change) return `No small change was found that makes it ${describeLabel(rival)}.`;
  const { changed, digit } = change;
  const pixels = `${changed} pixel${changed === 1 ? "" : "s"}`;
  return `With ${pixels} changed, of 784, the network says ${digit}.`;
}

/** Which strokes decide. @param readings without each stroke in turn */
export function describeLeftOut(readings, answer, count) {
  if (count < 2) return "There is one stroke. Lift the pen once to see what each part does.";
  if (!readings.length) return "There are too many strokes to leave out each of them.";
  const numbers = readings
    .filter(({ digit }) => digit !== answer)
    .map(({ left_out: index }) => index + 1);
  if (!numbers.length) return `It says ${answer} whichever stroke is left out.`;
  if (numbers.length === readings.length) return `Every stroke is needed for ${answer}.`;
  const strokes = numbers.length === 1 ? "Stroke" : "Strokes";
  return `${strokes} ${list(numbers)} ${numbers.length === 1 ? "is" : "are"} needed for ${answer}.`;
}

/** The most probable digit. */
export function findMost(probabilities) {
  return probabilities.indexOf(Math.max(...probabilities));
}

function list(items) {
  if (items.length < 2) return String(items[0] ?? "");
  return `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}`;
}
