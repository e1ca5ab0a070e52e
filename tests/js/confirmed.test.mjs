import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Confirmed } from "../../static/js/confirmed.js";

const SEVEN = [[[80, 70], [200, 70], [120, 220]]];
const FOUR = [[[80, 70], [70, 150], [200, 150]]];

/** Plays the server's drawings: what was asked, in its order, and how long each answer takes. */
class FakeDrawings {
  asked = [];
  refusal = null;

  async keep({ label, ...drawing }) {
    await this.#answer(`keep ${label}`, drawing);
    return { id: "an-id" };
  }

  async remove(id) {
    await this.#answer(`remove ${id}`);
  }

  async #answer(what) {
    this.asked.push(what);
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (this.refusal) throw this.refusal;
  }
}

let drawings, confirmed;

beforeEach(() => {
  drawings = new FakeDrawings();
  confirmed = new Confirmed(drawings);
});

test("a confirmed drawing is kept under its label", async () => {
  await confirmed.keep(SEVEN, { strokes: SEVEN }, 7);
  assert.equal(confirmed.find(SEVEN), 7);
  assert.equal(confirmed.find(FOUR), null);
});

test("whoever presses twice stores once", async () => {
  await Promise.all([confirmed.keep(SEVEN, {}, 7), confirmed.keep(SEVEN, {}, 7)]);
  assert.deepEqual(drawings.asked, ["keep 7"]);
});

test("undo deletes it", async () => {
  await confirmed.keep(SEVEN, {}, 7);
  await confirmed.undo(SEVEN, {});
  assert.equal(confirmed.find(SEVEN), null);
  assert.deepEqual(drawings.asked, ["keep 7", "remove an-id"]);
});

test("undo brings back the label before", async () => {
  await confirmed.keep(SEVEN, {}, 7);
  await confirmed.keep(SEVEN, {}, 1);
  await confirmed.undo(SEVEN, {});
  assert.equal(confirmed.find(SEVEN), 7);
  assert.deepEqual(drawings.asked, ["keep 7", "keep 1", "keep 7"]);
});

test("undo does nothing to a drawing that is not kept", async () => {
  await confirmed.undo(SEVEN, {});
  assert.deepEqual(drawings.asked, []);
});

test("an undo that is pressed while the drawing is stored waits for it", async () => {
  await Promise.all([confirmed.keep(SEVEN, {}, 7), confirmed.undo(SEVEN, {})]);
  assert.deepEqual(drawings.asked, ["keep 7", "remove an-id"]);
});

test("what was not stored is told, and can be stored afterwards", async () => {
  drawings.refusal = new Error("locked");
  await assert.rejects(confirmed.keep(SEVEN, {}, 7), /locked/);
  assert.equal(confirmed.find(SEVEN), null);
  drawings.refusal = null;
  await confirmed.keep(SEVEN, {}, 7);
  assert.equal(confirmed.find(SEVEN), 7);
});

test("what was deleted elsewhere is deleted", async () => {
  await confirmed.keep(SEVEN, {}, 7);
  drawings.refusal = Object.assign(new Error("not found"), { status: 404 });
  await confirmed.undo(SEVEN, {});
  assert.equal(confirmed.find(SEVEN), null);
});
