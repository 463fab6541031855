"""What is found out once for queries that are alike is what would be found out about each."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clayonto import sparql
from clayonto.engines.oxigraph import as_asked, prefixes
from clayonto.engines.sorting import apart
from clayonto.errors import ClayontoError, QuerySyntaxError
from clayonto.namespaces import PREFIXES
from clayonto.server.bounding import bounded
from clayonto.templates import Query

if TYPE_CHECKING:
    from collections.abc import Callable

_IRIS = [
    "urn:a",
    "0",
    "",
    "urn:service",
    "urn:x?a=b&c",
    "x'(y)",
    "file:///etc",
    "?b&&?c",
    "skos:b,?c",
    "urn:#LIMIT",
    "{0}".replace("{", "%7B"),
    "urn:from",
]
_HOSTILE = st.sampled_from(
    [
        *(f"<{iri}>" for iri in _IRIS),
        *(
            '"<urn:a>"',
            "'#'",
            '"a\'b"',
            "'\"'",
            '"',
            "'",
            '""',
            "''",
            '"""',
            "'''",
            "\\",
            "\\u0053ERVICE",
            '"\\""',
            "# <urn:a> SERVICE\n",
            "#",
            "# '",
            "\n",
        ),
        *(
            "<",
            ">",
            "<=",
            "{",
            "}",
            "{0}",
            "(",
            ")",
            " ",
            "  ",
            ".",
            "?a",
            "?a<?b&&?c>?d",
            "$s",
            "_:b",
            "skos:a",
            "aclay:b",
            "x:skos:",
            "12",
            "1.5e3",
            "@en",
            "^^",
        ),
        *(
            "SELECT",
            "ASK",
            "CONSTRUCT",
            "DESCRIBE",
            "INSERT",
            "PREFIX",
            "PREFIX skos:",
            "BASE",
            "FROM",
            "FROM NAMED",
            "SERVICE",
            "GRAPH",
            "OPTIONAL {",
            "FILTER(",
        ),
        *(
            "ORDER BY",
            "DESC(",
            "ASC(?a)",
            "STR(?s)",
            "LIMIT",
            "LIMIT 5",
            "LIMIT 50",
            "OFFSET 3",
            "VALUES ?a {",
            "(COUNT(?s) AS ?n)",
            "AS",
            "WHERE {",
            "UNION",
            "*",
        ),
    ]
)
_TEXTS = st.lists(_HOSTILE, max_size=25).flatmap(lambda parts: st.sampled_from([" ".join(parts), "".join(parts)]))
_QUERIES = _TEXTS.map(lambda text: f"SELECT ?s {{ ?s ?p ?o {text} }} ORDER BY ?s <urn:f>(?s) DESC(STR(?s))") | _TEXTS


def most_ten(text: str) -> str:
    return as_asked(bounded(text, "select", 10)[0])


def may_be_more(text: str) -> bool:
    return bounded(text, "select", 10)[1]


def sorted_by(text: str) -> Any:
    found = apart(text)
    return found and found[1]


FOUND: list[Callable[[str], Any]] = [sparql.form, sparql.asks_for_graphs, may_be_more, sorted_by]


def like(text: str, iri: str) -> str:
    """A text with other IRIs and comments."""
    return "".join(f"<{iri}>" if kind == "iri" else f"#{iri}" if kind == "comment" else part for kind, part in pieces(text))


def pieces(text: str) -> list[tuple[str, str]]:
    return [(found.lastgroup or "", found.group()) for found in sparql._TOKEN.finditer(text)]


def outcome(call: Callable[[Any], Any], given: Any) -> Any:
    try:
        return call(given)
    except ClayontoError as error:
        return type(error), str(error), getattr(error, "line", None), getattr(error, "column", None)


@given(_QUERIES, st.sampled_from(_IRIS))
@example("SELECT ?s { ?s ?p '<' } # <urn:a>\nORDER BY <urn:f>(?s) ?p", "urn:b")
@example("SELECT ?s { ?s ?p ?o FILTER(?a<?b&&?c>?d) } ORDER BY ?s", "urn:b")
def test_what_is_found_out_about_one_query_holds_for_those_that_differ_in_iris_and_comments(text: str, iri: str) -> None:
    other = like(text, iri)
    for find in FOUND:
        for one in (text, other):
            assert outcome(Query(one).of, find) == outcome(find, one)


