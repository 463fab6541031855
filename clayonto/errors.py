"""Every error that clayonto raises on purpose, in one tree.

::

    ClayontoError                exit code
    ├── UsageError                   2   the call is wrong
    │   ├── TermError                    an IRI, a prefix or a literal cannot be read
    │   ├── UnknownTermError             nothing in the graph has this IRI
    │   ├── UnknownQueryError            no query has this name
    │   ├── ParameterError               a query's parameter is missing, unknown or of the wrong type
    │   ├── UnknownEngineError           no engine has this name
    │   ├── ConfigError                  what a publisher's config says cannot be
    │   └── MissingExtraError            an optional package is not installed
    ├── QueryError                   2   the query is wrong
    │   ├── QuerySyntaxError             with line and column
    │   ├── QueryFileError               the header or a ``$name`` of a query file
    │   └── ForbiddenQueryError          SERVICE, FROM, LOAD or an update
    ├── EditError                    2   a change that cannot be made
    │   ├── NotConformingError       1   the changed data would not conform; ``report`` says why
    │   └── PatchError               1   a patch that does not fit the graph
    ├── InconsistentError            1   what the graph says cannot all be true; ``inconsistencies`` says why
    ├── ShapesError                  2   a shape is not what SHACL allows
    ├── DataError                    2   a file cannot be read as RDF, with line and column
    ├── NotPublishableError          1   the data does not conform, so no site was made; ``report`` says why
    ├── OutputError                  3   an answer cannot be written where it should go
    ├── BundleError                  3   the bundled folders are not there
    └── EngineError                  3   an engine failed
        └── EndpointError                an endpoint gives no answer that can be used
            ├── UnreachableError             nothing answers at the address
            ├── EndpointTimeoutError         no answer in time
            ├── EndpointRefusalError         the endpoint does not let us
            ├── NotSparqlError               what came is no SPARQL, a web page for example
            ├── IncompleteAnswerError        the endpoint keeps a part of the answer back, or broke off
            └── TransferError                what arrived is not what was sent; ``missing`` and ``extra`` triples

Each message is a sentence for the person who reads it: what was wrong, where, and what to do. One thing is only warned of, as Python warns:
:class:`ShapesWarning`.
"""

from __future__ import annotations

import errno
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from clayonto.inference.consistency import Inconsistency
    from clayonto.inference.facts import Triple
    from clayonto.places import Place
    from clayonto.validation import ValidationReport

_SHOWN = 5  # contradictions written out in a message


class ClayontoError(Exception):
    """Base of all errors of this library; ``exit_code`` is what the command line ends with."""

    exit_code = 3


class UsageError(ClayontoError):
    """The call itself is wrong."""

    exit_code = 2


class TermError(UsageError):
    """An IRI, a prefix or a literal cannot be read."""


class _UnknownError(UsageError):
    """Something was named that does not exist; ``suggestions`` holds the nearest names."""

    what = "name"

    def __init__(self, name: str, known: Iterable[str], *, hint: str = "") -> None:
        self.name = name
        self.suggestions = nearest(name, known)
        text = f"There is no {self.what} “{name}”."
        if self.suggestions:
            text += " Did you mean " + " or ".join(f"“{s}”" for s in self.suggestions) + "?"
        super().__init__(f"{text} {hint}".rstrip())


class UnknownTermError(_UnknownError):
    """Nothing in the graph has this IRI."""

    what = "thing or term"


class UnknownQueryError(_UnknownError):
    """No query has this name."""

    what = "query"


class UnknownEngineError(_UnknownError):
    """No engine has this name."""

    what = "engine"


class ParameterError(UsageError):
    """A parameter of a query is missing, unknown, or has a value of the wrong type."""

    def __init__(self, message: str, *, query: str = "", parameter: str = "") -> None:
        self.query = query
        self.parameter = parameter
        super().__init__(message)


class MissingExtraError(UsageError):
    """An optional package is not installed; ``extra`` names the extra that brings it."""

    def __init__(self, extra: str) -> None:
        self.extra = extra
        what = {"serve": "What the live site needs", "registers": "What links and workbooks need"}.get(extra, extra)
        super().__init__(f"{what} is not installed; install it with: pip install 'clayonto[{extra}]'")


class ConfigError(UsageError):
    """What the config of a site says cannot be, or what it must say is missing."""


class QueryError(ClayontoError):
    """A query is wrong."""

    exit_code = 2


class QuerySyntaxError(QueryError):
    """A query is not SPARQL 1.1; ``line`` and ``column`` count from 1 (0 when the parser does not say)."""

    def __init__(self, message: str, *, text: str, line: int = 0, column: int = 0) -> None:
        self.line = line
        self.column = column
        self.detail = message
        where = f" at line {line}, column {column}" if line else ""
        lines = text.splitlines()
        excerpt = ""
        if 0 < line <= len(lines):
            # A tab would shift the caret.
            excerpt = "\n  " + lines[line - 1].replace("\t", " ") + "\n  " + " " * max(column - 1, 0) + "^"
        super().__init__(f"The query has a syntax error{where}: {message}.{excerpt}")


class QueryFileError(QueryError):
    """The header of a query file, or a ``$name`` in it, is wrong."""


class ForbiddenQueryError(QueryError):
    """The query would write, or reach for another file, graph or machine."""


