"""What commands share: options, and writing an answer whole or not at all."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import get_terminal_size
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, TextIO, TypeVar

import click
from click.core import ParameterSource

from clayonto.cli.language import LANG, say
from clayonto.engines import ENGINES
from clayonto.errors import OutputError, UsageError

if TYPE_CHECKING:
    from clayonto.engines.base import Engine
    from clayonto.graph import KnowledgeGraph

F = TypeVar("F", bound=Callable[..., Any])


def lang_option(function: F) -> F:
    """``--lang``: the language of labels and texts."""
    text = say("Language of labels and texts.", "Nimien ja tekstien kieli.")
    return click.option("--lang", type=click.Choice(["en", "fi"]), default=LANG, show_default=True, help=text)(function)


def texts_option(function: F) -> F:
    """``--lang`` where it only sets the language of the command's own words."""
    text = say("Language of texts.", "Tekstien kieli.")
    return click.option("--lang", type=click.Choice(["en", "fi"]), expose_value=False, help=text)(function)


def format_option(*styles: str) -> Callable[[F], F]:
    """``-f``: the form of what is written, passed on as ``style``; the first is the default."""
    text = say("Form of the output.", "Tulosteen muoto.")
    return click.option("-f", "--format", "style", type=click.Choice(styles), default=styles[0], show_default=True, help=text)


_LONGEST_PATH: Final = 1000
_ENDINGS: Final = {
    ".csv": "csv",
    ".html": "html",
    ".json": "json",
    ".jsonld": "jsonld",
    ".nt": "ntriples",
    ".parquet": "parquet",
    ".rdfp": "patch",
    ".sarif": "sarif",
    ".svg": "svg",
    ".tsv": "tsv",
    ".ttl": "turtle",
    ".xml": "xml",
}


def file_format_option(*styles: str) -> Callable[[F], F]:
    """``-f`` of a command that has ``-o``, whose ending says the form when ``-f`` does not."""

    def chosen(ctx: click.Context, _: click.Parameter, style: str) -> str:
        # What is given is read before what is not, so the name of the file is known.
        if ctx.get_parameter_source("style") is not ParameterSource.DEFAULT:
            return style
        by_ending = _ENDINGS.get(Path(ctx.params.get("output") or "").suffix.lower())
        return by_ending if by_ending in styles else style

    text = say("Form of the output; else by the ending of -o.", "Tulosteen muoto; muuten -o:n päätteen mukaan.")
    return click.option(
        "-f", "--format", "style", type=click.Choice(styles), default=styles[0], show_default=True, callback=chosen, help=text
    )


def output_option(function: F) -> F:
    """``-o``: the file to write to."""
    text = say("Write to a file, whole or not at all.", "Kirjoita tiedostoon, kokonaan tai ei lainkaan.")
    return click.option("-o", "--output", metavar="FILE", help=text)(function)


def graph_options(function: F) -> F:
    """``--data``, ``--no-bundle``, ``--store`` and ``--engine``: which graph is asked, and by what."""
    for option in (
        click.option(
            "--store",
            metavar="DIR",
            help=say(
                "Graph on disk: opened, or built there if the folder is new; --data is added to it.",
                "Levyllä oleva verkko: avataan, tai rakennetaan uuteen kansioon; --data lisätään siihen.",
            ),
        ),
        click.option("--engine", type=click.Choice(ENGINES), help=say("Engine that answers.", "Moottori, joka vastaa.")),
        click.option(
            "--no-bundle",
            is_flag=True,
            help=say("Leave the bundled data out; the ontology stays.", "Jätä mukana tuleva aineisto pois; ontologia jää."),
        ),
        click.option(
            "--data",
            multiple=True,
            metavar="PATH",
            help=say("RDF file, folder or pattern to add; may be repeated.", "Lisättävä RDF-tiedosto, kansio tai hahmo; voi toistaa."),
        ),
    ):
        function = option(function)
    return function


