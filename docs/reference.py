"""Writes ``docs/reference/`` from the docstrings, the help texts, the ontology and the query headers.

``python docs/reference.py`` writes the pages; with ``--check`` it writes nothing and ends with 1 if one is out of date.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import subprocess
import sys
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import click

import clayonto
from clayonto.cli import COMMANDS, cli
from clayonto.namespaces import shorten

OUT = Path(__file__).parent / "reference"
MODULES = (
    "graph", "query", "results", "frames", "tsv", "describe", "validation", "validation.violation", "validation.report", "validation.base",
    "validation.wellformed", "inference", "inference.base", "inference.consistency", "inference.cache", "explain", "explain.model", "explain.figures", "editing",
    "difference.compare", "difference.rdfpatch", "difference.patching", "dialect", "turtle", "skeletons", "terms", "sparql", "namespaces",
    "server.serving", "server.settings", "publish.build", "publish.config", "publish.fragments", "publish.site", "publish.checking",
    "publish.checking.findings", "linking", "linking.finding", "linking.table", "linking.reviewing", "linking.applying", "linking.organisations",
    "linking.names", "linking.evidence", "linking.blocking", "linking.wording", "asynchronous", "stores", "stores.upkeep", "sources", "places",
    "tables", "resources", "errors", "engines", "engines.base",
)  # fmt: skip


def python() -> str:
    """Modules, classes, functions and methods with their signatures and docstrings."""
    lines = [
        "# Python reference",
        "",
        "From the docstrings; `import clayonto` offers " + ", ".join(f"`{n}`" for n in clayonto.__all__) + ".",
    ]
    for name in MODULES:
        module = importlib.import_module(f"clayonto.{name}")
        lines += ["", f"## clayonto.{name}", "", *_doc(module)]
        for key, item in vars(module).items():
            if key.startswith("_") or getattr(item, "__module__", None) != module.__name__:
                continue
            if inspect.isclass(item):
                lines += ["", f"### class {key}", "", *_doc(item)]
                for method, function in vars(item).items():
                    target = function.fget if isinstance(function, property) else getattr(function, "__func__", function)
                    if not method.startswith("_") and inspect.isfunction(target):
                        head = method if isinstance(function, property) else f"{method}{_signature(target)}"
                        lines += ["", f"#### {key}.{head}", "", *_doc(target)]
            elif inspect.isfunction(item):
                lines += ["", f"### {key}{_signature(item)}", "", *_doc(item)]
    return "\n".join(lines) + "\n"


def _signature(function: object) -> str:
    return str(inspect.signature(function)).replace("'", "")  # type: ignore[arg-type]


def _doc(item: object) -> list[str]:
    return ["```text", inspect.getdoc(item) or "", "```"]


def command_line() -> str:
    """What each command's ``--help`` prints."""
    lines = [
        "# Command line reference",
        "",
        "What `clayonto COMMAND --help` prints; with `--lang fi`, or in a Finnish locale, it is in Finnish.",
    ]
    environment = {k: v for k, v in os.environ.items() if k not in ("LC_ALL", "LC_MESSAGES")} | {"LANG": "C.UTF-8", "COLUMNS": "110"}
    for command in ("", *(part for name in COMMANDS for part in (name, *_parts(name)))):
        asked = [sys.executable, "-m", "clayonto", *command.split(), "--help", "--lang", "en"]
        told = subprocess.run(asked, capture_output=True, text=True, check=True, env=environment, encoding="utf-8").stdout
        lines += ["", f"## clayonto {command}".rstrip(), "", "```text", told.rstrip(), "```"]
    return "\n".join(lines) + "\n"


