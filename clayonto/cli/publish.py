"""``clayonto publish``: the graph as a site of static files; exit code 1 when the data does not conform."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clayonto.cli.common import ended_in_order, graph_options, infer_option, lang_option, open_graph
from clayonto.cli.language import command, say
from clayonto.errors import ConfigError, NotPublishableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from clayonto.publish import Config, Summary

# As in clayonto.publish.config.TARGETS, whose import would make every --help slower; a test holds the two together.
_TARGETS = ("plain", "github-pages", "apache", "nginx")
_NEEDS = {
    "plain": (
        "Copy the folder to any web host. Nothing has to be installed or set there.",
        "Kopioi kansio mille tahansa verkkopalvelimelle. Siellä ei tarvitse asentaa eikä säätää mitään.",
    ),
    "github-pages": (
        "Push the folder to the branch that GitHub Pages serves.",
        "Vie kansio siihen haaraan, josta GitHub Pages julkaisee.",
    ),
    "apache": (
        "Copy the folder to the host; Apache has to allow .htaccess (AllowOverride All).",
        "Kopioi kansio palvelimelle; Apachen on sallittava .htaccess (AllowOverride All).",
    ),
    "nginx": (
        "Copy the folder to the host, and put nginx.conf where nginx includes it in its http block, with your server_name and root.",
        "Kopioi kansio palvelimelle ja pane nginx.conf sinne, mistä nginx liittää sen http-lohkoonsa; aseta server_name ja root.",
    ),
}


@command(
    help=say(
        "Make a site of static files from the graph: pages in Finnish and English, and data for machines beside each of them. "
        "Data with a violation is not published: exit code 1.\n\n"
        "\b\n  clayonto publish site\n  clayonto publish site --data mine.ttl --config clayonto.toml --target apache",
        "Tee verkosta sivusto, jossa on vain tiedostoja: sivut suomeksi ja englanniksi ja kunkin vieressä data koneille. "
        "Muotojen vastaista aineistoa ei julkaista: lopetuskoodi on 1.\n\n"
        "\b\n  clayonto publish sivusto\n  clayonto publish sivusto --data oma.ttl --config clayonto.toml --target apache",
    )
)
@click.argument("out", metavar="OUT")
@click.option(
    "--config",
    "file",
    metavar="FILE",
    help=say(
        "TOML file with title, publisher, licence, contact, base, languages, target, version and catalogue.",
        "TOML-tiedosto, jossa ovat title, publisher, licence, contact, base, languages, target, version ja catalogue.",
    ),
)
@click.option(
    "--base-url",
    metavar="URL",
    help=say("Where the site will stand; things get IRIs there.", "Mihin sivusto tulee; asioiden tunnisteet tehdään sinne."),
)
@click.option("--target", type=click.Choice(_TARGETS), help=say("Kind of host.", "Millainen palvelin."))
@graph_options
@infer_option
@lang_option
def publish(
    out: str,
    file: str | None,
    base_url: str | None,
    target: str | None,
    data: tuple[str, ...],
    no_bundle: bool,
    engine: str | None,
    store: str | None,
    infer: bool,
    lang: str,
) -> None:
    """Make a site."""
    from clayonto.engines.later import LaterEngine
    from clayonto.publish import publish as made_of

    config = _config(file, own=bool(data or store)).to(base=base_url, target=target)
    # Where little has changed, little is asked, or nothing.
    asked = LaterEngine() if engine in (None, "oxigraph") and store is None and not infer else engine
    graph = open_graph(data, no_bundle=no_bundle, engine=asked, store=store, infer=infer)
    try:
        with ended_in_order():
            summary = made_of(graph, out, config, progress=_progress(lang))
    except NotPublishableError as error:
        click.echo(error.report.to_text(lang=lang), err=True)
        raise
    click.echo(_told(summary, out, config), err=True)


def _config(file: str | None, *, own: bool) -> Config:
    from clayonto.publish import config

    if file is not None:
        return config.read(file)
    if own:
        raise ConfigError(
            say(
                "Data of your own is published under a licence and a name of your own: write them into a file and give it with --config.",
                "Oma aineisto julkaistaan omalla lisenssillä ja nimellä: kirjoita ne tiedostoon ja anna se valitsimella --config.",
            )
            + "\n\n"
            + config.EXAMPLE
        )
    return config.bundled()


def _progress(lang: str) -> Callable[[str], None]:
    words = {
        "Checking the data": "Tarkistetaan aineistoa",
        "Reading the graph": "Luetaan verkkoa",
        "Asking the named queries": "Tehdään nimetyt kyselyt",
        "Making the pages": "Tehdään sivut",
        "Putting the site in place": "Viedään sivusto paikalleen",
    }
    return lambda told: click.echo(f"{words.get(told, told) if lang == 'fi' else told} …", err=True)


def _told(summary: Summary, out: str, config: Config) -> str:
    size = f"{summary.size / 1e6:.1f}"
    lines = [
        say(
            f"{out}: {summary.pages} things in {len(config.languages)} languages, {summary.files} files, {size} MB, {summary.seconds:.1f} s",
            f"{out}: {summary.pages} asiaa {len(config.languages)} kielellä, {summary.files} tiedostoa, {size} Mt, {summary.seconds:.1f} s",
        ),
        say(
            f"{summary.written} written, {summary.unchanged} as they were, {summary.removed} removed, {summary.withdrawn} withdrawn with a notice, "
            f"{summary.versioned} of earlier versions and {summary.kept} of others kept",
            f"{summary.written} kirjoitettu, {summary.unchanged} ennallaan, {summary.removed} poistettu, {summary.withdrawn} vedetty pois ilmoituksin, "
            f"{summary.versioned} aiempien versioiden ja {summary.kept} muiden jätetty",
        ),
        *(say(note["en"], note["fi"]) for note in summary.notes),
        say(*_NEEDS[config.target]),
    ]
    return "\n".join(lines)
