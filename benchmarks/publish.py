"""How long a site of many things takes: generated projects beside the bundled graph, published as new, and again with one change.

The graph is that of ``projects.py``: each project is nine resources and a claim, of which two have pages and the others are fragments of them. Time is
that of the command, with reading, validation and the named queries; memory is the largest that the process had.
"""

from __future__ import annotations

import argparse
import gzip
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from projects import projects

CONFIG = 'licence = "https://creativecommons.org/licenses/by/4.0/"\n'


def publish(data: Path, out: Path, config: Path) -> tuple[float, str]:
    """Seconds, and what the command says at its end."""
    started = perf_counter()
    command = [sys.executable, "-m", "clayonto", "publish", str(out), "--data", str(data), "--config", str(config), "--lang", "en"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return perf_counter() - started, " / ".join(done.stderr.strip().splitlines()[-3:-1])


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", default=12_500, help="how many projects (default: 12,500, about 126,000 resources)")
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory() as folder:
        data, out, config = Path(folder, "data.nt"), Path(folder, "site"), Path(folder, "clayonto.toml")
        config.write_text(CONFIG, encoding="utf-8")
        with data.open("w", encoding="utf-8") as file:
            file.writelines(projects(count))
        seconds, told = publish(data, out, config)
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"{count} projects, {os.cpu_count()} cores\nnew: {seconds:.1f} s, {memory:.0f} MB\n  {told}")
        sizes = [(len(page), len(gzip.compress(page))) for page in map(Path.read_bytes, (out / "en/project").glob("generated-1*.html"))]
        whole, packed = (max(size) for size in zip(*sizes, strict=True))
        print(f"largest page of a generated project: {whole / 1000:.1f} kB, {packed / 1000:.1f} kB compressed")
        text = data.read_text(encoding="utf-8").replace('"Project 1"@en', '"Project One"@en')
        data.write_text(text, encoding="utf-8")
        seconds, told = publish(data, out, config)
        print(f"one change: {seconds:.1f} s\n  {told}")


if __name__ == "__main__":
    main()
