"""``clayonto queries`` and ``clayonto query``: the named questions, and the answers to them or to any SPARQL."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clayonto.cli.common import (
    ended_at_once,
    endpoint_option,
    file_format_option,
    format_option,
    graph_options,
    infer_option,
    lang_option,
    line_width,
    open_graph,
    output_option,
    service_option,
    write,
    write_pieces,
)
from clayonto.cli.language import command, say
from clayonto.locales import counted

if TYPE_CHECKING:
    from clayonto.plan import Plan
    from clayonto.query import NamedQuery

FORMATS = ("table", "csv", "tsv", "json", "xml", "turtle", "ntriples", "jsonld", "parquet")


@command(help=say("List the named queries.", "Luettele nimetyt kyselyt."))
@format_option("table", "json")
@lang_option
def queries(style: str, lang: str) -> None:
    """List the named queries with their parameters."""
    from clayonto.query import queries as catalogue
    from clayonto.tables import draw_table

    found = list(catalogue().values())
    if style == "json":
        import json

        write(json.dumps([query.to_dict() for query in found], ensure_ascii=False, indent=1), None)
        return
    head = [say("name", "nimi"), say("question", "kysymys"), say("parameters", "parametrit")]
    cells = [
        [
            query.name,
            query.title.get(lang) or query.title.get("en", ""),
            " ".join(p.name if p.default is None else f"[{p.name}={p.default}]" for p in query.params.values() if p.name != "lang"),
        ]
        for query in found
    ]
    write(draw_table(head, cells, numeric=[False] * 3, width=line_width()), None)


@command(
    short_help=say("Answer a named query, a file or SPARQL.", "Vastaa nimettyyn kyselyyn, tiedostoon tai SPARQLiin."),
    help=say(
        "Answer a named query, a query file, SPARQL as it stands, or SPARQL from standard input (-).\n\n"
        "\b\n  clayonto query project-partners --param project=project/clay --lang fi -f csv\n"
        "  clayonto query 'SELECT ?name { ?p a clay:Project ; skos:prefLabel ?name }'",
        "Vastaa nimettyyn kyselyyn, kyselytiedostoon, SPARQL-kyselyyn sellaisenaan tai vakiosyötteestä (-).\n\n"
        "\b\n  clayonto query project-partners --param project=project/clay --lang fi -f csv\n"
        "  clayonto query 'SELECT ?nimi { ?p a clay:Project ; skos:prefLabel ?nimi }'",
    ),
)
@click.argument("query", metavar="NAME|FILE.rq|SPARQL|-")
@click.option(
    "--param",
    "params",
    multiple=True,
    metavar="K=V",
    help=say("A parameter of the query; may be repeated.", "Kyselyn parametri; voi toistaa."),
)
@graph_options
@endpoint_option
@service_option
@infer_option
@lang_option
@file_format_option(*FORMATS)
@output_option
@click.option(
    "--explain",
    is_flag=True,
    help=say(
        "Say how it is answered, not what the answer is (-f json too).", "Kerro, miten siihen vastataan, älä vastausta (myös -f json)."
    ),
)
def query(
    query: str,
    params: tuple[str, ...],
    data: tuple[str, ...],
    no_bundle: bool,
    engine: str | None,
    store: str | None,
    endpoint: str | None,
    graph: str | None,
    timeout: float,
    services: tuple[str, ...],
    infer: bool,
    lang: str,
    style: str,
    output: str | None,
    explain: bool,
) -> None:
    """Answer a query."""
    from clayonto.errors import UsageError
    from clayonto.results import WRITERS
    from clayonto.sparql import form

    values = _values(params)
    named = find_query(query)
    if "lang" in named.params:
        values.setdefault("lang", lang)
    asked = open_graph(
        data,
        no_bundle=no_bundle,
        engine=engine,
        store=store,
        endpoint=endpoint,
        graph=graph,
        timeout=timeout,
        infer=infer,
        services=services,
    )
    plain = not named.has_header and not values
    if explain:
        with ended_at_once():
            plan = asked.plan(named.text if plain else named.bind(values, base=asked.base))
        write(_explained(plan, style), output)
        return
    if style == "parquet":
        if output in (None, "-") and sys.stdout.isatty():
            raise UsageError(
                say("Parquet is not for reading: name a file with -o.", "Parquet ei ole luettavaa tekstiä: nimeä tiedosto valinnalla -o.")
            )
        with ended_at_once():
            parquet = (asked.query(named.text) if plain else asked.run(named, **values)).to_parquet()
        write_pieces([parquet], output)
        return
    if endpoint is not None and style in ("csv", "tsv") and form(named.text) == "select":
        # An endpoint may answer with more rows than fit into memory.
        with asked.stream(named.text) if plain else asked.stream(named, **values) as stream:
            write_pieces(stream.write(style), output)
        return
    with ended_at_once():
        rows = asked.query(named.text) if plain else asked.run(named, **values)
    if style == "table":
        write(rows.to_table(width=line_width(output)), output)
        if sys.stderr.isatty() and rows.form != "ask":
            count = say(
                f"{counted(len(rows), 'row', 'rows')}, answered by {rows.engine}",
                f"{counted(len(rows), 'rivi', 'riviä')}, vastasi {rows.engine}",
            )
            click.secho(count, err=True, dim=True)
        return
    try:
        write(WRITERS[style](rows), output)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _explained(plan: Plan, style: str) -> str:
    if style == "json":
        import json

        return json.dumps(plan.to_dict(), ensure_ascii=False, indent=1)
    from clayonto.tables import draw_table

    head = say(
        f"{plan.engine}: {plan.reason}. {counted(plan.rows, 'row', 'rows')} in {plan.milliseconds:.1f} ms.",
        f"{plan.engine}: {plan.reason}. {counted(plan.rows, 'rivi', 'riviä')}, {plan.milliseconds:.1f} ms.",
    )
    lines = [head]
    if plan.steps:
        columns = [say("step", "vaihe") if plan.ordered else say("pattern", "kuvio"), say("rows", "rivejä"), "ms"]
        cells = [
            [_short(step.what), str(step.rows), "" if step.milliseconds is None else f"{step.milliseconds:.1f}"] for step in plan.steps
        ]
        lines += ["", draw_table(columns, cells, numeric=[False, True, True])]
    if not plan.ordered:
        english, finnish = (
            "The engine does not tell in which order it joins them.",
            "Moottori ei kerro, missä järjestyksessä se liittää ne.",
        )
        lines += ["", say(english, finnish)]
    return "\n".join([*lines, *(["", *plan.remarks] if plan.remarks else [])])


def _short(text: str) -> str:
    import re

    from clayonto.namespaces import shorten

    return re.sub(r"<([^>]*)>", lambda found: shorten(found[1]), text)


def _values(params: tuple[str, ...]) -> dict[str, object]:
    values: dict[str, object] = {}
    for text in params:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise click.UsageError(say(f"--param takes K=V, not “{text}”.", f"--param on muotoa K=V, ei ”{text}”."))
        if key in values:
            raise click.UsageError(say(f"The parameter “{key}” is given twice.", f"Parametri ”{key}” on annettu kahdesti."))
        values[key] = value
    return values


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a query is longer than a name of a file may be
        return False


def find_query(argument: str) -> NamedQuery:
    """The query that an argument means: ``-`` for standard input, a file, SPARQL as it stands, or the name of a bundled one.

    :raises QueryFileError: if the file cannot be read or is malformed.
    :raises UnknownQueryError: if no query has the name.
    """
    from clayonto.errors import QueryFileError
    from clayonto.query import NamedQuery
    from clayonto.query import queries as catalogue

    if argument == "-":
        return NamedQuery.parse(sys.stdin.read(), name=say("standard input", "vakiosyöte"))
    path = Path(argument)
    # No name has a space or a brace in it, and hardly a file; no query is without one.
    if ("{" in argument or " " in argument) and not argument.endswith(".rq") and not _is_file(path):
        return NamedQuery.parse(argument, name=say("query", "kysely"))
    if not argument.endswith(".rq") and "/" not in argument:
        return catalogue()[argument]
    try:
        return NamedQuery.parse(path.read_text(encoding="utf-8"), name=argument)
    except OSError as error:
        raise QueryFileError(f"{argument} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise QueryFileError(f"{argument} is not UTF-8 text (byte {error.start}); save it as UTF-8.") from error
