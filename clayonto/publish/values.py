"""Terms as readers of a language see them: links, texts, numbers, dates, sums."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from clayonto.locales import number
from clayonto.namespaces import PREFIXES
from clayonto.publish.index import curie, is_iri, literal
from clayonto.publish.markup import outward, shortened, text, words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clayonto.publish.site import Site

_XSD: Final = PREFIXES["xsd"]
_DATE: Final = re.compile(r"(-?\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:T.*|Z|[+-]\d\d:\d\d)?")
_NUMBER: Final = re.compile(r"[+-]?\d{1,30}(\.\d{1,10})?")
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_NUMBERS: Final = frozenset(
    _XSD + kind for kind in ("integer", "decimal", "nonNegativeInteger", "positiveInteger", "int", "long", "double", "float")
)
_WKT: Final = PREFIXES["geosparql"] + "wktLiteral"
_POINT: Final = re.compile(r"POINT ?\((-?\d{1,3}(?:\.\d{1,10})?) (-?\d{1,3}(?:\.\d{1,10})?)\)")
_DATES: Final = frozenset(_XSD + kind for kind in ("date", "dateTime", "gYear", "gYearMonth"))
START, END, AT = curie("dcat:startDate"), curie("dcat:endDate"), curie("clay:atTime")
_AMOUNT, _CURRENCY = curie("epo:hasAmountValue"), curie("epo:hasCurrency")
_APPROXIMATE, _ROUNDED, _IDENTIFIER = curie("clay:isApproximate"), curie("clay:isRounded"), curie("dct:identifier")


class Sum(NamedTuple):
    """A sum of money: its value, its currency's code, and whether it is approximate or rounded."""

    value: Decimal
    currency: str
    approximate: bool
    rounded: bool


