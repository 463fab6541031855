"""A query reads, and reads here: nothing it holds makes an engine write, open a file or call another machine."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clayonto import KnowledgeGraph, sparql
from clayonto.engines.oxigraph import check_syntax
from clayonto.errors import ForbiddenQueryError, QueryError, QuerySyntaxError
from clayonto.namespaces import ID
from tests.conftest import SOAK


class Listener:
    """A socket on loopback that counts who calls."""

    def __init__(self) -> None:
        self.calls = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/sparql"
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.calls += 1
            connection.close()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


def calling(url: str) -> list[str]:
    return [
        f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
        f"SELECT * {{ service silent <{url}> {{ ?s ?p ?o }} }}",
        f"SELECT * {{ VALUES ?g {{ <{url}> }} SERVICE ?g {{ ?s ?p ?o }} }}",
        f"SELECT * {{ ?s ?p ?o FILTER EXISTS {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }}",
        f"SELECT * {{ {{ SELECT ?s {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }} }}",
        f"SELECT * {{ \\u0053ERVICE <{url}> {{ ?s ?p ?o }} }}",
        f"SELECT * FROM <{url}> {{ ?s ?p ?o }}",
        f"SELECT * FROM NAMED <{url}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        f"CONSTRUCT {{ ?s ?p ?o }} FROM <{url}> WHERE {{ ?s ?p ?o }}",
        f"ASK FROM <{url}> {{ ?s ?p ?o }}",
        f"DESCRIBE <{url}> FROM <{url}>",
        # What a tokeniser takes for an IRI, an engine without one may take for a comparison, and read on from inside it.
        f"SELECT * {{ BIND(1 AS ?a) FILTER(?a<'x>')SERVICE<{url}>{{ ?s ?p 'o' }} }}",
        f"SELECT * {{ BIND(1 AS ?a) BIND(2 AS ?b) FILTER(?a<?b)SERVICE#>\n<{url}>{{ ?s ?p ?o }} }}",
        f"PREFIX b: <urn:b> SELECT * {{ BIND(1 AS ?a) FILTER(?a<b:c)SERVICE#>\n<{url}>{{ ?s ?p ?o }} }}",
    ]


@pytest.mark.parametrize("number", range(len(calling(""))))
def test_no_query_calls_another_machine(kg: KnowledgeGraph, listener: Listener, number: int) -> None:
    with pytest.raises(QueryError):
        kg.query(calling(listener.url)[number])
    assert listener.calls == 0


def test_no_query_reads_a_file(kg: KnowledgeGraph, tmp_path: Path) -> None:
    secret = tmp_path / "secret.ttl"
    secret.write_text("<urn:secret> <urn:p> <urn:o> .")
    with pytest.raises(ForbiddenQueryError, match="FROM at line 1, column 10 is refused"):
        kg.query(f"SELECT * FROM <{secret.as_uri()}> {{ ?s ?p ?o }}")


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
        "prefix x: <urn:x> delete where { ?s ?p ?o }",
        "LOAD <file:///etc/hostname>",
        "CLEAR ALL",
        "DROP ALL",
        "CREATE GRAPH <urn:g>",
        "COPY <urn:a> TO <urn:b>",
        "MOVE <urn:a> TO <urn:b>",
        "ADD <urn:a> TO <urn:b>",
        "WITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_updates_are_refused(kg: KnowledgeGraph, update: str) -> None:
    before = len(kg)
    with pytest.raises(ForbiddenQueryError, match="is an update, and a query only reads"):
        kg.query(update)
    assert len(kg) == before


@pytest.mark.parametrize(
    "query",
    [
        'SELECT ?x { BIND("SERVICE <http://x/> and FROM and LOAD" AS ?x) } # SERVICE FROM',
        "PREFIX from: <http://example.org/service/> SELECT ?x { VALUES ?x { from:service from:load } }",
        "SELECT ?from ?service { BIND(1 AS ?from) BIND(2 AS ?service) }",
        "SELECT ?x { BIND('x'@en AS ?x) FILTER(LANG(?x) != 'from') }",
        "SELECT ?x { VALUES ?x { <http://example.org/service#this> } }",
    ],
)
def test_the_words_may_stand_elsewhere(kg: KnowledgeGraph, query: str) -> None:
    assert len(kg.query(query)) >= 1


def test_named_query_files_are_held_to_the_same() -> None:
    from clayonto.query import NamedQuery

    with pytest.raises(ForbiddenQueryError, match="SERVICE"):
        NamedQuery.parse('#+ title.en = "x"\nSELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }', name="x")


@pytest.mark.fuzz
@settings(max_examples=300 * SOAK, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["SERVICE", "<http://127.0.0.1:9/>", "{", "}", "?a", "<", ">", "'", '"', '"""', "#", "\n", "(", ")", "FILTER", "?s ?p ?o", "\\", "u0053", ".", "1", "BIND(1 AS ?a)", "x:y"]
        ),
        max_size=14,
    )
)  # fmt: skip
def test_what_is_let_through_calls_nobody(parts: list[str]) -> None:
    from clayonto.errors import EngineError
    from tests.conftest import graph

    # An engine that meets SERVICE says so with an engine error (connection refused): that error must never come.
    try:
        graph("oxigraph").query("SELECT * { " + "".join(parts) + " }")
    except QueryError:
        pass
    except EngineError as error:
        pytest.fail(f"the engine reached out: {error}")


