"""Tables of links read from SSSOM/TSV, with line and column of what is wrong in them."""

from __future__ import annotations

import csv
import io
import re
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Final

from clayonto.errors import DataError, TermError
from clayonto.linking.table import ACCEPTED, BUILT_IN, CANDIDATE, COLUMNS, NEEDED, PREDICATE, REJECTED, Link, LinkTable, digest_of
from clayonto.namespaces import check_iri

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_ENTRY: Final = re.compile(r"(?P<indent> *)(?P<key>[A-Za-z_][\w.-]*|\"[^\"]*\"|'[^']*') *:(?: +(?P<value>.*))?$")
_MOST: Final = 1 << 28
"""Bytes of a table that are read."""


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
    table.digest = digest_of(data)
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
        missing = [column for column in NEEDED if column not in header]
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
    kept = {prefix: iri for prefix, iri in prefixes.items() if prefix not in BUILT_IN and prefix not in ("link", "clay")}
    return LinkTable(table_id, links, metadata, kept)


def _link(row: Mapping[str, str], prefixes: Mapping[str, str], path: Path, at: int, header: list[str]) -> Link:
    def column(name: str) -> int:
        return header.index(name) + 1

    def iri(name: str) -> str:
        text = row.get(name, "").strip()
        prefix, colon, local = text.partition(":")
        if not colon or not text:
            raise DataError(f"“{text[:80]}” is no CURIE, such as organisation:x.", path=str(path), line=at, column=column(name))
        namespace = prefixes.get(prefix) or BUILT_IN.get(prefix)
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