@given(_QUERIES, st.sampled_from(_IRIS))
@example("SELECT ?s { ?s <urn:a> '{0}<1>' OPTIONAL { ?s <urn:b> ?o } } # {0}\nORDER BY <urn:f>(?s) ?s", "urn:b")
def test_a_query_is_rewritten_as_if_it_were_the_first(text: str, iri: str) -> None:
    for one in (text, like(text, iri)):
        assert [t.text for t in sparql.tokens(Query(one).rewritten(most_ten))] == [t.text for t in sparql.tokens(most_ten(one))]


@given(_QUERIES, st.sampled_from(_IRIS))
@example("ASK FROM <urn:a> {}", "file:///etc/passwd")
@example("PREFIX x: <urn:a> ASK FROM x:y {}", "file:")
@example("ASK { ?s <urn:a> 'it is' }", "x'(service)")
def test_what_is_to_be_refused_is_not_let_through_for_being_like_what_is_not(text: str, iri: str) -> None:
    for one in (text, like(text, iri)):
        query = Query(one)
        if not query.of(sparql.is_guarded) and not sparql.may_have(one, "service", "from"):
            with suppress(QuerySyntaxError):  # is told of before
                sparql.refuse_unsafe(one)
        if not query.of(sparql.is_guarded) and not sparql.may_have(one, "service"):
            with suppress(QuerySyntaxError):
                sparql.refuse_leaving(one)


def parses(text: str, names: dict[str, str]) -> bool:
    try:
        ox.Store().query(text, prefixes=names)
    except SyntaxError:
        return False
    except RuntimeError as error:
        if "custom function" not in str(error):  # of a query that is one, with a function that the engine does not have
            raise
    return True


_EXPRESSIONS = st.lists(
    st.sampled_from(["?a", "<", ">", "&&", "clay:x", "skos:y", ",", "(", ")", "IF(", "<urn:a>", "xsd:integer(", "=", "+", "1", "EXISTS{?a skos:b<urn:a>}", "IN", "!"]),
    max_size=12,
)  # fmt: skip


@given(_EXPRESSIONS)
@example(["?a", "<", "clay:x", "&&", "?a", ">", "?b"])
@example(["clay:x", "(", ")"])
@example(["IF(", "?a", "<", "clay:x", ",", "?a", ">", "?a", ",", "1", ")"])
def test_the_engine_gets_every_prefix_that_it_may_look_for(parts: list[str]) -> None:
    for text in (f"ASK {{ FILTER({''.join(parts)}) }}", f"PREFIX clay: <urn:c> SELECT ({' '.join(parts)} AS ?x) {{}}"):
        assert parses(text, prefixes(Query(text))) == parses(text, dict(PREFIXES)), text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("SELECT * { ?s skos:prefLabel ?o }", {"skos"}),
        ("PREFIX skos: <urn:x> SELECT * { ?s skos:prefLabel ?o }", set()),
        ("SELECT * { ?s <urn:clay:x> 'clay:x' } # clay:x", set()),
        ("ASK { ?s aclay:Project . }", {"clay"}),  # which an engine without a tokeniser reads as: a clay:Project
        ("ASK { FILTER(?a<clay:b&&?c>?d) }", {"clay"}),
        ("ASK { ?s cl\\u0061y:b ?o }", set(PREFIXES)),
    ],
)
def test_no_prefix_is_given_that_is_not_needed(text: str, names: set[str]) -> None:
    assert set(prefixes(Query(text))) == names
    assert set(prefixes(Query(text.replace("urn:", "urn:other:")))) == names


def test_queries_that_are_alike_are_looked_through_once() -> None:
    seen: list[str] = []

    def look(text: str) -> int:
        seen.append(text)
        return len(seen)

    alike = [Query(f"DESCRIBE <urn:{name}> # {name}") for name in "abc"]
    assert [query.of(look) for query in alike] == [1, 1, 1]
    assert len(seen) == 1
    assert [Query(text).of(look) for text in ("DESCRIBE <urn:a> ?x", "DESCRIBE 'a'", "DESCRIBE 'b'", "DESCRIBE #")] == [2, 3, 4, 5]


