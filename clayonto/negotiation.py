"""What a client says it takes: the ranges of ``Accept`` and ``Accept-Language`` (RFC 9110, section 12.5)."""

from __future__ import annotations

import re
from typing import Final

_MOST: Final = 100
"""How many ranges are read: more than any client means, and few enough for a header to cost nothing."""
_MOST_PARAMETERS: Final = 10


def ranges(header: str) -> list[tuple[str, float]]:
    """The ranges of a header with their quality values, in lower case; a malformed value counts as 1. Of very many, the first count.

    >>> ranges("text/html;level=1;q=0.5, */*")
    [('text/html', 0.5), ('*/*', 1.0)]
    """
    found = []
    for part in header.split(",", _MOST)[:_MOST]:
        name, *parameters = (text.strip() for text in part.split(";", _MOST_PARAMETERS)[:_MOST_PARAMETERS])
        if name:
            quality = 1.0
            for parameter in parameters:
                value = re.fullmatch(r"q\s*=\s*(\d(\.\d{0,3})?)", parameter, re.IGNORECASE)
                if value:
                    quality = min(float(value.group(1)), 1.0)
            found.append((name.lower(), quality))
    return found
