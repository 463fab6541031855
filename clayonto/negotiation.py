"""What a client says it takes: the ranges of ``Accept`` and ``Accept-Language`` (RFC 9110, section 12.5)."""

from __future__ import annotations

import re


def ranges(header: str) -> list[tuple[str, float]]:
    """The ranges of a header with their quality values, in lower case; a malformed value counts as 1.

    >>> ranges("text/html;level=1;q=0.5, */*")
    [('text/html', 0.5), ('*/*', 1.0)]
    """
    found = []
    for part in header.split(","):
        name, *parameters = (text.strip() for text in part.split(";"))
        if name:
            quality = 1.0
            for parameter in parameters:
                value = re.fullmatch(r"q\s*=\s*(\d(\.\d{0,3})?)", parameter, re.IGNORECASE)
                if value:
                    quality = min(float(value.group(1)), 1.0)
            found.append((name.lower(), quality))
    return found
