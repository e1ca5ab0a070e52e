/** Ten bars, one for each digit; the most probable one is marked. */
export class Bars {
  #list;
  #rows;

  constructor(list) {
    this.#list = list;
    this.#rows = [...list.children];
  }

  show(probabilities, { isFaded = false } = {}) {
    const most = probabilities.indexOf(Math.max(...probabilities));
    this.fade(isFaded);
    this.#rows.forEach((row, digit) => {
      const probability = probabilities[digit];
      this.#set(row, probability, percent(probability), percent(probability));
      row.setAttribute("aria-current", String(digit === most));
    });
  }

  /** Faded bars belong to a drawing that was refused, or to an earlier one: they don't answer. */
  fade(isFaded = true) {
    this.#list.toggleAttribute("data-faded", isFaded);
  }

  clear() {
    this.fade(false);
    for (const row of this.#rows) {
      this.#set(row, 0, "–", "not read yet");
      row.removeAttribute("aria-current");
    }
  }

  #set(row, share, shown, spoken) {
    const meter = row.querySelector('[role="meter"]');
    meter.setAttribute("aria-valuenow", (100 * share).toFixed(1));
    meter.setAttribute("aria-valuetext", spoken);
    meter.style.setProperty("--share", share);
    row.querySelector(".bar__percent").textContent = shown;
  }
}

/** A probability, 0 to 1, as the page writes it: 0.912 is "91.2%". */
export function percent(probability) {
  return `${(100 * probability).toFixed(1)}%`;
}
