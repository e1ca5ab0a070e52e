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
