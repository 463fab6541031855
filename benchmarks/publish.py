"""How long a site of many things takes: published as new, unchanged, and with one change; beside it, a template for each resource on rdflib.

The graph is the bundled one and that of ``projects.py``: each project is nine resources and a claim, of which two have pages and the others are
fragments of them. Time is that of the command, with reading, validation and the named queries; memory is the largest sum of what all its processes
had at one moment (shared memory counted once). The other generator (``by_template.py``) is run on a smaller graph, each resource a page in two
languages and four data files; it validates, answers and lists nothing.
"""

from __future__ import annotations

import argparse
import gzip
import os
import re
import resource
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from projects import projects

HERE = Path(__file__).parent
CONFIG = 'licence = "https://creativecommons.org/licenses/by/4.0/"\n'
SAMPLE = 1000
"""How many projects, and how many of their resources, the other generator gets."""


class Memory(threading.Thread):
    """Watches what a process and its children hold, in megabytes; zero where the system does not tell."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self._process = process
        self._ended = threading.Event()
        self.most = 0.0

    def run(self) -> None:
        """Look ten times a second."""
        while not self._ended.wait(0.1):
            self.most = max(self.most, self._held(self._process) / 1024)

    def _held(self, process: int) -> int:
        try:
            found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii"), re.MULTILINE)
            children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
        except OSError:
            return 0
        return (int(found[1]) if found else 0) + sum(self._held(int(child)) for child in children)

    def end(self) -> float:
        """Stop, and the most that was held."""
        self._ended.set()
        self.join()
        return self.most


class Run(NamedTuple):
    """What a command took: seconds, seconds of the processors, megabytes; and what it said."""

    seconds: float
    processor: float
    memory: float
    told: list[str]

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s ({self.processor:.1f} s of the processors), {self.memory:.0f} MB"


def clayonto(*given: str, cache: Path) -> Run:
    """Run a command."""
    started, before = perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "clayonto", *given]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env={**os.environ, "CLAYONTO_CACHE": str(cache)}
    ) as process:
        memory = Memory(process.pid)
        memory.start()
        _, told = process.communicate()
        seconds = perf_counter() - started
    if process.returncode:
        raise SystemExit(told)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(seconds, processor, memory.end(), told.strip().splitlines())


def other(folder: Path, *options: str) -> tuple[float, float]:
    """Resources per second of the other generator, and seconds for reading."""
    command = [sys.executable, str(HERE / "by_template.py"), str(folder / "data.nt"), str(folder / "site"), "--most", str(SAMPLE), *options]
    made, read, seconds = map(float, subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    return made / seconds, read


def sizes(files: list[Path]) -> str:
    """The largest of some pages: its name, its bytes, its bytes compressed."""
    largest = max(files, key=lambda file: file.stat().st_size)
    content = largest.read_bytes()
    return f"{len(content) / 1000:.1f} kB, {len(gzip.compress(content)) / 1000:.1f} kB compressed ({largest.parent.name}/{largest.name})"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", default=12_500, help="how many projects (default: 12,500, about 126,000 resources)")
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data, out, config, cache = folder / "data.nt", folder / "site", folder / "clayonto.toml", folder / "cache"
        config.write_text(CONFIG, encoding="utf-8")
        with data.open("w", encoding="utf-8") as file:
            file.writelines(projects(count))
        arguments = ("publish", str(out), "--data", str(data), "--config", str(config), "--lang", "en")
        print(f"{count} projects, {os.cpu_count()} cores")
        rates = {}
        for what, old, new in (
            ("new", "", ""),
            ("unchanged", "", ""),
            ("one sum changed", *_sum_of(data)),
            ("one name changed", '"Project 1"@en', '"Project One"@en'),
        ):
            if old:
                data.write_text(data.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
            done = clayonto(*arguments, cache=cache)
            rates[what] = done.seconds
            print(f"{what}: {done}\n  {done.told[-3]}\n  {done.told[-2]}", flush=True)
        kept = sum(file.stat().st_size for file in cache.iterdir())
        print(f"kept in the cache for the next build: {kept / 1e6:.0f} MB")
        things = [
            out / lang / file.relative_to(out / "data").with_suffix(".html") for file in out.glob("data/**/*.ttl") for lang in ("fi", "en")
        ]
        print(f"largest page of a generated project: {sizes(list(out.glob('en/project/generated-*.html')))}")
        print(f"largest page of a thing: {sizes(things)}")
        print(f"largest page: {sizes([*out.glob('fi/**/*.html'), *out.glob('en/**/*.html')])}")
        resources = len({line.partition(" ")[0] for line in data.open(encoding="utf-8")})
        ours = resources / rates["new"]
        print(f"resources per second, all that the command does: {ours:.0f}")
        small = folder / "small"
        small.mkdir()
        with (small / "data.nt").open("w", encoding="utf-8") as file:
            file.writelines(projects(SAMPLE))
        for how, *options in (("lookups",), ("SPARQL", "--sparql")):
            rate, read = other(small, *options)
            print(
                f"a template for each resource, rdflib, {how}: {rate:.0f} resources per second (reading {SAMPLE} projects: {read:.1f} s); "
                f"ours {ours / rate:.1f} × as many"
            )
        site = folder / "bundled"
        clayonto("publish", str(site), cache=cache)
        print(f"clayonto check of the site of the bundled graph: {clayonto('check', str(site), cache=cache)}")


def _sum_of(data: Path) -> tuple[str, str]:
    """The first sum of money in the data, and another in its place."""
    line = next(line for line in data.open(encoding="utf-8") if "hasAmountValue" in line)
    value = line.split(" ", 2)[2]
    return line, line.replace(value, re.sub(r"\d", "7", value, count=1) if value[1] != "7" else re.sub(r"\d", "8", value, count=1))


if __name__ == "__main__":
    main()
