"""``clayonto search``: things by a text in their names, codes or descriptions."""

from __future__ import annotations

import click

from clayonto.cli.common import format_option, graph_options, lang_option, line_width, open_graph, write
from clayonto.cli.language import command, say
from clayonto.errors import UsageError


@command(
    short_help=say("Find things by name or text.", "Etsi asioita nimestä tai tekstistä."),
    help=say(
        "Find things, concepts and terms whose name, acronym, code or description holds TEXT, best match first. Both languages are searched.\n\n"
        "\b\n  clayonto search umbria",
        "Etsi asiat, käsitteet ja termit, joiden nimessä, lyhenteessä, koodissa tai kuvauksessa TEXT on, parhaat ensin. Haku kattaa molemmat kielet.\n\n"
        "\b\n  clayonto search umbria --lang fi",
    ),
)
@click.argument("text")
@graph_options
@lang_option
@click.option("-n", "--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help=say("Rows at most.", "Rivejä enintään."))
@format_option("table", "csv", "json")
@click.pass_context
def search(
    ctx: click.Context,
    text: str,
    data: tuple[str, ...],
    no_bundle: bool,
    engine: str | None,
    store: str | None,
    lang: str,
    limit: int,
    style: str,
) -> None:
    """Search the graph; exit code 1 when nothing is found."""
    from clayonto.results import WRITERS

    if not text.strip():
        raise UsageError(say("Say what to look for.", "Kerro, mitä etsitään."))
    rows = open_graph(data, no_bundle=no_bundle, engine=engine, store=store).search(text, lang=lang, limit=limit)
    if style != "table":
        write(WRITERS[style](rows), None)
    elif rows:
        write(rows.to_table(width=line_width()), None)
    else:
        click.echo(say(f"Nothing holds “{text}”.", f"Missään ei ole tekstiä ”{text}”."), err=True)
    ctx.exit(0 if rows else 1)
