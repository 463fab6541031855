"""The header of a query file: ``#+`` lines that hold TOML."""

from __future__ import annotations

from typing import Any

from clayonto.errors import QueryFileError


def read(source: str, name: str) -> dict[str, Any] | None:
    """The tables of a file's header; ``None`` if it has none.

    :param name: what the file is called in errors.
    :raises QueryFileError: if the header is not TOML, or has other tables than ``title``, ``description``, ``params`` and ``columns``.
    """
    lines = []
    for line in source.splitlines():
        if not line.startswith("#+"):
            break
        lines.append(line[2:].removeprefix(" "))
    if not lines:
        return None
    header = plain(lines)
    if header is None:
        import tomllib

        try:
            header = tomllib.loads("\n".join(lines))
        except tomllib.TOMLDecodeError as error:
            raise QueryFileError(f"{name}: the header is not TOML: {error}.") from error
    unknown = set(header) - {"title", "description", "params", "columns"}
    if unknown:
        raise QueryFileError(f"{name}: the header has “{min(unknown)}”; it can have title, description, params and columns.")
    for key in header:
        if not isinstance(header[key], dict):
            raise QueryFileError(f"{name}: “{key}” in the header must be a table, such as {key}.en = … or [{key}].")
    return header


def plain(lines: list[str]) -> dict[str, Any] | None:
    """The plainest TOML, read without :mod:`tomllib`, which takes longer to import than most queries to answer; ``None`` for any other.

    Plain are ``[a]``, ``[a.b]``, and ``key`` or ``key.key`` with a text without escapes or a list of such texts on one line.

    >>> plain(["[params.lang]", 'values = ["en", "fi"]'])
    {'params': {'lang': {'values': ['en', 'fi']}}}
    >>> plain(["[columns]", "count = 1"])
    """
    made: dict[str, Any] = {}
    here: tuple[str, ...] = ()
    # Which section made a table: TOML forbids another section to go on with it, in ways that are for tomllib to judge.
    maker: dict[tuple[str, ...], tuple[str, ...]] = {}
    for line in lines:
        section = line[:1] == "[" and line[-1:] == "]"
        left, equals, right = line.partition(" = ")
        keys = (line[1:-1] if section else left).split(".")
        value = None if section else _value(right)
        if (
            len(keys) > 2
            or not all(key.isascii() and key.isidentifier() for key in keys)
            or not (section or (equals and value is not None))
        ):
            return None
        if section:
            here = tuple(keys)
            if here in maker:
                return None
        path = here if section else (*here, *keys[:-1])
        table = made
        for depth, key in enumerate(path, start=1):
            if depth > len(here) and maker.setdefault(path[:depth], here) != here:
                return None
            table = table.setdefault(key, {})
            if not isinstance(table, dict):
                return None
        maker.setdefault(path, here)
        if not section:
            if keys[-1] in table:
                return None
            table[keys[-1]] = value
    return made


def _value(text: str) -> str | list[str] | None:
    if text[:1] == "[" and text[-1:] == "]":
        members = [_text(part) for part in text[1:-1].split(", ")]
        return None if None in members else [m for m in members if m is not None]
    return _text(text)


def _text(text: str) -> str | None:
    inside = text[1:-1]
    quoted = len(text) >= 2 and text[0] == text[-1] == '"'
    return inside if quoted and inside.isprintable() and '"' not in inside and "\\" not in inside else None
