import assert from "node:assert/strict";
import { test } from "node:test";

import { parseWeights } from "../../static/js/reader/weights.js";
import { HEADER, LINEAR, makeFile, makeNumbers, seal } from "./small_weights.mjs";

function withLayer(changes) {
  return { ...HEADER, members: [{ stretched: false, layers: [{ ...LINEAR, ...changes }] }] };
}

test("a file gives the model, its calibration and each layer with its numbers", () => {
  const weights = parseWeights(makeFile());
  assert.equal(weights.model, "linear");
  assert.deepEqual(weights.calibration, { temperature: 1, refusal_threshold: null });
  const [{ layers: [layer] }] = weights.members;
  assert.equal(layer.kernels.length, 7840);
  assert.equal(layer.shift[7], 3);
  assert.deepEqual([layer.scale, layer.sums, layer.maps], [null, [10, 1, 1], [10, 1, 1]]);
});

test("a half float is what it stands for, the smallest and the largest, too", () => {
  const numbers = makeNumbers();
  const halves = [0x3c00, 0xc000, 0x3555, 0x0001, 0x83ff, 0x0400, 0x7bff, 0x8000];
  halves.forEach((half, index) => numbers.writeUInt16LE(half, 2 * index));
  const { kernels } = parseWeights(makeFile(HEADER, numbers)).members[0].layers[0];
  const expected = [1, -2, 1365 / 4096, 2 ** -24, -1023 / 2 ** 24, 2 ** -14, 65504, -0];
  assert.deepEqual([...kernels.subarray(0, 8)], expected);
});

test("a file of floats is read, too", () => {
  const floats = Buffer.from(new Float32Array(7850).fill(0.1).buffer);
  const [layer] = parseWeights(makeFile({ ...HEADER, kernels: "float" }, floats)).members[0].layers;
  assert.equal(layer.kernels[7839], Math.fround(0.1));
});

test("any flipped bit is refused", () => {
  const whole = Buffer.from(makeFile());
  for (let at = 0; at < whole.length; at += at < 40 ? 1 : 97) {
    const flipped = Buffer.from(whole);
    flipped[at] ^= 1 << (at % 8);
    assert.throws(() => parseWeights(Uint8Array.from(flipped).buffer), /^Error: the weights are /);
  }
});

test("a file that ends anywhere is refused", () => {
  const whole = makeFile();
  for (let length = 0; length < whole.byteLength; length += length < 40 ? 1 : 499) {
    assert.throws(() => parseWeights(whole.slice(0, length)), /the weights are damaged/);
  }
});

test("so is one of another kind, and one of a later format", () => {
  const page = Buffer.from("<!doctype html><title>Not found</title>");
  assert.throws(() => parseWeights(Uint8Array.from(page).buffer), /another kind of file/);
  assert.throws(() => parseWeights(makeFile(HEADER, makeNumbers(), 2)), /format 2, .* reads 1/);
});

const MADE_WRONG = {
  "the header is not JSON": ["{", /its header is not JSON/],
  "the header is null": ["null", /lacks/],
  "there are no members": [{ ...HEADER, members: [] }, /lacks/],
  "a member is null": [{ ...HEADER, members: [null] }, /lacks/],
  "members are a word": [{ ...HEADER, members: "two" }, /lacks/],
  "there are no layers": [{ ...HEADER, members: [{ layers: [] }] }, /lacks/],
  "there is no calibration": [{ ...HEADER, calibration: null }, /lacks/],
  "the temperature is 0": [{ ...HEADER, calibration: { temperature: 0 } }, /lacks/],
  "a layer has no size": [withLayer({ channels: 0 }), /no size/],
  "a layer has half a channel": [withLayer({ channels: 9.5 }), /no size/],
  "a layer has no kernel": [withLayer({ kernel: null }), /no size/],
  "a layer has too little room for its kernel": [withLayer({ kernel: [29, 28] }), /no size/],
  "a layer has a padding of 1e9": [withLayer({ padding: 1e9 }), /no size/],
  "a layer has no operations": [withLayer({ operations: [] }), /does something unknown/],
  "a layer does something else": [withLayer({ operations: ["linear", "dropout"] }), /unknown/],
  "a layer's operation is a number": [withLayer({ operations: ["linear", 1] }), /unknown/],
  "there are more answers": [{ ...HEADER, answers: [..."0123456789x"] }, /the answers/],
  "a layer expects other maps": [
    withLayer({ inputs: [4, 14, 14], kernel: [14, 14] }),
    /layers do not fit/,
  ],
  "there are fewer numbers": [HEADER, /fewer numbers/, makeNumbers().subarray(4)],
  "there are more numbers": [HEADER, /more numbers/, Buffer.concat([makeNumbers(), Buffer.alloc(4)])],
};

for (const [what, [header, words, numbers]] of Object.entries(MADE_WRONG)) {
  test(`a file is refused in words if ${what}`, () => {
    assert.throws(() => parseWeights(makeFile(header, numbers)), words);
  });
}

test("so is one whose numbers are infinite or none", () => {
  for (const half of [0x7c00, 0xfc00, 0x7e00]) {
    const numbers = makeNumbers();
    numbers.writeUInt16LE(half, 100);
    assert.throws(() => parseWeights(makeFile(HEADER, numbers)), /finite/);
  }
  const numbers = makeNumbers();
  numbers.writeFloatLE(Infinity, 2 * 7840);
  assert.throws(() => parseWeights(makeFile(HEADER, numbers)), /finite/);
});

test("a header that claims to be longer than the file is refused", () => {
  const file = Buffer.from(makeFile());
  file.writeUInt32LE(0xffffffff, 16);
  assert.throws(() => parseWeights(seal(file)), /cut off/);
});
