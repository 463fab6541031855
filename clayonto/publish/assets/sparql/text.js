// SPARQL text as tokens (SPARQL 1.1, section 19.8): enough to colour it, to complete its prefixes, and to tell what it may not do. The engine parses.

const CHARACTER = String.raw`[\p{L}\p{N}_]`;
const ENDING = String.raw`(?:[\p{L}\p{N}_:\-·]|%[0-9A-Fa-f]{2}|\\.)`;
const TOKEN = new RegExp(
  [
    String.raw`(?<space>[ \t\r\n]+)`,
    String.raw`(?<comment>#[^\n\r]*)`,
    String.raw`(?<iri><(?:[^<>"{}|^\u0060\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)`,
    String.raw`(?<string>"""(?:"{0,2}(?:[^"\\]|\\.))*"""|'''(?:'{0,2}(?:[^'\\]|\\.))*'''|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')`,
    String.raw`(?<variable>[?$]${CHARACTER}+)`,
    String.raw`(?<blank>_:${CHARACTER}(?:[\p{L}\p{N}_.\-·]*[\p{L}\p{N}_\-·])?)`,
    String.raw`(?<name>(?:\p{L}(?:[\p{L}\p{N}_.\-·]*[\p{L}\p{N}_\-·])?)?:(?:(?:${ENDING}|\.)*${ENDING})?)`,
    String.raw`(?<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)`,
    String.raw`(?<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+\-]?[0-9]+)?)`,
    String.raw`(?<word>[\p{L}_]${CHARACTER}*)`,
    String.raw`(?<mark>\^\^|&&|\|\||!=|<=|>=|.)`,
  ].join("|"),
  "gsu",
);
const FORMS = ["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"];
const UPDATES = ["INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD", "WITH"];

/** The tokens of a text, spaces and comments among them: `{kind, text, start}`. */
export function* tokens(text) {
  for (const found of text.matchAll(TOKEN)) {
    const kind = Object.keys(found.groups).find((key) => found.groups[key] !== undefined);
    yield { kind, text: found[0], start: found.index };
  }
}

/** Line and column of a place, both counted from 1. */
export function position(text, start) {
  const before = text.slice(0, start).split("\n");
  return { line: before.length, column: before.at(-1).length + 1 };
}

/** Where a line and a column are in a text; columns are counted in characters as the engine counts them. */
export function offset(text, line, column) {
  const lines = text.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  return before + [...(lines[line - 1] ?? "")].slice(0, column - 1).join("").length;
}

/** The form of a query (`SELECT`), or what stands against running it: `{form}` or `{refused, word, start}`, `refused` being `update`, `service` or `from`. */
export function judge(text) {
  let form = "";
  for (const { kind, text: said, start } of tokens(text)) {
    const word = said.toUpperCase();
    if (kind !== "word") continue;
    if (word === "SERVICE" || word === "FROM") return { refused: word.toLowerCase(), word, start };
    if (form) continue;
    if (UPDATES.includes(word)) return { refused: "update", word, start };
    // Whatever else comes first is the engine's to complain about.
    if (word !== "PREFIX" && word !== "BASE") form = FORMS.includes(word) ? word : "SELECT";
  }
  return { form: form || "SELECT" };
}

/** The prefixes that a query uses and does not declare, in the order of their first use: `[[prefix, start], …]`. */
export function undeclared(text) {
  const used = new Map(), declared = new Set();
  let declaring = false;
  for (const { kind, text: said, start } of tokens(text)) {
    if (kind === "space" || kind === "comment") continue;
    if (kind === "name") {
      const prefix = said.slice(0, said.indexOf(":"));
      if (declaring) declared.add(prefix);
      else if (!used.has(prefix)) used.set(prefix, start);
    }
    declaring = kind === "word" && said.toUpperCase() === "PREFIX";
  }
  return [...used].filter(([prefix]) => !declared.has(prefix));
}

/** The first token from a place on; the empty text where there is none. */
export function next(text, start) {
  for (const { kind, text: said } of tokens(text.slice(start))) if (kind !== "space" && kind !== "comment") return said;
  return "";
}
