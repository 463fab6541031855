"""``clayonto info``: versions, engines, graphs and counts."""

from __future__ import annotations

import json

from clayonto.cli.common import format_option, graph_options, open_graph, texts_option, write
from clayonto.cli.language import command, say


@command(help=say("Show versions, engines found, graphs and counts.", "Näytä versiot, löydetyt moottorit, graafit ja määrät."))
@graph_options
@format_option("text", "json")
@texts_option
def info(data: tuple[str, ...], no_bundle: bool, engine: str | None, store: str | None, style: str) -> None:
    """Show what is installed and what the graph holds."""
    from clayonto.tables import draw_table

    graph = open_graph(data, no_bundle=no_bundle, engine=engine, store=store)
    facts = graph.info()
    if style == "json":
        write(json.dumps(facts, ensure_ascii=False, indent=1), None)
        return
    rows = [
        ["clayonto", facts["version"]],
        [say("engine", "moottori"), f"{facts['engine']['name']} {facts['engine']['version']}"],
        [say("engines found", "löydetyt moottorit"), ", ".join(facts["engines"])],
        [say("triples", "kolmikoita"), str(facts["triples"])],
        [say("named queries", "nimettyjä kyselyitä"), str(facts["queries"])],
        [say("base", "perusosoite"), facts["base"]],
    ]
    width = max(len(row[0]) for row in rows)
    lines = [f"{name.ljust(width)}  {value}" for name, value in rows]
    counts = [[name, str(count)] for name, count in facts["things"].items()]
    sources = [[source["name"], source["graph"]] for source in facts["sources"]]
    lines += ["", draw_table([say("things by class", "asioita luokittain"), say("count", "määrä")], counts, numeric=[False, True])]
    lines += ["", draw_table([say("file", "tiedosto"), say("graph", "graafi")], sources, numeric=[False, False])]
    write("\n".join(lines), None)
