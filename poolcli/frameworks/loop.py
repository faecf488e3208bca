"""The reference loop, with the interface of a framework."""

from __future__ import annotations

import numpy as np

from poolcli.arrays import Array
from poolcli.errors import PoolcliError
from poolcli.frameworks.applied import AppliedPooling
from poolcli.frameworks.framework import Answer, Framework
from poolcli.frameworks.layers import Unsupported
from poolcli.geometry import AdaptiveWindow, AnyAxis
from poolcli.pooling.spans import count_taps
from poolcli.reference import adaptive_pool_reference, pool_reference

# Sides of the pooled part of a large image: first the preferred one, then smaller ones, which are
# fast, then larger ones, which large windows need.
SIDES = (256, 128, 64, 32, 16, 8, 512, 1024, 2048, 4096)

# A window takes at least as long as reading this many pixels.
PIXELS_PER_WINDOW = 10


class Loop(Framework):
    """A slow, plain loop; of a large image it pools the middle.

    Parameters
    ----------
    most : int
        The most pixels that it may read, counted once per window.
    """

    name = "reference"
    needs = ()

    def __init__(self, most: int) -> None:
        self.most = most

    def version(self) -> str:
        """Return no version: the loop is a part of poolcli."""
        return ""

    def part(self, image: Array, applied: AppliedPooling) -> Array:
        """Return the middle of a large image."""
        height, width = image.shape[:2]
        for side in (*SIDES, max(height, width)):
            top, left = max(0, (height - side) // 2), max(0, (width - side) // 2)
            middle = image[top : top + side, left : left + side]
            try:
                axes = applied.window.axes(middle.shape)
            except PoolcliError:
                continue
            if self._is_fast(*axes, image.shape[2]):
                return middle
        raise Unsupported("is too slow for windows of this size or number")

    def _is_fast(self, rows: AnyAxis, columns: AnyAxis, channels: int) -> bool:
        """Return whether windows and their pixels are few enough."""
        # Windows first: there may be too many of them to count their pixels.
        if rows.output * columns.output * channels * PIXELS_PER_WINDOW > self.most:
            return False
        pixels = [int(count_taps(axis, np.int64).sum()) for axis in (rows, columns)]
        return pixels[0] * pixels[1] * channels <= self.most

    def check_size(self, image: Array, applied: AppliedPooling) -> None:
        """Accept every window: the loop reads pixels alone."""

    def pool(self, image: Array, applied: AppliedPooling) -> Answer:
        """Pool an image; see `Framework.pool`."""
        operation, window = applied.operation, applied.window
        if isinstance(window, AdaptiveWindow):
            pooled = adaptive_pool_reference(image, operation, window.output_size)
        else:
            pooled = pool_reference(
                image,
                operation,
                window.kernel,
                window.stride,
                window.padding,
                window.dilation,
                window.ceil_mode,
            )
        return Answer(pooled, exact=True)
