"""``clayonto explain``: why a triple holds, or what is behind a figure; exit code 1 when nothing explains it."""

from __future__ import annotations

import click

from clayonto.cli.common import file_format_option, graph_options, lang_option, open_graph, output_option, write
from clayonto.cli.language import command, say


@command(
    short_help=say("Say why a triple holds, or what is behind a figure.", "Kerro, miksi kolmikko pätee tai mitä luvun takana on."),
    help=say(
        "Say why the triple S P O holds: the file and the passage that state it, or the rules by which it follows; or what is missing. "
        "With S alone, the claims behind a figure: which one the graph follows and why, who says otherwise and by how much. "
        "O may be a literal as in Turtle. Exit code 1 when nothing explains it.\n\n"
        "\b\n  clayonto explain project/clay a prov:Activity\n  clayonto explain amount/clay-total-budget epo:hasAmountValue 1340000.00\n"
        "  clayonto explain amount/clay-total-budget",
        "Kerro, miksi kolmikko S P O pätee: tiedosto ja tekstikohta, jossa se todetaan, tai säännöt, joilla se seuraa; tai mitä puuttuu. "
        "Pelkällä S:llä luvun takana olevat väitteet: mitä verkko noudattaa ja miksi, ja kuka sanoo muuta ja kuinka paljon. "
        "O voi olla literaali kuten Turtlessa. Lopetuskoodi on 1, kun mikään ei selitä sitä.\n\n"
        "\b\n  clayonto explain project/clay a prov:Activity\n  clayonto explain amount/clay-total-budget epo:hasAmountValue 1340000.00\n"
        "  clayonto explain amount/clay-total-budget",
    ),
)
@click.argument("s", metavar="S")
@click.argument("p", metavar="[P", required=False)
@click.argument("o", metavar="O]", required=False)
@graph_options
@lang_option
@file_format_option("text", "json", "turtle", "svg")
@output_option
@click.pass_context
def explain(
    ctx: click.Context,
    s: str,
    p: str | None,
    o: str | None,
    data: tuple[str, ...],
    no_bundle: bool,
    engine: str | None,
    store: str | None,
    lang: str,
    style: str,
    output: str | None,
) -> None:
    """Say why a triple holds, or what is behind a figure."""
    if (p is None) != (o is None):
        raise click.UsageError(say("Give S P O for a triple, or S alone for a figure.", "Anna S P O kolmikolle tai pelkkä S luvulle."))
    graph = open_graph(data, no_bundle=no_bundle, engine=engine, store=store)
    found = graph.account(s) if p is None or o is None else graph.explain(s, p, o)
    if style in ("text", "svg"):
        write(found.to_text(lang=lang) if style == "text" else found.to_svg(lang=lang), output)
    else:
        write(found.to_json() if style == "json" else found.to_turtle(), output)
    ctx.exit(0 if found else 1)
