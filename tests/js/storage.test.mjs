import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { StoredText } from "../../static/js/storage.js";

const AREAS = ["localStorage", "sessionStorage"];

/** A stand-in for the browser's storage, as far as it is used. */
class FakeStorage {
  #items = new Map();

  getItem(key) {
    return this.#items.get(key) ?? null;
  }

  setItem(key, value) {
    this.#items.set(key, String(value));
  }
}

function install(area, descriptor) {
  Object.defineProperty(globalThis, area, { configurable: true, ...descriptor });
}

afterEach(() => {
  for (const area of AREAS) delete globalThis[area];
});

for (const area of AREAS) {
  test(`a text written to ${area} is read again`, () => {
    install(area, { value: new FakeStorage() });
    new StoredText(area, "model").write("mlp");
    assert.equal(new StoredText(area, "model").read(), "mlp");
  });
}

test("nothing is read before anything was written", () => {
  install("localStorage", { value: new FakeStorage() });
  assert.equal(new StoredText("localStorage", "model").read(), null);
});

test("texts under different keys and in different storages are kept apart", () => {
  for (const area of AREAS) install(area, { value: new FakeStorage() });
  new StoredText("localStorage", "model").write("mlp");
  assert.equal(new StoredText("localStorage", "drawing").read(), null);
  assert.equal(new StoredText("sessionStorage", "model").read(), null);
});

test("a newer text replaces the older one", () => {
  install("localStorage", { value: new FakeStorage() });
  const stored = new StoredText("localStorage", "model");
  stored.write("mlp");
  stored.write("linear");
  assert.equal(stored.read(), "linear");
});

test("a browser that forbids its storage reads nothing and writes without an error", () => {
  install("localStorage", {
    get() {
      throw new DOMException("forbidden", "SecurityError");
    },
  });
  const stored = new StoredText("localStorage", "model");
  stored.write("mlp");
  assert.equal(stored.read(), null);
});

test("a full storage keeps what it has", () => {
  const full = new FakeStorage();
  full.setItem("model", "mlp");
  full.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  install("localStorage", { value: full });
  const stored = new StoredText("localStorage", "model");
  stored.write("linear");
  assert.equal(stored.read(), "mlp");
});
