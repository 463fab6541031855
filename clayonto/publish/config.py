"""What a publisher decides about a site: its title, its publisher, the licence, where it will stand. Read from a short TOML file.

::

    title = { en = "Funding in our region", fi = "Alueemme rahoitus" }
    publisher = { name = "Regional Council of X", url = "https://x.example/" }
    licence = "https://creativecommons.org/licenses/by/4.0/"
    contact = "data@x.example"
    base = "https://data.x.example/"
    languages = ["fi", "en"]
    target = "apache"
    version = "1.0"

What the catalogue says besides is in a table of its own (:mod:`clayonto.publish.catalogue`).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from clayonto.errors import ConfigError, TermError, nearest
from clayonto.namespaces import ID, check_iri
from clayonto.publish import catalogue
from clayonto.publish.catalogue import Catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clayonto.locales import Language

Target = Literal["plain", "github-pages", "apache", "nginx"]
"""What kind of host the site goes to."""
TARGETS: Final[tuple[Target, ...]] = get_args(Target)
LANGUAGES: Final[tuple[Language, ...]] = ("fi", "en")
HOME: Final = ID.removesuffix("id/")
"""Where the site of the bundled data stands."""
CC_BY: Final = "https://creativecommons.org/licenses/by/4.0/"
_TITLE: Final = {"en": "European cooperation funding", "fi": "Euroopan yhteistyörahoitus"}
_DESCRIPTION: Final = {
    "en": "Programmes, projects, partners, clusters and money as linked open data, with the document behind every figure.",
    "fi": "Ohjelmat, hankkeet, kumppanit, klusterit ja raha avoimena linkitettynä datana, jokaisen luvun takana asiakirja.",
}
_KEYS: Final = ("title", "description", "publisher", "licence", "contact", "base", "languages", "target", "version", "catalogue", "server")
VERSION: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+-]{0,40}(?<![.])")
"""What a version may be called: it is the name of a folder, too."""
_EMAIL: Final = re.compile(r"[^@\s<>\"']+@[^@\s<>\"']+\.[^@\s<>\"']+")
_LICENCE: Final = f'licence = "{CC_BY}"'
EXAMPLE: Final = f"""title = {{ en = "Funding in our region", fi = "Alueemme rahoitus" }}
publisher = {{ name = "Regional Council of X", url = "https://x.example/" }}
{_LICENCE}
contact = "data@x.example"
base = "https://data.x.example/"
target = "plain"
"""
"""A config to start from."""


@dataclass(frozen=True)
class Config:
    """What a publisher decides.

    ``title`` and ``description`` are by language; ``publisher_url`` and ``contact`` (a ``mailto:`` or web IRI) may be empty. ``base`` is the URL
    of the site, ended by a slash. ``version`` is what this edition of the dataset is called; if it is empty, a name is made from the version of the ontology and the
    data. ``renamed`` says whether things get IRIs under ``base``, or keep those that the data gives them.
    """

    licence: str
    title: Mapping[str, str] = field(default_factory=lambda: dict(_TITLE))
    description: Mapping[str, str] = field(default_factory=lambda: dict(_DESCRIPTION))
    publisher: str = "The clayonto authors"
    publisher_url: str = ""
    contact: str = ""
    base: str = HOME
    languages: tuple[Language, ...] = LANGUAGES
    target: Target = "plain"
    version: str = ""
    catalogue: Catalogue = field(default_factory=Catalogue)

    @property
    def renamed(self) -> bool:
        """Whether things are published under IRIs of the publisher's own."""
        return self.base != HOME

    @property
    def hashed(self) -> bool:
        """Whether IRIs of things end in a fragment, because the host can redirect nothing: a plain host, GitHub Pages."""
        return self.renamed and self.target in ("plain", "github-pages")

    def to(self, *, base: str | None = None, target: str | None = None) -> Config:
        """The same with another base or target, where one is given.

        :raises ConfigError: if it cannot be.
        """
        given = {key: value for key, value in (("base", base), ("target", target)) if value is not None}
        return replace(self, **_checked(given, "the command line")) if given else self


def bundled() -> Config:
    """The config of a site of the bundled data alone, whose licence is known."""
    return Config(licence=CC_BY)


def read(file: str | Path) -> Config:
    """The config in a TOML file.

    :raises ConfigError: if it cannot be read, has no licence, or says something that cannot be.
    """
    path = Path(file)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8; save it as UTF-8.") from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}.") from error
    return parse(table, name=str(path))


