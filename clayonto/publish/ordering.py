"""The order in which readers look for things by name, and the letter they look under."""

from __future__ import annotations

import unicodedata
from bisect import insort
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from clayonto.publish.site import Site


def sort_key(name: str, lang: str) -> str:
    """What a name is sorted by: case and accents do not count, but Finnish has å, ä and ö at the end.

    >>> sorted(["Öljy", "Zeta", "ähky", "Åbo"], key=lambda n: sort_key(n, "fi"))
    ['Zeta', 'Åbo', 'ähky', 'Öljy']
    """
    folded = name.casefold()
    if lang == "fi":
        folded = folded.translate({0xE5: "{1", 0xE4: "{2", 0xF6: "{3"})
    if not folded.isascii():
        folded = "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
    return folded.lstrip("\"'“”(«")


def letter(name: str, lang: str) -> str:
    """The letter that a name is found under; ``#`` for what starts with none."""
    first = name.lstrip("\"'“”(« ")[:1].upper()
    if lang == "fi" and first in "ÅÄÖ" and first:
        return first
    first = unicodedata.normalize("NFD", first)[:1]
    return first if first.isalpha() else "#"


def in_order(site: Site, lang: str) -> dict[str, str]:
    """All things with pages by name, each with its letter."""
    keys = {term: sort_key(site.name(term, lang), lang) for term in site.pages}
    return {term: letter(site.name(term, lang), lang) for term in sorted(keys, key=lambda t: (keys[t], t))}


def reordered(site: Site, lang: str, before: Mapping[str, str], changed: Iterable[str]) -> dict[str, str]:
    """The things as :func:`in_order` has them, gone on with from an earlier order of the same things.

    :param changed: those that may have other names.
    """
    again = {term for term in changed if term in before}
    if not again:
        return dict(before)
    kept = [term for term in before if term not in again]
    for term in sorted(again):
        insort(kept, term, key=lambda t: (sort_key(site.name(t, lang), lang), t))
    return {term: letter(site.name(term, lang), lang) if term in again else before[term] for term in kept}
