"""The files of one image: encoded beside each other, written one after the other."""

from __future__ import annotations

import sys
from collections import deque
from concurrent.futures import Future
from typing import Any, Self

from poolcli import storage
from poolcli.images import Quantised
from poolcli.serial import SerialExecutor, ThreadedExecutor

# What waits to be encoded takes at most so much of the most that an iteration and its input took:
# with the encoded files, all of it stays below 1.5 times those two.
WAITING = 1 / 3
# Seconds; the interpreter lets a thread wait for fifty times as long.
SHORT_INTERVAL = 1e-4


class Files:
    """Writes the files of one image in their order, and encodes pieces of them at once.

    Parameters
    ----------
    threads : int
        How many pieces to encode at once. With one, each is written as soon as it is added.
    """

    def __init__(self, threads: int) -> None:
        self._ahead = threads > 1
        self._interval = sys.getswitchinterval()
        # Encoders work outside the interpreter's lock.
        self._encoder = ThreadedExecutor(threads) if self._ahead else SerialExecutor()
        self._waiting: deque[tuple[str, Quantised, list[Future[Any]]]] = deque()

    def __enter__(self) -> Self:
        if self._ahead:
            # What comes back for each part of a file shall not wait long for the lock, which an
            # import in another thread would keep.
            sys.setswitchinterval(SHORT_INTERVAL)
        return self

    def __exit__(self, *_: object) -> None:
        self._encoder.shutdown(cancel_futures=True)
        sys.setswitchinterval(self._interval)

    def add(self, path: str, image: Quantised) -> float:
        """Take over what a file will hold; give the share of values that were clipped."""
        pieces = [self._encoder.submit(piece) for piece in image.pieces]
        self._waiting.append((path, image, pieces))
        if not self._ahead:
            self.finish()
        return image.clipped

    def make_room(self, coexist: int) -> None:
        """Write files until what waits is small beside `coexist` bytes."""
        while sum(image.size for _, image, _ in self._waiting) > WAITING * coexist:
            self._write_next()

    def finish(self) -> None:
        """Write all files that are left."""
        while self._waiting:
            self._write_next()

    def _write_next(self) -> None:
        path, image, pieces = self._waiting.popleft()
        storage.write(path, *image.join([piece.result() for piece in pieces]))
