"""``clayonto link``: organisations that are one body under several names."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from clayonto.cli.common import lang_option, meter, texts_option, write
from clayonto.cli.language import LANG, Group, command, say
from clayonto.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from clayonto.graph import KnowledgeGraph
    from clayonto.linking import Link, LinkTable

F = TypeVar("F", bound="Callable[..., Any]")
_TABLE: Final = say("TABLE", "TAULUKKO")
_SAVED: Final = 10
"""After how many decisions the table is written, so that a power cut takes few of them."""
_STATES: Final = {"candidate": ("undecided", "ratkaisematta"), "accepted": ("accepted", "hyväksytty"), "rejected": ("rejected", "hylätty")}


@click.group(
    cls=Group,
    short_help=say("Link organisations that are one body under several names.", "Linkitä organisaatiot, jotka ovat sama taho eri nimillä."),
    help=say(
        "Link organisations that are one body under several names: find candidates, review them, and put the accepted ones into the graph. "
        "Nothing is merged, and nothing is said to be the same before a person has accepted it.\n\n"
        "\b\n  clayonto link find --store graph.db -o links.sssom.tsv\n  clayonto link review links.sssom.tsv --store graph.db\n"
        "  clayonto link apply links.sssom.tsv --store graph.db",
        "Linkitä organisaatiot, jotka ovat sama taho eri nimillä: etsi ehdokkaat, tarkista ne ja vie hyväksytyt verkkoon. "
        "Mitään ei yhdistetä, eikä mitään sanota samaksi, ennen kuin ihminen on sen hyväksynyt.\n\n"
        "\b\n  clayonto link find --store graph.db -o linkit.sssom.tsv\n  clayonto link review linkit.sssom.tsv --store graph.db\n"
        "  clayonto link apply linkit.sssom.tsv --store graph.db",
    ),
)
@texts_option
def link() -> None:
    """Links of organisations."""


def _store_option(*, required: bool) -> Callable[[F], F]:
    text = say("Graph on disk.", "Levyllä oleva verkko.")
    return click.option("--store", metavar="DIR", required=required, help=text)


@command(
    short_help=say("Find organisations that may be one body.", "Etsi organisaatiot, jotka voivat olla sama taho."),
    help=say(
        "Find organisations that may be one body, and write them with scores and reasons as an SSSOM table. If the table is there already, its decisions are "
        "kept: what was accepted or rejected stays as it was, and a rejected pair is not proposed again.\n\n"
        "\b\n  clayonto link find --store graph.db -o links.sssom.tsv --min-score 0.8",
        "Etsi organisaatiot, jotka voivat olla sama taho, ja kirjoita ne pisteineen ja perusteineen SSSOM-taulukoksi. Jos taulukko on jo olemassa, sen "
        "ratkaisut säilyvät: hyväksytyt ja hylätyt parit pysyvät ennallaan, eikä hylättyä ehdoteta uudestaan.\n\n"
        "\b\n  clayonto link find --store graph.db -o linkit.sssom.tsv --min-score 0.8",
    ),
)
@_store_option(required=True)
@click.option(
    "-o", "--output", metavar="FILE", required=True, help=say("Table to write (.sssom.tsv).", "Kirjoitettava taulukko (.sssom.tsv).")
)
@click.option(
    "--min-score",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.7,
    show_default=True,
    help=say("Score from which on a pair is proposed.", "Pistemäärä, josta alkaen pari ehdotetaan."),
)
@texts_option
def find(store: str, output: str, min_score: float) -> None:
    """Find candidates."""
    from clayonto.linking import find_links, read_links

    graph = _opened(store)
    earlier = read_links(output) if Path(output).exists() else _new(output)
    with meter() as progress:
        found = find_links(graph, min_score=min_score, earlier=earlier, progress=progress)
    found.table.write(output)
    pairs = len(found.table.of_state("candidate"))
    click.echo(
        say(
            f"{output}: {found.organisations} organisations, {pairs} pairs to review ({found.new} of them new), "
            f"{found.kept} decisions kept, {found.gone} no longer proposed",
            f"{output}: {found.organisations} organisaatiota, {pairs} paria tarkistettavana (niistä uusia {found.new}), "
            f"{found.kept} ratkaisua säilytetty, {found.gone} ei enää ehdoteta",
        ),
        err=True,
    )


@command(
    short_help=say("Accept or reject links.", "Hyväksy tai hylkää linkkejä."),
    help=say(
        "Accept or reject the links of a table: one after the other, with both organisations side by side and what the graph says of them; or by id. "
        "Decisions are in the table when the command ends, also after quit or Ctrl-C; the table is written whole or not at all.\n\n"
        "\b\n  clayonto link review links.sssom.tsv --store graph.db\n  clayonto link review links.sssom.tsv --accept 3f9a2c1b7d0e --reject 0c11d2e3f4a5\n"
        "  clayonto link review links.sssom.tsv --list",
        "Hyväksy tai hylkää taulukon linkit: yksi kerrallaan niin, että organisaatiot ovat vierekkäin ja näkyvillä on, mitä verkko niistä sanoo, "
        "tai tunnuksen mukaan. "
        "Ratkaisut ovat taulukossa, kun komento päättyy, myös lopetuksen tai Ctrl-C:n jälkeen; taulukko kirjoitetaan kokonaan tai ei lainkaan.\n\n"
        "\b\n  clayonto link review linkit.sssom.tsv --store graph.db\n  clayonto link review linkit.sssom.tsv --accept 3f9a2c1b7d0e --reject 0c11d2e3f4a5\n"
        "  clayonto link review linkit.sssom.tsv --list",
    ),
)
@click.argument("table", metavar=_TABLE, type=click.Path(dir_okay=False))
@_store_option(required=False)
@click.option("--accept", multiple=True, metavar="ID", help=say("Link to accept; may be repeated.", "Hyväksyttävä linkki; voi toistaa."))
@click.option("--reject", multiple=True, metavar="ID", help=say("Link to reject; may be repeated.", "Hylättävä linkki; voi toistaa."))
@click.option(
    "--decisions",
    metavar="FILE",
    help=say("File of decisions: accept ID or reject ID on each line.", "Ratkaisujen tiedosto: joka rivillä accept ID tai reject ID."),
)
@click.option(
    "--reviewer",
    metavar="NAME",
    envvar="CLAYONTO_REVIEWER",
    help=say(
        "Who decides; else CLAYONTO_REVIEWER, else the user of the computer.",
        "Kuka ratkaisee; muuten CLAYONTO_REVIEWER tai tietokoneen käyttäjä.",
    ),
)
@click.option("--list", "listed", is_flag=True, help=say("List the links and do nothing.", "Luettele linkit, älä tee muuta."))
@lang_option
def review(
    table: str,
    store: str | None,
    accept: tuple[str, ...],
    reject: tuple[str, ...],
    decisions: str | None,
    reviewer: str | None,
    listed: bool,
    lang: str,
) -> None:
    """Decide links."""
    from clayonto.linking import read_links
    from clayonto.linking.reviewing import read_decisions_file

    links = read_links(table)
    if listed:
        write(_listing(links, lang), None)
        return
    graph = None if store is None else _opened(store)
    who = reviewer or _user()
    given = [*((True, one) for one in accept), *((False, one) for one in reject)]
    given += read_decisions_file(decisions) if decisions is not None else []
    if given:
        _refuse_two_minds(links, given)
        for accepted, one in given:
            links.decide(one, accept=accepted, reviewer=who)
        links.write(table)
    elif decisions is None:
        _ask(links, table, graph, who, lang)
    _summary(links)


@command(
    short_help=say("Put accepted links into a graph.", "Vie hyväksytyt linkit verkkoon."),
    help=say(
        "Put the accepted links of a table into a graph on disk, as a graph of their own, in place of what the table said there before. "
        "Importing a register again leaves them as they are.\n\n"
        "\b\n  clayonto link apply links.sssom.tsv --store graph.db",
        "Vie taulukon hyväksytyt linkit levyllä olevaan verkkoon omaksi verkokseen sen tilalle, mitä taulukko siellä aiemmin sanoi. "
        "Rekisterin tuonti uudestaan jättää ne ennalleen.\n\n"
        "\b\n  clayonto link apply linkit.sssom.tsv --store graph.db",
    ),
)
@click.argument("table", metavar=_TABLE, type=click.Path(dir_okay=False))
@_store_option(required=True)
@texts_option
def apply(table: str, store: str) -> None:
    """Put accepted links in."""
    from clayonto.linking import apply_links

    with meter() as progress:
        done = apply_links(table, store=store, progress=progress)
    told = say(
        f"{done.accepted} links in {done.graph}; all links of the graph on disk make {done.bodies} bodies of several names",
        f"{done.accepted} linkkiä verkossa {done.graph}; levyn verkon kaikki linkit tekevät {done.bodies} monen nimen tahoa",
    )
    click.echo(told, err=True)
    for absent in done.absent:
        text = say("not in the graph yet, or no more", "ei ole verkossa vielä tai enää")
        click.echo(f"  {absent.id}  {_names(absent)}: {text}", err=True)
    for odd in done.contradicted:
        text = say("rejected, but one body by way of accepted links", "hylätty, mutta hyväksyttyjen linkkien kautta sama taho")
        click.echo(f"  {odd.id}  {_names(odd)}: {text}", err=True)


def _opened(store: str) -> KnowledgeGraph:
    from clayonto.opening import load

    # A folder that is not there would be made into a new graph, which has no registers to link.
    if not Path(store).is_dir():
        raise UsageError(say(f"There is no graph in {store}.", f"Kansiossa {store} ei ole verkkoa."))
    return load(store=store)


def _new(output: str) -> LinkTable:
    from clayonto.linking import LinkTable

    if not Path(output).absolute().parent.is_dir():
        raise UsageError(say(f"{output} cannot be written: its folder does not exist.", f"{output}: kansiota ei ole."))
    return LinkTable.named(output)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may know no user
        return os.environ.get("USER", "")


def _refuse_two_minds(links: LinkTable, given: list[tuple[bool, str]]) -> None:
    wanted: dict[str, bool] = {}
    for accepted, name in given:
        found = links.find(name).id
        if wanted.setdefault(found, accepted) != accepted:
            raise UsageError(say(f"{found} is to be both accepted and rejected.", f"{found} pitäisi sekä hyväksyä että hylätä."))


def _ask(links: LinkTable, file: str, graph: KnowledgeGraph | None, reviewer: str, lang: str) -> None:
    """Ask about each link that nobody has decided; what is decided is written whatever ends it."""
    from clayonto.linking import profiles, side_by_side

    waiting = sorted(links.of_state("candidate"), key=lambda one: (-(one.confidence or 0.0), one.pair))
    choices = say("[a]ccept, [r]eject, [s]kip, [q]uit", "[h]yväksy, h[y]lkää, [o]hita, [l]opeta")
    keys = {"a": "accept", "r": "reject", "s": "skip", "q": "quit"}
    if LANG == "fi":  # elsewhere a “y” would be meant as yes
        keys |= {"h": "accept", "y": "reject", "o": "skip", "l": "quit"}
    unsaved = 0
    try:
        for number, one in enumerate(waiting, start=1):
            known = profiles(graph, (one.one, one.other), lang=lang) if graph is not None else {}
            click.echo(f"\n{number}/{len(waiting)}  {one.id}")
            click.echo(side_by_side(one, known, lang=lang, width=min(get_terminal_size().columns, 140)))
            answer = ""
            while answer not in keys:
                answer = click.prompt(choices, prompt_suffix=": ", default="", show_default=False).strip().lower()[:1]
            if keys[answer] == "quit":
                break
            if keys[answer] != "skip":
                links.decide(one.id, accept=keys[answer] == "accept", reviewer=reviewer)
                unsaved += 1
            if unsaved == _SAVED:
                links.write(file)
                unsaved = 0
    except click.Abort:  # Ctrl-C, or nobody there to answer
        click.echo("")
    finally:
        if unsaved:
            links.write(file)


def _summary(links: LinkTable) -> None:
    counts = [f"{len(links.of_state(state))} {say(*words)}" for state, words in _STATES.items()]
    click.echo(", ".join(counts), err=True)


def _listing(links: LinkTable, lang: str) -> str:
    from clayonto.tables import draw_table
    from clayonto.validation.naming import clean

    heads = [("id", "tunnus"), ("state", "tila"), ("score", "pisteet"), ("one", "toinen"), ("other", "toinen")]
    rows = [
        [
            one.id,
            _STATES[one.state][lang == "fi"],
            "" if one.confidence is None else f"{one.confidence:.2f}",
            clean(one.one_label or one.one)[:60],
            clean(one.other_label or one.other)[:60],
        ]
        for one in links
    ]
    return draw_table([head[lang == "fi"] for head in heads], rows, numeric=[False, False, True, False, False])


def _names(one: Link) -> str:
    from clayonto.validation.naming import clean

    return f"{clean(one.one_label or one.one)} = {clean(one.other_label or one.other)}"


for _command in (find, review, apply):
    link.add_command(_command)
