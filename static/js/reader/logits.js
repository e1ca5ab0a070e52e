/**
 * What logits mean: probabilities, and whether the drawing is a digit at all, as
 * ml/networks/logits.py says.
 */

const DIGITS = 10;
const CLOSE = 0.4; // two probabilities nearer than this are a doubt worth reporting
const JUST_ABOVE = 0.5 + 2 ** -53; // what a refusal by the least margin still is

/**
 * A network's answers -> ten digits' logits, and one for "not a digit" if it has answers for that.
 * Its probability is the sum of theirs, so its logit is the logarithm of the sum of exponentials.
 */
export function gatherLogits(answers) {
  const digits = Array.from(answers.slice(0, DIGITS));
  return answers.length > DIGITS ? [...digits, logSumExp(answers.slice(DIGITS))] : digits;
}

/**
 * @param logits 10, or 11 with "not a digit"
 * @param calibration { temperature, refusal_threshold } as on the model's card
 * @returns status, digit, probabilities, unsure and no_digit, as the API has them
 */
export function readLogits(logits, { temperature, refusal_threshold: threshold }) {
  const probabilities = toProbabilities(logits, temperature);
  const [first, second] = findFirstTwo(probabilities);
  const noDigit = threshold === null ? null : measureRefusal(logits, threshold);
  const isRefused = noDigit !== null && noDigit > 0.5;
  const isClose = probabilities[first] - probabilities[second] < CLOSE;
  return {
    status: isRefused ? "not_a_digit" : "digit",
    digit: isRefused ? null : first,
    probabilities,
    unsure: isClose ? [first, second] : null,
    no_digit: noDigit,
  };
}

/** Ten numbers that sum to 1; a temperature above 1 makes them less extreme. */
function toProbabilities(logits, temperature) {
  const scaled = logits.slice(0, DIGITS).map((logit) => logit / temperature);
  const whole = logSumExp(scaled);
  return scaled.map((logit) => Math.exp(logit - whole));
}

/** How clearly a drawing is refused, 0 to 1, above 0.5 exactly where it is. */
function measureRefusal(logits, threshold) {
  const beyond = logits[DIGITS] - logSumExp(logits.slice(0, DIGITS)) - threshold;
  const sigmoid = (1 + Math.tanh(beyond / 2)) / 2;
  return beyond > 0 ? Math.max(sigmoid, JUST_ABOVE) : sigmoid;
}

/** log(Σ exp); less their maximum, the exponentials are finite. */
function logSumExp(values) {
  const highest = Math.max(...values);
  return highest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - highest), 0));
}

/** The most probable digit and the runner-up; of equal ones the lower digit comes first. */
function findFirstTwo(probabilities) {
  const order = probabilities.map((_, digit) => digit);
  return order.sort((one, other) => probabilities[other] - probabilities[one] || one - other);
}
