"""What a person needs to see to judge a link: both organisations side by side, with what the graph says of them; and decisions from a file."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from clayonto.errors import DataError
from clayonto.linking.wording import REASONS
from clayonto.terms import IRI, render
from clayonto.validation.naming import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from clayonto.graph import KnowledgeGraph
    from clayonto.linking.table import Link

SHOWN: Final = 5
"""Projects that are named; the others are counted."""
_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "names": ("name", "nimi"),
    "acronyms": ("acronym", "lyhenne"),
    "identifiers": ("identifier", "tunnus"),
    "places": ("place", "paikka"),
    "countries": ("country", "maa"),
    "registers": ("source", "lähde"),
    "projects": ("projects", "hankkeet"),
    "granted": ("granted to", "rahoitti"),
}
_ASKED: Final[Mapping[str, str]] = {
    "names": "?of skos:prefLabel|skos:altLabel ?is",
    "acronyms": "?of clay:acronym ?is",
    "identifiers": "?of dct:identifier ?is",
    "places": "?of dct:spatial ?place . ?place skos:prefLabel ?is",
    "countries": "?part prov:agent ?of ; clay:country ?place . ?place skos:prefLabel ?is",
    "registers": "?of clay:statedIn/prov:wasQuotedFrom/dct:isPartOf/skos:prefLabel ?is",
    "projects": "?part prov:agent ?of . ?project prov:qualifiedAssociation ?part ; skos:prefLabel ?is",
    "granted": "?project clay:grantedBy ?of ; skos:prefLabel ?is",
}


@dataclass
class Profile:
    """What the graph says of an organisation, in one language.

    ``said`` has texts by what they are: names, acronyms, identifiers, places, countries, registers, projects, granted.
    """

    iri: str
    said: dict[str, list[str]] = field(default_factory=dict)


def profiles(graph: KnowledgeGraph, iris: Iterable[str], *, lang: str = "en") -> dict[str, Profile]:
    """What a graph says of organisations, by IRI; of one that it does not know, nothing.

    :param lang: the language of labels, ``en`` or ``fi``; a text that is in neither is shown as it is.

    >>> import clayonto
    >>> liitto = "https://w3id.org/clayonto/id/organisation/south-ostrobothnia"
    >>> kg = clayonto.load()
    >>> list(profiles(kg, ["https://e.org/nobody"])["https://e.org/nobody"].said)
    []
    """
    found = {iri: Profile(iri) for iri in iris}
    wanted = " ".join(render(IRI(iri)) for iri in sorted(found))
    for what, pattern in _ASKED.items() if found else ():
        rows = graph.query(f"SELECT DISTINCT ?of ?is {{ VALUES ?of {{ {wanted} }} {pattern} }} ORDER BY STR(?of) STR(?is)")
        for row in rows:
            if getattr(row[1], "language", lang) in (lang, ""):
                said = found[str(row[0])].said.setdefault(what, [])
                if str(row[1]) not in said:
                    said.append(str(row[1]))
    for profile in found.values():
        if "places" in profile.said:
            profile.said.pop("countries", None)
    return found


def side_by_side(link: Link, known: Mapping[str, Profile], *, lang: str = "en", width: int = 100) -> str:
    """A link as two columns of text, with its score and reasons below.

    :param known: of :func:`profiles`.
    :param lang: ``en`` or ``fi``.
    :param width: characters of a line, 40 or more.
    """
    column = (max(width, 40) - 17) // 2
    lines = []
    sides = [
        known.get(iri, Profile(iri)).said or {"names": [label]}
        for iri, label in ((link.one, link.one_label), (link.other, link.other_label))
    ]
    for what, words in _WORDS.items():
        cells = [_cell(what, side.get(what, []), column, lang) for side in sides]
        for number in range(max(map(len, cells))):
            head = words[lang == "fi"] if number == 0 else ""
            left, right = (cell[number] if number < len(cell) else "" for cell in cells)
            lines.append(f"{head:<11}  {left:<{column}}  {right}".rstrip())
    lines.append("")
    score = "" if link.confidence is None else f"{link.confidence:.2f}  "
    lines += textwrap.wrap(score + "; ".join(_reason(reason, lang) for reason in link.reasons), max(width, 40))
    if link.comment:
        lines += textwrap.wrap(clean(link.comment), max(width, 40))
    return "\n".join(lines).rstrip()


def read_decisions(text: str, *, name: str = "") -> Iterator[tuple[bool, str]]:
    r"""Decisions from a text: on each line ``accept`` or ``reject``, and the id of a link; ``#`` begins a remark. Whether it is accepted, and the id.

    :param name: of the file, for errors.
    :raises DataError: with its line, if a line is something else.

    >>> list(read_decisions("accept 3f9a2c1b7d0e  # the same street\n\nreject link:0c11d2e3f4a5"))
    [(True, '3f9a2c1b7d0e'), (False, 'link:0c11d2e3f4a5')]
    """
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if len(words) != 2 or words[0].lower() not in ("accept", "reject"):
            raise DataError(f"“{clean(line)[:60]}” is no decision; write accept or reject, and the id of a link.", path=name, line=number)
        yield words[0].lower() == "accept", words[1]


def read_decisions_file(file: str | Path) -> list[tuple[bool, str]]:
    """Decisions from a file; see :func:`read_decisions`.

    :raises DataError: if it cannot be read, or a line is no decision.
    """
    path = Path(file)
    try:
        return list(read_decisions(path.read_text(encoding="utf-8-sig"), name=str(path)))
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}.", path=str(path)) from error
    except UnicodeDecodeError as error:
        raise DataError("it is not UTF-8; save it as UTF-8.", path=str(path)) from error


def _cell(what: str, texts: list[str], column: int, lang: str) -> list[str]:
    shown = [clean(text) for text in texts]
    if what in ("projects", "granted") and shown:
        count = len(shown)
        more = [f"… ({count})"] if count > SHOWN else []
        shown = [f"{'yhteensä' if lang == 'fi' else 'in all'} {count}", *(f"- {text}" for text in shown[:SHOWN]), *more]
    return [line for text in shown for line in textwrap.wrap(text, column) or [""]]


def _reason(text: str, lang: str) -> str:
    if lang == "fi":
        return next((fi for en, fi in REASONS.values() if en == text), clean(text))
    return clean(text)
