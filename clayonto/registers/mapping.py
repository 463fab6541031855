"""A mapping: what the columns of a register mean, and what a row says in the terms of the ontology.

``docs/registers.md`` tells what stands in one; ``catalogue.py`` reads the files. A mapping reads cells as values, and makes rows of
values into lines of N-Triples. What must be repaired before the columns mean anything is code, in a module of its own.
"""

from __future__ import annotations

import re
from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from clayonto.errors import ConfigError
from clayonto.namespaces import GRAPH
from clayonto.registers import values
from clayonto.registers.blocks import GAP, Thing, blocks, escape
from clayonto.registers.codes import Unit, countries, units
from clayonto.registers.findings import CHECKED, LEFT, UNKNOWN, Finding, Refused
from clayonto.registers.keys import key
from clayonto.registers.lists import apart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_READERS: Final[dict[str, Callable[[str, str, values.Note], str]]] = {
    "text": values.text,
    "day": values.day,
    "amount": values.amount,
    "country": values.country,
    "summary": values.summary,
    "entity": values.entity,
    "currency": values.currency,
    "nuts": values.nuts,
    "vat": values.vat,
    "flag": values.flag,
    "rate": values.rate,
}
_LEVELS: Final = {f"nuts{level}": level for level in (1, 2, 3)}
"""Kinds of value that are units of NUTS of one level, by code or by name."""
_CODED: Final = {"coded": 0, "coded3": 3}
"""Kinds of value that are a code with a text after it, and how many figures a bare number is to have. The text becomes a field of its own."""
_TEXT: Final = "_text"
Fields: TypeAlias = dict[str, str]
"""Values of a row by field."""
_Templates: TypeAlias = tuple[tuple[str, ...], ...]
Lists: TypeAlias = dict[str, list[Fields]]
"""Rows within a row, by the name of their list."""
_MORE: Final = ("en", "fi", "iso2")
_OF_UNIT: Final = ("region", "new", "recoded", *(f"in_{version}" for version in ("2013", "2016", "2021", "2024")))
_OF_IMPORT: Final = frozenset({"line", "quote", "document", "sha256", "file", "date"})
"""Fields that every row has: where it stands."""


