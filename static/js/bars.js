const CAPTION = "Probability of each digit";
const CAPTION_OF_REFUSED = "If it had to be a digit:";

/** Ten bars, one for each digit, the most probable one marked; and one for "not a digit". */
export class Bars {
  #caption;
  #list;
  #rows;
  #refusal;

  constructor(element) {
    this.#caption = element.querySelector('[data-part="caption"]');
    this.#list = element.querySelector("ol");
    this.#rows = [...this.#list.children];
    this.#refusal = element.querySelector('[data-part="refusal"]');
  }

  /**
   * @param noDigit how probable it is that the drawing isn't a digit; null: it is not judged
   * @param caption other words above the bars: they belong to a drawing that is not the board's
   */
  show(probabilities, { isRefused = false, noDigit = null, caption = null } = {}) {
    const most = probabilities.indexOf(Math.max(...probabilities));
    this.#name(caption ?? (isRefused ? CAPTION_OF_REFUSED : CAPTION));
    this.fade(isRefused);
    this.#rows.forEach((row, digit) => {
      set(row, probabilities[digit]);
      row.setAttribute("aria-current", String(digit === most && !isRefused));
    });
    if (noDigit === null) empty(this.#refusal, "this network always answers with a digit");
    else set(this.#refusal, noDigit);
    this.#refusal.setAttribute("aria-current", String(isRefused));
  }

  /** Faded bars belong to a drawing that was refused, or to an earlier one: they don't answer. */
  fade(isFaded = true) {
    this.#list.toggleAttribute("data-faded", isFaded);
  }

  clear(caption = CAPTION) {
    this.#name(caption);
    this.fade(false);
    for (const row of [...this.#rows, this.#refusal]) {
      empty(row, "not read yet");
      row.removeAttribute("aria-current");
    }
  }

  #name(caption) {
    this.#caption.textContent = caption;
  }
}

function set(row, probability) {
  fill(row, probability, percent(probability), percent(probability));
}

function empty(row, spoken) {
  fill(row, 0, "–", spoken);
}

function fill(row, share, shown, spoken) {
  const meter = row.querySelector('[role="meter"]');
  meter.setAttribute("aria-valuenow", (100 * share).toFixed(1));
  meter.setAttribute("aria-valuetext", spoken);
  meter.style.setProperty("--share", share);
  row.querySelector(".bar__percent").textContent = shown;
}

/**
 * A probability, 0 to 1, as the page writes it: 0.912 is "91.2%". No network is certain, so what
 * would round to 100.0% or to 0.0% is "> 99.9%" or "< 0.1%".
 */
export function percent(probability) {
  const rounded = (100 * probability).toFixed(1);
  if (rounded === "100.0") return "> 99.9%";
  return rounded === "0.0" ? "< 0.1%" : `${rounded}%`;
}