def settings() -> str:
    """The settings of the server, with their defaults."""
    from clayonto.server.settings import PREFIX, TOKEN, Settings

    (tree,) = (node for node in ast.parse(inspect.getsource(Settings)).body if isinstance(node, ast.ClassDef))
    said = {
        one.target.id: str(text.value.value)
        for one, text in pairwise(tree.body)
        if isinstance(one, ast.AnnAssign)
        and isinstance(one.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
    }
    lines = [
        "# Settings of the server",
        "",
        (
            f"Each can stand in the table `[server]` of the config file, and in the environment as `{PREFIX}NAME`; the token only there, as `{TOKEN}`. "
            "Times are in seconds, sizes in bytes."
        ),
        "",
        "| setting | default | what |",
        "|---|---|---|",
    ]
    for one in fields(Settings):
        default = getattr(Settings(), one.name)
        shown = (
            "processors, at least 2"
            if one.name == "workers"
            else f"`{str(default).lower() if isinstance(default, bool) else default}`"
            if default
            else "none"
        )
        lines.append(f"| `{one.name}` | {'`false`' if default is False else shown} | {said[one.name]} |")
    return "\n".join(lines) + "\n"


def _parts(command: str) -> list[str]:
    """The commands below a command, if it is a group."""
    group = cli.get_command(click.Context(cli), command)
    return [f"{command} {part}" for part in group.commands] if isinstance(group, click.Group) else []


def ontology() -> str:
    """Each own term with its labels, definitions and examples in both languages."""
    kg = clayonto.load(bundle=False)
    rows = kg.query(
        """SELECT ?term ?type ?en ?fi ?def_en ?def_fi ?ex_en ?ex_fi (GROUP_CONCAT(STR(?super); separator=" ") AS ?supers) {
          VALUES ?type { owl:Class owl:ObjectProperty owl:DatatypeProperty }
          ?term a ?type ; rdfs:label ?en, ?fi ; skos:definition ?def_en, ?def_fi ; skos:example ?ex_en, ?ex_fi .
          FILTER(STRSTARTS(STR(?term), "https://w3id.org/clayonto/def#"))
          FILTER(LANG(?en) = "en" && LANG(?fi) = "fi" && LANG(?def_en) = "en" && LANG(?def_fi) = "fi" && LANG(?ex_en) = "en" && LANG(?ex_fi) = "fi")
          OPTIONAL { ?term rdfs:subClassOf ?super }
        } GROUP BY ?term ?type ?en ?fi ?def_en ?def_fi ?ex_en ?ex_fi ORDER BY ?type STR(?term)"""
    )
    titles = {"Class": "Classes", "ObjectProperty": "Relations", "DatatypeProperty": "Properties"}
    lines = ["# Ontology reference", "", "Namespace `https://w3id.org/clayonto/def#`, prefix `clay:`. Each term in English and in Finnish."]
    section = ""
    for row in rows:
        kind = titles[row.type.rsplit("#", 1)[1]]
        if kind != section:
            section = kind
            lines += ["", f"## {kind}"]
        supers = ", ".join(f"`{shorten(s)}`" for s in sorted((row.supers or "").split()))
        lines += [
            "",
            f"### {shorten(row.term)}",
            "",
            f"**{row.en}** · *{row.fi}*" + (f" · a kind of {supers}" if supers else ""),
            "",
            f"{row.def_en} Example: {row.ex_en}",
            "",
            f"{row.def_fi} Esimerkki: {row.ex_fi}",
        ]
    return "\n".join(lines) + "\n"


def queries() -> str:
    """Each named query with its parameters and columns."""
    lines = ["# Queries", "", "What `clayonto query NAME` and `kg.run(NAME)` answer. `$name` parameters with a default may be left out."]
    for name, query in clayonto.queries().items():
        lines += [
            "",
            f"## {name}",
            "",
            f"**{query.title['en']}** · *{query.title['fi']}*",
            "",
            query.description["en"],
            "",
            query.description["fi"],
            "",
        ]
        if query.params:
            lines += ["| parameter | type | default | example |", "|---|---|---|---|"]
            for key, p in query.params.items():
                kind = f"{'list of ' if p.is_list else ''}{p.type}" + (
                    f" of {p.klass}" if p.klass else f": {', '.join(p.values)}" if p.values else ""
                )
                lines.append(
                    f"| `{key}` | {kind} | {f'`{p.default}`' if p.default is not None else ''} | {f'`{p.example}`' if p.example else ''} |"
                )
            lines.append("")
        lines.append("Columns: " + ", ".join(f"`{c}` ({t})" for c, t in query.columns.items()) + ".")
    return "\n".join(lines) + "\n"


PAGES = {
    "python.md": python,
    "command-line.md": command_line,
    "ontology.md": ontology,
    "queries.md": queries,
    "server-settings.md": settings,
}


def main() -> int:
    """Write or check the pages."""
    stale = []
    for name, make in PAGES.items():
        page, text = OUT / name, make()
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                page.write_text(text, encoding="utf-8")
    if stale:
        print("Out of date: " + ", ".join(stale) if "--check" in sys.argv else "Written: " + ", ".join(stale))
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
