import { Deadline } from "./deadline.js";

const TIMEOUT = 10_000; // ms

/** The server's models as they are now, the default first: [{ name, title }]. */
export async function listModels() {
  const deadline = new Deadline(TIMEOUT);
  try {
    const response = await fetch("api/models", { signal: deadline.signal });
    const { models } = await response.json();
    return models.map(({ name, card }) => ({ name, title: card.title }));
  } finally {
    deadline.cancel();
  }
}
