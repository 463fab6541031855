"""The ontology's own pages: its terms with a diagram, the same at the address of its version, the shapes, the glossary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clayonto.namespaces import PREFIXES, shorten
from clayonto.publish.data import FORMATS
from clayonto.publish.front import entrance
from clayonto.publish.index import TYPE, Index, curie, is_iri, literal, read
from clayonto.publish.layout import Layout
from clayonto.publish.markup import outward, shortened, table, text, words
from clayonto.publish.ordering import sort_key
from clayonto.publish.paths import url
from clayonto.publish.site import VOCABULARY_FILE
from clayonto.publish.values import Values
from clayonto.publish.versions import natural
from clayonto.publish.wording import PROPERTIES, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clayonto.publish.site import Site

_CLASSES: Final = frozenset(map(curie, ("owl:Class", "rdfs:Class")))
_PROPERTIES: Final = frozenset(map(curie, ("owl:ObjectProperty", "owl:DatatypeProperty", "owl:AnnotationProperty", "rdf:Property")))
_TITLE, _DESCRIPTION = curie("dct:title"), curie("dct:description")
_FACTS: Final = {
    curie("owl:versionInfo"): "version", curie("owl:versionIRI"): "version_iri", curie("owl:priorVersion"): "prior_version", curie("dct:issued"): "issued",
    curie("dct:modified"): "modified", curie("dct:license"): "licence",
    "<http://purl.org/vocab/vann/preferredNamespacePrefix>": "prefix", "<http://purl.org/vocab/vann/preferredNamespaceUri>": "namespace",
    curie("dct:bibliographicCitation"): "cite",
}  # fmt: skip
"""What is told of the ontology itself, by property."""
_DEFINITION, _EXAMPLE = curie("skos:definition"), curie("skos:example")
_BROADER: Final = (curie("rdfs:subClassOf"), curie("rdfs:subPropertyOf"))
_TARGET, _PATH, _MESSAGE, _SEVERITY = (f"<{PREFIXES['sh']}{name}>" for name in ("targetClass", "path", "message", "severity"))
_HOLDS: Final = tuple(f"<{PREFIXES['sh']}{name}>" for name in ("property", "sparql"))
_CONCEPT: Final = curie("skos:Concept")
# The diagram: boxes by column and row, and what leads from one to another.
_BOXES: Final = {
    "FundingProgramme": (0, 0), "ClusterInitiative": (0, 1), "Call": (0, 2), "Project": (1, 0), "ClusterPartnership": (1, 1), "MonetaryAmount": (1, 2),
    "ProjectParticipation": (2, 0), "PartnershipMembership": (2, 1), "Claim": (2, 2), "org:Organization": (3, 0), "Region": (3, 1), "Passage": (3, 2),
}  # fmt: skip
_ARROW: Final = (
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    '<path d="M0 0 8 4 0 8z"/></marker></defs>'
)
_EDGES: Final = (
    ("Project", "clay:underProgramme", "FundingProgramme"), ("Project", "prov:qualifiedAssociation", "ProjectParticipation"),
    ("ProjectParticipation", "prov:agent", "org:Organization"), ("ClusterPartnership", "clay:formedUnder", "ClusterInitiative"),
    ("PartnershipMembership", "org:organization", "ClusterPartnership"), ("org:Organization", "dct:spatial", "Region"),
    ("MonetaryAmount", "clay:statedIn", "Claim"), ("Claim", "prov:wasQuotedFrom", "Passage"),
)  # fmt: skip


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """All of them, in each language."""
    shapes = _shapes()
    for lang in site.languages:
        layout = Layout(site, lang)
        made = _Vocabulary(layout)
        yield f"{lang}/{VOCABULARY_FILE}.html", made.ontology()
        if site.ontology_version:
            yield f"{lang}/{VOCABULARY_FILE}/{site.ontology_version}.html", made.ontology(site.ontology_version)
        yield f"{lang}/glossary.html", made.glossary()
        yield f"{lang}/shapes.html", made.shapes(shapes)
    if site.ontology_version and site.config.target in ("plain", "github-pages"):
        # A host that redirects nothing has a page at the version's own address, which leads on.
        path = f"{VOCABULARY_FILE}/{site.ontology_version}"
        yield (
            f"{path}/index.html",
            entrance(site, "../../", {lang: f"{lang}/{url(path)}.html" for lang in site.languages}, data=f"data/{url(path)}"),
        )


def _shapes() -> Index:
    from clayonto.namespaces import ID
    from clayonto.sources import bundled

    return read(b"".join(source.n_triples() for source in bundled("shapes")), base=ID)


class _Vocabulary:
    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.site, self.say, self.lang = layout.site, layout.say, layout.lang
        self.index = self.site.index
        self.values = Values(self.site, self.lang, self.say)

    def told(self, index: Index, term: str, predicate: str) -> str:
        """A text about a term in the language, as HTML; the empty text if there is none."""
        said = [o for o in index.objects(term, predicate) if o[0] == '"']
        if not said:
            return ""
        best = next((o for o in said if o.endswith(f'"@{self.lang}')), said[0])
        value, tag, _ = literal(best)
        return words(shortened(value), tag, self.lang)

    def terms(self, kinds: frozenset[str]) -> list[str]:
        found = [t for t in self.site.vocabulary if is_iri(t) and kinds & set(self.index.objects(t, TYPE))]
        own = PREFIXES["clay"]
        return sorted(found, key=lambda t: (not t.startswith(f"<{own}"), sort_key(self.site.name(t, self.lang), self.lang), t))

    def ontology(self, version: str = "") -> bytes:
        """The page of the ontology: the one that goes with the site, or that of its version, which stays when there is a later one."""
        say, layout, site = self.say, self.layout, self.site
        ontology = site.ontology
        title = self.told(self.index, ontology, _TITLE) or say["ontology"]
        path, near = (f"{VOCABULARY_FILE}/{version}", "../") if version else (VOCABULARY_FILE, "")
        data = f"data/{path}" if version else path
        formats = "".join(f'<li><a href="{near}../{url(data)}.{ending}">{name}</a></li>' for ending, (_, name, _) in FORMATS.items())
        more = (
            "" if version else f'<li><a href="shapes.html">{say["shapes"]}</a></li><li><a href="glossary.html">{say["glossary"]}</a></li>'
        )
        steps = [(f"{VOCABULARY_FILE}.html", say["ontology"]), *([(f"{path}.html", words(version))] if version else [])]
        body = [
            layout.crumbs(near, *((url(target), name) for target, name in steps)),
            f"<h1>{title}</h1><p class=lead>{self.told(self.index, ontology, _DESCRIPTION) or say['ontology_lead']}</p>",
            f'<p class=flag>{say["one_version"].format(v=words(version))}</p> <p><a href="{near}{VOCABULARY_FILE}.html">{say["latest"]}</a></p>'
            if version
            else "",
            self.facts(ontology, near),
            "" if version else self.versions(),
            f'<ul class="formats">{formats}{more}</ul>',
            f'<h2 id="diagram">{say["diagram"]}</h2>{self.diagram()}',
        ]
        shown = {key: self.terms(kinds) for key, kinds in (("classes", _CLASSES), ("properties", _PROPERTIES))}
        here = frozenset(term for terms in shown.values() for term in terms)
        for key, terms in shown.items():
            body.append(f'<h2 id="{key}">{say[key]}</h2>')
            body += [self.term(term, here) for term in terms]
        stated = self.index.objects(ontology, _TITLE)
        about = {
            "@id": ontology[1:-1] or site.base,
            "@type": "DefinedTermSet",
            "name": literal(stated[0])[0] if stated else say["ontology"],
            "license": site.config.licence,
            **({"version": site.ontology_version} if site.ontology_version else {}),
        }
        name = f"{say['ontology']} {version}" if version else say["ontology"]
        return layout.page(f"{path}.html", "".join(body), title=name, description=say["ontology_lead"], data=data, about=about)

    def facts(self, ontology: str, near: str) -> str:
        """What is said of the ontology itself."""
        said = self.index.out.get(ontology, {})
        rows = [(key, self.values.values(said[predicate], near)) for predicate, key in _FACTS.items() if predicate in said]
        if ontology:
            rows.insert(0, ("identifier", outward(ontology[1:-1])))
        told = "".join(f"<div><dt>{self.say[key]}</dt><dd>{value}</dd></div>" for key, value in rows)
        return f'<section class="facts" aria-label="{self.say["facts"]}"><dl>{told}</dl></section>\n' if told else ""

    def versions(self) -> str:
        """The versions of the ontology that the site has, the latest first."""
        names = {*self.site.published.ontologies, self.site.ontology_version} - {""}
        links = "".join(
            f'<li><a href="{VOCABULARY_FILE}/{url(name)}.html">{words(name)}</a></li>' for name in sorted(names, key=natural, reverse=True)
        )
        return f'<h2 id="versions">{self.say["all_versions"]}</h2><ul class="formats">{links}</ul>\n' if links else ""

    def term(self, term: str, here: frozenset[str]) -> str:
        """A term, told; ``here`` are the terms of the page, links to which stay in it."""
        label = self.site.label(term, self.lang)
        other = [self.site.label(term, o) for o in self.site.languages if o != self.lang]
        others = "".join(f' <span class=note lang="{text(o.lang)}">{words(o.text)}</span>' for o in other if o.text != label.text)
        broader = [t for p in _BROADER for t in self.index.objects(term, p) if is_iri(t)]
        lines = [f"<h3>{words(label.text, label.lang, self.lang)}{others}</h3><p class=note><code>{words(shorten(term[1:-1]))}</code></p>"]
        for predicate, key in ((_DEFINITION, ""), (_EXAMPLE, "example")):
            told = self.told(self.index, term, predicate)
            if told:
                lines.append(f"<p>{f'<span class=note>{self.say[key]}:</span> ' if key else ''}{told}</p>")
        if broader:
            lines.append(f"<p><span class=note>{self.say['subclass']}:</span> {', '.join(self.near(t, here) for t in broader)}</p>")
        return f'<div class="term" id="{text(self.site.term_anchor(term))}">{"".join(lines)}</div>\n'

    def near(self, term: str, here: frozenset[str]) -> str:
        """A link to a term of the same page, or its name."""
        label = self.site.label(term, self.lang)
        name = words(label.text, label.lang, self.lang)
        return f'<a href="#{text(self.site.term_anchor(term))}">{name}</a>' if term in here else name

    def diagram(self) -> str:
        width, height, dx, dy = 168, 46, 296, 104
        at = {name: (8 + column * dx, 10 + row * dy) for name, (column, row) in _BOXES.items()}
        lines = []
        for source, predicate, target in _EDGES:
            (x1, y1), (x2, y2) = at[source], at[target]
            start: tuple[float, float]
            end: tuple[float, float]
            place: tuple[float, float]
            if y1 == y2:
                right = x2 > x1
                start, end = (x1 + (width if right else 0), y1 + height / 2), (x2 + (0 if right else width), y2 + height / 2)
                place, anchor = ((start[0] + end[0]) / 2, start[1] - 6), "middle"
            else:
                down = y2 > y1
                start, end = (x1 + width / 2, y1 + (height if down else 0)), (x2 + width / 2, y2 + (0 if down else height))
                place, anchor = (start[0] + 8, (start[1] + end[1]) / 2 + 4), "start"
            edge = curie(predicate)
            name = text(PROPERTIES[edge][self.lang == "fi"] if edge in PROPERTIES else shortened(self.site.name(edge, self.lang), 22))
            lines.append(f'<path d="M{start[0]:g} {start[1]:g}L{end[0]:g} {end[1]:g}" marker-end="url(#arrow)"/>')
            lines.append(f'<text class="edge" x="{place[0]:g}" y="{place[1]:g}" text-anchor="{anchor}">{name}</text>')
        for name, (x, y) in at.items():
            term = curie(name if ":" in name else f"clay:{name}")
            label = text(shortened(self.site.name(term, self.lang), 26))
            box = f'<rect class="box" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>'
            box += f'<text x="{x + width / 2:g}" y="{y + 28}" text-anchor="middle">{label}</text>'
            lines.append(f'<a href="#{text(self.site.term_anchor(term))}">{box}</a>' if term in self.index.out else box)
        size = (8 + 3 * dx + width + 8, 10 + 2 * dy + height + 10)
        named = f'role="group" aria-label="{self.say["diagram"]}"'
        svg = f'<svg class="diagram" {named} width="{size[0]}" height="{size[1]}" viewBox="0 0 {size[0]} {size[1]}">{_ARROW}{"".join(lines)}</svg>'
        return f"<div class=scroll tabindex=0>{svg}</div>"

    def glossary(self) -> bytes:
        say, lang = self.say, self.lang
        others = [o for o in self.site.languages if o != lang]
        concepts = [t for t in self.site.pages if _CONCEPT in self.index.objects(t, TYPE)]
        rows = []
        for term in sorted([*self.terms(_CLASSES), *concepts], key=lambda t: (sort_key(self.site.name(t, lang), lang), t)):
            definition = self.told(self.index, term, _DEFINITION)
            if definition:
                cells = "".join(f'<td lang="{o}">{words(self.site.name(term, o))}</td>' for o in others)
                rows.append(f"<tr><th scope=row>{self.values.link(term, '')}</th>{cells}<td>{definition}</td></tr>")
        head = [(say["term"], False), *((WORDS[o]["lang_name"], False) for o in others), (say["definition"], False)]
        body = f"{self.layout.crumbs('', ('glossary.html', say['glossary']))}<h1>{say['glossary']}</h1><p class=lead>{say['glossary_lead']}</p>{table(head, rows)}"
        return self.layout.page("glossary.html", body, title=say["glossary"], description=say["glossary_lead"])

    def shapes(self, shapes: Index) -> bytes:
        say = self.say
        body = [
            self.layout.crumbs("", ("def.html", say["ontology"]), ("shapes.html", say["shapes"])),
            f"<h1>{say['shapes']}</h1><p class=lead>{say['shapes_lead']}</p>",
        ]
        for shape in sorted(shapes.out):
            targets = shapes.objects(shape, _TARGET)
            rules = [part for p in _HOLDS for part in shapes.objects(shape, p)]
            if not targets or not rules:
                continue
            rows = []
            for rule in rules:
                path = shapes.objects(rule, _PATH)
                name = self.values.link(path[0], "") if path and is_iri(path[0]) else ""
                severity = next((s.rpartition("#")[2][:-1].lower() for s in shapes.objects(rule, _SEVERITY)), "violation")
                rows.append(f"<tr><td>{name}</td><td>{self.told(shapes, rule, _MESSAGE)}</td><td>{say.get(severity, '')}</td></tr>")
            target = ", ".join(self.values.link(t, "") for t in targets)
            own = shorten(shape[1:-1])
            body.append(
                f'<h2 id="{text(own.replace(":", "-"))}">{target}</h2><p class=note><code>{words(own)}</code></p>'
                + table([(say["properties"], False), (say["rule"], False), (say["severity"], False)], rows)
            )
        return self.layout.page("shapes.html", "".join(body), title=say["shapes"], description=say["shapes_lead"])
