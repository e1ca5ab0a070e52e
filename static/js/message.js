/** One line that says what happened, or asks before it happens. It has its place all the time. */
export class Message {
  #words;
  #agree;
  #decline;
  #answers = {};
  #timer;

  constructor(element) {
    this.#words = element.querySelector('[data-part="message-words"]');
    this.#agree = element.querySelector('[data-action="agree"]');
    this.#decline = element.querySelector('[data-action="decline"]');
    this.#agree.addEventListener("click", () => this.#answer("agree"));
    this.#decline.addEventListener("click", () => this.#answer("decline"));
  }

  say(words) {
    this.#show(words, {});
  }

  /** Asks; the keyboard goes to the answer that changes nothing. */
  ask(words, { yes, no, agree, decline = () => {} }) {
    this.#show(words, { agree, decline }, yes, no);
    this.#decline.focus();
  }

  /** Says something that can be undone for a while. @param milliseconds how long */
  offer(words, { yes, agree, milliseconds }) {
    this.#show(words, { agree }, yes);
    this.#agree.focus();
    this.#timer = setTimeout(() => this.say(words), milliseconds);
  }

  #show(words, answers, yes = "", no = "") {
    clearTimeout(this.#timer);
    this.#answers = answers;
    this.#words.textContent = words;
    this.#agree.textContent = yes;
    this.#agree.hidden = yes === "";
    this.#decline.textContent = no;
    this.#decline.hidden = no === "";
  }

  #answer(name) {
    const answer = this.#answers[name];
    this.say("");
    answer?.();
  }
}
