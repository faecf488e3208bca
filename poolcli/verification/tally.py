"""The comparison with one peer, accumulated over iterations."""

from __future__ import annotations

import re
import textwrap
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from poolcli.arrays import Array
from poolcli.frameworks.framework import Answer, Framework
from poolcli.frameworks.layers import Unsupported
from poolcli.pooling.spans import count_taps
from poolcli.silence import silence
from poolcli.spelling import spell_size
from poolcli.verification.records import Comparison, Pixel, Status
from poolcli.verification.task import Task


@dataclass
class Tally:
    """The results of one peer, compared with poolcli's iteration by iteration.

    Attributes
    ----------
    peer : Framework
        The loop or a framework.
    version, worst, compared, values, seconds
        As in `Comparison`.
    wrong, refused, partial, installed : bool
        Whether a value exceeds its tolerance, the peer raised an error, it pooled a part of the
        image, and it is installed.
    iterations : int
        The number of iterations so far.
    remarks : dict of list of int
        The iterations of each remark.
    """

    peer: Framework
    version: str = ""
    worst: Pixel | None = None
    wrong: bool = False
    refused: bool = False
    partial: bool = False
    installed: bool = True
    compared: int = 0
    values: int = 0
    iterations: int = 0
    seconds: float | None = None
    remarks: dict[str, list[int]] = field(default_factory=dict)

    def add(self, task: Task) -> None:
        """Run an iteration by the peer, and compare the results."""
        self.iterations = task.iteration
        self.values += task.result.size
        if missing := self.peer.missing():
            self.installed = False
            if missing != self.peer.needs[:1]:
                self._remark(task, f"needs {' and '.join(missing)}")
            return
        try:
            with _quiet():
                task, answer = self._run(task)
        except Unsupported as reason:
            self._remark(task, str(reason))
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - frameworks raise errors of any type
            self.refused = True
            self._remark(task, f"refused: {_tidy(error)}")
        else:
            self._compare(task, answer)

    def _run(self, task: Task) -> tuple[Task, Answer]:
        """Return the result of the peer, with its task: the given one or a part of it."""
        self.version = self.version or self.peer.version()
        part = self.peer.part(task.image, task.applied)
        if part.shape != task.image.shape:
            task, self.partial = task.part(part), True
            size = spell_size(part.shape[:2])
            self._remark(task, f"is slow: pools the {size} pixels in the middle")
        self.peer.check_size(task.image, task.applied)
        start = time.perf_counter()
        answer = self.peer.pool(task.image, task.applied)
        self.seconds = (self.seconds or 0.0) + time.perf_counter() - start
        return task, answer

    def _compare(self, task: Task, answer: Answer) -> None:
        """Compare a result with poolcli's, and keep the largest difference."""
        for remark in answer.remarks:
            self._remark(task, remark)
        theirs, ours = answer.pixels, task.result
        if theirs.shape != ours.shape and not (answer.part and _is_part(theirs, task)):
            self.wrong = True
            sizes = [spell_size(pixels.shape) for pixels in (theirs, ours)]
            self._remark(task, f"returns {sizes[0]} values where poolcli returns {sizes[1]}")
            return
        tolerances, usable = task.tolerances(answer)
        if not usable.all():
            self._remark(
                task, "exceeds the range of its floats in some windows: these are left out"
            )
        if answer.comparable is not None:
            usable = usable & answer.comparable
        compared = int(usable[: theirs.shape[0], : theirs.shape[1]].sum())
        if not compared:
            return
        self.compared += compared
        worst = task.find_worst(theirs, tolerances, usable, signed=answer.exact)
        self.wrong |= worst.wrong
        if self.worst is None or _rank(worst) > _rank(self.worst):
            self.worst = worst

    def comparison(self) -> Comparison:
        """Return the comparison over all iterations."""
        return Comparison(
            self.peer.name,
            self.version,
            self._status(),
            self.worst,
            self.compared,
            self.values,
            tuple(self._remarks()),
            self.seconds,
        )

    def _status(self) -> Status:
        """Return the status of the comparison; see `Comparison`."""
        if not self.installed:
            return "not installed"
        if self.wrong:
            return "mismatch"
        if self.compared:
            whole = self.compared == self.values and not self.partial
            return "equal" if whole else "equal in part"
        return "refused" if self.refused else "not comparable"

    def _remark(self, task: Task, text: str) -> None:
        """Note a remark about an iteration."""
        self.remarks.setdefault(text, []).append(task.iteration)

    def _remarks(self) -> Iterator[str]:
        """Yield each remark once, with its iterations unless these are all."""
        for text, iterations in self.remarks.items():
            first, last = iterations[0], iterations[-1]
            if len(iterations) == self.iterations:
                yield text
            elif first == last:
                yield f"{text} (iteration {first})"
            elif len(iterations) == last - first + 1:
                yield f"{text} (iterations {first} to {last})"
            else:
                yield f"{text} (iterations {', '.join(map(str, iterations))})"


def _is_part(theirs: Array, task: Task) -> bool:
    """Return whether only partial windows are missing at the bottom and right."""
    for size, axis in zip(theirs.shape, (task.applied.rows, task.applied.columns), strict=False):
        (whole,) = np.nonzero(count_taps(axis, np.int64) == axis.kernel)
        if not (whole[-1] + 1 if len(whole) else 0) <= size <= axis.output:
            return False
    return theirs.shape[2:] == task.result.shape[2:]


def _rank(pixel: Pixel) -> tuple[bool, float]:
    """Return a key that sorts mismatches above allowed differences, then by size."""
    return pixel.wrong, pixel.difference


@contextmanager
def _quiet() -> Iterator[None]:
    """Suppress the output of frameworks while they start and run."""
    with silence(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _tidy(error: Exception) -> str:
    """Return the beginning of an error message, without the colours of a terminal."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    return textwrap.shorten(text or type(error).__name__, 240, placeholder=" …")
