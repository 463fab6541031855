// Answers as the page and files want them.

/** W3C SPARQL 1.1 Query Results CSV: values without types, lines ended by CR LF. An ASK is its truth alone. */
export function csv({ columns, rows, boolean }) {
  if (boolean !== undefined) return String(boolean);
  const field = (value) => (/[",\r\n]/u.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  const cell = (term) => (term === undefined ? "" : field(term.type === "bnode" ? `_:${term.value}` : term.value));
  return [columns.map(field), ...rows.map((row) => row.map(cell))].map((line) => `${line.join(",")}\r\n`).join("");
}

/** Turtle, a paragraph for each subject, IRIs shortened by the prefixes where that needs no escape. */
export function turtle(quads, prefixes) {
  const used = new Set();
  const spaces = Object.entries(prefixes).sort(([, a], [, b]) => b.length - a.length);
  const short = (iri) => {
    for (const [prefix, namespace] of spaces) {
      const local = iri.startsWith(namespace) ? iri.slice(namespace.length) : "/";
      if (/^[A-Za-z_][A-Za-z0-9_-]*$/u.test(local)) {
        used.add(prefix);
        return `${prefix}:${local}`;
      }
    }
    return `<${iri}>`;
  };
  const term = (one) => {
    if (one.termType === "NamedNode") return short(one.value);
    if (one.termType !== "Literal" || one.language || one.datatype.value.endsWith("#string")) return one.toString();
    const written = one.toString();
    return `${written.slice(0, written.lastIndexOf("^^"))}^^${short(one.datatype.value)}`;
  };
  const said = new Map();
  for (const { subject, predicate, object } of quads) {
    const verb = predicate.value === "http://www.w3.org/1999/02/22-rdf-syntax-ns#type" ? "a" : term(predicate);
    const thing = term(subject);
    if (!said.has(thing)) said.set(thing, new Map());
    const verbs = said.get(thing);
    if (!verbs.has(verb)) verbs.set(verb, []);
    verbs.get(verb).push(term(object));
  }
  const blocks = [...said].map(([subject, verbs]) => `\n${subject} ${[...verbs].map(([verb, objects]) => `${verb} ${objects.join(", ")}`).join(" ;\n  ")} .\n`);
  const head = [...used].sort().map((prefix) => `@prefix ${prefix}: <${prefixes[prefix]}> .\n`);
  return [...head, ...blocks].join("");
}

/** The answer that quads are, each once: as rows of terms, and themselves. */
export function graph(quads) {
  const once = [...new Map(quads.map((quad) => [[quad.subject, quad.predicate, quad.object].join(" "), quad])).values()];
  return { columns: ["subject", "predicate", "object"], quads: once, rows: once.map((q) => [q.subject, q.predicate, q.object].map(term)) };
}

/** A term as the JSON format of results writes it. */
function term({ termType, value, language, datatype }) {
  if (termType === "NamedNode") return { type: "uri", value };
  if (termType === "BlankNode") return { type: "bnode", value };
  if (language) return { type: "literal", value, "xml:lang": language };
  return { type: "literal", value, ...(datatype.value.endsWith("#string") ? {} : { datatype: datatype.value }) };
}
