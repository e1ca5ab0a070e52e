// The export writes this text to digit-board.css, too, for browsers that cannot take it from here.
export const STYLE = `
:host {
  --own-paper: #fffdf8;
  --own-ink: #23201b;
  --own-soft: #655e52;
  --own-rule: #d9d1bf;
  --own-accent: #b5301a;
  --_paper: var(--digit-board-paper, var(--own-paper));
  --_ink: var(--digit-board-ink, var(--own-ink));
  --_soft: var(--digit-board-soft, var(--own-soft));
  --_rule: var(--digit-board-rule, var(--own-rule));
  --_accent: var(--digit-board-accent, var(--own-accent));
  display: inline-block;
  width: var(--digit-board-size, 17.5em);
  max-width: 100%;
  vertical-align: top;
  line-height: 1.3;
}
@media (prefers-color-scheme: dark) {
  :host {
    --own-paper: #222b27;
    --own-ink: #efebdf;
    --own-soft: #a9afa5;
    --own-rule: #3b4641;
    --own-accent: #f2c85b;
  }
}
@supports (color: light-dark(red, red)) {
  :host {
    --own-paper: light-dark(#fffdf8, #222b27);
    --own-ink: light-dark(#23201b, #efebdf);
    --own-soft: light-dark(#655e52, #a9afa5);
    --own-rule: light-dark(#d9d1bf, #3b4641);
    --own-accent: light-dark(#b5301a, #f2c85b);
  }
}
:host([hidden]), :host([no-answer]) .answer, :host([no-tools]) .tools, .digit:empty {
  display: none;
}
.stage {
  position: relative;
  border: 1px solid var(--_rule);
  border-radius: var(--digit-board-radius, 0.25em);
  background: var(--_paper);
  color: var(--_ink);
}
.sheet {
  position: relative;
  aspect-ratio: 1;
  border-radius: inherit;
}
.ink, canvas, .hint {
  position: absolute;
  inset: 0;
  width: 100%;
  height: 100%;
}
.ink {
  fill: none;
  stroke: var(--_ink);
  stroke-width: 18;
  stroke-linecap: round;
  stroke-linejoin: round;
}
canvas {
  opacity: 0;
  cursor: crosshair;
  touch-action: none;
  user-select: none;
  -webkit-user-select: none;
  -webkit-touch-callout: none;
}
.hint {
  display: none;
  place-items: center;
  color: var(--_soft);
  font-style: italic;
  pointer-events: none;
}
.sheet[data-empty] .hint {
  display: grid;
}
.stage[data-by-keys] [name="hint"], .stage:not([data-by-keys]) [name="keys"] {
  display: none;
}
.stage[data-by-keys] .hint {
  height: 25%;
  font-size: 0.875em;
}
.stage[data-by-keys] .sheet, button:focus-visible {
  outline: 2px solid var(--_ink);
  outline-offset: -3px;
}
.cursor {
  position: absolute;
  width: 6.4%;
  aspect-ratio: 1;
  box-sizing: border-box;
  border: 2px solid var(--_ink);
  border-radius: 50%;
  box-shadow: 0 0 0 2px var(--_paper);
  pointer-events: none;
  transform: translate(-50%, -50%);
}
.cursor[data-down] {
  background: var(--_ink);
}
.answer {
  display: flex;
  align-items: center;
  gap: 0.75em;
  box-sizing: border-box;
  min-height: 3.75em;
  margin: 0;
  padding: 0 0.75em;
  border-top: 1px solid var(--_rule);
}
.digit {
  color: var(--_accent);
  font-size: 2.5em;
  line-height: 1;
}
.note {
  color: var(--_soft);
  font-size: 0.875em;
}
.tools {
  display: flex;
  min-width: 0;
  margin: 0;
  padding: 0;
  border: 0;
  border-top: 1px solid var(--_rule);
}
button {
  flex: 1;
  min-width: 0;
  min-height: 2.75em;
  padding: 0 0.25em;
  border: 0;
  border-radius: inherit;
  background: none;
  color: inherit;
  font: inherit;
  cursor: pointer;
  touch-action: manipulation;
}
button:hover:enabled {
  text-decoration: underline;
}
button:disabled {
  color: var(--_soft);
  opacity: 0.6;
  cursor: default;
}
:host(:disabled), :host([disabled]) {
  opacity: 0.6;
}
canvas[aria-disabled="true"] {
  pointer-events: none;
}
.unseen {
  position: absolute;
  width: 1px;
  height: 1px;
  margin: 0;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
@media (forced-colors: active) {
  .ink {
    stroke: CanvasText;
  }
  .cursor[data-down] {
    background: CanvasText;
  }
}
`;

const sheets = new WeakMap(); // by document, which takes no other's: one for all boards there

/**
 * Styles a shadow root. A Content-Security-Policy without 'unsafe-inline' allows a constructed
 * style sheet and, where a browser has none (Safari before 16.4, Firefox before 101), the file
 * beside the script. Until that has come, `content` is hidden.
 */
export function addStyle(root, content, script) {
  if ("adoptedStyleSheets" in root) {
    const { ownerDocument } = root;
    const { defaultView } = ownerDocument;
    if (!defaultView) return; // nobody sees a template's document
    if (!sheets.has(ownerDocument)) sheets.set(ownerDocument, makeSheet(defaultView));
    root.adoptedStyleSheets = [sheets.get(ownerDocument)];
    return;
  }
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL("digit-board.css", script).href;
  content.style.visibility = "hidden";
  for (const type of ["load", "error"]) {
    link.addEventListener(type, () => content.style.removeProperty("visibility"));
  }
  root.append(link);
}

function makeSheet(view) {
  const made = new view.CSSStyleSheet();
  made.replaceSync(STYLE);
  return made;
}
