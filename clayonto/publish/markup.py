"""HTML from texts that may be hostile: everything from the data passes through here on its way to a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from clayonto.errors import TermError
from clayonto.namespaces import check_iri

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Controls that HTML forbids become a sign that a reader sees.
_CONTROLS: Final = (*range(9), 11, *range(14, 32), *range(127, 160), 0xFFFE, 0xFFFF)
_ENTITIES: Final = dict.fromkeys(_CONTROLS, "\ufffd") | {
    ord(c): f"&{name};" for c, name in zip("&<>\"'", ("amp", "lt", "gt", "quot", "#39"), strict=True)
}
_SPECIAL: Final = re.compile("[&<>\"'\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
# Letters and marks written from right to left, and the marks that turn the text around them.
_TURNING: Final = re.compile(
    "[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_LONGEST: Final = 2000


def text(value: str) -> str:
    """Text for an element or a quoted attribute.

    >>> text('<b class="x">')
    '&lt;b class=&quot;x&quot;&gt;'
    """
    return value.translate(_ENTITIES) if _SPECIAL.search(value) else value


def words(value: str, lang: str = "", page: str = "") -> str:
    """Text from the data: isolated where it runs from right to left, marked where it is in another language than the page.

    >>> words("Alue", "fi", "en")
    '<span lang="fi">Alue</span>'
    """
    told = text(value)
    tag = f' lang="{text(lang)}"' if lang and lang != page else ""
    if _TURNING.search(value):
        return f"<bdi{tag}>{told}</bdi>"
    return f"<span{tag}>{told}</span>" if tag else told


def shortened(value: str, most: int = _LONGEST) -> str:
    """A text cut short where it would fill a page."""
    return value if len(value) <= most else value[: most - 1] + "…"


def is_web(iri: str) -> bool:
    """Whether a link may lead to an IRI: only to the Web, and to an address of mail; ``javascript:`` and the like are shown and never followed."""
    if not iri.startswith(("http://", "https://", "mailto:")):
        return False
    try:
        check_iri(iri)
    except TermError:
        return False
    return True


def outward(iri: str, shown: str | None = None) -> str:
    """A link out of the site, or the text alone where no link may be."""
    told = words(shortened(iri, 200)) if shown is None else shown
    return f'<a href="{text(iri)}" rel="external">{told}</a>' if is_web(iri) else told


def table(head: Sequence[tuple[str, bool]], rows: Iterable[str], *, caption: str = "") -> str:
    """A table that scrolls by itself where it is too wide. ``head`` has each column's title (HTML) and whether it holds numbers; rows are HTML."""
    titles = "".join(f"<th scope=col{' class=n' if numeric else ''}>{title}</th>" for title, numeric in head)
    told = f"<caption>{caption}</caption>" if caption else ""
    return f"<div class=scroll tabindex=0><table>{told}<thead><tr>{titles}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
