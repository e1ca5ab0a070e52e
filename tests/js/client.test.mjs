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
  server = new FakeServer();
  client = new Client(() => ({ image: drawing }));
  heard = [];
  for (const type of ["answer", "refusal", "gone", "busy", "unreachable"]) {
    client.addEventListener(type, ({ detail }) => heard.push([type, detail]));
  }
});

async function draw(what, { isUrgent = false } = {}) {
  drawing = what;
  client.ask({ isUrgent });
  await settle();
}

async function pass(milliseconds) {
  mock.timers.tick(milliseconds);
  await settle();
}

test("the drawing is posted as JSON, and the answer is handed on as it came", async () => {
  await draw("seven");
  const [{ address, options }] = server.requests;
  assert.equal(address, "api/predict");
  assert.equal(options.method, "POST");
  assert.equal(options.headers["Content-Type"], "application/json");
  assert.deepEqual(server.questions, [{ image: "seven" }]);
  await server.answer({ status: "digit", digit: 7 });
  assert.deepEqual(heard, [["answer", { status: "digit", digit: 7 }]]);
});

test("only one request is under way at a time", async () => {
  await draw("first");
  await draw("second");
  await pass(PAUSE);
  assert.equal(server.requests.length, 1);
});

test("the newest drawing is sent next, and those in between are skipped", async () => {
  await draw("first");
  await draw("second");
  await draw("third");
  await server.answer({ digit: 1 });
  await pass(PAUSE);
  assert.deepEqual(server.questions, [{ image: "first" }, { image: "third" }]);
  await server.answer({ digit: 3 });
  await pass(LONG);
  assert.equal(server.requests.length, 2);
  assert.deepEqual(heard.at(-1), ["answer", { digit: 3 }]);
});

test("requests follow one another after a short pause, not at once", async () => {
  await draw("first");
  await draw("second");
  await server.answer({ digit: 1 });
  await pass(PAUSE / 2);
  assert.equal(server.requests.length, 1);
  await pass(PAUSE / 2);
  assert.equal(server.requests.length, 2);
});

test("a drawing made during the pause after an answer is sent when the pause ends", async () => {
  await draw("first");
  await server.answer({ digit: 1 });
  await draw("second");
  assert.equal(server.requests.length, 1);
  await pass(PAUSE);
  assert.equal(server.requests.length, 2);
});

test("an urgent drawing goes without the pause", async () => {
  await draw("first");
  await server.answer({ digit: 1 });
  await draw("second", { isUrgent: true });
  assert.deepEqual(server.questions, [{ image: "first" }, { image: "second" }]);
});

test("an urgent drawing waits for the answer that is under way, then goes at once", async () => {
  await draw("first");
  await draw("second", { isUrgent: true });
  assert.equal(server.requests.length, 1);
  await server.answer({ digit: 1 });
  assert.deepEqual(server.questions, [{ image: "first" }, { image: "second" }]);
});

test("after an urgent drawing, the next one waits for the pause again", async () => {
  await draw("first");
  await draw("second", { isUrgent: true });
  await server.answer({ digit: 1 });
  await draw("third");
  await server.answer({ digit: 2 });
  assert.equal(server.requests.length, 2);
  await pass(PAUSE);
  assert.equal(server.requests.length, 3);
});

test("not even an urgent drawing presses a server that cannot be reached", async () => {
  await draw("first");
  await server.fail();
  await draw("second", { isUrgent: true });
  assert.equal(server.requests.length, 1);
  await pass(300);
  assert.deepEqual(server.questions.at(-1), { image: "second" });
});

test("a drawing may take its time to be read out", async () => {
  let readOut;
  client = new Client(() => new Promise((resolve) => (readOut = resolve)));
  client.ask();
  await settle();
  assert.equal(server.requests.length, 0);
  readOut({ image: "seven" });
  await settle();
  assert.deepEqual(server.questions, [{ image: "seven" }]);
});

test("a drawing that is forgotten while it is read out is not sent", async () => {
  let readOut;
  client = new Client(() => new Promise((resolve) => (readOut = resolve)));
  client.ask();
  client.forget();
  readOut({ image: "seven" });
  await pass(LONG);
  assert.equal(server.requests.length, 0);
});

