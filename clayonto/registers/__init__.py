r"""Public registers in: from the publisher's file to a graph, every row accounted for.

::

    file ──> tables ──> rows with their raw text ──> repairs ──> values ──> mapping ──> N-Triples ──> store, or N-Quads
             (eura: lines of its own)                  └────────────┴──> account: taken, repaired, refused

``docs/registers.md`` says how it is built, and how a register is added.

>>> import tempfile
>>> from pathlib import Path
>>> head = "Koodi,Rahasto,Hankkeen nimi,Tl,Viranomainen,Tila,Aloituspvm,Päättymispvm,Toteuttajan nimi,Myönnetty EU- ja valtion rahoitus,"
>>> head += "Toteutunut EU- ja valtion rahoitus,Suunniteltu julkinen rahoitus yhteensä,Toteutunut julkinen rahoitus yhteensä;"
>>> row = "A70001,EAKR,Savea, lasia ja puuta,1,Etelä-Pohjanmaan liitto,Toiminnassa,1.1.2015,31.12.2016,Savipaja Oy,1000,0,1000,0,,;"
>>> with tempfile.TemporaryDirectory() as folder:
...     file = Path(folder, "list.csv")
...     _ = file.write_text(f"{head}\n{row}\n", encoding="utf-8")
...     report = import_register("auto", file, output=Path(folder, "list.nq"))
>>> report.dataset, report.files[0].taken, dict(report.repairs)
('eura-2014', 1, {'tail': 1, 'commas': 1})
"""

from clayonto.registers.accounts import FileReport, ImportReport, RowReport, SumReport
from clayonto.registers.catalogue import registers
from clayonto.registers.findings import Finding
from clayonto.registers.importing import import_register

__all__ = ["FileReport", "Finding", "ImportReport", "RowReport", "SumReport", "import_register", "registers"]