def parse(table: Mapping[str, Any], *, name: str = "the config") -> Config:
    """The config that a TOML table says.

    :raises ConfigError: as :func:`read`.

    >>> parse({"licence": CC_BY, "base": "https://data.example"}).base
    'https://data.example/'
    """
    if "licence" not in table:
        raise ConfigError(
            f"{name} has no licence, and nobody may reuse data without one. Add the IRI of a licence, for example: {_LICENCE}"
        )
    return Config(**_checked(table, name))


def _checked(table: Mapping[str, Any], name: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _KEYS:
            near = nearest(key, _KEYS)
            hint = f"; did you mean “{near[0]}”?" if near else f"; it can have {', '.join(_KEYS)}."
            raise ConfigError(f"{name} has “{key}”, which means nothing here{hint}")
        match key:
            case "title" | "description":
                values[key] = _texts(value, key, name)
            case "publisher":
                values |= _publisher(value, name)
            case "contact":
                values[key] = _contact(value, name)
            case "licence":
                values[key] = _web(value, key, name)
            case "base":
                base = _web(value, key, name)
                if re.search("[?#&']|/[.][.]?(/|$)", base):
                    raise ConfigError(
                        f"{name}: base is where the site will stand, so it has none of “?”, “#”, “&”, “'” and “/../”; found {base!a}."
                    )
                values[key] = base if base.endswith("/") else base + "/"
            case "languages":
                if not isinstance(value, list) or not value or not set(value) <= set(LANGUAGES):
                    raise ConfigError(
                        f'{name}: languages is a list of “fi” and “en”, the first being the default: languages = ["fi", "en"]'
                    )
                values[key] = tuple(dict.fromkeys(value))
            case "version":
                if not isinstance(value, str) or not VERSION.fullmatch(value):
                    raise ConfigError(
                        f'{name}: version is a text of letters, digits, “.”, “+” and “-”, at most 41 of them: version = "1.0"; found {value!a}.'
                    )
                values[key] = value
            case "server":
                pass  # settings of the live site, which a publisher may keep in the same file
            case "catalogue":
                values[key] = catalogue.parse(value, name=name)
            case _:
                if value not in TARGETS:
                    raise ConfigError(f"{name}: target is one of {', '.join(TARGETS)}; found {value!a}.")
                values[key] = value
    return values


def _texts(value: object, key: str, name: str) -> dict[str, str]:
    if isinstance(value, str) and value.strip():
        return dict.fromkeys(LANGUAGES, value.strip())
    if isinstance(value, dict) and value and all(isinstance(v, str) and v.strip() for v in value.values()):
        first = next(iter(value.values()))
        return {lang: str(value.get(lang, first)).strip() for lang in LANGUAGES}
    raise ConfigError(f'{name}: {key} is a text, or a text for each language: {key} = {{ en = "…", fi = "…" }}')


def _publisher(value: object, name: str) -> dict[str, str]:
    if isinstance(value, str):
        value = {"name": value}
    if (
        not isinstance(value, dict)
        or not isinstance(value.get("name"), str)
        or not value["name"].strip()
        or not set(value) <= {"name", "url"}
    ):
        raise ConfigError(f'{name}: publisher is a name, or a name with an address: publisher = {{ name = "…", url = "https://…" }}')
    return {"publisher": value["name"].strip(), "publisher_url": _web(value["url"], "publisher.url", name) if "url" in value else ""}


def _contact(value: object, name: str) -> str:
    if isinstance(value, str) and _EMAIL.fullmatch(value.removeprefix("mailto:")):
        return "mailto:" + value.removeprefix("mailto:")
    return _web(value, "contact", name, or_else=", or an e-mail address")


def _web(value: object, key: str, name: str, *, or_else: str = "") -> str:
    if isinstance(value, str) and value.startswith(("https://", "http://")):
        host = value.partition("//")[2].partition("/")[0]
        if "@" in host:
            raise ConfigError(
                f"{name}: {key} holds a user or a password, which every page would show; take it out."
            )  # and show it here neither
        try:
            if host.strip(":"):
                return check_iri(value)
        except TermError as error:
            raise ConfigError(f"{name}: {key}: {error}") from error
    raise ConfigError(f"{name}: {key} is a web address that starts with https://{or_else}; found {value!a}.")
