"""One CSV table for each class, with CSV on the Web metadata (W3C Recommendations of 2015) that turns rows back into triples."""

from __future__ import annotations

import csv
import io
import json
import re
from itertools import chain, count
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from clayonto.namespaces import PREFIXES, shorten
from clayonto.publish.index import TYPE, literal
from clayonto.publish.paths import segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from clayonto.publish.index import Index

METADATA: Final = "csv-metadata.json"
"""The name that CSVW (Metadata Vocabulary, section 5.3) looks for beside a table."""

_XSD: Final = PREFIXES["xsd"]
# The built-in types of CSVW (section 5.11.1) that bear the same name in XSD.
_BUILT_IN: Final = frozenset((
    "anyURI", "base64Binary", "boolean", "byte", "date", "dateTime", "dateTimeStamp", "dayTimeDuration", "decimal", "double",
    "duration", "float", "gDay", "gMonth", "gMonthDay", "gYear", "gYearMonth", "hexBinary", "int", "integer", "language", "long",
    "negativeInteger", "nonNegativeInteger", "nonPositiveInteger", "positiveInteger", "short", "string", "time", "unsignedByte",
    "unsignedInt", "unsignedLong", "unsignedShort", "yearMonthDuration",
))  # fmt: skip
_SEPARATORS: Final = ("|", "¦", "␟", "\x1f")


class _Column:
    """What the values of one property, in one language, have in common."""

    def __init__(self, predicate: str, language: str) -> None:
        self.predicate = predicate
        self.language = language
        self.name = ""
        self.kinds: set[str] = set()
        self.several = False
        self.taken: set[str] = set()

    def meet(self, values: Sequence[tuple[str, str]]) -> None:
        """Take in the values that one thing has: texts, each with its datatype, which is empty for what is no literal."""
        self.several |= len(values) > 1
        for text, kind in values:
            self.kinds.add(kind)
            self.taken.update(s for s in _SEPARATORS if s in text)

    @property
    def separator(self) -> str:
        """What stands between values: the first of some marks that no value has."""
        return next((s for s in _SEPARATORS if s not in self.taken), _SEPARATORS[-1])

    def describe(self) -> dict[str, Any]:
        """The column's description in the metadata (section 5.6)."""
        made: dict[str, Any] = {"name": self.name, "titles": self.name, "propertyUrl": self.predicate}
        if self.language:
            made["lang"] = self.language
        if self.kinds == {""}:
            made["datatype"] = "anyURI"
            if not self.several:
                made["valueUrl"] = f"{{+{self.name}}}"
        elif len(self.kinds) == 1:
            kind = next(iter(self.kinds)).removeprefix(_XSD)
            made["datatype"] = kind if kind in _BUILT_IN else "string"
        else:
            made["datatype"] = "string"
        if self.several:
            made["separator"] = self.separator
        return made


class _Plan(NamedTuple):
    klass: str
    file: str
    columns: dict[tuple[str, str], _Column]


class Table(NamedTuple):
    """A file: its name, its content, and the class (as a term) whose things it lists; empty for the metadata."""

    file: str
    content: bytes
    klass: str = ""


def tables(index: Index, *, title: Mapping[str, str], licence: str) -> Iterator[Table]:
    """A table for each class, sorted, then the metadata of them all.

    :param title: of the dataset, by language.
    :param licence: its IRI.
    """
    found = _find(index)
    described = []
    for klass, content in _write(found, index).items():
        yield Table(found[klass].file, content, f"<{klass}>")
        described.append(_describe(found[klass]))
    metadata = {
        "@context": "http://www.w3.org/ns/csvw",
        "dc:title": [{"@value": text, "@language": language} for language, text in sorted(title.items())],
        "dc:license": {"@id": licence},
        "tables": described,
    }
    yield Table(METADATA, (json.dumps(metadata, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode())


def _cells(said: Mapping[str, list[str]]) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Property and language to values, each a text and its datatype."""
    made: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for predicate, values in said.items():
        if predicate != TYPE:
            for value in values:
                if value[0] == '"':
                    text, language, kind = literal(value)
                    made.setdefault((predicate[1:-1], language), []).append((text, kind or _XSD + "string"))
                else:
                    made.setdefault((predicate[1:-1], ""), []).append((_name_of(value), ""))
    return made


def _name_of(term: str) -> str:
    return term[1:-1] if term[0] == "<" else term


def _find(index: Index) -> dict[str, _Plan]:
    """The tables there are to be, by class, with their columns."""
    columns: dict[str, dict[tuple[str, str], _Column]] = {}
    for said in index.out.values():
        cells = _cells(said)
        for klass in said.get(TYPE, ()):
            of_class = columns.setdefault(_name_of(klass), {})
            for key, values in cells.items():
                of_class.setdefault(key, _Column(*key)).meet(values)
    taken: set[str] = {METADATA}
    made = {}
    for klass, of_class in sorted(columns.items()):
        ordered = dict(sorted(of_class.items()))
        names: set[str] = {"iri"}
        for (predicate, language), column in ordered.items():
            column.name = _name(predicate, names, ending=f"_{language}".replace("-", "_") if language else "")
        made[klass] = _Plan(klass, _name(klass, taken, ending=".csv", hyphens=True), ordered)
    return made


def _name(iri: str, taken: set[str], *, ending: str, hyphens: bool = False) -> str:
    """A name for a term that is not taken: its last part, with its prefix if need be, with a number if need be."""
    local = re.split(r"[#/:]", iri)[-1]
    if hyphens:
        local = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", local).lower()
    for stem in chain((local, shorten(iri)), (f"{local[-60:]}_{number}" for number in count(2))):
        # Table and column names keep to what every file system and every URI template takes as it is.
        clean = re.sub(r"[^A-Za-z0-9-]+" if hyphens else r"[^A-Za-z0-9]+", "_", stem[-80:]).strip("_-") or "x"
        name = clean + ending
        if name not in taken and (not hyphens or segment(name) == name):
            taken.add(name)
            return name
    raise AssertionError


def _write(tables: Mapping[str, _Plan], index: Index) -> dict[str, bytes]:
    """The content of all tables, by class, in one pass."""
    made = {klass: io.StringIO(newline="") for klass in tables}
    writers = {klass: csv.writer(file, lineterminator="\r\n") for klass, file in made.items()}
    for klass, table in tables.items():
        writers[klass].writerow(["iri", *(column.name for column in table.columns.values())])
    for subject, said in index.out.items():
        cells = _cells(said)
        for klass in map(_name_of, said.get(TYPE, ())):
            row = (c.separator.join(text for text, _ in cells.get(key, ())) for key, c in tables[klass].columns.items())
            writers[klass].writerow([_name_of(subject), *row])
    return {klass: file.getvalue().encode() for klass, file in made.items()}


def _describe(table: _Plan) -> dict[str, Any]:
    identifier = {"name": "iri", "titles": "iri", "datatype": "anyURI", "required": True, "suppressOutput": True}
    kind = {"name": "rdf_type", "virtual": True, "propertyUrl": "rdf:type", "valueUrl": table.klass}
    return {
        "url": table.file,
        "tableSchema": {
            "aboutUrl": "{+iri}",
            "primaryKey": "iri",
            "columns": [identifier, *(column.describe() for column in table.columns.values()), kind],
        },
    }
