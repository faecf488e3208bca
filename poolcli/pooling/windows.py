"""The windows laid over one image, and how any reduction is carried out over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeGuard

import numpy as np

from poolcli.arrays import Array
from poolcli.geometry import AnyAxis, AnyWindow, Axis
from poolcli.pooling.adaptive import pool_spans
from poolcli.pooling.bands import pool_bands
from poolcli.pooling.operations import Reduction


@dataclass(frozen=True)
class Windows:
    """The windows of one image.

    Attributes
    ----------
    rows, columns : Axis or AdaptiveAxis
    count_include_pad : bool
        Whether padding counts in divisors.
    threads : int
        How many threads a reduction may use.
    """

    rows: AnyAxis
    columns: AnyAxis
    count_include_pad: bool = False
    threads: int = 1

    @classmethod
    def of(
        cls,
        window: AnyWindow,
        shape: tuple[int, ...],
        count_include_pad: bool = False,
        threads: int = 1,
    ) -> Windows:
        """Lay a window over an image of `shape`."""
        return cls(*window.axes(shape), count_include_pad, threads)

    @property
    def kernel(self) -> tuple[int, int]:
        """Return the most (rows, columns) of pixels that a window sees."""
        rows, columns = self.rows, self.columns
        return min(rows.kernel, rows.size), min(columns.kernel, columns.size)

    @property
    def largest_count(self) -> int:
        """Return an upper bound of the divisors."""
        if not self.count_include_pad:
            rows, columns = self.kernel
            return rows * columns
        return self.rows.kernel * self.columns.kernel

    def counts(self, *, padding: bool | None = None) -> tuple[list[int], list[int]]:
        """Return the number of rows, and of columns, that count for each output."""
        counted = self.count_include_pad if padding is None else padding
        return self.rows.counts(padding=counted), self.columns.counts(padding=counted)

    def pool(self, image: Array, how: Reduction) -> Array:
        """Pool an image (H, W, C); return (H', W', C)."""
        return self.pool_and_check(image, how)[0]

    def pool_and_check(self, image: Array, how: Reduction) -> tuple[Array, bool]:
        """Pool an image; return also whether a result is suspect (see `Reduction.suspect`)."""
        rows, columns, padded = self.rows, self.columns, self.count_include_pad
        output = np.empty((rows.output, columns.output, image.shape[2]), how.result)
        if _has_equal_windows(rows) and _has_equal_windows(columns):
            suspect = pool_bands(image, rows, columns, how, output, padded, self.threads)
        else:
            suspect = pool_spans(image, rows, columns, how, output, padded)
        return output, suspect


def _has_equal_windows(axis: AnyAxis) -> TypeGuard[Axis]:
    """Return whether windows are equal, and not so large that most of each is padding."""
    return isinstance(axis, Axis) and axis.extent <= axis.size
