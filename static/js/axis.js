const SIZES = [1, 2, 5, 10];
const TINY = 1e-9; // of a step: numbers this near to a tick are on it

/** Round numbers, evenly spaced, from `low` to `high`; at most about `count` of them. */
export function chooseTicks(low, high, count = 4) {
  const step = roundUp(Math.max(high - low, 1e-3) / count);
  const first = Math.ceil(low / step - TINY);
  const last = Math.floor(high / step + TINY);
  const numbers = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return numbers.map((number) => Number((number * step).toPrecision(10)));
}

/** Round numbers from 0 to at most `last`, each at least `least`: the labels of epochs. */
export function chooseEpochs(last, count) {
  const step = Math.max(1, roundUp(last / count));
  return Array.from({ length: Math.floor(last / step + TINY) + 1 }, (_, index) => index * step);
}

/** The function that takes `low` to `start` and `high` to `end`. */
export function makeScale([low, high], [start, end]) {
  const slope = high === low ? 0 : (end - start) / (high - low);
  return (value) => start + (value - low) * slope;
}

function roundUp(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * SIZES.find((size) => size * power >= rough * (1 - TINY));
}
