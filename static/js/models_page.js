import { MadeOf } from "./made_of.js";
import { Server } from "./server.js";
import { Token } from "./token.js";
import { VersionTools } from "./version_tools.js";
import { Versions } from "./versions.js";

const token = new Token(); // takes its fragment out of the address, so before that is read
const server = new Server(token);
const tools = new VersionTools(document, new Versions(server));
tools.addEventListener("change", ({ detail }) => reopen(detail));
if (token.isKnown) tools.show();
const pictures = [...document.querySelectorAll("[data-made-of]")];
for (const figure of pictures) new MadeOf(figure, server);

/** Folded parts of the models page: an address that names one opens it, and so does printing. */
const folds = [...document.querySelectorAll("details")];
let openedToPrint = [];

addEventListener("hashchange", unfoldTarget);
addEventListener("beforeprint", unfoldAll);
addEventListener("afterprint", foldAgain);
unfoldTarget();

function unfoldTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const fold = target?.closest("details");
  if (!fold || fold.open) return;
  fold.open = true;
  target.scrollIntoView();
}

function unfoldAll() {
  openedToPrint = folds.filter((fold) => !fold.open);
  for (const fold of openedToPrint) fold.open = true;
}

function foldAgain() {
  for (const fold of openedToPrint) fold.open = false;
}

/** Shows the page anew, at the versions of the model that has changed. */
function reopen(model) {
  history.replaceState(null, "", `#${model}-versions`);
  location.reload();
}
