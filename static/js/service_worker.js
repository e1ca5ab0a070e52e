/**
 * The board's service worker: it keeps the board, so that a tablet has it without the server.
 *
 * The server writes KEPT before this script: { version, files, weights }, all addresses from the
 * board's root, files with their hashes. Another version is another script, which browsers notice by
 * themselves; it keeps all files anew, together, and the old copies go. While the server answers, all
 * that it keeps comes from the server. Nothing of the API is kept but weights, and no page that could
 * carry a token.
 */

"use strict";

const ROOT = new URL("./", self.location.href).href;
const OURS = `digit-board ${ROOT} `; // another board may live under another path
const FILES = `${OURS}${KEPT.version}`;
const WEIGHTS = `${OURS}weights`;
const WEIGHTS_ADDRESS = /^api\/models\/[^/]+\/browser-weights$/;
const PATIENCE = 2500; // ms that the server has for what is kept
const SILENCE = 10_000; // ms in which a server that did not answer in time is not asked again
const AWAY = 502; // and above: from a proxy that cannot reach the server, or from a busy one
const DISK_FULL = 507; // but this one is the server's own

const LATE = null;

let silentUntil = 0;

self.addEventListener("install", (event) => {
  self.skipWaiting(); // tablets never close the page that the former worker belongs to
  event.waitUntil(keepFiles());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOldCopies().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const answer = choose(event);
  if (answer) event.respondWith(answer);
});

/**
 * One after another: the server has drawings to read meanwhile. While it is upgraded, its former
 * version may answer some of them: the browser refuses what has another hash, keeps the former
 * worker with its copies, and installs this one again at a later visit.
 */
async function keepFiles() {
  const cache = await caches.open(FILES);
  for (const [file, integrity] of Object.entries(KEPT.files)) {
    await cache.add(new Request(ROOT + file, { cache: "no-cache", integrity }));
  }
  if (!self.navigator.connection?.saveData) await keepWeights(ROOT + KEPT.weights);
}

/** Without them the board is kept all the same. */
async function keepWeights(url) {
  try {
    await storeWeights(url, await fetch(url, { cache: "no-cache" }));
  } catch {
    // the page asks for them when it needs them
  }
}

async function storeWeights(url, response) {
  const cache = await caches.open(WEIGHTS);
  if (response.ok) await cache.put(url, response);
  else if (response.status === 404) await cache.delete(url); // the model is gone
}

/** Unless the next worker is on its way: one of them is what it fills. It will drop the others. */
async function dropOldCopies() {
  const names = await caches.keys();
  const { installing, waiting } = self.registration; // looked at last, right before they go
  if (installing || waiting) return;
  const isOld = (name) => name.startsWith(OURS) && name !== FILES && name !== WEIGHTS;
  await Promise.all(names.filter(isOld).map((name) => caches.delete(name)));
}

/** Promises the answer to a request; null for what is none of our business. */
function choose(event) {
  const { request } = event;
  const { url, method, mode } = request;
  if (method !== "GET" || !url.startsWith(ROOT)) return null;
  const path = url.slice(ROOT.length).replace(/[?#].*/, "");
  if (mode === "navigate") {
    // Other pages are shown as the server has them, however long that takes.
    return path === "" ? askFirst(request, FILES, "kept") : askFirst(request, FILES, "away", Infinity);
  }
  if (path in KEPT.files) return askFirst(request, FILES, path);
  return WEIGHTS_ADDRESS.test(path) ? askForWeights(event, path) : null;
}

/** Promises the server's answer, or what is kept in its place if it fails or takes too long. */
async function askFirst(request, cache, address, patience = PATIENCE) {
  const findKept = () => caches.match(ROOT + address, { cacheName: cache, ignoreVary: true });
  const isSilent = patience !== Infinity && Date.now() < silentUntil;
  return (isSilent && (await findKept())) || ask(request, patience, findKept);
}

async function ask(request, patience, findKept) {
  const asked = fetch(request);
  try {
    const answer = await Promise.race([asked, wait(patience)]);
    if (answer === LATE) silentUntil = Date.now() + SILENCE;
    else if (answer.status < AWAY || answer.status === DISK_FULL) return answer;
  } catch {
    // nothing answers: the kept copy does
  }
  return (await findKept()) ?? asked;
}

/** Promises LATE, when the time is up. */
function wait(patience) {
  if (patience === Infinity) return new Promise(() => {});
  return new Promise((resolve) => setTimeout(() => resolve(LATE), patience));
}

async function askForWeights(event, path) {
  const answer = await askFirst(event.request, WEIGHTS, path);
  const stored = storeWeights(ROOT + path, answer.clone());
  event.waitUntil(stored.catch(() => {})); // no room for a copy is no reason to fail
  return answer;
}
