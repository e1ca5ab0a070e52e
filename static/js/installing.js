import { whenIdle } from "./idle.js";

/**
 * Lets this browser keep the board, if it can: without encryption it does so only for this machine's
 * own pages. The page works all the same.
 */
export function keepBoard() {
  whenIdle(() => navigator.serviceWorker?.register("service-worker.js").catch(() => {}));
}
