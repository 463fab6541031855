"""Explanations as drawings: a tree of boxes that grows to the right, in SVG that needs no script and no font of its own."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.sax.saxutils import escape

from clayonto.explain.words import WORDS, rule_in_words

if TYPE_CHECKING:
    from clayonto.explain.figures import Account
    from clayonto.explain.model import Explanation, Proof

_WIDEST: Final = 58
"""Characters of a line of a box; what is longer goes on in the next."""
_DEEPEST: Final = 4
"""Lines that one text takes at most; the rest is in the box's title."""
_CHARACTER: Final = 7.6  # width of one, in pixels
_LINE, _PAD, _GAP, _STEP = 18, 10, 14, 56
_MOST: Final = 400
"""Boxes drawn at most; what lies below is cut off, and said to be."""

_STYLE: Final = """
svg { background: #fff; }
text { font: 13px system-ui, sans-serif; fill: #1c2430; }
text.small { font-size: 12px; fill: #515c6b; }
rect { fill: #f7f8fa; stroke: #6b7686; stroke-width: 1.5; }
.asserted rect, .preferred rect { fill: #eef7f0; stroke: #2e7d46; }
.inferred rect { fill: #eef4fb; stroke: #2a62a8; }
.absent rect, .missing rect { fill: #fdf1f0; stroke: #b3382c; stroke-dasharray: 5 4; }
.other rect { fill: #fdf7e8; stroke: #9a6b00; }
path { fill: none; stroke: #8c96a4; stroke-width: 1.5; }
"""


class Box(NamedTuple):
    """Lines of text, of which the first is set larger; a kind that gives the colour; and the boxes to its right."""

    lines: tuple[str, ...]
    kind: str
    children: tuple[Box, ...] = ()


def of_explanation(explanation: Explanation, *, lang: str) -> Box:
    """The boxes of an explanation: its proof, or for an absent triple what would have to hold."""
    words = WORDS[lang]
    if explanation.proof is not None:
        return _of_proof(explanation, explanation.proof, lang, {})
    made = []
    for miss in explanation.missing:
        parts = [Box((explanation.line(p), words["missing"]), "missing") for p in miss.missing]
        parts += [Box((explanation.line(t), words["holds"]), "asserted") for t in miss.holds]
        made.append(Box((f"{miss.rule}: {rule_in_words(miss.rule, lang=lang)}",), "", tuple(parts)))
    note = () if made else (words["none"],)
    return Box((explanation.line(explanation.triple), words["absent"], *note), "absent", tuple(made))


def _of_proof(explanation: Explanation, proof: Proof, lang: str, told: dict[int, Box]) -> Box:
    """The boxes of a proof, made from its leaves up; one that comes again has no premises the second time."""
    words = WORDS[lang]
    waiting = [proof]
    while waiting:
        node = waiting[-1]
        open_ones = [premise for premise in node.premises if id(premise) not in told]
        if open_ones:
            waiting += open_ones
            continue
        waiting.pop()
        if node.rule is None:
            quotes = (f"{c.label.get(lang, '')}" + (f": “{c.quote}”" if c.quote else "") for c in node.claims)
            told[id(node)] = Box((explanation.line(node.triple), str(node.place or words["no-place"]), *quotes), "asserted")
        else:
            lines = (explanation.line(node.triple), f"{words['by']} {node.rule}: {rule_in_words(node.rule, lang=lang)}")
            told[id(node)] = Box(lines, "inferred", tuple(told[id(premise)] for premise in node.premises))
    return told[id(proof)]


def of_account(account: Account, *, lang: str) -> Box:
    """The boxes of the account of a figure: what is stated of it, and the claims that state it."""
    words = WORDS[lang]
    groups = []
    for group in account.groups:
        claims = tuple(
            Box(
                tuple(
                    line
                    for line in (
                        account.value_line(claim, lang=lang),
                        claim.passage_label.get(lang, ""),
                        claim.quote and f"“{claim.quote}”",
                    )
                    if line
                ),
                "preferred" if claim.preferred else "other",
            )
            for claim in group.claims
        )
        groups.append(Box((account.heading(group, lang=lang), *account.reasons(group, lang=lang)), "", claims))
    return Box((account.label.get(lang, ""), words["claims"] if groups else words["nothing"]), "inferred", tuple(groups))


