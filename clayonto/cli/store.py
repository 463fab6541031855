"""``clayonto store``: graphs on disk, filled and kept."""

from __future__ import annotations

import json

import click

from clayonto.cli.common import format_option, meter, texts_option, write
from clayonto.cli.language import Group, command, say
from clayonto.errors import UsageError
from clayonto.locales import counted

_DIR = say("DIR", "KANSIO")
_FILE = say("FILE", "TIEDOSTO")


@click.group(
    cls=Group,
    short_help=say("Fill, look into and keep a graph on disk.", "Täytä, tutki ja hoida levyllä olevaa verkkoa."),
    help=say(
        "Fill, look into and keep a graph on disk. Other commands ask it with --store DIR.\n\n"
        "Each change is whole or did not happen; who is reading goes on with what was there.",
        "Täytä, tutki ja hoida levyllä olevaa verkkoa. Muut komennot kysyvät siltä valitsimella --store KANSIO.\n\n"
        "Muutos tehdään kokonaan tai ei lainkaan; joka jo lukee verkkoa, jatkaa siitä, mitä siinä oli.",
    ),
)
@texts_option
def store() -> None:
    """Graphs on disk."""


@command(
    short_help=say("Load files into a graph on disk.", "Lataa tiedostoja levyllä olevaan verkkoon."),
    help=say(
        "Load RDF files, folders or patterns into a graph on disk, all or none. A new folder gets the bundled ontology and data first. A file that was loaded "
        "before is skipped when it is unchanged; otherwise it takes the place of what it said.\n\n"
        "\b\n  clayonto store load graph.db register.nt mine/",
        "Lataa RDF-tiedostoja, kansioita tai hahmoja levyllä olevaan verkkoon, kaikki tai ei mitään. Uusi kansio saa ensin mukana tulevan ontologian ja "
        "aineiston. Aiemmin ladattu tiedosto ohitetaan, jos se on ennallaan; muuten se korvaa sen, mitä siinä oli.\n\n"
        "\b\n  clayonto store load graph.db rekisteri.nt omat/",
    ),
)
@click.argument("folder", metavar=_DIR)
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option(
    "--no-bundle",
    is_flag=True,
    help=say("Leave the bundled data out; the ontology stays.", "Jätä mukana tuleva aineisto pois; ontologia jää."),
)
@texts_option
def load(folder: str, paths: tuple[str, ...], no_bundle: bool) -> None:
    """Load files."""
    from clayonto.opening import load as load_graph

    with meter() as progress:
        graph = load_graph(*paths, store=folder, bundle=not no_bundle, progress=progress)
    files = len(graph.files)
    click.echo(
        say(
            f"{folder}: {counted(len(graph), 'triple', 'triples')} of {counted(files, 'file', 'files')}",
            f"{folder}: {counted(len(graph), 'kolmikko', 'kolmikkoa')} {files} tiedostosta",
        ),
        err=True,
    )


@command(
    short_help=say("Show what a graph on disk was made from.", "Näytä, mistä levyllä oleva verkko on tehty."),
    help=say(
        "Show what a graph on disk holds, which files it was made from and when, by which versions, and how much room it takes.",
        "Näytä, mitä levyllä olevassa verkossa on, mistä tiedostoista ja milloin se on tehty, millä versioilla ja paljonko se vie tilaa.",
    ),
)
@click.argument("folder", metavar=_DIR)
@format_option("text", "json")
@texts_option
def info(folder: str, style: str) -> None:
    """Show what is in it."""
    from clayonto import stores
    from clayonto.tables import draw_table

    facts = stores.info(folder)
    if style == "json":
        write(json.dumps(facts, ensure_ascii=False, indent=1), None)
        return
    rows = [
        (say("folder", "kansio"), facts["folder"]),
        (say("layout", "rakenne"), str(facts["format"])),
        (say("generation", "sukupolvi"), f"{facts['generation']}, {facts['made']}"),
        (say("made by", "tekijä"), ", ".join(f"{name} {version}" for name, version in facts["made_by"].items())),
        (say("triples", "kolmikoita"), str(facts["triples"])),
        (say("size", "koko"), _megabytes(facts["size"])),
        (say("columns in it", "siitä sarakkeita"), "-" if facts["columns"] is None else _megabytes(facts["columns"])),
        (say("copies of files", "tiedostojen kopiot"), _megabytes(facts["copies"])),
        (say("still being read", "vielä luettavana"), ", ".join(map(str, facts["older"])) or "-"),
    ]
    width = max(len(name) for name, _ in rows)
    lines = [f"{name.ljust(width)}  {value}" for name, value in rows]
    sources = [[one["name"], f"{one['size'] / 1e6:.1f}", one["when"], one["sha256"][:12]] for one in facts["sources"]]
    heads = [say("file", "tiedosto"), say("MB", "Mt"), say("loaded", "ladattu"), "SHA-256"]
    lines += ["", draw_table(heads, sources, numeric=[False, True, False, False])]
    if facts["edits"]:
        edits = [[one["when"], str(one["added"]), str(one["removed"])] for one in facts["edits"]]
        heads = [say("edit", "muokkaus"), say("added", "lisätty"), say("removed", "poistettu")]
        lines += ["", draw_table(heads, edits, numeric=[False, True, True])]
    write("\n".join(lines), None)


