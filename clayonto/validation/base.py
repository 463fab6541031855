"""What every validator takes and gives, so that any of them can stand behind a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import pyoxigraph as ox

from clayonto.namespaces import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from clayonto.validation.data import Data
    from clayonto.validation.paths import Path, Term
    from clayonto.validation.shapes import Shapes

SH: Final = PREFIXES["sh"]
VIOLATION: Final = ox.NamedNode(SH + "Violation")


class Result(NamedTuple):
    """One result, as SHACL section 3.6 has it, in terms exactly as data and shapes write them.

    ``messages`` are texts of the shapes, one a language, with SPARQL's variables filled in; none where the shapes have none.
    """

    focus: Term
    path: Path | None
    value: Term | None
    component: ox.NamedNode
    shape: Term
    constraint: Term | None
    severity: ox.NamedNode
    messages: tuple[ox.Literal, ...]


class Outcome(NamedTuple):
    """What a validator found: its results in no order, how many focus nodes there were, and where its time went.

    ``seconds`` maps each shape that has targets to the time it took, where the validator can tell.
    """

    results: Sequence[Result]
    nodes: int
    seconds: Mapping[Term, float]


class Validator(Protocol):
    """A way to hold data against shapes."""

    @property
    def name(self) -> str:
        """The name that ``engine=`` takes."""

    @property
    def version(self) -> str:
        """The version of the software behind it."""

    def validate(self, data: Data, shapes: Shapes, *, focus: AbstractSet[int] | None) -> Outcome:
        """Hold the data against the shapes.

        :param focus: the numbers of the nodes to report on; all that the shapes target when ``None``.
        :raises EngineError: if the validator gives up.
        :raises ShapesError: if the shapes are not what SHACL allows.
        """