class Register:
    """A mapping, ready to read rows. ``name`` is that of the data set, ``register`` what the command line calls its register."""

    def __init__(self, table: dict[str, Any]) -> None:
        dataset = table["dataset"]
        self.name: str = dataset["name"]
        self.register: str = dataset["register"]
        self.layout: str = dataset.get("layout", "table")
        self.graph = f"{GRAPH}register/{self.name}"
        self.title: dict[str, str] = dataset["title"]
        self._table = table
        self.constants: dict[str, str] = table.get("constants", {})
        self.columns: dict[str, tuple[str, ...]] = {field: tuple(texts) for field, texts in table["columns"].items()}
        self._values = {field: kind for field, kind in table.get("values", {}).items() if field != "needed"}
        self.needed: tuple[str, ...] = tuple(table.get("values", {}).get("needed", ()))
        known = [*_READERS, *_LEVELS, *_CODED]
        unknown = set(self._values.values()) - set(known)
        if unknown:
            raise ConfigError(f"No value is read as “{min(unknown)}”; it can be {', '.join(known)}.")
        version = dataset.get("nuts", "")
        if not version and any(kind in _LEVELS for kind in self._values.values()):
            raise ConfigError('Names of NUTS units are read by a version of NUTS; say which in [dataset], such as nuts = "2021".')
        self._readers = {field: _READERS[kind] for field, kind in self._values.items() if kind in _READERS}
        for field, kind in self._values.items():
            if kind in _LEVELS:
                self._readers[field] = partial(values.unit, level=_LEVELS[kind], version=version)
        self._coded = {field: _CODED[kind] for field, kind in self._values.items() if kind in _CODED}
        # A code that is none of these refuses its row; a word that is none of those is left out of it.
        self._codes: dict[str, dict[str, str]] = table.get("codes", {})
        self._words: dict[str, dict[str, str]] = table.get("words", {})
        # Fields of smaller places, each with those of larger ones, which stand in for it.
        self._within: dict[str, list[str]] = table.get("within", {})
        # Fields that are empty, and what is said in their place.
        self._instead: dict[str, str] = table.get("instead", {})
        self._names: dict[str, dict[str, dict[str, str]]] = table.get("names", {})
        self._keys = self._templates(table.get("keys", {}))
        # Fields that hold parallel lists, by the name of the list; the first of each is that of names.
        self._lists: dict[str, dict[str, Any]] = table.get("lists", {})
        self._list_keys = {name: self._templates(one.get("keys", {})) for name, one in self._lists.items()}
        self._separators = {field: one["separator"] for one in self._lists.values() for field in one["of"]}
        self._before = {
            name: re.compile(f"{re.escape(one['separator'])}(?={one['before']})") for name, one in self._lists.items() if "before" in one
        }
        self._in_lists = frozenset(field for one in self._lists.values() for field in one["of"])
        self._countries = tuple(field for field, kind in self._values.items() if kind == "country")
        self._units = tuple(field for field, kind in self._values.items() if kind == "nuts" or kind in _LEVELS)
        # What rows have to agree on that say something of one thing, by the field that has its key.
        self.same: dict[str, tuple[str, ...]] = {thing: tuple(fields) for thing, fields in dataset.get("same", {}).items()}
        self.sums = tuple(field for field, kind in self._values.items() if kind == "amount" and field in self.columns)
        # Cells that a publisher writes in a way of its own, and what is meant.
        self._meant: dict[str, dict[str, str]] = table.get("meant", {})
        self._left: dict[str, str] = {text: why for why, texts in table.get("left", {}).items() for text in texts}
        wrong = set(self._left.values()) - set(LEFT)
        if wrong:
            raise ConfigError(f"No column is left because of “{min(wrong)}”; it can be {', '.join(LEFT)}.")

    def part(self, name: str) -> Register:
        """The same for a part of the data set, which stands beside its other parts with a graph and a document of its own."""
        made = copy(self)
        made.name = f"{self.name}-{key(name)}"
        made.graph = f"{self.graph}-{key(name)}"
        made.title = {lang: f"{title}: {name}" for lang, title in self.title.items()}
        return made

    def _templates(self, keys: Mapping[str, str | list[str]]) -> dict[str, _Templates]:
        """The templates of keys taken apart at their gaps, those of constants filled in; a key takes the first whose values a row has."""
        made = {}
        for field, given in keys.items():
            able = []
            for template in [given] if isinstance(given, str) else given:
                filled = GAP.sub(lambda gap: key(self.constants[gap[1]]) if gap[1] in self.constants else gap[0], template)
                able.append(tuple(GAP.split(filled)))
            made[field] = tuple(able)
        return made

    def matches(self, header: Iterable[str]) -> int:
        """How many of the columns a header has; 0 if it lacks one that is needed."""
        held = set(header)
        found = {field for field, texts in self.columns.items() if held.intersection(texts)}
        return len(found) if found.issuperset(self.needed) else 0

    def knows(self, text: str) -> bool:
        """Whether a text of a header means something to it."""
        return any(text in texts for texts in self.columns.values())

    def left(self, header: Iterable[str]) -> dict[str, str]:
        """The columns of a header that are not taken over, each with why that is, by its name in :data:`~clayonto.registers.findings.LEFT`."""
        names = dict.fromkeys(name for name in header if name)
        said = {next((text for text in self.columns.get(field, ()) if text in names), "") for field in self._said()}
        why = {name: self._left.get(name) or ("" if name in said else CHECKED if self.knows(name) else UNKNOWN) for name in names}
        return {name: reason for name, reason in why.items() if reason}

    def _said(self) -> frozenset[str]:
        """The fields that a thing or a key is made of, or that decide about others: what rows say is in them."""
        keys = [self._table.get("keys", {}), *(one.get("keys", {}) for one in self._lists.values())]
        templates = [part for table in keys for given in table.values() for part in ([given] if isinstance(given, str) else given)]
        for entry in self._table["things"].values():
            own = {name: value for name, value in entry.items() if name not in ("kind", "once", "each")}
            templates += [value for value in own.values() if isinstance(value, str)]
            gaps = {gap for line in blocks()[entry["kind"]].lines for gap in line.gaps}
            templates += [f"{{{gap}}}" for gap in gaps - own.keys()]
        found = {gap for template in templates for gap in GAP.findall(template)}
        endings = (_TEXT, *(f"_{more}" for more in (*_MORE, "name", *_OF_UNIT)))
        found |= {name.removesuffix(ending) for name in found for ending in endings}
        found |= {"postcode", *(larger for field in found & self._within.keys() for larger in self._within[field])}
        return frozenset(found)

    def fields(self, cells: Mapping[str, str]) -> dict[str, str]:
        """Cells by column made cells by field; columns that the mapping does not know are left."""
        found = {}
        for field, texts in self.columns.items():
            for text in texts:
                if text in cells:
                    found[field] = cells[text]
                    break
        return found

    def entries(self, field: str, cell: str) -> list[str]:
        """The entries of a cell that are not empty: one, or as many as its list has."""
        separator = self._separators.get(field)
        parts = cell.split(separator) if separator else [cell]
        return [part.strip() for part in parts if part.strip() and part.strip().lower() not in values.ABSENT]

    def column(self, field: str) -> str:
        """What the header calls a field."""
        return self.columns[field][0] if field in self.columns else field

    def read(self, cells: Mapping[str, str], note: values.Note) -> tuple[Fields, Lists]:
        """Cells by field as values by field, empty ones left out; and the rows within the row, by the name of their list.

        :raises Refused: at the first cell that cannot be read, or is needed and empty.
        """
        lists: Lists = {}
        for name, one in self._lists.items():
            parts = {field: cells.get(field, "") for field in one["of"]}
            if one.get("optional") and not any(part.strip() for part in parts.values()):
                lists[name] = []
                continue
            rows = apart(parts, one["separator"], {field: self.column(field) for field in parts}, note, before=self._before.get(name))
            lists[name] = [self._values_of(row, note) | {"number": str(n)} for n, row in enumerate(rows, 1)]
            for field in [one["of"][0], *(field for field in self.needed if field in one["of"])]:
                if any(field not in row for row in lists[name]) or not rows:
                    raise Refused("missing", self.column(field))
        found = self._values_of({field: cell for field, cell in cells.items() if field not in self._in_lists}, note)
        for field in self.needed:
            if field not in found and field not in self.constants and field not in self._in_lists:
                raise Refused("missing", self.column(field))
        if "currency" in self.columns and "currency" not in found and any(field in found for field in self.sums):
            raise Refused("missing", self.column("currency"))
        if "start" in found and "end" in found and found["end"] < found["start"]:
            raise Refused("order", self.column("end"), found["end"], found["start"])
        return found, lists

    def _values_of(self, cells: Mapping[str, str], note: values.Note) -> Fields:
        found: Fields = {}
        for field, given in cells.items():
            cell = given.strip()
            if not cell:
                continue
            if cell.lower() in values.ABSENT:
                note(Finding("absent", self.column(field), cell))
            elif field in self._codes:
                if cell not in self._codes[field]:
                    raise Refused("code", self.column(field), cell, ", ".join(self._codes[field]))
                found[field] = self._codes[field][cell]
            elif field in self._words:
                if cell in self._words[field]:
                    found[field] = self._words[field][cell]
                else:
                    note(Finding("word", self.column(field), cell, ", ".join(self._words[field])))
            elif field in self._coded:
                found[field], text = values.coded(cell)
                if text:
                    found[field + _TEXT] = text
                elif cell.isdigit() and len(cell) < self._coded[field]:
                    found[field] = cell.zfill(self._coded[field])
                    note(Finding("padded", self.column(field), cell, found[field]))
            elif field in self._readers:
                if meant := self._meant.get(field, {}).get(cell):
                    note(Finding("meant", self.column(field), cell, meant))
                    cell = meant
                if read := self._readers[field](cell, self.column(field), note):
                    found[field] = read
            else:
                found[field] = values.text(given, self.column(field), note)
        for field, other in self._instead.items():
            if other in found:
                found.setdefault(field, found[other])
        for field, larger in self._within.items():
            for other in (other for other in larger if other in found):
                if not found.setdefault(field, found[other]).startswith(found[other]):
                    note(Finding("outside", self.column(field), found[field], found[other]))
        for field in self.sums:
            if found.get(field, "").startswith("-"):
                note(Finding("negative", self.column(field), found.pop(field)))
        return found

    def keyed(self, found: Fields, lists: Lists) -> tuple[Fields, Lists]:
        """Values with the keys made of them, the names of their codes, and all escaped, for :meth:`Renderer.render`."""
        made = self._keyed(found, found, self._keys)
        rows = {name: [self._keyed(row, found | row, self._list_keys[name]) for row in rows] for name, rows in lists.items()}
        return made, rows

    def _keyed(self, own: Fields, found: Fields, keys: Mapping[str, _Templates]) -> Fields:
        made = {field: escape(value) for field, value in own.items()}
        for field, able in keys.items():
            for parts in able:
                try:
                    made[field] = "".join(part if n % 2 == 0 else key(found[part]) for n, part in enumerate(parts))
                except KeyError:
                    continue
                break
        for field, names in self._names.items():
            if field in own:
                # A code without a name goes by itself.
                made |= {
                    f"{field}_{lang}": escape(name) for lang, name in names.get(own[field], dict.fromkeys(("en", "fi"), own[field])).items()
                }
        for field in self._countries:
            if field in own:
                one = countries()[own[field].lower()]
                made |= {f"{field}_en": escape(one.en), f"{field}_fi": escape(one.fi), f"{field}_iso2": one.iso2}
        for field in self._units:
            if field in own:
                made |= _of_unit(field, units()[own[field]])
        return made

    def things(self, *, quads: bool, constants: Mapping[str, str]) -> list[tuple[Thing, str]]:
        """What rows say, each with the list of sub-rows that it is said of (empty: of the row)."""
        keys = {key for one in self._lists.values() for key in one.get("keys", {})}
        of_units = {f"{field}_{more}" for field in self._units for more in _OF_UNIT}
        codes = {field for field, kind in self._values.items() if kind in ("entity", "currency", "day", "amount")}
        safe = frozenset({*codes, *of_units, *self._units, *self._keys, *keys, *self._codes, *self._words, *_OF_IMPORT, *self._countries})
        told = {f"{field}_{more}" for field in (*self._names, *self._countries) for more in _MORE}
        told |= {f"{field}_name" for field in self._units} | {field + _TEXT for field in self._coded}
        known = safe | {*self.columns, *self._values, *self._in_lists, *told, "number"}
        given = {**self.constants, **constants}
        graph = self.graph if quads else ""
        made = []
        for entry in self._table["things"].values():
            entry = dict(entry)
            kind, once, each = entry.pop("kind"), entry.pop("once", ""), entry.pop("each", "")
            made.append((Thing(kind, entry, given, known=known, safe=safe, graph=graph, once=once), each))
        return made

    def document(self) -> dict[str, str]:
        """What is said of the data set itself."""
        dataset = self._table["dataset"]
        publisher = dataset["publisher"]
        return {
            "document": self.name,
            "title_en": self.title["en"],
            "title_fi": self.title["fi"],
            "publisher": publisher["key"],
            "publisher_en": publisher["en"],
            "publisher_fi": publisher["fi"],
            "language": dataset["language"],
        }


