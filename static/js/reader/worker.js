import { fetchWeights, readNow } from "./reader.js";

/**
 * The worker's side: answers `{ id, load: url }` with the version of the weights, and
 * `{ id, read: ink }` with a reading, each as `{ id, result }`, or `{ id, problem }` in words.
 *
 * @param scope the worker's `self`
 */
export function startWorker(scope) {
  let weights = null;
  const answer = async ({ load, read }) => {
    if (read) return readNow(weights, read);
    weights = await fetchWeights(load);
    return weights.version;
  };
  scope.addEventListener("message", async ({ data: { id, ...question } }) => {
    try {
      scope.postMessage({ id, result: await answer(question) });
    } catch (error) {
      scope.postMessage({ id, problem: error.message });
    }
  });
}
