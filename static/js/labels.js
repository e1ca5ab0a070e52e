export const NOT_A_DIGIT = "not_a_digit";

/** Every label in the order in which the page lists them, as the API writes them. */
export const LABELS = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", NOT_A_DIGIT];

/** A label as one says it: "7", or "not a digit". */
export function nameLabel(label) {
  return label === NOT_A_DIGIT ? "not a digit" : String(label);
}

/** A label as a thing: "a 7", "an 8", or "not a digit". */
export function describeLabel(label) {
  if (label === NOT_A_DIGIT) return nameLabel(label);
  return `${String(label) === "8" ? "an" : "a"} ${label}`;
}
