"""Interleaved runs, their medians and their spread."""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

Call = Callable[[], Any]
Key = TypeVar("Key", bound=Hashable)
Contender = TypeVar("Contender")


@dataclass(frozen=True)
class Rounds:
    """Numbers of runs: `least`, then up to `most` as long as they take less than `seconds`."""

    least: int
    most: int
    seconds: float


@dataclass(frozen=True)
class Times:
    """The seconds of the runs of one contender, or the estimate of one run."""

    seconds: tuple[float, ...]
    estimated: bool = False

    @property
    def median(self) -> float:
        """Return the median in seconds."""
        return statistics.median(self.seconds)

    @property
    def spread(self) -> float:
        """Return half the difference of the slowest and fastest run, as a share of the median."""
        return (max(self.seconds) - min(self.seconds)) / 2 / self.median


def stopwatch(call: Call) -> float:
    """Return the seconds of one call; its result is released after the clock has stopped."""
    start = time.perf_counter()
    result = call()
    seconds = time.perf_counter() - start
    del result
    return seconds


def repeated(calls: int) -> Callable[[Call], float]:
    """Return a clock that measures the mean of a number of calls, for short calls."""

    def clock(call: Call) -> float:
        start = time.perf_counter()
        for _ in range(calls):
            call()
        return (time.perf_counter() - start) / calls

    return clock


def interleave(
    contenders: Mapping[Key, Contender], rounds: Rounds, clock: Callable[[Contender], float]
) -> dict[Key, Times]:
    """Measure all contenders in turns, so that other load affects all of them alike."""
    seconds: dict[Key, list[float]] = {key: [] for key in contenders}
    gc.collect()
    gc.disable()
    try:
        for turn in range(rounds.most):
            for key, contender in contenders.items():
                if turn < rounds.least or sum(seconds[key]) < rounds.seconds:
                    seconds[key].append(clock(contender))
    finally:
        gc.enable()
    return {key: Times(tuple(spent)) for key, spent in seconds.items()}


def geometric_mean(ratios: Iterable[float]) -> float:
    """Return the geometric mean of ratios."""
    return math.exp(statistics.fmean(map(math.log, ratios)))
