"""``clayonto diff`` and ``patch``: what changed between two graphs, and the change carried over to another."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from clayonto.cli.common import file_format_option, lang_option, output_option, texts_option, told, write
from clayonto.cli.language import command, say
from clayonto.locales import counted

if TYPE_CHECKING:
    from collections.abc import Callable


@command(
    short_help=say("Show what changed between two graphs.", "Näytä, mikä kahden verkon välillä on muuttunut."),
    help=say(
        "Show what changed from OLD to NEW, thing by thing. Each is a file, a folder, a pattern, a store, or a revision of the git repository you "
        "are in; held against a path, a revision means that path of it. Exit code 1 when they differ.\n\n"
        "\b\n  clayonto diff old.ttl new.ttl\n  clayonto diff HEAD~1 .\n  clayonto diff v1.0:data data -f html -o changes.html",
        "Näytä asia kerrallaan, mikä on muuttunut VANHASTA UUTEEN. Kumpikin on tiedosto, kansio, hahmo, varasto tai sen git-arkiston "
        "versio, jossa olet; polun rinnalla versio tarkoittaa samaa polkua siinä. Lopetuskoodi on 1, kun eroja on.\n\n"
        "\b\n  clayonto diff vanha.ttl uusi.ttl\n  clayonto diff HEAD~1 .\n  clayonto diff v1.0:data data -f html -o muutokset.html",
    ),
)
@click.argument("old", metavar=say("OLD", "VANHA"))
@click.argument("new", metavar=say("NEW", "UUSI"))
@click.option(
    "--full",
    is_flag=True,
    help=say(
        "Tell all of what was added or removed as a whole (text, html).", "Kerro kokonaan lisätyistä ja poistetuista kaikki (text, html)."
    ),
)
@lang_option
@file_format_option("text", "json", "turtle", "patch", "html")
@output_option
@click.pass_context
def diff(ctx: click.Context, old: str, new: str, full: bool, lang: str, style: str, output: str | None) -> None:
    """Show what changed."""
    from clayonto.difference.compare import diff as compare

    waiting = say(f"Comparing {old} and {new} …", f"Verrataan: {old} ja {new} …")
    with told(waiting):
        found = compare(old, new)
    forms: dict[str, Callable[[], str]] = {
        "text": lambda: found.to_text(lang=lang, full=full),
        "json": lambda: found.to_json(lang=lang),
        "turtle": found.to_turtle,
        "patch": found.to_patch,
        "html": lambda: found.to_html(lang=lang, full=full),
    }
    write(forms[style](), output)
    ctx.exit(0 if found.equal else 1)


@command(
    short_help=say("Change a graph as a patch says.", "Muuta verkkoa paikkauksen mukaan."),
    help=say(
        "Change GRAPH, a Turtle file or a store, as PATCH says (RDF Patch, as “clayonto diff -f patch” writes it; - reads it from standard input), "
        "whole or not at all. With -o GRAPH stays as it is and may be any RDF file, folder or pattern. Exit code 1 when the patch does not fit.\n\n"
        "\b\n  clayonto diff old.ttl new.ttl -f patch -o change.rdfp\n  clayonto patch mine.ttl change.rdfp",
        "Muuta VERKKOA (Turtle-tiedosto tai varasto) PAIKKAUKSEN mukaan (RDF Patch, jollaisen ”clayonto diff -f patch” kirjoittaa; - lukee sen "
        "vakiosyötteestä), kokonaan tai ei lainkaan. Valitsimella -o VERKKO jää ennalleen ja voi olla mikä tahansa RDF-tiedosto, kansio tai hahmo. "
        "Lopetuskoodi on 1, kun paikkaus ei sovi.\n\n"
        "\b\n  clayonto diff vanha.ttl uusi.ttl -f patch -o muutos.rdfp\n  clayonto patch oma.ttl muutos.rdfp",
    ),
)
@click.argument("graph", metavar=say("GRAPH", "VERKKO"))
@click.argument("patch_", metavar=say("PATCH", "PAIKKAUS"))
@click.option(
    "--lenient",
    is_flag=True,
    help=say("Leave out what does not fit, and say what it was.", "Jätä sopimaton pois ja kerro, mitä se oli."),
)
@click.option(
    "--force", is_flag=True, help=say("Change a file whose comments will be lost.", "Muuta tiedostoa, vaikka kommentteja katoaa.")
)
@output_option
@texts_option
def patch(graph: str, patch_: str, lenient: bool, force: bool, output: str | None) -> None:
    """Change a graph."""
    from clayonto.difference.patching import patch as change
    from clayonto.difference.patching import patched
    from clayonto.difference.rdfpatch import read_patch

    changes = read_patch(sys.stdin.buffer if patch_ == "-" else patch_)
    if output is None:
        done = change(graph, changes, strict=not lenient, force=force)
    else:
        done = patched(graph, changes, strict=not lenient)
        write(done.to_turtle(), output)
    for misfit in done.misfits:
        click.echo(say(f"Left out: {misfit}", f"Jätetty pois: {misfit}"), err=True)
    click.echo(
        say(
            f"{counted(len(done.removed), 'triple', 'triples')} removed, {len(done.added)} added.",
            f"Poistettu {counted(len(done.removed), 'kolmikko', 'kolmikkoa')}, lisätty {len(done.added)}.",
        ),
        err=True,
    )
