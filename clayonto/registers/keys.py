"""Keys: texts of registers made fit for the end of an IRI, always the same for the same text, and never the same for two that differ in more than case."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import blake2b
from typing import Final

_OTHER: Final = re.compile(r"[^a-z0-9]+")
_LONGEST: Final = 60


@lru_cache(maxsize=100_000)
def key(text: str) -> str:
    """The key of a text: readable, lower-case, percent-safe. What is lost on the way comes back as a digest.

    >>> key("S10324"), key("Etelä-Pohjanmaan liitto")
    ('s10324', 'etela-pohjanmaan-liitto-127b581e')
    """
    plain = text.lower()
    if (
        plain.isascii()
        and not _OTHER.search(plain.replace("-", ""))
        and "--" not in plain
        and len(plain) <= _LONGEST
        and plain.strip("-") == plain
    ):
        return plain
    flat = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    slug = _OTHER.sub("-", flat).strip("-")[:_LONGEST].rstrip("-")
    # Names in other scripts leave little of themselves, so the digest alone has to tell them apart.
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4 if len(slug) > 12 else 8).hexdigest()
    return f"{slug}-{digest}" if slug else digest