def endpoint_option(function: F) -> F:
    """``--endpoint``: the SPARQL endpoint to ask instead of a graph of one's own; ``--graph`` and ``--timeout``: what of it, and how long to wait."""
    text = say(
        "SPARQL 1.1 endpoint to ask instead. CLAYONTO_ENDPOINT_USER and _PASSWORD, or _TOKEN, are sent along.",
        "SPARQL 1.1 -rajapinta, jolta kysytään. CLAYONTO_ENDPOINT_USER ja _PASSWORD tai _TOKEN lähetetään mukana.",
    )
    for option in (
        timeout_option,
        click.option(
            "--graph",
            metavar="IRI",
            help=say("Named graph of the endpoint to ask; else its default graph.", "Rajapinnan nimetty verkko; muuten oletusverkko."),
        ),
        click.option("--endpoint", metavar="URL", help=text),
    ):
        function = option(function)
    return function


def timeout_option(function: F) -> F:
    """``--timeout``: how long an endpoint may take."""
    text = say("Seconds that an endpoint may take to answer.", "Sekunnit, jotka rajapinnan vastausta odotetaan.")
    return click.option("--timeout", type=click.FloatRange(0, min_open=True), default=60.0, show_default=True, help=text)(function)


def service_option(function: F) -> F:
    """``--service``: an endpoint that ``SERVICE`` in the query may ask."""
    text = say(
        "Address or host that SERVICE in the query may ask; may be repeated.",
        "Osoite tai palvelin, jolta kyselyn SERVICE saa kysyä; voi toistaa.",
    )
    return click.option("--service", "services", multiple=True, metavar="URL", help=text)(function)


def infer_option(function: F) -> F:
    """``--infer``: whether what follows from the graph is seen as well."""
    text = say("See what follows by OWL 2 RL as well.", "Ota mukaan myös se, mikä seuraa OWL 2 RL:n mukaan.")
    return click.option("--infer", is_flag=True, help=text)(function)


def open_graph(
    data: tuple[str, ...],
    *,
    no_bundle: bool,
    engine: str | Engine | None,
    store: str | None,
    endpoint: str | None = None,
    graph: str | None = None,
    timeout: float = 60.0,
    infer: bool = False,
    services: tuple[str, ...] = (),
) -> KnowledgeGraph:
    """The graph that the options of :func:`graph_options` and :func:`endpoint_option` ask for."""
    from clayonto.namespaces import expand
    from clayonto.opening import connect, load

    if endpoint is not None:
        others = {"--data": data, "--no-bundle": no_bundle, "--engine": engine, "--store": store, "--infer": infer, "--service": services}
        given = [name for name, value in others.items() if value]
        if given:
            raise UsageError(f"{given[0]} is about a graph of your own, and --endpoint asks someone else's; leave one of the two out.")
        return connect(endpoint, timeout=timeout, graph=None if graph is None else expand(graph))
    if graph is not None:
        raise UsageError("--graph names a graph of an endpoint; give --endpoint as well, or leave it out.")
    new = store is not None and not _holds_graph(store)
    with meter() as progress:
        opened = load(*data, engine=engine, bundle=not no_bundle, store=store, infer=infer, services=services, progress=progress)
    if new:
        # Whoever has mistyped the name of a graph would take the answers for those of that graph.
        click.echo(
            say(
                f"{store} was not there: a new graph was made, with {len(opened)} triples.",
                f"Kansiota {store} ei ollut: tehtiin uusi verkko, {len(opened)} kolmikkoa.",
            ),
            err=True,
        )
    return opened


