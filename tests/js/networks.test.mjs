import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Networks } from "../../static/js/alone/networks.js";
import { settle } from "./fake_server.mjs";

const ADDRESS = "http://school.example/class/board/api/models/board_cnn/browser-weights";

let networks, loads, idle, now, checks, served;

beforeEach(() => {
  mock.reset();
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  now = 0;
  mock.method(performance, "now", () => now);
  globalThis.document = { baseURI: "http://school.example/class/board/" };
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true, writable: true });
  idle = [];
  globalThis.requestIdleCallback = (task) => idle.push(task);
  loads = [];
  const load = (url, options) =>
    new Promise((resolve, reject) => loads.push({ url, options, resolve, reject }));
  networks = new Networks(load);
  [checks, served] = [[], '"first"'];
  globalThis.fetch = async (url, { method, headers }) => {
    checks.push([method, url]);
    if (served === null) throw new TypeError("away");
    if (served instanceof Response) return served;
    return new Response(null, { status: headers["If-None-Match"] === served ? 304 : 200 });
  };
});

async function pass(milliseconds) {
  now += milliseconds;
  mock.timers.tick(milliseconds);
  await settle();
}

async function prepare(model) {
  networks.prepare(model);
  for (const task of idle.splice(0)) task();
  await settle();
}

async function open(...models) {
  const opened = { reader: undefined };
  networks.open(models).then((reader) => (opened.reader = reader));
  await settle();
  return opened;
}

async function arrive(index = 0) {
  const model = loads[index].url.split("/").at(-2);
  const reader = { model, version: served, close: () => (reader.isClosed = true) };
  loads[index].resolve(reader);
  await settle();
  return reader;
}

/** The board's own network reads, and another version of it has been served for a minute. */
async function serveAnother() {
  await prepare("board_cnn");
  await arrive();
  served = '"second"';
  await pass(60_000);
}

test("weights are fetched when the browser is idle, by an address that holds in a worker", async () => {
  networks.prepare("board_cnn");
  assert.equal(loads.length, 0);
  for (const task of idle) task();
  assert.equal(loads[0].url, ADDRESS);
  assert.match(loads[0].options.workerUrl, /\/reader\/start_worker\.js$/);
});

test("weights that are here are asked about once a minute, and not fetched again", async () => {
  await prepare("board_cnn");
  await arrive();
  await pass(59_000);
  await prepare("board_cnn");
  assert.deepEqual(checks, []);
  await pass(1000);
  await prepare("board_cnn");
  await prepare("board_cnn");
  assert.deepEqual(checks, [["HEAD", ADDRESS]]);
  assert.equal(loads.length, 1);
});

test("another version takes the place of the former, which reads until it is here", async () => {
  await serveAnother();
  const { reader: former } = await open("board_cnn");
  await prepare("board_cnn");
  assert.equal(loads.length, 2);
  assert.equal((await open("board_cnn")).reader, former);
  assert.ok(!former.isClosed);
  await arrive(1);
  assert.equal((await open("board_cnn")).reader.version, '"second"');
  assert.ok(former.isClosed);
  await pass(60_000);
  await prepare("board_cnn");
  assert.equal(loads.length, 2); // it is the one that is served
});

test("the former reads on if the other version cannot be had, which is asked for again", async () => {
  await serveAnother();
  const { reader: former } = await open("board_cnn");
  await prepare("board_cnn");
  loads[1].reject(new Error("busy"));
  await settle();
  assert.equal((await open("board_cnn")).reader, former);
  assert.ok(!former.isClosed);
  await pass(60_000);
  await prepare("board_cnn");
  assert.equal(loads.length, 3);
});

for (const [what, answer] of [
  ["does not answer", () => null],
  ["is busy", () => new Response(null, { status: 503 })],
]) {
  test(`a server that ${what} when it is asked for another version changes nothing`, async () => {
    await serveAnother();
    served = answer();
    await prepare("board_cnn");
    assert.equal(checks.length, 1);
    assert.equal(loads.length, 1);
    assert.equal((await open("board_cnn")).reader.version, '"first"');
  });
}

test("weights that came without a version are not asked about", async () => {
  await prepare("board_cnn");
  served = null;
  await arrive();
  served = '"another"';
  await pass(60_000);
  await prepare("board_cnn");
  assert.deepEqual(checks, []);
  assert.equal(loads.length, 1);
});

test("weights whose version a proxy names in its own way are not fetched again", async () => {
  await prepare("board_cnn");
  served = '"first-gzip"';
  await arrive();
  served = new Response(null, { headers: { ETag: served } });
  await pass(60_000);
  await prepare("board_cnn");
  assert.equal(checks.length, 1);
  assert.equal(loads.length, 1);
});

test("who saves data fetches nothing", async () => {
  navigator.connection = { saveData: true };
  await prepare("board_cnn");
  assert.equal((await open("board_cnn")).reader, null);
  assert.equal(loads.length, 0);
});

test("weights that could not be had are asked for again, but not at once", async () => {
  await prepare("board_cnn");
  loads[0].reject(new Error("busy"));
  await settle();
  await pass(29_000);
  await prepare("board_cnn");
  assert.equal(loads.length, 1);
  await pass(1000);
  await prepare("board_cnn");
  assert.equal(loads.length, 2);
});

test("the chosen network reads if it is here", async () => {
  await prepare("mlp");
  await arrive();
  assert.equal((await open("mlp", "board_cnn")).reader.model, "mlp");
});

test("else the board's own reads, after a moment in which the chosen one may come", async () => {
  await prepare("board_cnn");
  await arrive();
  const opened = await open("mlp", "board_cnn");
  assert.equal(opened.reader, undefined);
  await pass(300);
  assert.equal(opened.reader.model, "board_cnn");
  await arrive(1);
  assert.equal((await open("mlp", "board_cnn")).reader.model, "mlp");
});

test("where nothing reads, weights on their way are waited for", async () => {
  await prepare("board_cnn");
  const opened = await open("board_cnn");
  await pass(3000);
  await arrive();
  assert.equal(opened.reader.model, "board_cnn");
  assert.equal(loads.length, 1);
});

test("weights that do not come are not waited for without end", async () => {
  const opened = await open("board_cnn");
  await pass(4000);
  assert.equal(opened.reader, null);
});

test("weights that come when they are no longer waited for leave no worker behind", async () => {
  await prepare("board_cnn");
  await pass(30_000);
  await prepare("board_cnn");
  const late = await arrive(0);
  const inTime = await arrive(1);
  assert.ok(late.isClosed);
  assert.ok(!inTime.isClosed);
  assert.equal((await open("board_cnn")).reader, inTime);
});

test("weights that cannot be had are not asked for at each change of the drawing", async () => {
  const opened = await open("board_cnn");
  loads[0].reject(new Error("gone"));
  await settle();
  assert.equal(opened.reader, null);
  await pass(100);
  assert.equal((await open("board_cnn")).reader, null);
  assert.equal(loads.length, 1);
  await pass(1900);
  await open("board_cnn");
  assert.equal(loads.length, 2);
});

test("a browser without idle time fetches after a second", async () => {
  delete globalThis.requestIdleCallback;
  networks.prepare("board_cnn");
  await pass(1000);
  assert.equal(loads.length, 1);
});
