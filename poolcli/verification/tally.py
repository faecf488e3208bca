"""What is known of a peer while iterations go on."""

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
from poolcli.verification.records import Comparison, Pixel, Status
from poolcli.verification.task import Task


@dataclass
class Tally:
    """One peer's results against poolcli's."""

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
        """Have the peer do an iteration, and compare."""
        self.iterations = task.iteration
        self.values += task.result.size
        if missing := self.peer.missing():
            self.installed = False
            if missing != self.peer.needs[:1]:
                self._remark(task, f"needs {' and '.join(missing)}")
            return
        try:
            with _quiet():
                self.version = self.version or self.peer.version()
                part = self.peer.part(task.image, task.applied)
                if part.shape != task.image.shape:
                    task, self.partial = task.part(part), True
                    rows, columns = part.shape[:2]
                    self._remark(task, f"is slow: pools the {rows}×{columns} pixels in the middle")
                self.peer.check_size(task.image, task.applied)
                start = time.perf_counter()
                answer = self.peer.pool(task.image, task.applied)
                self.seconds = (self.seconds or 0.0) + time.perf_counter() - start
        except Unsupported as reason:
            self._remark(task, str(reason))
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a framework raises is its answer
            self.refused = True
            self._remark(task, f"refused: {_tidy(error)}")
        else:
            self._compare(task, answer)

    def _compare(self, task: Task, answer: Answer) -> None:
        for remark in answer.remarks:
            self._remark(task, remark)
        theirs, ours = answer.pixels, task.result
        if theirs.shape != ours.shape and not (answer.part and _is_part(theirs, task)):
            self.wrong = True
            sizes = ["×".join(map(str, pixels.shape)) for pixels in (theirs, ours)]
            self._remark(task, f"makes {sizes[0]} values where poolcli makes {sizes[1]}")
            return
        tolerances, usable = task.tolerances(answer)
        if not usable.all():
            self._remark(
                task, "sums beyond the range of its floats in some windows: these are left out"
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
        """Sum up."""
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
        if not self.installed:
            return "not installed"
        if self.wrong:
            return "mismatch"
        if self.compared:
            whole = self.compared == self.values and not self.partial
            return "equal" if whole else "equal in part"
        return "refused" if self.refused else "not comparable"

    def _remark(self, task: Task, text: str) -> None:
        self.remarks.setdefault(text, []).append(task.iteration)

    def _remarks(self) -> Iterator[str]:
        """Give each remark once, with the iterations it is about if these are not all."""
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
    """Tell whether nothing lacks at the bottom and right but windows that are not whole."""
    for size, axis in zip(theirs.shape, (task.applied.rows, task.applied.columns), strict=False):
        (whole,) = np.nonzero(count_taps(axis, np.int64) == axis.kernel)
        if not (whole[-1] + 1 if len(whole) else 0) <= size <= axis.output:
            return False
    return theirs.shape[2:] == task.result.shape[2:]


def _rank(pixel: Pixel) -> tuple[bool, float]:
    return pixel.wrong, pixel.difference


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep frameworks from printing while they start and work."""
    with silence(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _tidy(error: Exception) -> str:
    """Give an error's first words, without the colours of a terminal."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    return textwrap.shorten(text or type(error).__name__, 240, placeholder=" …")
