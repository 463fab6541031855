"""A report in the forms that programs read: the W3C report in Turtle, SARIF 2.1.0, and the annotations of GitHub Actions."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import pyoxigraph as ox

from clayonto.namespaces import CLAY, PREFIXES, shorten
from clayonto.validation.naming import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from clayonto.places import Place
    from clayonto.validation.base import Result
    from clayonto.validation.report import ValidationReport
    from clayonto.validation.violation import Violation

_SH: Final = PREFIXES["sh"]
SARIF_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final = {"violation": "error", "warning": "warning", "info": "note"}
_COMMANDS: Final = {"violation": "error", "warning": "warning", "info": "notice"}
_OFFENDING: Final = {"en": "the offending value", "fi": "väärä arvo"}


def turtle(results: Sequence[Result]) -> str:
    """The W3C validation report of results: section 3."""
    triples: list[tuple[Any, Any, Any]] = []
    report = ox.BlankNode("report")

    def say(subject: Any, by: str, value: Any) -> None:
        triples.append((subject, ox.NamedNode(by if ":" in by else _SH + by), value))

    say(report, PREFIXES["rdf"] + "type", ox.NamedNode(_SH + "ValidationReport"))
    say(report, "conforms", ox.Literal(not results))
    for number, result in enumerate(results, start=1):
        node = ox.BlankNode(f"result{number}")
        say(report, "result", node)
        say(node, PREFIXES["rdf"] + "type", ox.NamedNode(_SH + "ValidationResult"))
        say(node, "focusNode", result.focus)
        say(node, "resultSeverity", result.severity)
        say(node, "sourceConstraintComponent", result.component)
        say(node, "sourceShape", result.shape)
        if result.path is not None:
            path, more = result.path.triples()
            say(node, "resultPath", path)
            triples += more
        if result.value is not None:
            say(node, "value", result.value)
        if result.constraint is not None:
            say(node, "sourceConstraint", result.constraint)
        for message in result.messages:
            say(node, "resultMessage", message)
    used = {p: PREFIXES[p] for p in ("sh", "xsd")}
    return ox.serialize([ox.Triple(*t) for t in triples], format=ox.RdfFormat.TURTLE, prefixes=used).decode()  # type: ignore[union-attr]


def sarif(report: ValidationReport, *, lang: str = "en") -> dict[str, Any]:
    """A report as a SARIF 2.1.0 log of one run (OASIS Standard, 27 March 2020), ready for JSON.

    A rule is a shape or a SPARQL constraint; a result is at the line where its node is described.
    """
    from importlib.metadata import version

    groups = report.grouped(by="shape")
    rules = {rule: number for number, rule in enumerate(groups)}
    return {
        "$schema": SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "clayonto",
                        "version": version("clayonto"),
                        "informationUri": CLAY.rstrip("#"),
                        "language": lang,
                        "rules": [_rule(rule, group, lang) for rule, group in groups.items()],
                    }
                },
                "language": lang,
                "columnKind": "unicodeCodePoints",
                "invocations": [{"executionSuccessful": True}],
                "results": [_sarif_result(one, rules[one.rule], lang) for one in report.results],
                "properties": {"engine": report.engine, "conforms": report.conforms, "nodes": report.nodes, "counts": report.counts},
            }
        ],
    }


def _rule(rule: str, group: Sequence[Violation], lang: str) -> dict[str, Any]:
    first = group[0]
    text = first.rule_help(lang)
    made: dict[str, Any] = {
        "id": rule,
        "name": shorten(rule),
        "shortDescription": {"text": first.rule_label(lang)},
        "fullDescription": {"text": text},
        "help": {"text": text},
        "defaultConfiguration": {"level": _LEVELS[first.severity]},
    }
    if rule.startswith(("http://", "https://")):
        made["helpUri"] = quote(rule, safe=":/?#[]@!$&'()*+,;=%~")
    return made


def _sarif_result(one: Violation, rule: int, lang: str) -> dict[str, Any]:
    location: dict[str, Any] = {"logicalLocations": [{"name": one.thing(lang), "fullyQualifiedName": one.focus, "kind": "resource"}]}
    place, value_place = one.place, one.value_place
    if place is not None:
        location["physicalLocation"] = _physical(place)
    made: dict[str, Any] = {
        "ruleId": one.rule,
        "ruleIndex": rule,
        "level": _LEVELS[one.severity],
        "message": {"text": one.message(lang) or one.rule_label(lang)},
        "locations": [location],
        "partialFingerprints": {"clayontoResult/v1": _fingerprint(one)},
    }
    if value_place is not None and value_place != place:
        made["relatedLocations"] = [{"id": 1, "physicalLocation": _physical(value_place), "message": {"text": _OFFENDING[lang]}}]
    return made


def _physical(place: Place) -> dict[str, Any]:
    made: dict[str, Any] = {"artifactLocation": {"uri": file_uri(place.file)}}
    if place.line:
        made["region"] = {"startLine": place.line}
    return made


def _fingerprint(one: Violation) -> str:
    """What tells a result from others, whichever line it is on; nameless nodes have no name that lasts, so they leave it out."""
    parts: Iterable[object] = (
        one.rule,
        one.component,
        "" if isinstance(one.result.focus, ox.BlankNode) else one.focus,
        one.path or "",
        "" if isinstance(one.result.value, ox.BlankNode) else one.value or "",
    )
    return hashlib.sha256("\n".join(map(str, parts)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def file_path(file: str) -> str:
    """A file as seen from the folder the command runs in, with forward slashes; whole if it is not below that folder.

    >>> file_path("data/clay.ttl")
    'data/clay.ttl'
    """
    path = PurePath(file)
    if path.is_absolute() or ".." in path.parts:
        whole = Path(file).resolve()
        here = Path.cwd().resolve()
        path = whole.relative_to(here) if whole.is_relative_to(here) else whole
    return path.as_posix()


def file_uri(file: str) -> str:
    """A file as a URI reference: relative to the folder the command runs in, ``file:`` if it is not below that folder.

    >>> file_uri("data/my file.ttl")
    'data/my%20file.ttl'
    """
    path = file_path(file)
    if PurePath(path).is_absolute():
        return PurePath(path).as_uri()
    first, slash, rest = path.partition("/")
    # A colon in the first part would end a scheme: RFC 3986, section 4.2.
    return quote(first, safe="") + slash + quote(rest)


def github(report: ValidationReport, *, lang: str = "en") -> str:
    """A report as GitHub Actions' workflow commands ``error``, ``warning`` and ``notice``, one line a result."""
    return "\n".join(_annotation(one, lang) for one in report.results)


def _annotation(one: Violation, lang: str) -> str:
    properties = {}
    place = one.place
    if place is not None:
        properties["file"] = file_path(place.file)
        if place.line:
            properties["line"] = str(place.line)
    properties["title"] = clean(one.rule_label(lang))
    listed = ",".join(f"{key}={_escaped_property(value)}" for key, value in properties.items())
    return f"::{_COMMANDS[one.severity]} {listed}::{_escaped(one.message(lang))}"


def _escaped(text: str) -> str:
    # As @actions/core writes a command's data; the rest of what ends a line somewhere becomes visible.
    return "%0A".join(clean(line) for line in text.replace("%", "%25").replace("\r", "%0D").split("\n"))


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
