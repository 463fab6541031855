// The editor: a plain text area, with its text coloured and its lines numbered behind it. Both are for the eye alone; what assistive tools meet is the text area.
import { by, el } from "./dom.js";
import { offset, tokens } from "./text.js";

const KEYWORDS = /^[A-Za-z_]+$/u;
const FEWEST = 8, MOST = 28;

export class Editor {
  #area = by("query");
  #coloured = by("coloured");
  #numbers = by("numbers");
  #wrong = 0;

  constructor() {
    this.#area.addEventListener("input", () => this.#changed());
    this.#area.addEventListener("scroll", () => this.#scrolled());
    new ResizeObserver(() => this.#scrolled()).observe(this.#area);
    this.#changed();
  }

  get text() {
    return this.#area.value;
  }

  set text(text) {
    this.#area.value = text;
    this.#start();
    this.#changed();
  }

  /** Put a text in the place of all there is, so that the browser's undo brings the old one back. */
  replace(text) {
    this.#area.focus({ preventScroll: true });
    this.#area.select();
    if (!document.execCommand("insertText", false, text)) this.text = text;
    this.#start();
  }

  /** Put lines before the text, the cursor staying where it is in it. */
  prepend(lines) {
    const { selectionStart: start, selectionEnd: end } = this.#area;
    const active = document.activeElement;
    this.#area.focus({ preventScroll: true });
    this.#area.setSelectionRange(0, 0);
    if (!document.execCommand("insertText", false, lines)) this.text = lines + this.text;
    this.#area.setSelectionRange(start + lines.length, end + lines.length);
    active?.focus({ preventScroll: true });
  }

  on(event, call) {
    this.#area.addEventListener(event, call);
  }

  focus() {
    this.#area.focus();
  }

  #start() {
    this.#area.setSelectionRange(0, 0);
    this.#area.scrollTop = 0;
  }

  /** Mark a place as wrong, and put the cursor there; without a place, nothing is wrong. */
  mark(line = 0, column = 1) {
    this.#wrong = line;
    this.#area.setAttribute("aria-invalid", String(line > 0));
    this.#changed({ keep: true });
    if (line > 0) {
      const at = offset(this.text, line, column);
      this.#area.setSelectionRange(at, at);
      this.#area.scrollTop = Math.max(0, (line - 4) * parseFloat(getComputedStyle(this.#area).lineHeight));
    }
  }

  #changed({ keep = false } = {}) {
    if (!keep && this.#wrong) {
      this.#wrong = 0;
      this.#area.removeAttribute("aria-invalid");
    }
    const pieces = [...tokens(this.text)].map(({ kind, text }) => {
      const shown = kind === "word" && !KEYWORDS.test(text) ? "mark" : kind;
      return ["space", "mark"].includes(shown) ? text : el("span", { class: `t-${shown}` }, text);
    });
    // A last empty line has no height without something in it.
    this.#coloured.replaceChildren(...pieces, "\n");
    const lines = this.text.split("\n").length;
    this.#numbers.replaceChildren(
      ...Array.from({ length: lines }, (_, at) => el("span", { class: at + 1 === this.#wrong ? "wrong" : undefined }, String(at + 1))),
    );
    this.#area.rows = Math.min(Math.max(lines + 1, FEWEST), MOST);
    this.#scrolled();
  }

  #scrolled() {
    this.#coloured.scrollTo(this.#area.scrollLeft, this.#area.scrollTop);
    this.#numbers.scrollTo(0, this.#area.scrollTop);
  }
}
