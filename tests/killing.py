"""Writers killed at random moments, and what they leave: for ``tests/test_crashes.py``, as a process of its own.

``python -m tests.killing FOLDER TRIALS SEED [spare]`` makes a graph on disk and, TRIALS times, lets a process load a file, one of links, replace one, edit, compact or
restore a backup, and kills it (SIGKILL): half of the times after a random while, half at a random call of the code that writes. Then another process opens the folder, and
what it finds must be all of the old state or all of the new one, with the bodies that
its links make. With ``spare`` nobody is killed, and it must be the new state. It prints a line of JSON
with the counts, and ends with 1 when something else was found.

The process itself never opens a store, so that it can be forked.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

import pyoxigraph as ox

from clayonto import stores
from clayonto.engines.disk import DiskEngine
from clayonto.sources import from_paths
from clayonto.stores import layers
from clayonto.stores.bodies import BODIES, COUNTED, LINKED, bodies

Lines = frozenset[str]
# Each layer: the file's name, or nothing for an edit; what it says; what it takes out.
Model = tuple[tuple[str, Lines, Lines], ...]

layers._BULK = 200_000  # so that files that a test can make take the way of large ones


class Trials:
    """One folder, the model of what it holds, and a seed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.store = folder / "graph.db"
        self.backup = folder / "backup.tar"
        self.random = random.Random(seed)
        self.number = 0

    def triples(self, count: int) -> Lines:
        """New N-Triples lines."""
        self.number += 1
        return frozenset(f"<urn:{self.number}:{n}> <urn:p> <urn:o{n % 97}> ." for n in range(count))

    def write(self, name: str, lines: Lines) -> Path:
        """A file of them."""
        file = self.folder / name
        file.write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8")
        return file

    def operation(self, model: Model) -> tuple[str, Any, Model]:
        """What to try: its name, the call, and the model of the folder afterwards."""
        files = [name for name, _, _ in model if name]
        kind = self.random.choice(
            ["load", "load", "links", "links", "replace", "replace", "update", "update", "compact", "rebuild", "restore"]
        )
        if kind == "load" or (kind == "replace" and not files):
            name = f"file{self.number}.nt"
            lines = self.triples(self.random.choice([50, 2000, 7000])) | frozenset(
                self.random.sample(sorted(now(model)), min(5, len(now(model))))
            )
            return "load", lambda: self._load(name, lines), (*model, (name, lines, frozenset()))
        if kind == "links":
            name = self.random.choice(["links.nt", "others.nt"])
            pairs = [(self.random.randrange(40), self.random.randrange(40)) for _ in range(self.random.randrange(30))]
            lines = frozenset(f"<urn:{one}> {LINKED} <urn:{other}> ." for one, other in pairs)
            return kind, lambda: self._load(name, lines), (*(layer for layer in model if layer[0] != name), (name, lines, frozenset()))
        if kind == "replace":
            name = self.random.choice(files)
            shared = frozenset(self.random.sample(sorted(now(model)), min(5, len(now(model)))))
            lines = self.triples(self.random.choice([50, 2000, 7000])) | shared
            return kind, lambda: self._load(name, lines), (*(layer for layer in model if layer[0] != name), (name, lines, frozenset()))
        if kind == "update":
            added, removed = self.triples(20), frozenset(self.random.sample(sorted(now(model)), min(20, len(now(model)))))
            edit = ("", added, removed)
            if not model[-1][0]:  # edits that follow each other are one
                _, added_before, removed_before = model[-1]
                model, edit = model[:-1], ("", (added_before - removed) | added, removed_before | removed)
            return kind, lambda: DiskEngine(self.store).change(parsed(added), parsed(removed)), (*model, edit)
        if kind == "restore":
            return kind, lambda: stores.restore(self.backup, self.store), self.backed_up
        return kind, lambda: stores.compact(self.store, rebuild=kind == "rebuild"), model

    def _load(self, name: str, lines: Lines) -> None:
        DiskEngine(self.store).load_all(from_paths([self.write(name, lines)]))

    def begin(self) -> Model:
        """A first state, and a backup of it."""
        lines = self.triples(3000)
        in_child(lambda: self._load("first.nt", lines))
        in_child(lambda: stores.backup(self.store, self.backup))
        self.backed_up: Model = (("first.nt", lines, frozenset()),)
        return self.backed_up


