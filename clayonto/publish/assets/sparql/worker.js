// Where queries run: the engine and the whole graph, beside the page, which can end them at any moment. Answers stay here; the page gets the rows it shows.
import init, { Store, namedNode, defaultGraph } from "../oxigraph/web.js";
import { csv, graph, turtle } from "./formats.js";

let store, answer;
// A page that asks while the data is still on its way waits for it.
let opened;

/** Bytes as they are in the file: some hosts unpack what they send, others do not say that it is packed. */
async function* unpacked(response) {
  const reader = response.body.getReader();
  const first = await reader.read();
  const packed = !first.done && first.value[0] === 0x1f && first.value[1] === 0x8b;
  const whole = new ReadableStream({
    start: (to) => (first.done ? to.close() : to.enqueue(first.value)),
    pull: async (to) => {
      const { done, value } = await reader.read();
      if (done) to.close();
      else to.enqueue(value);
    },
  });
  const plain = (packed ? whole.pipeThrough(new DecompressionStream("gzip")) : whole).getReader();
  for (let piece = await plain.read(); !piece.done; piece = await plain.read()) yield piece.value;
}

async function fetched(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} ${url}`);
  const pieces = [];
  for await (const piece of unpacked(response)) pieces.push(piece);
  return pieces;
}

const said = {
  /** Fetch engine and data, and load them. */
  async open({ data }) {
    const [pieces] = await Promise.all([fetched(data), init()]);
    // From here on nothing is to be fetched, whatever a query says.
    for (const way of ["fetch", "XMLHttpRequest", "WebSocket", "EventSource", "importScripts"]) globalThis[way] = undefined;
    postMessage({ reading: true });
    store = new Store();
    store.load(pieces, { format: "text/turtle" });
    return { size: store.size };
  },

  /** Answer a query; `form` is the one that the page has read in it. */
  run({ text, form, rows }) {
    const started = performance.now();
    answer = undefined;
    if (form === "CONSTRUCT" || form === "DESCRIBE") {
      answer = graph(store.query(text));
    } else {
      const json = store.query(text, { results_format: "application/sparql-results+json" });
      const { head, results, boolean } = JSON.parse(json);
      if (boolean !== undefined) answer = { boolean, json };
      else answer = { columns: head.vars, rows: results.bindings.map((row) => head.vars.map((name) => row[name])), json };
    }
    const { columns, boolean } = answer;
    return { columns, boolean, count: answer.rows?.length, rows: answer.rows?.slice(0, rows), ms: performance.now() - started };
  },

  /** Some of the answer's rows. */
  rows: ({ from, to }) => answer.rows.slice(from, to),

  /** The whole answer as a file. */
  file({ kind, prefixes }) {
    if (kind === "csv") return new Blob([csv(answer)], { type: "text/csv" });
    if (kind === "json") return new Blob([answer.json], { type: "application/sparql-results+json" });
    if (kind === "ttl") return new Blob([turtle(answer.quads, prefixes)], { type: "text/turtle" });
    const told = new Store(answer.quads).dump({ format: "application/ld+json", from_graph_name: defaultGraph() });
    return new Blob([told], { type: "application/ld+json" });
  },

  /** What to call things, and what each is a part of: `{iri: {label, lang, home}}`. */
  terms: ({ iris, lang, labels, parts }) => Object.fromEntries(iris.map((iri) => [iri, { ...named(iri, lang, labels), home: home(iri, parts) }])),
};

function named(iri, lang, labels) {
  for (const property of labels) {
    const texts = store.match(namedNode(iri), namedNode(property), null, null).map((quad) => quad.object).filter((o) => o.termType === "Literal");
    const best = [lang, "en", ""].map((tag) => texts.find((one) => one.language === tag)).find(Boolean) ?? texts[0];
    if (best) return { label: best.value, lang: best.language };
  }
  return {};
}

/** The thing whose page tells of a part, by the classes that have no pages of their own. */
function home(iri, parts) {
  const type = namedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type");
  let node = iri;
  // A part of a part of a part is as deep as any data goes.
  for (let depth = 0; depth < 4; depth += 1) {
    const up = store
      .match(namedNode(node), type, null, null)
      .flatMap((quad) => parts[quad.object.value] ?? [])
      .flatMap(([out, property]) =>
        out
          ? store.match(namedNode(node), namedNode(property), null, null).map((quad) => quad.object)
          : store.match(null, namedNode(property), namedNode(node), null).map((quad) => quad.subject),
      )
      .find((parent) => parent.termType === "NamedNode" && parent.value !== node);
    if (!up) break;
    node = up.value;
  }
  return node === iri ? undefined : node;
}

onmessage = async ({ data: { id, ask, ...given } }) => {
  try {
    if (ask === "open") opened = said.open(given);
    else await opened;
    postMessage({ id, value: ask === "open" ? await opened : said[ask](given) });
  } catch (error) {
    // An engine that ran out of memory is of no more use; one that refused a query is.
    postMessage({ id, error: String(error.message ?? error), broken: ask === "open" || error instanceof WebAssembly.RuntimeError || error instanceof RangeError });
  }
};
