"""Which mappings there are, and how their files are read: one TOML file for each data set in ``mappings/``, or a file of one's own.

A mapping can extend another: its tables go over those of the other, key by key, and a column, constant, list or thing that it sets to ``false`` is not there.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from clayonto.errors import ConfigError
from clayonto.registers.mapping import Register


@cache
def mappings() -> dict[str, Register]:
    """The mappings that come with the library, by the names of their files."""
    names = sorted(entry.name for entry in (files("clayonto.registers") / "mappings").iterdir())
    names = [name.removesuffix(".toml") for name in names if name.endswith(".toml") and not name.startswith("_")]
    return {name: Register(_read(name)) for name in names}


def from_file(path: str) -> Register:
    """A mapping of one's own; it can extend one that comes with the library.

    :raises ConfigError: if it cannot be read, or says what cannot be.
    """
    try:
        found = Register(_parsed(Path(path).read_text(encoding="utf-8"), path))
        found.things(quads=True, constants=found.document())
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The mapping {path} cannot be read: {error}.") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"The mapping {path} lacks something, or has something else in its place: {error}.") from error
    return found


def registers() -> list[str]:
    """What the command line calls the registers."""
    return sorted({mapping.register for mapping in mappings().values()})


def _extended(table: dict[str, Any]) -> dict[str, Any]:
    base = table.get("dataset", {}).pop("extends", None)
    if base is None:
        return table

    def over(under: Any, upper: Any) -> Any:
        if isinstance(under, dict) and isinstance(upper, dict):
            return {name: over(under.get(name), value) if name in upper else under[name] for name, value in {**under, **upper}.items()}
        return upper

    merged: dict[str, Any] = over(_read(base), table)
    for part in ("columns", "constants", "lists", "things"):
        merged[part] = {name: value for name, value in merged.get(part, {}).items() if value is not False}
    return merged


def _read(name: str) -> dict[str, Any]:
    return _parsed((files("clayonto.registers") / "mappings" / f"{name}.toml").read_text(encoding="utf-8"), name)


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        return _extended(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, FileNotFoundError) as error:
        raise ConfigError(f"The mapping {name} cannot be read: {error}.") from error