def test_a_syntax_error_shows_where(kg: KnowledgeGraph) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        kg.query("SELECT ?s {\n  ?s ?p ?o ;;; FILTR(?o)\n}")
    assert (caught.value.line, caught.value.column) == (2, 16)
    assert str(caught.value).endswith("\n    ?s ?p ?o ;;; FILTR(?o)\n                 ^")


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("SELECT ?x { ?s ", 16, "expected “!”, a variable, “(”, a name, an IRI or “^”"),
        ("SELECT ?x { ?s ?p ?o } LIMIT x", 30, "expected a digit"),
        ("SELECT ?x { ?s a foo:Bar }", 25, "a prefix stands here that is not declared"),
        ("SELECT ?x { ?s ?p ?o . BIND(1 ?z) }", 31, "this, or what soon follows it, cannot stand here"),
        ("SELECT ?y { ?x ?p ?o } GROUP BY ?x", 35, "SELECT names a variable that is neither grouped by nor counted"),
        ("SELECT ?x { ?s ?p ?o } }", 25, "this cannot stand here"),
    ],
)
def test_what_was_expected_is_said_for_a_person(kg: KnowledgeGraph, text: str, place: int, said: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        kg.query(text)
    assert (caught.value.column, caught.value.detail) == (place, said)


@given(
    st.integers(0, 60),
    st.integers(0, 4),
    st.sampled_from(["", "}", "(", "[", '"', "<", "?", "1", ":", "x:y", "\\", "\n", "ä", "FILTER", "_"]),
)
@settings(max_examples=150, deadline=None)
def test_nothing_of_a_grammar_reaches_a_person(start: int, length: int, put: str) -> None:
    query = 'SELECT ?x (COUNT(?y) AS ?n) { ?x a <urn:c> ; <urn:p> "t"@en, 1.5, ?y . FILTER(?y > 2) } GROUP BY ?x LIMIT 3'
    text = query[:start] + put + query[start + length :]
    wrong = None
    try:
        check_syntax(text, base=ID)
    except QuerySyntaxError as error:
        wrong = error
    lines = [*text.split("\n"), ""]
    if wrong is not None:
        assert not re.search(r"\.\.=|\[_\]|'A'|u\{", wrong.detail)
        assert 1 <= wrong.column <= len(lines[wrong.line - 1]) + 1


@pytest.mark.parametrize("text", ["", "# nothing", "SELEKT ?s {}", "42", "\\u002A"])
def test_what_is_no_query_is_a_syntax_error(kg: KnowledgeGraph, text: str) -> None:
    with pytest.raises(QuerySyntaxError):
        kg.query(text)


def test_lenient_syntax_is_refused_by_every_engine(kg: KnowledgeGraph) -> None:
    with pytest.raises(QuerySyntaxError):
        kg.query("SELECT ?s (COUNT(?o) AS ?n) { ?s ?p ?o } GROUP BY ?p ?x ORDER BY nothing:here ??")
    with pytest.raises(QueryError):
        kg.query("SELECT ?s { ?s undeclared:p ?o }")


@given(st.text())
def test_tokens_lose_no_text(text: str) -> None:
    kept = sum(len(t.text) for t in sparql.tokens(text))
    assert kept <= len(text)
    for token in sparql.tokens(text):
        assert text[token.start : token.start + len(token.text)] == token.text
