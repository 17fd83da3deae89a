"""Work in threads that nothing waits for at the end: a file of a dead network home, a silent name server.

Python joins the threads of an ordinary executor when the loop is closed and again when the process ends,
so that one call that never returns keeps the whole program from ending.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class NeverJoined(ThreadPoolExecutor):
    """An executor for an event loop: each piece of work has a daemon thread of its own.

    Work that hangs holds up neither other work nor the end of the process.
    """

    def __init__(self) -> None:
        super().__init__(max_workers=1)  # of the base class, which never starts it

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Start a thread for this work."""
        future: Future[T] = Future()
        bound = partial(work, *args, **kwargs)
        threading.Thread(target=_carry_out, args=(future, bound), daemon=True, name="background").start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Nothing to wait for."""


def _carry_out(future: "Future[T]", work: Callable[[], T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = work()
    except BaseException as error:  # handed to whoever waits for the work
        future.set_exception(error)
    else:
        future.set_result(result)


def run(work: Coroutine[Any, Any, T]) -> T:
    """As `asyncio.run`, but no thread of `asyncio.to_thread` is waited for at the end."""
    with asyncio.Runner() as runner:
        runner.get_loop().set_default_executor(NeverJoined())
        return runner.run(work)


class TookTooLong(OSError):
    """Work in a thread that did not end in time; ``strerror`` says what was waited for."""


async def within(seconds: float, what: str, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of work in a thread, waited for ``seconds`` at most.

    Raises:
        TookTooLong: it has not ended by then; it continues in its thread, and its result is not used.
    """
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.to_thread(work, *args, **kwargs)
    except TimeoutError:
        raise TookTooLong(None, f"{what}: no answer from the file system within {seconds:g} s") from None
