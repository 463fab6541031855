"""The way from a register's file to a graph: look, detect, read row by row, map, and put it in place whole or not at all."""

from __future__ import annotations

import gzip
import tempfile
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from functools import partial
from hashlib import blake2b, sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple, cast

from clayonto.errors import DataError, EngineError, OutputError, UsageError, nearest
from clayonto.files import at_home, check_apart, replacing
from clayonto.processes import EndedError, alone
from clayonto.registers import eura, tables, values
from clayonto.registers.accounts import FileReport, ImportReport, RowReport, SumReport
from clayonto.registers.catalogue import from_file, mappings, registers
from clayonto.registers.findings import Refused
from clayonto.registers.mapping import Register, Renderer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    # Tells how far it is while it makes a graph's lines.
    _Pieces = Callable[[Callable[[str], None]], Iterator[str]]

_LAYOUTS: Final[Mapping[str, Callable[[tables.File], tables.Table]]] = {"eura": eura.table}
"""The layouts that need code of their own, by their name in a mapping; any other file is a plain table."""
AUTO: Final = "auto"
_OTHER_FORMS: Final = frozenset({".csv", ".json", ".jsonld", ".nt", ".rdf", ".trig", ".ttl", ".xml"})
_AT_ONCE: Final = 1 << 20
"""Characters that are written at a time."""
_TOLD: Final = 1000
"""After how many rows progress is told."""
_PLACE: Final = 64
_LARGE: Final = 100_000_000
"""Bytes of text from which on a store answers questions about all of it much faster when it is compacted: some 700,000 triples."""
_QUOTED: Final = 8
"""Words that a claim quotes at most, as everywhere in the graph."""


