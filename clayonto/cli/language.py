"""The language in which the command line speaks: ``--lang``, else the locale, else English.

It is settled before any help text is made, so it is read from the arguments themselves.
"""

from __future__ import annotations

import os
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

import click

from clayonto.locales import Language, of_locale

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def detect(arguments: list[str], environment: dict[str, str]) -> Language:
    """The language that arguments and locale ask for.

    >>> detect(["query", "--lang=fi"], {})
    'fi'
    >>> detect([], {"LC_ALL": "", "LANG": "fi_FI.UTF-8"})
    'fi'
    """
    asked = [value for option, value in pairwise(arguments) if option == "--lang"]
    asked += [a.removeprefix("--lang=") for a in arguments if a.startswith("--lang=")]
    if asked:
        return "fi" if asked[-1] == "fi" else "en"
    return of_locale(environment)


LANG: Language = detect(sys.argv[1:], dict(os.environ))
"""The language of this run."""


def say(en: str, fi: str) -> str:
    """The one of two texts that is in the language of this run."""
    return fi if LANG == "fi" else en


class _FinnishHelp(click.HelpFormatter):
    """The words that the help itself brings along, in Finnish."""

    _SECTIONS: ClassVar = {"Options": "Valitsimet", "Commands": "Komennot", "Positional arguments": "Argumentit"}

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or "Käyttö: ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(self._SECTIONS.get(heading, heading))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        said = [(term, text.replace("[required]", "[pakollinen]").replace("[default: ", "[oletus: ")) for term, text in rows]
        super().write_dl(said, col_max, col_spacing)


class Command(click.Command):
    """A command whose ``--help`` is in the language of this run."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The help option, its own line of help included."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = say("Show this message and exit.", "Näytä tämä ohje.")
        return option

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """The usage line, with “options” in the language of this run."""
        return [piece.replace("[OPTIONS]", say("[OPTIONS]", "[VALITSIMET]")) for piece in super().collect_usage_pieces(ctx)]


class Group(Command, click.Group):
    """A group of such commands, which knows the nearest name of one that it does not have."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that arguments name."""
        from clayonto.errors import nearest

        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-"):
            near = nearest(args[0], known)
            hint = say(f" Did you mean “{near[0]}”?", f" Tarkoititko ”{near[0]}”?") if near else ""
            ctx.fail(say(f"There is no command “{args[0]}”.{hint}", f"Komentoa ”{args[0]}” ei ole.{hint}"))
        return super().resolve_command(ctx, args)


def command(**settings: Any) -> Callable[[Callable[..., Any]], Command]:
    """``click.command`` for a :class:`Command`."""
    return click.command(cls=Command, **settings)


if LANG == "fi":
    click.Context.formatter_class = _FinnishHelp