test("a drawing that cannot be read out is said, and the next one is sent", async () => {
  const logged = mock.method(console, "error", () => {});
  let isBroken = true;
  client = new Client(() => {
    if (isBroken) throw new Error("no canvas");
    return { image: "seven" };
  });
  client.addEventListener("refusal", ({ detail }) => heard.push(["refusal", detail]));
  client.ask();
  await settle();
  await pass(PAUSE);
  assert.match(heard[0][1], /could not be sent/);
  assert.equal(logged.mock.callCount(), 1);
  isBroken = false;
  client.ask();
  await settle();
  assert.deepEqual(server.questions, [{ image: "seven" }]);
});

test("a model that is gone is told from other refusals, with the models there are", async () => {
  await draw("seven");
  const problem = { detail: "There is no model with that name.", models: ["mlp"] };
  await server.respond(JSON.stringify(problem), { status: 404 });
  assert.deepEqual(heard, [["gone", problem]]);
});

test("an address that is not there is an ordinary refusal", async () => {
  await draw("seven");
  await server.respond('{"detail": "There is nothing here."}', { status: 404 });
  assert.deepEqual(heard, [["refusal", "There is nothing here."]]);
});

test("the client is behind while a newer drawing waits to be sent", async () => {
  await draw("first");
  assert.equal(client.isBehind, false);
  await draw("second");
  assert.equal(client.isBehind, true);
  await server.answer({ digit: 1 });
  await pass(PAUSE);
  assert.equal(client.isBehind, false);
});

test("the answer to a forgotten drawing is dropped", async () => {
  await draw("first");
  client.forget();
  await server.answer({ digit: 1 });
  await pass(LONG);
  assert.deepEqual(heard, []);
  assert.equal(server.requests.length, 1);
});

test("a drawing that waits to be sent and is forgotten is never sent", async () => {
  await draw("first");
  await draw("second");
  client.forget();
  await server.answer({ digit: 1 });
  await pass(LONG);
  assert.equal(server.requests.length, 1);
});

test("a drawing made after forgetting gets its own answer only", async () => {
  await draw("first");
  client.forget();
  await draw("second");
  await server.answer({ digit: 1 });
  await pass(PAUSE);
  await server.answer({ digit: 2 });
  assert.deepEqual(heard, [["answer", { digit: 2 }]]);
});

test("a forgotten drawing is not tried again when the server cannot be reached", async () => {
  await draw("first");
  client.forget();
  await server.fail();
  await pass(LONG);
  assert.deepEqual(heard, []);
  assert.equal(server.requests.length, 1);
});

test("a refusal gives the detail of the problem and is not asked again", async () => {
  await draw("huge");
  const problem = { title: "Bad request", status: 400, detail: "Send a smaller drawing." };
  await server.respond(JSON.stringify(problem), { status: 400 });
  await pass(LONG);
  assert.deepEqual(heard, [["refusal", "Send a smaller drawing."]]);
  assert.equal(server.requests.length, 1);
});

for (const [what, body, status] of [
  ["in HTML", "<h1>Sign in</h1>", 401],
  ["with an empty body", "", 403],
  ["without a detail", "{}", 413],
  ["whose JSON is not an object", "null", 404],
  ["whose detail is not in words", '{"detail": [{"code": 7}]}', 429],
]) {
  test(`a refusal ${what} is named by its number, and not asked again`, async () => {
    await draw("seven");
    await server.respond(body, { status });
    await pass(LONG);
    assert.deepEqual(heard, [["refusal", `The server answered with error ${status}.`]]);
    assert.equal(server.requests.length, 1);
  });
}

