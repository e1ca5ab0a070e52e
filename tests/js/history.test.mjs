import assert from "node:assert/strict";
import { test } from "node:test";

import { History } from "../../static/js/history.js";

function historyOf(first, ...others) {
  const history = new History(first);
  for (const value of others) history.push(value);
  return history;
}

test("a new history has nothing to undo or redo", () => {
  const history = historyOf("a");
  assert.equal(history.present, "a");
  assert.equal(history.canUndo, false);
  assert.equal(history.canRedo, false);
});

test("undo goes back change by change, as far as the first value", () => {
  const history = historyOf("a", "b", "c");
  history.undo();
  assert.equal(history.present, "b");
  history.undo();
  assert.equal(history.present, "a");
  assert.equal(history.canUndo, false);
});

test("redo returns what undo took back, in the order in which it was made", () => {
  const history = historyOf("a", "b", "c");
  history.undo();
  history.undo();
  history.redo();
  assert.equal(history.present, "b");
  history.redo();
  assert.equal(history.present, "c");
  assert.equal(history.canRedo, false);
  assert.equal(history.canUndo, true);
});

test("a change after undo drops what could be redone", () => {
  const history = historyOf("a", "b");
  history.undo();
  history.push("c");
  assert.equal(history.canRedo, false);
  history.redo();
  assert.equal(history.present, "c");
  history.undo();
  assert.equal(history.present, "a");
});

test("undo and redo change nothing when there is nothing to do", () => {
  const history = historyOf("a");
  history.undo();
  history.redo();
  history.forget();
  assert.equal(history.present, "a");
  assert.equal(history.canUndo, false);
  assert.equal(history.canRedo, false);
});

test("a forgotten change cannot be redone", () => {
  const history = historyOf("a", "b", "c");
  history.forget();
  assert.equal(history.present, "b");
  assert.equal(history.canRedo, false);
  history.undo();
  assert.equal(history.present, "a");
});
