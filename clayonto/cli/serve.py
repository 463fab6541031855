"""``clayonto serve``: the live site and its SPARQL endpoint."""

from __future__ import annotations

import logging

import click

from clayonto.cli.common import texts_option
from clayonto.cli.language import command, say
from clayonto.errors import MissingExtraError


@command(
    short_help=say("Serve the graph as a live site with a SPARQL endpoint.", "Tarjoa verkko elävänä sivustona, jolla on SPARQL-rajapinta."),
    help=say(
        "Serve a graph as a live site: the pages and data of “publish”, with content negotiation, and a SPARQL 1.1 endpoint at /sparql. Without "
        "--store the bundled graph is served.\n\n"
        "Each query runs in a process of its own, within limits of time, memory and size, and reaches nothing else. A store that is filled anew while it is served "
        "is gone over to, with no request lost. Settings can stand in a file as well (the table [server]), and in the environment (CLAYONTO_SERVE_TIMEOUT=20).\n\n"
        "\b\n  clayonto serve\n  clayonto serve --store graph.db --host 0.0.0.0 --port 8080 --timeout 20",
        "Tarjoa verkko elävänä sivustona: komennon ”publish” sivut ja data sisältöneuvottelun kera, sekä SPARQL 1.1 -rajapinta osoitteessa "
        "/sparql. Ilman valitsinta --store tarjotaan mukana tuleva verkko.\n\n"
        "Kukin kysely ajetaan omassa prosessissaan ajan, muistin ja koon rajoissa, eikä se yllä mihinkään muuhun. Kun tarjottava kansio täytetään uudelleen, "
        "siirrytään uuteen tilaan yhdenkään pyynnön katoamatta. Asetukset voivat olla myös tiedostossa (taulu [server]) ja ympäristössä "
        "(CLAYONTO_SERVE_TIMEOUT=20).\n\n"
        "\b\n  clayonto serve\n  clayonto serve --store graph.db --host 0.0.0.0 --port 8080 --timeout 20",
    ),
)
@click.option("--store", metavar="DIR", help=say("A graph on disk.", "Levyllä oleva verkko."))
@click.option(
    "--data", metavar="PATH", multiple=True, help=say("Add files to the bundled graph.", "Lisää tiedostoja mukana tulevaan verkkoon.")
)
@click.option(
    "--config",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help=say("The settings of the site and its server.", "Sivuston ja palvelimen asetukset."),
)
@click.option("--host", help=say("The address to listen at (default: 127.0.0.1).", "Osoite, jossa kuunnellaan (oletus: 127.0.0.1)."))
@click.option(
    "--port",
    type=int,
    help=say("The port to listen at (default: 8000; 0: any).", "Portti, jota kuunnellaan (oletus: 8000; 0: jokin vapaa)."),
)
@click.option(
    "--timeout",
    type=float,
    metavar="S",
    help=say("Seconds that a query may take (default: 30).", "Sekunnit, jotka kysely saa kestää (oletus: 30)."),
)
@click.option(
    "--max-rows",
    type=int,
    metavar="N",
    help=say("Rows that an answer may have (default: 1,000,000).", "Rivit, jotka vastauksessa saa olla (oletus: 1 000 000)."),
)
@click.option("--workers", type=int, metavar="N", help=say("Queries that run at once.", "Yhtä aikaa ajettavat kyselyt."))
@click.option(
    "--service",
    metavar="URL",
    multiple=True,
    help=say("Let queries ask this endpoint by SERVICE.", "Salli kyselyjen kysyä tältä rajapinnalta (SERVICE)."),
)
@click.option(
    "--writable",
    is_flag=True,
    default=None,
    help=say(
        "Take updates from who has the token in CLAYONTO_SERVE_TOKEN; needs --store.",
        "Ota vastaan muutoksia siltä, jolla on muuttujan CLAYONTO_SERVE_TOKEN tunniste; vaatii valitsimen --store.",
    ),
)
@texts_option
def serve(
    store: str | None,
    data: tuple[str, ...],
    config: str | None,
    host: str | None,
    port: int | None,
    timeout: float | None,
    max_rows: int | None,
    workers: int | None,
    service: tuple[str, ...],
    writable: bool | None,
) -> None:
    """Serve a graph."""
    try:
        import prometheus_client  # noqa: F401
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("serve") from error
    from clayonto.server.serving import serve as run_server

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    given = {
        "host": host,
        "port": port,
        "timeout": timeout,
        "max_rows": max_rows,
        "workers": workers,
        "services": service or None,
        "writable": writable,
    }
    run_server(store=store, data=data, config=config, started=_started, **given)


def _started(address: str) -> None:
    click.echo(
        say(f"{address}  (SPARQL: {address}sparql; stop with Ctrl+C)", f"{address}  (SPARQL: {address}sparql; lopeta: Ctrl+C)"), err=True
    )