for (const status of [500, 507]) {
  test(`the server's own error ${status} is told in its words, and not asked again`, async () => {
    await draw("seven");
    await server.respond('{"detail": "Make room on the disk."}', { status });
    await pass(LONG);
    assert.deepEqual(heard, [["refusal", "Make room on the disk."]]);
    assert.equal(server.requests.length, 1);
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
  ["status 521", () => server.respond('{"detail": "Web server is down"}', { status: 521 })],
  ["a proxy's error in HTML", () => server.respond("<h1>Oops</h1>", { status: 500 })],
  ["an error with an empty body", () => server.respond("", { status: 500 })],
  ["an error without a detail", () => server.respond("{}", { status: 500 })],
]) {
  test(`${what} counts as unreachable, and the drawing is sent again`, async () => {
    await draw("seven");
    await failure();
    const words = "The server cannot be reached. Your drawing is kept and will be sent again.";
    assert.deepEqual(heard, [["unreachable", words]]);
    await pass(300);
    assert.deepEqual(server.questions, [{ image: "seven" }, { image: "seven" }]);
    await server.answer({ digit: 7 });
    assert.deepEqual(heard.at(-1), ["answer", { digit: 7 }]);
    await pass(LONG);
    assert.equal(server.requests.length, 2);
  });
}

/** The server is too busy for the newest question. */
async function sendAway(headers = { "Retry-After": "1" }) {
  await server.respond('{"detail": "Later."}', { status: 503, headers });
}

test("a busy server is asked again after the time that it asks for, by chance a little later", async () => {
  mock.method(Math, "random", () => 0.5);
  await draw("seven");
  await sendAway();
  assert.deepEqual(heard, [["busy", null]]);
  await pass(1499);
  assert.equal(server.requests.length, 1);
  await pass(1);
  await server.answer({ digit: 7 });
  assert.deepEqual(heard.at(-1), ["answer", { digit: 7 }]);
});

test("not even an urgent drawing presses a busy server", async () => {
  mock.method(Math, "random", () => 0);
  await draw("first");
  await sendAway();
  await draw("second", { isUrgent: true });
  await pass(999);
  assert.equal(server.requests.length, 1);
  await pass(1);
  assert.deepEqual(server.questions.at(-1), { image: "second" });
});

test("a server that is busy again and again is as good as unreachable", async () => {
  await draw("seven");
  for (let times = 0; times < 3; times += 1) {
    await sendAway();
    await pass(5000);
  }
  assert.deepEqual(heard.map(([type]) => type), ["busy", "busy", "busy"]);
  await sendAway();
  const words = "The server has too much to do. Your drawing is kept and will be sent again.";
  assert.deepEqual(heard.at(-1), ["unreachable", words]);
  await pass(5000);
  await server.answer({ digit: 7 });
  assert.deepEqual(heard.at(-1), ["answer", { digit: 7 }]);
});

test("a pen that is lifted asks a server that failed before its next turn, after a moment", async () => {
  await draw("half");
  for (const wait of [300, 600]) {
    await server.fail();
    await pass(wait);
  }
  await server.fail(); // the next try is in 1.2 s
  await draw("whole", { isUrgent: true });
  await pass(300);
  assert.deepEqual(server.questions.at(-1), { image: "whole" });
});

test("a server that is slow but answers in time is waited for", async () => {
  await draw("seven");
  await pass(9_000);
  await server.answer({ digit: 7 });
  assert.deepEqual(heard, [["answer", { digit: 7 }]]);
});

test("each further try waits longer, up to a limit", async () => {
  await draw("seven");
  for (const wait of [300, 600, 1200, 2400, 4800, 4800]) {
    await server.fail();
    const tried = server.requests.length;
    await pass(wait - 1);
    assert.equal(server.requests.length, tried, `tried again before ${wait} ms`);
    await pass(1);
    assert.equal(server.requests.length, tried + 1, `not tried again after ${wait} ms`);
  }
});

test("after an answer, tries begin with the short wait again", async () => {
  await draw("seven");
  await server.fail();
  await pass(300);
  await server.fail();
  await pass(600);
  await server.answer({ digit: 7 });
  await pass(PAUSE);
  await draw("one");
  await server.fail();
  await pass(300);
  assert.equal(server.requests.length, 5);
});

test("a further try sends the drawing as it is by then", async () => {
  await draw("half");
  await server.fail();
  await draw("whole");
  await pass(300);
  assert.deepEqual(server.questions, [{ image: "half" }, { image: "whole" }]);
});
