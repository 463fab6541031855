// The SPARQL page: editor, engine and answer, and the address that carries the query.
import { Answer, ROWS } from "./answer.js";
import { by, el, filledIn } from "./dom.js";
import { Editor } from "./editor.js";
import { Engine, Refused, Stopped } from "./engine.js";
import { judge, next, offset, position, undeclared } from "./text.js";

const box = by("sparql");
let running, ready = false, say;
const endpoint = box.dataset.endpoint && new URL(box.dataset.endpoint, location.href).href;
const engine = new Engine(new URL(box.dataset.data, location.href).href, endpoint, (state, size) => told(state, size));
// A reader who asks for little data is not sent megabytes before asking anything.
if (!navigator.connection?.saveData) engine.start();
const settings = await (await fetch(box.dataset.settings)).json();
({ say } = settings);
const editor = new Editor();
const answer = new Answer(engine, settings);

/** What the engine is doing, in words; nothing is said once there is something else to say. */
function told(state, size) {
  ready = state === "ready";
  const megabytes = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 }).format(box.dataset.size / 1e6);
  if (state === "failed") {
    status("");
    return problem(box.dataset.failed, { engine: `(${size})` });
  }
  if (running && ready) return status(say.running);
  const count = size === undefined ? "" : new Intl.NumberFormat(document.documentElement.lang).format(size);
  return status(filledIn(box.dataset[state], { size: megabytes, n: count }));
}

function status(sentence) {
  by("state").textContent = sentence;
}

/** Say what is wrong: a sentence, what the engine says of it (in English), and the line that it is about. */
function problem(sentence, { engine: reason = "", excerpt = "" } = {}) {
  const words = sentence && el("p", {}, sentence, reason && " ", reason && el("span", { lang: "en" }, reason));
  by("problem").replaceChildren(...[words, excerpt && el("pre", {}, excerpt)].filter(Boolean));
}

async function run() {
  if (running) stop();
  problem("");
  editor.mark();
  answer.clear();
  complete();
  const text = editor.text, judged = judge(text);
  history.replaceState(null, "", `#query=${encodeURIComponent(text)}`);
  // What a server may be asked it knows itself; that it takes no updates from here is known.
  if (judged.refused && (!endpoint || judged.refused === "update")) {
    const { line, column } = position(text, judged.start);
    status("");
    return wrong(line, column, filledIn(say[`refused_${judged.refused}`], { word: judged.word }));
  }
  const mine = (running = {});
  busy(true);
  if (ready) status(say.running);
  try {
    const graph = judged.form === "CONSTRUCT" || judged.form === "DESCRIBE";
    const found = await engine.ask("run", { text, form: judged.form, rows: ROWS });
    if (running !== mine) return undefined;
    await answer.show({ ...found, graph });
    const ms = found.ms < 1000 ? `${Math.max(1, Math.round(found.ms))} ms` : `${(found.ms / 1000).toFixed(1)} s`;
    const count = new Intl.NumberFormat(document.documentElement.lang).format(found.count ?? 0);
    status(filledIn(found.boolean !== undefined ? say.answered : found.count === 0 ? say.none : found.count === 1 ? say.row : say.rows, { n: count, ms }));
  } catch (error) {
    if (error instanceof Stopped || running !== mine) return undefined;
    status("");
    if (error instanceof Refused) complain(error.message);
    else {
      problem(ready ? say.broken : box.dataset.failed, { engine: `(${error.message})` });
      ready = false;
    }
  } finally {
    if (running === mine) {
      running = undefined;
      busy(false);
    }
  }
  return undefined;
}

/** Declare the prefixes that the query uses, if they are those of the site. */
function complete() {
  const known = undeclared(editor.text)
    .map(([prefix]) => prefix)
    .filter((prefix) => Object.hasOwn(settings.prefixes, prefix))
    .sort();
  if (known.length) editor.prepend(known.map((prefix) => `PREFIX ${prefix}: <${settings.prefixes[prefix]}>\n`).join(""));
}

/** What the engine says against the query, with the place if it names one. */
function complain(message) {
  const [, line, column] = /\bat (\d+):(\d+)/u.exec(message) ?? [];
  const [missing] = /Prefix not found/u.test(message) ? undeclared(editor.text) : [];
  const reason = message.replace(/^error at \d+:\d+: /u, "").replaceAll(/\s+/gu, " ");
  const told = `(${endpoint ? "" : "Oxigraph: "}${reason.length > 300 ? `${reason.slice(0, 300)}…` : reason})`;
  if (missing) {
    const place = position(editor.text, missing[1]);
    return wrong(place.line, place.column, filledIn(say.prefix, { prefix: missing[0] }));
  }
  if (!line) return problem(say.refused, { engine: told });
  const found = next(editor.text, offset(editor.text, Number(line), Number(column)));
  return wrong(Number(line), Number(column), found ? filledIn(say.unexpected, { found }) : say.ended, told);
}

function wrong(line, column, reason, told = "") {
  const said = editor.text.split("\n")[line - 1] ?? "";
  editor.mark(line, column);
  const before = [...said].slice(0, column - 1).map((one) => (one === "\t" ? one : " ")).join("");
  problem(filledIn(say.wrong, { line, column, reason }), { engine: told, excerpt: said && `${said}\n${before}^` });
  editor.focus();
}

function stop() {
  if (!running) return;
  running = undefined;
  ready = false;
  engine.stop();
  busy(false);
  status(say.stopped);
}

let clock;
function busy(is) {
  by("stop").disabled = !is;
  document.body.classList.toggle("busy", is);
  clearInterval(clock);
  by("clock").textContent = "";
  const started = performance.now();
  if (is) clock = setInterval(() => (by("clock").textContent = `${Math.round((performance.now() - started) / 1000)} s`), 1000);
}

function fromAddress() {
  const query = new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B")).get("query");
  if (query === null) return false;
  if (query !== editor.text) editor.text = query;
  return true;
}

by("run").addEventListener("click", run);
by("stop").addEventListener("click", () => {
  stop();
  editor.focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") stop();
});
editor.on("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  run();
});
by("example").append(...settings.examples.map(([name, title]) => el("option", { value: name }, title)));
by("use").addEventListener("click", () => {
  const chosen = settings.examples.find(([name]) => name === by("example").value);
  if (chosen) editor.replace(chosen[2]);
  problem("");
  editor.focus();
});
by("copy").addEventListener("click", async () => {
  const address = new URL(location.href);
  address.hash = `query=${encodeURIComponent(editor.text)}`;
  try {
    await navigator.clipboard.writeText(address.href);
    status(say.copied);
  } catch {
    history.replaceState(null, "", address);
    status(say.in_address);
  }
});
by("prefixes").append(
  ...Object.entries(settings.prefixes).map(([prefix, namespace]) => el("div", {}, el("dt", {}, el("code", {}, `${prefix}:`)), el("dd", {}, el("code", {}, namespace)))),
);
for (const link of document.querySelectorAll("a.lang")) {
  const plain = link.href;
  link.addEventListener("click", () => (link.href = `${plain.split("#")[0]}#query=${encodeURIComponent(editor.text)}`));
}
addEventListener("hashchange", () => fromAddress() && run());
box.hidden = false;
if (fromAddress()) run();
else if (!editor.text) editor.text = settings.examples[0]?.[2] ?? "SELECT * WHERE {\n  ?s ?p ?o\n}\nLIMIT 100\n";
