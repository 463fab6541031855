"""What it takes to bring public registers in: rows a second and memory, for made-up files of each in the form its publisher uses.

With ``--store``, the whole way to a graph on disk, beside Oxigraph's own bulk loader on the same triples. Each run is a process of its own. The files are
made with the flaws of the real ones, so that repairs are paid for.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

IMPORT = """
import clayonto
def work(): return clayonto.import_register("auto", {data!r}, {where}={out!r}).files[0].__dict__
"""
OXIGRAPH = """
import pyoxigraph as ox
def work():
    store = ox.Store({out!r})
    store.bulk_load(path={data!r}, format=ox.RdfFormat.N_TRIPLES)
    store.flush()
    return {{}}
"""
MEASURED = """
import json, resource, time
started, cpu = time.perf_counter(), time.process_time()
found = work()
own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
cpu = time.process_time() - cpu + others.ru_utime + others.ru_stime
print(json.dumps({{"seconds": time.perf_counter() - started, "cpu": cpu, "memory": max(own.ru_maxrss, others.ru_maxrss) * 1024,
                  "rows": found.get("rows", 0), "taken": found.get("taken", 0)}}))
"""
WORDS = [
    "savi",
    "lasi",
    "puu",
    "kivi",
    "metalli",
    "taide",
    "koulutus",
    "vienti",
    "klusteri",
    "palvelu",
    "verkosto",
    "innovaatio",
    "Ähtäri",
    "Seinäjoki",
]
LANDS = ("FI", "SE", "EE", "LV", "EL", "IT")


def words(chance: random.Random, count: int) -> str:
    """Some words; one in three is followed by a comma."""
    return "".join(f"{word}, " if chance.random() < 0.3 else f"{word} " for word in chance.choices(WORDS, k=count)).strip(", ")


def eura(count: int) -> Iterator[str]:
    """The Finnish register of 2014–2020: commas inside names, signs at the end."""
    chance = random.Random(1)
    yield "Koodi,Rahasto,Hankkeen nimi,Tl,Viranomainen,Tila,Aloituspvm,Päättymispvm,Toteuttajan nimi,Myönnetty EU- ja valtion rahoitus,"
    yield "Toteutunut EU- ja valtion rahoitus,Suunniteltu julkinen rahoitus yhteensä,Toteutunut julkinen rahoitus yhteensä;\n"
    for n in range(count):
        fund = chance.choice(("EAKR", "ESR"))
        yield (
            f"A{10000 + n},{fund},{words(chance, 6)},{chance.randint(1, 7)},Keski-Suomen elinkeino-, liikenne- ja ympäristökeskus,Toiminnassa,"
            f"1.{chance.randint(1, 12)}.2015,31.12.2019,{words(chance, 2)} {chance.randrange(count // 3 + 1)} oy,{chance.randrange(10**6)},"
            f"{chance.randrange(10**5)}.5,{chance.randrange(10**6)},0,,;\n"
        )


def interreg(count: int) -> Iterator[str]:
    """The list of operations of Interreg Europe: parallel lists, countries said twice, days in another time zone."""
    chance = random.Random(2)
    for n in range(count):
        partners = range(chance.randint(3, 9))
        lands = [LANDS[i % len(LANDS)] for i in partners]
        yield ("[" if n == 0 else ",\n") + json.dumps(
            {
                "Index / Indice": f"PGI{n:05}",
                "Beneficiary name / Nom du bénéficiaire": ";".join(f"{words(chance, 2)} {chance.randrange(count + 1)}" for _ in partners),
                "Operation name / Acronyme du projet": words(chance, 4),
                "Operation summary / Résumé du projet": words(chance, 60),
                "Operation start date / Date de début du projet": "2016-03-31T21:00:00.000Z",
                "Operation end date / Date de fin du projet": "2021-03-30T21:00:00.000Z",
                "Total eligible expenditure allocated to the operation / Montant total éligible attribué au projet": ";".join(
                    str(chance.randrange(10**6)) for _ in partners
                ),
                "Operation post code / Code postal": ";".join(["FI-00100", *("1000" for _ in partners[1:])]),
                "Country / Pays": ";".join([lands[0], *(land for land in lands[1:] for _ in (0, 1))]),
            },
            ensure_ascii=False,
        )
    yield "]"


def kohesio(count: int) -> Iterator[str]:
    """Kohesio's projects with the columns of 2026; one in ten has a second beneficiary."""
    chance = random.Random(3)
    yield "Operation_Unique_Identifier,Operation_Local_Identifier,Operation_Name_English,Country,Operation_Start_Date,Operation_End_Date,"
    yield "Total_Eligible_Expenditure_amount,Total_Eligible_Expenditure_Currency,Project_EU_Budget,Beneficiary_Unique_Identifier,Beneficiary_Name,"
    yield "Fund_Code,Programme_Name,Programming_Period\r\n"
    for n in range(count):
        project = f'https://linkedopendata.eu/entity/Q{n},{n},"{words(chance, 6)}",Finland,04/09/2016,05/10/2019,{chance.randrange(10**6)}.25,EUR,{n}.5'
        for _ in range(2 if n % 10 == 0 else 1):
            body = chance.randrange(10 * count)
            yield f'{project},https://linkedopendata.eu/entity/Q{10**9 + body},"{words(chance, 2)} {body}",ERDF,ERDF Finland,2014-2020\r\n'


