"""``clayonto check``: a published site looked at as its clients do; exit code 1 when something is wrong."""

from __future__ import annotations

import sys

import click

from clayonto.cli.common import file_format_option, lang_option, output_option, write
from clayonto.cli.language import command, say


@command(
    help=say(
        "Check a published site as real clients do: every IRI is asked for in every format, every link followed, and the data of the pages held against the "
        "download. DIR is what “clayonto publish” made; URL is where it is. Exit code 1 when something is wrong.\n\n"
        "\b\n  clayonto check site\n  clayonto check https://data.example.org/ --sample 500",
        "Tarkista julkaistu sivusto niin kuin sen käyttäjät: jokaista tunnistetta kysytään jokaisessa muodossa, jokaista linkkiä seurataan, ja sivujen dataa "
        "verrataan ladattavaan aineistoon. DIR on ”clayonto publish” -komennon tekemä kansio, URL sivuston osoite. Lopetuskoodi on 1, kun jotain on vialla.\n\n"
        "\b\n  clayonto check sivusto\n  clayonto check https://data.example.org/ --sample 500",
    )
)
@click.argument("target", metavar="DIR|URL")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=8,
    show_default=True,
    help=say("Requests under way at a time.", "Samanaikaisten pyyntöjen määrä."),
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=20.0,
    show_default=True,
    help=say("Seconds to wait for an answer.", "Sekunnit, jotka vastausta odotetaan."),
)
@click.option(
    "--sample",
    type=click.IntRange(1),
    help=say(
        "Dereference this many IRIs at most, evenly spread; otherwise all.",
        "Kysy enintään näin montaa tunnistetta, tasaisin välein; muuten kaikkia.",
    ),
)
@lang_option
@file_format_option("text", "json")
@output_option
@click.pass_context
def check(
    ctx: click.Context, target: str, jobs: int, timeout: float, sample: int | None, lang: str, style: str, output: str | None
) -> None:
    """Check a site."""
    from clayonto.publish.checking import check as look

    report = look(target, jobs=jobs, timeout=timeout, sample=sample, progress=lambda text: print(text, file=sys.stderr))
    write(report.to_text(lang="fi" if lang == "fi" else "en") if style == "text" else report.to_json(), output)
    ctx.exit(0 if report.ok else 1)
