"""Enters a context in a thread of its own, so that several servers come up side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class Starting(Generic[T]):
    """Something that is coming up. `ready` waits for it, and raises what kept it from coming up."""

    def __init__(self, enter: Callable[[], T]) -> None:
        self._value: T | None = None
        self._error: BaseException | None = None
        # An event, not the thread's own life: a join that Ctrl-C breaks off may mark a running thread as ended.
        self._over = threading.Event()
        threading.Thread(target=self._run, args=(enter,), daemon=True).start()

    def _run(self, enter: Callable[[], T]) -> None:
        try:
            self._value = enter()
        except BaseException as error:
            self._error = error
        finally:
            self._over.set()

    def ready(self) -> T:
        """The value of the context, once it is entered."""
        self.finish()
        if self._error is not None:
            raise self._error
        return self._value  # type: ignore[return-value]

    @property
    def came_up(self) -> bool:
        """It was entered, so it has to be left."""
        return self._over.is_set() and self._error is None

    def finish(self) -> None:
        """Waits until it is up, or is not going to be. Short waits, so that Ctrl-C is heard."""
        while not self._over.wait(0.1):
            pass


@contextmanager
def starting(open_it: Callable[[threading.Event], AbstractContextManager[T]]) -> Iterator[Starting[T]]:
    """Begins to enter `open_it(give_up)` in a thread and goes on at once; leaves it again at the end of the block.

    `give_up` is set when the block is left before the thing is up: it should then come back soon.
    """
    give_up = threading.Event()
    context = open_it(give_up)
    begun = Starting(context.__enter__)
    try:
        yield begun
    finally:
        give_up.set()
        while True:
            try:
                begun.finish()
                break
            except KeyboardInterrupt:
                continue  # a second Ctrl-C: what is half started still has to be stopped
        if begun.came_up:
            context.__exit__(None, None, None)
