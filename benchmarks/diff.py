"""How long a comparison takes from the command line, as a whole process, beside rdflib's ``graph_diff``.

``python benchmarks/diff.py`` compares two N-Triples files, and the same as Turtle, of about 500,000 triples of which one in a hundred has another
value. rdflib is given the same pair if it can finish in ``--patience`` seconds, and in any case a pair a tenth and a fiftieth of the size.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from projects import projects
from timing import best

if TYPE_CHECKING:
    from collections.abc import Iterable

TRIPLES: Final = 500_000
EVERY: Final = 100
"""Every how many triples one is changed."""
_PER_PROJECT: Final = 81
_RDFLIB: Final = """
import sys, rdflib
from rdflib.compare import graph_diff, to_isomorphic
old, new = (to_isomorphic(rdflib.Graph().parse(f, format="nt")) for f in sys.argv[1:])
both, first, second = graph_diff(old, new)
print(len(first), len(second))
"""


def changed(lines: Iterable[str]) -> list[str]:
    """N-Triples lines of which every hundredth triple has another text, number or thing as its value."""
    made = []
    for number, line in enumerate(lines):
        if number % EVERY == EVERY - 1:
            head, _, rest = line.partition("> ")
            predicate = rest.partition("> ")[0]
            value = rest.partition("> ")[2]
            if value.startswith('"'):
                line = f'{head}> {predicate}> "{number}{value[1:]}'
            else:
                line = f"{head}> {predicate}> {value.partition('>')[0]}-{number}> ."
        made.append(line)
    return made


def make(folder: Path, triples: int) -> tuple[Path, Path]:
    """A pair of N-Triples files of about so many triples."""
    old, new = folder / f"old-{triples}.nt", folder / f"new-{triples}.nt"
    lines = "".join(projects(triples // _PER_PROJECT)).splitlines()
    old.write_text("\n".join(lines) + "\n", encoding="utf-8")
    new.write_text("\n".join(changed(lines)) + "\n", encoding="utf-8")
    return old, new


def to_turtle(file: Path) -> Path:
    """The same file as Turtle."""
    import pyoxigraph as ox

    made = file.with_suffix(".ttl")
    made.write_bytes(ox.serialize(ox.parse(file.read_bytes(), format=ox.RdfFormat.N_TRIPLES), format=ox.RdfFormat.TURTLE) or b"")
    return made


def run(*command: str, patience: float | None = None) -> str:
    """What a process prints; 1 is the exit code for graphs that differ."""
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, timeout=patience, check=False)
    if done.returncode > 1:
        raise RuntimeError(done.stderr)
    return done.stdout


def ours(old: Path, new: Path, style: str = "text") -> str:
    """What ``clayonto diff`` prints."""
    return run("-m", "clayonto", "diff", str(old), str(new), "-f", style)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--triples", type=int, default=TRIPLES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--patience", type=float, default=120, help="seconds that rdflib may take at the full size")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        old, new = make(folder, options.triples)
        print(ours(old, new).splitlines()[-1])
        turtle = to_turtle(old), to_turtle(new)
        contenders = {f"clayonto diff -f {style}, N-Triples": partial(ours, old, new, style) for style in ("text", "html", "patch")}
        contenders |= {"clayonto diff -f text, Turtle": partial(ours, *turtle)}
        for title, seconds in best(contenders, rounds=options.rounds).items():
            print(f"  {title:<38} {seconds:7.2f} s")
        for triples in (options.triples // 50, options.triples // 10, options.triples):
            old, new = make(folder, triples)
            try:
                times = best(
                    {
                        "clayonto": partial(ours, old, new),
                        "rdflib": partial(run, "-c", _RDFLIB, str(old), str(new), patience=options.patience),
                    },
                    rounds=1,
                )
            except subprocess.TimeoutExpired:
                print(f"{triples:>9,} triples: rdflib's graph_diff had not finished after {options.patience:.0f} s")
                continue
            ratio = times["rdflib"] / times["clayonto"]
            print(
                f"{triples:>9,} triples: clayonto {times['clayonto']:.2f} s, rdflib's graph_diff {times['rdflib']:.2f} s, {ratio:.1f} times as long"
            )


if __name__ == "__main__":
    main()
