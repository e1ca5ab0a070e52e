/** Does something when the browser has nothing better to do, soon in any case. */
export function whenIdle(task) {
  if (globalThis.requestIdleCallback) requestIdleCallback(task);
  else setTimeout(task, 1000); // Safari
}
