"""What reasoning costs: the library's rules beside owlrl and beside the same rules as SPARQL updates; and what an explanation costs.

``python benchmarks/reasoning.py [PROJECTS]... [--owlrl-up-to N]`` takes the bundled graph with so many made-up projects (0, 1,000 and 10,000). owlrl is
asked up to N projects (1,000), since it takes minutes beyond. Each contender starts from the same triples in memory; reading them out of the
graph is measured apart.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import projects
import pyoxigraph as ox
import timing

import clayonto
from clayonto.inference import infer, make
from clayonto.inference.axioms import Vocabulary, rules
from clayonto.inference.base import says_nothing
from clayonto.inference.facts import Facts


def by_updates(triples: list[Any]) -> int:
    """How many triples the rules make as SPARQL updates, run in turn on an Oxigraph store until they make nothing new."""
    store = ox.Store()
    store.bulk_extend(ox.Quad(*triple) for triple in triples)
    stated = set(store)
    done = -1
    made: set[str] = set()
    while len(store) != done:
        done = len(store)
        schema = Facts((q.subject, q.predicate, q.object) for q in store if _of_schema(q))
        for rule in rules(Vocabulary(schema)):
            if rule.head is None or any(isinstance(schema.terms[n], ox.BlankNode) for p in (*rule.body, rule.head) for n in p if n >= 0):
                continue

            def text(pattern: Any, facts: Facts = schema) -> str:
                return " ".join(str(facts.terms[n]) if n >= 0 else f"?v{-n}" for n in pattern)

            body = " . ".join(map(text, rule.body))
            made.add(f"INSERT {{ {text(rule.head)} }} WHERE {{ {body} }}")
        for update in sorted(made):
            store.update(update)
    return len([q for q in store if q not in stated and not says_nothing((q.subject, q.predicate, q.object))])


def _of_schema(quad: Any) -> bool:
    schema = ("http://www.w3.org/2002/07/owl#", "http://www.w3.org/2000/01/rdf-schema#")
    return str(quad.predicate.value).startswith(schema) or (isinstance(quad.object, ox.NamedNode) and quad.object.value.startswith(schema))


def measure(count: int, *, owlrl: bool) -> None:
    """Print the times for the bundled graph with so many projects."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "projects.nt"
        file.write_text("".join(projects.projects(count)) if count else "", encoding="utf-8")
        kg = clayonto.load(file)
        started = time.perf_counter()
        triples = list(kg.triples())
        print(f"\n{count:,} projects: {len(triples):,} triples, read in {(time.perf_counter() - started) * 1000:.1f} ms")
        results: dict[str, int] = {}

        def run(name: str) -> Any:
            results[name] = len(infer(triples, make(name), base=kg.base)[0])

        contenders: dict[str, Any] = {"rules": lambda: run("rules")}
        if owlrl:
            contenders["owlrl"] = lambda: run("owlrl")
        times = timing.best(contenders, rounds=1 if count else 3)

        def updates() -> None:
            results["updates"] = by_updates(triples)

        times |= timing.best({"the same rules as SPARQL updates": updates}, rounds=1 if count else 3)
        times |= timing.best({"kg.infer(), reading included": kg.infer}, rounds=1 if count else 3)
        print(timing.table(times, beside="rules"))
        print("inferred: " + ", ".join(f"{name} {result:,}" for name, result in results.items()))
        share = ("amount/clay-south-ostrobothnia-national-share", "clay:shareOf", "amount/clay-total-budget")
        first = time.perf_counter()
        kg.explain(*share)
        print(f"explain: the first {(time.perf_counter() - first) * 1000:.1f} ms", end="")
        again = timing.best({"one": lambda: kg.explain(*share), "absent": lambda: kg.explain("project/clay", "a", "prov:Entity")}, rounds=3)
        print(f", each more {again['one'] * 1000:.1f} ms, an absent triple {again['absent'] * 1000:.1f} ms")


def main() -> None:
    """Measure as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("projects", nargs="*", type=int, default=[0, 1000, 10_000])
    parser.add_argument("--owlrl-up-to", type=int, default=1000)
    arguments = parser.parse_args()
    os.environ["CLAYONTO_CACHE"] = "off"
    for count in arguments.projects or [0, 1000, 10_000]:
        measure(count, owlrl=count <= arguments.owlrl_up_to)


if __name__ == "__main__":
    main()
