import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Client } from "../../static/js/client.js";
import { FakeServer, settle } from "./fake_server.mjs";

const PAUSE = 100; // ms: after an answer, the next request is sent within this time
const LONG = 60_000; // ms: what has not happened by then does not happen

let server, client, heard, drawing;

beforeEach(() => {
  mock.reset();
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  mock.method(AbortSignal, "timeout", abortAfter); // the real one has a clock of its own
  server = new FakeServer();
  client = new Client(() => ({ image: drawing }));
  heard = [];
  for (const type of ["answer", "refusal", "unreachable"]) {
    client.addEventListener(type, ({ detail }) => heard.push([type, detail]));
  }
});

function abortAfter(milliseconds) {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new DOMException("late", "TimeoutError")), milliseconds);
  return controller.signal;
}

function draw(what) {
  drawing = what;
  client.ask();
}

async function pass(milliseconds) {
  mock.timers.tick(milliseconds);
  await settle();
}

test("the drawing is posted as JSON, and the answer is handed on as it came", async () => {
  draw("seven");
  const [{ address, options }] = server.requests;
  assert.equal(address, "api/predict");
  assert.equal(options.method, "POST");
  assert.equal(options.headers["Content-Type"], "application/json");
  assert.deepEqual(server.questions, [{ image: "seven" }]);
  await server.answer({ status: "digit", digit: 7 });
  assert.deepEqual(heard, [["answer", { status: "digit", digit: 7 }]]);
});

test("only one request is under way at a time", async () => {
  draw("first");
  draw("second");
  await pass(PAUSE);
  assert.equal(server.requests.length, 1);
});

test("the newest drawing is sent next, and those in between are skipped", async () => {
  draw("first");
  draw("second");
  draw("third");
  await server.answer({ digit: 1 });
  await pass(PAUSE);
  assert.deepEqual(server.questions, [{ image: "first" }, { image: "third" }]);
  await server.answer({ digit: 3 });
  await pass(LONG);
  assert.equal(server.requests.length, 2);
  assert.deepEqual(heard.at(-1), ["answer", { digit: 3 }]);
});

test("requests follow one another after a short pause, not at once", async () => {
  draw("first");
  draw("second");
  await server.answer({ digit: 1 });
  await pass(PAUSE / 2);
  assert.equal(server.requests.length, 1);
  await pass(PAUSE / 2);
  assert.equal(server.requests.length, 2);
});

test("a drawing made during the pause after an answer is sent when the pause ends", async () => {
  draw("first");
  await server.answer({ digit: 1 });
  draw("second");
  assert.equal(server.requests.length, 1);
  await pass(PAUSE);
  assert.equal(server.requests.length, 2);
});

test("the client is behind while a newer drawing waits to be sent", async () => {
  draw("first");
  assert.equal(client.isBehind, false);
  draw("second");
  assert.equal(client.isBehind, true);
  await server.answer({ digit: 1 });
  await pass(PAUSE);
  assert.equal(client.isBehind, false);
});

test("the answer to a forgotten drawing is dropped", async () => {
  draw("first");
  client.forget();
  await server.answer({ digit: 1 });
  await pass(LONG);
  assert.deepEqual(heard, []);
  assert.equal(server.requests.length, 1);
});

test("a drawing that waits to be sent and is forgotten is never sent", async () => {
  draw("first");
  draw("second");
  client.forget();
  await server.answer({ digit: 1 });
  await pass(LONG);
  assert.equal(server.requests.length, 1);
});

test("a drawing made after forgetting gets its own answer only", async () => {
  draw("first");
  client.forget();
  draw("second");
  await server.answer({ digit: 1 });
  await pass(PAUSE);
  await server.answer({ digit: 2 });
  assert.deepEqual(heard, [["answer", { digit: 2 }]]);
});

test("a forgotten drawing is not tried again when the server cannot be reached", async () => {
  draw("first");
  client.forget();
  await server.fail();
  await pass(LONG);
  assert.deepEqual(heard, []);
  assert.equal(server.requests.length, 1);
});

test("a refusal gives the detail of the problem and is not asked again", async () => {
  draw("huge");
  const problem = { title: "Bad request", status: 400, detail: "Send a smaller drawing." };
  await server.respond(JSON.stringify(problem), { status: 400 });
  await pass(LONG);
  assert.deepEqual(heard, [["refusal", "Send a smaller drawing."]]);
  assert.equal(server.requests.length, 1);
});

for (const [what, body] of [
  ["in HTML", "<h1>Oops</h1>"],
  ["with an empty body", ""],
  ["without a detail", "{}"],
  ["whose JSON is not an object", "null"],
]) {
  test(`a refusal ${what} is named by its number`, async () => {
    draw("seven");
    await server.respond(body, { status: 500 });
    assert.deepEqual(heard, [["refusal", "The server answered with error 500."]]);
  });
}

for (const [what, failure] of [
  ["a network that fails", () => server.fail()],
  ["a server that says nothing for ten seconds", () => pass(10_000)],
  ["an answer that breaks off", () => server.respond('{"status": "dig', { status: 200 })],
  ["an answer that is not JSON", () => server.respond("<h1>Sign in</h1>", { status: 200 })],
  ["status 502", () => server.respond("Bad gateway", { status: 502 })],
  ["status 503", () => server.respond('{"detail": "Later."}', { status: 503 })],
  ["status 504", () => server.respond("", { status: 504 })],
]) {
  test(`${what} counts as unreachable, and the drawing is sent again`, async () => {
    draw("seven");
    await failure();
    assert.deepEqual(heard, [["unreachable", null]]);
    await pass(300);
    assert.deepEqual(server.questions, [{ image: "seven" }, { image: "seven" }]);
    await server.answer({ digit: 7 });
    assert.deepEqual(heard.at(-1), ["answer", { digit: 7 }]);
    await pass(LONG);
    assert.equal(server.requests.length, 2);
  });
}

test("a server that is slow but answers in time is waited for", async () => {
  draw("seven");
  await pass(9_000);
  await server.answer({ digit: 7 });
  assert.deepEqual(heard, [["answer", { digit: 7 }]]);
});

test("each further try waits longer, up to a limit", async () => {
  draw("seven");
  for (const wait of [300, 600, 1200, 2400, 2400]) {
    await server.fail();
    const tried = server.requests.length;
    await pass(wait - 1);
    assert.equal(server.requests.length, tried, `tried again before ${wait} ms`);
    await pass(1);
    assert.equal(server.requests.length, tried + 1, `not tried again after ${wait} ms`);
  }
});

test("after an answer, tries begin with the short wait again", async () => {
  draw("seven");
  await server.fail();
  await pass(300);
  await server.fail();
  await pass(600);
  await server.answer({ digit: 7 });
  await pass(PAUSE);
  draw("one");
  await server.fail();
  await pass(300);
  assert.equal(server.requests.length, 5);
});

test("a further try sends the drawing as it is by then", async () => {
  draw("half");
  await server.fail();
  draw("whole");
  await pass(300);
  assert.deepEqual(server.questions, [{ image: "half" }, { image: "whole" }]);
});
