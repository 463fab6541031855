// Where the site shows a thing: by what most IRIs of a namespace have in common with their pages, and a list of those that differ.

/** A function of an IRI, and of the thing that it is a part of if it is one, to the URL of a page; `undefined` where there is none. */
export function places({ rules, others, namespace }) {
  const root = new URL("../../", import.meta.url);
  const direct = (iri) => {
    if (Object.hasOwn(others, iri)) return others[iri] ?? undefined;
    const cut = Math.max(iri.lastIndexOf("/"), iri.lastIndexOf("#")) + 1;
    const rule = Object.hasOwn(rules, iri.slice(0, cut)) ? rules[iri.slice(0, cut)] : undefined;
    const tail = iri.slice(cut);
    return rule && /^[A-Za-z0-9._~-]+$/u.test(tail) ? rule[0] + tail + rule[1] : undefined;
  };
  const place = (iri) => {
    const found = direct(iri);
    if (found || !iri.startsWith(namespace) || !iri.includes("#")) return found;
    // Under a publisher's own names, a thing is a fragment of its document, and so are its parts.
    const [page, fragment] = iri.split("#", 2);
    const whole = direct(page);
    return whole && (fragment === "id" ? whole : `${whole}#${fragment}`);
  };
  return (iri, home) => {
    const found = place(iri) ?? (home === undefined ? undefined : place(home));
    return found && new URL(found, root).href;
  };
}
