"""A call in a process of its own, beside this one, with all that this one holds in memory."""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.connection
import os
import pickle
import sys
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

A = TypeVar("A")
T = TypeVar("T")
# Elsewhere a process would have to be given all it needs, which takes longer than the work.
_CAN: Final = sys.platform == "linux"


class Beside(Generic[T]):
    """A call under way. Where the system has no cheap copy of a process, or one processor only, it is made when its result is asked for.

    The call must leave what this process holds as it is. Its result and its errors are pickled on their way back; where that cannot be, or the process was
    ended from outside, ``RuntimeError`` says so.
    """

    def __init__(self, call: Callable[[], T], *, apart: bool = True) -> None:
        """:param apart: false to make the call in this process after all, when its result is asked for."""
        self._call = call
        self._process: multiprocessing.process.BaseProcess | None = None
        if apart and _CAN and (os.cpu_count() or 1) > 1:
            context = multiprocessing.get_context("fork")
            self._pipe, theirs = context.Pipe(duplex=False)
            self._process = context.Process(target=_run, args=(call, theirs), daemon=True)
            self._process.start()
            theirs.close()

    def result(self) -> T:
        """What the call gives. It can be asked for once.

        :raises Exception: whatever the call raises.
        """
        if self._process is None:
            return self._call()
        try:
            done, told = pickle.loads(self._pipe.recv_bytes())  # noqa: S301 (from this program)
        except EOFError:
            self._process.join()
            raise RuntimeError(f"A process of this command was ended from outside (code {self._process.exitcode}).") from None
        finally:
            self._pipe.close()
        self._process.join()
        if not done:
            raise told
        return told  # type: ignore[no-any-return]

    def stop(self) -> None:
        """End the call if it is under way still."""
        if self._process is not None and self._process.is_alive():
            self._process.terminate()
            self._process.join()


class Prepared(Beside[T], Generic[A, T]):
    """A call beside this process that prepares itself until it is told what it is made with."""

    def __init__(self, prepare: Callable[[], object], call: Callable[[A], T], *, apart: bool = True) -> None:
        """Begin to prepare; the other parameters and the errors are those of :class:`Beside`."""
        self._given: list[A] = []
        self._theirs, self._ours = multiprocessing.Pipe(duplex=False)

        def prepared() -> T:
            prepare()
            return call(self._taken())

        super().__init__(prepared, apart=apart)

    def go(self, given: A) -> None:
        """Say what the call is made with, which is pickled on its way."""
        if self._process is None:
            self._given = [given]
        else:
            # If it has failed already, its result tells how.
            with contextlib.suppress(BrokenPipeError):
                self._ours.send_bytes(pickle.dumps(given))

    def _taken(self) -> A:
        if self._process is None:
            return self._given[0]
        self._ours.close()
        return pickle.loads(self._theirs.recv_bytes())  # type: ignore[no-any-return] # noqa: S301 (from this program)


def _run(call: Callable[[], object], pipe: multiprocessing.connection.Connection) -> None:
    try:
        told = pickle.dumps((True, call()), protocol=pickle.HIGHEST_PROTOCOL)
    except BaseException as error:
        try:
            told = pickle.dumps((False, error))
            pickle.loads(told)  # noqa: S301 (can it be read there?)
        except Exception:
            told = pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))
    with contextlib.suppress(BrokenPipeError):
        pipe.send_bytes(told)
