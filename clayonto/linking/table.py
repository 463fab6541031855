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
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Final

from clayonto.errors import DataError, TermError, UsageError
from clayonto.namespaces import CLAY, GRAPH, ID, PREFIXES, check_iri

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

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
_NEEDED: Final = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_BUILT_IN: Final[Mapping[str, str]] = {
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
_ENTRY: Final = re.compile(r"(?P<indent> *)(?P<key>[A-Za-z_][\w.-]*|\"[^\"]*\"|'[^']*') *:(?: +(?P<value>.*))?$")
_LOCAL: Final = re.compile(r"[^\s|\t\"]+")
_MOST: Final = 1 << 28
"""Bytes of a table that are read."""
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
        kept = [name for name in columns if name in _NEEDED or any(row.get(name) for row in rows)] if rows else list(_NEEDED)
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
        if self.digest and path.exists() and _digest(path.read_bytes()) != self.digest:
            raise DataError("somebody has changed it since it was read, so nothing is written; read it again.", path=str(path))
        data = self.to_text().encode("utf-8", "replace")
        try:
            put(path, data)
        except OSError as error:
            raise OutputError(error, path=str(path)) from error
        self.digest = _digest(data)

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


def read_links(file: str | Path) -> LinkTable:
    """Read a table of links.

    :param file: SSSOM/TSV with its metadata in front, as :meth:`LinkTable.write` and other tools write it.
    :raises DataError: with line and column, if it cannot be read, or says of organisations what must not be said: any property but ``clay:sameBodyAs``.
    """
    path = Path(file)
    try:
        if path.stat().st_size > _MOST:
            raise DataError(f"it is larger than {_MOST >> 20} MB, and no table of links.", path=str(path))
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}.", path=str(path)) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError("it is not UTF-8, as SSSOM wants it; save it as UTF-8.", path=str(path), line=line) from error
    try:
        table = _read(text, path)
    except DataError as error:
        raise error if error.path else DataError(str(error), path=str(path)) from error
    table.digest = _digest(data)
    return table


def _read(text: str, path: Path) -> LinkTable:
    lines = text.split("\n")
    count = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    head = _unindented([line[1:].rstrip("\r") for line in lines[:count]])
    prefixes, metadata = _metadata(head, path)
    name = next((_scalar(line.partition(":")[2].strip()) for line in metadata if line.startswith("mapping_set_id:")), "")
    rows = csv.reader(io.StringIO("\n".join(lines[count:]).replace("\x00", "\ufffd"), newline=""), delimiter="\t", strict=True)
    try:
        header = [name.strip() for name in next(rows, [])]
        missing = [column for column in _NEEDED if column not in header]
        if missing:
            raise DataError(f"it has no column {' and none '.join(missing)}, so it is no SSSOM table.", path=str(path), line=count + 1)
        links = []
        for row in rows:
            if any(cell.strip() for cell in row):
                at = count + rows.line_num
                if len(row) > len(header):
                    raise DataError(f"the row has {len(row)} cells, and the table {len(header)} columns.", path=str(path), line=at)
                links.append(_link(dict(zip_longest(header, row, fillvalue="")), prefixes, path, at, header))
    except csv.Error as error:
        raise DataError(f"it cannot be read as a table: {error}.", path=str(path), line=count + rows.line_num) from error
    try:
        table_id = check_iri(name) if name else LinkTable.named(path.name).id
    except TermError as error:
        raise DataError(f"its mapping_set_id is no IRI: {error}", path=str(path)) from error
    kept = {prefix: iri for prefix, iri in prefixes.items() if prefix not in _BUILT_IN and prefix not in ("link", "clay")}
    return LinkTable(table_id, links, metadata, kept)


