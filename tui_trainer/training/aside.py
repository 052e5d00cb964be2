"""Work that takes long, in a thread, while whoever asked for it goes on or listens."""

from collections.abc import Callable
from threading import Thread
from typing import Generic, TypeVar

T = TypeVar("T")


class Aside(Generic[T]):
    """Does ``work`` in a thread of its own, which keeps no process from ending."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._result: T | None = None
        self._error: BaseException | None = None
        self._thread = Thread(target=self._do, daemon=True)
        self._thread.start()

    def is_done(self, wait_s: float = 0.0) -> bool:
        """Whether it is done, after ``wait_s`` seconds at most."""
        self._thread.join(wait_s)
        return not self._thread.is_alive()

    def result(self) -> T:
        """What the work returned, once it is done. Raises what it raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]

    def _do(self) -> None:
        try:
            self._result = self._work()
        except BaseException as error:  # whoever asks for the result is to meet it
            self._error = error
