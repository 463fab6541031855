"""``clayonto import``: a public register's files into a graph, every row accounted for."""

from __future__ import annotations

from pathlib import Path

import click

from clayonto.cli.common import lang_option, meter, write, write_pieces
from clayonto.cli.language import command, say
from clayonto.errors import UsageError
from clayonto.files import check_apart


@command(
    name="import",
    short_help=say("Bring a public register's files in.", "Tuo julkisen rekisterin tiedostot."),
    help=say(
        "Bring the files of a public register into a graph, all or nothing, and account for every row: taken, repaired (how) or refused (why). "
        "REGISTER is eura, or another that --list shows; auto finds out by what is in the files; a file that ends in .toml is a mapping of your own.\n\n"
        "The files together are the register's data set, and take the place of what an earlier import of it said. The account goes to standard error, or as JSON "
        "to standard output. Exit code 1 when no row is taken, or one is refused with --strict; nothing is put in place then.\n\n"
        "\b\n  clayonto import auto projektilista.csv --store graph.db --report rows.csv\n  clayonto import eura projektilista.csv -o eura.nq",
        "Tuo julkisen rekisterin tiedostot verkkoon, kaikki tai ei mitään, ja tee tili jokaisesta rivistä: otettu, korjattu (miten) tai hylätty (miksi). "
        "REKISTERI on eura tai jokin muu, jonka --list näyttää; auto päättelee sen tiedostojen sisällöstä; tiedosto, jonka pääte on .toml, on oma kuvauksesi.\n\n"
        "Tiedostot ovat yhdessä rekisterin aineisto ja korvaavat sen, mitä aineiston aiempi tuonti sanoi. Tili menee virhetulosteeseen tai JSONina "
        "tulosteeseen. Lopetuskoodi on 1, kun yhtään riviä ei oteta tai, valitsimella --strict, kun yksikin hylätään; silloin mitään ei viedä paikalleen.\n\n"
        "\b\n  clayonto import auto projektilista.csv --store graph.db --report rivit.csv\n  clayonto import eura projektilista.csv -o eura.nq",
    ),
)
@click.argument("register", metavar=say("REGISTER", "REKISTERI"), required=False)
@click.argument("files", metavar=say("FILE...", "TIEDOSTO..."), nargs=-1)
@click.option(
    "--store",
    metavar="DIR",
    help=say(
        "Graph on disk to put it in; a new one gets the bundled graph first.", "Levyllä oleva verkko; uusi saa ensin mukana tulevan verkon."
    ),
)
@click.option(
    "-o", "--output", metavar="FILE", help=say("N-Quads file to write instead.", "N-Quads-tiedosto, johon verkko muuten kirjoitetaan.")
)
@click.option(
    "--report",
    metavar="FILE",
    help=say("Write each row that was repaired or refused, and why, as CSV.", "Kirjoita korjatut ja hylätyt rivit syineen CSV-tiedostoon."),
)
@click.option(
    "--strict", is_flag=True, help=say("Put nothing in place when a row is refused.", "Älä vie mitään paikalleen, jos rivi hylätään.")
)
@click.option(
    "--part",
    metavar="NAME",
    help=say(
        "What part of the data set the files are, such as a country; parts stand beside each other.",
        "Minkä osan aineistosta tiedostot ovat, esimerkiksi maan; osat säilyvät rinnakkain.",
    ),
)
@click.option(
    "--date",
    metavar="YYYY-MM-DD",
    help=say(
        "Day on which the files were retrieved; by default the day of the file.", "Päivä, jona tiedostot haettiin; muuten tiedoston päivä."
    ),
)
@click.option(
    "--json", "as_json", is_flag=True, help=say("Write the account as JSON to standard output.", "Kirjoita tili JSONina tulosteeseen.")
)
@click.option("--list", "listed", is_flag=True, help=say("List the registers.", "Luettele rekisterit."))
@lang_option
@click.pass_context
def import_(
    ctx: click.Context,
    register: str | None,
    files: tuple[str, ...],
    store: str | None,
    output: str | None,
    report: str | None,
    part: str | None,
    strict: bool,
    date: str | None,
    as_json: bool,
    listed: bool,
    lang: str,
) -> None:
    """Bring a register in."""
    if listed:
        write(_listing(lang), None)
        return
    if register is None:
        raise UsageError(say("Name a register, or auto, and its files.", "Nimeä rekisteri tai auto ja sen tiedostot."))
    from clayonto.registers import import_register

    if report is not None and not Path(report).absolute().parent.is_dir():
        raise UsageError(say(f"{report} cannot be written: its folder does not exist.", f"{report}: kansiota ei ole."))
    if report is not None:
        check_apart(report, files)
        if output is not None and Path(report).absolute() == Path(output).absolute():
            raise UsageError(
                say(
                    f"{report} would hold both the graph and the report; name two files.",
                    f"{report}: anna verkolle ja raportille eri tiedostot.",
                )
            )
    with meter() as progress:
        made = import_register(register, *files, store=store, output=output, part=part, strict=strict, date=date, progress=progress)
    if report is not None:
        write_pieces(made.to_csv(lang=lang), report)
    if as_json:
        write(made.to_json(lang=lang), None)
    else:
        click.echo(made.to_text(lang=lang), err=True)
    if made.compacting and store is not None:
        told = say(
            f"The graph is large now: “clayonto store compact {store}” makes queries over all of it several times as fast.",
            f"Verkko on nyt suuri: ”clayonto store compact {store}” tekee koko verkkoa koskevista kyselyistä monin kerroin nopeampia.",
        )
        click.echo(told, err=True)
    if not made.in_place:
        taken = any(file.taken for file in made.files)
        why = say("Rows were refused", "Rivejä hylättiin") if taken else say("No row was taken", "Yhtään riviä ei otettu")
        click.echo(say(f"{why}, so nothing was put in place.", f"{why}, joten mitään ei viety paikalleen."), err=True)
    ctx.exit(0 if made.in_place else 1)


def _listing(lang: str) -> str:
    from clayonto.registers.catalogue import mappings
    from clayonto.tables import draw_table

    heads = [say("register", "rekisteri"), say("data set", "aineisto"), say("title", "nimi")]
    return draw_table(heads, [[one.register, one.name, one.title[lang]] for one in mappings().values()], numeric=[False] * 3)
