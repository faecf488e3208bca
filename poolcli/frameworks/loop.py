"""The reference loop in the place of a framework."""

from __future__ import annotations

import numpy as np

from poolcli.equivalents import Pooling
from poolcli.errors import PoolcliError
from poolcli.frameworks.framework import Answer, Array, Framework, Unsupported
from poolcli.geometry import AdaptiveWindow
from poolcli.pooling.spans import count_taps
from poolcli.reference import adaptive_pool_reference, pool_reference

# From the side of choice down to what is quick, then up to what large windows need.
SIDES = (256, 128, 64, 32, 16, 8, 512, 1024, 2048, 4096)


class Loop(Framework):
    """Slow, obvious loops; of a large image they pool the middle.

    Parameters
    ----------
    most : int
        How many pixels of windows it may look at.
    """

    name = "reference"
    needs = ()

    def __init__(self, most: int) -> None:
        self.most = most

    def version(self) -> str:
        """Give no version: it is poolcli's own."""
        return ""

    def part(self, layers: Array, pooling: Pooling) -> Array:
        """Give the middle of a large image."""
        height, width = layers.shape[:2]
        for side in (*SIDES, max(height, width)):
            top, left = max(0, (height - side) // 2), max(0, (width - side) // 2)
            middle = layers[top : top + side, left : left + side]
            try:
                rows, columns = pooling.window.axes(middle.shape)
            except PoolcliError:
                continue
            looks = [int(count_taps(axis, np.int64).sum()) for axis in (rows, columns)]
            if looks[0] * looks[1] * layers.shape[2] <= self.most:
                return middle
        raise Unsupported("is too slow for windows of this size")

    def check_size(self, layers: Array, pooling: Pooling) -> None:
        """Accept any: the loop looks at pixels alone."""

    def pool(self, layers: Array, pooling: Pooling) -> Answer:
        """Pool an array (H, W, C)."""
        operation, window, norm = pooling.operation, pooling.window, pooling.norm
        if isinstance(window, AdaptiveWindow):
            pooled = adaptive_pool_reference(layers, operation, window.output_size, norm)
        else:
            pooled = pool_reference(
                layers,
                operation,
                window.kernel,
                window.stride,
                window.padding,
                window.dilation,
                window.ceil_mode,
                pooling.count_include_pad,
                norm,
            )
        return Answer(pooled, exact=True)
