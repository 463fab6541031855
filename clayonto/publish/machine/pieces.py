"""A gzip file made of pieces that are compressed each for itself, so that a later build compresses only those whose content has changed.

It is one member (RFC 1952) with one stream of blocks (RFC 1951): a piece ends at a whole byte and refers to nothing before it. The checksum of the
whole is reckoned from those of the pieces.
"""

from __future__ import annotations

import zlib
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

# No name, no time, no system: the same file tomorrow and elsewhere.
_HEAD: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_END: Final = b"\x03\x00"
_POLYNOMIAL: Final = 0xEDB88320


class Piece(NamedTuple):
    """Compressed bytes, and the checksum (CRC-32) and the length of what they hold."""

    packed: bytes
    checksum: int
    length: int


def pack(content: bytes) -> Piece:
    """Compress a piece."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return Piece(packer.compress(content) + packer.flush(zlib.Z_FULL_FLUSH), zlib.crc32(content), len(content))


def joined(pieces: Iterable[Piece]) -> bytes:
    """The gzip file of some pieces, in order.

    >>> import gzip
    >>> gzip.decompress(joined([pack(b"a" * 1000), pack(b""), pack(b"bc")])) == b"a" * 1000 + b"bc"
    True
    """
    made, checksum, length = [_HEAD], 0, 0
    for piece in pieces:
        made.append(piece.packed)
        checksum = _appended(checksum, piece.length) ^ piece.checksum
        length += piece.length
    return b"".join((*made, _END, checksum.to_bytes(4, "little"), (length % (1 << 32)).to_bytes(4, "little")))


def _appended(checksum: int, length: int) -> int:
    """What becomes of a checksum when so many zero bytes follow: a product of matrices over bits, one for each power of two in the length."""
    power = 0
    while length:
        if length & 1:
            checksum = _product(_zeros(power), checksum)
        length >>= 1
        power += 1
    return checksum


@cache
def _zeros(power: int) -> tuple[int, ...]:
    """The matrix for 2 to a power zero bytes."""
    if power == -3:  # one zero bit
        return (_POLYNOMIAL, *(1 << n for n in range(31)))
    half = _zeros(power - 1)
    return tuple(_product(half, column) for column in half)


def _product(matrix: tuple[int, ...], bits: int) -> int:
    found = 0
    for column in matrix:
        if bits & 1:
            found ^= column
        bits >>= 1
        if not bits:
            break
    return found
