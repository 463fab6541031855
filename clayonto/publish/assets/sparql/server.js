// Where queries go on a site that has a server: to its endpoint. The page asks this as it asks worker.js; what runs there ends when this is ended.
import { csv, graph, turtle } from "./formats.js";

const JSON_RESULTS = "application/sparql-results+json";
const XSD_STRING = "http://www.w3.org/2001/XMLSchema#string";
let endpoint, answer;

/** The response to a query, or what the server says against it. */
async function asked(query, accept) {
  const response = await fetch(endpoint, { method: "POST", body: query, headers: { "content-type": "application/sparql-query", accept } });
  if (response.ok) return response.text();
  const { detail, line, column } = await response.json().catch(() => ({ detail: `${response.status} ${response.statusText}` }));
  // As the engine in the browser has it, whose sentence begins after the place.
  const place = line ? `error at ${line}:${column}: ` : "";
  throw new Said(place + (line ? detail.split("\n")[0].replace(/^.*? column \d+: /u, "") : detail));
}

/** What the server says, which ends nothing. */
class Said extends Error {}

async function bindings(query) {
  return JSON.parse(await asked(query, JSON_RESULTS)).results.bindings;
}

const TERM = /\s*(?:<([^>]*)>|_:(\S+)|"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^<([^>]*)>)?)/uy;
const ESCAPES = { t: "\t", b: "\b", n: "\n", r: "\r", f: "\f" };

/** Quads of N-Triples, with the fields that RDF/JS has. */
function triples(text) {
  const plain = (said) =>
    said.replaceAll(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/gu, (_, four, eight, one) =>
      one === undefined ? String.fromCodePoint(parseInt(four ?? eight, 16)) : (ESCAPES[one] ?? one),
    );
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      TERM.lastIndex = 0;
      const terms = [1, 2, 3].map(() => {
        const found = TERM.exec(line);
        if (!found) throw new Error(`This is no triple: ${line}`);
        const [written, iri, blank, literal, language = "", datatype] = found;
        const toString = () => written.trim();
        if (iri !== undefined) return { termType: "NamedNode", value: plain(iri), toString };
        if (blank !== undefined) return { termType: "BlankNode", value: blank, toString };
        return { termType: "Literal", value: plain(literal), language, datatype: { value: datatype ?? XSD_STRING }, toString };
      });
      return { subject: terms[0], predicate: terms[1], object: terms[2] };
    });
}

const said = {
  open(given) {
    ({ endpoint } = given);
    return {};
  },

  async run({ text, form, rows }) {
    const started = performance.now();
    answer = undefined;
    if (form === "CONSTRUCT" || form === "DESCRIBE") {
      answer = { text, ...graph(triples(await asked(text, "application/n-triples"))) };
    } else {
      const json = await asked(text, JSON_RESULTS);
      const { head, results, boolean } = JSON.parse(json);
      if (boolean !== undefined) answer = { boolean, json };
      else answer = { columns: head.vars, rows: results.bindings.map((row) => head.vars.map((name) => row[name])), json };
    }
    const { columns, boolean } = answer;
    return { columns, boolean, count: answer.rows?.length, rows: answer.rows?.slice(0, rows), ms: performance.now() - started };
  },

  rows: ({ from, to }) => answer.rows.slice(from, to),

  async file({ kind, prefixes }) {
    if (kind === "csv") return new Blob([csv(answer)], { type: "text/csv" });
    if (kind === "json") return new Blob([answer.json], { type: JSON_RESULTS });
    if (kind === "ttl") return new Blob([turtle(answer.quads, prefixes)], { type: "text/turtle" });
    return new Blob([await asked(answer.text, "application/ld+json")], { type: "application/ld+json" });
  },

  async terms({ iris, lang, labels, parts }) {
    const [names, homes] = await Promise.all([named(iris, lang, labels), home(iris, parts)]);
    return Object.fromEntries(iris.map((iri) => [iri, { ...names.get(iri), home: homes.get(iri) }]));
  },
};

const values = (name, iris) => `VALUES ?${name} { ${iris.map((iri) => `<${iri}>`).join(" ")} }`;

async function named(iris, lang, labels) {
  const names = new Map();
  if (!iris.length) return names;
  const found = await bindings(`SELECT ?s ?p ?label { ${values("s", iris)} ${values("p", labels)} ?s ?p ?label FILTER(isLiteral(?label)) }`);
  const rank = ({ p, label }) => labels.indexOf(p.value) * 10 + ([lang, "en", ""].indexOf(label["xml:lang"] ?? "") + 1 || 9);
  for (const row of found.sort((a, b) => rank(a) - rank(b))) {
    if (!names.has(row.s.value)) names.set(row.s.value, { label: row.label.value, lang: row.label["xml:lang"] ?? "" });
  }
  return names;
}

/** The things whose pages tell of parts, by the classes that have no pages of their own. */
async function home(iris, parts) {
  const homes = new Map();
  let level = new Map(iris.map((iri) => [iri, [iri]]));
  // A part of a part of a part is as deep as any data goes.
  for (let depth = 0; depth < 4 && level.size; depth += 1) {
    const kinds = await bindings(`SELECT ?s ?kind { ${values("s", [...level.keys()])} ${values("kind", Object.keys(parts))} ?s a ?kind }`);
    const ways = new Map(kinds.flatMap(({ s, kind }) => parts[kind.value].map((way) => [`${way}`, { way, of: [] }])));
    for (const { s, kind } of kinds) for (const way of parts[kind.value]) ways.get(`${way}`).of.push(s.value);
    const above = new Map();
    for (const { way: [out, property], of } of ways.values()) {
      const pattern = out ? `?s <${property}> ?up` : `?up <${property}> ?s`;
      for (const { s, up } of await bindings(`SELECT ?s ?up { ${values("s", of)} ${pattern} FILTER(isIRI(?up) && ?up != ?s) }`)) {
        const below = level.get(s.value);
        if (!below) continue;
        level.delete(s.value);
        for (const iri of below) homes.set(iri, up.value);
        above.set(up.value, [...(above.get(up.value) ?? []), ...below]);
      }
    }
    level = above;
  }
  return homes;
}

onmessage = async ({ data: { id, ask, ...given } }) => {
  try {
    postMessage({ id, value: await said[ask](given) });
  } catch (error) {
    postMessage({ id, error: String(error.message ?? error), broken: !(error instanceof Said) });
  }
};
