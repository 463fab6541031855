"""The command line. Each command is a thin twin of a library call and lives in a module of its own.

Data goes to standard output, everything else to standard error. Exit codes: 0 fine; 1 the answer is no; 2 wrong use;
3 engine or network.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Final

import click

from clayonto.cli.language import Group, say
from clayonto.errors import ClayontoError, OutputError

COMMANDS: Final = {
    "tour": "tour",
    "info": "info",
    "queries": "query",
    "query": "query",
    "describe": "describe",
    "search": "search",
    "validate": "validate",
    "infer": "infer",
    "explain": "explain",
    "diff": "diff",
    "patch": "diff",
    "push": "remote",
    "pull": "remote",
    "clear": "remote",
    "probe": "remote",
    "store": "store",
    "import": "registers",
    "link": "link",
    "publish": "publish",
    "serve": "serve",
    "check": "check",
    "new": "edit",
    "format": "edit",
    "lint": "edit",
    "completion": "edit",
}
"""Command to the module it lives in, in the order of the help."""


class _Commands(Group):
    """Imports a command's module only when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"clayonto.cli.{COMMANDS[cmd_name]}")
        # A function called "format" would hide Python's own.
        command: click.Command = getattr(module, cmd_name, None) or getattr(module, f"{cmd_name}_")
        return command


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    help=say(
        "European cooperation funding as a knowledge graph: programmes, projects, partners and money, and the passages that say so.\n\n"
        "Start with “clayonto tour”. IRIs may be given whole, as CURIEs (clay:Project) or relative to id/ (project/clay).",
        "Euroopan yhteistyörahoitus tietoverkkona: ohjelmat, hankkeet, kumppanit ja raha sekä kohdat, joissa ne todetaan.\n\n"
        "Aloita komennolla ”clayonto tour”. Tunnisteen voi antaa kokonaan, lyhenteenä (clay:Project) "
        "tai suhteessa polkuun id/ (project/clay).",
    ),
)
@click.option("--lang", type=click.Choice(["en", "fi"]), expose_value=False, help=say("Language of texts.", "Tekstien kieli."))
@click.version_option(package_name="clayonto", message="clayonto %(version)s", help=say("Show the version.", "Näytä versio."))
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Run a command."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        ctx.color = False


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code; errors of the library become one sentence on standard error."""
    if sys.stdout is None:
        # Whoever closed it wants nothing of it; a file that is opened later must not get its number.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 (as long as the process)
    try:
        code = cli.main(args=arguments, prog_name="clayonto", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.UsageError as error:
        if error.ctx is not None:
            click.echo(error.ctx.get_usage(), err=True)
            help_ = f"“{error.ctx.command_path} --help”"
            click.echo(say(f"{help_} tells more.", f"Lisää kertoo {help_}.") + "\n", err=True)
        click.echo(f"{say('Error', 'Virhe')}: {error.format_message()}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except ClayontoError as error:
        _tell(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # Whoever read our output has enough; nothing is left to say, and flushing at exit must not complain either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        # A help text, for example, that finds no room. Flushing at exit must not fail a second time.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _tell(OutputError(error, path=error.filename or "standard output"))
        sys.exit(OutputError.exit_code)
    sys.exit(code if isinstance(code, int) else 0)


def _tell(error: ClayontoError) -> None:
    from clayonto.cli.common import visible

    click.echo(f"{say('Error', 'Virhe')}: {visible(str(error))}", err=True)
