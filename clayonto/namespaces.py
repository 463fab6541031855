"""The project's namespaces, the prefixes that users may type, and the way from text to IRI and back.

>>> CLAY.Project
'https://w3id.org/clayonto/def#Project'
>>> expand("project/clay")
'https://w3id.org/clayonto/id/project/clay'
>>> shorten("https://w3id.org/clayonto/def#Project")
'clay:Project'
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from clayonto.errors import TermError, nearest


class Namespace(str):
    """A namespace IRI whose terms are reached as attributes or items.

    >>> Namespace("http://www.w3.org/ns/org#")["Role"]
    'http://www.w3.org/ns/org#Role'
    """

    __slots__ = ()

    def __getattr__(self, name: str) -> str:
        if name.startswith("__"):
            raise AttributeError(name)
        return str(self) + name

    def __getitem__(self, name: str) -> str:  # type: ignore[override]
        return str(self) + name


CLAY: Final = Namespace("https://w3id.org/clayonto/def#")
"""The terms of the ontology."""
ID: Final = Namespace("https://w3id.org/clayonto/id/")
"""The things that the bundled data describes."""
CONCEPT: Final = Namespace("https://w3id.org/clayonto/concept/")
SHAPES: Final = Namespace("https://w3id.org/clayonto/shapes#")
GRAPH: Final = Namespace("https://w3id.org/clayonto/graph/")

SCHEMES: Final = (
    "activity-kind", "aspect", "audience", "exchange-mode", "exchange-role", "indicator", "initiative-status", "milestone-kind",
    "money-kind", "money-status", "organisation-kind", "passage-kind", "priority-axis", "project-status", "rank", "role", "sector",
    "target-market", "theme", "unit",
)  # fmt: skip
"""The concept schemes; each is a prefix too."""

PREFIXES: Final = MappingProxyType(
    {
        "clay": str(CLAY),
        "shapes": str(SHAPES),
        "country": "http://publications.europa.eu/resource/authority/country/",
        "currency": "http://publications.europa.eu/resource/authority/currency/",
        "lang": "http://publications.europa.eu/resource/authority/language/",
        "nuts": "http://data.europa.eu/nuts/code/",
        "nuts-version": "http://data.europa.eu/nuts/scheme/",
        "cpsv": "http://purl.org/vocab/cpsv#",
        "dcat": "http://www.w3.org/ns/dcat#",
        "dct": "http://purl.org/dc/terms/",
        "epo": "http://data.europa.eu/a4g/ontology#",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "frapo": "http://purl.org/cerif/frapo/",
        "geosparql": "http://www.opengis.net/ont/geosparql#",
        "org": "http://www.w3.org/ns/org#",
        "owl": "http://www.w3.org/2002/07/owl#",
        "prov": "http://www.w3.org/ns/prov#",
        "qb": "http://purl.org/linked-data/cube#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "sh": "http://www.w3.org/ns/shacl#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
    | {scheme: f"{CONCEPT}{scheme}/" for scheme in SCHEMES}
)
"""Prefix to namespace IRI, for CURIEs on the command line and in Python, and for showing IRIs to people."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_NOT_IN_IRI = re.compile('[\x00-\x20<>"{}|^`\\\\\x7f-\x9f\ud800-\udfff]')
# Schemes whose IRIs have no "//" and that no prefix of ours hides.
_OPAQUE_SCHEMES = frozenset({"urn", "tag", "mailto", "did", "info", "doi", "tel"})


def check_iri(iri: str) -> str:
    """The IRI itself, if it is absolute and has no character that RFC 3987 forbids.

    :raises TermError: otherwise, naming the character.
    """
    if not _SCHEME.match(iri):
        raise TermError(f"“{iri}” is not an absolute IRI: it starts with no scheme such as “https:”.")
    bad = _NOT_IN_IRI.search(iri)
    if bad:
        shown = ascii(bad.group())
        raise TermError(f"The IRI {iri!a} has the character {shown} at position {bad.start() + 1}; percent-encode it.")
    return iri


def expand(text: str, *, base: str = ID) -> str:
    """The absolute IRI that a person means: given whole (also in angle brackets), as a CURIE, or relative to ``base``.

    :param text: ``https://…``, ``<https://…>``, ``clay:Project`` or ``project/clay``.
    :raises TermError: if the prefix is unknown, or the result is not an IRI.

    >>> expand("role:lead-partner")
    'https://w3id.org/clayonto/concept/role/lead-partner'
    """
    text = text.strip(" \t\r\n")
    if text.startswith("<") and text.endswith(">"):
        return check_iri(text[1:-1])
    scheme = _SCHEME.match(text)
    if not scheme:
        if not text:
            raise TermError("An empty text names nothing; give an IRI, a CURIE such as clay:Project, or a path such as project/clay.")
        return check_iri(base + text)
    prefix, rest = scheme.group(1), text[scheme.end() :]
    if rest.startswith("//") or prefix.lower() in _OPAQUE_SCHEMES:
        return check_iri(text)
    if prefix not in PREFIXES:
        near = nearest(prefix, PREFIXES)
        hint = f" Did you mean “{near[0]}:{rest}”?" if near else ""
        raise TermError(f"The prefix “{prefix}:” is unknown.{hint} An IRI of your own can be given whole, in angle brackets.")
    return check_iri(PREFIXES[prefix] + rest)


_BY_LENGTH = sorted(((ns, prefix) for prefix, ns in PREFIXES.items()), key=lambda item: -len(item[0]))


def shorten(iri: str, *, base: str = ID) -> str:
    """The shortest text that :func:`expand` reads back as ``iri``; the IRI itself when there is none.

    >>> shorten("https://w3id.org/clayonto/id/project/clay")
    'project/clay'
    """
    if iri.startswith(base) and len(iri) > len(base):
        short = iri[len(base) :]
        return short if not _SCHEME.match(short) else iri
    for namespace, prefix in _BY_LENGTH:
        if iri.startswith(namespace) and len(iri) > len(namespace) and not iri[len(namespace) :].startswith("//"):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri
