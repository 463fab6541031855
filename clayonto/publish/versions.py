"""What was published as a version and stays: downloads of the dataset, and the documents of the ontology.

``download/VERSION/`` and the documents of ``def/VERSION`` have addresses that others rely on, so a site that is made anew takes those of earlier
versions along as they were. The list ``download/versions.json`` says in which order they were first published. To withdraw a version, delete its
folder; the next build leaves it out.

A version of the dataset that nobody has named, whose name is derived from the data, is one of many: the next one takes its place. It stays beside that
for one publication more, so that a download under way comes to its end.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

LIST: Final = "download/versions.json"
"""The file that lists the versions of the downloads, oldest first."""
_PLACES: Final = ("download/", "data/def/", "def/", "fi/def/", "en/def/")
_DOWNLOAD: Final = re.compile(r"download/([^/]+)/.+")
_ONTOLOGY: Final = re.compile(r"(?:data/def/(.+)\.(?:ttl|jsonld|nt|rdf)|(?:fi|en)/def/(.+)\.html|def/([^/]+)/index\.html)")


class Version(NamedTuple):
    """A version of one of two things: ``dataset`` or ``ontology``."""

    of: str
    name: str


class Release(NamedTuple):
    """A version of the dataset: its name, its date (or the empty text), its files (path to size in bytes), and whether its name is derived from the data."""

    name: str
    issued: str
    files: Mapping[str, int]
    derived: bool = False


class Published(NamedTuple):
    """The versions that a site has had: of the dataset in the order in which they came, of the ontology in the order of their names."""

    releases: Sequence[Release] = ()
    ontologies: Sequence[str] = ()


def version_of(path: str) -> Version | None:
    """The version that a file of a site belongs to; ``None`` for a file of the site as it is now.

    >>> version_of("download/1.0/data.nq.gz")
    Version(of='dataset', name='1.0')
    >>> version_of("fi/def/0.1.0.html")
    Version(of='ontology', name='0.1.0')
    """
    # Most of a site's files are of no version, and there may be a million.
    if not path.startswith(_PLACES):
        return None
    found = _DOWNLOAD.fullmatch(path)
    if found:
        return Version("dataset", found[1])
    found = _ONTOLOGY.fullmatch(path)
    return Version("ontology", next(filter(None, found.groups()))) if found else None


def fixed(path: str) -> Version | None:
    """The version that a file belongs to, if it is to keep its bytes. The pages of an ontology's version wear the site's clothes, and may change with them."""
    version = version_of(path)
    return version if version and (version.of == "dataset" or path.startswith("data/")) else None


def published(files: Mapping[str, int], listed: Path) -> Published:
    """The versions that a site has.

    :param files: the files that are its own and are there, with their sizes in bytes.
    :param listed: the file :data:`LIST` in its folder.
    """
    of: dict[Version, dict[str, int]] = {}
    for path in sorted(files):
        version = version_of(path)
        if version is not None:
            of.setdefault(version, {})[path] = files[path]
    known = _listed(listed)
    order = list(known)
    names = [version.name for version in of if version.of == "dataset"]
    names.sort(key=lambda name: (order.index(name) if name in known else -1, natural(name)))
    return Published(
        [
            Release(name, issued, of[Version("dataset", name)], derived)
            for name in names
            for issued, derived in (known.get(name, ("", False)),)
        ],
        sorted((version.name for version in of if version.of == "ontology"), key=natural),
    )


def staying(releases: Sequence[Release], now: str) -> list[Release]:
    """The other releases that stay beside the one that is published now: those that were named, and the last of all, whatever it is.

    >>> [one.name for one in staying([Release("a", "", {}, True), Release("1", "", {}), Release("b", "", {}, True)], "c")]
    ['1', 'b']
    """
    others = [one for one in releases if one.name != now]
    return [one for number, one in enumerate(others, 1) if not one.derived or number == len(others)]


def earlier(made: Iterable[str], there: Iterable[str], releases: Sequence[Release]) -> list[str]:
    """The files of a site that are of versions of which nothing was made anew, and that stay.

    :param releases: the versions of the dataset that the site has.
    """
    # To look at the beginning of each path first is four times as quick.
    now = {version_of(path) for path in made if path.startswith(_PLACES)}
    current = next((version.name for version in now if version and version.of == "dataset"), None)
    gone = {Version("dataset", one.name) for one in releases}
    gone -= {Version("dataset", one.name) for one in (releases if current is None else staying(releases, current))}
    found = ((path, version_of(path)) for path in there if path.startswith(_PLACES))
    return [path for path, version in found if version and version not in now and version not in gone]


def note(version: Version) -> dict[str, str]:
    """What to tell the publisher of a version whose content was replaced, by language."""
    name = version.name
    if version.of == "dataset":
        return {
            "en": f"Version {name} was published with other files, which have been replaced; give changed data a version of its own (version in the config).",
            "fi": f"Versio {name} oli julkaistu toisenlaisin tiedostoin, jotka korvattiin; anna muuttuneelle aineistolle oma versio (asetus version).",
        }
    return {
        "en": f"Version {name} of the ontology was published with other content, which has been replaced; give a changed ontology an owl:versionIRI of its own.",
        "fi": f"Ontologian versio {name} oli julkaistu toisensisältöisenä ja korvattiin; anna muuttuneelle ontologialle oma owl:versionIRI.",
    }


def _listed(file: Path) -> dict[str, tuple[str, bool]]:
    """Names in a list of versions, with their dates and whether they are derived; of one that cannot be read, nothing, since the folders tell the rest."""
    try:
        listed: Any = json.loads(file.read_bytes())
        return {str(one["version"]): (str(one["issued"]), one.get("derived") is True) for one in listed["versions"]}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def listed(releases: Iterable[Release]) -> bytes:
    """The list of versions, as ``download/versions.json`` has it."""
    told = [
        {
            "version": one.name,
            "issued": one.issued,
            **({"derived": True} if one.derived else {}),
            "files": [{"path": path, "bytes": size} for path, size in sorted(one.files.items())],
        }
        for one in releases
    ]
    return (json.dumps({"versions": told}, ensure_ascii=False, indent=1) + "\n").encode()


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts versions as people count them.

    >>> sorted(["0.10.0", "0.9.0", "0.9.0-rc1"], key=natural)
    ['0.9.0', '0.9.0-rc1', '0.10.0']
    """
    return tuple((1, int(part), "") if part.isdigit() else (0, 0, part) for part in re.findall(r"\d+|[^\d.]+", name))
