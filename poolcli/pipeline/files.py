"""The files of one image: encoded beside each other, written one after the other."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from importlib import import_module
from types import ModuleType, TracebackType
from typing import Self

from poolcli import storage
from poolcli.images import Buffer, Quantised
from poolcli.serial import SerialExecutor, ThreadedExecutor

# What waits to be encoded takes at most so much of the most that an iteration and its input took:
# with the encoded files, all of it stays below 1.5 times those two.
WAITING = 1 / 3


class Files:
    """Writes the files of one image in their order, and encodes several at once.

    Parameters
    ----------
    threads : int
        How many files to encode at once. With one, each is written as soon as it is added.
    """

    def __init__(self, threads: int) -> None:
        self._ahead = threads > 1
        # Encoders work outside the interpreter's lock.
        self._encoder = ThreadedExecutor(threads) if self._ahead else SerialExecutor()
        self._ready: Future[ModuleType] | None = None
        self._waiting: deque[tuple[str, int, Future[list[Buffer]]]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._encoder.shutdown(cancel_futures=True)
        ready = self._ready
        if isinstance(error, Exception) and ready is not None and not ready.cancelled():
            # A library that was not loaded says why only to who tried first.
            ready.result()

    def get_ready(self) -> None:
        """Begin to load what encodes pictures, while one is decoded outside the lock."""
        if self._ahead:
            self._ready = self._encoder.submit(import_module, "poolcli.opencv")

    def add(self, place: str, image: Quantised) -> float:
        """Take over what a file will hold; give the share of values that were clipped."""
        size = image.pixels.nbytes
        self._waiting.append((place, size, self._encoder.submit(image.encode)))
        if not self._ahead:
            self.finish()
        return image.clipped

    def make_room(self, coexist: int) -> None:
        """Write files until what waits is small beside `coexist` bytes."""
        while sum(size for _, size, _ in self._waiting) > WAITING * coexist:
            self._write_next()

    def finish(self) -> None:
        """Write all files that are left."""
        while self._waiting:
            self._write_next()

    def _write_next(self) -> None:
        place, _, content = self._waiting.popleft()
        storage.write(place, *content.result())
