"""What the applications of the server have in common: which methods there are, and what is said when there is no answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from clayonto.server.problems import ClientGone, Problem, WrongMethod

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class Application(ABC):
    """An ASGI application; what it answers is in :meth:`answer_request`."""

    methods: tuple[str, ...] = ("GET", "HEAD", "OPTIONS")
    """The methods by which it can be asked."""

    @abstractmethod
    async def answer_request(self, request: Request) -> ASGIApp:
        """The response to a request, neither ``OPTIONS`` nor by a method that is not there.

        :raises Problem: if there is no answer.
        :raises ClientGone: if nobody waits for it any more.
        """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            if request.method == "OPTIONS":
                response: ASGIApp = Response(status_code=204, headers={"allow": ", ".join(self.methods)})
            elif request.method not in self.methods:
                raise self.refuse_method(request.method)
            else:
                response = await self.answer_request(request)
        except Problem as problem:
            response = problem.response()
        except ClientGone:
            return
        await response(scope, receive, send)

    def refuse_method(self, method: str) -> Problem:
        """What is said of a method that is not there."""
        return WrongMethod(method, self.methods)
