import { NOT_A_DIGIT } from "./labels.js";
import { insistOnNumber, listParts } from "./number.js";

const STATUSES = ["digit", "blank", "not_a_digit"];
const MARKS = ["-", ".", ","];
export const NOT_UNDERSTOOD = "The server’s answer could not be understood. Reload the page.";

/** The reading as if the drawing had to be a digit, or each part of a number one. */
export function insist(reading) {
  if (reading.status !== NOT_A_DIGIT) return reading;
  if (listParts(reading).length) return insistOnNumber(reading);
  const digit = reading.probabilities.indexOf(Math.max(...reading.probabilities));
  return { ...reading, status: "digit", digit, because: null };
}

/**
 * The readings in the server's answer, one for each model that was asked. Throws TypeError if they
 * are none: something between the page and its server may answer in its place.
 */
export function listReadings(answer) {
  const readings = answer?.readings ?? [answer];
  if (Array.isArray(readings) && readings.length && readings.every(isAnswer)) return readings;
  throw new TypeError("the server's answer is not a reading");
}

/** Whether it is a reading of one digit, or of several. */
function isAnswer(answer) {
  if (answer?.status === "number") return answer.digits?.length > 1 && answer.digits.every(isPart);
  return isReading(answer) && (!answer.digits || answer.digits.every(isPart));
}

/** Whether it is a part of a number. */
function isPart(part) {
  return isReading(part) && isNumbers(part.box, 4) && (!part.mark || MARKS.includes(part.mark));
}

function isReading(reading) {
  if (!STATUSES.includes(reading?.status)) return false;
  const { status, digit, probabilities, seen } = reading;
  if (status === "digit" && !(Number.isInteger(digit) && probabilities)) return false;
  if (reading.because && !isNumbers(reading.because.seen, 784)) return false;
  return !probabilities || (isNumbers(probabilities, 10) && isNumbers(seen, 784));
}

function isNumbers(list, count) {
  return Array.isArray(list) && list.length === count && list.every(Number.isFinite);
}
