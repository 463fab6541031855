"""One CSV table for each class, with CSV on the Web metadata (W3C Recommendations of 2015) that turns rows back into triples."""

from __future__ import annotations

import csv
import io
import json
import re
import zlib
from itertools import chain, count
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from clayonto.namespaces import PREFIXES, shorten
from clayonto.publish.index import TYPE, literal
from clayonto.publish.paths import segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from clayonto.publish.index import Index
    from clayonto.publish.units import Changes

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
_MOST_ROWS: Final = 50
"""How many rows of a table are exchanged one by one."""


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


class Table(NamedTuple):
    """A file: its name, its content, and the class (as a term) whose things it lists; empty for the metadata."""

    file: str
    content: bytes
    klass: str = ""


def tables(
    index: Index, *, title: Mapping[str, str], licence: str, memory: dict[str, Any] | None = None, changed: Changes | None = None
) -> Iterator[Table]:
    """A table for each class, sorted, then the metadata of them all.

    :param title: of the dataset, by language.
    :param licence: its IRI.
    :param memory: what an earlier call left, and this one leaves; ``changed`` is what has changed since.
    """
    memory = {} if memory is None else memory
    kept: dict[str, tuple[bytes, dict[str, Any]]] = memory.get("tables", {})
    classes = sorted({klass[1:-1] for said in index.out.values() for klass in said.get(TYPE, ()) if klass[0] == "<"})
    if changed is None or list(kept) != classes:
        kept = {}
    touched = _touched(index, changed) if changed is not None else set()
    again = {
        klass: content
        for klass in classes
        if changed is not None
        and klass in kept
        and klass in touched
        and (content := _with_other_rows(zlib.decompress(kept[klass][0]), kept[klass][1], index, klass, changed)) is not None
    }
    wanted = {klass for klass in classes if klass not in kept or (klass in touched and klass not in again)}
    found = _find(index, wanted) if wanted else {}
    written = again | (_write(found, index) if found else {})
    made: dict[str, tuple[bytes, dict[str, Any]]] = {}
    taken: set[str] = {METADATA}
    for klass in classes:
        file = _name(klass, taken, ending=".csv", hyphens=True)
        content = written[klass] if klass in written else zlib.decompress(kept[klass][0])
        described = _describe(found[klass], file, klass) if klass in wanted else kept[klass][1]
        made[klass] = (zlib.compress(content, 1) if klass in written else kept[klass][0], described)
        yield Table(file, content, f"<{klass}>")
    memory["tables"] = made
    metadata = {
        "@context": "http://www.w3.org/ns/csvw",
        "dc:title": [{"@value": text, "@language": language} for language, text in sorted(title.items())],
        "dc:license": {"@id": licence},
        "tables": [described for _, described in made.values()],
    }
    yield Table(METADATA, (json.dumps(metadata, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode())


def _touched(index: Index, changed: Changes) -> set[str]:
    """The classes with a thing that has changed, or that is theirs no more."""
    now = {_name_of(klass) for term in changed.terms for klass in index.objects(term, TYPE)}
    return now | {_name_of(o) for _, p, o in changed.removed if p == TYPE}


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


def _find(index: Index, wanted: AbstractSet[str]) -> dict[str, dict[tuple[str, str], _Column]]:
    """The columns of some classes' tables."""
    columns: dict[str, dict[tuple[str, str], _Column]] = {}
    for said in index.out.values():
        classes = [name for klass in said.get(TYPE, ()) if (name := _name_of(klass)) in wanted]
        cells = _cells(said) if classes else {}
        for klass in classes:
            of_class = columns.setdefault(klass, {})
            for key, values in cells.items():
                of_class.setdefault(key, _Column(*key)).meet(values)
    made = {}
    for klass, of_class in sorted(columns.items()):
        made[klass] = dict(sorted(of_class.items()))
        names: set[str] = {"iri"}
        for (predicate, language), column in made[klass].items():
            column.name = _name(predicate, names, ending=f"_{language}".replace("-", "_") if language else "")
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


def _with_other_rows(content: bytes, described: Mapping[str, Any], index: Index, klass: str, changed: Changes) -> bytes | None:
    """A table with the rows of changed things written anew; ``None`` where the class has got other things, columns of another kind, or much has changed.

    :param content: of the table as it was, and ``described`` its description.
    """
    things = sorted(term for term in changed.terms if any(_name_of(one) == klass for one in index.objects(term, TYPE)))
    if len(things) > _MOST_ROWS or any(p == TYPE for _, p, _ in (*changed.added, *changed.removed)):
        return None
    columns = [
        ((column["propertyUrl"], column.get("lang", "")), column.get("separator", ""))
        for column in described["tableSchema"]["columns"][1:-1]
    ]
    for thing in things:
        was, is_ = (_cells(said) for said in (_before(index, thing, changed), index.out[thing]))
        if _met(was) != _met(is_):
            return None
        old, new = (b"\r\n" + _row(thing, cells, columns) for cells in (was, is_))
        if content.count(old) != 1:
            return None
        content = content.replace(old, new)
    return content


def _before(index: Index, thing: str, changed: Changes) -> dict[str, list[str]]:
    """What was said of a thing."""
    said = {predicate: set(values) for predicate, values in index.out[thing].items()}
    for s, p, o in changed.added:
        if s == thing:
            said[p].discard(o)
    for s, p, o in changed.removed:
        if s == thing:
            said.setdefault(p, set()).add(o)
    return {predicate: sorted(values) for predicate, values in said.items()}


def _met(cells: Mapping[tuple[str, str], Sequence[tuple[str, str]]]) -> dict[tuple[str, str], tuple[object, ...]]:
    """What a thing's values say of the columns they are in."""
    told: dict[tuple[str, str], tuple[object, ...]] = {}
    for key, values in cells.items():
        column = _Column(*key)
        column.meet(values)
        told[key] = (column.several, column.kinds, column.taken)
    return told


def _row(thing: str, cells: Mapping[tuple[str, str], Sequence[tuple[str, str]]], columns: Iterable[tuple[tuple[str, str], str]]) -> bytes:
    out = io.StringIO(newline="")
    row = (separator.join(text for text, _ in cells.get(key, ())) for key, separator in columns)
    csv.writer(out, lineterminator="\r\n").writerow([_name_of(thing), *row])
    return out.getvalue().encode()


def _write(tables: Mapping[str, Mapping[tuple[str, str], _Column]], index: Index) -> dict[str, bytes]:
    """The content of some tables, by class, in one pass."""
    made = {klass: io.StringIO(newline="") for klass in tables}
    writers = {klass: csv.writer(file, lineterminator="\r\n") for klass, file in made.items()}
    for klass, columns in tables.items():
        writers[klass].writerow(["iri", *(column.name for column in columns.values())])
    for subject, said in index.out.items():
        classes = [name for klass in said.get(TYPE, ()) if (name := _name_of(klass)) in tables]
        cells = _cells(said) if classes else {}
        for klass in classes:
            row = (c.separator.join(text for text, _ in cells.get(key, ())) for key, c in tables[klass].items())
            writers[klass].writerow([_name_of(subject), *row])
    return {klass: file.getvalue().encode() for klass, file in made.items()}


def _describe(columns: Mapping[tuple[str, str], _Column], file: str, klass: str) -> dict[str, Any]:
    identifier = {"name": "iri", "titles": "iri", "datatype": "anyURI", "required": True, "suppressOutput": True}
    kind = {"name": "rdf_type", "virtual": True, "propertyUrl": "rdf:type", "valueUrl": klass}
    return {
        "url": file,
        "tableSchema": {
            "aboutUrl": "{+iri}",
            "primaryKey": "iri",
            "columns": [identifier, *(column.describe() for column in columns.values()), kind],
        },
    }
