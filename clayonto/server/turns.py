"""Whose turn it is: clients are served round robin, so that who asks much at once waits for himself and not others for him."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from typing import Generic, Protocol, TypeVar

from clayonto.server.problems import TooMany


class _Asked(Protocol):
    @property
    def client(self) -> str: ...

    @property
    def since(self) -> float: ...


Query = TypeVar("Query", bound=_Asked)


class Turns(Generic[Query]):
    """Queries that wait, each with the ``client`` that asks it and ``since`` when it does."""

    def __init__(self, *, per_client: int) -> None:
        """:param per_client: how many one client may have here or elsewhere."""
        self._per_client = per_client
        self._of_client: Counter[str] = Counter()
        self._waiting: OrderedDict[str, deque[Query]] = OrderedDict()
        self.waiting = 0
        """How many wait."""

    def enter(self, client: str) -> None:
        """Count a query of a client, until :meth:`leave`.

        :raises TooMany: if it has too many already.
        """
        if self._of_client[client] >= self._per_client:
            raise TooMany(f"You have {self._per_client} queries running or waiting here; wait for their answers before you ask more.")
        self._of_client[client] += 1

    def leave(self, client: str) -> None:
        """Count a query of a client no longer."""
        self._of_client[client] -= 1
        if not self._of_client[client]:
            del self._of_client[client]

    def put(self, query: Query, *, first: bool = False) -> None:
        """Have a query wait, behind the others of its client; or, if it had its turn and lost it, before all others."""
        theirs = self._waiting.setdefault(query.client, deque())
        if first:
            theirs.appendleft(query)
            self._waiting.move_to_end(query.client, last=False)
        else:
            theirs.append(query)
        self.waiting += 1

    def take(self, most: int) -> list[Query]:
        """So many queries, or all if there are fewer: each is of the client that has waited longest since its last turn."""
        taken: list[Query] = []
        while len(taken) < most and self._waiting:
            client, theirs = self._waiting.popitem(last=False)
            taken.append(theirs.popleft())
            if theirs:
                self._waiting[client] = theirs
        self.waiting -= len(taken)
        return taken

    def remove(self, query: Query) -> None:
        """Have a query wait no longer, if it does."""
        theirs = self._waiting.get(query.client)
        if theirs is not None and query in theirs:
            theirs.remove(query)
            self.waiting -= 1
            if not theirs:
                del self._waiting[query.client]

    def late(self, since: float) -> list[Query]:
        """Those that have waited since then or longer."""
        return [query for theirs in self._waiting.values() for query in theirs if query.since <= since]
