import assert from "node:assert/strict";
import { test } from "node:test";

import { Explanations } from "../../static/js/explanations.js";
import { Server } from "../../static/js/server.js";
import { FakeServer, settle } from "./fake_server.mjs";

const SEEN = Array(784).fill(0);
const PROBABILITIES = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const READING = { status: "digit", digit: 0, probabilities: PROBABILITIES, seen: SEEN };
const EVIDENCE = { for: 0, against: 6, map: SEEN, place: "top", without: 6 };
const ANSWER = { reading: READING, evidence: EVIDENCE };

function begin(question = { strokes: [], rival: null }) {
  const server = new FakeServer();
  const explanations = new Explanations(new Server({ headers: {}, forget() {} }), () => question);
  const heard = [];
  for (const type of ["explanation", "busy", "refusal", "trouble"]) {
    explanations.addEventListener(type, ({ detail }) => heard.push([type, detail]));
  }
  return { server, explanations, heard };
}

test("one question at a time goes out, and the newest drawing is next", async () => {
  const { server, explanations, heard } = begin();
  explanations.ask({ isUrgent: true });
  explanations.ask({ isUrgent: true });
  explanations.ask({ isUrgent: true });
  await settle();
  assert.equal(server.requests.length, 1);
  await server.answer(ANSWER);
  assert.equal(server.requests.length, 2);
  await server.answer(ANSWER);
  assert.deepEqual(heard.map(([type]) => type), ["explanation", "explanation"]);
  const [one, other] = server.questions.map(({ asker }) => asker);
  assert.match(one, /^[0-9a-f]{32}$/);
  assert.equal(one, other);
});

test("what belongs to a forgotten drawing is dropped", async () => {
  const { server, explanations, heard } = begin();
  explanations.ask({ isUrgent: true });
  await settle();
  explanations.forget();
  await server.answer(ANSWER);
  assert.deepEqual(heard, []);
});

test("a drawing that a newer one replaced is not mentioned", async () => {
  const { server, explanations, heard } = begin();
  explanations.ask({ isUrgent: true });
  await settle();
  await server.respond("{}", { status: 409 });
  assert.deepEqual(heard, []);
});

for (const [what, status] of [
  ["server without time", 503],
  ["proxy that cannot reach its server", 521],
]) {
  test(`a ${what} is asked again`, async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const { server, explanations, heard } = begin();
    explanations.ask({ isUrgent: true });
    await settle();
    await server.respond('{"detail": "Later."}', { status });
    assert.equal(explanations.isBehind, true);
    context.mock.timers.tick(1000);
    await settle();
    assert.equal(server.requests.length, 2);
    await server.answer(ANSWER);
    assert.deepEqual(heard.map(([type]) => type), ["busy", "explanation"]);
  });
}

test("a rival that has become the answer is refused as such", async () => {
  const { server, explanations, heard } = begin({ strokes: [], rival: 4 });
  explanations.ask({ isUrgent: true });
  await settle();
  await server.respond(JSON.stringify({ detail: "No." }), { status: 400 });
  assert.deepEqual(heard.map(([type]) => type), ["refusal"]);
});

for (const status of [500, 507]) {
  test(`what else goes wrong (${status}) is said in the server's words, and not asked again`, async () => {
    const { server, explanations, heard } = begin();
    explanations.ask({ isUrgent: true });
    await settle();
    await server.respond(JSON.stringify({ detail: "The disk is gone." }), { status });
    assert.deepEqual(heard, [["trouble", "The disk is gone."]]);
    assert.equal(explanations.isBehind, false);
  });
}

test("an answer that is no explanation is not understood", async (context) => {
  context.mock.method(console, "error", () => {});
  const { server, explanations, heard } = begin();
  explanations.ask({ isUrgent: true });
  await settle();
  await server.answer({ ...ANSWER, evidence: { ...EVIDENCE, map: [1, 2] } });
  assert.match(heard[0][1], /could not be understood/);
});
