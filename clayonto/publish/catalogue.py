"""What a publisher's config says of the dataset in the catalogue alone: the table ``catalogue`` of the TOML file.

::

    [catalogue]
    themes = ["REGI", "ECON"]
    publisher_type = "RegionalAuthority"
    frequency = "ANNUAL"
    availability = "STABLE"
    keywords = { en = ["funding", "projects"], fi = ["rahoitus", "hankkeet"] }
    places = ["http://publications.europa.eu/resource/authority/country/FIN"]

Codes are those of the tables that DCAT-AP 3.0 names: of the Publications Office of the EU (``data-theme``, ``frequency``, ``planned-availability``) and of ADMS
(``publishertype``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from clayonto.errors import ConfigError, TermError, nearest
from clayonto.namespaces import check_iri

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

THEMES: Final = (
    "AGRI", "ECON", "EDUC", "ENER", "ENVI", "GOVE", "HEAL", "INTR", "JUST", "OP_DATPRO", "REGI", "SOCI", "TECH", "TRAN",
)  # fmt: skip
FREQUENCIES: Final = (
    "ANNUAL", "ANNUAL_2", "ANNUAL_3", "BIENNIAL", "BIHOURLY", "BIMONTHLY", "BIWEEKLY", "CONT", "DAILY", "DAILY_2", "DECENNIAL", "HOURLY", "IRREG",
    "MONTHLY", "MONTHLY_2", "MONTHLY_3", "NEVER", "NOT_PLANNED", "OTHER", "QUADRENNIAL", "QUARTERLY", "QUINQUENNIAL", "TRIENNIAL", "TRIHOURLY", "UNKNOWN",
    "UPDATE_CONT", "WEEKLY", "WEEKLY_2", "WEEKLY_3",
)  # fmt: skip
AVAILABILITIES: Final = ("AVAILABLE", "EXPERIMENTAL", "STABLE", "TEMPORARY")
PUBLISHER_TYPES: Final = (
    "Academia-ScientificOrganisation", "Company", "IndustryConsortium", "LocalAuthority", "NationalAuthority", "NonGovernmentalOrganisation",
    "NonProfitOrganisation", "PrivateIndividual(s)", "RegionalAuthority", "StandardisationBody", "SupraNationalAuthority",
)  # fmt: skip
_KEYWORDS: Final = {
    "en": ("European cooperation", "funding", "projects", "clusters", "linked open data"),
    "fi": ("Euroopan yhteistyö", "rahoitus", "hankkeet", "klusterit", "linkitetty avoin data"),
}
_KEYS: Final = ("themes", "publisher_type", "frequency", "availability", "keywords", "places")
_MOST_WORDS: Final = 30


@dataclass(frozen=True)
class Catalogue:
    """What the catalogue says that neither the data nor the rest of the config tells.

    ``themes``, ``frequency``, ``availability`` and ``publisher_type`` are codes; ``keywords`` are by language. ``places`` are IRIs of what the dataset
    covers; where there are none, those are named that the data speaks of.
    """

    themes: Sequence[str] = ("REGI", "ECON")
    publisher_type: str = "NonProfitOrganisation"
    frequency: str = "IRREG"
    availability: str = "STABLE"
    keywords: Mapping[str, Sequence[str]] = field(default_factory=lambda: dict(_KEYWORDS))
    places: Sequence[str] = ()


def parse(table: object, *, name: str) -> Catalogue:
    """The table ``catalogue`` of a config.

    :param name: what to call the config in an error.
    :raises ConfigError: if it says something that cannot be.

    >>> parse({"frequency": "ANNUAL"}, name="x.toml").frequency
    'ANNUAL'
    """
    if not isinstance(table, dict):
        raise ConfigError(f'{name}: catalogue is a table: [catalogue], and below it for example themes = ["REGI"]; found {table!a}.')
    values: dict[str, Any] = {}
    for key, value in table.items():
        where = f"{name}: catalogue.{key}"
        match key:
            case "themes":
                values[key] = tuple(dict.fromkeys(_code(one, THEMES, where) for one in _several(value, where)))
            case "frequency":
                values[key] = _code(value, FREQUENCIES, where)
            case "availability":
                values[key] = _code(value, AVAILABILITIES, where)
            case "publisher_type":
                values[key] = _code(value, PUBLISHER_TYPES, where)
            case "keywords":
                values[key] = _keywords(value, where)
            case "places":
                values[key] = tuple(dict.fromkeys(_iri(one, where) for one in _several(value, where)))
            case _:
                near = nearest(key, _KEYS)
                hint = f"did you mean “{near[0]}”?" if near else f"it can have {', '.join(_KEYS)}."
                raise ConfigError(f"{where} means nothing here; {hint}")
    return Catalogue(**values)


def _several(value: object, where: str) -> list[object]:
    if not isinstance(value, list) or not value:
        raise ConfigError(f"{where} is a list with at least one value; found {value!a}.")
    return value


def _code(value: object, known: Sequence[str], where: str) -> str:
    if isinstance(value, str) and value in known:
        return value
    near = nearest(value, known) if isinstance(value, str) else []
    hint = f"did you mean “{near[0]}”?" if near else f"it can be {', '.join(known)}."
    raise ConfigError(f"{where} cannot be {value!a}; {hint}")


def _keywords(value: object, where: str) -> dict[str, tuple[str, ...]]:
    from clayonto.publish.config import LANGUAGES

    by_language = value if isinstance(value, dict) else dict.fromkeys(LANGUAGES, value)
    found: dict[str, tuple[str, ...]] = {}
    for language, words in by_language.items():
        if (
            language not in LANGUAGES
            or not isinstance(words, list)
            or not 0 < len(words) <= _MOST_WORDS
            or not all(isinstance(word, str) and word.strip() for word in words)
        ):
            raise ConfigError(
                f'{where} is a list of words, or one for each language: keywords = {{ en = ["…"], fi = ["…"] }}; at most {_MOST_WORDS} words.'
            )
        found[language] = tuple(dict.fromkeys(word.strip() for word in words))
    if not found:
        raise ConfigError(f"{where} is empty; name at least one word, or leave it out.")
    return found


def _iri(value: object, where: str) -> str:
    if isinstance(value, str) and value.startswith(("https://", "http://")):
        try:
            return check_iri(value)
        except TermError as error:
            raise ConfigError(f"{where}: {error}") from error
    raise ConfigError(f"{where} lists the IRIs of places, which start with http:// or https://; found {value!a}.")
