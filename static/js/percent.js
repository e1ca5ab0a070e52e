/** A probability as people read it: "98.2%". */
export function percent(probability) {
  return `${(100 * probability).toFixed(1)}%`;
}
