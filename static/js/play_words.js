import { percent } from "./bars.js";
import { NOT_A_DIGIT } from "./labels.js";

/** A reading as its place in the section shows it. @returns { said, note } */
export function describeReading(reading) {
  if (!reading) return { said: "–", note: "" };
  const { status, digit, probabilities, unsure } = reading;
  if (status === "blank") return { said: "Too little to read", note: "" };
  const most = probabilities.indexOf(Math.max(...probabilities));
  if (status === NOT_A_DIGIT) return { said: "Not a digit", note: `if it had to be: ${most}` };
  const share = percent(probabilities[digit]);
  return { said: String(digit), note: unsure ? `${share}, unsure: ${unsure.join(" or ")}` : share };
}

/** What a screen reader hears once a change has been read. */
export function compareReadings(before, now) {
  return `Now: ${sayReading(now)}. As it was: ${sayReading(before)}.`;
}

function sayReading(reading) {
  const { said, note } = describeReading(reading);
  return note ? `${said}, ${note}` : said;
}

/** A slider's number as it is written beside it; `say` is how it is read aloud. */
export const NUMBERS = {
  across: { write: (value) => `${sign(value)} px`, say: (value) => aim(value, "left", "right") },
  down: { write: (value) => `${sign(value)} px`, say: (value) => aim(value, "up", "down") },
  turn: { write: (value) => `${sign(value)}°`, say: sayTurn },
  scale: { write: (value) => `${value}%`, say: (value) => `${value}%` },
  thickness: { write: (value) => `${sign(value)} px`, say: sayThickness },
};

/** With a minus as long as the plus is. */
function sign(value) {
  if (value === 0) return "0";
  return `${value < 0 ? "−" : "+"}${Math.abs(value)}`;
}

function aim(value, less, more) {
  if (value === 0) return "not nudged";
  return `${count(Math.abs(value))} ${value < 0 ? less : more}`;
}

function sayTurn(value) {
  if (value === 0) return "not turned";
  return `${Math.abs(value)} degrees ${value < 0 ? "to the left" : "to the right"}`;
}

function sayThickness(value) {
  if (value === 0) return "as thick as it was";
  return `${count(Math.abs(value))} ${value < 0 ? "thinner" : "thicker"}`;
}

function count(pixels) {
  return `${pixels} pixel${pixels === 1 ? "" : "s"}`;
}
