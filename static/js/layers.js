import { decode } from "./bytes.js";
import { cutMaps, levelsOf, paintLevels } from "./grey.js";
import { MapChoice } from "./map_choice.js";
import { makeCanvas } from "./make_canvas.js";
import { make } from "./markup.js";

const SIDE = 28;

/**
 * What each layer of a network makes of the drawing: a section for each member of the network, in
 * it a part for each layer with its maps.
 *
 * Emits `choose` (detail: member, layer and channel).
 */
export class Layers extends EventTarget {
  #element;
  #words;
  #parts = []; // one for each layer shown: member, layer, place, choice
  #known = ""; // which layers are shown

  /** @param words finds the sentence for a kind of layer, as an element to copy */
  constructor(element, words) {
    super();
    this.#element = element;
    this.#words = words;
  }

  /** @param templates what the units of the first layer weigh: `pictures`, or null */
  show(members, templates) {
    const known = JSON.stringify([members.map(nameLayers), templates?.model]);
    if (known !== this.#known) this.#build(members, templates);
    this.#known = known;
    for (const part of this.#parts) {
      const { layers, image } = members[part.member];
      part.show(layers.find(({ name }) => name === part.layer), image);
    }
  }

  clear() {
    this.#element.replaceChildren();
    this.#parts = [];
    this.#known = "";
  }

  /** Marks the chosen unit. @returns where its own part of the page belongs: behind its maps */
  mark(unit) {
    let place = null;
    for (const part of this.#parts) {
      const isHere = unit && part.member === unit.member && part.layer === unit.layer;
      part.choice.mark(isHere ? unit.channel : null);
      if (isHere) place = part.place;
    }
    return place;
  }

  focus({ member, layer, channel }) {
    const part = this.#parts.find((each) => each.member === member && each.layer === layer);
    part?.choice.focus(channel);
  }

  #build(members, templates) {
    this.#parts = [];
    const isLone = members.length === 1;
    const sections = members.map((member, index) =>
      this.#buildMember(member, index, isLone, templates),
    );
    this.#element.replaceChildren(...sections);
  }

  #buildMember(member, index, isLone, templates) {
    const title = isLone ? "What each layer makes of it" : titleOf(index, member.title);
    const id = `member-${index}`;
    const section = make("section", { "aria-labelledby": `${id}-title` });
    section.append(make("h2", { id: `${id}-title` }, title));
    if (member.name === "stretched") section.append(this.#makeStretched(index));
    for (const layer of member.layers) {
      section.append(this.#buildLayer(layer, index, isLone, templates));
    }
    if (!member.layers.length) section.append(this.#buildSums(member, index, templates));
    return section;
  }

  #makeStretched(member) {
    const picture = makeCanvas([SIDE, SIDE], "The drawing, stretched");
    const show = (_, image) => paintLevels(picture, image, [SIDE, SIDE]);
    this.#parts.push({ member, layer: null, place: null, choice: { mark() {}, focus() {} }, show });
    const words =
      "It is given the drawing stretched towards a square: look how a narrow digit becomes wide.";
    const about = make("p", { class: "inside__about" }, words);
    return make("div", { class: "stretched" }, picture, about);
  }

  #buildLayer(layer, member, isLone, templates) {
    const pictures = listWeights(templates, layer.name, member);
    const title = isLone ? layer.name : `${layer.name} of network ${member + 1}`;
    const maps = make("div");
    const choice = new MapChoice(maps, layer.shape, title, pictures);
    const place = this.#add(layer.name, member, maps, choice, (shown) =>
      choice.show(cutMaps(decode(shown.maps), shown.shape), shown.highest),
    );
    const kind = pictures.length ? "templates" : kindOf(layer);
    const id = `${member}-${layer.name}`;
    return make(
      "div",
      { class: "layer", id },
      make("h3", {}, layer.name),
      make("p", { class: "layer__kind" }, `${layer.kind}: ${describeShape(layer.shape)}`),
      make("p", { class: "inside__about" }, this.#words(kind)),
      place,
    );
  }

  /** A network without layers before its last one: ten sums over all pixels. */
  #buildSums({ last }, member, templates) {
    const pictures = listWeights(templates, last.name, member);
    const maps = make("div");
    const choice = new MapChoice(maps, [last.answers, SIDE, SIDE], last.name, pictures);
    const place = this.#add(last.name, member, maps, choice, (_, image) =>
      choice.show(pictures.map((picture) => weigh(picture, image)), 1),
    );
    return make(
      "div",
      { class: "layer", id: `${member}-${last.name}` },
      make("p", { class: "layer__kind" }, `${last.kind}: ${last.answers} sums over all pixels`),
      make("p", { class: "inside__about" }, this.#words("sums")),
      place,
    );
  }

  #add(layer, member, maps, choice, show) {
    const place = make("div", { class: "layer__maps" }, maps);
    this.#parts.push({ member, layer, place, choice, show });
    choice.addEventListener("choose", ({ detail: channel }) => {
      this.dispatchEvent(new CustomEvent("choose", { detail: { member, layer, channel } }));
    });
    return place;
  }
}

/** What the units of a layer weigh, as levels of 28 × 28; none but for the first layer's. */
function listWeights(templates, layer, member) {
  if (templates?.kind !== "weights" || templates.layer !== layer) return [];
  return templates.members[member].pictures.map(decode);
}

function titleOf(index, title) {
  const which = index ? "The second" : "The first";
  return `${which} network sees the drawing ${title}`;
}

function nameLayers({ name, layers }) {
  return [name, ...layers.map((layer) => [layer.name, layer.kind, layer.shape])];
}

function kindOf({ operations, shape: [, rows] }) {
  if (!rows) return "units";
  if (operations.includes("residual connection")) return "residual";
  return rows > 4 ? "convolution" : "whole";
}

export function describeShape([channels, rows, columns]) {
  return rows ? `${channels} maps of ${rows} × ${columns}` : `${channels} numbers`;
}

/** Weights × ink, as levels: the weights are levels themselves, 128 for none. */
function weigh(weights, image) {
  return levelsOf(
    Array.from(image, (ink, at) => ((weights[at] - 128) * ink) / (127 * 255)),
    1,
  );
}
