/**
 * Where a photo comes from: pasted, dropped anywhere on the page, or chosen in a field. Emits
 * `photo` (detail: { blob, isOne }) with the first of the files given.
 */
export class PhotoSource extends EventTarget {
  #element;
  #depth = 0; // how many elements the files are dragged over: entering one comes before leaving one

  /** @param element marked while a file is dragged over the page @param fields to choose a file */
  constructor(element, fields = []) {
    super();
    this.#element = element;
    for (const field of fields) field.addEventListener("change", () => this.#choose(field));
    document.addEventListener("paste", (event) => this.#paste(event));
    document.addEventListener("dragenter", (event) => this.#drag(event, 1));
    document.addEventListener("dragleave", (event) => this.#drag(event, -1));
    document.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
    document.addEventListener("drop", (event) => this.#drop(event));
  }

  #choose(field) {
    this.#take([...field.files]);
    field.value = ""; // or the same file could not be chosen again
  }

  #paste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    this.#take(files);
  }

  #drag(event, step) {
    if (!hasFiles(event)) return;
    this.#depth = Math.max(this.#depth + step, 0);
    this.#element.toggleAttribute("data-over", this.#depth > 0);
  }

  #drop(event) {
    if (!hasFiles(event)) return;
    event.preventDefault(); // or the browser would open the file in the page's place
    this.#depth = 0;
    this.#element.removeAttribute("data-over");
    this.#take([...event.dataTransfer.files]);
  }

  /** Of several files, the first picture; what is none of them is refused where it is opened. */
  #take(files) {
    const blob = files.find(({ type }) => type.startsWith("image/")) ?? files[0];
    const detail = { blob, isOne: files.length === 1 };
    if (blob) this.dispatchEvent(new CustomEvent("photo", { detail }));
  }
}

function hasFiles({ dataTransfer }) {
  return [...(dataTransfer?.types ?? [])].includes("Files");
}
