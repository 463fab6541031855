"""The reasons of a score in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "same-identifier": ("same identifier", "sama tunnus"),
    "other-names": ("names differ", "nimet eroavat"),
    "same-name": ("same name", "sama nimi"),
    "same-but-form": ("same name but for case, marks, order or legal form", "sama nimi kirjainkokoa, merkkejä, järjestystä tai yhtiömuotoa lukuun ottamatta"),
    "near-name": ("names nearly alike", "nimet lähes samat"),
    "same-country": ("same country", "sama maa"),
    "country-unknown": ("a country is not known", "jomman kumman maata ei tiedetä"),
    "same-region": ("same region", "sama alue"),
    "acronym": ("same acronym", "sama lyhenne"),
    "same-form": ("legal forms of one kind", "samanlainen yhtiömuoto"),
    "other-form": ("legal forms of different kinds", "erilainen yhtiömuoto"),
    "other-numbers": ("numbers in the names differ", "nimien numerot eroavat"),
    "other-pic": ("participant codes differ", "osallistujatunnukset eroavat"),
    "other-vat": ("VAT numbers differ", "ALV-tunnukset eroavat"),
    "plain-name": ("a name that many could have", "nimi, joka voisi olla monella"),
    "one-holds-other": ("one name has more words", "toisessa nimessä on enemmän sanoja"),
    "own-words": ("each name has a word that the other lacks", "kummassakin nimessä on sana, joka toisesta puuttuu"),
    "both-in-use": ("a word differs, and others use both spellings", "yksi sana eroaa, ja muilla on kumpaakin kirjoitusasua"),
}  # fmt: skip
"""Each reason in English, as links hold it, and in Finnish."""