def _draws(stream: TextIO) -> bool:
    """Whether it is a terminal that can take back what it shows."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


@contextmanager
def told(text: str) -> Iterator[None]:
    """Say on a terminal what takes so long, and take it back when it is done."""
    shown = _draws(sys.stderr)
    if shown:
        click.echo(text, err=True, nl=False)
    try:
        yield
    finally:
        if shown:
            click.echo("\r\x1b[K", err=True, nl=False)


@contextmanager
def meter() -> Iterator[Callable[[str], None]]:
    """Takes sentences on how far long work is, shows the newest on a terminal, and takes it back when the work is done."""
    if not _draws(sys.stderr):
        yield lambda _: None
        return
    shown = 0.0

    def show(text: str) -> None:
        nonlocal shown
        if monotonic() - shown > 0.1:
            shown = monotonic()
            click.echo(f"\r{text[: get_terminal_size().columns - 1]}\x1b[K", err=True, nl=False)

    try:
        yield show
    finally:
        click.echo("\r\x1b[K", err=True, nl=False)


def _holds_graph(store: str) -> bool:
    from clayonto.stores.generations import is_store

    return is_store(Path(store))


@contextmanager
def ended_at_once() -> Iterator[None]:
    """Let Ctrl+C end the process on the spot: an engine in the middle of an answer hears of nothing until it has it.

    For what only reads, and has nothing to clear away.
    """
    # Who ignores Ctrl+C, as nohup does, goes on ignoring it.
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Take SIGTERM, by which jobs are cancelled, as an end after which all that was begun is cleared away. For what waits for no engine."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, _: object) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


# Signs that a terminal would act on: escapes, which can write into its title or keyboard, and what turns the direction of writing round.
_ACTED_ON: Final = {
    **{sign: 0x2400 + sign for sign in range(32) if chr(sign) not in "\n\t"},
    **dict.fromkeys([*range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)], 0xFFFD),
}


def visible(text: str) -> str:
    r"""A text whose control characters are seen instead of acted on: data and messages from elsewhere are shown on a terminal so.

    >>> visible("a\x1b[2Jb")
    'a␛[2Jb'
    """
    return text.replace("\r\n", "\n").translate(_ACTED_ON)


def to_stdout(data: bytes) -> None:
    """Write all of an answer to standard output.

    :raises BrokenPipeError: if whoever read it has enough.
    :raises OutputError: if it cannot be written; the disk behind it may be full.
    """
    if sys.stdout.isatty():
        data = visible(data.decode(errors="replace")).encode()
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        # Nothing more may be tried at exit: it would fail again, and say so in a second, stranger way.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OutputError(error) from error


def line_width(output: str | None = None) -> int | None:
    """Characters that a line may have: as many as the terminal has, or any number in a file or a pipe."""
    return get_terminal_size().columns if output is None and sys.stdout.isatty() else None


def write(text: str, output: str | None) -> None:
    """Write an answer to standard output, or to a file that is replaced only when all of it is written.

    :raises OutputError: if it cannot be written.
    """
    write_pieces([(text if not text or text.endswith("\n") else text + "\n").encode()], output)


def write_pieces(pieces: Iterable[bytes], output: str | None) -> None:
    """Write an answer that is made while it is written, as :func:`write` does.

    :raises OutputError: if it cannot be written.
    :raises UsageError: if it is a file that the command reads.
    """
    if output is None or output == "-":
        for piece in pieces:
            to_stdout(piece)
        return
    from clayonto.files import check_apart, replacing

    check_apart(output, _read(Path(output)))
    try:
        with replacing(Path(output)) as out:
            for piece in pieces:
                out.write(piece)
    except OSError as error:
        raise OutputError(error, path=output) from error


def _read(output: Path) -> Iterator[Path]:
    """The files that this command was told to read, as far as they could be the one it writes: by name, by a pattern, or as one of a folder."""
    from glob import glob

    from clayonto.sources import FORMATS

    context = click.get_current_context(silent=True)
    for name, value in () if context is None else context.params.items():
        for place in value if isinstance(value, tuple) else (value,):
            # SPARQL as it stands is no place, and may be longer than a name can be.
            if name in ("output", "report") or not isinstance(place, str) or "{" in place or len(place) > _LONGEST_PATH:
                continue
            yield from map(Path, (place, *glob(place, recursive=True)))
            if output.suffix.lower() in FORMATS and Path(place).is_dir() and Path(place).resolve() in output.resolve().parents:
                yield output
