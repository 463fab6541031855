"""The languages of the project, and which of them a locale asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from decimal import Decimal

Language = Literal["en", "fi"]
"""English or Finnish."""


def of_locale(environment: dict[str, str]) -> Language:
    """The language of a locale: the first of the variables that is set and not empty decides, as POSIX has it.

    >>> of_locale({"LC_ALL": "", "LANG": "fi_FI.UTF-8"})
    'fi'
    """
    locale = next((environment[k] for k in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(k)), "")
    return "fi" if locale.split(".")[0].split("_")[0] == "fi" else "en"


def counted(count: int, one: str, several: str) -> str:
    """How many, with the word for one or for several.

    >>> counted(1, "triple", "triples"), counted(0, "kolmikko", "kolmikkoa")
    ('1 triple', '0 kolmikkoa')
    """
    return f"{count} {one if count == 1 else several}"


def number(value: Decimal | int, lang: str) -> str:
    """A number as people of a language write it, digits in threes; decimals as many as it has, none where they are all zero.

    >>> from decimal import Decimal
    >>> number(Decimal("1340000.00"), "en"), number(Decimal("1340000.50"), "fi")
    ('1,340,000', '1 340 000,50')
    """
    text = f"{int(value):,}" if value == int(value) else f"{value:,f}"
    return text.translate({ord(","): " ", ord("."): ","}) if lang == "fi" else text
