"""``clayonto describe``: what the graph says of one thing or term."""

from __future__ import annotations

import json

import click

from clayonto.cli.common import format_option, graph_options, lang_option, open_graph, write
from clayonto.cli.language import command, say


@command(
    short_help=say("Show what the graph says of a thing.", "Näytä, mitä verkko kertoo asiasta."),
    help=say(
        "Show what the graph says of a thing or a term, and where it is stated.\n\n\b\n  clayonto describe project/clay",
        "Näytä, mitä verkko kertoo asiasta tai termistä ja missä se todetaan.\n\n\b\n  clayonto describe project/clay --lang fi",
    ),
)
@click.argument("term")
@graph_options
@lang_option
@format_option("text", "json")
def describe(term: str, data: tuple[str, ...], no_bundle: bool, engine: str | None, store: str | None, lang: str, style: str) -> None:
    """Describe a thing or a term."""
    found = open_graph(data, no_bundle=no_bundle, engine=engine, store=store).describe(term, lang=lang)
    write(found.to_text() if style == "text" else json.dumps(found.to_dict(), ensure_ascii=False, indent=1), None)
