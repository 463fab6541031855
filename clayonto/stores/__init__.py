"""Graphs on disk: folders that hold one whole state at any moment, and their upkeep.

>>> import tempfile, clayonto
>>> from clayonto import stores
>>> with tempfile.TemporaryDirectory() as folder:
...     kg = clayonto.load(store=f"{folder}/graph.db", bundle=False)
...     stores.backup(f"{folder}/graph.db", f"{folder}/graph.tar")
...     stores.restore(f"{folder}/graph.tar", f"{folder}/again.db")
...     stores.info(f"{folder}/again.db")["triples"] == len(kg)
True
"""

from clayonto.stores.upkeep import backup, compact, info, restore

__all__ = ["backup", "compact", "info", "restore"]
