// The answer on the page: a table of some rows at a time, a chart where it fits, and files that have all of it.
import { MOST_BARS, MOST_POINTS, draw, fitting, isNumber, numeric } from "./chart.js";
import { by, el, filledIn } from "./dom.js";
import { places } from "./places.js";

export const ROWS = 100;
const NAMES = { csv: "CSV", json: "JSON", ttl: "Turtle", jsonld: "JSON-LD" };

export class Answer {
  #engine;
  #settings;
  #say;
  #lang = document.documentElement.lang;
  #place;
  #told;
  #from = 0;

  constructor(engine, settings) {
    this.#engine = engine;
    this.#settings = settings;
    this.#say = settings.say;
    this.#place = places(settings);
    by("previous").addEventListener("click", () => this.#turn(-ROWS));
    by("next").addEventListener("click", () => this.#turn(ROWS));
    by("number").addEventListener("change", () => this.#draw());
  }

  clear() {
    by("answer").hidden = true;
    this.#told = undefined;
  }

  /** Show what the engine has answered: `{columns, rows, count, boolean, graph}`, `rows` being the first of them. */
  async show(told) {
    this.#told = told;
    const kinds = told.graph ? ["ttl", "jsonld", "csv"] : ["csv", "json"];
    by("files").replaceChildren(...kinds.map((kind) => el("li", {}, this.#file(kind))));
    const truth = told.boolean !== undefined;
    by("truth").hidden = !truth;
    by("truth").textContent = truth ? this.#say[told.boolean ? "yes" : "no"] : "";
    by("table").hidden = truth || told.count === 0;
    by("pages").hidden = truth || told.count <= ROWS;
    by("chart").hidden = true;
    by("answer").hidden = false;
    if (truth) return;
    await this.#table(told.rows, 0);
    if (!told.graph) await this.#chart();
  }

  #file(kind) {
    const button = el("button", { type: "button", class: "plain" }, NAMES[kind]);
    button.addEventListener("click", async () => {
      const blob = await this.#engine.ask("file", { kind, prefixes: this.#settings.prefixes });
      const url = URL.createObjectURL(blob);
      el("a", { href: url, download: `${this.#say.file}.${kind}` }).click();
      // The browser has to have opened it before it is given up.
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    });
    return button;
  }

  async #turn(step) {
    const from = this.#from + step;
    await this.#table(await this.#engine.ask("rows", { from, to: from + ROWS }), from);
    by("table").focus();
  }

  /** Show some rows, the first of which is the answer's row number `from`, counted from 0. */
  async #table(rows, from) {
    const told = this.#told;
    const { columns, count } = told;
    const known = await this.#terms(rows.flat());
    // While the graph was asked for names, the reader may have asked something else.
    if (this.#told !== told) return;
    this.#from = from;
    const to = from + rows.length;
    by("shown").textContent = filledIn(this.#say.shown, { from: this.#number(from + 1), to: this.#number(to), n: this.#number(count) });
    by("previous").disabled = from === 0;
    by("next").disabled = to >= count;
    const right = numeric(columns, rows);
    const head = el("tr", {}, ...columns.map((name, at) => el("th", { scope: "col", class: right[at] && "n" }, name)));
    const lines = rows.map((row) => el("tr", {}, ...row.map((term, at) => el("td", { class: right[at] && "n" }, ...this.#cell(term, known, columns[at])))));
    const table = by("table").firstElementChild;
    table.replaceChildren(el("thead", {}, head), el("tbody", {}, ...lines));
  }

  /** What the graph says of the IRIs among some terms. */
  async #terms(terms) {
    const iris = [...new Set(terms.filter((term) => term?.type === "uri").map((term) => term.value))];
    const { labels, parts } = this.#settings;
    return new Map(Object.entries(iris.length ? await this.#engine.ask("terms", { iris, lang: this.#lang, labels, parts }) : {}));
  }

  #cell(term, known, column) {
    if (!term) return [];
    if (term.type === "uri") return [this.#link(term.value, known.get(term.value), column)];
    if (term.type === "triple") return [el("code", {}, JSON.stringify(term.value))];
    const tag = term["xml:lang"];
    return [
      el("bdi", { lang: tag && tag !== this.#lang ? tag : undefined }, term.type === "bnode" ? `_:${term.value}` : term.value),
      ...(tag && tag !== this.#lang ? [" ", el("span", { class: "note" }, tag)] : []),
    ];
  }

  #link(iri, { label, lang, home } = {}, column = "") {
    // Where the label stands in a column beside it, the IRI says which thing it is.
    const named = label && !this.#told.columns.includes(`${column}_label`);
    const text = el("bdi", { lang: named && lang && lang !== this.#lang ? lang : undefined }, named ? label : this.#short(iri));
    const href = this.#place(iri, home) ?? (/^https?:\/\//iu.test(iri) ? iri : undefined);
    return href === undefined ? text : el("a", { href, title: iri, rel: href === iri ? "external" : undefined }, text);
  }

  #short(iri) {
    const { prefixes, namespace } = this.#settings;
    if (iri.startsWith(namespace)) return iri.slice(namespace.length);
    const [prefix, space] = Object.entries(prefixes).find(([, one]) => iri.startsWith(one) && !/[/#]/u.test(iri.slice(one.length))) ?? [];
    return prefix === undefined ? iri : `${prefix}:${iri.slice(space.length)}`;
  }

  #number(value) {
    return new Intl.NumberFormat(this.#lang).format(value);
  }

  async #chart() {
    const told = this.#told;
    const { columns, count } = told;
    const rows = count > ROWS ? await this.#engine.ask("rows", { from: 0, to: MOST_POINTS }) : told.rows;
    const fit = fitting(columns, rows);
    // While the rows were fetched, another question may have been asked.
    if (!fit || this.#told !== told || (fit.line && count > MOST_POINTS)) return;
    const some = fit.line ? rows : rows.slice(0, MOST_BARS);
    const known = await this.#terms(some.map((row) => row[fit.names]));
    if (this.#told !== told) return;
    told.chart = { rows: some, fit, known };
    by("number").replaceChildren(...fit.numbers.map((at) => el("option", { value: String(at) }, columns[at])));
    by("number").parentElement.hidden = fit.numbers.length < 2;
    by("cut").textContent = filledIn(this.#say.bars, { n: MOST_BARS });
    by("cut").hidden = some.length === count;
    by("chart").hidden = false;
    this.#draw();
  }

  #draw() {
    const { columns, chart } = this.#told;
    const at = Number(by("number").value);
    const name = (term) => {
      if (!term) return "";
      if (term.type === "uri") return chart.known.get(term.value)?.label ?? this.#short(term.value);
      return isNumber(term) ? term.value : term.value.slice(0, 200);
    };
    const write = (value) => new Intl.NumberFormat(this.#lang, { maximumFractionDigits: 2 }).format(value);
    const title = filledIn(this.#say.drawn, { number: columns[at], name: columns[chart.fit.names] });
    by("drawing").replaceChildren(draw(columns, chart.rows, chart.fit, at, { write, name, title }));
  }
}
