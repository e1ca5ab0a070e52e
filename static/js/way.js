import { decode } from "./bytes.js";
import { cutMaps, paintLevels, paintMosaic } from "./grey.js";
import { makeCanvas } from "./make_canvas.js";
import { make } from "./markup.js";

/**
 * The whole way of a drawing in one strip: small pictures, each a link to the part of the page that
 * explains it. What a network of two members does lies in two rows.
 */
export class Way {
  #element;

  constructor(element) {
    this.#element = element;
  }

  /**
   * @param prepared the four pictures before the network @param members as the server gives them
   * @param scores ten @param probabilities ten
   */
  show({ prepared, members, scores, probabilities }) {
    const names = ["Board", "Cropped", "20 pixels", "Centred"];
    const links = ["board-step", "cropped", "scaled", "centred"];
    const steps = prepared.map((picture, index) => makeStep(links[index], names[index], picture));
    const rows = members.map((member, index) => makeMember(member, index));
    const focused = document.activeElement.closest(".way a")?.hash;
    const isEmpty = members.every(({ layers }) => !layers.length);
    this.#element.replaceChildren(
      ...steps,
      ...(isEmpty ? rows[0] : [make("li", { class: "way__members" }, ...rows.map(makeRow))]),
      makeStep("scores", "Scores", makeColumns(lift(scores), "way__columns--scores")),
      makeStep("probabilities", "Probabilities", makeColumns(probabilities)),
    );
    if (focused) this.#element.querySelector(`[href="${focused}"]`)?.focus({ preventScroll: true });
  }
}

function makeRow(steps, index, rows) {
  const label = rows.length > 1 ? `Network ${index + 1}` : "The network’s layers";
  return make("ol", { class: "way__steps", "aria-label": label }, ...steps);
}

function makeMember({ name, image, layers, last }, index) {
  const steps = layers.map((layer) => {
    const picture = makeCanvas([1, 1]);
    const maps = cutMaps(decode(layer.maps), layer.shape);
    paintMosaic(picture, maps, [layer.shape[1] ?? 1, layer.shape[2] ?? 1]);
    return makeStep(`${index}-${layer.name}`, layer.name, picture);
  });
  if (name === "stretched") {
    const picture = makeCanvas([28, 28]);
    paintLevels(picture, image, [28, 28]);
    steps.unshift(makeStep(`member-${index}-title`, "Stretched", picture));
  }
  if (!layers.length) steps.push(makeStep(`${index}-${last.name}`, "Weights", makeSum()));
  return steps;
}

function makeStep(id, name, picture) {
  const link = make("a", { class: "way__link", href: `#${id}` }, picture, make("span", {}, name));
  return make("li", { class: "way__step" }, link);
}

function makeSum() {
  return make("span", { class: "way__sum", "aria-hidden": "true" }, "× +");
}

/** Ten small columns, 0 to 1 high; the highest is the answer. */
function makeColumns(shares, kind = "") {
  const highest = Math.max(...shares);
  const columns = shares.map((share) => {
    const column = make("span", share === highest ? { "data-answer": "" } : {});
    column.style.setProperty("--share", share);
    return column;
  });
  return make("span", { class: `way__columns ${kind}`, "aria-hidden": "true" }, ...columns);
}

/** Scores may lie below 0: from the lowest to the highest they become 0 to 1. */
function lift(scores) {
  const [lowest, highest] = [Math.min(...scores), Math.max(...scores)];
  return scores.map((score) => (score - lowest) / (highest - lowest || 1));
}
