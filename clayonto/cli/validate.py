"""``clayonto validate``: the data held against the shapes; exit code 1 when it does not conform."""

from __future__ import annotations

import click

from clayonto.cli.common import format_option, lang_option, output_option, write
from clayonto.cli.language import command, say

_SEVERITIES = ("violation", "warning", "info")


@command(
    help=say(
        "Check data against the shapes. With PATHs, the nodes of those files are checked and the bundled graph is their context; "
        "without, the bundled graph itself. Exit code 1 when it does not conform.",
        "Tarkista aineisto muotoja vasten. Jos annat POLKUja, tarkistetaan niiden tiedostojen solmut ja mukana tuleva aineisto on "
        "niiden taustana; muuten tarkistetaan mukana tuleva aineisto. Lopetuskoodi on 1, kun aineisto ei ole muotojen mukainen.",
    )
)
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option(
    "--no-bundle",
    is_flag=True,
    help=say("Leave the bundled data out; the ontology stays.", "Jätä mukana tuleva aineisto pois; ontologia jää."),
)
@lang_option
@format_option("text", "json", "turtle")
@click.option(
    "--fail-on",
    type=click.Choice(_SEVERITIES),
    default="violation",
    show_default=True,
    help=say("The mildest severity that makes the exit code 1.", "Lievin vakavuus, joka tekee lopetuskoodista 1."),
)
@output_option
@click.pass_context
def validate(ctx: click.Context, paths: tuple[str, ...], no_bundle: bool, lang: str, style: str, fail_on: str, output: str | None) -> None:
    """Check data against the shapes."""
    from clayonto.validation.files import validate_files

    report = validate_files(paths, bundle=not no_bundle)
    write({"text": lambda: report.to_text(lang=lang), "json": report.to_json, "turtle": report.to_turtle}[style](), output)
    bad = _SEVERITIES[: _SEVERITIES.index(fail_on) + 1]
    ctx.exit(1 if any(result.severity in bad for result in report.results) else 0)
