"""The words of a query, taken one after the other, and the terms that they write.

What may be a term in more ways than one is none here: see :mod:`clayonto.engines.columnar.parser`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NoReturn

from clayonto.engines.columnar.algebra import DAY, Beyond, Const, Var
from clayonto.namespaces import PREFIXES
from clayonto.sparql import tokens

if TYPE_CHECKING:
    from clayonto.engines.columnar.algebra import Term

_DATE: Final = f"<{PREFIXES['xsd']}date>"
_A_DAY: Final = re.compile(f'"{DAY}"')
_WHOLE: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:[^\\%]*>")
_FOLDER: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^?#\\%]*/")


class Words:
    """A place among the tokens of a text, which moves on as they are taken.

    :param base: what relative IRIs are relative to, until the text says otherwise.
    :raises Beyond: from most methods: if there is something else at that place than what is asked for.
    """

    def __init__(self, text: str, base: str) -> None:
        self._tokens = list(tokens(text))
        self._at = 0
        self._base = base
        self._prefixes = dict(PREFIXES)

    def text(self, ahead: int = 0) -> str:
        """The token here, or so many further on, as it is written; nothing beyond the end."""
        at = self._at + ahead
        return self._tokens[at].text if at < len(self._tokens) else ""

    def peek(self, ahead: int = 0) -> str:
        """The same, a word in capitals."""
        at = self._at + ahead
        if at >= len(self._tokens):
            return ""
        token = self._tokens[at]
        return token.text.upper() if token.kind == "word" else token.text

    def kind(self, ahead: int = 0) -> str:
        """Its kind; ``end`` beyond the end."""
        at = self._at + ahead
        return self._tokens[at].kind if at < len(self._tokens) else "end"

    def take(self) -> str:
        """What :meth:`peek` gives, and go on."""
        text = self.peek()
        self._at += 1
        return text

    def took(self, *texts: str) -> bool:
        """Go on if one of these words and marks is here; whether it was."""
        if self.peek() in texts and self.kind() in ("word", "mark"):
            self._at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        """Go on over a word or a mark that has to be here."""
        if not self.took(text):
            self.beyond()

    def beyond(self) -> NoReturn:
        """Give up at what is here."""
        raise Beyond(f"“{self.peek() or 'the end'}” is not answered in columns where it stands")

    def prologue(self) -> None:
        """Take what a query declares before it begins."""
        while self.kind() == "word" and self.peek() in ("PREFIX", "BASE"):
            name = "" if self.take() == "BASE" else self.take()
            # A relative one would be relative to the base so far.
            if self.kind() != "iri" or not _WHOLE.fullmatch(self.peek()) or (name and not name.endswith(":")):
                self.beyond()
            iri = self.take()[1:-1]
            if name:
                self._prefixes[name[:-1]] = iri
            else:
                self._base = iri

    def term(self) -> Term:
        """Take a variable or a constant."""
        if self.kind() == "variable":
            return Var(self.take()[1:])
        return self.constant()

    def iri(self) -> str:
        """Take an IRI; in angle brackets, whole."""
        kind, text = self.kind(), self.text()
        prefix, _, local = text.partition(":")
        if "\\" in text or "%" in text or kind not in ("iri", "name") or (kind == "name" and prefix not in self._prefixes):
            self.beyond()
        # What is relative is put behind the base only where that is all there is to resolving it.
        if kind == "iri" and ":" not in text and (text[1] in ">/#?." or "/." in text or not _FOLDER.fullmatch(self._base)):
            self.beyond()
        self._at += 1
        if kind == "name":
            return f"<{self._prefixes[prefix]}{local}>"
        return text if ":" in text else f"<{self._base}{text[1:-1]}>"

    def constant(self) -> Const:
        """Take an IRI or a literal."""
        kind = self.kind()
        if kind == "string":
            text = self.take()
            if "\\" in text or text.startswith(('"""', "'''")) or '"' in text[1:-1]:
                self.beyond()
            text = f'"{text[1:-1]}"'
            if self.kind() == "language":
                return Const(text + self.take().lower())
            if self.took("^^"):
                # A date is written in one way; of another type two terms can be one value.
                if self.iri() != _DATE or not _A_DAY.fullmatch(text):
                    self.beyond()
                return Const(f"{text}^^{_DATE}")
            return Const(text)
        if kind == "number" and self.peek().isdigit():
            return Const(f'"{int(self.take())}"^^<{PREFIXES["xsd"]}integer>')
        if kind == "word" and self.peek() in ("TRUE", "FALSE"):
            return Const(f'"{self.take().lower()}"^^<{PREFIXES["xsd"]}boolean>')
        return Const(self.iri())
