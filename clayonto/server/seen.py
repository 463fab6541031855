"""Which pages, and parts of pages, a server has had, so that it can say of one that is no more that it was withdrawn, and does not deny that it ever was."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Final

from clayonto.files import replace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

FILE: Final = "pages.gz"
"""The file's name in the folder that a server keeps its state in: the paths of pages, and the requests for things that are parts of one, a line for each."""


class Seen:
    """The pages that were, by their paths (``project/clay``), and the parts of pages by the requests for them (``id/claim/clay-name``)."""

    def __init__(self, file: Path | None, withdrawn: Iterable[str] = ()) -> None:
        """Nothing is read yet.

        :param file: where they are remembered; ``None`` to remember nothing.
        :param withdrawn: pages that the publisher says were withdrawn.
        """
        self._file = file
        self._withdrawn = frozenset(withdrawn)

    def gone(self, now: Collection[str]) -> frozenset[str]:
        """The pages that were and are no more.

        :param now: those that there are.
        """
        return frozenset(path for path in self._before() | self._withdrawn if path not in now)

    def keep(self, now: Iterable[str]) -> None:
        """Remember the pages that there are, and all that were.

        :raises OSError: if the folder cannot be written to.
        """
        if self._file is None:
            return
        before = self._before()
        known = before | set(now)
        if known != before:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            replace(self._file, gzip.compress("".join(f"{path}\n" for path in sorted(known)).encode(), mtime=0))

    def _before(self) -> frozenset[str]:
        # A file that is damaged is made anew; what it said of the past is lost, and nothing else.
        try:
            return frozenset(filter(None, gzip.decompress(self._file.read_bytes()).decode().split("\n"))) if self._file else frozenset()
        except (OSError, EOFError, ValueError, gzip.zlib.error):  # type: ignore[attr-defined]
            return frozenset()
