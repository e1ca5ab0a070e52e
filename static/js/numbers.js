const MINUTE = 60; // s

/** A share of 0 to 1 as a percentage: 0.9876 is "98.8%". */
export function writeShare(share) {
  return isNumber(share) ? `${(100 * share).toFixed(1)}%` : "–";
}

/** A loss, in nats: three figures, and never 0.000 for what is only small. */
export function writeLoss(loss) {
  if (!isNumber(loss)) return "–";
  return loss >= 100 ? loss.toExponential(1) : Number(loss.toPrecision(3)).toString();
}

/** A rate or a count, rounded to three figures: 24,137 is "24,100". */
export function writeRate(rate) {
  return isNumber(rate) ? Number(rate.toPrecision(3)).toLocaleString("en") : "–";
}

/** Seconds as one says them: "8 s", "1 min 05 s", "2 h 10 min". */
export function writeSeconds(seconds) {
  if (!isNumber(seconds)) return "–";
  const whole = Math.ceil(seconds);
  if (whole < MINUTE) return `${whole} s`;
  const minutes = Math.floor(whole / MINUTE);
  if (minutes < MINUTE) return `${minutes} min ${pad(whole % MINUTE)} s`;
  return `${Math.floor(minutes / MINUTE)} h ${pad(minutes % MINUTE)} min`;
}

/** A learning rate as one types it: 0.00001, not 1e-5. */
export function writeSetting(value) {
  if (!isNumber(value)) return String(value);
  return value.toLocaleString("en", { maximumSignificantDigits: 6, useGrouping: value >= 10_000 });
}

export function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}

function pad(number) {
  return String(number).padStart(2, "0");
}
