"""Names of organisations made comparable: folded letters, legal forms set apart, acronyms taken out of brackets."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_LETTERS: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i", "ŧ": "t", "ĸ": "k", "ŋ": "n"}
)
"""Letters that stand for themselves in Unicode and come without their mark in other spellings."""
_WORD: Final = re.compile(r"[^\W_]+")
_BRACKETS: Final = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_APOSTROPHES: Final = re.compile(r"['’`´ʼ]")
_LONGEST: Final = 400
"""Characters of a name that are looked at; what is longer is no name."""
_ENOUGH: Final = 2
_ACRONYM_LENGTH: Final = range(2, 11)


class Name(NamedTuple):
    """A name taken apart.

    ``words`` are those that tell organisations apart, folded, in order; ``forms`` the kinds of legal form (``company``, ``association``,
    ``foundation``, ``cooperative``); ``acronyms`` what stands in brackets for short; ``numbers`` the words that have a figure in them.
    """

    words: tuple[str, ...]
    forms: frozenset[str]
    acronyms: frozenset[str]
    numbers: frozenset[str]

    @property
    def joined(self) -> str:
        """The words in one, so that it does not matter where a compound is written apart."""
        return "".join(self.words)


def fold(text: str) -> str:
    """Small letters without marks on them; letters of other scripts stay.

    >>> fold("ETELÄ-POHJANMAAN Øre Łódź"), fold("ＡＢＣ Straße")
    ('etela-pohjanmaan ore lodz', 'abc strasse')
    """
    # Folding case and taking letters apart can each give the other something to do.
    before = ""
    while text != before:
        before = text
        apart = unicodedata.normalize("NFKD", text.casefold())
        text = "".join(c for c in apart if not unicodedata.combining(c)).translate(_LETTERS)
    return text


def normalise(name: str) -> Name:
    """Take a name apart; the same for spellings that differ in case, marks, punctuation and legal form alone.

    :param name: in any language and script; of one longer than 400 characters the beginning.

    >>> normalise("Etelä-Pohjanmaan liitto (EPL)")
    Name(words=('etela', 'pohjanmaan', 'liitto'), forms=frozenset(), acronyms=frozenset({'epl'}), numbers=frozenset())
    >>> normalise("SAVIPAJA oy") == normalise("Oy Savipaja Ab") == normalise("Savipaja O.Y.")
    True
    >>> normalise("Oy").words  # there is nothing else to tell it by
    ('oy',)
    """
    return _normalised(name[:_LONGEST])


@lru_cache(maxsize=1 << 16)
def _normalised(name: str) -> Name:
    outside, acronyms = _bracketed(name)
    words = list(_words(outside)) or list(_words(name))
    core, kinds = _without_forms(words)
    short, little = _known().short, _known().little
    told = [short.get(word, word) for word in core]
    kept = tuple(word for word in told if word not in little)
    if len(kept) < _ENOUGH:  # of a short name, little words may be all there is to tell it by
        kept = tuple(told)
    numbers = frozenset(word for word in kept if any(c.isdigit() for c in word))
    return Name(kept, kinds, frozenset(acronyms) - {"".join(kept)}, numbers)


def _bracketed(name: str) -> tuple[str, set[str]]:
    """A name without the acronyms in its brackets, and those acronyms, folded. Other words in brackets stay in the name."""
    found: set[str] = set()

    def look(match: re.Match[str]) -> str:
        inside = match.group(1).strip().replace(".", "")
        letters = [c for c in inside if c.isalpha()]
        if (
            len(inside) in _ACRONYM_LENGTH
            and " " not in inside
            and len(letters) > 1
            and sum(c.isupper() for c in letters) * 2 > len(letters)
        ):
            found.add(fold(inside))
            return " "
        return f" {match.group(1)} "

    return _BRACKETS.sub(look, name), found


def _words(text: str) -> Iterator[str]:
    """Words; letters that stand alone one after the other are one word, as in “S. r. o.” and “A/S”."""
    run = ""
    for word in _WORD.findall(_APOSTROPHES.sub("", fold(text))):
        if len(word) == 1 and word.isalpha():
            run += word
            continue
        if run:
            yield run
            run = ""
        yield word
    if run:
        yield run


def _without_forms(words: Sequence[str]) -> tuple[list[str], frozenset[str]]:
    """Words without the legal forms at either end, and the kinds of those; all words, if nothing else is left."""
    known = _known()
    kinds: set[str] = set()
    core = list(words)
    while found := _form_at_an_end(core, known):
        kind, core = found
        kinds.add(kind)
    if not core:
        return list(words), frozenset()
    return core, frozenset(kinds - {"open"})


def _form_at_an_end(words: list[str], known: _Known) -> tuple[str, list[str]] | None:
    for length in range(min(known.longest, len(words)), 0, -1):
        for there, rest in ((words[-length:], words[:-length]), (words[:length], words[length:])):
            kind = known.forms.get(" ".join(there))
            if kind:
                return kind, rest
    return None


class _Known(NamedTuple):
    forms: Mapping[str, str]
    longest: int
    short: Mapping[str, str]
    little: frozenset[str]


@lru_cache(maxsize=1)
def _known() -> _Known:
    table = tomllib.loads(files("clayonto.linking").joinpath("names.toml").read_text(encoding="utf-8"))
    forms = {form: kind for kind, those in table["forms"].items() for form in those}
    return _Known(forms, max(form.count(" ") + 1 for form in forms), table["short"], frozenset(table["little"]["words"]))
