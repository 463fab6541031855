"""The languages of the project, and which of them a locale asks for."""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "fi"]
"""English or Finnish."""


def of_locale(environment: dict[str, str]) -> Language:
    """The language of a locale: the first of the variables that is set and not empty decides, as POSIX has it.

    >>> of_locale({"LC_ALL": "", "LANG": "fi_FI.UTF-8"})
    'fi'
    """
    locale = next((environment[k] for k in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(k)), "")
    return "fi" if locale.split(".")[0].split("_")[0] == "fi" else "en"
