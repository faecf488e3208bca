"""Interleaved repeats, their medians and their spread."""

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
    """How often a contender runs: `least` times, then up to `most` while within `seconds`."""

    least: int
    most: int
    seconds: float


@dataclass(frozen=True)
class Times:
    """What the runs of one contender took, or what one run is estimated to take."""

    seconds: tuple[float, ...]
    estimated: bool = False

    @property
    def median(self) -> float:
        """Give the median in seconds."""
        return statistics.median(self.seconds)

    @property
    def spread(self) -> float:
        """Give half the distance of the slowest from the fastest run, as a share of the median."""
        return (max(self.seconds) - min(self.seconds)) / 2 / self.median


def stopwatch(call: Call) -> float:
    """Time one call; what it returns is let go after the clock has stopped."""
    start = time.perf_counter()
    result = call()
    seconds = time.perf_counter() - start
    del result
    return seconds


def repeated(calls: int) -> Callable[[Call], float]:
    """Make a clock that gives the mean of so many calls in a row, for calls that are short."""

    def clock(call: Call) -> float:
        start = time.perf_counter()
        for _ in range(calls):
            call()
        return (time.perf_counter() - start) / calls

    return clock


def interleave(
    contenders: Mapping[Key, Contender], rounds: Rounds, clock: Callable[[Contender], float]
) -> dict[Key, Times]:
    """Time all contenders in turn, again and again, so that a busy moment hits all alike."""
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
    """Give the geometric mean, in which twice as fast and twice as slow cancel out."""
    return math.exp(statistics.fmean(map(math.log, ratios)))
