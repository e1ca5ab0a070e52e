const MOST = 10; // decimals; more than float64 can tell apart in such sums

/** A number with so many decimals and a minus sign as wide as a plus. */
export function write(number, decimals = 2) {
  const words = number.toFixed(decimals);
  return Number(words) === 0 ? words.replace("-", "") : words.replace("-", "−");
}

/**
 * How many decimals operands need so that what is shown is right to the last digit: who computes
 * with the rounded operands gets the result as it is shown, with `decimals` of its own.
 *
 * @param combine what is computed of a list of operands
 */
export function chooseDecimals(operands, combine, decimals = 2, least = 4) {
  const expected = combine(operands).toFixed(decimals);
  for (let count = least; count < MOST; count += 1) {
    const rounded = operands.map((operand) => Number(operand.toFixed(count)));
    if (combine(rounded).toFixed(decimals) === expected) return count;
  }
  return MOST;
}

export function add(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0);
}

/** A sum as one writes it by hand: "0.3012 − 0.1201 + 0.0214". */
export function writeSum(terms, decimals) {
  const [first, ...others] = terms.map((term) => write(term, decimals));
  const rest = others.map((term) => (term.startsWith("−") ? ` − ${term.slice(1)}` : ` + ${term}`));
  return first + rest.join("");
}

/** A factor below 0 stands in brackets. */
export function bracket(words) {
  return words.startsWith("−") ? `(${words})` : words;
}
