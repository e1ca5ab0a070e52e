const STATUSES = ["digit", "blank", "not_a_digit"];

/**
 * The readings in the server's answer, one for each model that was asked. Throws TypeError if they
 * are none: something between the page and its server may answer in its place.
 */
export function listReadings(answer) {
  const readings = answer?.readings ?? [answer];
  if (Array.isArray(readings) && readings.length && readings.every(isReading)) return readings;
  throw new TypeError("the server's answer is not a reading");
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