class _Placed(NamedTuple):
    box: Box
    x: float
    y: float
    parent: int


def draw(root: Box, *, title: str, lang: str) -> str:
    """A tree of boxes as SVG."""
    placed, whole = _place(root)
    width = max(p.x + _width(p.box) for p in placed) + _GAP
    height = max(p.y + _height(p.box) for p in placed) + _GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" role="img" lang="{lang}">',
        f"<title>{_text(title)}</title>",
        f"<style>{_STYLE}</style>",
    ]
    for p in placed:
        if p.parent >= 0:
            q = placed[p.parent]
            x0, y0, x1, y1 = q.x + _width(q.box), q.y + _height(q.box) / 2, p.x, p.y + _height(p.box) / 2
            middle = (x0 + x1) / 2
            parts.append(f'<path d="M{x0:.1f} {y0:.1f} C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"/>')
    parts += [_drawn(p) for p in placed]
    if not whole:
        parts.append(f'<text class="small" x="{_GAP}" y="{height - 2:.0f}">{_text(WORDS[lang]["bounded"])}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _place(root: Box) -> tuple[list[_Placed], bool]:
    """Every box with its place, parents before children, and whether all are there."""
    order: list[tuple[Box, int, int]] = [(root, -1, 0)]  # box, parent, depth; breadth first, so that a cut takes what is deepest
    for number, (box, _, depth) in enumerate(order):
        order += ((child, number, depth + 1) for child in box.children[: max(_MOST - len(order), 0)])
    depths = [0.0]
    for level in range(max(depth for _, _, depth in order)):
        depths.append(depths[-1] + max(_width(box) for box, _, depth in order if depth == level) + _STEP)
    children: dict[int, list[int]] = {}
    for number, (_, parent, _) in enumerate(order):
        children.setdefault(parent, []).append(number)
    tops: dict[int, float] = {}
    bottom = float(_GAP)
    waiting = [(0, False)]
    while waiting:
        number, done = waiting.pop()
        below = children.get(number, [])
        if below and not done:
            waiting += [(number, True), *((child, False) for child in reversed(below))]
        elif below:
            first, last = below[0], below[-1]
            middle = (tops[first] + tops[last] + _height(order[last][0])) / 2
            tops[number] = max(middle - _height(order[number][0]) / 2, float(_GAP))
            bottom = max(bottom, tops[number] + _height(order[number][0]) + _GAP)
        else:
            tops[number] = bottom
            bottom += _height(order[number][0]) + _GAP
    placed = [_Placed(box, _GAP + depths[depth], tops[number], parent) for number, (box, parent, depth) in enumerate(order)]
    return placed, all(len(box.children) == len(children.get(number, [])) for number, (box, _, _) in enumerate(order))


def _wrapped(line: str) -> list[str]:
    return wrap(line, _WIDEST, max_lines=_DEEPEST, placeholder=" …") or [""]


def _lines(box: Box) -> list[str]:
    return [part for line in box.lines for part in _wrapped(line)]


def _width(box: Box) -> float:
    return max(map(len, _lines(box))) * _CHARACTER + 2 * _PAD


def _height(box: Box) -> float:
    return len(_lines(box)) * _LINE + 2 * _PAD - 4


def _drawn(p: _Placed) -> str:
    lines = []
    for number, line in enumerate(_lines(p.box)):
        style, y = ' class="small"' if number >= len(_wrapped(p.box.lines[0])) else "", p.y + _PAD + 12 + number * _LINE
        lines.append(f'<text{style} x="{p.x + _PAD:.1f}" y="{y:.1f}">{_text(line)}</text>')
    whole = _text("\n".join(p.box.lines))
    rect = f'<rect x="{p.x:.1f}" y="{p.y:.1f}" width="{_width(p.box):.1f}" height="{_height(p.box):.1f}" rx="5"/>'
    return f'<g class="{p.box.kind or "step"}"><title>{whole}</title>{rect}{"".join(lines)}</g>'


def _text(text: str) -> str:
    """Text that XML can hold: markup escaped, control characters replaced."""
    return escape("".join(c if c in "\n\t" or (c >= " " and c not in "\ufffe\uffff") else "\ufffd" for c in text))