def now(model: Model) -> Lines:
    """The triples that a folder holds."""
    held: Lines = frozenset()
    for _, added, removed in model:
        held = (held - removed) | added
    return held


def parsed(lines: Lines) -> list[tuple[Any, Any, Any]]:
    """Lines as terms."""
    return [(q.subject, q.predicate, q.object) for q in ox.parse("\n".join(lines).encode(), format=ox.RdfFormat.N_TRIPLES)]


def identity(lines: Lines | list[str], names: list[str]) -> str:
    """What two equal states share: the same triples, from files of the same names."""
    return " ".join([hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest(), *names])


def with_bodies(lines: Lines) -> Lines:
    """Lines, and what their links make of them; the graph describes no organisation."""
    pairs = [(s.value, o.value) for s, p, o in parsed(lines) if p == LINKED]
    return lines | {f"<{one}> {COUNTED} <{body}> ." for one, body in bodies(pairs, set()).items()}


def expected(model: Model) -> str:
    """The identity of the state that a model describes."""
    return identity(with_bodies(now(model)), [name or "edit" for name, _, _ in model])


def forked(work: Any) -> int:
    """A process that does something and ends with 0, or says what went wrong and ends with 1."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
            os._exit(1)
    return child


def in_child(work: Any) -> str:
    """What a process of its own gives back."""
    reader, writer = os.pipe()
    child = forked(lambda: os.write(writer, str(work()).encode()))
    os.close(writer)
    with os.fdopen(reader) as file:
        said = file.read()
    _, status = os.waitpid(child, 0)
    if status:
        raise AssertionError(f"a process that was not killed ended with {status}")
    return said


def found(store: Path) -> str:
    """The identity of what a folder holds."""
    engine = DiskEngine(store)
    layers = json.loads((store / "manifest.json").read_text(encoding="utf-8"))["layers"]
    names = [Path(entry["name"]).name for entry in layers if entry.get("graph") != BODIES]
    return identity(engine.n_triples().decode().splitlines(), names)


def dying_at(call: int, work: Any) -> None:
    """Do something, and be killed at a call of the code that writes."""
    left = call

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal left
        if event == "c_call" and "/clayonto/" in frame.f_code.co_filename:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    work()
    sys.setprofile(None)


def main() -> int:
    """Run the trials."""
    folder, trials, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    spare = sys.argv[4:] == ["spare"]
    of = Trials(folder, seed)
    model = of.begin()
    counts: Counter[str] = Counter()
    took, calls = 0.15, 1000.0
    for _ in range(trials):
        kind, work, after = of.operation(model)
        by_time = of.random.random() < 0.5
        if spare:
            child = forked(work)
        elif by_time:
            child = forked(work)
            time.sleep(of.random.uniform(0, took))
            os.kill(child, signal.SIGKILL)
        else:
            at = of.random.randrange(1, int(calls))
            child = forked(lambda at=at, work=work: dying_at(at, work))
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status)
        counts["killed" if killed else "ended by itself"] += 1
        # So that about as many are killed too early as too late.
        if by_time:
            took *= 1.1 if killed else 0.8
        else:
            calls = max(50, calls * (1.1 if killed else 0.8))
        if not killed and status:
            print(json.dumps({**counts, "failed": kind, "seed": seed}))
            return 1
        state = in_child(lambda: found(of.store))
        if state not in (expected(model), expected(after)) or (spare and state != expected(after)):
            print(json.dumps({**counts, "broken by": kind, "seed": seed}))
            return 1
        if state == expected(model) == expected(after):
            counts["either"] += 1
        else:
            counts["new" if state == expected(after) else "old"] += 1
        model = after if state == expected(after) else model
        counts[kind] += 1
    print(json.dumps(counts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