def _of_unit(field: str, unit: Unit) -> Fields:
    """What is known of a NUTS unit, as fields. One that the bundled graph describes has its region there, and is not described again."""
    found = {f"{field}_region": unit.region, f"{field}_name": escape(unit.name)}
    if not unit.bundled:
        found |= {f"{field}_new": unit.code, **{f"{field}_in_{version}": version for version in unit.versions}}
        if unit.recoded:
            found[f"{field}_recoded"] = unit.recoded
    return found


class Renderer:
    """Makes rows of values into N-Triples or N-Quads; what is said ``once`` is remembered by its key."""

    def __init__(self, mapping: Register, *, quads: bool, constants: Mapping[str, str], said: set[str]) -> None:
        self._things = mapping.things(quads=quads, constants=constants)
        self._document = Thing("document", {}, constants, known=frozenset(), safe=frozenset(), graph=mapping.graph if quads else "")
        self._constants = mapping.constants
        self._said = said

    def document(self) -> str:
        """What is said of the data set itself."""
        return self._document.render({})

    def render(self, fields: Mapping[str, str], lists: Mapping[str, list[dict[str, str]]]) -> str:
        """What a row says.

        :param fields: the row's, from :meth:`Register.keyed`; ``lists`` its sub-rows by name, likewise.
        """
        return "".join(self._lines(fields, lists))

    def _lines(self, fields: Mapping[str, str], lists: Mapping[str, list[dict[str, str]]]) -> Iterator[str]:
        for thing, each in self._things:
            for one in ({**fields, **sub} for sub in lists.get(each, ())) if each else (fields,):
                if thing.once:
                    name = one.get(thing.once) or self._constants.get(thing.once)
                    if name is None:
                        continue
                    said = f"{thing.identity(one)}/{name}"
                    if said in self._said:
                        continue
                    self._said.add(said)
                yield thing.render(one)
