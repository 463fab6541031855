"""Graphs opened: of files, in memory or in a folder, and behind an endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clayonto.errors import UsageError
from clayonto.graph import KnowledgeGraph
from clayonto.namespaces import ID
from clayonto.sources import from_paths, loaded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from clayonto.engines.base import Engine


def load(
    *paths: str | Path,
    engine: str | Engine | None = None,
    store: str | Path | None = None,
    bundle: bool = True,
    base: str = ID,
    infer: bool = False,
    services: str | Iterable[str] = (),
    progress: Callable[[str], None] | None = None,
) -> KnowledgeGraph:
    """A graph of the bundled ontology and data, and of the files that ``paths`` name.

    :param paths: files, folders or patterns of Turtle, TriG, N-Triples, N-Quads, RDF/XML or JSON-LD.
    :param engine: ``oxigraph`` (the default), ``rdflib``, or ``columnar``, which answers by the column what runs over many triples;
        or an engine that is empty. ``None`` for a graph on disk chooses by query between the store and the columns that it may have beside it
        (``clayonto store compact`` makes them).
    :param store: a folder to keep the graph in. A new one is built from all of the above; one that holds a graph is opened as it is,
        and ``paths`` are added to it, those that have changed since they were loaded in place of what they said. Without it the graph is in memory.
    :param bundle: whether to load the bundled data; the ontology and its concepts are loaded either way.
    :param base: what relative IRIs in files, queries and calls are relative to.
    :param infer: whether queries see what follows as well; see :meth:`KnowledgeGraph.materialise`.
    :param services: the endpoints that ``SERVICE`` in queries may ask, or one: addresses, or hosts (``query.wikidata.org``); none when empty.
    :param progress: called with a sentence now and then while files are loaded into a folder.
    :raises InconsistentError: if ``infer`` is asked for and what the graph says cannot all be true.
    :raises EngineError: if the folder is something else, damaged, or being written to by another process.
    :raises DataError: if a path names nothing, or a file cannot be read; nothing is loaded then.
    :raises UnknownEngineError: if there is no such engine.
    :raises UsageError: if an engine is given for a graph on disk that holds none, or a service is neither an address nor a host.

    >>> kg = load()
    >>> for row in kg.run("project-phases", project="project/clay"):
    ...     print(row.number, row.start, row.end)
    1 2018-06-01 2021-05-31
    2 2021-06-01 2023-05-31
    """
    own = from_paths(paths, base=base)
    if store is None:
        graph = KnowledgeGraph([*loaded(data=bundle), *own], engine=engine, base=base, services=services)
    else:
        from pathlib import Path

        from clayonto.engines.disk import DiskEngine

        if engine is not None and not isinstance(engine, str):
            raise UsageError("A graph on disk has an engine of its own. Leave store or the engine out.")
        disk = DiskEngine(Path(store), engine=engine)
        disk.load_all(own if disk.exists else [*loaded(data=bundle), *own], progress=progress)
        disk.make_columns(progress=progress)
        graph = KnowledgeGraph((), engine=disk, base=base, services=services)
    if infer:
        graph.materialise()
    return graph


def connect(url: str, *, timeout: float = 60.0, retries: int = 3, graph: str | None = None, base: str = ID) -> KnowledgeGraph:
    """The graph behind a SPARQL 1.1 endpoint: the same calls, and the same named queries, on data that someone else holds. It is read only.

    User and password, or a token, are taken from ``CLAYONTO_ENDPOINT_USER`` and ``CLAYONTO_ENDPOINT_PASSWORD``, or ``CLAYONTO_ENDPOINT_TOKEN``,
    or from a file (:mod:`clayonto.remote.credentials`).

    :param url: the address that takes queries.
    :param timeout: seconds that an answer may take to begin.
    :param retries: how often a request is tried again that is refused for a moment.
    :param graph: the IRI of the named graph to ask; the endpoint's default graph when ``None``.
    :param base: what relative IRIs in queries and calls are relative to.
    :raises UsageError: if the address is none, or holds a password, or ``timeout`` or ``retries`` cannot be. Nothing is sent before the first question.
    :raises TermError: if ``graph`` is no IRI.
    """
    from clayonto.engines.remote import RemoteEngine

    return KnowledgeGraph((), engine=RemoteEngine(url, timeout=timeout, retries=retries, graph=graph), base=base)
