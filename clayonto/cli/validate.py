"""``clayonto validate``: the data held against the shapes; exit code 1 when it does not conform."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Literal

import click

from clayonto.cli.common import endpoint_option, file_format_option, infer_option, lang_option, open_graph, output_option, told, write
from clayonto.cli.language import command, say
from clayonto.errors import ShapesWarning

if TYPE_CHECKING:
    from collections.abc import Callable

    from clayonto.validation import ValidationReport

_SEVERITIES = ("violation", "warning", "info")
# As in clayonto.validation.ENGINES, whose import would make every --help slower; a test holds the two together.
_ENGINES = ("compiled", "pyshacl")


@command(
    help=say(
        "Check data against the shapes. With PATHs, the nodes of those files are checked and the graph is their context; "
        "without, the graph itself: the bundled one, or one on disk. Exit code 1 when it does not conform.\n\n"
        "\b\n  clayonto validate mine.ttl --by shape\n  clayonto validate mine.ttl -f html -o report.html",
        "Tarkista aineisto muotoja vasten. Jos annat POLKUja, tarkistetaan niiden tiedostojen solmut ja verkko on niiden taustana; "
        "muuten tarkistetaan verkko itse: mukana tuleva tai levyllä oleva. Lopetuskoodi on 1, kun aineisto ei ole muotojen mukainen.\n\n"
        "\b\n  clayonto validate oma.ttl --by shape\n  clayonto validate oma.ttl -f html -o raportti.html",
    )
)
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option(
    "--store",
    metavar="DIR",
    help=say(
        "Graph on disk: opened, or built there if the folder is new. PATHs are not added to it.",
        "Levyllä oleva verkko: avataan, tai rakennetaan uuteen kansioon. POLKUja ei lisätä siihen.",
    ),
)
@click.option(
    "--no-bundle",
    is_flag=True,
    help=say("Leave the bundled data out; the ontology stays.", "Jätä mukana tuleva aineisto pois; ontologia jää."),
)
@click.option("--engine", type=click.Choice(_ENGINES), help=say("Validator; compiled by default.", "Tarkistin; oletus on compiled."))
@click.option(
    "--shapes",
    metavar="PATH",
    help=say(
        "Shapes of your own instead of the bundled ones: a file, folder or pattern. They are checked first.",
        "Omat muodot mukana tulevien sijaan: tiedosto, kansio tai hahmo. Ne tarkistetaan ensin.",
    ),
)
@click.option(
    "--by",
    type=click.Choice(["thing", "shape"]),
    default="thing",
    show_default=True,
    help=say(
        "Group the text and HTML reports by thing or by shape.",
        "Ryhmittele teksti- ja HTML-raportti asian (thing) tai muodon (shape) mukaan.",
    ),
)
@click.option(
    "--times",
    is_flag=True,
    help=say("Add the time and the counts of each shape to the text report.", "Lisää tekstiraporttiin muotojen ajat ja lukumäärät."),
)
@endpoint_option
@infer_option
@lang_option
@file_format_option("text", "json", "turtle", "sarif", "github", "html")
@click.option(
    "--fail-on",
    type=click.Choice(_SEVERITIES),
    default="violation",
    show_default=True,
    help=say("The mildest severity that makes the exit code 1.", "Lievin vakavuus, joka tekee lopetuskoodista 1."),
)
@output_option
@click.pass_context
def validate(
    ctx: click.Context,
    paths: tuple[str, ...],
    store: str | None,
    no_bundle: bool,
    engine: str | None,
    shapes: str | None,
    by: str,
    times: bool,
    lang: str,
    style: str,
    fail_on: str,
    output: str | None,
    endpoint: str | None,
    graph: str | None,
    timeout: float,
    infer: bool,
) -> None:
    """Check data against the shapes."""
    grouping: Literal["thing", "shape"] = "shape" if by == "shape" else "thing"
    with warnings.catch_warnings(record=True) as warned, told(say("Checking …", "Tarkistetaan …")):
        warnings.simplefilter("always", ShapesWarning)
        report = _checked(paths, store, endpoint, graph, timeout, no_bundle=no_bundle, engine=engine, shapes=shapes, infer=infer)
    for one in warned:
        click.echo(f"{say('Warning', 'Varoitus')}: {one.message}", err=True)
    forms: dict[str, Callable[[], str]] = {
        "text": lambda: report.to_text(lang=lang, by=grouping, times=times),
        "json": report.to_json,
        "turtle": report.to_turtle,
        "sarif": lambda: report.to_sarif(lang=lang),
        "github": lambda: report.to_github(lang=lang),
        "html": lambda: report.to_html(lang=lang, by=grouping),
    }
    write(forms[style](), output)
    bad = _SEVERITIES[: _SEVERITIES.index(fail_on) + 1]
    ctx.exit(1 if any(result.severity in bad for result in report.results) else 0)


def _checked(
    paths: tuple[str, ...],
    store: str | None,
    endpoint: str | None,
    graph: str | None,
    timeout: float,
    *,
    no_bundle: bool,
    engine: str | None,
    shapes: str | None,
    infer: bool,
) -> ValidationReport:
    if endpoint is not None or graph is not None:
        asked = open_graph((), no_bundle=no_bundle, engine=None, store=store, endpoint=endpoint, graph=graph, timeout=timeout, infer=infer)
        return asked.validate(*paths, shapes=shapes, engine=engine)
    if infer:
        from clayonto.errors import UsageError
        from clayonto.opening import load

        if paths and store is not None:
            raise UsageError("With --infer, check PATHs, or a graph on disk (--store), but not both: add the files to the graph first.")
        inferred = load(*paths, bundle=not no_bundle, store=store, infer=True)
        return inferred.validate(bundled=not paths, shapes=shapes, engine=engine)
    if store is not None:
        # A check writes nothing: the files meet the graph in memory alone.
        stored = open_graph((), no_bundle=no_bundle, engine=None, store=store)
        return stored.validate(*paths, shapes=shapes, engine=engine)
    from clayonto.validation.files import validate_files

    return validate_files(paths, bundle=not no_bundle, shapes=shapes, engine=engine)
