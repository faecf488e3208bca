"""The windows of one image, and the execution of any reduction over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeGuard

import numpy as np

from poolcli.arrays import Array
from poolcli.geometry import AnyAxis, Axis, Pair
from poolcli.pooling.adaptive import pool_spans
from poolcli.pooling.bands import pool_bands
from poolcli.pooling.reduction import Reduction


@dataclass(frozen=True)
class Windows:
    """The windows of one image.

    Attributes
    ----------
    rows, columns : Axis or AdaptiveAxis
        As `Window.axes` returns them for the image.
    threads : int
        How many threads a reduction may use.
    """

    rows: AnyAxis
    columns: AnyAxis
    threads: int = 1

    @property
    def kernel(self) -> Pair:
        """Return the largest number of (rows, columns) of pixels in a window."""
        rows, columns = self.rows, self.columns
        return min(rows.kernel, rows.size), min(columns.kernel, columns.size)

    def largest_count(self, *, padding: bool) -> int:
        """Return an upper bound of the pixels (or, with `padding`, of either) of a window."""
        rows, columns = self.kernel
        if padding:
            rows, columns = self.rows.kernel, self.columns.kernel
        return rows * columns

    def counts(self, *, padding: bool) -> tuple[list[int], list[int]]:
        """Return the number of rows, and of columns, in the window of each output index."""
        return self.rows.counts(padding=padding), self.columns.counts(padding=padding)

    def pool(self, image: Array, how: Reduction) -> Array:
        """Reduce the windows of an image (H, W, C) to an array (H', W', C)."""
        return self.pool_and_check(image, how)[0]

    def pool_and_check(self, image: Array, how: Reduction) -> tuple[Array, bool]:
        """Reduce the windows; return also whether a result is suspect (`Reduction.suspect`)."""
        rows, columns = self.rows, self.columns
        output = np.empty((rows.output, columns.output, image.shape[2]), how.result)
        if _has_equal_windows(rows) and _has_equal_windows(columns):
            suspect = pool_bands(image, rows, columns, how, output, self.threads)
        else:
            suspect = pool_spans(image, rows, columns, how, output)
        return output, suspect


def _has_equal_windows(axis: AnyAxis) -> TypeGuard[Axis]:
    """Return whether all windows are equal, and not so large that most of each is padding."""
    return isinstance(axis, Axis) and axis.extent <= axis.size
