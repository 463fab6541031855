"""What the server can be asked, as OpenAPI 3.1: the named queries with their typed parameters, and the server's own addresses."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from clayonto.server.formats import FORMATS
from clayonto.server.problems import MEDIA
from clayonto.server.queries import DESCRIPTION, FORMAT, PATH, takes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from clayonto.publish.config import Config
    from clayonto.query import NamedQuery, Parameter

TYPE: Final = "application/vnd.oai.openapi+json;version=3.1"
_TABLES: Final = ("json", "xml", "csv", "tsv")
_GRAPHS: Final = ("turtle", "nt", "jsonld", "rdfxml")
_SOLUTIONS: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["head"],
    "properties": {
        "head": {"type": "object", "properties": {"vars": {"type": "array", "items": {"type": "string"}}}},
        "boolean": {"type": "boolean"},
        "results": {
            "type": "object",
            "required": ["bindings"],
            "properties": {
                "bindings": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "additionalProperties": {
                            "type": "object",
                            "required": ["type", "value"],
                            "properties": {
                                "type": {"enum": ["uri", "literal", "bnode", "typed-literal"]},
                                "value": {"type": "string"},
                                "datatype": {"type": "string"},
                                "xml:lang": {"type": "string"},
                            },
                        },
                    },
                }
            },
        },
    },
}
"""SPARQL 1.1 Query Results JSON Format."""
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "parameter": {"type": ["string", "null"]},
        "line": {"type": "integer"},
        "column": {"type": "integer"},
        "offered": {"type": "array", "items": {"type": "string"}},
    },
}
"""RFC 9457."""
_SAID: Final = {
    "400": "The request is wrong; the problem says which parameter and why.",
    "403": "The query does what is not done here.",
    "404": "There is nothing of this name.",
    "406": "No form that is accepted is offered; the problem lists those that are.",
    "413": "The body is too large.",
    "414": "The address is too long.",
    "415": "The body is of another media type.",
    "429": "One client asks more at once than it may.",
    "500": "The server failed.",
    "503": "The server has no room for the answer now.",
    "504": "The answer takes longer than it may.",
}
_QUERY_PROBLEMS: Final = ("400", "406", "414", "429", "500", "503", "504")


def describe(catalogue: Mapping[str, NamedQuery], config: Config, *, prefix: str = "/", url: str = "") -> bytes:
    """The description as JSON, the same for the same catalogue and config.

    :param prefix: the path of the site on its host.
    :param url: the address of the site, if it is not where the description is read from.
    """
    root = {"url": url or prefix}
    lang = config.languages[0] if "en" not in config.languages else "en"
    told: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": config.title[lang],
            "summary": "Named queries, SPARQL and linked data.",
            "description": config.description[lang],
            "version": version("clayonto"),
            "license": {"name": "Licence of the data", "url": config.licence},
            **({"contact": _contact(config)} if config.contact else {}),
        },
        "servers": [root],
        "tags": [
            {"name": "queries", "description": "Questions with typed parameters."},
            {"name": "data", "description": "Things and their documents."},
            {"name": "sparql", "description": "SPARQL 1.1 Protocol."},
            {"name": "service", "description": "The server itself."},
        ],
        "paths": {
            f"/{PATH}": {"get": _listed()},
            **{f"/{PATH}/{query.name}": {"get": _asked(query)} for query in catalogue.values()},
            **_own(),
        },
        "components": {
            "schemas": {"Solutions": _SOLUTIONS, "Problem": _PROBLEM},
            "responses": {status: _problem(text) for status, text in _SAID.items()},
        },
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def _contact(config: Config) -> dict[str, str]:
    name = {"name": config.publisher}
    return name | ({"email": config.contact.removeprefix("mailto:")} if config.contact.startswith("mailto:") else {"url": config.contact})


def _problem(text: str) -> dict[str, Any]:
    return {"description": text, "content": {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def _problems(statuses: Iterable[str]) -> dict[str, Any]:
    return {status: {"$ref": f"#/components/responses/{status}"} for status in statuses}


def _content(names: Iterable[str]) -> dict[str, Any]:
    """The forms of an answer; those that are no JSON are texts."""
    return {
        FORMATS[name].media: {"schema": {"$ref": "#/components/schemas/Solutions"} if name == "json" else {"type": "string"}}
        for name in names
    }


def _listed() -> dict[str, Any]:
    return {
        "operationId": "queries",
        "tags": ["queries"],
        "summary": "The named queries with their parameters and columns",
        "responses": {
            "200": {
                "description": "A list.",
                "content": {
                    "application/json": {"schema": {"type": "array", "items": {"type": "object", "required": ["name", "href", "params"]}}}
                },
            },
            "303": {"description": "To the page of the queries, or to their description in Turtle."},
            **_problems(("406", "500")),
        },
    }


def _asked(query: NamedQuery) -> dict[str, Any]:
    title = query.title.get("en") or query.name
    text = query.description.get("en", "")
    return {
        "operationId": query.name,
        "tags": ["queries"],
        "summary": title,
        "description": f"{text}\n\nColumns: {', '.join(f'{name} ({kind})' for name, kind in query.columns.items())}.".strip(),
        "parameters": [*(_parameter(one) for one in query.params.values()), _format()],
        "responses": {
            "200": {"description": "The answer.", "content": {**_content(_TABLES), "text/html": {"schema": {"type": "string"}}}},
            "303": {"description": "To the page of the query, for a browser that names no parameters."},
            "304": {"description": "The client has the answer already."},
            **_problems(_QUERY_PROBLEMS),
        },
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema = takes(parameter)
    value = parameter.default if parameter.default is not None else None
    told: dict[str, Any] = {
        "name": parameter.name,
        "in": "query",
        "required": parameter.default is None,
        "schema": schema | ({} if value is None else {"default": _typed(value, schema)}),
    }
    if parameter.klass:
        told["description"] = f"A {parameter.klass}: its IRI, whole, as a CURIE, or relative to the namespace of the data."
    elif parameter.type == "iri":
        told["description"] = "An IRI: whole, as a CURIE, or relative to the namespace of the data."
    if parameter.example is not None:
        told["example"] = _typed(parameter.example, schema)
    if parameter.is_list:
        told |= {"style": "form", "explode": True}
    return told


def _typed(text: str, schema: Mapping[str, Any]) -> Any:
    match schema["type"]:
        case "integer":
            return int(text)
        case "number":
            return float(text)
        case "boolean":
            return text == "true"
        case "array":
            return [_typed(part.strip(), schema["items"]) for part in text.split(",")]
        case _:
            return text


def _format() -> dict[str, Any]:
    return {
        "name": FORMAT,
        "in": "query",
        "required": False,
        "description": "The form of the answer, whatever is accepted; also as the ending of the address.",
        "schema": {"type": "string", "enum": [*_TABLES, "html"]},
    }


def _own() -> dict[str, Any]:
    """The addresses of the server that are no named queries."""
    answers = {
        "200": {"description": "The answer, or the service description if there is no query.", "content": _content((*_TABLES, *_GRAPHS))}
    }
    graphs = [
        {"name": name, "in": "query", "schema": {"type": "array", "items": {"type": "string", "format": "iri"}}, "explode": True}
        for name in ("default-graph-uri", "named-graph-uri")
    ]
    document = {FORMATS[name].media: {"schema": {"type": "string"}} for name in _GRAPHS} | {"text/html": {"schema": {"type": "string"}}}
    key = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in ("class", "key")]
    return {
        "/sparql": {
            "get": {
                "operationId": "sparql",
                "tags": ["sparql"],
                "summary": "A SPARQL query",
                "parameters": [{"name": "query", "in": "query", "schema": {"type": "string"}}, *graphs],
                "responses": answers | {"303": {"description": "To the page that takes queries."}} | _problems(("403", *_QUERY_PROBLEMS)),
            },
            "post": {
                "operationId": "sparql-post",
                "tags": ["sparql"],
                "summary": "A SPARQL query as the body, or as a field of a form",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/sparql-query": {"schema": {"type": "string"}},
                        "application/x-www-form-urlencoded": {
                            "schema": {"type": "object", "required": ["query"], "properties": {"query": {"type": "string"}}}
                        },
                    },
                },
                "responses": answers | _problems(("403", "413", "415", *_QUERY_PROBLEMS)),
            },
        },
        "/id/{class}/{key}": {
            "get": {
                "operationId": "thing",
                "tags": ["data"],
                "summary": "A thing: leads to the document that the client likes best",
                "parameters": key,
                "responses": {
                    "303": {"description": "To its page or its data."},
                    "410": {"description": "It was withdrawn."},
                    **_problems(("404", "406", "414", "500", "503")),
                },
            }
        },
        "/data/{class}/{key}.{ending}": {
            "get": {
                "operationId": "data",
                "tags": ["data"],
                "summary": "The data of a thing",
                "parameters": [
                    *key,
                    {
                        "name": "ending",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string", "enum": ["ttl", "jsonld", "nt", "rdf"]},
                    },
                ],
                "responses": {
                    "200": {"description": "The document.", "content": document},
                    "304": {"description": "The client has the document already."},
                    "410": {"description": "It was withdrawn."},
                    **_problems(("404", "414", "500", "503")),
                },
            }
        },
        f"/{DESCRIPTION}": {
            "get": {
                "operationId": "description",
                "tags": ["service"],
                "summary": "This description",
                "responses": {"200": {"description": "OpenAPI 3.1.", "content": {TYPE: {"schema": {"type": "object"}}}}},
            }
        },
        "/health": {
            "get": {
                "operationId": "health",
                "tags": ["service"],
                "summary": "Whether the server is well, and which state of the data it has",
                "responses": {"200": {"description": "It is.", "content": {"application/json": {"schema": {"type": "object"}}}}},
            }
        },
        "/metrics": {
            "get": {
                "operationId": "metrics",
                "tags": ["service"],
                "summary": "Figures for Prometheus",
                "responses": {"200": {"description": "Figures.", "content": {"text/plain": {"schema": {"type": "string"}}}}},
            }
        },
    }
