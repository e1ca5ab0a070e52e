import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { PhotoClient } from "../../static/js/photo_client.js";
import { Refusal } from "../../static/js/server.js";
import { settle } from "./fake_server.mjs";

const ANSWER = { lines: [], digits: [], width: 300, height: 200, model: "played" };
const PHOTO = new Blob(["photo"], { type: "image/jpeg" });
let server, client, waits;

/** Plays the server: each answer is JSON or an error to throw. */
class PlayedServer {
  asked = [];
  answers = [];

  async ask(method, address, form) {
    this.asked.push({ method, address, box: form.get("box"), name: form.get("photo").name });
    const answer = this.answers.shift();
    if (answer instanceof Error) throw answer;
    return { json: async () => answer };
  }
}

beforeEach(() => {
  mock.timers.reset();
  server = new PlayedServer();
  client = new PhotoClient(server);
  waits = [];
  client.addEventListener("wait", ({ detail }) => waits.push(detail));
});

test("a photo is sent as a form, with a box where only that is to be read", async () => {
  server.answers = [ANSWER, ANSWER];
  assert.equal(await client.read(PHOTO), ANSWER);
  await client.read(PHOTO, [1, 2, 3, 4]);
  assert.deepEqual(server.asked.map(({ box }) => box), [null, "[1,2,3,4]"]);
  assert.equal(server.asked[0].address, "api/read-photo");
});

test("a busy server is asked again after the time that it says, an unreachable one, too", async () => {
  const [busy, gone] = [new Refusal("Busy.", 503, {}, 0.01), new Refusal("Gone.", 0, null, 0.01)];
  const proxys = new Refusal("The server answered with error 521.", 521, null, 0.01);
  server.answers = [busy, gone, proxys, ANSWER];
  assert.equal(await client.read(PHOTO), ANSWER);
  assert.deepEqual(waits, ["busy", "unreachable", "busy"]);
  assert.equal(server.asked.length, 4);
});

test("a refusal is told in the server's words, and the next photo is read all the same", async () => {
  server.answers = [new Refusal("A photo must be smaller.", 413, { status: 413 }), ANSWER];
  await assert.rejects(client.read(PHOTO), /A photo must be smaller/);
  assert.equal(await client.read(PHOTO), ANSWER);
});

test("a proxy that cannot reach its server is asked again, though it says why", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  server.answers = [new Refusal("Web server is down.", 521, { detail: "Web server is down." }), ANSWER];
  const answer = client.read(PHOTO);
  await settle();
  mock.timers.tick(10_000);
  assert.equal(await answer, ANSWER);
  assert.deepEqual(waits, ["busy"]);
});

for (const [status, words] of [
  [503, "OpenCV is missing."],
  [507, "The disk is full."],
]) {
  test(`a server that cannot read photos at all (${status}) says why, and is not asked again`, async () => {
    server.answers = [new Refusal(words, status, { status }), ANSWER];
    await assert.rejects(client.read(PHOTO), { message: words });
    assert.deepEqual(waits, []);
  });
}

test("a proxy that refuses a large photo is named", async () => {
  server.answers = [new Refusal("The server answered with error 413.", 413)];
  await assert.rejects(client.read(PHOTO), /too large for a proxy/);
});

test("photos are asked about one at a time", async () => {
  let open;
  const gate = new Promise((resolve) => (open = resolve));
  server.ask = async () => {
    server.asked.push(1);
    await gate;
    return { json: async () => ANSWER };
  };
  const both = [client.read(PHOTO), client.read(PHOTO)];
  await new Promise(setImmediate);
  assert.equal(server.asked.length, 1);
  open();
  await Promise.all(both);
  assert.equal(server.asked.length, 2);
});

test("the answer to a photo that was forgotten is dropped", async () => {
  server.answers = [ANSWER];
  const answer = client.read(PHOTO);
  client.forget();
  assert.equal(await answer, null);
});

for (const [name, answer] of [
  ["text", null],
  ["no photo", { digits: [] }],
  ["a digit without ink", { ...ANSWER, digits: [{ box: [0, 0, 1, 1], line: 0, number: 0 }] }],
]) {
  test(`an answer that is ${name} is not shown`, async () => {
    server.answers = [answer];
    await assert.rejects(client.read(PHOTO), /could not be understood/);
  });
}
