"""``clayonto infer``: what follows from the graph by OWL 2 RL; exit code 1 when what it says cannot all be true."""

from __future__ import annotations

import json
import sys
from pathlib import PurePath
from typing import Final

import click

from clayonto.cli.common import output_option, texts_option, told, write
from clayonto.cli.language import LANG, command, say
from clayonto.inference import REASONERS

_ENDINGS: Final = {".ttl": "turtle", ".trig": "trig", ".nt": "ntriples", ".nq": "nquads", ".json": "json", ".txt": "text"}


@command(
    short_help=say("Write what follows from the graph.", "Kirjoita, mitä verkosta seuraa."),
    help=say(
        "Write what follows by OWL 2 RL from the bundled graph and the files of PATHs, and is not stated in them. No file is changed. "
        "Exit code 1, with the axiom, the nodes and their places, when what the graph says cannot all be true.\n\n"
        "\b\n  clayonto infer my-project.ttl -o inferred.nq",
        "Kirjoita, mitä mukana tulevasta verkosta ja POLKUjen tiedostoista seuraa OWL 2 RL:n mukaan eikä niissä ole todettu. Mitään "
        "tiedostoa ei muuteta. Lopetuskoodi on 1, ja aksiooma, solmut ja niiden paikat kerrotaan, kun verkko on ristiriitainen.\n\n"
        "\b\n  clayonto infer oma-hanke.ttl -o inferred.nq",
    ),
)
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option("--engine", type=click.Choice(REASONERS), help=say("Engine that reasons.", "Moottori, joka päättelee."))
@click.option(
    "--no-bundle",
    is_flag=True,
    help=say("Leave the bundled data out; the ontology stays.", "Jätä mukana tuleva aineisto pois; ontologia jää."),
)
@click.option(
    "--trivial",
    is_flag=True,
    help=say("Conclude what says nothing as well.", "Päättele myös se, mikä ei kerro mitään."),
)
@click.option(
    "-f",
    "--format",
    "style",
    type=click.Choice(tuple(_ENDINGS.values())),
    help=say(
        "Form of the output; else by the ending of -o, else Turtle. TriG and N-Quads name the graph of what was inferred.",
        "Tulosteen muoto; muuten -o:n päätteen mukaan, muuten Turtle. TriG ja N-Quads nimeävät päätellyn verkon.",
    ),
)
@texts_option
@output_option
def infer(paths: tuple[str, ...], engine: str | None, no_bundle: bool, trivial: bool, style: str | None, output: str | None) -> None:
    """Write what follows from the graph."""
    from clayonto.opening import load

    if sys.stderr.isatty() and engine == "owlrl":
        click.secho(say("owlrl reasons; that can take long.", "owlrl päättelee; se voi kestää."), err=True, dim=True)
    with told(say("Reasoning …", "Päätellään …")):
        result = load(*paths, bundle=not no_bundle).infer(engine=engine, trivial=trivial)
    style = style or _ENDINGS.get(PurePath(output or "").suffix.lower(), "turtle")
    if style == "json":
        write(json.dumps(result.to_dict(), ensure_ascii=False, indent=1), output)
    elif style == "text":
        write(result.summary(lang=LANG), output)
    else:
        write(getattr(result, f"to_{style}")(), output)
    if style != "text":
        click.secho(result.summary(lang=LANG), err=True, dim=True)