def import_register(
    register: str,
    *files: str | Path,
    store: str | Path | None = None,
    output: str | Path | None = None,
    part: str | None = None,
    strict: bool = False,
    date: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> ImportReport:
    """Read a public register's files into a graph, every row accounted for.

    The files together are the data set: what an earlier import of the same data set said is replaced. The graph is put in place whole or not at all.

    :param register: ``eura``, or another of :func:`registers`; ``auto``, which finds out by what is in the files; or the file of a mapping of your own
        (``.toml``).
    :param files: the files as the publisher has them.
    :param store: the folder of a graph on disk to put it in, a new one with the bundled graph first; or
    :param output: the N-Quads file to write.
    :param part: what part of the data set the files are, such as a country, in the publisher's words or in yours. Parts stand beside each other, and an import
        replaces that part only. All of the data set when ``None``.
    :param strict: whether nothing is put in place when a row is refused, rather than when no row is taken. The report says so all the same.
    :param date: the day the files were retrieved, ``YYYY-MM-DD``; the day of the file when ``None``.
    :param progress: called with a sentence now and then.
    :return: the account. Its ``refused`` says how many rows were refused.
    :raises DataError: if a file cannot be read, or is no file of the register.
    :raises UsageError: if there is no such register, or not exactly one place to put the graph.
    :raises ConfigError: if a mapping of one's own says what cannot be.
    :raises OutputError: if there is no room, or no folder, to write to.
    :raises EngineError: if the store is damaged, or being written to.
    """
    if (store is None) == (output is None):
        raise UsageError("Say where the graph goes: a graph on disk (store) or an N-Quads file (output), one of the two.")
    if output is not None and Path(output).suffix.lower() in _OTHER_FORMS:
        raise UsageError(f"{output} would hold N-Quads, whatever its name says; let it end in .nq.")
    if output is not None:
        check_apart(output, [register, *files])
    if not files:
        first = f"; {register} may be one of them" if Path(register).is_file() else ""
        raise UsageError(f"Name the register, or auto, and then its file, or files{first}.")
    if date is not None:
        try:
            date = values.day(date, "date", lambda _: None)
        except Refused as refused:
            raise UsageError(f"“{date}” is no day; write it as 2026-11-22.") from refused
    say = progress or (lambda _: None)
    looked = [tables.look(at_home(file)) for file in files]
    parts = detect(register, looked)
    if part is not None:
        parts = [one._replace(mapping=one.mapping.part(part)) for one in parts]
    mapping = parts[0].mapping
    report = ImportReport(mapping.register, mapping.name, mapping.graph)
    pieces = partial(_graph, parts, report, date=date, quads=output is not None)
    place = at_home(cast("str | Path", store if output is None else output))
    try:
        with suppress(_Withheld):
            if output is None:
                _to_store(place, pieces, report, strict=strict, say=say)
            else:
                with replacing(place) as out:
                    _fill(out, pieces(say), report)
                    _hold_back(report, strict=strict)
            report.in_place = True
    except OSError as error:
        raise OutputError(error, path=str(place)) from error
    return report


class Part(NamedTuple):
    """A table of a file, by its place there, and the mapping that reads it."""

    mapping: Register
    file: tables.File
    place: int


def detect(register: str, files: Sequence[tables.File]) -> list[Part]:
    """The tables of files, each with the mapping whose columns it has most of; other sheets of a workbook are left.

    :param register: whose mappings may be taken, or ``auto``, or a mapping of one's own.
    :raises UsageError: if there is no such register.
    :raises DataError: if no mapping fits, or the files are of several data sets.
    """
    own = from_file(register) if register.endswith(".toml") else None
    if own is None and register != AUTO and register not in registers():
        near = nearest(register, [*registers(), AUTO])
        hint = f" Did you mean “{near[0]}”?" if near else ""
        raise UsageError(f"There is no register “{register}”.{hint} It can be {', '.join(registers())}, or {AUTO}.")
    able = [own] if own else [mapping for mapping in mappings().values() if register in (AUTO, mapping.register)]
    parts = []
    for file in files:
        headers = {layout: [table.header for table in _tables(file, layout)] for layout in {mapping.layout for mapping in able}}
        found = []
        for place in range(max(map(len, headers.values()))):
            fits = []
            for mapping in able:
                header = headers[mapping.layout][place]
                if score := mapping.matches(header):
                    twice = next((name for name in header if header.count(name) > 1 and mapping.knows(name)), None)
                    if twice is not None:
                        raise DataError(f"it has the column “{twice}” twice; take one of the two out.", path=str(file.path))
                    fits.append((score / len(header), score, mapping))
            if fits:
                found.append(Part(max(fits, key=lambda fit: fit[:2])[2], file, place))
        if not found:
            header = next(iter(headers.values()))[0]
            shown = ", ".join(f"“{name[:40]}”" for name in header[:6] if name) or "nothing"
            which = "any register" if register == AUTO else f"the register “{register}”"
            remedy = "“clayonto import --list” has those there are" if register == AUTO else f"“{AUTO}” finds out which it is"
            raise DataError(f"its columns are not those of {which}; it begins with {shown}. {remedy}.", path=str(file.path))
        parts += found
    names = sorted({part.mapping.name for part in parts})
    if len(names) > 1:
        raise DataError(f"the files are of several data sets ({', '.join(names)}); import each by itself.", path=str(files[0].path))
    return parts


class _Withheld(Exception):  # noqa: N818 -- an answer, not an error
    """Rows were refused, and that was not to be; or there is no row that was taken, and to put nothing in the place of what there was helps nobody."""


def _tables(file: tables.File, layout: str) -> list[tables.Table]:
    own = _LAYOUTS.get(layout)
    return [own(file)] if own and not file.is_workbook and not file.is_json else tables.open_table(file)


def _hold_back(report: ImportReport, *, strict: bool) -> None:
    if (strict and report.refused) or not any(file.taken for file in report.files):
        raise _Withheld


def _fill(out: BinaryIO, pieces: Iterator[str], report: ImportReport) -> tuple[int, str]:
    """Write pieces, some at a time; how many bytes, and their SHA-256."""
    size, digest = 0, sha256()
    for text in _batched(pieces):
        data = text.encode()
        report.triples += data.count(b"\n")
        size += out.write(data)
        digest.update(data)
    return size, digest.hexdigest()


def _batched(pieces: Iterator[str]) -> Iterator[str]:
    kept: list[str] = []
    room = 0
    for piece in pieces:
        kept.append(piece)
        room += len(piece)
        if room > _AT_ONCE:
            yield "".join(kept)
            kept, room = [], 0
    yield "".join(kept)


def _to_store(folder: Path, pieces: _Pieces, report: ImportReport, *, strict: bool, say: Callable[[str], None]) -> None:
    """Fill a compressed file beside the store, and load that as a layer of it.

    The file is filled by a process of its own: the keys of all rows are in memory until its end, and Python gives little of that back, which the load that
    follows needs.
    """
    import pyoxigraph as ox

    from clayonto.engines.disk import DiskEngine
    from clayonto.namespaces import ID
    from clayonto.sources import Source, loaded
    from clayonto.stores.copies import Copy

    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-import-") as aside:
        packed = Path(aside) / "graph.nt.gz"

        def fill(say: Callable[[str], None]) -> tuple[int, str, dict[str, Any]]:
            with gzip.open(packed, "wb", compresslevel=1) as out:
                return *_fill(cast("BinaryIO", out), pieces(say), report), report.written()

        try:
            size, digest, found = alone(fill, say)
        except EndedError as error:
            raise EngineError(f"{error} The graph in {folder} is as it was.") from error
        report.read_on(found)
        _hold_back(report, strict=strict)
        copy = Copy(packed, size=size, sha256=digest)
        source = Source(f"register/{report.dataset}", ox.RdfFormat.N_TRIPLES, copy, ID, named=report.graph)
        disk = DiskEngine(folder)
        before = disk.folder.manifest()
        disk.load_all([source] if disk.exists else [*loaded(), source], progress=say)
    after = disk.folder.manifest() or {}
    earlier, now = (
        next((layer for layer in (state or {}).get("layers", ()) if layer["name"] == source.name), None) for state in (before, after)
    )
    report.replaced = earlier["when"] if earlier and earlier != now else ""
    report.compacting = after != before and sum(layer.get("size", 0) for layer in after.get("layers", ())) >= _LARGE


def _graph(parts: Sequence[Part], report: ImportReport, say: Callable[[str], None], *, date: str | None, quads: bool) -> Iterator[str]:
    """The lines of the graph in pieces, while the report is filled in."""
    known: dict[str, int] = {}
    said: set[str] = set()
    for number, (mapping, file, place) in enumerate(parts):
        about = mapping.document()
        about["document"] += f"-{number + 1}" if number else ""
        about |= {"file": file.path.name, "sha256": file.sha256, "date": date or values.moment(file.path.stat().st_mtime)}
        renderer = Renderer(mapping, quads=quads, constants=about, said=said)
        yield renderer.document()
        table = _tables(file, mapping.layout)[place]
        name = f"{file.path} [{table.title}]" if table.title else str(file.path)
        account = FileReport(name, file.encoding.removesuffix("-sig"), file.sha256, about["date"])
        account.left = mapping.left(table.header)
        account.sums = {field: SumReport(mapping.column(field)) for field in mapping.sums}
        report.files.append(account)
        for row in table.rows:
            account.rows += 1
            yield _take(row, mapping, renderer, account, report, known)
            if account.rows % _TOLD == 0:
                say(f"{account.name}: {account.rows:,} rows")


def _take(
    row: tables.Row,
    mapping: Register,
    renderer: Renderer,
    account: FileReport,
    report: ImportReport,
    known: dict[str, int],
) -> str:
    """What a row says, and its place in the account."""
    findings = list(row.findings)
    cells = mapping.fields(row.cells)
    stated = _sums(cells, mapping, account)
    try:
        if row.trouble:
            raise Refused(row.trouble[0], detail=row.trouble[1])
        found, lists = mapping.read(cells, findings.append)
        fields, sub_rows = mapping.keyed(found, lists)
        code = found.get("code", "")
        at = len(report.files) << 40 | row.line
        _hold(known, fields["entry"], _digest(cells), at, code=code)
        for thing, same in mapping.same.items():
            if thing in fields:
                told = _digest({field: found.get(field, "") for field in same})
                _hold(known, f"{thing} {fields[thing]}", told, at, code=code, several=True)
        fields |= {"line": str(row.line), "quote": " ".join(fields["code"].split()[:_QUOTED])}
        text = renderer.render(fields, sub_rows)
    except Refused as refused:
        outcome = "repeated" if refused.finding.code == "repeated" else "refused"
        setattr(account, outcome, getattr(account, outcome) + 1)
        report.refusals[refused.finding.code] += 1
        report.rows.add(RowReport(account.name, row.line, outcome, (refused.finding,), row.raw))
        for field, stated_sums in stated.items():
            account.sums[field].left += sum(stated_sums, Decimal(0))
        return ""
    account.taken += 1
    for field, stated_sums in stated.items():
        written = [one[field] for one in (found, *(one for rows in lists.values() for one in rows)) if field in one]
        account.sums[field].taken += sum(map(Decimal, written), Decimal(0))
        account.sums[field].left += sum((value for value in stated_sums if value < 0), Decimal(0))
    if findings:
        account.repaired += 1
        report.repairs.update(list(dict.fromkeys(finding.code for finding in findings)))
        report.rows.add(RowReport(account.name, row.line, "repaired", tuple(findings), row.raw))
    return text


def _sums(cells: Mapping[str, str], mapping: Register, account: FileReport) -> dict[str, list[Decimal]]:
    """The sums that a row states, added to those of its file."""
    found: dict[str, list[Decimal]] = {}
    for field in mapping.sums:
        own = account.sums[field]
        if not cells:
            own.unread += 1
        for cell in mapping.entries(field, cells.get(field, "")):
            try:
                value = Decimal(values.amount(cell, field, lambda _: None))
            except (Refused, InvalidOperation):
                own.unread += 1
            else:
                found.setdefault(field, []).append(value)
                own.file += value
    return found


def _hold(known: dict[str, int], name: str, digest: int, at: int, *, code: str, several: bool = False) -> None:
    """Remember what a row says under a key, so that no other says otherwise. Digest and place are one number, since there can be millions of them.

    :param at: the row's place: its line, and above 40 bits its file.
    :param code: what people call it.
    :param several: whether several rows may say the same.
    :raises Refused: if another has said so, or otherwise.
    """
    before = known.setdefault(name, digest << _PLACE | at)
    place = before & (1 << _PLACE) - 1
    if before >> _PLACE != digest:
        raise Refused("conflict", value=code, detail=str(place & (1 << 40) - 1))
    if place != at and not several:
        raise Refused("repeated", detail=str(place & (1 << 40) - 1))


def _digest(found: Mapping[str, str]) -> int:
    text = "\0".join(f"{field}\1{value}" for field, value in found.items())
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
