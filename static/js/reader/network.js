/**
 * A network layer by layer, in plain JavaScript: what ml/networks/plan.py says, driven by the plan
 * in the file of weights. Every layer is the same: patches of its input times kernels, summed, and
 * then what is done to the sums. A linear layer is one whose only patch is its whole input.
 *
 * The memory of all layers is taken once, when the network is built.
 */

import { IMAGE_SIDE } from "./fit.js";
import { stretch } from "./stretch.js";

const [MEAN, STD] = [0.1307, 0.3081]; // of MNIST's training images, in 0..1
const POOL = 2;

export class Network {
  #members;
  #answers;
  #image = new Float32Array(IMAGE_SIDE * IMAGE_SIDE);

  /** @param weights what `parseWeights` returned */
  constructor({ members, answers }) {
    this.#members = members.map(({ stretched, layers }) => ({
      stretched,
      layers: layers.map((layer) => new Layer(layer)),
    }));
    this.#answers = new Float64Array(answers.length);
  }

  /**
   * @param seen Uint8Array(784), as `fitInk` returns it
   * @returns the logit of each answer, the members' mean; valid until the next call
   */
  answer(seen) {
    this.#answers.fill(0);
    for (const { stretched, layers } of this.#members) {
      normalize(stretched ? stretch(seen) : seen, this.#image);
      const logits = layers.reduce((input, layer) => layer.apply(input), this.#image);
      logits.forEach((logit, index) => {
        this.#answers[index] += logit / this.#members.length;
      });
    }
    return this.#answers;
  }
}

function normalize(levels, image) {
  for (let at = 0; at < image.length; at += 1) image[at] = (levels[at] / 255 - MEAN) / STD;
}

/** Maps are Float32Arrays of channel after channel, each row by row. */
class Layer {
  #plan;
  #padded; // the input with a border of zeros
  #patches; // one after the other, each in the order of a kernel
  #sums;
  #maps; // what the layer gives: its pooled maps lie where its sums did

  constructor(plan) {
    const { inputs, kernel, padding, sums, maps } = plan;
    const [channels, rows, columns] = inputs;
    const size = channels * kernel[0] * kernel[1];
    this.#plan = plan;
    this.#padded = new Float32Array(channels * (rows + 2 * padding) * (columns + 2 * padding));
    this.#patches = new Float32Array(size * sums[1] * sums[2]);
    this.#sums = new Float32Array(multiply(sums));
    this.#maps = this.#sums.subarray(0, multiply(maps));
  }

  apply(input) {
    const { kernels, operations } = this.#plan;
    pad(input, this.#plan, this.#padded);
    cutPatches(this.#padded, this.#plan, this.#patches);
    sumProducts(this.#patches, kernels, this.#sums, this.#plan);
    let maps = this.#sums;
    for (const operation of operations.slice(1)) {
      OPERATIONS[operation](maps, this.#plan, input);
      if (operation === "pooling") maps = this.#maps;
    }
    return this.#maps;
  }
}

function multiply(numbers) {
  return numbers.reduce((product, number) => product * number, 1);
}

function pad(input, { inputs: [channels, rows, columns], padding }, padded) {
  const [tall, wide] = [rows + 2 * padding, columns + 2 * padding];
  for (let line = 0; line < channels * rows; line += 1) {
    const [channel, row] = [Math.floor(line / rows), line % rows];
    const start = (channel * tall + row + padding) * wide + padding;
    for (let x = 0; x < columns; x += 1) padded[start + x] = input[line * columns + x];
  }
}

function cutPatches(padded, { inputs, kernel, padding, sums }, patches) {
  const [tall, wide] = [inputs[1] + 2 * padding, inputs[2] + 2 * padding];
  let at = 0;
  for (let y = 0; y < sums[1]; y += 1) {
    for (let x = 0; x < sums[2]; x += 1) {
      for (let channel = 0; channel < inputs[0]; channel += 1) {
        for (let row = 0; row < kernel[0]; row += 1) {
          const start = (channel * tall + y + row) * wide + x;
          for (let column = 0; column < kernel[1]; column += 1) {
            patches[at] = padded[start + column];
            at += 1;
          }
        }
      }
    }
  }
}

/**
 * Each kernel times each patch. This is where the time goes: 14.7 million products in the board's
 * network. So the innermost loop runs along memory, and it takes two kernels and four patches at
 * once: for eight products it reads six numbers, and no sum waits for another. Where the kernels or
 * patches run out, the last one is taken again, which gives the same sum once more.
 */
function sumProducts(patches, kernels, sums, { sums: [channels, rows, columns] }) {
  const places = rows * columns;
  const size = patches.length / places;
  for (let c = 0; c < channels; c += 2) {
    const d = Math.min(c + 1, channels - 1);
    const [kernelC, kernelD] = [c * size, d * size];
    for (let p = 0; p < places; p += 4) {
      const q = Math.min(p + 1, places - 1);
      const r = Math.min(p + 2, places - 1);
      const s = Math.min(p + 3, places - 1);
      const [patchP, patchQ, patchR, patchS] = [p * size, q * size, r * size, s * size];
      let [cp, cq, cr, cs, dp, dq, dr, ds] = [0, 0, 0, 0, 0, 0, 0, 0];
      for (let at = 0; at < size; at += 1) {
        const weightC = kernels[kernelC + at];
        const weightD = kernels[kernelD + at];
        const inputP = patches[patchP + at];
        const inputQ = patches[patchQ + at];
        const inputR = patches[patchR + at];
        const inputS = patches[patchS + at];
        cp += weightC * inputP;
        cq += weightC * inputQ;
        cr += weightC * inputR;
        cs += weightC * inputS;
        dp += weightD * inputP;
        dq += weightD * inputQ;
        dr += weightD * inputR;
        ds += weightD * inputS;
      }
      sums[c * places + p] = cp;
      sums[c * places + q] = cq;
      sums[c * places + r] = cr;
      sums[c * places + s] = cs;
      sums[d * places + p] = dp;
      sums[d * places + q] = dq;
      sums[d * places + r] = dr;
      sums[d * places + s] = ds;
    }
  }
}

/** What is done to a layer's maps, in place, by the names that the plan has for it. */
const OPERATIONS = {
  bias: (maps, { shift }) => forEachChannel(maps, shift.length, (value, c) => value + shift[c]),
  "batch normalization": (maps, { scale, shift }) =>
    forEachChannel(maps, shift.length, (value, c) => value * scale[c] + shift[c]),
  "residual connection": (maps, _, input) => {
    for (let at = 0; at < maps.length; at += 1) maps[at] += input[at];
  },
  ReLU: (maps) => {
    for (let at = 0; at < maps.length; at += 1) if (maps[at] < 0) maps[at] = 0;
  },
  pooling: poolLargest,
};

function forEachChannel(maps, channels, change) {
  const size = maps.length / channels;
  for (let at = 0; at < maps.length; at += 1) maps[at] = change(maps[at], Math.floor(at / size));
}

/** Keeps the largest of 2 × 2. No number is overwritten before it is read: results are fewer. */
function poolLargest(maps, { sums: [channels, rows, columns] }) {
  const [halfRows, halfColumns] = [Math.floor(rows / POOL), Math.floor(columns / POOL)];
  let at = 0;
  for (let channel = 0; channel < channels; channel += 1) {
    for (let y = 0; y < halfRows; y += 1) {
      for (let x = 0; x < halfColumns; x += 1) {
        const upper = (channel * rows + POOL * y) * columns + POOL * x;
        const lower = upper + columns;
        maps[at] = Math.max(maps[upper], maps[upper + 1], maps[lower], maps[lower + 1]);
        at += 1;
      }
    }
  }
}