_PROLOGUES = st.lists(
    st.sampled_from(
        [
            *(f"PREFIX {name}: <urn:{name}#>\n" for name in ("a", "ab", "b", "skos", "service", "clay")),
            *("PREFIX b: <urn:other>\r\n", "prefix\tc : <urn:c>\n", "PREFIX c:<urn:c> ", "PREFIX : <urn:e>\n", "PREFIX d: <e/>\n", "PREFIX f: <http://[>\n"),
            *("BASE <urn:base:>\n", "# a: \n", "\n", " ", "PREFIX ä: <urn:ä>\n", "PREFIX g: <urn:g#?>\n", "PREFIX h: <urn:h#x#>\n", "PREFIX 1: <urn:i>\n"),
        ]
    ),
    max_size=6,
).map("".join)  # fmt: skip
_BODIES = st.sampled_from(
    [
        *("ASK { ?s a:x b:y }", "SELECT * { ?s skos:x <urn:a:b> FILTER(?s < ab:c && ?s > 3) }", "ASK { FILTER(?x<a:b&&?y>b:c) }"),
        *(
            "ASK { ?s ?p 'a:b' } # b:c",
            "PREFIX a: <urn:own> ASK { ?s a:x ?o }",
            "ASK { ?s ?p 3a:x }",
            "ASK { ?s aclay:b ?o }",
            "ASK { ?s c:d ?o",
        ),
        *("ASK { ?s ?p 'x' ; d:e '\\u0061' }", "DESCRIBE f:a g:b", "ASK { GRAPH service:x { ?s ?p ?o } }", "DESCRIBE h:x ä:y :z 1:x"),
    ]
)


@given(_PROLOGUES, _BODIES)
@example("PREFIX a: <urn:a#>\nPREFIX b: <urn:b#>\n", "ASK { ?s a:x ?o }")
@example("PREFIX a: <urn:a#>\nPREFIX f: <http://[>\n", "ASK { ?s a:x ?o }")
@example("PREFIX a: <urn:a#>\nPREFIX a: <urn:b#>\n", "ASK { ?s a:x ?o }")
def test_declarations_that_a_query_does_not_use_can_be_left_out(prologue: str, body: str) -> None:
    names = ["urn:a#", "urn:b#", "urn:c", "urn:other", "urn:own", "urn:ab#", "urn:service#", PREFIXES["clay"]]
    store = ox.Store()
    store.extend([ox.Quad(ox.NamedNode(f"{one}x"), ox.NamedNode(f"{one}x"), ox.NamedNode(f"{one}y")) for one in names])

    def found(asked: str, given_prefixes: dict[str, str]) -> Any:
        try:
            answer: Any = store.query(asked, base_iri="urn:base:", prefixes=given_prefixes)
        except SyntaxError:
            return "malformed"
        return bool(answer) if isinstance(answer, ox.QueryBoolean) else sorted(map(str, answer))

    query = Query(prologue + body)
    assert found(query.rewritten(str), prefixes(query)) == found(prologue + body, dict(PREFIXES))


def test_an_engine_is_given_the_declarations_that_a_query_may_use() -> None:
    declared = {name: f"PREFIX {name}: <urn:{name}#>\n" for name in ("a", "b", "c")}
    for used, body in (
        ("", "ASK {}"),
        ("b", "ASK { ?s b:x 'c:y' } # a:z"),
        ("ab", "ASK { ?s ca:x b:y }"),
        ("abc", "ASK { FILTER(?x<a:y&&?z>1) }"),
    ):
        query = Query("".join(declared.values()) + body)
        assert query.rewritten(str).startswith("".join(declared[name] for name in used) + body.partition(" #")[0])
        assert query.rewritten(lambda text: text.replace("ASK", "ASK WHERE")).count("PREFIX") == len(used)
    malformed = "PREFIX a: <urn:a#>\nPREFIX b: <http://[>\nASK {}"
    assert "PREFIX b: <http://[>" in Query(malformed).rewritten(str)


@given(
    st.lists(
        st.sampled_from(["PREFIX a: <urn:a#>\n", "PREFIX a: <urn:service#>\n", "PREFIX from: <urn:b>\n", "PREFIX b: <urn:b'(x)>\n"]),
        max_size=3,
    ),
    st.sampled_from(_IRIS),
)
def test_no_prologue_lets_through_what_is_to_be_refused(prologue: list[str], iri: str) -> None:
    for body in (
        f"ASK {{ ?s a:x <{iri}> }}",
        f"ASK FROM <{iri}> {{}}",
        f"ASK {{ SERVICE <{iri}> {{}} }}",
        f"ASK {{ ?s ?p 'service' , <{iri}> }}",
    ):
        text = "".join(prologue) + body
        query = Query(text)
        if not query.of(sparql.is_guarded) and not query.may_have("service", "from"):
            sparql.refuse_unsafe(text)
