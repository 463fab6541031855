"""What the files of a graph in memory say, as they write it, with what edits of the graph alone have put in and taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clayonto.sources import Source, stream, triples_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from clayonto.places import Place, Places

    Triple = tuple[Any, Any, Any]


class Stated:
    """Files in order, and the triples that a graph says otherwise than they do. Triples are of pyoxigraph terms, literals exactly as the files write them."""

    def __init__(self) -> None:
        self.sources: list[Source] = []
        self._added: dict[Triple, None] = {}
        self._removed: dict[Triple, None] = {}
        self._places: Places | None = None

    @property
    def is_edited(self) -> bool:
        """Whether the graph says anything else than its files."""
        return bool(self._added or self._removed)

    def one_by_one(self, *, bundled: bool) -> Iterator[Triple]:
        """The triples of the bundled files, or all others; some may come twice."""
        read = stream(s for s in self.sources if s.bundled == bundled)
        yield from (t for t in read if t not in self._removed) if self._removed else read
        if not bundled:
            yield from self._added

    def triples(self, *, bundled: bool) -> list[Triple]:
        """All triples, each once.

        :param bundled: whether those of the bundled files are among them.
        """
        read = triples_of(s for s in self.sources if bundled or not s.bundled)
        return [*(t for t in dict.fromkeys(read) if t not in self._removed), *self._added]

    def place_of(self, triple: Triple) -> Place | None:
        """File and line where a triple is stated, in the first file that states it; ``None`` if none does."""
        if self._places is None:
            from clayonto.places import Places

            self._places = Places(self.sources)
        return self._places.of_triple(triple)

    def edit(self, added: Iterable[Triple], removed: Iterable[Triple]) -> None:
        """Note a change of the graph alone, which no file says."""
        self._removed.update(dict.fromkeys(removed))
        self._added = {t: None for t in self._added if t not in self._removed} | dict.fromkeys(added)
        self._removed = {t: None for t in self._removed if t not in self._added}

    def rewritten(self, source: Source, removed: Iterable[Triple]) -> list[Triple]:
        """Note that a file, perhaps a new one, has been written to: what it says may stand in other lines now.

        :param removed: what it said before, and does not say now.
        :returns: those of them that nothing else says either.
        """
        self._places = None
        if source.name not in {s.name for s in self.sources}:
            self.sources.append(source)
        elsewhere = set(triples_of(s for s in self.sources if s.name != source.name)) | set(self._added)
        return [t for t in removed if t not in elsewhere]
