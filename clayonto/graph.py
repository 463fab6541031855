"""The one object a user holds: a graph that loads files, answers queries, describes things and validates."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from clayonto import engines
from clayonto.answers import Answers
from clayonto.errors import EngineError
from clayonto.namespaces import CLAY, ID, PREFIXES, expand, shorten
from clayonto.sources import Source, from_paths
from clayonto.stated import Stated
from clayonto.terms import IRI, Value, render

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator
    from pathlib import Path

    import rdflib

    from clayonto.describe import Description
    from clayonto.editing import Change
    from clayonto.engines.base import Engine
    from clayonto.explain import Explanation
    from clayonto.explain.figures import Account
    from clayonto.inference.base import InferenceResult
    from clayonto.inference.conclusions import Conclusions
    from clayonto.inference.rules import Program
    from clayonto.places import Place
    from clayonto.plan import Plan
    from clayonto.query import Catalogue, NamedQuery
    from clayonto.results import Rows, RowStream
    from clayonto.validation import ValidationReport
    from clayonto.validation.continuing import Triples
    from clayonto.validation.graphs import Validations


class KnowledgeGraph:
    """Triples in an engine, with the files they came from.

    Queries see one default graph, the merge of all files; each file is also kept in a named graph of its own.
    """

    def __init__(
        self, sources: Iterable[Source], *, engine: str | Engine | None = None, base: str = ID, services: str | Iterable[str] = ()
    ) -> None:
        self.base = base
        self._engine: Engine = engines.make(engine) if engine is None or isinstance(engine, str) else engine
        self._answers = Answers(self._engine, base=base, services=services)
        self._stated = Stated()
        for source in sources:
            self._engine.load(source)
            self._stated.sources.append(source)
        self._conclusions: Conclusions | None = None
        self._validations: Validations | None = None

    @cached_property
    def queries(self) -> Catalogue:
        """The bundled named queries, by name."""
        from clayonto.query import Catalogue

        return Catalogue()

    @property
    def engine(self) -> str:
        """The name of the engine that answers."""
        return self._engine.name

    @property
    def sources(self) -> tuple[Source, ...]:
        """The files that were loaded into memory, in order; none for a graph on disk."""
        return tuple(self._stated.sources)

    @property
    def files(self) -> list[dict[str, str]]:
        """``name`` and ``graph`` of each file that the graph was made from, in order."""
        loaded = getattr(self._engine, "loaded", None) or [{"name": s.name, "graph": s.graph} for s in self._stated.sources]
        return [{"name": entry["name"], "graph": entry["graph"]} for entry in loaded]

    def ready(self) -> None:
        """Read the files now, where the engine reads them when it is first asked (:mod:`clayonto.engines.later`).

        :raises DataError: if one of them is malformed.
        """
        fill: Callable[[], None] | None = getattr(self._engine, "fill", None)
        if fill is not None:
            fill()

    @property
    def is_stored(self) -> bool:
        """Whether the graph is on disk or an endpoint's, so that its literals are as that holds them, and not as files write them."""
        return self._engine.stored

    def refresh(self) -> bool:
        """Go on with what the folder of a graph on disk holds now; whether that is something else than before.

        A graph on disk answers from the state that it opened, whatever others write, until this is called. Other graphs have nothing to ask for again.

        :raises EngineError: if the folder is damaged; the state that is open stays open.
        :raises InconsistentError: if what follows is seen as well (:meth:`materialise`), and what the graph says now cannot all be true.
        """
        again: Callable[[], bool] | None = getattr(self._engine, "refresh", None)
        if again is None or not again():
            return False
        closure = self.closure
        if self._conclusions is not None:
            self._conclusions.withdraw()
        self._validations = None
        if closure is not None:
            self.materialise(engine=closure.engine)
        return True

    def __len__(self) -> int:
        """How many triples the graph has."""
        return len(self._engine)

    def __repr__(self) -> str:
        return f"<KnowledgeGraph of {len(self.files)} files in {self.engine}>"

    def run(self, query: str | NamedQuery, /, **params: object) -> Rows:
        """The answer to a named query.

        :param query: the name of a bundled query, or a :class:`NamedQuery` of your own.
        :param params: its parameters, as Python values or as text typed on the command line; IRIs may be CURIEs or
            relative to ``base``.
        :raises UnknownQueryError: if no query has the name.
        :raises ParameterError: if a parameter is unknown, missing, of the wrong type, or names nothing in the graph.

        >>> from clayonto import load
        >>> load().run("project-partners", project="project/clay", lang="fi")[0].partner_label
        'Umbrian alue'
        """
        if isinstance(query, str):
            return self._answers.run(self.queries[query], params, bundled=True)
        return self._answers.run(query, params, bundled=False)

    def query(self, text: str) -> Rows:
        """The answer to a SPARQL 1.1 query of any form. Prefixes of :data:`clayonto.namespaces.PREFIXES` need no declaration.

        :raises QuerySyntaxError: with line and column.
        :raises ForbiddenQueryError: for updates, ``FROM`` and ``LOAD``, and ``SERVICE`` to whom :func:`load` does not allow.
        :raises EndpointError: if a service fails.

        >>> from clayonto import load
        >>> load().query("SELECT ?acronym { ?p a clay:Project ; clay:acronym ?acronym }")[0].acronym
        'CLAY'
        """
        return self._answers.give(self._answers.admitted(text))

    def select(self, text: str, *, base: str = ID) -> bytes:
        """The solutions of a SELECT query as SPARQL 1.1 TSV, just as the engine gives them. The query is run as it is; errors as for :meth:`query`."""
        return self._engine.select(text, base=base)

    def stream(self, query: str | NamedQuery, /, **params: object) -> RowStream:
        """The rows of a SELECT while they arrive: an endpoint's answer of any size takes little memory, and its first row does not wait for the last.

        An engine of one's own works an answer out whole, as for :meth:`query`, and hands it over row by row.

        :param query: SPARQL, or a named query (of :attr:`queries`, or of your own).
        :param params: the parameters of a named query, as for :meth:`run`.
        :raises UsageError: if the query is no SELECT.
        :raises IncompleteAnswerError: while rows are read, if the endpoint breaks off.

        >>> from clayonto import load
        >>> next(load().stream("SELECT ?acronym { ?p a clay:Project ; clay:acronym ?acronym }")).acronym
        'CLAY'
        """
        return self._answers.stream(query, params)

    def plan(self, text: str) -> Plan:
        """Answer a query and say how it was done: by which engine and why, in which steps, with how many rows; what the linter remarks.

        :raises QuerySyntaxError: with line and column.
        :raises ForbiddenQueryError: as for :meth:`query`.

        >>> from clayonto import load
        >>> load().plan("SELECT ?p { ?p a clay:Project }").steps[0].rows
        1
        """
        from clayonto.plan import plan

        return plan(self, self._engine, text)

    def describe(self, term: str, *, lang: str = "en") -> Description:
        """What the graph says of a thing or a term, with labels, and what refers to it.

        :param term: an IRI, a CURIE, or a path relative to ``base``.
        :param lang: the language of labels and texts, ``en`` or ``fi``.
        :raises UnknownTermError: if the graph says nothing of it, with the nearest names.
        """
        from clayonto.describe import describe

        return describe(self, IRI(expand(term, base=self.base)), lang=lang)

    def search(self, text: str, *, lang: str = "en", limit: int = 20) -> Rows:
        """Things, concepts and terms whose name, acronym, code or description holds a text, best match first.

        :param lang: the language of the labels shown; both languages are searched.
        :param limit: the number of rows at most.

        >>> from clayonto import load
        >>> load().search("palvelupolku", lang="fi")[0].label
        'Luovien alojen yritysten palvelupolku'
        """
        return self.run("search", text=text, lang=lang, limit=limit)

    def validate(
        self,
        *files: str | Path,
        focus: str | Iterable[str] | None = None,
        bundled: bool = True,
        shapes: str | Path | None = None,
        engine: str | None = None,
        since: ValidationReport | None = None,
    ) -> ValidationReport:
        """The graph held against shapes.

        Files are read anew, so that no store has rewritten their literals; a graph on disk has only those of its store. What
        :meth:`materialise` has added is data as well.

        :param files: files, folders or patterns to check before they are loaded: their nodes, with the graph as context.
        :param focus: IRIs of the nodes to check, or one; all nodes when ``None``.
        :param bundled: whether to check the nodes of the bundled files too, or only those of the files given to
            :func:`load`, with the bundled ones as context.
        :param shapes: a file, folder or pattern of shapes; the bundled ones when ``None``.
        :param engine: ``compiled`` (the default) or ``pyshacl``.
        :param since: an earlier report on this whole graph: only what edits (:meth:`edit`) since then can affect is looked at again, and the
            report is that of a full run. Where one cannot go on from the other, all is looked at.
        :raises DataError: if no node is left to check.
        :raises ShapesError: if a shape is not what SHACL allows.
        :raises UnknownEngineError: if there is no such engine.

        >>> from clayonto import load
        >>> load().validate().conforms
        True
        """
        validations = self._validated()
        return validations.validate(
            files, focus=[focus] if isinstance(focus, str) else focus, bundled=bundled, shapes=shapes, engine=engine, since=since
        )

    def validate_triples(self, triples: Iterable[tuple[Any, Any, Any]]) -> ValidationReport:
        """Triples of pyoxigraph terms held against the bundled shapes: what the graph would say if it held just these."""
        return self._validated().of_triples(triples)

    def still_conforms(self, triples: Triples, changed: Iterable[tuple[str, str, str]], *, engine: Engine | None = None) -> bool:
        """Whether the graph conforms to the bundled shapes after its files have changed, if it did before.

        :param triples: all of them as N-Triples texts, literals as the files write them.
        :param changed: what the files say now and did not, or said and do not now.
        :param engine: what answers for the graph's engine.
        """
        from clayonto.validation.continuing import still_conforms

        try:
            return still_conforms(triples, changed, engine=self._engine if engine is None else engine, base=self.base)
        except EngineError:
            # A blank node has another name in the engine.
            return self.validate().conforms

    def _validated(self) -> Validations:
        if self._validations is None:
            from clayonto.validation.graphs import Validations

            self._validations = Validations(self, self._engine)
        return self._validations

    def as_written(self, *, bundled: bool) -> Iterator[tuple[Any, Any, Any]]:
        """The triples of the bundled files, or all others, of pyoxigraph terms, one after the other as the files write them; some may come twice."""
        return self._stated.one_by_one(bundled=bundled)

    @property
    def closure(self) -> InferenceResult | None:
        """What :meth:`materialise` has added to what queries see; ``None`` if it was not called."""
        return self._conclusions.closure if self._conclusions else None

    @property
    def is_edited(self) -> bool:
        """Whether edits of this graph alone have changed what its files say."""
        return self._stated.is_edited

    def infer(self, *, engine: str | None = None, check: bool = True, trivial: bool = False) -> InferenceResult:
        """What follows from the graph by OWL 2 RL, and is not in it; the graph is not changed.

        The closure of the bundled graph alone is kept between runs; see :mod:`clayonto.inference.cache`.

        :param engine: ``rules`` (the default) or ``owlrl``; the result says which ran.
        :param check: whether a contradiction is an error.
        :param trivial: whether to conclude what says nothing as well, such as that a thing is the same as itself.
        :raises InconsistentError: if what the graph says cannot all be true, with the axiom, the nodes, and where they are stated.
        :raises UnknownEngineError: if there is no such reasoner.

        >>> from clayonto import load
        >>> result = load().infer()
        >>> result.engine, result.by_rule["prp-trp"]
        ('rules', 1)
        """
        return self._concluded().infer(engine, check=check, trivial=trivial)

    def materialise(self, *, engine: str | None = None) -> InferenceResult:
        """Let queries see what follows from the graph: from now on the closure is in the default graph, and in a named graph of its own.

        A later change of the graph renews it. No file and no folder is written to: a graph on disk is answered from memory from here on.

        :param engine: the reasoner, as for :meth:`infer`.
        :raises InconsistentError: if what the graph says cannot all be true; queries see what they saw before then.

        >>> from clayonto import load
        >>> kg = load(infer=True)
        >>> kg.query("ASK { GRAPH <https://w3id.org/clayonto/graph/inferred> { <project/clay> a prov:Activity } }")[0].answer
        True
        """
        return self._concluded().materialise(engine)

    def _concluded(self) -> Conclusions:
        if self._conclusions is None:
            from clayonto.inference.conclusions import Conclusions

            self._conclusions = Conclusions(self, self._engine)
        return self._conclusions

    def refuse_contradictions(self, triples: Iterable[tuple[Any, Any, Any]], *, new: Container[tuple[Any, Any, Any]]) -> None:
        """Refuse to become what :meth:`materialise` could not reason over; for :mod:`clayonto.editing`, before it changes anything.

        :param triples: what the graph would say, of pyoxigraph terms, and ``new`` those of them that no file states yet.
        :raises InconsistentError: if they cannot all be true.
        """
        self._concluded().refuse(triples, new=new)

    def program(self) -> Program:
        """The graph's rules, run on its facts; for :mod:`clayonto.explain`, which reads them backwards."""
        return self._concluded().program()

    def explain(self, s: str, p: str, o: Value, *, bound: int = 2000) -> Explanation:
        """Why a triple holds: where it is stated, or the proof by which it follows; or why it does not, and what would be missing.

        :param s: the subject, and ``p`` the predicate: an IRI, a CURIE, or a path relative to ``base``; ``a`` for the type.
        :param o: the object: the same, or a literal as in Turtle, or a Python value that is not plain text.
        :param bound: how many facts the search for the shortest proof may trace back; some proof is found whatever the bound.
        :raises TermError: if one of them cannot be read.

        >>> from clayonto import load
        >>> print(load().explain("project/clay", "a", "prov:Activity").proof.rule)
        cax-sco
        """
        from clayonto.explain import explain

        return explain(self, s, p, o, bound=bound)

    def account(self, thing: str) -> Account:
        """The claims behind a figure: a sum of money, an observation, a claim, or whatever claims are about.

        It says which claims the graph follows and why, who states something else, and by how much.

        :param thing: an IRI, a CURIE, or a path relative to ``base``.
        :raises UnknownTermError: if the graph says nothing of it.

        >>> from clayonto import load
        >>> [(group.disagree, len(group.claims)) for group in load().account("amount/clay-total-budget").groups]
        [(True, 5)]
        """
        from clayonto.explain.figures import account

        return account(self, thing)

    def place_of(self, triple: tuple[Any, Any, Any]) -> Place | None:
        """File and line where a triple (of pyoxigraph terms) is stated, in the first file that states it; ``None`` if none does.

        A literal may stand there in another form of the same value. For a graph on disk, the file without a line.
        """
        from clayonto.places import Place

        found = self._stated.place_of(triple)
        if found is not None:
            return found
        if not self._stated.sources and not any(type(term).__name__ == "BlankNode" for term in triple):
            names = {entry["graph"]: entry["name"] for entry in self.files}
            s, p, o = triple
            graphs = self._answers.give(f"SELECT DISTINCT ?g {{ GRAPH ?g {{ {s} {p} {o} }} }} ORDER BY STR(?g)")
            return next((Place(names[str(g)], 0) for (g,) in graphs if str(g) in names), None)
        return None

    def edit(self, file: str | Path | None = None, *, validate: bool = False) -> Change:
        """A change of the graph, whole or not at all: use it in a ``with`` block and call its methods.

        :param file: a Turtle file to edit; it is rewritten, sorted, when the block ends, and loaded if it was not. Without
            it the change is of this graph only.
        :param validate: whether the data must conform when the block ends.
        :raises NotConformingError: at the end of the block, if it must and does not; nothing is changed then.
        :raises EditError: if a change is impossible; nothing is changed then.

        >>> from clayonto import load
        >>> kg = load()
        >>> with kg.edit() as change:
        ...     _ = change.add_turtle("<project/x> a clay:Project ; clay:acronym 'X' .")
        >>> len(kg.query("SELECT ?p { ?p a clay:Project }"))
        2
        """
        from pathlib import Path

        from clayonto.editing import Change

        return Change(self, None if file is None else Path(file), validate=validate)

    def triples(self, *, bundled: bool = True, inferred: bool = False) -> list[tuple[Any, Any, Any]]:
        """All triples, as pyoxigraph terms, literals exactly as the files write them.

        :param bundled: whether the bundled files' triples are among them.
        :param inferred: whether those are among them that :meth:`materialise` has added.
        """
        closure = self.closure.triples if self.closure and inferred else ()
        if self.is_stored:
            return [*self._concluded().stated(), *closure]
        return [*self._stated.triples(bundled=bundled), *closure]

    def n_triples(self) -> bytes:
        """All triples as canonical N-Triples, literals as in :meth:`triples`; a triple that several files state may come more than once."""
        if self.is_stored and self.closure is None:
            return bytes(self._engine.n_triples())  # type: ignore[attr-defined]
        if not self.is_stored and not self.is_edited:
            return b"".join(source.n_triples() for source in self._stated.sources)
        import pyoxigraph as ox

        return ox.serialize((ox.Triple(*triple) for triple in self.triples()), format=ox.RdfFormat.N_TRIPLES) or b""

    def to_rdflib(self) -> rdflib.Graph:
        """All triples in a new rdflib graph, literals as the files write them; changing it changes nothing here.

        What :meth:`materialise` has added is in it.
        """
        from clayonto.validation import to_rdflib

        made = to_rdflib(self.triples(inferred=True))
        for prefix, namespace in PREFIXES.items():
            made.bind(prefix, namespace)
        return made

    def apply(self, *, added: list[tuple[Any, Any, Any]], removed: list[tuple[Any, Any, Any]], file: Path | None) -> None:
        """Put a finished change into the engine. For :mod:`clayonto.editing`, which has checked it.

        :param file: the file that now says so; ``None`` if only this graph does.
        """
        closure = self.closure
        if self._conclusions is not None:
            self._conclusions.withdraw()
        if file is not None:
            removed = self._stated.rewritten(from_paths([file], base=self.base)[0], removed)
        elif self._stated.sources:
            self._stated.edit(added, removed)
        self._engine.change(added, removed)
        if self._validations is not None:
            self._validations.edited(added, removed)
        if closure is not None:
            self.materialise(engine=closure.engine)

    def info(self) -> dict[str, Any]:
        """Versions, engine, graphs and counts, ready for JSON."""
        from importlib.metadata import version

        counts = self._answers.give(
            f"SELECT ?class (COUNT(DISTINCT ?thing) AS ?things) WHERE {{ ?thing a ?class "
            f"FILTER(STRSTARTS(STR(?class), {render(str(CLAY))})) }} GROUP BY ?class ORDER BY STR(?class)"
        )
        return {
            "version": version("clayonto"),
            "engine": {"name": self._engine.name, "version": self._engine.version},
            "engines": engines.found(),
            "base": self.base,
            "triples": len(self),
            "queries": len(self.queries),
            "things": {shorten(row[0]): row[1] for row in counts if row[0]},
            "sources": self.files,
        }
