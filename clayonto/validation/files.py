"""Files held against shapes without a graph: no store is filled, so that large files take less memory and time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clayonto.namespaces import ID
from clayonto.sources import from_paths, loaded, stream
from clayonto.validation import ValidationReport, shapes_from, validate
from clayonto.validation.data import Data, no_collecting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def validate_files(
    paths: Sequence[str | Path], *, bundle: bool = True, shapes: str | Path | None = None, engine: str | None = None, base: str = ID
) -> ValidationReport:
    """What :meth:`clayonto.KnowledgeGraph.validate` says of the nodes of some files, with the bundled graph as context.

    :param paths: files, folders or patterns; without any, the bundled graph itself is checked.
    :param bundle: whether the bundled data is in the context, or the ontology alone.
    :param shapes: a file, folder or pattern of shapes; the bundled ones when ``None``.
    :param engine: ``compiled`` (the default) or ``pyshacl``.
    :raises DataError: if a file cannot be read, or no node is left to check.
    :raises ShapesError: if a shape is not what SHACL allows.
    """
    own = from_paths(paths, base=base)
    data = Data()
    with no_collecting():
        data.add(stream(own))
        focus = data.nodes() if own else None
        context = loaded(data=bundle)
        data.add(stream(context))
        return validate(data, shapes_from(shapes, base=base), focus=focus, base=base, engine=engine, sources=[*own, *context])
