"""The ontology's own pages: its terms with a diagram, the shapes, the glossary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clayonto.namespaces import PREFIXES, shorten
from clayonto.publish.index import TYPE, Index, curie, is_iri, literal, read
from clayonto.publish.layout import Layout
from clayonto.publish.lists import sort_key
from clayonto.publish.markup import outward, shortened, table, text, words
from clayonto.publish.values import Values
from clayonto.publish.wording import PROPERTIES, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clayonto.publish.site import Site

_CLASSES: Final = frozenset(map(curie, ("owl:Class", "rdfs:Class")))
_PROPERTIES: Final = frozenset(map(curie, ("owl:ObjectProperty", "owl:DatatypeProperty", "owl:AnnotationProperty", "rdf:Property")))
_TITLE, _DESCRIPTION, _VERSION = curie("dct:title"), curie("dct:description"), curie("owl:versionInfo")
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
        yield f"{lang}/def.html", made.ontology()
        yield f"{lang}/glossary.html", made.glossary()
        yield f"{lang}/shapes.html", made.shapes(shapes)


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

    def ontology(self) -> bytes:
        say, layout = self.say, self.layout
        ontology = self.site.ontology
        title = self.told(self.index, ontology, _TITLE) or say["ontology"]
        version = self.index.objects(ontology, _VERSION)
        formats = "".join(
            f'<li><a href="../def.{e}">{n}</a></li>'
            for e, n in (("ttl", "Turtle"), ("jsonld", "JSON-LD"), ("nt", "N-Triples"), ("rdf", "RDF/XML"))
        )
        body = [
            layout.crumbs("", ("def.html", say["ontology"])),
            f'<h1>{title}</h1><p class="lead">{self.told(self.index, ontology, _DESCRIPTION) or say["ontology_lead"]}</p>',
            f'<p class="note">{say["versions"].format(v=words(literal(version[0])[0])) + ". " if version else ""}{outward(ontology[1:-1]) if ontology else ""}</p>',
            f'<ul class="formats">{formats}<li><a href="shapes.html">{say["shapes"]}</a></li><li><a href="glossary.html">{say["glossary"]}</a></li></ul>',
            f'<h2 id="diagram">{say["diagram"]}</h2>{self.diagram()}',
        ]
        for key, kinds in (("classes", _CLASSES), ("properties", _PROPERTIES)):
            body.append(f'<h2 id="{key}">{say[key]}</h2>')
            body += [self.term(term) for term in self.terms(kinds)]
        title_text = literal(self.index.objects(ontology, _TITLE)[0])[0] if self.index.objects(ontology, _TITLE) else say["ontology"]
        about = {
            "@id": ontology[1:-1] or self.site.base,
            "@type": "DefinedTermSet",
            "name": title_text,
            "license": self.site.config.licence,
        }
        return layout.page("def.html", "".join(body), title=say["ontology"], description=say["ontology_lead"], data="def", about=about)

    def term(self, term: str) -> str:
        label = self.site.label(term, self.lang)
        other = [self.site.label(term, o) for o in self.site.languages if o != self.lang]
        others = "".join(f' <span class="note" lang="{text(o.lang)}">{words(o.text)}</span>' for o in other if o.text != label.text)
        broader = [t for p in _BROADER for t in self.index.objects(term, p) if is_iri(t)]
        lines = [
            f'<h3>{words(label.text, label.lang, self.lang)}{others}</h3><p class="note"><code>{words(shorten(term[1:-1]))}</code></p>'
        ]
        for predicate, key in ((_DEFINITION, ""), (_EXAMPLE, "example")):
            told = self.told(self.index, term, predicate)
            if told:
                lines.append(f"<p>{f'<span class=note>{self.say[key]}:</span> ' if key else ''}{told}</p>")
        if broader:
            lines.append(f'<p><span class="note">{self.say["subclass"]}:</span> {", ".join(self.values.link(t, "") for t in broader)}</p>')
        return f'<div class="term" id="{text(self.site.term_anchor(term))}">{"".join(lines)}</div>\n'

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
        return f'<div class="scroll" tabindex="0">{svg}</div>'

    def glossary(self) -> bytes:
        say, lang = self.say, self.lang
        others = [o for o in self.site.languages if o != lang]
        concepts = [t for t in self.site.pages if _CONCEPT in self.index.objects(t, TYPE)]
        rows = []
        for term in sorted([*self.terms(_CLASSES), *concepts], key=lambda t: (sort_key(self.site.name(t, lang), lang), t)):
            definition = self.told(self.index, term, _DEFINITION)
            if definition:
                cells = "".join(f'<td lang="{o}">{words(self.site.name(term, o))}</td>' for o in others)
                rows.append(f'<tr><th scope="row">{self.values.link(term, "")}</th>{cells}<td>{definition}</td></tr>')
        head = [(say["term"], False), *((WORDS[o]["lang_name"], False) for o in others), (say["definition"], False)]
        body = f'{self.layout.crumbs("", ("glossary.html", say["glossary"]))}<h1>{say["glossary"]}</h1><p class="lead">{say["glossary_lead"]}</p>{table(head, rows)}'
        return self.layout.page("glossary.html", body, title=say["glossary"], description=say["glossary_lead"])

    def shapes(self, shapes: Index) -> bytes:
        say = self.say
        body = [
            self.layout.crumbs("", ("def.html", say["ontology"]), ("shapes.html", say["shapes"])),
            f'<h1>{say["shapes"]}</h1><p class="lead">{say["shapes_lead"]}</p>',
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
                f'<h2 id="{text(own.replace(":", "-"))}">{target}</h2><p class="note"><code>{words(own)}</code></p>'
                + table([(say["properties"], False), (say["rule"], False), (say["severity"], False)], rows)
            )
        return self.layout.page("shapes.html", "".join(body), title=say["shapes"], description=say["shapes_lead"])
