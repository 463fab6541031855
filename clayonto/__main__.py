"""``python -m clayonto``: the command line."""

from clayonto.cli import main

main()
