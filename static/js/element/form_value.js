/** What its form knows of the element: through the browser's own internals. */
export class FormValue {
  #internals;

  static get isSupported() {
    return typeof ElementInternals === "function" && "setFormValue" in ElementInternals.prototype;
  }

  constructor(host) {
    this.#internals = host.attachInternals();
  }

  get form() {
    return this.#internals.form;
  }

  get labels() {
    return [...this.#internals.labels];
  }

  get willValidate() {
    return this.#internals.willValidate;
  }

  get validity() {
    return this.#internals.validity;
  }

  get validationMessage() {
    return this.#internals.validationMessage;
  }

  /** @param state what the browser keeps, and gives back when the page is opened again */
  set(value, state) {
    this.#internals.setFormValue(value, state);
  }

  /** @param anchor the element beside which the browser shows the message */
  judge(flags, message, anchor) {
    this.#internals.setValidity(flags, message, anchor);
  }

  checkValidity() {
    return this.#internals.checkValidity();
  }

  reportValidity() {
    return this.#internals.reportValidity();
  }

  connect() {}

  disconnect() {}
}
