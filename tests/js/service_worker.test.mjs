import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";
import vm from "node:vm";

import { settle } from "./fake_server.mjs";

const SCRIPT = readFileSync(new URL("../../static/js/service_worker.js", import.meta.url), "utf8");
const ROOT = "http://school.example/class/board/";
const SCRIPT_NAME = "static/js/draw_page.js";
const FILES = ["kept", "away", SCRIPT_NAME];
const MODEL = "api/models/board_cnn/browser-weights";
const PATIENCE = 2500; // ms

/** What a browser keeps, by the names of caches; stands in for its CacheStorage. */
class FakeCaches {
  kept = new Map();

  async open(name) {
    if (!this.kept.has(name)) this.kept.set(name, new Map());
    const files = this.kept.get(name);
    return {
      add: async (request) => files.set(request.url, await fetchWhole(request)),
      put: async (url, response) => files.set(url, await response.text()),
      delete: async (url) => files.delete(url),
    };
  }

  async match(url, { cacheName }) {
    const text = this.kept.get(cacheName)?.get(url);
    return text === undefined ? undefined : new Response(text);
  }

  async keys() {
    return [...this.kept.keys()];
  }

  async delete(name) {
    return this.kept.delete(name);
  }
}

let caches, answer, asked, clock, connection;

async function fetchWhole(request) {
  const response = await serve(request);
  if (!response.ok) throw new TypeError("not kept");
  const text = await response.text();
  if (request.integrity !== hash(text)) throw new TypeError("another file");
  return text;
}

