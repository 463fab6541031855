"""The account of an import in words, in English and Finnish."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from clayonto.registers.findings import LEFT, REFUSALS, REPAIRS

if TYPE_CHECKING:
    from decimal import Decimal

    from clayonto.registers.accounts import ImportReport


def text_of(report: ImportReport, *, lang: str, examples: int) -> str:
    """The account as tables."""
    from clayonto.tables import draw_table

    def say(en: str, fi: str) -> str:
        return fi if lang == "fi" else en

    heads = [say(*words) for words in (("file", "tiedosto"), ("encoding", "merkistö"), ("rows", "rivejä"), ("taken", "otettu"))]
    heads += [say(*words) for words in (("of them repaired", "niistä korjattu"), ("refused", "hylätty"), ("repeated", "toistettu"))]
    rows = [[f.name, f.encoding, *map(str, (f.rows, f.taken, f.repaired, f.refused, f.repeated))] for f in report.files]
    lines = [
        f"{report.dataset} → {report.graph}, {say(f'{report.triples:,} triples', f'{report.triples:,} kolmikkoa'.replace(',', ' '))}",
        "",
    ]
    if report.replaced:
        gave_way = say(
            f"What an import of {report.replaced[:10]} put there has given way. Files that belong together come in one call; parts, such as countries, with --part.",
            f"Päivän {report.replaced[:10]} tuonti väistyi. Yhteen kuuluvat tiedostot tuodaan yhdellä kutsulla; osat, kuten maat, valitsimella --part.",
        )
        lines += [gave_way, ""]
    lines.append(draw_table(heads, rows, numeric=[False, False, *[True] * 5]))
    for file in report.files:
        if file.sums:
            heads = [
                say("sums of", "summat:") + " " + file.name,
                say("file", "tiedosto"),
                say("taken", "otettu"),
                say("not taken", "ei otettu"),
            ]
            heads += [say("cells unread", "solut, joita ei luettu"), ""]
            sums = [
                [one.column, _money(one.file), _money(one.taken), _money(one.left), str(one.unread), "=" if one.reconciles else "≠"]
                for one in file.sums.values()
            ]
            lines += ["", draw_table(heads, sums, numeric=[False, True, True, True, True, False])]
        if file.left:
            why: dict[str, list[str]] = {}
            for name, reason in file.left.items():
                why.setdefault(reason, []).append(f"“{name[:40]}”" if lang == "en" else f"”{name[:40]}”")
            lines += ["", say(f"Columns of {file.name} that are not taken over:", f"Tiedoston {file.name} sarakkeet, joita ei oteta:")]
            lines += [f"  {', '.join(names)}: {LEFT[reason][lang == 'fi']}" for reason, names in why.items()]
    for title, counts, texts in (
        (say("repair", "korjaus"), report.repairs, REPAIRS),
        (say("refusal", "hylkäys"), report.refusals, REFUSALS),
    ):
        if counts:
            told = [
                [code, str(count), texts[code][lang == "fi"].format(column="…", value="…", detail="…")]
                for code, count in counts.most_common()
            ]
            lines += ["", draw_table([title, say("rows", "rivejä"), say("meaning", "merkitys")], told, numeric=[False, True, False])]
    refused = list(islice((row for row in report.rows if row.outcome == "refused"), examples)) if report.refused else []
    for row in refused:
        lines += ["", f"{row.file}:{row.line}: {'; '.join(row.sentences(lang=lang))}", f"  {row.raw[:160]}"]
    if report.refused > len(refused):
        lines += ["", say(f"… and {report.refused - len(refused)} more refused; --report FILE.csv has them all.",
                          f"… ja {report.refused - len(refused)} muuta hylättyä; --report TIEDOSTO.csv sisältää ne kaikki.")]  # fmt: skip
    return "\n".join(lines)


def _money(value: Decimal) -> str:
    return f"{value.normalize():f}" if value else "0"
