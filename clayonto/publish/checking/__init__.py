"""A published site looked at as its clients do: every IRI asked for in every format, every link followed, the pages' data held against the download.

``hosts.py`` answers requests, from the web or from a folder by the rules in it; ``documents.py`` reads what comes; ``client.py`` asks and compares; ``dataset.py``
looks at catalogue, VoID and downloads; ``findings.py`` has what can be wrong, and the report.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from clayonto.errors import UsageError
from clayonto.publish.checking.client import Client
from clayonto.publish.checking.findings import KINDS, Finding, Report
from clayonto.publish.checking.hosts import Folder, Web

if TYPE_CHECKING:
    from collections.abc import Callable

JOBS: Final = 8
"""How many requests are under way at a time, unless told otherwise."""
TIMEOUT: Final = 20.0
"""Seconds to wait for an answer, unless told otherwise."""


def check(
    target: str | Path,
    *,
    jobs: int = JOBS,
    timeout: float = TIMEOUT,
    sample: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Check a site.

    :param target: its folder, or its address (``http://`` or ``https://``). A copy elsewhere is asked where it is: addresses under the published base are
        asked for there.
    :param jobs: how many requests are under way at a time; one for a folder.
    :param timeout: seconds to wait for an answer.
    :param sample: how many IRIs to dereference at most, evenly spread; all when ``None``. Pages and files are all looked at.
    :param progress: called with a sentence now and then.
    :raises UsageError: if the target is no address and no folder with a site in it, holds a password, or a number is not above 0.
    :raises UnreachableError: if nothing answers at the address, or its certificate is not trusted.
    :raises EndpointTimeoutError: if nothing answers there in time.
    """
    if jobs < 1 or timeout <= 0 or (sample is not None and sample < 1):
        raise UsageError("The numbers of jobs, seconds and IRIs must be above 0.")
    text = str(target)
    if text.startswith(("http://", "https://")):
        try:
            host = urlsplit(text).netloc
        except ValueError:
            host = ""
        if "@" in (host or text):
            raise UsageError("The address holds a user or a password, which the report would show; take it out.")
        if not host:
            raise UsageError(f"{text} is no address; give the site's address with https://, such as https://data.example.org/.")
        web = Web(text, timeout=timeout)
        web.reach()
        return Client(web, text, jobs=jobs, sample=sample, progress=progress).check()
    folder = Path(target)
    if not (folder / "catalog.ttl").is_file():
        what = "has no catalog.ttl, so it is no published site" if folder.is_dir() else "is no folder and no address"
        raise UsageError(f"{text} {what}; give the folder that “clayonto publish” made, or the site's address with https://.")
    return Client(Folder(folder), text, jobs=1, sample=sample, progress=progress).check()


__all__ = ["JOBS", "KINDS", "TIMEOUT", "Finding", "Report", "check"]
