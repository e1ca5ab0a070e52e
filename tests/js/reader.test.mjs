import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { drawInk } from "../../static/js/reader/ink.js";
import { loadReader } from "../../static/js/reader/reader.js";
import { startWorker } from "../../static/js/reader/worker.js";
import { makeFile } from "./small_weights.mjs";

const ADDRESS = "https://board.test/weights";
const SEVEN = [[[80, 60], [200, 60], [120, 240]]];
const FIELDS = [
  ...["status", "model", "digit", "probabilities", "seen", "unsure", "no_digit"],
  ...["milliseconds", "because"],
];

let fetched;
let workers;

/** A worker in the same thread: what it is sent and what it answers are copied, as they would be. */
class OwnThread extends EventTarget {
  isOver = false;

  constructor(url, options) {
    super();
    this.url = url;
    this.options = options;
    workers.push(this);
    const tell = (data) => setTimeout(() => this.dispatchEvent(new MessageEvent("message", { data })));
    this.scope = Object.assign(new EventTarget(), { postMessage: (data) => tell(structuredClone(data)) });
    startWorker(this.scope);
  }

  postMessage(message) {
    const data = structuredClone(message);
    setTimeout(() => this.isOver || this.scope.dispatchEvent(new MessageEvent("message", { data })));
  }

  fail() {
    const event = new Event("error", { cancelable: true });
    this.dispatchEvent(event);
    assert.ok(event.defaultPrevented, "the browser would complain");
  }

  terminate() {
    this.isOver = true;
  }
}

beforeEach(() => {
  [fetched, workers] = [[], []];
  globalThis.Worker = OwnThread;
  serve(() => new Response(makeFile(), { headers: { ETag: '"0123456789ab"' } }));
});

function serve(answer) {
  globalThis.fetch = async (url) => {
    fetched.push(url);
    return answer();
  };
}

function checkSeven(reading) {
  assert.deepEqual(Object.keys(reading), FIELDS);
  assert.deepEqual([reading.status, reading.model, reading.digit], ["digit", "linear", 7]);
  assert.equal(reading.seen.length, 784);
  assert.ok(Math.abs(reading.probabilities.reduce((sum, each) => sum + each) - 1) < 1e-12);
  assert.ok(reading.milliseconds >= 0);
}

for (const workerUrl of [null, "https://board.test/start_worker.js"]) {
  const where = workerUrl ? "in a worker" : "on the page";

  test(`a drawing is read ${where} with the fields of the API's answer`, async () => {
    const reader = await loadReader(ADDRESS, { workerUrl });
    assert.equal(reader.version, '"0123456789ab"');
    checkSeven(await reader.read(drawInk(SEVEN)));
    assert.deepEqual(fetched, [ADDRESS]);
    reader.close();
  });

  test(`an empty board is blank ${where}`, async () => {
    const reader = await loadReader(ADDRESS, { workerUrl });
    const { status, model, ...others } = await reader.read(drawInk([]));
    assert.deepEqual([status, model], ["blank", "linear"]);
    assert.deepEqual(new Set(Object.values(others)), new Set([null]));
  });

  test(`weights that are not there are told in words ${where}`, async () => {
    serve(() => new Response("", { status: 404 }));
    await assert.rejects(loadReader(ADDRESS, { workerUrl }), /weights answers 404/);
  });

  test(`damaged ones, too, ${where}`, async () => {
    serve(() => new Response(makeFile().slice(0, 9000)));
    await assert.rejects(loadReader(ADDRESS, { workerUrl }), /the weights are damaged/);
  });

  test(`a reading ${where} is an answer of its own, in the order of asking`, async () => {
    const reader = await loadReader(ADDRESS, { workerUrl });
    const drawings = [SEVEN, [], SEVEN];
    const readings = await Promise.all(drawings.map((strokes) => reader.read(drawInk(strokes))));
    assert.deepEqual(readings.map(({ status }) => status), ["digit", "blank", "digit"]);
  });
}

test("a worker is a module, and is ended by close", async () => {
  const reader = await loadReader(ADDRESS, { workerUrl: "https://board.test/start_worker.js" });
  const [worker] = workers;
  assert.deepEqual([worker.url, worker.options], ["https://board.test/start_worker.js", { type: "module" }]);
  reader.close();
  assert.ok(worker.isOver);
});

const NO_WORKERS = {
  "the browser has none": undefined,
  "the browser forbids this one": class {
    constructor() {
      throw new Error("SecurityError");
    }
  },
  "it cannot start": class extends OwnThread {
    postMessage() {
      setTimeout(() => this.fail());
    }
  },
};

for (const [why, kind] of Object.entries(NO_WORKERS)) {
  test(`the page reads by itself where ${why}`, async () => {
    globalThis.Worker = kind;
    const reader = await loadReader(ADDRESS, { workerUrl: "https://board.test/start_worker.js" });
    checkSeven(await reader.read(drawInk(SEVEN)));
  });
}

test("a worker that ends on its own loses no drawing: the page reads it", async () => {
  const reader = await loadReader(ADDRESS, { workerUrl: "https://board.test/start_worker.js" });
  const reading = reader.read(drawInk(SEVEN));
  workers[0].fail();
  checkSeven(await reading);
  checkSeven(await reader.read(drawInk(SEVEN)));
  assert.equal(fetched.length, 2); // once by the worker, once by the page
});

test("an address from the page is followed from there", async () => {
  globalThis.location = { href: "https://board.test/under/prefix/" };
  await loadReader("api/models/board_cnn/browser-weights");
  assert.deepEqual(fetched, ["https://board.test/under/prefix/api/models/board_cnn/browser-weights"]);
  delete globalThis.location;
});
