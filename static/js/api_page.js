import { Trial } from "./trial.js";

for (const fold of document.querySelectorAll("[data-trial]")) new Trial(fold);