function hash(text) {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** What a version of the server says of a file; the first one: "kept of the server". */
function write(path, version = "") {
  return `${version}${path || "board"} of the server`;
}

/** Answers as the server of a version does. */
const be = (version) => async (url) => new Response(write(url.slice(ROOT.length), version));

function serve({ url }) {
  asked.push(url);
  return answer(url);
}

/** A browser's service worker of one version. */
class Worker {
  registration = { installing: null, waiting: null };
  #listeners = {};
  #timers = [];

  /** @param name what the server of that version writes before each file */
  constructor(version, name = "") {
    const files = Object.fromEntries(FILES.map((file) => [file, hash(write(file, name))]));
    const self = {
      location: { href: `${ROOT}service-worker.js` },
      navigator: { connection },
      registration: this.registration,
      skipWaiting: () => {},
      clients: { claim: async () => {} },
      addEventListener: (type, listen) => (this.#listeners[type] = listen),
    };
    vm.runInNewContext(`const KEPT = ${JSON.stringify({ version, files, weights: MODEL })};\n${SCRIPT}`, {
      self,
      caches,
      URL,
      Request: class {
        constructor(url, options) {
          Object.assign(this, options, { url });
        }
      },
      Date: { now: () => clock },
      fetch: async (request) => serve(request.url ? request : { url: request }),
      setTimeout: (task, wait) => this.#timers.push({ task, at: clock + wait }),
    });
  }

  async install() {
    await this.live("install");
    await this.live("activate");
    return this;
  }

  /** Promises the end of one event of its life; the browser drops it if that fails. */
  async live(type) {
    let work;
    this.#listeners[type]({ waitUntil: (promise) => (work = promise) });
    await work;
  }

  /** What the page gets; undefined if the worker leaves it to the browser. */
  async get(address, { method = "GET", mode = "cors" } = {}) {
    const got = { text: undefined };
    const event = {
      request: { url: new URL(address, ROOT).href, method, mode },
      respondWith: (promise) =>
        promise.then(async (response) => (got.text = await response.text())).catch(() => (got.text = null)),
      waitUntil: () => {},
    };
    this.#listeners.fetch(event);
    await settle();
    return got;
  }

  async pass(milliseconds) {
    clock += milliseconds;
    for (const { task } of this.#timers.filter(({ at }) => at <= clock)) task();
    await settle();
  }
}

const navigate = { mode: "navigate" };
const stop = () => (answer = () => Promise.reject(new TypeError("failed")));
const hang = () => (answer = () => new Promise(() => {}));

beforeEach(() => {
  caches = new FakeCaches();
  asked = [];
  clock = 0;
  connection = undefined;
  answer = be("");
});

test("while the server answers, everything comes from it", async () => {
  const worker = await new Worker("1").install();
  answer = be("new ");
  assert.equal((await worker.get("", navigate)).text, "new board of the server");
  assert.equal((await worker.get(SCRIPT_NAME)).text, `new ${SCRIPT_NAME} of the server`);
});

test("when the server is away, the kept board and its scripts answer at once", async () => {
  const worker = await new Worker("1").install();
  stop();
  assert.equal((await worker.get("", navigate)).text, "kept of the server");
  assert.equal((await worker.get("?model=mlp", navigate)).text, "kept of the server");
  assert.equal((await worker.get(SCRIPT_NAME)).text, `${SCRIPT_NAME} of the server`);
});

for (const status of [502, 503, 521]) {
  test(`a proxy's error or a busy server, ${status}, is as good as a server that is away`, async () => {
    const worker = await new Worker("1").install();
    answer = async () => new Response("Web server is down", { status });
    assert.equal((await worker.get("", navigate)).text, "kept of the server");
    assert.equal((await worker.get("train", navigate)).text, "away of the server");
    answer = be("");
    assert.equal((await worker.get("", navigate)).text, "board of the server");
  });
}

test("the server's own error is shown, not hidden behind a copy", async () => {
  const worker = await new Worker("1").install();
  for (const status of [404, 500, 507]) {
    answer = async () => new Response("no such thing", { status });
    assert.equal((await worker.get("", navigate)).text, "no such thing");
  }
});

test("a server that hangs is waited for once; then the copies come at once for a while", async () => {
  const worker = await new Worker("1").install();
  hang();
  const page = await worker.get("", navigate);
  assert.equal(page.text, undefined);
  await worker.pass(PATIENCE);
  assert.equal(page.text, "kept of the server");
  assert.equal((await worker.get(SCRIPT_NAME)).text, `${SCRIPT_NAME} of the server`);
  await worker.pass(20_000);
  assert.equal((await worker.get(SCRIPT_NAME)).text, undefined);
});

test("a server that answered in time is not taken for a silent one later", async () => {
  const worker = await new Worker("1").install();
  await worker.get(SCRIPT_NAME);
  await worker.pass(PATIENCE);
  answer = async () => new Response("new");
  assert.equal((await worker.get(SCRIPT_NAME)).text, "new");
});

test("other pages say that they need the server, and are waited for as long as it takes", async () => {
  const worker = await new Worker("1").install();
  hang();
  const page = await worker.get("train", navigate);
  await worker.pass(10 * PATIENCE);
  assert.equal(page.text, undefined);
  stop();
  assert.equal((await worker.get("train", navigate)).text, "away of the server");
});

test("what is asked of the API, sent, or beside the board is left to the browser", async () => {
  const worker = await new Worker("1").install();
  asked = [];
  for (const [address, options] of [
    ["api/models", {}],
    ["api/drawings", {}],
    ["api/predict", { method: "POST" }],
    ["static/js/train_page.js", {}],
    ["./", {}], // the page that carries the token, read by a script
    ["../other/", navigate],
  ]) {
    assert.equal((await worker.get(address, options)).text, undefined, address);
  }
  assert.deepEqual(asked, []);
});

test("weights are kept beforehand, and each time anew", async () => {
  const worker = await new Worker("1").install();
  stop();
  assert.equal((await worker.get(MODEL)).text, `${MODEL} of the server`);
  answer = async () => new Response("another version");
  await worker.get(MODEL);
  stop();
  assert.equal((await worker.get(MODEL)).text, "another version");
});

test("weights of a model that is gone are dropped", async () => {
  const worker = await new Worker("1").install();
  answer = async () => new Response("gone", { status: 404 });
  await worker.get(MODEL);
  stop();
  assert.equal((await worker.get(MODEL)).text, null);
});

test("who saves data keeps the board without weights", async () => {
  connection = { saveData: true };
  const worker = await new Worker("1").install();
  stop();
  assert.equal((await worker.get(MODEL)).text, null);
  assert.equal((await worker.get("", navigate)).text, "kept of the server");
});

test("the board is kept even if the weights cannot be had", async () => {
  const whole = answer;
  answer = (url) => (url.endsWith(MODEL) ? Promise.reject(new TypeError("failed")) : whole(url));
  const worker = await new Worker("1").install();
  stop();
  assert.equal((await worker.get("", navigate)).text, "kept of the server");
});

test("another version keeps all anew, and the old copies go; other boards' stay", async () => {
  await new Worker("1").install();
  await caches.open("digit-board http://school.example/other/ 1");
  answer = be("new ");
  const worker = await new Worker("2", "new ").install();
  assert.deepEqual((await caches.keys()).sort(), [
    `digit-board ${ROOT} 2`,
    `digit-board ${ROOT} weights`,
    "digit-board http://school.example/other/ 1",
  ]);
  stop();
  assert.equal((await worker.get(SCRIPT_NAME)).text, `new ${SCRIPT_NAME} of the server`);
});

test("files of two versions are not kept together: the former copy stays until all are new", async () => {
  const former = await new Worker("1").install();
  const worker = new Worker("2", "new ");
  answer = (url) => be(url.endsWith(SCRIPT_NAME) ? "" : "new ")(url);
  await assert.rejects(worker.live("install"));
  stop();
  assert.equal((await former.get("", navigate)).text, "kept of the server");
  assert.equal((await former.get(SCRIPT_NAME)).text, `${SCRIPT_NAME} of the server`);
  answer = be("new ");
  await worker.install();
  stop();
  assert.equal((await worker.get(SCRIPT_NAME)).text, `new ${SCRIPT_NAME} of the server`);
});

for (const stage of ["installing", "waiting"]) {
  test(`a worker that begins leaves the copy of one that is ${stage}, which drops its`, async () => {
    await new Worker("1").install();
    const [worker, next] = [new Worker("2"), new Worker("3")];
    await worker.live("install");
    await next.live("install");
    worker.registration[stage] = next;
    await worker.live("activate");
    await next.live("activate");
    stop();
    assert.equal((await next.get("", navigate)).text, "kept of the server");
    assert.deepEqual((await caches.keys()).sort(), [`digit-board ${ROOT} 3`, `digit-board ${ROOT} weights`]);
  });
}
