"""How likely two organisations are one: a score with its reasons.

Names are compared word by word. A word counts by how rare it is among all names (its inverse document frequency), and a word that is spelled nearly alike counts
a little less: soft TF-IDF (Cohen, Ravikumar, Fienberg 2003), with edit distances of RapidFuzz. What else is known then speaks for or against. The sum is
on the scale of log-odds, so that the score can be read as a probability; ``benchmarks/linking.py`` holds it against pairs that people have judged.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from clayonto.errors import MissingExtraError
from clayonto.linking.names import Name, normalise
from clayonto.linking.organisations import Identifier, identifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from clayonto.linking.organisations import Organisation

try:
    from rapidfuzz.distance import OSA
except ImportError as _error:  # pragma: no cover -- tests have all extras
    raise MissingExtraError("registers") from _error

IDENTIFIER_ALONE: Final = 0.9
"""The score of a pair with one identifier and names that have nothing in common: registers do put the code of one body beside the name of another."""
IDENTIFIER: Final = 0.99
MOST_HOLDERS: Final = 20
"""An identifier that more organisations have than this tells nothing: one VAT number stands beside 58 partners in a list of the Financial Transparency System."""
_WORDS_ALIKE: Final = 0.75
"""How alike two words are at least to be taken for one that is misspelled or inflected."""
_OTHER_START: Final = 0.9
_SHORT: Final = 0.72
"""How alike a name and its acronym are; several bodies can have one acronym."""
_BUT_SHORT: Final = 0.98
_ALIKE: Final = 0.55
"""Below this, names have nothing to say for a pair."""
_TELLING: Final = 4.0
"""What a name has to weigh to be told from others: two words that an eighth of all names have, or one that a fiftieth has."""
_FEWEST: Final = 1000
"""Among fewer organisations than this, a word that few have may be a common one all the same; it is weighed as if there were so many."""
_IN_USE: Final = 3
_IN_USE_SHARE: Final = 0.1
"""How many organisations have to spell a word in a way for that to be no slip: so many, and that share of those who spell it in the other way."""


_START: Final = -9.0
_PER_LIKENESS: Final = 12.0
_STEPS: Final[Mapping[str, float]] = {
    "same-country": 0.0,
    "country-unknown": -0.7,
    "same-region": 0.7,
    "acronym": 1.5,
    "same-form": 0.4,
    "other-form": -3.0,
    "other-numbers": -5.0,
    "other-pic": -1.0,
    "other-vat": -4.0,
    "plain-name": -2.0,
    "one-holds-other": -1.0,
    "own-words": -2.5,
    "both-in-use": -1.5,
}
"""What each reason adds to the log-odds."""


@dataclass(frozen=True)
class Evidence:
    """What speaks for two organisations being one, and against.

    ``score`` is between 0 and 1; ``likeness`` is that of the names, ``names`` are the two that are most alike, and ``reasons`` are codes of
    :data:`clayonto.linking.wording.REASONS`.
    """

    score: float
    likeness: float
    names: tuple[str, str]
    reasons: tuple[str, ...]


class Alike(NamedTuple):
    """How alike two names are, from 0 to 1; the words that only one of them has, and those that are spelled nearly alike."""

    likeness: float
    left: tuple[str, ...]
    right: tuple[str, ...]
    near: tuple[tuple[str, str], ...]


class Known(NamedTuple):
    """An organisation made ready to be compared: its names taken apart, without those that come out alike, and its identifiers read."""

    names: tuple[tuple[str, Name], ...]
    acronyms: frozenset[str]
    identifiers: frozenset[Identifier]
    countries: frozenset[str]
    regions: frozenset[str]

    @classmethod
    def of(cls, one: Organisation) -> Known:
        """An organisation with its names taken apart."""
        names: dict[tuple[str, ...], tuple[str, Name]] = {}
        for text in one.names:
            name = normalise(text)
            if name.words:
                names.setdefault(name.words, (text, name))
        short = {normalise(text).joined for text in one.acronyms}.union(*(name.acronyms for _, name in names.values()))
        codes = frozenset(code for code in map(identifier, one.identifiers) if code)
        return cls(tuple(names.values()), frozenset(short - {""}), codes, frozenset(one.countries), frozenset(one.regions))


class Matcher:
    """Compares organisations, with words weighed by how rare they are in all names given."""

    def __init__(self, known: Iterable[Known]) -> None:
        self.frequency: Counter[str] = Counter()
        self.holders: Counter[Identifier] = Counter()
        total = 0
        for one in known:
            total += 1
            self.holders.update(one.identifiers)
            self.frequency.update({word for _, name in one.names for word in name.words})
        self._total = max(total, _FEWEST)

    def weight(self, word: str) -> float:
        """What a word counts: ``ln(1 + N/n)``, where ``n`` of ``N`` organisations have it; ``N`` is at least 1,000."""
        return math.log1p(self._total / max(self.frequency[word], 1))

    def compare(self, a: Known, b: Known) -> Evidence:
        """The evidence on two organisations, the same in whichever order they are given.

        >>> from clayonto.linking.organisations import Organisation
        >>> one = Known.of(Organisation("a", ["SEINÄJOEN AMMATTIKORKEAKOULU OY"], countries={"FIN"}))
        >>> other = Known.of(Organisation("b", ["Seinäjoen Ammattikorkeakoulu"], countries={"FIN"}))
        >>> found = Matcher([one, other]).compare(one, other)
        >>> round(found.score, 2), found.reasons
        (0.95, ('same-but-form', 'same-country'))
        """
        shared = {
            code
            for code in a.identifiers & b.identifiers
            if self.holders[code] <= MOST_HOLDERS and (code.kind != "other" or not _apart(a.countries, b.countries))
        }
        alike, first, second = self._most_alike(a, b)
        likeness = alike.likeness
        reasons = []
        if shared:
            reasons.append("same-identifier")
        if likeness < _ALIKE:
            reasons.append("other-names")
        elif likeness == 1:
            reasons.append("same-name" if first[0] == second[0] else "same-but-form")
        else:
            reasons.append("near-name")
        reasons += self._more(a, b, first[1], second[1], alike)
        if shared:
            score = IDENTIFIER if likeness >= _ALIKE else IDENTIFIER_ALONE
        else:
            odds = _START + _PER_LIKENESS * likeness + sum(_STEPS.get(code, 0.0) for code in reasons)
            score = 1 / (1 + math.exp(-odds))
        return Evidence(score, likeness, (first[0], second[0]), tuple(reasons))

    def _most_alike(self, a: Known, b: Known) -> tuple[Alike, tuple[str, Name], tuple[str, Name]]:
        # Which names are taken must not depend on the order of the two organisations.
        found = [(self.alike(one[1], other[1]), one, other) for one in a.names for other in b.names]
        return min(found, key=lambda each: (-each[0].likeness, *sorted((each[1][0], each[2][0]))))

    def alike(self, a: Name, b: Name) -> Alike:
        """How alike two names are: the weight of the words that they share, of the weight of all."""
        if a.joined == b.joined or sorted(a.words) == sorted(b.words):
            return Alike(1.0, (), (), ())
        if a.joined in b.acronyms or b.joined in a.acronyms:
            return Alike(_SHORT, (), (), ())
        left, right = list(a.words), list(b.words)
        for mine, theirs, others in ((left, right, b), (right, left, a)):
            # What one has in brackets, or is the initials of the rest, the other may have beside its name.
            extra = {word for word in mine if word not in theirs and (word in others.acronyms or word == _initials(others.words))}
            mine[:] = [word for word in mine if word not in extra] or mine
        both = []
        for word in tuple(left):
            if word in right:
                both.append(2 * self.weight(word))
                right.remove(word)
                left.remove(word)
        if not left and not right:
            return Alike(_BUT_SHORT, (), (), ())
        # Exact sums are the same in whichever order the two names come.
        total = math.fsum([*both, *map(self.weight, left), *map(self.weight, right)])
        taken = []
        for near, one, other in sorted(_near(left, right), key=lambda pair: (-pair[0], *sorted(pair[1:]))):
            if one in left and other in right:
                left.remove(one)
                right.remove(other)
                taken.append((one, other))
                both.append(near * near * (self.weight(one) + self.weight(other)))
        return Alike(min(math.fsum(both) / total, 0.999) if total else 0.0, tuple(left), tuple(right), tuple(taken))

    def _in_use(self, one: str, other: str) -> bool:
        """Whether two spellings are two words, and not a word and a slip that is seldom made."""
        less, more = sorted((self.frequency[one], self.frequency[other]))
        return less >= max(_IN_USE, _IN_USE_SHARE * more)

    def _more(self, a: Known, b: Known, first: Name, second: Name, alike: Alike) -> Iterator[str]:
        if a.countries and b.countries:
            if a.countries & b.countries:
                yield "same-country"
        else:
            yield "country-unknown"
        if a.regions & b.regions:
            yield "same-region"
        if _short_alike(a, b):
            yield "acronym"
        if first.forms and second.forms:
            yield "same-form" if first.forms & second.forms else "other-form"
        if first.numbers != second.numbers:
            yield "other-numbers"
        for kind in ("pic", "vat"):
            mine, theirs = ({code.value for code in one.identifiers if code.kind == kind} for one in (a, b))
            if mine and theirs and not mine & theirs and (kind == "pic" or {v[:2] for v in mine} & {v[:2] for v in theirs}):
                yield f"other-{kind}"
        if alike.left and alike.right:
            yield "own-words"
        elif alike.left or alike.right:
            yield "one-holds-other"
        if any(self._in_use(one, other) for one, other in alike.near):
            yield "both-in-use"
        if min(sum(map(self.weight, set(name.words))) for name in (first, second)) < _TELLING:
            yield "plain-name"


def _near(left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[float, str, str]]:
    for one in left:
        for other in right:
            if min(len(one), len(other)) > 3 and not (_has_figure(one) or _has_figure(other)):
                near = OSA.normalized_similarity(one, other)
                # A slip seldom falls on the first letter: Logatec and Rogatec are two places.
                near *= 1 if one[0] == other[0] else _OTHER_START
                if near >= _WORDS_ALIKE:
                    yield near, one, other


def _initials(words: Sequence[str]) -> str:
    return "".join(word[0] for word in words)


def _has_figure(word: str) -> bool:
    return any(c.isdigit() for c in word)


def _short_alike(a: Known, b: Known) -> bool:
    """Whether one is called for short what the other is called, for short or at all."""
    return bool(
        a.acronyms & b.acronyms or a.acronyms & {name.joined for _, name in b.names} or b.acronyms & {name.joined for _, name in a.names}
    )


def _apart(a: frozenset[str], b: frozenset[str]) -> bool:
    return bool(a and b and not a & b)
