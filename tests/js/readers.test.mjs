import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Readers } from "../../static/js/alone/readers.js";

const PATIENCE = 800; // ms that the server has before the browser reads, too
const AWAY = "The server cannot be reached.";

/** A server's client, or the browser's own reader, that does what the test says. */
class Fake extends EventTarget {
  asked = []; // the numbers of the drawings
  answered = 0;
  waited = 0;
  prepared = 0;

  ask({ isUrgent, number }) {
    this.asked.push(number);
    this.isUrgent = isUrgent;
  }

  forget() {
    this.forgotten = true;
  }

  prepare() {
    this.prepared += 1;
  }

  /** Says something of the newest drawing asked about, or of another one. */
  say(type, detail, { of = this.asked.at(-1), waited = 20 } = {}) {
    this.answered = of;
    this.waited = waited;
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

let server, own, readers, heard;

beforeEach(() => {
  mock.reset();
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  [server, own] = [new Fake(), new Fake()];
  readers = new Readers(server, own);
  heard = [];
  for (const type of ["answer", "refusal", "gone", "unreachable"]) {
    readers.addEventListener(type, ({ detail }) => heard.push([type, detail]));
  }
});

/** The server fails while the first drawing waits, and the browser reads that. */
function loseServer() {
  readers.ask();
  server.say("unreachable", AWAY);
  own.say("answer", "one, here");
}

test("a server that answers reads alone, and the browser gets ready to do without", () => {
  readers.ask();
  server.say("answer", "seven");
  mock.timers.tick(10 * PATIENCE);
  assert.deepEqual(heard, [["answer", "seven"]]);
  assert.deepEqual(own.asked, []);
  assert.equal(own.prepared, 1);
});

test("when the server fails, the browser reads at once", () => {
  readers.ask();
  server.say("unreachable", AWAY);
  assert.deepEqual(own.asked, [1]);
  assert.equal(own.isUrgent, true);
  own.say("answer", "seven, here");
  assert.deepEqual(heard, [["answer", "seven, here"]]);
  assert.equal(readers.isBehind, false);
});

test("a server that hangs is waited for less than a second, counted from the first change", () => {
  readers.ask();
  mock.timers.tick(PATIENCE / 2);
  readers.ask();
  assert.deepEqual(own.asked, []);
  mock.timers.tick(PATIENCE / 2);
  assert.deepEqual(own.asked, [2]);
});

test("while the server is away, each change is read at once, and the server asked, too", () => {
  loseServer();
  readers.ask();
  readers.ask();
  assert.deepEqual(own.asked, [1, 2, 3]);
  assert.deepEqual(server.asked, [1, 2, 3]);
});

test("a drawing that the browser has read is not read again at each further try", () => {
  loseServer();
  server.say("unreachable", AWAY);
  server.say("unreachable", AWAY);
  assert.deepEqual(own.asked, [1]);
  assert.deepEqual(heard, [["answer", "one, here"]]);
});

test("when the server is back, its answer takes the place of the browser's", () => {
  loseServer();
  server.say("answer", "one");
  readers.ask();
  assert.deepEqual(heard.at(-1), ["answer", "one"]);
  assert.deepEqual(own.asked, [1]);
});

test("the browser's answer never takes the place of the server's to the same drawing", () => {
  readers.ask();
  server.say("unreachable", AWAY);
  server.say("answer", "one");
  own.say("answer", "one, here");
  assert.deepEqual(heard, [["answer", "one"]]);
});

test("the server's late answer never paints over the browser's to a newer drawing", () => {
  readers.ask();
  mock.timers.tick(PATIENCE);
  own.say("answer", "half, here");
  readers.ask();
  own.say("answer", "whole, here");
  server.say("answer", "half", { of: 1, waited: 3000 });
  assert.deepEqual(heard.at(-1), ["answer", "whole, here"]);
});

test("the browser's late answer never paints over the server's to a newer drawing", () => {
  readers.ask();
  server.say("unreachable", AWAY);
  readers.ask();
  server.say("answer", "two");
  own.say("answer", "one, here", { of: 1 });
  assert.deepEqual(heard, [["answer", "two"]]);
});

test("a slow server's answer is shown, but the browser goes on reading, too", () => {
  readers.ask();
  mock.timers.tick(PATIENCE);
  own.say("answer", "one, here");
  server.say("answer", "one", { waited: 2000 });
  assert.deepEqual(heard.at(-1), ["answer", "one"]);
  readers.ask();
  assert.deepEqual(own.asked, [1, 2]);
});

test("a busy server is waited for, then the browser reads, and nothing is complained of", () => {
  readers.ask();
  server.say("busy");
  mock.timers.tick(PATIENCE);
  assert.deepEqual(own.asked, [1]);
  own.say("unread");
  assert.deepEqual(heard, []);
});

test("where nothing can read, the reason is the server's", () => {
  readers.ask();
  server.say("unreachable", AWAY);
  own.say("unread");
  assert.deepEqual(heard, [["unreachable", AWAY]]);
  assert.equal(readers.isBehind, true);
});

test("each further try of the server is one of the browser, as long as nothing has read", () => {
  readers.ask();
  server.say("unreachable", AWAY);
  own.say("unread");
  server.say("unreachable", AWAY);
  own.say("answer", "one, here");
  assert.deepEqual(heard.at(-1), ["answer", "one, here"]);
});

test("several digits need the server, which is said when it is away", () => {
  readers.ask();
  mock.timers.tick(PATIENCE);
  own.say("several");
  assert.deepEqual(heard, []); // it may only be slow
  server.say("unreachable", AWAY);
  own.say("several");
  assert.match(heard[0][1], /^Several digits need the server\./);
});

test("the server's refusal is passed on, and the browser reads no more", () => {
  loseServer();
  readers.ask();
  server.say("refusal", "Draw less.");
  assert.deepEqual(heard.at(-1), ["refusal", "Draw less."]);
  readers.ask();
  assert.deepEqual(own.asked, [1, 2]);
});

test("what is forgotten is not read", () => {
  readers.ask();
  readers.forget();
  assert.equal(readers.isBehind, false);
  assert.ok(server.forgotten && own.forgotten);
  mock.timers.tick(PATIENCE);
  assert.deepEqual(own.asked, []);
});

test("after an answer to an older drawing, the newer one has its own time", () => {
  readers.ask();
  mock.timers.tick(PATIENCE - 1);
  readers.ask();
  server.say("answer", "half", { of: 1 });
  assert.equal(readers.isBehind, true);
  mock.timers.tick(PATIENCE - 1);
  assert.deepEqual(own.asked, []);
  mock.timers.tick(1);
  assert.deepEqual(own.asked, [2]);
});
