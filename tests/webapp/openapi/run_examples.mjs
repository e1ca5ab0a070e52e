/** Runs each program that comes as a line of JSON, and answers what it printed as another. */

import { writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

let count = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const printed = [];
  console.log = (...words) => printed.push(words.join(" "));
  const path = resolve(`example-${(count += 1)}.mjs`);
  await writeFile(path, JSON.parse(line));
  await import(pathToFileURL(path).href);
  process.stdout.write(`${JSON.stringify(printed.join("\n"))}\n`);
}
