import { drawSample } from "./run_chart.js";

/** Which line belongs to which run. */
export class Legend {
  #list;
  #shown = "";

  constructor(list) {
    this.#list = list;
  }

  /** @param lines [{ words, slot }] */
  show(lines) {
    const key = JSON.stringify(lines.map(({ words, slot }) => [words, slot]));
    if (key === this.#shown) return;
    this.#shown = key;
    this.#list.replaceChildren(...lines.map(makeItem));
  }
}

function makeItem({ words, slot }) {
  const item = document.createElement("li");
  item.append(drawSample(slot), words);
  return item;
}