class InconsistentError(ClayontoError):
    """What the graph says cannot all be true; ``inconsistencies`` holds each contradiction, ``place`` says where a fact is stated."""

    exit_code = 1

    def __init__(self, inconsistencies: Sequence[Inconsistency], *, place: Callable[[Triple], Place | None], base: str) -> None:
        self.inconsistencies = tuple(inconsistencies)
        self.place = place
        shown = [found.to_text(base=base, place=place) for found in self.inconsistencies[:_SHOWN]]
        count = len(self.inconsistencies)
        more = f"\nand {count - _SHOWN} more." if count > _SHOWN else ""
        times = "once" if count == 1 else f"{count} times"
        text = "\n".join(shown).replace("\n", "\n  ")
        super().__init__(f"The graph contradicts itself {times}; correct a fact or the axiom.\n  {text}{more}")


class DataError(ClayontoError):
    """A file cannot be read as RDF; ``path``, ``line`` and ``column`` say where (0 when the parser does not say)."""

    exit_code = 2

    def __init__(self, message: str, *, path: str = "", line: int = 0, column: int = 0) -> None:
        self.path = path
        self.line = line
        self.column = column
        place = ":".join(str(part) for part in (path, line, column) if part)
        super().__init__(f"{place}: {message}" if place else message)


class EditError(ClayontoError):
    """A change that cannot be made; nothing was changed."""

    exit_code = 2


class NotConformingError(EditError):
    """The changed data would not conform, so nothing was changed; ``report`` says what is wrong."""

    exit_code = 1

    def __init__(self, report: ValidationReport) -> None:
        self.report = report
        super().__init__(f"Nothing was changed, because the data would not conform.\n{report.to_text()}")


class PatchError(EditError):
    """A patch does not fit the graph, so nothing was changed; ``misfits`` says why, a sentence for each of its lines."""

    exit_code = 1

    def __init__(self, misfits: Iterable[str], *, most: int = 5) -> None:
        self.misfits = tuple(misfits)
        told = "\n".join(self.misfits[:most]) + (f"\n… and {len(self.misfits) - most} more." if len(self.misfits) > most else "")
        super().__init__(f"The patch does not fit the graph, so nothing was changed.\n{told}")


class ShapesError(ClayontoError):
    """A shape is not what SHACL allows; ``shape`` is its IRI, or the empty text."""

    exit_code = 2

    def __init__(self, message: str, *, shape: str = "") -> None:
        self.shape = shape
        super().__init__(message)


class ShapesWarning(UserWarning):
    """A shape uses a term that has no effect; given by :mod:`warnings`, because the shapes can be used all the same."""


class NotPublishableError(ClayontoError):
    """The data does not conform, so no site was made; ``report`` says what is wrong."""

    exit_code = 1

    def __init__(self, report: ValidationReport) -> None:
        self.report = report
        super().__init__("Nothing was published, because the data does not conform; “clayonto validate” says what is wrong.")


class OutputError(ClayontoError):
    """An answer cannot be written where it should go."""

    def __init__(self, error: OSError, *, path: str = "standard output") -> None:
        why = error.strerror or str(error)
        if error.errno in (errno.EBUSY, errno.EISDIR) and Path(path).is_dir():
            why = "it is a folder; name a file"
        elif error.errno == errno.ENOENT:
            why = "the folder it should go into does not exist; make it first"
        super().__init__(f"{path} cannot be written: {why}.")


class BundleError(ClayontoError):
    """The bundled ontology, shapes, data or queries cannot be found."""


class EngineError(ClayontoError):
    """An engine failed for a reason that is not the query's."""


class EndpointError(EngineError):
    """An endpoint gives no answer that can be used; ``url`` is its address, ``status`` that of HTTP (0 if it is about something else)."""

    def __init__(self, message: str, *, url: str, status: int = 0) -> None:
        self.url = url
        self.status = status
        super().__init__(message)


class UnreachableError(EndpointError):
    """Nothing answers at the address of an endpoint."""


class EndpointTimeoutError(EndpointError):
    """An endpoint did not answer in time."""


class EndpointRefusalError(EndpointError):
    """An endpoint does not let us: it wants other credentials, or has had too many requests."""


class NotSparqlError(EndpointError):
    """What an address answers is no SPARQL: a web page, or a form that cannot be read."""


class IncompleteAnswerError(EndpointError):
    """An endpoint gave a part of the answer only: it caps answers, or the connection broke."""


class TransferError(EndpointError):
    """What an endpoint holds is not what was sent; ``missing`` and ``extra`` count the triples."""

    def __init__(self, message: str, *, url: str, missing: int = 0, extra: int = 0) -> None:
        self.missing = missing
        self.extra = extra
        super().__init__(message, url=url)


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """At most three of ``known`` that end in ``name`` as a part of theirs, or look like it, best first; case does not matter.

    >>> nearest("project-partner", ["project-partners", "glossary"])
    ['project-partners']
    >>> nearest("CLAY", ["clay:Call", "project/clay"])
    ['project/clay', 'clay:Call']
    """
    from difflib import get_close_matches

    sought = name.lower()
    by_lower = {k.lower(): k for k in known}
    ending = sorted((k for k in by_lower if k.endswith((f"/{sought}", f":{sought}", f"#{sought}"))), key=len)
    found = dict.fromkeys((*ending[:3], *get_close_matches(sought, by_lower, n=3, cutoff=0.6)))
    return [by_lower[m] for m in found][:3]
