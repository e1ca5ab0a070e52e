/**
 * What its form knows of the element where a browser has no ElementInternals for forms (Safari
 * before 16.4, Firefox before 98): a hidden input, which is sent with the form, and listeners for
 * what the browser would have told the element.
 */
export class MirroredValue {
  #host;
  #root = null;
  #input = document.createElement("input");
  #flags = {};
  #anchor = null;
  #hear = (event) => event.target === this.form && this.#answer(event);
  validationMessage = "";

  static get isSupported() {
    return true;
  }

  constructor(host) {
    this.#host = host;
    this.#input.type = "hidden";
  }

  get form() {
    return this.#input.form;
  }

  get labels() {
    const { id } = this.#host;
    const around = this.#host.closest("label");
    const named = [...(this.#root?.querySelectorAll("label[for]") ?? [])];
    return [around, ...named.filter((label) => id && label.htmlFor === id)].filter(Boolean);
  }

  get willValidate() {
    return !this.#input.matches(":disabled");
  }

  get validity() {
    return { ...this.#flags, valid: Object.keys(this.#flags).length === 0 };
  }

  set(value) {
    this.#input.value = value;
    this.#copy();
  }

  judge(flags, message, anchor) {
    this.#flags = flags;
    this.validationMessage = message;
    this.#anchor = anchor;
    this.#copy();
  }

  checkValidity() {
    if (!this.willValidate || this.validity.valid) return true;
    this.#host.dispatchEvent(new Event("invalid", { cancelable: true }));
    return false;
  }

  reportValidity() {
    const isValid = this.checkValidity();
    if (!isValid) this.#anchor?.focus();
    return isValid;
  }

  /** The element has come into a page; only now may it have a child. */
  connect() {
    this.#root = this.#host.getRootNode();
    for (const type of ["submit", "reset"]) this.#root.addEventListener(type, this.#hear);
    this.#root.addEventListener("click", this.#press);
    this.#copy();
  }

  disconnect() {
    for (const type of ["submit", "reset"]) this.#root.removeEventListener(type, this.#hear);
    this.#root.removeEventListener("click", this.#press);
    this.#root = null;
  }

  #copy() {
    for (const name of ["name", "form"]) {
      if (this.#host.hasAttribute(name)) this.#input.setAttribute(name, this.#host.getAttribute(name));
      else this.#input.removeAttribute(name);
    }
    this.#input.disabled = this.#host.hasAttribute("disabled");
    if (this.#root && this.#input.parentNode !== this.#host) this.#host.append(this.#input);
  }

  /** A browser that does not know the element as a form's does not lead from its label to it. */
  #press = ({ target }) => {
    const label = target !== this.#host && target instanceof Element && target.closest("label");
    if (label && this.labels.includes(label)) this.#host.focus();
  };

  #answer(event) {
    if (event.type === "reset") {
      // What comes after may still prevent it.
      setTimeout(() => event.defaultPrevented || this.#host.formResetCallback());
      return;
    }
    const isUnchecked = this.form.noValidate || event.submitter?.formNoValidate;
    if (!isUnchecked && !this.reportValidity()) event.preventDefault();
  }
}
