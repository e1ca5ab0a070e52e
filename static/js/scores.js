import { write } from "./arithmetic.js";
import { make } from "./markup.js";

const DIGITS = 10;

/**
 * The ten scores in a table: of each member, and their mean. A member's score is a button.
 *
 * Emits `choose` (detail: member, layer and channel of a score).
 */
export class Scores extends EventTarget {
  #table;
  #gathered;
  #refusal;

  constructor(table, { gathered, refusal }) {
    super();
    this.#table = table;
    this.#gathered = gathered;
    this.#refusal = refusal;
    table.addEventListener("click", ({ target }) => this.#press(target.closest("button")));
  }

  /** @param layers the server's answer */
  show({ members, answer }) {
    const focused = document.activeElement.closest("[data-score]")?.dataset.score;
    const isLone = members.length === 1;
    const names = members.map(({ title }) => (isLone ? "Score" : `Network ${title}`));
    const heads = ["Digit", ...names, ...(isLone ? [] : ["Mean"]), ""];
    const highest = Math.max(...answer.logits.slice(0, DIGITS));
    const lowest = Math.min(...answer.logits.slice(0, DIGITS));
    const rows = answer.logits.slice(0, DIGITS).map((score, digit) => {
      const own = members.map(({ last }, member) => makeScore(last, member, digit));
      const mean = isLone ? [] : [make("td", { "data-part": "mean" }, write(score))];
      const share = (score - lowest) / (highest - lowest || 1);
      return makeRow(digit, [...own, ...mean, makeBar(share, score === highest)]);
    });
    this.#table.replaceChildren(makeHead(heads), make("tbody", {}, ...rows));
    this.#tell(answer);
    if (focused) this.#table.querySelector(`[data-score="${focused}"]`)?.focus();
  }

  /** Gives the keyboard to the score of a unit, if it is one. */
  focus({ member, layer, channel }) {
    const own = `[data-member="${member}"][data-layer="${layer}"][data-channel="${channel}"]`;
    this.#table.querySelector(own)?.focus();
  }

  #tell({ gathered, logits, refusal }) {
    this.#gathered.textContent = gathered
      ? `Each network has ${gathered.others} more scores, for letters, symbols and anything else ` +
        `that is no digit. They become one: the logarithm of the sum of their exponentials, ` +
        `${write(logits[DIGITS])}.`
      : "";
    this.#refusal.textContent = refusal
      ? `Is it a digit at all? ${write(logits[DIGITS])}, less the same of the ten digits, is ` +
        `${write(refusal.score)}. ${describeRefusal(refusal)}`
      : "";
    this.#gathered.hidden = !gathered;
    this.#refusal.hidden = !refusal;
  }

  #press(button) {
    if (!button) return;
    const { member, layer, channel } = button.dataset;
    const detail = { member: Number(member), layer, channel: Number(channel) };
    this.dispatchEvent(new CustomEvent("choose", { detail }));
  }
}

function describeRefusal({ score, threshold }) {
  const is = score > threshold ? "is above" : "is not above";
  const so = score > threshold ? "it is refused" : "it is taken for a digit";
  return `That ${is} the threshold of ${write(threshold)}, so ${so}.`;
}

function makeScore({ name, logits }, member, digit) {
  const value = write(logits[digit]);
  const told = {
    type: "button",
    class: "sums__score",
    "aria-label": `Score of ${digit}: ${value}. Show its sum`,
    "data-score": `${member}-${digit}`,
    "data-member": member,
    "data-layer": name,
    "data-channel": digit,
  };
  return make("td", {}, make("button", told, value));
}

/** A head row of column names; the last may be empty. */
export function makeHead(names) {
  const cells = names.map((name) =>
    name ? make("th", { scope: "col" }, name) : make("td", {}),
  );
  return make("thead", {}, make("tr", {}, ...cells));
}

export function makeRow(digit, cells) {
  return make("tr", {}, make("th", { scope: "row" }, String(digit)), ...cells);
}

/** @param share 0 to 1 of the bar's room */
export function makeBar(share, isAnswer) {
  const bar = make("span", { class: "sums__bar", ...(isAnswer ? { "data-answer": "" } : {}) });
  bar.style.setProperty("--share", share);
  return make("td", { class: "sums__track", "aria-hidden": "true" }, bar);
}