@command(
    short_help=say("Merge the files of a graph on disk.", "Yhdistä levyllä olevan verkon tiedostot."),
    help=say(
        "Merge the files that loading and changes have left, so that questions are answered faster, and remove what nobody reads any more. "
        "Where polars is installed, the triples are kept as columns too, which answer what runs over the whole graph; after a change there are none "
        "until the graph is compacted again. "
        "With --rebuild it is made anew from "
        "the copies of the files that were loaded, which also mends one that is damaged.",
        "Yhdistä latauksen ja muutosten jättämät tiedostot, jolloin kyselyihin vastataan nopeammin, ja poista se, mitä kukaan ei enää lue. "
        "Jos polars on asennettu, kolmikot pidetään myös sarakkeina, joista vastataan koko verkkoa koskeviin kyselyihin; muutoksen jälkeen niitä ei ole, "
        "ennen kuin verkko tiivistetään uudelleen. "
        "Valitsimella --rebuild verkko tehdään "
        "uudestaan ladattujen tiedostojen kopioista, mikä korjaa myös vioittuneen verkon.",
    ),
)
@click.argument("folder", metavar=_DIR)
@click.option(
    "--rebuild", is_flag=True, help=say("Make it anew from the copies of its files.", "Tee se uudestaan tiedostojensa kopioista.")
)
@click.option("--no-columns", is_flag=True, help=say("Make no columns.", "Älä tee sarakkeita."))
@texts_option
def compact(folder: str, rebuild: bool, no_columns: bool) -> None:
    """Merge its files."""
    from clayonto import stores

    with meter() as progress:
        stores.compact(folder, rebuild=rebuild, columns=not no_columns, progress=progress)
    facts = stores.info(folder)
    told = "" if facts["columns"] is None else say(", of which columns ", ", josta sarakkeita ") + _megabytes(facts["columns"])
    click.echo(f"{folder}: {_megabytes(facts['size'])}{told}", err=True)


@command(
    short_help=say("Write a graph on disk to one file.", "Kirjoita levyllä oleva verkko yhteen tiedostoon."),
    help=say(
        "Write all of a graph on disk to one new file, with checksums. Others may read and write the graph meanwhile.\n\n"
        "\b\n  clayonto store backup graph.db graph-2026-11-22.tar",
        "Kirjoita levyllä oleva verkko kokonaan yhteen uuteen tiedostoon tarkistussummineen. Muut voivat sillä välin lukea verkkoa ja kirjoittaa siihen.\n\n"
        "\b\n  clayonto store backup graph.db graph-2026-11-22.tar",
    ),
)
@click.argument("folder", metavar=_DIR)
@click.argument("file", metavar=_FILE, type=click.Path(dir_okay=False))
@texts_option
def backup(folder: str, file: str) -> None:
    """Write it to one file."""
    import os

    from clayonto import stores

    if os.path.lexists(file):
        raise UsageError(f"{file} is there already; name another file, so that no backup is lost.")
    stores.backup(folder, file)


@command(
    short_help=say("Make a graph on disk from a backup.", "Tee levyllä oleva verkko varmuuskopiosta."),
    help=say(
        "Make a graph on disk from a backup, in a new folder, or in place of what a folder holds; a damaged backup changes nothing.",
        "Tee levyllä oleva verkko varmuuskopiosta uuteen kansioon tai kansiossa olevan tilalle; vioittunut varmuuskopio ei muuta mitään.",
    ),
)
@click.argument("file", metavar=_FILE, type=click.Path(dir_okay=False))
@click.argument("folder", metavar=_DIR)
@texts_option
def restore(file: str, folder: str) -> None:
    """Make it from a backup."""
    from clayonto import stores

    stores.restore(file, folder)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} {say('MB', 'Mt')}"


for _command in (load, info, compact, backup, restore):
    store.add_command(_command)
