import assert from "node:assert/strict";
import { test } from "node:test";

import { listModels } from "../../static/js/models.js";
import { FakeServer, settle } from "./fake_server.mjs";

test("the models are listed in the server's order, with their titles", async () => {
  const server = new FakeServer();
  const listed = listModels();
  const models = [
    { name: "board_cnn", default: true, card: { title: "Board", parameters: 7 } },
    { name: "mlp", default: false, card: { title: "One hidden layer" } },
  ];
  await server.answer({ default: "board_cnn", models });
  assert.deepEqual(await listed, [
    { name: "board_cnn", title: "Board" },
    { name: "mlp", title: "One hidden layer" },
  ]);
  assert.equal(server.requests[0].address, "api/models");
});

for (const [what, respond] of [
  ["cannot be reached", (server) => server.fail()],
  ["answers in HTML", (server) => server.respond("<h1>Sign in</h1>", { status: 200 })],
  ["lists nothing", (server) => server.respond("{}", { status: 200 })],
]) {
  test(`a server that ${what} is an error`, async () => {
    const server = new FakeServer();
    const listed = assert.rejects(listModels());
    await settle();
    await respond(server);
    await listed;
  });
}
