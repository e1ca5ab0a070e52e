import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { InsideClient } from "../../static/js/inside_client.js";
import { Refusal } from "../../static/js/server.js";
import { settle } from "./fake_server.mjs";

const LONG = 60_000; // ms: what has not happened by then does not happen

for (const [status, heard] of [
  [0, ["trouble", "answer"]],
  [500, ["refusal"]],
  [507, ["refusal"]],
  [503, ["trouble", "answer"]],
  [521, ["trouble", "answer"]],
]) {
  test(`after status ${status}, the page is told of ${heard.join(", then of an ")}`, async () => {
    mock.timers.reset();
    mock.timers.enable({ apis: ["setTimeout"] });
    const answers = [new Refusal("No.", status), { json: async () => ({}) }];
    const server = {
      ask: async () => {
        const answer = answers.shift();
        if (answer instanceof Error) throw answer;
        return answer;
      },
    };
    const client = new InsideClient(server, async () => ({ isDrawing: false }));
    const told = [];
    for (const type of ["answer", "refusal", "trouble"]) {
      client.addEventListener(type, () => told.push(type));
    }
    client.ask("evidence");
    await settle();
    mock.timers.tick(LONG);
    await settle();
    assert.deepEqual(told, heard);
  });
}
