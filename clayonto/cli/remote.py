"""``clayonto push``, ``pull``, ``clear`` and ``probe``: graphs to and from a store that someone else runs, and what that store is."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from clayonto.cli.common import file_format_option, format_option, lang_option, output_option, texts_option, timeout_option, write
from clayonto.cli.language import command, say
from clayonto.errors import UsageError
from clayonto.locales import counted
from clayonto.namespaces import expand

if TYPE_CHECKING:
    from clayonto.graph import KnowledgeGraph
    from clayonto.remote.pull import Cleared
    from clayonto.remote.push import Pushed

F = TypeVar("F", bound=Callable[..., Any])
_SIGN_IN = say(
    "CLAYONTO_ENDPOINT_USER and _PASSWORD, or _TOKEN, are sent along.",
    "CLAYONTO_ENDPOINT_USER ja _PASSWORD tai _TOKEN lähetetään mukana.",
)


def _endpoint_option(function: F) -> F:
    text = say("Address that takes queries.", "Osoite, joka ottaa kyselyjä.")
    return click.option("--endpoint", metavar="URL", required=True, help=f"{text} {_SIGN_IN}")(function)


def _graph_option(function: F) -> F:
    text = say("Named graph; else the default graph.", "Nimetty verkko; muuten oletusverkko.")
    return click.option("--graph", metavar="IRI", help=text)(function)


def _update_option(function: F) -> F:
    text = say("Address that takes updates, if it is not the usual one.", "Päivitysten osoite, jos se ei ole tavallinen.")
    return click.option("--update", "update_url", metavar="URL", help=text)(function)


def _graph_store_option(function: F) -> F:
    text = say(
        "Address of the Graph Store Protocol, if it is not the usual one.", "Graph Store Protocolin osoite, jos se ei ole tavallinen."
    )
    return click.option("--graph-store", "graphs_url", metavar="URL", help=text)(function)


def _dry_run_option(function: F) -> F:
    text = say("Only say what would be done.", "Kerro vain, mitä tehtäisiin.")
    return click.option("--dry-run", is_flag=True, help=text)(function)


@command(
    short_help=say("Put a graph into a remote store.", "Vie verkko etävarastoon."),
    help=say(
        "Put the files of PATHs, a graph on disk (--store) or else the bundled graph into a store behind an endpoint, in the place of what the graph there "
        "held. It is sent in parts, read back, compared, and put in place in one step; after a stop the same command goes on from there.\n\n"
        "\b\n  clayonto push --endpoint http://localhost:7878/query my.ttl --graph https://example.org/mine",
        "Vie POLKUjen tiedostot, levyllä oleva verkko (--store) tai muuten mukana tuleva verkko rajapinnan takana olevaan varastoon, siellä olevan verkon "
        "tilalle. Aineisto lähetetään osissa, luetaan takaisin, verrataan ja vaihdetaan paikalleen kerralla; keskeytynyt vienti jatkuu samalla komennolla.\n\n"
        "\b\n  clayonto push --endpoint http://localhost:7878/query oma.ttl --graph https://example.org/oma",
    ),
)
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@_endpoint_option
@_graph_option
@click.option(
    "--each",
    is_flag=True,
    help=say(
        "Fill the named graph of each file instead, as “clayonto info” names them.",
        "Täytä sen sijaan kunkin tiedoston oma verkko, jonka ”clayonto info” nimeää.",
    ),
)
@click.option("--add", is_flag=True, help=say("Leave what is there, and add to it.", "Jätä siellä oleva ja lisää siihen."))
@click.option("--store", metavar="DIR", help=say("Graph on disk to push.", "Vietävä levyllä oleva verkko."))
@click.option("--part", type=click.IntRange(1), help=say("Triples in one request.", "Kolmikoita yhdessä pyynnössä."))
@_update_option
@_graph_store_option
@timeout_option
@_dry_run_option
@format_option("text", "json")
@texts_option
def push(
    paths: tuple[str, ...],
    endpoint: str,
    graph: str | None,
    each: bool,
    add: bool,
    store: str | None,
    part: int | None,
    update_url: str | None,
    graphs_url: str | None,
    timeout: float,
    dry_run: bool,
    style: str,
) -> None:
    """Put a graph into a remote store."""
    from clayonto.remote.push import push as send

    done = send(
        _what(paths, store),
        endpoint,
        graph=None if graph is None else expand(graph),
        each=each,
        add=add,
        part=part,
        update_url=update_url,
        graphs_url=graphs_url,
        timeout=timeout,
        dry_run=dry_run,
        progress=_progress,
    )
    if style == "json":
        write(json.dumps([one.to_dict() for one in done], ensure_ascii=False, indent=1), None)
    else:
        write("\n".join(map(_pushed, done)), None)


def _what(paths: tuple[str, ...], store: str | None) -> KnowledgeGraph | tuple[str, ...]:
    from clayonto.opening import load

    if paths and store is not None:
        raise UsageError(
            say("Push PATHs or a graph on disk (--store), but not both.", "Vie POLKUja tai levyllä oleva verkko (--store), ei molempia.")
        )
    if store is not None:
        from pathlib import Path

        from clayonto.stores.generations import is_store

        if not is_store(Path(store)):
            raise UsageError(say(f"There is no graph on disk in {store}.", f"Kansiossa {store} ei ole verkkoa."))
        return load(store=store)
    return paths or load()


def _pushed(done: Pushed) -> str:
    name, triples = _named(done.graph), _triples(done.triples)
    if done.dry_run:
        return say(f"{name}: {triples} would be sent; it has {done.before} now", f"{name}: lähetettäisiin {triples}; nyt {done.before}")
    before = say(f", {done.resumed} of them there from before", f", joista {done.resumed} jo perillä") if done.resumed else ""
    requests = say(counted(done.requests, "request", "requests"), counted(done.requests, "pyyntö", "pyyntöä"))
    return say(
        f"{name}: {triples}{before}, in {requests} and {_seconds(done.seconds)}; what arrived is what was sent ({done.checksum})",
        f"{name}: {triples}{before}, {requests}, {_seconds(done.seconds)}; perille tuli, mitä lähetettiin ({done.checksum})",
    )


def _triples(count: int) -> str:
    return say(counted(count, "triple", "triples"), counted(count, "kolmikko", "kolmikkoa"))


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s".replace(".", say(".", ","))


@command(
    short_help=say("Fetch a graph from a remote store.", "Hae verkko etävarastosta."),
    help=say(
        "Write a graph of a store behind an endpoint to a file, whole or not at all. The ending of FILE says the format: .nt, .ttl, .nq, .trig or .rdf.\n\n"
        "\b\n  clayonto pull --endpoint http://localhost:7878/query --graph https://example.org/mine mine.ttl",
        "Kirjoita rajapinnan takana oleva verkko tiedostoon, kokonaan tai ei lainkaan. TIEDOSTOn pääte on muoto: .nt, .ttl, .nq, .trig tai .rdf.\n\n"
        "\b\n  clayonto pull --endpoint http://localhost:7878/query --graph https://example.org/oma oma.ttl",
    ),
)
@click.argument("file", metavar=say("FILE", "TIEDOSTO"))
@_endpoint_option
@_graph_option
@click.option("--every", is_flag=True, help=say("All named graphs, into .nq or .trig.", "Kaikki nimetyt verkot, .nq tai .trig."))
@_graph_store_option
@timeout_option
@format_option("text", "json")
@texts_option
def pull(file: str, endpoint: str, graph: str | None, every: bool, graphs_url: str | None, timeout: float, style: str) -> None:
    """Fetch a graph from a remote store."""
    from clayonto.remote.pull import pull as fetch

    done = fetch(
        endpoint,
        file,
        graph=None if graph is None else expand(graph),
        every=every,
        graphs_url=graphs_url,
        timeout=timeout,
        progress=_progress,
    )
    if style == "json":
        write(json.dumps(done.to_dict(), ensure_ascii=False, indent=1), None)
    else:
        write(f"{file}: {_triples(done.triples)}, {_seconds(done.seconds)}", None)


@command(
    short_help=say("Empty a graph of a remote store.", "Tyhjennä etävaraston verkko."),
    help=say(
        "Take all triples out of a graph of a store behind an endpoint. It asks first; --yes goes ahead.\n\n"
        "\b\n  clayonto clear --endpoint http://localhost:7878/query --graph https://example.org/mine",
        "Poista rajapinnan takana olevasta verkosta kaikki kolmikot. Komento kysyy ensin; --yes ei kysy.\n\n"
        "\b\n  clayonto clear --endpoint http://localhost:7878/query --graph https://example.org/oma",
    ),
)
@_endpoint_option
@_graph_option
@click.option("--yes", is_flag=True, help=say("Do not ask.", "Älä kysy."))
@_update_option
@_graph_store_option
@timeout_option
@_dry_run_option
@format_option("text", "json")
@texts_option
def clear(
    endpoint: str,
    graph: str | None,
    yes: bool,
    update_url: str | None,
    graphs_url: str | None,
    timeout: float,
    dry_run: bool,
    style: str,
) -> None:
    """Empty a graph of a remote store."""
    from clayonto.remote.pull import clear as empty

    def run(*, dry: bool) -> Cleared:
        name = None if graph is None else expand(graph)
        return empty(endpoint, graph=name, update_url=update_url, graphs_url=graphs_url, timeout=timeout, dry_run=dry)

    done = run(dry=True)
    if not dry_run and done.triples:
        if not yes and not sys.stdin.isatty():
            raise UsageError(
                say(
                    f"{_named(done.graph)} has {_triples(done.triples)}; give --yes to empty it.",
                    f"Verkossa {_named(done.graph)} on {_triples(done.triples)}; tyhjennä se valitsimella --yes.",
                )
            )
        if not yes:
            click.confirm(
                say(
                    f"Take all that {_named(done.graph)} at {endpoint} has out of it ({_triples(done.triples)})?",
                    f"Poistetaanko kaikki, mitä verkossa {_named(done.graph)} osoitteessa {endpoint} on ({_triples(done.triples)})?",
                ),
                abort=True,
                err=True,
            )
    if not dry_run:
        done = run(dry=False)
    if style == "json":
        write(json.dumps(done.to_dict(), ensure_ascii=False, indent=1), None)
    else:
        told = say("would be taken out", "poistettaisiin") if dry_run else say("taken out", "poistettiin")
        write(f"{_named(done.graph)}: {_triples(done.triples)} {told}", None)


@command(
    help=say(
        "Ask an endpoint what it is and does: which store, which of SPARQL 1.1, what becomes of literals, and what is done about it here.\n\n"
        "\b\n  clayonto probe http://localhost:7878/query",
        "Kysy rajapinnalta, mikä se on ja mitä se tekee: mikä varasto, mitä SPARQL 1.1:stä, mitä literaaleille käy ja mitä sille tehdään.\n\n"
        "\b\n  clayonto probe http://localhost:7878/query",
    )
)
@click.argument("url", metavar="URL")
@timeout_option
@lang_option
@file_format_option("text", "json")
@output_option
def probe(url: str, timeout: float, lang: str, style: str, output: str | None) -> None:
    """Ask an endpoint what it is."""
    from clayonto.remote.probe import probe as ask

    found = ask(url, timeout=timeout)
    write(found.to_json() if style == "json" else found.to_text(lang=lang), output)


def _named(graph: str | None) -> str:
    return say("default graph", "oletusverkko") if graph is None else graph


def _progress(done: int, whole: int) -> None:
    """How far it is, on a terminal, on one line that is taken back at the end."""
    if sys.stderr.isatty():
        click.echo("\r\x1b[K" if done >= whole else f"\r{done:,} / {whole:,}", err=True, nl=False)
