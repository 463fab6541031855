"""``clayonto new``, ``lint`` and ``format``: help for those who write data and queries."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from clayonto.cli.common import format_option, texts_option, write
from clayonto.cli.language import command, say
from clayonto.skeletons import KINDS


@command(
    short_help=say("Write a commented skeleton to fill in.", "Kirjoita kommentoitu pohja täytettäväksi."),
    help=say(
        "Write commented Turtle for a new thing, for you to fill in and “clayonto validate” to check.\n\n"
        "\b\n  clayonto new project my-project -o my-project.ttl",
        "Kirjoita uudesta asiasta kommentoitu Turtle-pohja, jonka täytät ja jonka ”clayonto validate” tarkistaa.\n\n"
        "\b\n  clayonto new project my-project -o my-project.ttl",
    ),
)
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("key")
@click.option("-o", "--output", metavar="FILE", help=say("Write to a new file.", "Kirjoita uuteen tiedostoon."))
@texts_option
def new(kind: str, key: str, output: str | None) -> None:
    """Write a skeleton."""
    from clayonto.errors import UsageError
    from clayonto.skeletons import skeleton

    text = skeleton(kind, key, file=output or "FILE.ttl")
    if output and Path(output).exists():
        raise UsageError(f"{output} is there already; name another file, so that nothing is lost.")
    write(text, output)


@command(
    short_help=say("Say what in a query will not travel.", "Kerro, mikä kyselyssä ei toimi joka moottorissa."),
    help=say(
        "Say what in a query other SPARQL engines may take differently, and what to write instead. Exit code 1 when there is anything.",
        "Kerro, minkä kyselyssä muut SPARQL-moottorit voivat ymmärtää toisin ja mitä kirjoittaa tilalle. Lopetuskoodi on 1, jos jotain löytyy.",
    ),
)
@click.argument("query", metavar="NAME|FILE.rq|SPARQL|-")
@format_option("text", "json")
@texts_option
@click.pass_context
def lint(ctx: click.Context, query: str, style: str) -> None:
    """Name what will not travel."""
    from dataclasses import asdict

    from clayonto.cli.query import find_query
    from clayonto.dialect import lint as find

    named = find_query(query)
    findings = find(named.text)
    if style == "json":
        write(json.dumps([asdict(f) for f in findings], ensure_ascii=False, indent=1), None)
    elif findings:
        write("\n".join(f"{named.name}:{finding}" for finding in findings), None)
    else:
        click.echo(say("Nothing: the query will travel.", "Ei mitään: kysely toimii joka moottorissa."), err=True)
    ctx.exit(1 if findings else 0)


@command(
    name="format",
    short_help=say("Write Turtle files in the one sorted form.", "Kirjoita Turtle-tiedostot yhteen järjestettyyn muotoon."),
    help=say(
        "Write Turtle files in the project's one form: sorted, so that changes are small. Comments stay at the top of a file only; "
        "a file with comments elsewhere is left alone unless --force is given.",
        "Kirjoita Turtle-tiedostot projektin yhteen muotoon: järjestettyinä, jotta muutokset ovat pieniä. Kommentit säilyvät vain tiedoston "
        "alussa; tiedostoon, jossa niitä on muualla, ei kosketa ilman valitsinta --force.",
    ),
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--check",
    is_flag=True,
    help=say("Write nothing; exit code 1 if a file would change.", "Älä kirjoita; lopetuskoodi 1, jos jokin muuttuisi."),
)
@click.option("--force", is_flag=True, help=say("Format files whose comments will be lost.", "Muotoile, vaikka kommentteja katoaa."))
@texts_option
@click.pass_context
def format_(ctx: click.Context, files: tuple[str, ...], check: bool, force: bool) -> None:
    """Sort Turtle files."""
    from clayonto.files import replace
    from clayonto.turtle import format_turtle, loses_comments

    made = []
    for name in files:
        text = Path(name).read_text(encoding="utf-8")
        if not (force or check) and loses_comments(text):
            raise click.ClickException(
                say(
                    f"{name} has comments below its head, which would be lost; nothing was changed. --force formats it all the same.",
                    f"Tiedostossa {name} on kommentteja alun jälkeen, ja ne katoaisivat; mitään ei muutettu. --force muotoilee silti.",
                )
            )
        made.append((name, text, format_turtle(text, name=name)))
    changed = [(name, after) for name, before, after in made if before != after]
    for name, after in changed:
        click.echo(name)
        if not check:
            replace(Path(name), after)
    ctx.exit(1 if check and changed else 0)


@command(
    short_help=say("Print the completion script of a shell.", "Tulosta komentotulkin täydennysskripti."),
    help=say(
        "Print what makes a shell complete commands and options.\n\n"
        "\b\n  bash: clayonto completion bash > ~/.local/share/bash-completion/completions/clayonto\n"
        "  zsh:  clayonto completion zsh > a file _clayonto in a folder of $fpath\n"
        "  fish: clayonto completion fish > ~/.config/fish/completions/clayonto.fish",
        "Tulosta se, minkä avulla komentotulkki täydentää komentoja ja valitsimia.\n\n"
        "\b\n  bash: clayonto completion bash > ~/.local/share/bash-completion/completions/clayonto\n"
        "  zsh:  clayonto completion zsh > tiedosto _clayonto jossakin $fpath-kansiossa\n"
        "  fish: clayonto completion fish > ~/.config/fish/completions/clayonto.fish",
    ),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@texts_option
def completion(shell: str) -> None:
    """Print a completion script."""
    from click.shell_completion import get_completion_class

    from clayonto.cli import cli

    made = get_completion_class(shell)
    if made is None:  # pragma: no cover - click has all three
        sys.exit(3)
    write(made(cli, {}, "clayonto", "_CLAYONTO_COMPLETE").source(), None)
