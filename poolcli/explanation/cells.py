"""Iterations with their inputs and outputs, and values traced back through them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from poolcli.arrays import Array
from poolcli.geometry import AnyAxis, Axis, Pair, Step, views
from poolcli.operations import Operation
from poolcli.operations.cell import Cell

# A panel is at most 5 times as wide as high, or 4 times as high; this many extents around a window
# fill it.
CONTEXT = 6


@dataclass(frozen=True)
class Stage:
    """One iteration with its input and its output.

    Attributes
    ----------
    number : int
        From 1.
    step : Step
        The windows, and what they mean in pixels of the first image.
    operation : Operation
    full : int or None
        The α of an opaque pixel, if the last channel is α.
    image, output : ndarray, (H, W, C) and (H', W', C)
        Of large images only the part around the pixels that one value sees.
    image_first, output_first : (row, column)
        The position of the first pixel of that part in the whole image.
    """

    number: int
    step: Step
    operation: Operation
    full: int | None
    image: Array
    output: Array
    image_first: Pair = (0, 0)
    output_first: Pair = (0, 0)

    def cell(self, index: Pair, channel: int) -> Cell:
        """Return one value of the output with the pixels that made it."""
        axes = list(zip(self.step.axes, index, strict=True))
        windows = [axis.window(i) for axis, i in axes]
        inside = [axis.inside(i) for axis, i in axes]
        padded = [axis.inside(i, padding=True) for axis, i in axes]
        region = tuple(map(_slice, inside, self.image_first))
        total, near, real = (math.prod(map(len, sides)) for sides in (windows, padded, inside))
        row, column = (i - first for i, first in zip(index, self.output_first, strict=True))
        return Cell(
            operation=self.operation,
            iteration=self.number,
            channel=channel,
            index=index,
            window=(windows[0], windows[1]),
            rows=inside[0],
            columns=inside[1],
            padding=near - real,
            beyond=total - near,
            pixels=tuple(self.image[:, :, channel][region].ravel().tolist()),
            weights=self._weights(region, channel),
            value=self.output[row, column, channel].item(),
        )

    def _weights(self, region: tuple[slice, ...], channel: int) -> tuple[float, ...] | None:
        """Return each pixel's α as a share, unless all are opaque or α itself is pooled."""
        last = self.image.shape[2] - 1
        if self.full is None or channel == last:
            return None
        alpha = self.image[:, :, last][region].ravel() / self.full
        return None if (alpha == 1).all() else tuple(alpha.tolist())


def _slice(positions: range, first: int) -> slice:
    """Return where positions of an image lie in the part that begins at `first`."""
    return slice(positions.start - first, positions.stop - first, positions.step)


def stages(
    image: Array,
    operation: Operation,
    steps: Sequence[Step],
    index: Pair | None = None,
    *,
    full: int | None = None,
) -> list[Stage]:
    """Pool an image once per step and keep the input and the output of each.

    Parameters
    ----------
    image : ndarray, (H, W, C)
        Kept whole.
    index : (row, column), optional
        Of a value of the last output. If given, only the part that this value sees is kept of
        every output, with a margin for the figure.
    full : int, optional
        The α of an opaque pixel, if the last channel is α.
    """
    found = []
    kept: Array = image
    first = 0, 0
    for number, (step, seen) in enumerate(zip(steps, _needed(steps, index), strict=True), start=1):
        image = operation.pool(image, step.axes, full=full)
        output, output_first = image, (0, 0)
        if seen is not None:
            output_first = seen[0].start, seen[1].start
            output = image[seen[0].start : seen[0].stop, seen[1].start : seen[1].stop].copy()
        found.append(Stage(number, step, operation, full, kept, output, first, output_first))
        kept, first = output, output_first
    return found


def _needed(steps: Sequence[Step], index: Pair | None) -> list[tuple[range, range] | None]:
    """Return the (rows, columns) to keep of each output; None for all."""
    if index is None:
        return [None for _ in steps]
    row, column = index
    seen = [*views(steps, index)[-2::-1], (range(row, row + 1), range(column, column + 1))]
    # The window of the iteration that follows is outlined in a panel with pixels around it.
    extents = [max(min(axis.extent, axis.size) for axis in step.axes) for step in steps[1:]]
    return [
        (_widened(rows, extent, step.shape[0]), _widened(columns, extent, step.shape[1]))
        for (rows, columns), extent, step in zip(seen, [*extents, 1], steps, strict=True)
    ]


def _widened(positions: range, extent: int, size: int) -> range:
    margin = CONTEXT * (extent + CONTEXT)
    return range(max(0, positions.start - margin), min(size, positions.stop + margin))


def trace(chain: Sequence[Stage], index: Pair, channel: int) -> list[Cell]:
    """Follow one value of the last output back to the first image, the last iteration first."""
    found = []
    for stage in reversed(chain):
        found.append(stage.cell(index, channel))
        index = found[-1].followed
    return found


def overlaps(axis: AnyAxis) -> bool:
    """Return whether windows of an axis share positions, as all adaptive ones do."""
    return axis.output > 1 and (not isinstance(axis, Axis) or axis.stride < axis.extent)
