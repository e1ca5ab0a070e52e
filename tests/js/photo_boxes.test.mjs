import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { PhotoBoxes } from "../../static/js/photo_boxes.js";

const SIZE = [300, 200];
let boxes, changes;

beforeEach(() => {
  boxes = new PhotoBoxes();
  boxes.load(
    [
      { box: [10, 10, 20, 40], line: 0, number: 0, expected: 4 },
      { box: [40, 10, 20, 40], line: 0, number: 0 },
      { box: [10, 100, 20, 40], line: 1, number: 0 },
    ],
    SIZE,
  );
  changes = 0;
  boxes.addEventListener("change", () => (changes += 1));
});

const listBoxes = () => boxes.list.map(({ box }) => box.join(" "));

test("what the server found cannot be undone", () => {
  assert.equal(boxes.canUndo, false);
  assert.equal(boxes.list.length, 3);
});

test("a moved box keeps its line, its number and what a sheet expects", () => {
  const [{ id }] = boxes.list;
  boxes.change(id, [14, 12, 20, 40]);
  const { line, number, expected, box } = boxes.find(id);
  assert.deepEqual({ line, number, expected, box }, { line: 0, number: 0, expected: 4, box: [14, 12, 20, 40] });
  assert.equal(changes, 1);
});

test("a box that leaves its place joins the line in which it comes to lie", () => {
  const [, { id }] = boxes.list;
  boxes.change(id, [40, 102, 20, 40]);
  assert.deepEqual(listBoxes(), ["10 10 20 40", "10 100 20 40", "40 102 20 40"]);
  assert.equal(boxes.find(id).line, 1);
});

test("moves, sizes, additions and deletions are undone and redone one by one", () => {
  const [{ id }] = boxes.list;
  const before = listBoxes();
  boxes.change(id, [10, 14, 20, 40]);
  const added = boxes.add([70, 10, 20, 40]);
  boxes.remove(id);
  assert.deepEqual(listBoxes(), ["40 10 20 40", "70 10 20 40", "10 100 20 40"]);
  boxes.undo();
  assert.ok(boxes.find(id));
  boxes.undo();
  assert.equal(boxes.find(added), null);
  boxes.undo();
  assert.deepEqual(listBoxes(), before);
  for (let turn = 0; turn < 3; turn += 1) boxes.redo();
  assert.equal(boxes.list.length, 3);
  assert.equal(boxes.canRedo, false);
});

test("steps in quick succession are undone together, others apart", () => {
  const [one, other] = boxes.list;
  const before = listBoxes();
  for (const x of [11, 12, 13]) boxes.change(one.id, [x, 10, 20, 40], { step: "move" });
  for (const x of [41, 42]) boxes.change(other.id, [x, 10, 20, 40], { step: "move" });
  boxes.change(other.id, [42, 10, 22, 40], { step: "size" });
  boxes.undo();
  assert.equal(listBoxes()[1], "42 10 20 40");
  boxes.undo();
  assert.deepEqual(listBoxes()[0], "13 10 20 40");
  boxes.undo();
  assert.deepEqual(listBoxes(), before);
});

test("a box stays on the photo, in whole pixels, and large enough to be held", () => {
  const [{ id }] = boxes.list;
  boxes.change(id, [-20.4, 190.2, 20.3, 40.1]);
  assert.deepEqual(boxes.find(id).box, [0, 160, 20, 40]);
  boxes.change(id, [5, 5, 1, 1]);
  assert.deepEqual(boxes.find(id).box, [5, 5, 6, 6]);
  boxes.change(id, [5, 5, 900, 900]);
  assert.deepEqual(boxes.find(id).box, [0, 0, 300, 200]);
});

test("a box that is put where it was is no change", () => {
  boxes.change(boxes.list[0].id, [10.2, 9.9, 20, 40]);
  assert.equal(changes, 0);
  assert.equal(boxes.canUndo, false);
});

test("a box that steps out of its place joins the line in which it comes to lie", () => {
  const [, { id }] = boxes.list;
  const before = boxes.list.map(({ line }) => line);
  for (let y = 12; y <= 96; y += 2) boxes.change(id, [40, y, 20, 40], { step: "move" });
  assert.equal(boxes.find(id).line, 1);
  assert.deepEqual(boxes.list.map(({ line }) => line), [0, 1, 1]);
  boxes.undo();
  assert.deepEqual(boxes.list.map(({ line }) => line), before);
});

test("what is added while a photo is read stays, unless the server has found that, too", () => {
  boxes.load([], SIZE);
  const stays = boxes.add([150, 10, 20, 40]);
  const found = boxes.add([12, 8, 24, 44]);
  boxes.receive([{ box: [10, 10, 20, 40], line: 0, number: 0 }]);
  assert.deepEqual(listBoxes(), ["10 10 20 40", "150 10 20 40"]);
  assert.ok(boxes.find(stays));
  assert.equal(boxes.find(found), null);
});
