"""Draws what ``clayonto tour`` prints as an SVG picture: ``python docs/picture.py docs/tour.svg``."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

THEME = TerminalTheme((250, 250, 247), (40, 40, 40), [(40, 40, 40)] * 8, [(90, 90, 90)] * 8)
QUESTIONS = 2


def main(target: Path) -> None:
    """Write the picture of the tour's first questions."""
    told = subprocess.run([sys.executable, "-m", "clayonto", "tour", "--lang", "en"], capture_output=True, text=True, check=True).stdout
    told = told.split(f"\n{QUESTIONS + 1}. ")[0]
    console = Console(record=True, width=max(map(len, told.splitlines())) + 2, file=io.StringIO())
    for line in told.splitlines():
        style = "bold" if re.match(r"\d\. |clayonto", line) else "dim" if line.startswith("   $") else ""
        console.print(Text(line, style=style))
    svg = console.export_svg(title="clayonto tour", theme=THEME)
    # The picture must show without asking any other host for a font.
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL).replace("Fira Code", "DejaVu Sans Mono, Menlo, Consolas")
    target.write_text(svg, encoding="utf-8")


main(Path(sys.argv[1]))
