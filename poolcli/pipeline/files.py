"""The files of one image: encoded in threads, written one after the other."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from typing import Self

from poolcli import storage
from poolcli.images import Buffer, Quantised
from poolcli.serial import SerialExecutor, ThreadedExecutor

# The images that wait to be encoded take at most this share of the largest input and result of an
# iteration together; with the encoded files, all of it stays below 1.5 times those two.
WAITING = 1 / 3


class Files:
    """Encode and write the files of one image, in the order in which they are added.

    Parameters
    ----------
    threads : int
        How many files to encode at once. With one, each is written as soon as it is added.
    """

    def __init__(self, threads: int) -> None:
        self._ahead = threads > 1
        # Encoders release the interpreter's lock.
        self._encoder = ThreadedExecutor(threads) if self._ahead else SerialExecutor()
        self._waiting: deque[tuple[str, int, Future[list[Buffer]]]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._encoder.shutdown(cancel_futures=True)

    def add(self, path: str, image: Quantised) -> float:
        """Start to encode a file; return the share of values that were clipped."""
        self._waiting.append((path, image.size, self._encoder.submit(image.encode)))
        if not self._ahead:
            self.finish()
        return image.clipped

    def make_room(self, coexist: int) -> None:
        """Write files until those that wait are small compared with `coexist` bytes."""
        while sum(size for _, size, _ in self._waiting) > WAITING * coexist:
            self._write_next()

    def finish(self) -> None:
        """Write all remaining files."""
        while self._waiting:
            self._write_next()

    def _write_next(self) -> None:
        path, _, content = self._waiting.popleft()
        storage.write(path, *content.result())
