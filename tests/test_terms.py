"""Terms and values: one canonical form, nothing lost."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

from clayonto.engines.oxigraph import to_python as from_oxigraph
from clayonto.engines.rdflib import to_python as from_rdflib
from clayonto.errors import TermError
from clayonto.namespaces import PREFIXES, SCHEMES, check_iri, expand, shorten
from clayonto.terms import IRI, XSD, BlankNode, LangString, TypedLiteral, Value, lexical, literal, render
from tests.conftest import SOAK


@pytest.mark.parametrize(
    ("form", "kind", "value", "canonical"),
    [
        ("212000.00", "decimal", Decimal(212000), "212000"),
        ("+0.10", "decimal", Decimal("0.1"), "0.1"),
        ("-.5", "decimal", Decimal("-0.5"), "-0.5"),
        ("-0", "decimal", Decimal(0), "0"),
        ("007", "integer", 7, "7"),
        ("5", "nonNegativeInteger", 5, "5"),
        ("1", "boolean", True, "true"),
        ("false", "boolean", False, "false"),
        ("2021-05-31", "date", date(2021, 5, 31), "2021-05-31"),
        ("2021-05-31T10:00:00+03:00", "dateTime", datetime(2021, 5, 31, 7, tzinfo=UTC), "2021-05-31T07:00:00Z"),
        ("2021-05-31T10:00:00.500", "dateTime", datetime(2021, 5, 31, 10, 0, 0, 500000), "2021-05-31T10:00:00.5"),  # noqa: DTZ001
        ("1e3", "double", 1000.0, "1.0E3"),
        ("0.00125", "double", 0.00125, "1.25E-3"),
        ("1E-7", "double", 1e-07, "1.0E-7"),
        ("1.5e300", "double", 1.5e300, "1.5E300"),
        ("0", "double", 0.0, "0.0E0"),
        ("-2.5", "float", -2.5, "-2.5E0"),
        ("INF", "double", float("inf"), "INF"),
    ],
)
def test_a_literal_has_one_value_and_one_form(form: str, kind: str, value: Value, canonical: str) -> None:
    assert literal(form, datatype=XSD + kind) == value
    assert type(literal(form, datatype=XSD + kind)) is type(value)
    assert lexical(value)[0] == canonical


@pytest.mark.parametrize(
    ("form", "kind"),
    [("abc", "integer"), ("2024-02-30", "date"), ("2021-05-31Z", "date"), ("20x", "gYear"), ("2014", "gYear"), ("yes", "boolean"), ("1e5", "decimal"), ("P3D", "duration"), ("9" * 5000, "integer"), ("24:00", "dateTime"), ("12021-01-01", "date")],
)  # fmt: skip
def test_what_python_cannot_hold_stays_as_it_was(form: str, kind: str) -> None:
    value = literal(form, datatype=XSD + kind)
    assert isinstance(value, TypedLiteral)
    assert lexical(value) == (form, XSD + kind, None)


@pytest.mark.fuzz
@settings(max_examples=100 * SOAK, deadline=None)
@given(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs"])),
        st.integers(),
        st.booleans(),
        st.decimals(allow_nan=False, allow_infinity=False),
        st.floats(allow_nan=False),
        st.dates(),
        st.datetimes(timezones=st.none() | st.just(UTC) | st.just(timezone(timedelta(hours=2)))),
    )
)
def test_a_value_survives_its_lexical_form(value: Value) -> None:
    form, datatype, language = lexical(value)
    if isinstance(value, int) and len(str(value)) > 3999:
        return
    back = literal(form, datatype=datatype or XSD + "string", language=language)
    assert back == value
    assert lexical(back) == (form, datatype, language)


@pytest.mark.fuzz
@settings(max_examples=100 * SOAK, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_both_engines_read_a_term_alike(text: str) -> None:
    for kind in ("string", "integer", "decimal", "date", "gYear", "boolean", "double"):
        one = from_oxigraph(ox.Literal(text, datatype=ox.NamedNode(XSD + kind)))
        other = from_rdflib(rdflib.Literal(text, datatype=rdflib.URIRef(XSD + kind), normalize=False))
        assert one == other or (one != one and other != other)  # noqa: PLR0124 - NaN
        assert lexical(one) == lexical(other)


def test_language_tags_are_compared_in_lower_case() -> None:
    assert LangString("x", "EN-gb").language == "en-gb"
    assert from_oxigraph(ox.Literal("x", language="EN")) == LangString("x", "en")


@pytest.mark.parametrize("value", [LangString("x", "fi"), TypedLiteral("2014", XSD + "gYear"), IRI("urn:x")])
def test_values_can_be_copied_and_pickled(value: Value) -> None:
    for twin in (copy.copy(value), pickle.loads(pickle.dumps(value))):
        assert twin == value
        assert type(twin) is type(value)
        assert lexical(twin) == lexical(value)


def test_a_blank_node_cannot_be_named() -> None:
    with pytest.raises(TermError, match="cannot name the blank node"):
        render(BlankNode("b0"))


@pytest.mark.parametrize(
    "iri", ["no-scheme", "https://a b", "https://a<", 'https://a"', "https://a\\b", "https://\x85", "https://\ud800", ""]
)
def test_bad_iris_are_refused(iri: str) -> None:
    with pytest.raises(TermError):
        check_iri(iri)


def test_an_unknown_prefix_names_the_nearest() -> None:
    with pytest.raises(TermError, match="The prefix “caly:” is unknown. Did you mean “clay:Project”"):
        expand("caly:Project")


@pytest.mark.parametrize(
    "iri",
    [ns + "x" for ns in PREFIXES.values()]
    + ["https://w3id.org/clayonto/id/project/clay", "https://example.org/", "urn:x:y", "https://w3id.org/clayonto/id/"],
)
def test_a_short_form_reads_back(iri: str) -> None:  # fmt: skip
    assert expand(shorten(iri)) == iri


@pytest.mark.fuzz
@settings(max_examples=100 * SOAK, deadline=None)
@given(st.text(max_size=20))
def test_short_forms_of_any_thing_read_back(key: str) -> None:
    for base in ("https://w3id.org/clayonto/id/", PREFIXES["clay"], "https://example.org/"):
        try:
            iri = check_iri(base + key)
        except TermError:
            continue
        assert expand(shorten(iri)) == iri


def test_every_concept_scheme_is_a_prefix() -> None:
    from tests.conftest import ROOT

    assert list(SCHEMES) == sorted(p.stem for p in (ROOT / "ontology" / "concepts").glob("*.ttl"))