def _link(row: Mapping[str, str], prefixes: Mapping[str, str], path: Path, at: int, header: list[str]) -> Link:
    def column(name: str) -> int:
        return header.index(name) + 1

    def iri(name: str) -> str:
        text = row.get(name, "").strip()
        prefix, colon, local = text.partition(":")
        if not colon or not text:
            raise DataError(f"“{text[:80]}” is no CURIE, such as organisation:x.", path=str(path), line=at, column=column(name))
        namespace = prefixes.get(prefix) or _BUILT_IN.get(prefix)
        if namespace is None and not local.startswith("//"):
            raise DataError(
                f"the prefix “{prefix[:40]}:” is not in the curie_map of the table.", path=str(path), line=at, column=column(name)
            )
        try:
            return check_iri(namespace + local if namespace is not None else text)
        except TermError as error:
            raise DataError(str(error), path=str(path), line=at, column=column(name)) from error

    predicate = iri("predicate_id")
    if predicate != PREDICATE:
        told = row["predicate_id"][:80]
        raise DataError(
            f"organisations are linked by clay:sameBodyAs alone, and not by {told}: owl:sameAs would make one thing of two, and SKOS is for concepts.",
            path=str(path), line=at, column=column("predicate_id"),
        )  # fmt: skip
    modifier, reviewer = (
        row.get("predicate_modifier", "").strip(),
        row.get("reviewer_label", "").strip() or row.get("reviewer_id", "").strip(),
    )
    if modifier not in ("", "Not"):
        raise DataError(
            f"predicate_modifier can be “Not” or nothing, not “{modifier[:40]}”.",
            path=str(path),
            line=at,
            column=column("predicate_modifier"),
        )
    one, other = iri("subject_id"), iri("object_id")
    if one == other:
        raise DataError("an organisation is linked with itself.", path=str(path), line=at)
    return Link(
        one,
        other,
        row.get("subject_label", ""),
        row.get("object_label", ""),
        _number(row, "confidence", path, at, column),
        _number(row, "similarity_score", path, at, column),
        tuple(filter(None, row.get("curation_rule_text", "").split("|"))),
        row["mapping_justification"],
        # Whoever negates a link by hand has judged it, even without a name.
        REJECTED if modifier else ACCEPTED if reviewer else CANDIDATE,
        reviewer,
        row.get("review_date", ""),
        row.get("mapping_date", ""),
        row.get("mapping_tool", ""),
        row.get("mapping_tool_version", ""),
        row.get("similarity_measure", ""),
        row.get("comment", ""),
        {name: cell for name, cell in row.items() if name and name not in COLUMNS and cell},
    )


def _number(row: Mapping[str, str], name: str, path: Path, at: int, column: Callable[[str], int]) -> float | None:
    text = row.get(name, "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise DataError(f"“{text[:40]}” is no {name.replace('_', ' ')} between 0 and 1.", path=str(path), line=at, column=column(name))
    return value


def _unindented(lines: list[str]) -> list[str]:
    """The lines of the metadata, without the spaces that stand before all of them."""
    margin = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)
    return [line[margin:] for line in lines]


def _metadata(lines: list[str], path: Path) -> tuple[dict[str, str], list[str]]:
    """The prefixes, and the lines of all else as they are. Of YAML this needs to know entries and their depth."""
    prefixes: dict[str, str] = {}
    others: list[str] = []
    inside = False
    for number, line in enumerate(lines, start=1):
        entry = _ENTRY.match(line)
        if line.strip() and not line.startswith((" ", "-")):
            if entry is None:
                raise DataError(f"the metadata cannot be read here: “{line[:60]}”.", path=str(path), line=number)
            inside = entry["key"] == "curie_map"
            if inside:
                if entry["value"] and entry["value"].strip() != "{}":
                    raise DataError("the curie_map has to be written an entry a line.", path=str(path), line=number)
                continue
        if inside and entry:
            prefixes[_scalar(entry["key"])] = _scalar(entry["value"] or "")
        elif line.strip() and not inside:
            others.append(line)
    return prefixes, others


def _scalar(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


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
        return {prefix: iri for prefix, iri in self._prefixes.items() if prefix in self._used and prefix not in _BUILT_IN}


def _order(link: Link) -> tuple[int, float, tuple[str, str]]:
    return ((CANDIDATE, ACCEPTED, REJECTED).index(link.state), -(link.confidence or 0.0), link.pair)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}".rstrip("0").rstrip(".") or "0"


def _plain(text: str) -> str:
    return _BROKEN.sub(" ", text).strip()


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def decisions(table: Iterable[Link]) -> dict[tuple[str, str], Link]:
    """The links that somebody has decided, by pair."""
    return {link.pair: link for link in table if link.state != CANDIDATE}
