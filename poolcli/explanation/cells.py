"""Iterations and single output pixels as records."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolcli.alpha import pool_alpha
from poolcli.geometry import AnyAxis, AnyWindow, Axis, Pair, Step
from poolcli.pooling import Operation, pool

Array = NDArray[Any]
Number = int | float


@dataclass(frozen=True)
class Pooling:
    """What becomes of the pixels of a window.

    Attributes
    ----------
    full : int or None
        The α of an opaque pixel, if the last channel is α.
    """

    operation: Operation
    window: AnyWindow
    count_include_pad: bool = False
    norm: float = 2.0
    full: int | None = None

    def __call__(self, image: Array) -> Array:
        """Pool an image (H, W, C) once."""
        how = (self.operation, self.window, self.count_include_pad, self.norm)
        return pool(image, *how) if self.full is None else pool_alpha(image, self.full, *how)


@dataclass(frozen=True)
class Cell:
    """One value that comes out, and what made it.

    Attributes
    ----------
    iteration : int
        From 1.
    channel : int
    at : (row, column)
        In the output.
    window : (rows, columns)
        All positions of the window.
    rows, columns : range
        Those that lie in the image.
    padding, beyond : int
        Its positions that are padding, and those even further out, where ceil mode reaches.
    pixels : tuple of numbers
        The pixels of the window, row by row.
    weights : tuple of float, 0 to 1, or None
        How much each pixel counts, by its α; None if all count alike.
    value : number
        What came out.
    """

    pooling: Pooling
    iteration: int
    channel: int
    at: Pair
    window: tuple[range, range]
    rows: range
    columns: range
    padding: int
    beyond: int
    pixels: tuple[Number, ...]
    weights: tuple[float, ...] | None
    value: Number

    @property
    def visible(self) -> list[Number]:
        """List the pixels that are not transparent."""
        weights = self.weights or (1.0,) * len(self.pixels)
        return [pixel for pixel, weight in zip(self.pixels, weights, strict=True) if weight]

    @cached_property
    def winners(self) -> list[Pair]:
        """List where, in the image, the pixels stand that a max, min or odd median chose."""
        if self.pooling.operation not in ("max", "min", "median"):
            return []
        weights = self.weights or (1.0,) * len(self.pixels)
        places = product(self.rows, self.columns)
        found = zip(places, self.pixels, weights, strict=True)
        equal = [(place, pixel) for place, pixel, weight in found if weight and pixel == self.value]
        # Of zeros, a maximum is one with its own sign.
        signed = self.pooling.operation != "median" and not self.value
        sign = math.copysign(1, self.value)
        return [place for place, pixel in equal if not signed or math.copysign(1, pixel) == sign]

    @property
    def followed(self) -> Pair:
        """Give the pixel to go back to: the chosen one, else the one in the window's middle."""
        middle = self.rows[len(self.rows) // 2], self.columns[len(self.columns) // 2]
        return self.winners[0] if self.winners else middle


@dataclass(frozen=True)
class Stage:
    """One iteration: what goes in, (H, W, C), and what comes out."""

    number: int
    step: Step
    pooling: Pooling
    image: Array
    output: Array

    def cell(self, at: Pair, channel: int) -> Cell:
        """Tell how one value came about."""
        windows = self.step.axes[0].window(at[0]), self.step.axes[1].window(at[1])
        inside = [self._within(window, axis) for axis, window in enumerate(windows)]
        around = [self._within(window, axis, padded=True) for axis, window in enumerate(windows)]
        rows, columns = inside
        region = np.ix_(rows, columns)
        total, near, real = (len(a) * len(b) for a, b in (windows, around, inside))
        return Cell(
            self.pooling,
            self.number,
            channel,
            at,
            windows,
            rows,
            columns,
            near - real,
            total - near,
            tuple(self.image[:, :, channel][region].ravel().tolist()),
            self._weights(region, channel),
            self.output[*at, channel].item(),
        )

    def _within(self, window: range, axis: int, *, padded: bool = False) -> range:
        """Keep the positions of a window that lie in the image, or in its padding too."""
        along = self.step.axes[axis]
        before, after = (along.before, along.after) if padded else (0, 0)
        kept = [at for at in window if -before <= at < along.size + after]
        return range(kept[0], kept[-1] + 1, window.step)

    def _weights(self, region: Any, channel: int) -> tuple[float, ...] | None:
        """Give each pixel's α as a share, unless all are opaque or α itself is pooled."""
        last = self.image.shape[2] - 1
        if self.pooling.full is None or channel == last:
            return None
        alpha = self.image[:, :, last][region].ravel() / self.pooling.full
        return None if (alpha == 1).all() else tuple(alpha.tolist())


def stages(image: Array, pooling: Pooling, steps: Sequence[Step]) -> list[Stage]:
    """Pool an image (H, W, C) once for each step, and keep what goes in and comes out."""
    found = []
    for number, step in enumerate(steps, start=1):
        output = pooling(image)
        found.append(Stage(number, step, pooling, image, output))
        image = output
    return found


def trace(chain: Sequence[Stage], at: Pair, channel: int) -> list[Cell]:
    """Follow one value of the last result back to the first image, the last iteration first."""
    found = []
    for stage in reversed(chain):
        found.append(stage.cell(at, channel))
        at = found[-1].followed
    return found


def overlaps(axis: AnyAxis) -> bool:
    """Tell whether windows of an axis share positions; those that do not divide a size all do."""
    return axis.output > 1 and (not isinstance(axis, Axis) or axis.stride < axis.extent)
