/**
 * What ties an element to its form: the browser's own ElementInternals or, where it has none for
 * forms (Safari before 16.4, Firefox before 98), what stands in for them.
 */
export function linkToForm(host) {
  return hasInternals() ? host.attachInternals() : new MirroredValue(host);
}

export function hasInternals() {
  return typeof ElementInternals === "function" && "setFormValue" in ElementInternals.prototype;
}

/**
 * Stands in for ElementInternals, by the same names: a hidden input, which is sent with the form,
 * and listeners for what the browser would have told the element.
 */
class MirroredValue {
  #host;
  #root = null;
  #input = document.createElement("input");
  #flags = {};
  #anchor = null;
  validationMessage = "";

  constructor(host) {
    this.#host = host;
    this.#input.type = "hidden";
    this.#input.dataset.mirror = "";
    // The page may put other children in its place.
    new MutationObserver(() => this.#copy()).observe(host, { childList: true });
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

  setFormValue(value) {
    this.#input.value = value;
    this.#copy();
  }

  setValidity(flags, message, anchor) {
    this.#flags = flags;
    this.validationMessage = message;
    this.#anchor = anchor;
    this.#copy();
  }

  checkValidity() {
    const isValid = !this.willValidate || this.validity.valid;
    if (!isValid) this.#host.dispatchEvent(new Event("invalid", { cancelable: true }));
    return isValid;
  }

  reportValidity() {
    const isValid = this.checkValidity();
    if (!isValid) this.#anchor?.focus();
    return isValid;
  }

  /** The element has come into a page; only now may it have a child. */
  connect() {
    this.#root = this.#host.getRootNode();
    this.#host.querySelector("[data-mirror]")?.remove(); // a clone has come with its original's
    for (const type in this.#answers) this.#root.addEventListener(type, this, true);
    this.#copy();
  }

  disconnect() {
    for (const type in this.#answers) this.#root.removeEventListener(type, this, true);
    this.#root = null;
  }

  #copy() {
    for (const name of ["name", "form", "disabled"]) {
      const value = this.#host.getAttribute(name);
      if (value === null) this.#input.removeAttribute(name);
      else this.#input.setAttribute(name, value);
    }
    if (this.#root && this.#input.parentNode !== this.#host) this.#host.append(this.#input);
  }

  #answers = {
    submit: (event) => this.#isOurs(event) && this.#check(event),
    reset: (event) =>
      this.#isOurs(event) &&
      // Whoever hears of it after this may still prevent it.
      setTimeout(() => event.defaultPrevented || this.#host.formResetCallback()),
    click: (event) => this.#press(event.target),
  };

  /** Before the page's own listeners: what cannot be sent is not submitted at all. */
  handleEvent(event) {
    this.#answers[event.type](event);
  }

  #isOurs({ target }) {
    return target === this.form;
  }

  #check(event) {
    const isUnchecked = this.form.noValidate || event.submitter?.formNoValidate;
    if (isUnchecked || this.reportValidity()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** Such a browser does not lead from a label to the element. */
  #press(target) {
    const label = target !== this.#host && target instanceof Element && target.closest("label");
    if (label && this.labels.includes(label)) this.#host.focus();
  }
}
