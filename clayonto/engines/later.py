"""The default engine for who may need no answer at all: the store reads its files when it is first asked, in whichever process that is."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from clayonto.engines.oxigraph import OxigraphEngine

if TYPE_CHECKING:
    import pyoxigraph as ox

    from clayonto.sources import Source


class LaterEngine(OxigraphEngine):
    """An Oxigraph store that is filled when it is first used; :class:`~clayonto.errors.DataError` for a malformed file is raised then."""

    def __init__(self) -> None:
        self._pending: list[Source] = []
        self._filling = threading.RLock()
        super().__init__()

    def load(self, source: Source) -> None:
        """Note a file to be read."""
        self._pending.append(source)

    def fill(self) -> None:
        """Read the files, if that has not been done."""
        # A thread that comes second waits until the store is full; the one that fills it comes here again, and finds nothing to do.
        with self._filling:
            pending, self._pending = self._pending, []
            for source in pending:
                super().load(source)

    @property
    def _store(self) -> ox.Store:
        self.fill()
        return self._filled

    @_store.setter
    def _store(self, store: ox.Store) -> None:
        self._filled = store
