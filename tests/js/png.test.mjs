import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32, inflateSync } from "node:zlib";

import { encodeInk } from "../../static/js/png.js";

const START = "data:image/png;base64,";
const SIGNATURE = "89504e470d0a1a0a";

/** The chunks of a PNG, each { name, data, crc, own } with the checksum as it is and should be. */
function listChunks(address) {
  assert.ok(address.startsWith(START));
  const bytes = Buffer.from(address.slice(START.length), "base64");
  assert.equal(bytes.subarray(0, 8).toString("hex"), SIGNATURE);
  const chunks = [];
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const body = bytes.subarray(at + 4, at + 8 + length);
    const [name, data] = [body.subarray(0, 4).toString(), body.subarray(4)];
    chunks.push({ name, data, body, crc: bytes.readUInt32BE(at + 8 + length) });
    at += 12 + length;
  }
  return chunks;
}

const LEVELS = Uint8Array.from({ length: 784 }, (_, index) => (index * 31) % 256);

test("a picture is a header, its pixels and an end, each with its checksum", () => {
  const chunks = listChunks(encodeInk(LEVELS, 28));
  assert.deepEqual(chunks.map(({ name }) => name), ["IHDR", "IDAT", "IEND"]);
  if (!crc32) return; // an older Node
  for (const { body, crc } of chunks) assert.equal(crc32(body), crc);
});

test("the header gives the size, 8 bits, grey with alpha", () => {
  const [{ data }] = listChunks(encodeInk(LEVELS.subarray(0, 84), 28));
  assert.deepEqual([data.readUInt32BE(0), data.readUInt32BE(4)], [28, 3]);
  assert.deepEqual([...data.subarray(8)], [8, 4, 0, 0, 0]);
});

test("each row has no filter, black colour, and the ink as its alpha", () => {
  const rows = inflateSync(listChunks(encodeInk(LEVELS, 28))[1].data);
  assert.equal(rows.length, 28 * 57);
  LEVELS.forEach((level, index) => {
    const at = Math.floor(index / 28) * 57 + 1 + 2 * (index % 28);
    assert.deepEqual([rows[at], rows[at + 1]], [0, level]);
  });
});

test("a picture that does not fit into one block is refused", () => {
  assert.throws(() => encodeInk(new Uint8Array(200 * 200), 200), RangeError);
});
