"""The account of an import: every row taken, repaired or refused, and the sums of the file beside those of the graph."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import weakref
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from clayonto.registers.findings import LEFT, REFUSALS, REPAIRS, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_COLUMNS: Final = ("file", "line", "outcome", "code", "column", "value", "message", "row")


class RowReport(NamedTuple):
    """What became of a row: ``outcome`` is ``repaired``, ``refused`` or ``repeated``."""

    file: str
    line: int
    outcome: str
    findings: tuple[Finding, ...]
    raw: str

    def sentences(self, *, lang: str = "en") -> list[str]:
        """What was found, in words."""
        texts = REFUSALS if self.outcome != "repaired" else REPAIRS
        return [finding.sentence(texts, lang=lang) for finding in self.findings]


@dataclass
class SumReport:
    """A column of sums: what its cells add up to in the file, in the rows taken, and in those not taken; and how many of its cells could not be read.

    The three sums are added up apart from each other: the file's from cells as they come, the graph's from what is written to it.
    """

    column: str
    file: Decimal = Decimal(0)
    taken: Decimal = Decimal(0)
    left: Decimal = Decimal(0)
    unread: int = 0

    @property
    def reconciles(self) -> bool:
        """Whether nothing of the file's sum is unaccounted for."""
        return self.file == self.taken + self.left


@dataclass
class FileReport:
    """A file: its name, encoding, digest, how many rows it has and what became of them, its sums by field.

    ``left`` has the columns that are not taken over, each with why that is, by its name in :data:`~clayonto.registers.findings.LEFT`.
    """

    name: str
    encoding: str
    sha256: str
    date: str
    rows: int = 0
    taken: int = 0
    repaired: int = 0
    refused: int = 0
    repeated: int = 0
    sums: dict[str, SumReport] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)

    @property
    def reconciles(self) -> bool:
        """Whether every row and every sum is accounted for."""
        return self.rows == self.taken + self.refused + self.repeated and all(one.reconciles for one in self.sums.values())


class Rows:
    """The rows of which there is something to say, kept in a file of its own so that memory does not grow with them."""

    def __init__(self) -> None:
        self._spool = tempfile.TemporaryFile("w+", encoding="utf-8", errors="surrogatepass")  # noqa: SIM115 -- closed with this object
        weakref.finalize(self, self._spool.close)
        self._count = 0

    def add(self, row: RowReport) -> None:
        """Keep one."""
        self._spool.write(json.dumps([*row[:3], [list(f) for f in row.findings], row.raw], ensure_ascii=False) + "\n")
        self._count += 1

    def written(self) -> int:
        """Put all in the file, for a process that shares it; how many rows there are, for :meth:`read_on`."""
        self._spool.flush()
        return self._count

    def read_on(self, count: int) -> None:
        """Go on after the rows that another process has put in the file."""
        self._spool.seek(0, io.SEEK_END)
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[RowReport]:
        self._spool.flush()
        self._spool.seek(0)
        for line in self._spool:
            file, number, outcome, findings, raw = json.loads(line)
            yield RowReport(file, number, outcome, tuple(Finding(*f) for f in findings), raw)
        self._spool.seek(0, io.SEEK_END)


@dataclass
class ImportReport:
    """What an import did: the data set it took the files for, the graph it made, and the account of each file and row.

    ``triples`` is how many lines the graph has, ``in_place`` whether it was put where it should go; ``rows`` gives each row
    that was repaired, refused or repeated, in order. ``compacting`` is whether the store it went to has become so large that ``clayonto store compact`` makes
    queries over all of it several times as fast. ``replaced`` is when the import was made that has given way to this one in the store, empty if none has.
    """

    register: str
    dataset: str
    graph: str
    files: list[FileReport] = field(default_factory=list)
    repairs: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    rows: Rows = field(default_factory=Rows)
    triples: int = 0
    in_place: bool = False
    compacting: bool = False
    replaced: str = ""

    def written(self) -> dict[str, Any]:
        """What was found, for the same report in another process, which shares the file of rows."""
        return {
            "files": self.files,
            "repairs": self.repairs,
            "refusals": self.refusals,
            "triples": self.triples,
            "rows": self.rows.written(),
        }

    def read_on(self, found: dict[str, Any]) -> None:
        """Take over what another process has found and :meth:`written`."""
        self.rows.read_on(found["rows"])
        self.files, self.repairs, self.refusals, self.triples = (found[name] for name in ("files", "repairs", "refusals", "triples"))

    @property
    def refused(self) -> int:
        """How many rows were refused."""
        return sum(file.refused for file in self.files)

    @property
    def reconciles(self) -> bool:
        """Whether every row and every sum of every file is accounted for."""
        return all(file.reconciles for file in self.files)

    def to_text(self, *, lang: str = "en", examples: int = 3) -> str:
        """The account as tables, with some rows for each refusal.

        :param lang: ``en`` or ``fi``.
        :param examples: how many refused rows to show.
        """
        from clayonto.registers.wording import text_of

        return text_of(self, lang=lang, examples=examples)

    def to_json(self, *, lang: str = "en") -> str:
        """The account as JSON: counts, sums, and each row of which there is something to say."""
        table: dict[str, Any] = {
            "register": self.register,
            "dataset": self.dataset,
            "graph": self.graph,
            "triples": self.triples,
            "reconciles": self.reconciles,
            "in_place": self.in_place,
            "replaced": self.replaced,
            "files": [
                {
                    **{
                        name: getattr(file, name)
                        for name in ("name", "encoding", "sha256", "date", "rows", "taken", "repaired", "refused", "repeated")
                    },
                    "columns_left": {name: LEFT[why][lang == "fi"] for name, why in file.left.items()},
                    "sums": {
                        name: {
                            "column": one.column,
                            "file": str(one.file),
                            "taken": str(one.taken),
                            "left": str(one.left),
                            "unread": one.unread,
                        }
                        for name, one in file.sums.items()
                    },
                }
                for file in self.files
            ],
            "repairs": dict(self.repairs.most_common()),
            "refusals": dict(self.refusals.most_common()),
            "rows": [
                {
                    "file": row.file,
                    "line": row.line,
                    "outcome": row.outcome,
                    "findings": [{"code": f.code, "column": f.column, "value": f.value, "message": m} for f, m in _told(row, lang)],
                }
                for row in self.rows
            ],
        }
        return json.dumps(table, ensure_ascii=False, indent=1)

    def to_csv(self, *, lang: str = "en") -> Iterator[bytes]:
        """The rows of which there is something to say as CSV, a line for each finding, in pieces."""
        yield _csv(_COLUMNS)
        for row in self.rows:
            for finding, message in _told(row, lang):
                yield _csv((row.file, str(row.line), row.outcome, finding.code, finding.column, finding.value, message, row.raw))


def _told(row: RowReport, lang: str) -> Iterator[tuple[Finding, str]]:
    return zip(row.findings, row.sentences(lang=lang), strict=True)


def _csv(cells: Sequence[str]) -> bytes:
    out = io.StringIO()
    # A spreadsheet runs what begins with these signs.
    csv.writer(out, lineterminator="\r\n").writerow([f"'{cell}" if cell[:1] in tuple("=+-@\t\r") and cell else cell for cell in cells])
    return out.getvalue().encode("utf-8", "replace")
