"""Where the engine writes an answer to: memory as long as it is small, then a file, compressed on the way if that is wanted; and no further than a limit."""

from __future__ import annotations

import errno
import hashlib
import os
import zlib
from pathlib import Path
from typing import BinaryIO, Final

INLINE: Final = 1 << 16
"""Answers up to this size stay in memory."""
_WORTH_PACKING: Final = 1_000


class Sink:
    """A file to write to.

    When it is finished, ``content`` has a small answer, and the file a larger one; ``size`` is that of its bytes as they are, packed or not, and
    ``written`` that of what the engine wrote.
    """

    __slots__ = ("_digest", "_file", "_most", "_packer", "_parts", "_spool", "content", "packed", "size", "written")

    def __init__(self, spool: str, *, most: int, packed: bool) -> None:
        """:param spool: the file for what is not small; ``most`` is how many bytes the engine may write, and ``packed`` says whether gzip is wanted."""
        self._spool = spool
        self._most = most
        self._parts: list[bytes] = []
        self._file: BinaryIO | None = None
        self._digest = hashlib.blake2b(digest_size=16)
        self._packer = zlib.compressobj(1, zlib.DEFLATED, 31) if packed else None
        self.packed = packed
        self.written = 0
        self.size = 0
        self.content = b""

    def write(self, data: bytes) -> int:
        """Take some bytes.

        :raises OSError: if they are too many.
        """
        self.written += len(data)
        if self.written > self._most:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        self._parts.append(bytes(data))
        if self._file is None and self.written > INLINE:
            self._file = open(self._spool, "wb")  # noqa: SIM115, PTH123 (closed by finish or close)
        if self._file is not None:
            self._out()
        return len(data)

    def flush(self) -> None:
        """Nothing is held back for longer than it takes to finish."""

    def finish(self) -> str:
        """End it; a text that tells its bytes from others."""
        if self.written <= _WORTH_PACKING:
            self.packed = False
        if self._file is None:
            self.content = b"".join(self._parts)
            self._digest.update(self.content)
            if self.packed and self._packer is not None:
                self.content = self._packer.compress(self.content) + self._packer.flush()
            self.size = len(self.content)
        else:
            self._out()
            if self._packer is not None:
                self.size += self._file.write(self._packer.flush())
            self.close()
        return self._digest.hexdigest()

    def whole(self) -> bytes:
        """What it holds when it is finished, wherever that is."""
        return self.content or Path(self._spool).read_bytes()

    def discard(self) -> None:
        """Leave no file."""
        if self._file is not None:
            Path(self._spool).unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()

    def _out(self) -> None:
        assert self._file is not None
        for part in self._parts:
            self._digest.update(part)
            self.size += self._file.write(part if self._packer is None else self._packer.compress(part))
        self._parts.clear()
