/** The script of the page's own worker. */

import { startWorker } from "./worker.js";

startWorker(self);
