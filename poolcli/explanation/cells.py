"""Iterations and single output pixels as records."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from numpy.typing import NDArray

from poolcli.alpha import pool_alpha
from poolcli.geometry import AnyAxis, AnyWindow, Axis, Pair, Step, views
from poolcli.pooling import Operation, pool

Array = NDArray[Any]
Number = int | float

# A panel is at most 5 times as wide as high, or 4 times as high: so much is shown of a window.
CONTEXT = 6


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
    """One iteration: what goes in, (H, W, C), and what comes out.

    Of large images only the part around what one pixel sees is kept; `image_first` and
    `output_first` are the (row, column) of the part's first pixel in the whole.
    """

    number: int
    step: Step
    pooling: Pooling
    image: Array
    output: Array
    image_first: Pair = (0, 0)
    output_first: Pair = (0, 0)

    def cell(self, at: Pair, channel: int) -> Cell:
        """Tell how one value came about."""
        axes = list(zip(self.step.axes, at, strict=True))
        windows = [axis.window(index) for axis, index in axes]
        inside = [axis.inside(index) for axis, index in axes]
        around = [axis.inside(index, padding=True) for axis, index in axes]
        region = tuple(map(_slice, inside, self.image_first))
        total, near, real = (math.prod(map(len, sides)) for sides in (windows, around, inside))
        row, column = (index - first for index, first in zip(at, self.output_first, strict=True))
        return Cell(
            self.pooling,
            self.number,
            channel,
            at,
            (windows[0], windows[1]),
            inside[0],
            inside[1],
            near - real,
            total - near,
            tuple(self.image[:, :, channel][region].ravel().tolist()),
            self._weights(region, channel),
            self.output[row, column, channel].item(),
        )

    def _weights(self, region: tuple[slice, ...], channel: int) -> tuple[float, ...] | None:
        """Return each pixel's α as a share, unless all are opaque or α itself is pooled."""
        last = self.image.shape[2] - 1
        if self.pooling.full is None or channel == last:
            return None
        alpha = self.image[:, :, last][region].ravel() / self.pooling.full
        return None if (alpha == 1).all() else tuple(alpha.tolist())


def _slice(positions: range, first: int) -> slice:
    """Return where positions of an image lie in the part that begins at `first`."""
    return slice(positions.start - first, positions.stop - first, positions.step)


def stages(
    image: Array, pooling: Pooling, steps: Sequence[Step], at: Pair | None = None
) -> list[Stage]:
    """Pool an image (H, W, C) once for each step, and keep what goes in and comes out.

    With `at`, a pixel of the last result, only what it sees is kept of every result, and what a
    figure shows around that. The first image is kept whole.
    """
    found = []
    kept: Array = image
    first = 0, 0
    for number, (step, seen) in enumerate(zip(steps, _needed(steps, at), strict=True), start=1):
        image = pooling(image)
        output, output_first = image, (0, 0)
        if seen is not None:
            output_first = seen[0].start, seen[1].start
            output = image[seen[0].start : seen[0].stop, seen[1].start : seen[1].stop].copy()
        found.append(Stage(number, step, pooling, kept, output, first, output_first))
        kept, first = output, output_first
    return found


def _needed(steps: Sequence[Step], at: Pair | None) -> list[tuple[range, range] | None]:
    """Return the (rows, columns) to keep of each result; None for all."""
    if at is None:
        return [None] * len(steps)
    seen = [*views(steps, at)[-2::-1], (range(at[0], at[0] + 1), range(at[1], at[1] + 1))]
    # The window of the iteration that follows is outlined in a panel with pixels around it.
    extents = [max(min(axis.extent, axis.size) for axis in step.axes) for step in steps[1:]]
    return [
        (_widened(rows, extent, step.shape[0]), _widened(columns, extent, step.shape[1]))
        for (rows, columns), extent, step in zip(seen, [*extents, 1], steps, strict=True)
    ]


def _widened(positions: range, extent: int, size: int) -> range:
    margin = CONTEXT * (extent + CONTEXT)
    return range(max(0, positions.start - margin), min(size, positions.stop + margin))


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
