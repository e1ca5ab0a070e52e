const BUTTONS = "button[data-action]";

/** Undo, Redo and Clear: buttons and keys. Escape clears only where one draws: on the board. */
export class Toolbar {
  #board;
  #surface;
  #buttons;

  /** @param keys where keys are heard: the whole page, or the part of it that the board belongs to */
  constructor(board, surface, element, keys = document) {
    this.#board = board;
    this.#surface = surface;
    this.#buttons = [...element.querySelectorAll(BUTTONS)];
    element.addEventListener("click", (event) => this.#click(event));
    keys.addEventListener("keydown", (event) => this.#press(event));
    board.addEventListener("change", () => this.#refresh());
    this.#refresh();
  }

  #click(event) {
    const button = event.target.closest(BUTTONS);
    if (button) this.#do(button.dataset.action);
  }

  #press(event) {
    if (event.defaultPrevented) return;
    const action = actionOf(event);
    if (!action || isEditing(event.target)) return;
    // With nothing to clear, Escape is left to what it closes: a dialog around the board, say.
    if (action === "clear" && !(event.target === this.#surface && this.#can(action))) return;
    event.preventDefault();
    this.#do(action);
  }

  #do(action) {
    if (this.#can(action)) this.#board[action]();
  }

  #can(action) {
    if (this.#board.isLocked) return false;
    const { canUndo, canRedo, isEmpty } = this.#board;
    return { undo: canUndo, redo: canRedo, clear: !isEmpty }[action];
  }

  #refresh() {
    const { activeElement } = this.#surface.getRootNode();
    for (const button of this.#buttons) {
      const isIdle = !this.#can(button.dataset.action);
      // A disabled button loses the keyboard focus, so the board takes it over.
      if (isIdle && button === activeElement) this.#surface.focus({ preventScroll: true });
      button.disabled = isIdle;
    }
  }
}

function actionOf({ key, ctrlKey, metaKey, shiftKey, altKey }) {
  if (altKey) return null;
  const hasCommand = ctrlKey || metaKey;
  if (key === "Escape" && !hasCommand && !shiftKey) return "clear";
  if (!hasCommand) return null;
  const letter = key.toLowerCase();
  if (letter === "z") return shiftKey ? "redo" : "undo";
  return letter === "y" && !shiftKey ? "redo" : null;
}

/** In a text field these keys edit its text. */
function isEditing(target) {
  return target instanceof Element && target.closest("input, textarea, dialog") !== null;
}
