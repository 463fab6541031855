"""The language in which the command line speaks: ``--lang``, else the locale, else English.

It is settled before any help text is made, so it is read from the arguments themselves.
"""

from __future__ import annotations

import os
import sys
from itertools import pairwise
from typing import Literal

Language = Literal["en", "fi"]


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
    # POSIX: the first that is set and not empty decides.
    locale = next((environment[k] for k in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(k)), "")
    return "fi" if locale.split(".")[0].split("_")[0] == "fi" else "en"


LANG: Language = detect(sys.argv[1:], dict(os.environ))
"""The language of this run."""


def say(en: str, fi: str) -> str:
    """The one of two texts that is in the language of this run."""
    return fi if LANG == "fi" else en
