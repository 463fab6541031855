"""Where the command line starts: ``clayonto`` and ``python -m clayonto``.

Scripts ask named queries by the hundred, and importing what parses every other command line takes longer than the answer. So the plainest
call, ``clayonto query NAME [--param K=V]... [--lang en|fi] [-f csv|tsv|json|xml]``, is answered here; whatever else there is, and every error,
goes to :mod:`clayonto.cli`, which gives the same answer.
"""

from __future__ import annotations

import gc
import os
import sys

_FORMATS = ("csv", "tsv", "json", "xml")


def plain_query(arguments: list[str]) -> tuple[str, dict[str, str], str, str | None] | None:
    """Name, parameters, format and language of a plain call; ``None`` for any other.

    >>> plain_query(["query", "glossary", "-f", "csv", "--lang", "fi"])
    ('glossary', {}, 'csv', 'fi')
    >>> plain_query(["query", "glossary", "--data", "x.ttl", "-f", "csv"])
    """
    if len(arguments) < 4 or len(arguments) % 2 or arguments[0] != "query" or arguments[1][:1] in ("-", "", "."):
        return None
    name, style, lang = arguments[1], None, None
    values: dict[str, str] = {}
    if "/" in name or name.endswith(".rq"):
        return None
    for option, value in zip(arguments[2::2], arguments[3::2], strict=True):
        key, equals, text = value.partition("=")
        if option == "--param" and key and equals and key not in values:
            values[key] = text
        elif option in ("-f", "--format") and value in _FORMATS:
            style = value
        elif option == "--lang" and value in ("en", "fi"):
            lang = value
        else:
            return None
    return None if style is None else (name, values, style, lang)


def main() -> None:
    """Run the command line and exit with its code."""
    plain = plain_query(sys.argv[1:])
    # What a terminal would act on in an answer is taken care of there.
    if plain is not None and sys.stdout is not None and not sys.stdout.isatty() and _answered(*plain):
        # All is written. To take the store apart first, term by term, would be a tenth of the whole.
        os._exit(0)
    from clayonto.cli import main as full

    full()


def _answered(name: str, values: dict[str, str], style: str, lang: str | None) -> bool:
    """Answer a plain call; false, with nothing written, if anything is wrong."""
    # So short a life makes no garbage worth looking for.
    gc.disable()
    from clayonto.errors import ClayontoError
    from clayonto.locales import of_locale
    from clayonto.opening import load
    from clayonto.results import WRITERS

    try:
        graph = load()
        query = graph.queries[name]
        if "lang" in query.params:
            values.setdefault("lang", lang or of_locale(dict(os.environ)))
        text = WRITERS[style](graph.run(query, **values))
    except (ClayontoError, ValueError):
        gc.enable()
        return False
    data = (text if not text or text.endswith("\n") else text + "\n").encode()
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        pass
    except OSError as error:
        from clayonto.errors import OutputError

        print(f"{'Virhe' if of_locale(dict(os.environ)) == 'fi' else 'Error'}: {OutputError(error)}", file=sys.stderr, flush=True)
        os._exit(OutputError.exit_code)
    return True


if __name__ == "__main__":
    main()