def cordis(count: int) -> Iterator[str]:
    """The organisations of CORDIS: every cell quoted, sums with a comma."""
    chance = random.Random(4)
    names = "projectID projectAcronym organisationID vatNumber name shortName SME activityType street postCode city country nutsCode geolocation"
    names += (
        " organizationURL contactForm contentUpdateDate rcn order role ecContribution netEcContribution totalCost endOfParticipation active"
    )
    yield ";".join(f'"{name}"' for name in names.split()) + "\n"
    for n in range(count):
        body = chance.randrange(count // 3 + 1)
        land, unit = chance.choice((("FI", "FI199"), ("UK", "UKI31"), ("EL", "EL303"), ("XK", "XK")))
        cells = [
            n // 8,
            "KILN",
            900000000 + body,
            "",
            f"{words(chance, 2)} {body}",
            f"K{body}",
            "false",
            "PRC",
            "Street 1",
            "1",
            "City",
            land,
            unit,
            "",
            "",
            "",
        ]
        cells += [
            "2018-07-19 09:17:05",
            n,
            n % 8 + 1,
            "participant" if n % 8 else "coordinator",
            f"{chance.randrange(10**6)}.97",
            n,
            f"{chance.randrange(10**6)},95",
        ]
        yield ";".join(f'"{cell}"' for cell in [*cells, "false", ""]) + "\n"


REGISTERS: dict[str, tuple[str, Callable[[int], Iterator[str]]]] = {
    "eura": ("csv", eura),
    "interreg": ("json", interreg),
    "kohesio": ("csv", kohesio),
    "cordis": ("csv", cordis),
}


def run(code: str, **names: str) -> dict[str, Any]:
    """What a process measures of itself."""
    done = subprocess.run([sys.executable, "-c", (code + MEASURED).format(**names)], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def to_disk(name: str, count: int, data: Path, folder: Path) -> str:
    """A line on one register's whole way to a graph on disk, and on nothing beside it: for sizes whose N-Quads fill a disk."""
    ours = run(IMPORT, data=str(data), where="store", out=str(folder / "graph.db"))
    size = sum(file.stat().st_size for file in (folder / "graph.db").rglob("*") if file.is_file())
    return (
        f"{name:>8} {count:>9,}: {ours['rows']:,} rows, {ours['taken']:,} taken; to disk {ours['seconds']:.1f} s ({ours['cpu']:.1f} s of processor), "
        f"{ours['memory'] / 1e6:,.0f} MB of memory, {size / 1e6:,.0f} MB on disk"
    )


def measure(name: str, count: int, folder: Path, *, store: bool, alone: bool) -> str:
    """A line on one register at one size."""
    ending, made = REGISTERS[name]
    data = folder / f"{name}.{ending}"
    with data.open("w", encoding="utf-8", newline="") as file:
        file.writelines(made(count))
    if alone:
        return to_disk(name, count, data, folder)
    quads = folder / "out.nq"
    found = run(IMPORT, data=str(data), where="output", out=str(quads))
    size, triples = quads.stat().st_size, 0
    with quads.open("rb") as file:
        triples = sum(1 for _ in file)
    text = (
        f"{name:>8} {count:>9,}: {found['rows']:,} rows, {found['taken']:,} taken, {triples:,} triples ({triples / found['rows']:.0f} a row), {size / 1e6:,.0f} MB; "
        f"{found['seconds']:.1f} s ({found['cpu']:.1f} s of processor), {found['rows'] / found['cpu']:,.0f} rows a second, {found['memory'] / 1e6:,.0f} MB of memory"
    )
    if store:
        plain = folder / "out.nt"
        with quads.open("rb") as read, plain.open("wb") as out:
            out.writelines(line[: line.rindex(b" <")] + b" .\n" for line in read)
        quads.unlink()
        ours = run(IMPORT, data=str(data), where="store", out=str(folder / "graph.db"))
        theirs = run(OXIGRAPH, data=str(plain), out=str(folder / "oxigraph.db"))
        text += (
            f"; to disk {ours['seconds']:.1f} s ({ours['cpu']:.1f} s), {ours['memory'] / 1e6:,.0f} MB; Oxigraph alone, on the triples: {theirs['seconds']:.1f} s "
            f"({theirs['cpu']:.1f} s), {theirs['memory'] / 1e6:,.0f} MB"
        )
    return text


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="*", help="how many projects (default: 10,000 and 100,000)")
    parser.add_argument("--full", action="store_true", help="1,000,000 as well")
    parser.add_argument("--register", choices=REGISTERS, action="append", help="only these")
    parser.add_argument("--store", action="store_true", help="put each into a graph on disk as well, beside Oxigraph's own loader")
    parser.add_argument("--alone", action="store_true", help="put each into a graph on disk, and nothing else")
    parser.add_argument("--folder", type=Path, help="where to put files (default: the system's temporary folder)")
    given = parser.parse_args()
    for count in [*(given.sizes or (10_000, 100_000)), *((1_000_000,) if given.full else ())]:
        for name in given.register or REGISTERS:
            with tempfile.TemporaryDirectory(dir=given.folder) as folder:
                print(measure(name, count, Path(folder), store=given.store, alone=given.alone), flush=True)


if __name__ == "__main__":
    main()