class Values:
    """Terms in one language."""

    def __init__(self, site: Site, lang: str, say: dict[str, str]) -> None:
        self.site = site
        self.lang = lang
        self.say = say
        self._links: dict[str, tuple[str | None, str]] = {}

    def link(self, term: str, near: str, *, page: str = "") -> str:
        """A thing by its label, linked to where the site shows it.

        :param near: the way from the page up to the folder of the language.
        :param page: the page that the link stands on: its own parts are fragments there.
        """
        self.site.asks(term)
        known = self._links.get(term)
        if known is None:
            known = self._links[term] = self._link(term)
        place, inner = known
        if place is None:
            return inner
        if page and self.site.parts.get(term) == page:
            # What the page does not show has an anchor all the same, which leads on.
            return f'<a href="#{self.site.anchor(term)}">{inner}</a>'
        return f'<a href="{near}{place}">{inner}</a>'

    def _link(self, term: str) -> tuple[str | None, str]:
        label = self.site.label(term, self.lang)
        inner = words(self.site.name(term, self.lang), label.lang, self.lang)
        place = self.site.place(term, self.lang)
        if place is not None:
            return place[len(self.lang) + 1 :], inner
        # An IRI of the site's own that nothing is said of leads nowhere.
        known = is_iri(term) and not term.startswith("<" + self.site.namespace)
        return None, outward(term[1:-1], inner) if known else inner

    def value(self, term: str, near: str, *, page: str = "") -> str:
        """A term as HTML."""
        if term[0] != '"':
            return self.link(term, near, page=page)
        said, tag, datatype = literal(term)
        if not datatype:
            return words(shortened(said), tag, self.lang)
        if datatype in _DATES:
            return self.date(said)
        if datatype in _NUMBERS and _NUMBER.fullmatch(said):
            return self.number(Decimal(said))
        if datatype == _XSD + "boolean" and said in ("true", "false"):
            return self.say["yes" if said == "true" else "no"]
        if datatype == _XSD + "anyURI":
            return outward(said)
        point = _POINT.fullmatch(said) if datatype == _WKT else None
        if point:
            longitude, latitude = (Decimal(part) for part in point.groups())
            return self.degrees(latitude, "north", "south") + ", " + self.degrees(longitude, "east", "west")
        return words(shortened(said))

    def degrees(self, value: Decimal, positive: str, negative: str) -> str:
        """Degrees to one side of the equator or of the first meridian."""
        return f"{self.number(abs(value))}°\u00a0{self.say[positive if value >= 0 else negative]}"

    def values(self, terms: Iterable[str], near: str, *, page: str = "", most: int = 12) -> str:
        """Several terms: those in another language are left out where one is in the reader's; a list where there are many."""
        kept = self.in_language(terms)
        told = [self.value(term, near, page=page) for term in kept[:most]]
        if len(kept) > most:
            told.append(self.say["more"].format(n=len(kept) - most))
        return told[0] if len(told) == 1 else f"<ul>{''.join(f'<li>{one}</li>' for one in told)}</ul>"

    def in_language(self, terms: Iterable[str]) -> list[str]:
        """Terms without the texts in other languages, if there is a text in this one."""
        kept = list(terms)
        mine = f'"@{self.lang}'
        if len(kept) > 1 and any(term.endswith(mine) for term in kept):
            return [term for term in kept if not (term[0] == '"' and re.search(r'"@[A-Za-z-]+$', term)) or term.endswith(mine)]
        return kept

    def number(self, value: Decimal) -> str:
        """A number in the manner of the language; its parts do not break over lines."""
        return number(value, self.lang).replace(" ", "\u00a0")

    def date(self, said: str) -> str:
        """A date, a month or a year, as precise as it is."""
        found = _DATE.fullmatch(said)
        if not found:
            return text(shortened(said, 100))
        year, month, day = found.groups()
        if month is None or not 1 <= int(month) <= 12:
            return year
        if self.lang == "fi":
            return f"{int(day)}.{int(month)}.{year}" if day else f"{int(month)}/{year}"
        return f"{f'{int(day)} ' if day else ''}{_MONTHS[int(month) - 1]} {year}"

    def period(self, term: str) -> str | None:
        """The dates of a period as HTML; ``None`` if it has none."""
        start, end = self.site.index.objects(term, START), self.site.index.objects(term, END)
        if not start and not end:
            return None
        return f"{self.date(literal(start[0])[0]) if start else ''}\u2009–\u2009{self.date(literal(end[0])[0]) if end else ''}"

    def money(self, term: str) -> Sum | None:
        """The sum that an amount is; ``None`` if it has no number."""
        return money_of(self.site, term)

    def sum(self, told: Sum) -> str:
        """A sum as HTML."""
        about = f"{self.say['approximate']} " if told.approximate else ""
        return f"{about}{self.number(told.value)}\u00a0{text(told.currency)}"


def money_of(site: Site, term: str) -> Sum | None:
    """The sum that an amount is; ``None`` if it has no number."""
    said = site.index.out.get(term, {})
    value = literal(said[_AMOUNT][0])[0] if said.get(_AMOUNT) else ""
    if not _NUMBER.fullmatch(value):
        return None
    currencies = said.get(_CURRENCY, [])
    code = ""
    if currencies:
        codes = site.index.objects(currencies[0], _IDENTIFIER)
        code = literal(codes[0])[0] if codes else currencies[0][1:-1].rpartition("/")[2]
    return Sum(Decimal(value), code, _is(said.get(_APPROXIMATE)), _is(said.get(_ROUNDED)))


def _is(said: list[str] | None) -> bool:
    return bool(said) and literal(said[0])[0] in ("true", "1")  # type: ignore[index]


def year_of(said: str, *, end: bool = False) -> float | None:
    """A date as a point on a line of years; the end of a month or year is where the next one starts.

    >>> year_of("2018-07"), year_of("2018", end=True)
    (2018.5, 2019.0)
    """
    found = _DATE.fullmatch(said)
    if not found:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    at = float(year or 0)
    if month is None:
        return at + end
    at += (month - 1) / 12
    return at + (1 / 12 if end else 0) if day is None else at + (day - 1 + end) / 372
