"""What Oxigraph's parser expected, put for a person: it lists tokens and classes of characters as its grammar has them."""

from __future__ import annotations

import re
from typing import Final

_MOST: Final = 8
"""How many of the things that could stand there are named."""
_SENTENCES: Final = {
    "Prefix not found": "a prefix stands here that is not declared",
    "The SELECT contains a variable that is unbound": "SELECT names a variable that is neither grouped by nor counted",
    "Duplicated variable name in SELECT": "SELECT names a variable twice",
}
"""What the parser lists among tokens although it is a sentence."""
_CLASS: Final = re.compile(r"\[('?[^\]]*'?|'\]')\](?=,|$)", re.DOTALL)
_TOKEN: Final = re.compile(r'"(?:\\.|[^"\\])*"')
_KEYWORD: Final = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_NAMES: Final = {
    '"?"': "a variable",
    '"$"': "a variable",
    '"<"': "an IRI",
    '":"': "a name",
    '"a"': "a name",
    '"\\""': "a closing quotation mark",
}
_CANNOT: Final = "this cannot stand here"
_NEAR: Final = "this, or what soon follows it, cannot stand here"


def in_words(message: str) -> tuple[str, int]:
    r"""The parser's message for people, and how many characters before the place that it names the fault begins.

    A keyword that does not match is listed at the place where it would have ended, whatever stands there and whichever other
    keyword was meant, so keywords say only where the parser was, not what would be right.

    >>> in_words('expected one of "$", "<", "?", "}", OPTIONAL, [\'0\' ..= \'9\'], [_]')
    ('expected a variable, an IRI, “}” or a digit', 0)
    >>> in_words('expected one of Prefix not found, [\'%\'], [\'.\']')
    ('a prefix stands here that is not declared', 0)
    >>> in_words("expected NOT")
    ('this, or what soon follows it, cannot stand here', 3)
    """
    head, found, listed = message.partition("expected ")
    if not found or head:
        return message, 0
    for phrase, sentence in _SENTENCES.items():
        if phrase in listed:
            return sentence, 0
    classes = [found[1] for found in _CLASS.finditer(listed)]
    bare = _CLASS.sub("", listed.removeprefix("one of "))
    things = [_NAMES.get(token, f"“{token[1:-1]}”") for token in _TOKEN.findall(bare) if token in _NAMES or "\\" not in token]
    things += [name for mark, name in (("'A'", "a name"), ("'0'", "a digit")) if any(mark in chars for chars in classes)]
    things = list(dict.fromkeys(things))
    if not things:
        keywords = _KEYWORD.findall(bare)
        return (_CANNOT, 0) if classes or not keywords else (_NEAR, min(map(len, keywords)))
    if len(things) > _MOST:
        return f"expected {', '.join(things[:_MOST])} or another of {len(things)} things", 0
    return "expected " + " or ".join(filter(None, (", ".join(things[:-1]), things[-1]))), 0
