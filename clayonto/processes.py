"""A call in a process of its own, with all that this one holds in memory: beside this one, or in its place for a while."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import multiprocessing
import multiprocessing.connection
import os
import pickle
import signal
import sys
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

A = TypeVar("A")
T = TypeVar("T")
# Elsewhere a process would have to be given all it needs, which takes longer than the work.
_CAN: Final = sys.platform == "linux"
_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h


class EndedError(RuntimeError):
    """A process was ended from outside."""


class _Said(NamedTuple):
    """How far a call is, on its way to the process that waits for it."""

    text: str


class _Begin:
    """Tells a process to prepare."""


def alone(call: Callable[[Callable[[str], None]], T], say: Callable[[str], None]) -> T:
    """Make a call in a process of its own and wait for it, so that what it held in memory is given back.

    Where the system has no cheap copy of a process, or this one may have none, the call is made in this one.
    The process ends with this call, also when this is interrupted or ``say`` raises.

    :param call: is given what takes its sentences on how far it is. It must leave what this process holds as it is.
    :param say: called with them, in this process.
    :return: what the call gives, pickled on its way.
    :raises EndedError: if the process was ended from outside.
    :raises Exception: whatever the call raises.
    """
    if not _CAN or multiprocessing.current_process().daemon:
        return call(say)
    context = multiprocessing.get_context("fork")
    pipe, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_run_saying, args=(call, theirs, pipe, os.getpid()), daemon=True)
    process.start()
    theirs.close()
    try:
        while isinstance(found := _received(pipe, process), _Said):
            say(found.text)
        return found  # type: ignore[no-any-return]
    finally:
        process.terminate()
        process.join()
        pipe.close()


class Beside(Generic[T]):
    """A call under way. Where the system has no cheap copy of a process, or one processor only, it is made when its result is asked for.

    The call must leave what this process holds as it is. Its result and its errors are pickled on their way back; where that cannot be, or the process was
    ended from outside, ``RuntimeError`` says so (:class:`EndedError`).
    """

    def __init__(self, call: Callable[[], T], *, apart: bool = True) -> None:
        """:param apart: false to make the call in this process after all, when its result is asked for."""
        self._call = call
        self._process: multiprocessing.process.BaseProcess | None = None
        if apart and _CAN and (os.cpu_count() or 1) > 1:
            context = multiprocessing.get_context("fork")
            self._pipe, theirs = context.Pipe(duplex=False)
            self._process = context.Process(target=_run, args=(call, theirs, self._pipe, os.getpid()), daemon=True)
            self._process.start()
            theirs.close()

    def result(self) -> T:
        """What the call gives. It can be asked for once.

        :raises Exception: whatever the call raises.
        """
        if self._process is None:
            return self._call()
        try:
            return _received(self._pipe, self._process)  # type: ignore[no-any-return]
        except KeyboardInterrupt:
            # Nobody waits for it any longer.
            self._process.terminate()
            raise
        finally:
            self._pipe.close()
            self._process.join()

    def stop(self) -> None:
        """End the call if it is under way still."""
        if self._process is not None and self._process.is_alive():
            self._process.terminate()
            self._process.join()


class Prepared(Generic[A, T]):
    """A call beside this process that prepares itself when it is told so, is made with what it is given, and can be made again with something else.

    Errors are those of :class:`Beside`; one while it prepares comes out of every result.
    """

    def __init__(self, prepare: Callable[[], object], call: Callable[[A], T], *, apart: bool = True) -> None:
        """Begin the process, which waits: one that begins early has little of this one's memory to keep.

        :param apart: as for :class:`Beside`.
        """
        self._call, self._given = call, list[A]()
        self._process: multiprocessing.process.BaseProcess | None = None
        if apart and _CAN and (os.cpu_count() or 1) > 1:
            context = multiprocessing.get_context("fork")
            self._pipe, theirs = context.Pipe()
            self._process = context.Process(target=_serve, args=(prepare, call, theirs, self._pipe, os.getpid()), daemon=True)
            self._process.start()
            theirs.close()

    def begin(self) -> None:
        """Begin to prepare. It has no result."""
        if self._process is not None:
            with contextlib.suppress(BrokenPipeError):
                self._pipe.send_bytes(pickle.dumps(_Begin()))

    def go(self, given: A) -> None:
        """Begin the call with something, which is pickled on its way. Ask for its result before the next."""
        if self._process is None:
            self._given = [given]
        else:
            # If it has ended, the result tells how.
            with contextlib.suppress(BrokenPipeError):
                self._pipe.send_bytes(pickle.dumps(given))

    def result(self) -> T:
        """What the call gives that has begun.

        :raises Exception: whatever the call raises.
        """
        if self._process is None:
            return self._call(self._given.pop())
        return _received(self._pipe, self._process)  # type: ignore[no-any-return]

    def stop(self) -> None:
        """End it, whatever is under way."""
        if self._process is not None:
            self._process.terminate()
            self._process.join()
            self._pipe.close()


def _received(pipe: multiprocessing.connection.Connection, process: multiprocessing.process.BaseProcess) -> Any:
    try:
        done, told = pickle.loads(pipe.recv_bytes())  # noqa: S301 (from this program)
    except (EOFError, ConnectionResetError):
        process.join()
        raise EndedError(f"A process of this command was ended from outside (code {process.exitcode}).") from None
    if not done:
        raise told
    return told


def _serve(
    prepare: Callable[[], object],
    call: Callable[[Any], object],
    pipe: multiprocessing.connection.Connection,
    theirs: multiprocessing.connection.Connection,
    parent: int,
) -> None:
    _depend_on(parent, theirs)
    ready = _told(lambda: None)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            given = pickle.loads(pipe.recv_bytes())  # noqa: S301 (from this program)
            if isinstance(given, _Begin):
                ready = _told(prepare)
                continue
            pipe.send_bytes(_told(lambda given=given: call(given)) if pickle.loads(ready)[0] else ready)  # type: ignore[misc] # noqa: S301 (its own)


def _run(
    call: Callable[[], object], pipe: multiprocessing.connection.Connection, theirs: multiprocessing.connection.Connection, parent: int
) -> None:
    _depend_on(parent, theirs)
    # What was there before is nothing that this process could clear away.
    gc.freeze()
    told = _told(call)
    with contextlib.suppress(BrokenPipeError):
        pipe.send_bytes(told)


def _run_saying(
    call: Callable[[Callable[[str], None]], object],
    pipe: multiprocessing.connection.Connection,
    theirs: multiprocessing.connection.Connection,
    parent: int,
) -> None:
    _run(lambda: call(lambda text: pipe.send_bytes(pickle.dumps((True, _Said(text))))), pipe, theirs, parent)


def _depend_on(parent: int, theirs: multiprocessing.connection.Connection) -> None:
    """Leave Ctrl+C to the process that began this one, which ends this one then; and end with it, whatever ends it.

    An end of its pipe would not tell: a process that was begun later has a copy of the other side.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    theirs.close()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:
        os._exit(1)


def _told(call: Callable[[], object]) -> bytes:
    """Whether a call came to its end, and what it gave or raised, pickled."""
    try:
        return pickle.dumps((True, call()), protocol=pickle.HIGHEST_PROTOCOL)
    except BaseException as error:
        try:
            told = pickle.dumps((False, error))
            pickle.loads(told)  # noqa: S301 (can it be read there?)
        except Exception:
            told = pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))
        return told
