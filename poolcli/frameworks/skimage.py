"""scikit-image: `skimage.measure.block_reduce`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from poolcli.equivalents import Pooling
from poolcli.frameworks.framework import Answer, Array, Framework, Unsupported

REMARK = "fills partial blocks with zeros: only blocks that lie in the image are compared"


class ScikitImage(Framework):
    """Blocks side by side, reduced by a function of NumPy."""

    name = "scikit-image"
    needs = ("skimage",)

    def version(self) -> str:
        """Import the framework and name its version."""
        import skimage

        return str(skimage.__version__)

    def pool(self, layers: Array, pooling: Pooling) -> Answer:
        """Pool an array (H, W, C)."""
        if pooling.irregular:
            raise Unsupported("reduces blocks of one size only")
        if pooling.dilated:
            raise Unsupported("dilates no blocks")
        if any(axis.stride != axis.kernel for axis in pooling.axes):
            raise Unsupported(
                "reduces blocks that lie side by side: it has no stride but the kernel"
            )
        if any(axis.before for axis in pooling.axes):
            raise Unsupported("adds no padding at the top and left")
        from skimage.measure import block_reduce

        whole = [axis.size // axis.kernel for axis in pooling.axes]
        if not all(whole):
            raise Unsupported("fills partial blocks with zeros, and no block lies in the image")
        # The mean of float16 would be float16.
        pixels = layers.astype(np.float32) if layers.dtype == np.float16 else layers
        blocks = block_reduce(pixels, (*pooling.each("kernel"), 1), _function(pooling))
        cut = any(axis.size % axis.kernel for axis in pooling.axes)
        part = any(axis.output > n for axis, n in zip(pooling.axes, whole, strict=True))
        return Answer(blocks[: whole[0], : whole[1]], (REMARK,) * cut, part)


def _function(pooling: Pooling) -> Callable[..., Array]:
    """Give what NumPy makes of a block."""
    if pooling.operation != "lp":
        names = {"max": "max", "min": "min", "avg": "mean", "median": "median"}
        function: Callable[..., Array] = getattr(np, names[pooling.operation])
        return function

    def power_mean(blocks: Array, axis: tuple[int, ...]) -> Array:
        powers = np.abs(blocks.astype(np.float64)) ** pooling.norm
        mean: Array = np.mean(powers, axis=axis) ** (1 / pooling.norm)
        return mean

    return power_mean
