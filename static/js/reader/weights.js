/**
 * The file of a network's weights, as ml/networks/exports/browser_weights.py writes it: a header in
 * JSON, which has the plan of the network, and the numbers of each layer in the plan's order.
 *
 *     8 bytes  "digitnet"        4 bytes  version of the format
 *     4 bytes  CRC-32 of all that follows            4 bytes  length of the header
 *     the header in JSON, then of each layer: its kernels as half floats or floats, and as floats
 *     the scale of each channel, if it has batch normalization, and what is added to each channel
 *
 * All numbers are little-endian.
 */

import { sumCrc } from "./crc.js";
import { IMAGE_SIDE } from "./fit.js";

const MAGIC = "digitnet";
const VERSION = 1;
const START = 20; // bytes before the header
const LARGEST = 10_000; // of any size in a plan
const OPERATIONS = [
  "convolution",
  "linear",
  "bias",
  "batch normalization",
  "residual connection",
  "ReLU",
  "pooling",
];

/**
 * @param buffer an ArrayBuffer with the whole file
 * @returns what network.js and logits.js need; throws an Error that says what is wrong
 */
export function parseWeights(buffer) {
  const view = new DataView(buffer);
  checkFrame(view);
  const length = view.getUint32(16, true);
  const header = parseHeader(new Uint8Array(buffer, START, length));
  const numbers = new Numbers(view, START + length, header.kernels === "half");
  const members = header.members.map(({ layers, ...member }) => ({
    ...member,
    layers: layers.map((layer) => numbers.fill(completeLayer(layer))),
  }));
  numbers.end();
  members.forEach(({ layers }) => checkChain(layers, header.answers.length));
  return { ...header, members };
}

function checkFrame(view) {
  if (view.byteLength < START) throw damaged("it is too short");
  const magic = String.fromCharCode(...new Uint8Array(view.buffer, 0, MAGIC.length));
  if (magic !== MAGIC) throw damaged("it is another kind of file");
  const version = view.getUint32(8, true);
  if (version !== VERSION) {
    throw new Error(`the weights are of format ${version}, but this program reads ${VERSION}`);
  }
  if (sumCrc(new Uint8Array(view.buffer, 16)) !== view.getUint32(12, true)) {
    throw damaged("its checksum is not that of its content");
  }
  if (START + view.getUint32(16, true) > view.byteLength) throw damaged("its header is cut off");
}

function parseHeader(bytes) {
  let header;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw damaged("its header is not JSON");
  }
  if (!isHeader(header)) {
    throw damaged("its header lacks members, layers, answers or a calibration");
  }
  return header;
}

function isHeader(header) {
  return (
    isList(header?.answers) &&
    isList(header.members) &&
    header.members.every((member) => isList(member?.layers) && member.layers.every(Boolean)) &&
    header.calibration?.temperature > 0
  );
}

function isList(value) {
  return Array.isArray(value) && value.length > 0;
}

/** A layer with the shapes that follow from its own: of its sums of products, and of its maps. */
function completeLayer(layer) {
  const { inputs, kernel, padding, channels, operations } = layer;
  if (!isList(operations) || !operations.every((name) => OPERATIONS.includes(name))) {
    throw damaged("a layer does something unknown");
  }
  const sizes = [inputs, kernel, [channels, padding + 1]].flat();
  const areSizes = sizes.every((size) => Number.isInteger(size) && size > 0 && size <= LARGEST);
  if (sizes.length !== 7 || !areSizes) throw damaged("a layer has no size");
  const sides = [0, 1].map((axis) => inputs[1 + axis] + 2 * padding - kernel[axis] + 1);
  const step = operations.includes("pooling") ? 2 : 1;
  const maps = sides.map((side) => Math.floor(side / step));
  if (maps.some((side) => side < 1)) throw damaged("a layer has no size");
  return { ...layer, sums: [channels, ...sides], maps: [channels, ...maps] };
}

/** Each layer must fit the one before it, and the last must give the answers. */
function checkChain(layers, answers) {
  let given = [1, IMAGE_SIDE, IMAGE_SIDE];
  for (const { inputs, maps } of layers) {
    if (String(inputs) !== String(given)) throw damaged("its layers do not fit each other");
    given = maps;
  }
  if (String(given) !== String([answers, 1, 1])) {
    throw damaged("its layers do not give the answers");
  }
}

/** The numbers of the file, taken one layer after the other. */
class Numbers {
  #view;
  #at;
  #isHalved;

  constructor(view, start, isHalved) {
    this.#view = view;
    this.#at = start;
    this.#isHalved = isHalved;
  }

  /** The layer with its numbers: kernels, and scale and shift of each channel. */
  fill(layer) {
    const { inputs, kernel, channels, operations } = layer;
    const count = channels * inputs[0] * kernel[0] * kernel[1];
    const kernels = this.#take(count, this.#isHalved);
    const isNormed = operations.includes("batch normalization");
    const scale = isNormed ? this.#take(channels) : null;
    const isShifted = isNormed || operations.includes("bias");
    return { ...layer, kernels, scale, shift: isShifted ? this.#take(channels) : null };
  }

  end() {
    if (this.#at !== this.#view.byteLength) throw damaged("it has more numbers than its layers");
  }

  /** The next floats or half floats. */
  #take(count, areHalves = false) {
    const view = this.#view;
    const bytes = areHalves ? 2 : 4;
    const start = this.#skip(bytes * count);
    const numbers = new Float32Array(count);
    for (let index = 0; index < count; index += 1) {
      const at = start + bytes * index;
      numbers[index] = areHalves ? widen(view.getUint16(at, true)) : view.getFloat32(at, true);
    }
    if (!numbers.every(Number.isFinite)) throw damaged("not all of its numbers are finite");
    return numbers;
  }

  #skip(bytes) {
    const start = this.#at;
    this.#at += bytes;
    if (!(this.#at <= this.#view.byteLength)) throw damaged("it has fewer numbers than its layers");
    return start;
  }
}

const SMALLEST_NORMAL = 2 ** -14;

/** A half float's 16 bits -> the number: sign, 5 bits of exponent, 10 of fraction (IEEE 754). */
function widen(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  if (exponent === 0) return sign * SMALLEST_NORMAL * fraction;
  if (exponent === 31) return NaN; // or infinite
  return sign * SCALES[exponent] * (1 + fraction);
}

const SCALES = Float64Array.from({ length: 31 }, (_, exponent) => 2 ** (exponent - 15));

function damaged(reason) {
  return new Error(`the weights are damaged: ${reason}`);
}
