"""Links as a table that people review: SSSOM, the Simple Standard for Sharing Ontology Mappings, version 1.1 (mapping-commons.github.io/sssom).

A link says that two organisations are one body. One that nobody has looked at has no reviewer. Who accepts it puts their name beside it; who rejects it puts their
name and the modifier ``Not``. So a rejected link says the contrary to whoever reads the table, and every tool that knows SSSOM reads it as it is meant.
Metadata, columns and rows that others have added stay as they are.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import blake2b, sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from clayonto.errors import DataError, UsageError
from clayonto.namespaces import CLAY, GRAPH, ID, PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PREDICATE: Final = CLAY.sameBodyAs
"""The property of a link."""
CANDIDATE: Final = "candidate"
ACCEPTED: Final = "accepted"
REJECTED: Final = "rejected"
COLUMNS: Final = (
    "record_id", "subject_id", "subject_label", "predicate_id", "predicate_modifier", "object_id", "object_label", "mapping_justification",
    "reviewer_label", "mapping_tool", "mapping_tool_version", "mapping_date", "review_date", "confidence", "curation_rule_text", "similarity_score",
    "similarity_measure", "comment",
)  # fmt: skip
"""The columns that are written, all of them slots of SSSOM."""
NEEDED: Final = ("subject_id", "predicate_id", "object_id", "mapping_justification")
"""The columns that a table has to have."""
BUILT_IN: Final[Mapping[str, str]] = {
    "owl": PREFIXES["owl"],
    "rdf": PREFIXES["rdf"],
    "rdfs": PREFIXES["rdfs"],
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": PREFIXES["skos"],
    "sssom": "https://w3id.org/sssom/",
    "xsd": PREFIXES["xsd"],
    "linkml": "https://w3id.org/linkml/",
}
"""The prefixes that a table need not declare (SSSOM, “IRI prefixes”)."""
_LOCAL: Final = re.compile(r"[^\s|\t\"]+")
_BROKEN: Final = re.compile(r"[\t\r\n\x00-\x1f\x7f\u2028\u2029]+")


@dataclass(frozen=True)
class Link:
    """That two organisations are one body: ``one`` and ``other`` are their IRIs, in order.

    ``confidence`` is the score between 0 and 1, ``likeness`` that of the names, ``reasons`` are sentences; ``state`` is ``candidate``, ``accepted`` or
    ``rejected``, decided by ``reviewer`` on ``reviewed`` (``YYYY-MM-DD``). ``extra`` has the columns that others have added.
    """

    one: str
    other: str
    one_label: str = ""
    other_label: str = ""
    confidence: float | None = None
    likeness: float | None = None
    reasons: tuple[str, ...] = ()
    justification: str = "semapv:LexicalSimilarityThresholdMatching"
    state: str = CANDIDATE
    reviewer: str = ""
    reviewed: str = ""
    found: str = ""
    tool: str = ""
    tool_version: str = ""
    measure: str = ""
    comment: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """What the pair is called: the same for the same two organisations, in every table and in whichever order.

        >>> Link("https://e.org/a", "https://e.org/b").id == Link("https://e.org/b", "https://e.org/a").id
        True
        """
        return blake2b("\n".join(self.pair).encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()

    @property
    def pair(self) -> tuple[str, str]:
        """The two IRIs, sorted."""
        return (self.one, self.other) if self.one < self.other else (self.other, self.one)

    def decided(self, *, accept: bool, reviewer: str, day: str = "") -> Link:
        """The link as somebody has judged it.

        :param reviewer: the name of whoever has.
        :param day: ``YYYY-MM-DD``; today when empty.
        :raises UsageError: if there is no name.
        """
        name = _plain(reviewer)
        if not name:
            raise UsageError("A decision needs the name of whoever decides; give a reviewer.")
        return replace(self, state=ACCEPTED if accept else REJECTED, reviewer=name, reviewed=day or date.today().isoformat())  # noqa: DTZ011 -- the reviewer's day


@dataclass
class LinkTable:
    """Links with the metadata of their table. ``id`` is the IRI of the table, and of the graph that its accepted links make.

    :raises DataError: if two links are about one pair.
    """

    id: str
    links: list[Link] = field(default_factory=list)
    metadata: list[str] = field(default_factory=list)
    prefixes: dict[str, str] = field(default_factory=dict)
    digest: str = ""

    def __post_init__(self) -> None:
        self._places: dict[str, int] = {}
        for place, link in enumerate(self.links):
            if self._places.setdefault(link.id, place) != place:
                raise DataError(f"two rows are about {link.one} and {link.other}; leave one of them.")

    @classmethod
    def named(cls, name: str) -> LinkTable:
        """A new, empty table.

        >>> LinkTable.named("eura and keep.sssom.tsv").id
        'https://w3id.org/clayonto/graph/links/eura-and-keep'
        """
        from clayonto.registers.keys import key

        stem = Path(name).name.removesuffix(".tsv").removesuffix(".sssom")
        plain = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-") if stem.isascii() else ""
        return cls(f"{GRAPH}links/{plain or key(stem or 'links')}")

    def __iter__(self) -> Iterator[Link]:
        return iter(self.links)

    def __len__(self) -> int:
        return len(self.links)

    def of_state(self, state: str) -> list[Link]:
        """The links that are ``candidate``, ``accepted`` or ``rejected``."""
        return [link for link in self.links if link.state == state]

    def find(self, name: str) -> Link:
        """The link with an id (``3f9a2c1b7d0e`` or ``link:3f9a2c1b7d0e``).

        :raises UsageError: if there is none.
        """
        place = self._places.get(name.strip().removeprefix("link:").lower())
        if place is not None:
            return self.links[place]
        raise UsageError(f"No link has the id “{name[:60]}”; the column record_id and “clayonto link review --list” show them.")

    def decide(self, name: str, *, accept: bool, reviewer: str, day: str = "") -> Link:
        """Accept or reject the link with an id; the link as it is then.

        :raises UsageError: if there is none, or no reviewer.
        """
        link = self.find(name)
        new = link.decided(accept=accept, reviewer=reviewer, day=day)
        self.links[self._places[new.id]] = new
        return new

    def to_text(self) -> str:
        """The table as SSSOM/TSV, with the metadata in front; links that nobody has decided first, each kind by falling confidence."""
        used = dict(self.prefixes) | {"clay": str(CLAY), "link": f"{self.id}#"}
        used.setdefault("organisation", f"{ID}organisation/")
        # Columns and metadata of others may need the prefixes that came with the table.
        short = _Shortener(used, used=self.prefixes)
        rows = [self._row(link, short) for link in sorted(self.links, key=_order)]
        extra = sorted({name for link in self.links for name in link.extra})
        columns = [*COLUMNS, *extra]
        # SSSOM wants no empty columns; those that every reader expects stay.
        kept = [name for name in columns if name in NEEDED or any(row.get(name) for row in rows)] if rows else list(NEEDED)
        out = io.StringIO()
        for line in self._head(short.used()):
            out.write(f"#{line}\n")
        writer = csv.writer(out, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        writer.writerow(kept)
        writer.writerows([row.get(name, "") for name in kept] for row in rows)
        return out.getvalue()

    def write(self, file: str | Path) -> None:
        """Write the table, whole or not at all.

        :raises DataError: if somebody has changed the file since it was read; it stays as it is then.
        :raises OutputError: if it cannot be written.
        """
        from clayonto.errors import OutputError
        from clayonto.files import replace as put

        path = Path(file)
        if self.digest and path.exists() and digest_of(path.read_bytes()) != self.digest:
            raise DataError("somebody has changed it since it was read, so nothing is written; read it again.", path=str(path))
        data = self.to_text().encode("utf-8", "replace")
        try:
            put(path, data)
        except OSError as error:
            raise OutputError(error, path=str(path)) from error
        self.digest = digest_of(data)

    def _head(self, prefixes: Mapping[str, str]) -> Iterator[str]:
        yield "curie_map:"
        for prefix in sorted(prefixes):
            yield f'  {prefix}: "{prefixes[prefix]}"'
        told = {line.partition(":")[0] for line in self.metadata}
        if "sssom_version" not in told:
            yield 'sssom_version: "1.1"'
        if "mapping_set_id" not in told:
            yield f"mapping_set_id: {self.id}"
        if "mapping_set_title" not in told:
            yield "mapping_set_title: Organisations that may be one body"
        if "license" not in told:
            yield "license: https://w3id.org/sssom/license/unspecified"
        yield from self.metadata

    def _row(self, link: Link, short: _Shortener) -> dict[str, str]:
        return {
            **link.extra,
            "record_id": f"link:{link.id}",
            "subject_id": short(link.one),
            "subject_label": _plain(link.one_label),
            "predicate_id": short(PREDICATE),
            "predicate_modifier": "Not" if link.state == REJECTED else "",
            "object_id": short(link.other),
            "object_label": _plain(link.other_label),
            "mapping_justification": link.justification,
            "reviewer_label": _plain(link.reviewer).replace("|", "/") if link.state != CANDIDATE else "",
            "mapping_tool": link.tool,
            "mapping_tool_version": link.tool_version,
            "mapping_date": link.found,
            "review_date": link.reviewed if link.state != CANDIDATE else "",
            "confidence": _figure(link.confidence),
            "curation_rule_text": "|".join(_plain(reason).replace("|", "/") for reason in link.reasons),
            "similarity_score": _figure(link.likeness),
            "similarity_measure": link.measure,
            "comment": _plain(link.comment),
        }


class _Shortener:
    """Makes CURIEs, and remembers which prefixes they took."""

    def __init__(self, prefixes: Mapping[str, str], *, used: Iterable[str]) -> None:
        self._prefixes = dict(prefixes)
        self._used = {"link", *used}

    def __call__(self, iri: str) -> str:
        for prefix, namespace in sorted(self._prefixes.items(), key=lambda item: -len(item[1])):
            if iri.startswith(namespace) and _LOCAL.fullmatch(iri[len(namespace) :]):
                self._used.add(prefix)
                return f"{prefix}:{iri[len(namespace) :]}"
        # The namespace of an organisation elsewhere gets a prefix of its own.
        cut = max(iri.rfind("/", 0, -1), iri.rfind("#", 0, -1), iri.rfind(":", 0, -1)) + 1
        number = 1
        while f"ns{number}" in self._prefixes:
            number += 1
        self._prefixes[f"ns{number}"] = iri[:cut]
        return self(iri)

    def used(self) -> dict[str, str]:
        return {prefix: iri for prefix, iri in self._prefixes.items() if prefix in self._used and prefix not in BUILT_IN}


def _order(link: Link) -> tuple[int, float, tuple[str, str]]:
    return ((CANDIDATE, ACCEPTED, REJECTED).index(link.state), -(link.confidence or 0.0), link.pair)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}".rstrip("0").rstrip(".") or "0"


def _plain(text: str) -> str:
    return _BROKEN.sub(" ", text).strip()


def digest_of(data: bytes) -> str:
    """By what a file is known to be as it was read."""
    return sha256(data).hexdigest()


def decisions(table: Iterable[Link]) -> dict[tuple[str, str], Link]:
    """The links that somebody has decided, by pair."""
    return {link.pair: link for link in table if link.state != CANDIDATE}
