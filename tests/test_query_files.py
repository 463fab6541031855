"""Query files: what a header may say, and the errors for what it may not."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

import clayonto
from clayonto import KnowledgeGraph, NamedQuery
from clayonto.engines.oxigraph import check_syntax
from clayonto.errors import ParameterError, QueryFileError, UnknownQueryError
from clayonto.namespaces import ID

HEAD = '#+ title.en = "t"\n'


def parse(header: str, body: str = "SELECT ?x { VALUES ?x { 1 } }") -> NamedQuery:
    return NamedQuery.parse(HEAD + header + body, name="t.rq")


def parameter(kind: str, extra: str = "") -> NamedQuery:
    return parse(f'#+ [params.v]\n#+ type = "{kind}"\n{extra}', "SELECT ?x { VALUES ?x { $v } }")


@pytest.mark.parametrize(
    ("header", "body", "says"),
    [
        ("#+ = 3\n", "ASK {}", "the header is not TOML"),
        ("#+ [colums]\n", "ASK {}", "the header has “colums”"),
        ("#+ params = 3\n", "ASK {}", "“params” in the header must be a table"),
        ("#+ description.en = 3\n", "ASK {}", "must map languages to texts"),
        ('#+ [params.v]\n#+ type = "number"\n', "ASK { $v ?p ?o }", "the parameter “v” has the type 'number'; it can be iri, string"),
        ("#+ [params.v]\n", "ASK { $v ?p ?o }", "has the type None"),
        ('#+ [params.v]\n#+ type = "iri"\n#+ deflaut = "x"\n', "ASK { $v ?p ?o }", "has “deflaut”"),
        ('#+ [params.v]\n#+ type = "enum"\n', "ASK { ?s ?p $v }", "an enum, and nothing else, lists its values"),
        ('#+ [params.v]\n#+ type = "string"\n#+ values = ["a"]\n', "ASK { ?s ?p $v }", "an enum, and nothing else"),
        (
            '#+ [params.v]\n#+ type = "date"\n#+ example = "tomorrow"\n',
            "ASK { ?s ?p $v }",
            "takes a day such as 2021-05-31, not 'tomorrow'",
        ),
        ('#+ [columns]\n#+ x = "number"\n', "SELECT ?x {}", "the column “x” has the type 'number'"),
        ("", "SELECT ?x { ?x ?p $y }", "line 2, column 19: $y is not declared in the header"),
        ('#+ [params.v]\n#+ type = "iri"\n', "SELECT ?x { ?x ?p ?o }", "the parameter “v” is declared and never used"),
        ('#+ [params.v]\n#+ type = "iri"\n', "SELECT $v { $v ?p ?o }", "$v is projected"),
        ('#+ [params.v]\n#+ type = "iri"\n', "SELECT ?s { { SELECT DISTINCT ?s $v { ?s ?p $v } } }", "$v is projected"),
        ('#+ [params.v]\n#+ type = "iri"\n', "SELECT ?s { BIND(1 AS $v) ?s ?p $v }", "$v is assigned"),
        ('#+ [params.v]\n#+ type = "iri"\n', "SELECT (1 AS $v) { ?s ?p $v }", "$v is assigned"),
        ('#+ [params.v]\n#+ type = "iri"\n', "SELECT ?s { VALUES $v { 1 } ?s ?p $v }", "$v is assigned"),
        ('#+ [params.v]\n#+ type = "iri"\n', "SELECT ?s { VALUES (?s $v) { (1 2) } }", "$v is assigned"),
        ('#+ [params.v]\n#+ type = "iri"\n', "SELECT ?s { ?s ?v $v }", "is also used as ?v"),
        ('#+ [params.v]\n#+ type = "list of iri"\n', "SELECT ?s { ?s ?p $v }", "a list stands in IN ($v)"),
        ('#+ [params.v]\n#+ type = "list of iri"\n', "SELECT ?s { ?s ?p ?o FILTER(?o IN ($v, 3)) }", "a list stands in IN ($v)"),
    ],
)
def test_what_is_wrong_in_a_file_is_said(header: str, body: str, says: str) -> None:
    with pytest.raises(QueryFileError) as caught:
        parse(header, body)
    assert says in str(caught.value)
    assert str(caught.value).startswith("t.rq")


def test_a_parameter_may_stand_in_an_expression_of_the_projection() -> None:
    query = parse('#+ [params.v]\n#+ type = "integer"\n', "SELECT (?x + $v AS ?y) { VALUES ?x { 1 } }")
    assert "(?x +  2  AS ?y)" in query.bind({"v": 2})


def test_without_a_header_a_dollar_is_a_variable(kg: KnowledgeGraph) -> None:
    query = NamedQuery.parse("SELECT $x { VALUES $x { 7 } }", name="plain")
    assert query.params == {}
    assert [row.x for row in kg.run(query)] == [7]


@pytest.mark.parametrize(
    ("kind", "value", "rendered"),
    [
        ("iri", "project/clay", "<https://w3id.org/clayonto/id/project/clay>"),
        ("iri", "clay:Project", "<https://w3id.org/clayonto/def#Project>"),
        ("iri", "https://example.org/x", "<https://example.org/x>"),
        ("iri", "<urn:x>", "<urn:x>"),
        ("string", 'a "b"', '"a \\"b\\""'),
        ("langString", "Suomi@fi", '"Suomi"@fi'),
        ("integer", "-5", "-5"),
        ("integer", 5, "5"),
        ("decimal", "212000.50", '"212000.5"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        ("decimal", 1, '"1"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        ("decimal", 0.1, '"0.1"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        ("decimal", Decimal("1E3"), '"1000"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        ("boolean", "true", "true"),
        ("boolean", False, "false"),
        ("date", "2021-05-31", '"2021-05-31"^^<http://www.w3.org/2001/XMLSchema#date>'),
        ("date", date(2021, 5, 31), '"2021-05-31"^^<http://www.w3.org/2001/XMLSchema#date>'),
    ],
)
def test_values_are_rendered_by_their_type(kind: str, value: object, rendered: str) -> None:
    assert f"{{  {rendered}  }}" in parameter(kind).bind({"v": value})


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("iri", ""),
        ("iri", "nosuchprefix:x"),
        ("iri", "https://example.org/a b"),
        ("iri", 5),
        ("string", 5),
        ("langString", "no language"),
        ("langString", "x@not a tag"),
        ("integer", "5.0"),
        ("integer", "five"),
        ("integer", "٥"),
        ("integer", "--5"),
        ("integer", True),
        ("integer", 5.0),
        ("decimal", "1e3"),
        ("decimal", "NaN"),
        ("decimal", Decimal("NaN")),
        ("decimal", float("inf")),
        ("decimal", True),
        ("boolean", "yes"),
        ("boolean", 1),
        ("date", "31.5.2021"),
        ("date", "2021-02-30"),
        ("date", "20210531"),
        ("date", datetime(2021, 5, 31)),  # noqa: DTZ001
        ("string", None),
    ],
)
def test_values_of_another_type_are_refused(kind: str, value: object) -> None:
    with pytest.raises(ParameterError):
        parameter(kind).bind({"v": value})


def test_lists_take_python_lists_and_commas() -> None:
    query = parse('#+ [params.v]\n#+ type = "list of integer"\n', "SELECT ?x { VALUES ?x { 1 2 3 } FILTER(?x IN ($v)) }")
    assert "IN ( 1, 3 )" in query.bind({"v": [1, 3]})
    assert query.bind({"v": "1, 3"}) == query.bind({"v": [1, 3]})
    assert "IN (  )" in query.bind({"v": []})
    with pytest.raises(ParameterError, match="takes a list"):
        query.bind({"v": 3})
    assert query.to_dict()["params"]["v"]["type"] == "list of integer"


def test_errors_about_parameters_help() -> None:
    query = clayonto.queries()["region-role"]
    with pytest.raises(ParameterError, match="needs the parameter “region”, for example region=region/south-ostrobothnia"):
        query.bind({})
    with pytest.raises(ParameterError, match="has no parameter “reigon”. Did you mean “region”"):
        query.bind({"reigon": "x"})
    with pytest.raises(ParameterError, match="takes one of en, fi, not 'sv'"):
        query.bind({"region": "region/umbria", "lang": "sv"})


def test_a_thing_that_is_not_there_is_an_error_with_the_nearest(kg: KnowledgeGraph) -> None:
    with pytest.raises(ParameterError, match="takes a clay:Project. There is no thing or term “project/klay”. Did you mean “project/clay”"):
        kg.run("project-partners", project="project/klay")
    with pytest.raises(ParameterError, match="takes a clay:Region"):
        kg.run("region-role", region="project/clay")


@pytest.mark.parametrize("limit", [-1, 10**30])
def test_a_number_of_rows_that_cannot_be_is_told_by_its_name(kg: KnowledgeGraph, limit: int) -> None:
    with pytest.raises(ParameterError, match="“limit” is a number of rows, from 0 on"):
        kg.search("clay", limit=limit)
    assert len(kg.search("clay", limit=0)) == 0


def test_an_unknown_query_names_the_nearest(kg: KnowledgeGraph) -> None:
    with pytest.raises(UnknownQueryError, match="There is no query “project-partnres”. Did you mean “project-partners”") as caught:
        kg.run("project-partnres")
    assert caught.value.suggestions[0] == "project-partners"


@pytest.mark.parametrize("name", clayonto.queries())
def test_bundled_queries_say_what_they_are_and_run_anywhere(name: str) -> None:
    query = clayonto.queries()[name]
    assert set(query.title) == set(query.description) == {"en", "fi"}
    assert query.columns
    assert query.form == "select"
    # Any SPARQL tool must take the published text, so nothing may lean on prefixes or bases that only we know.
    import pyoxigraph as ox

    ox.Store().query(query.example())
    check_syntax(query.example(), base=ID)
    assert query.to_dict()["params"].keys() == query.params.keys()
