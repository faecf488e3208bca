"""scikit-image: `skimage.measure.block_reduce`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from poolcli.arrays import Array
from poolcli.frameworks.applied import AppliedPooling
from poolcli.frameworks.conversions import fit
from poolcli.frameworks.framework import Answer, Framework
from poolcli.frameworks.layers import Layer, Unsupported, find_layer
from poolcli.frameworks.windows import powers_in_range
from poolcli.operations import Lp, Operation

REMARK = "fills partial blocks with zeros: only blocks that lie in the image are compared"


class ScikitImage(Framework):
    """Blocks side by side, reduced by a function of NumPy."""

    name = "scikit-image"
    needs = ("skimage",)

    def version(self) -> str:
        """Import the framework and return its version."""
        import skimage

        return str(skimage.__version__)

    def pool(self, image: Array, applied: AppliedPooling) -> Answer:
        """Pool an image; see `Framework.pool`."""
        operation = applied.operation
        layer = find_layer(operation, self.name)
        function = _find_function(operation, layer)
        kernels = _check_windows(applied)
        axes = applied.regular_axes
        whole = [axis.size // axis.kernel for axis in axes]
        if not all(whole):
            raise Unsupported("fills partial blocks with zeros, and no block lies in the image")
        from skimage.measure import block_reduce

        # The mean of float16 would be float16.
        pixels = image.astype(np.float32) if image.dtype == np.float16 else image
        block = (*kernels, 1)
        if layer.negated:
            blocks = -block_reduce(-fit(pixels, "float32", "float64"), block, function)
        else:
            blocks = block_reduce(pixels, block, function)
        cut = any(axis.size % axis.kernel for axis in axes)
        in_range = None
        if isinstance(operation, Lp):
            in_range = powers_in_range(image, applied, operation.norm, "float64")
        return Answer(
            blocks[: whole[0], : whole[1]],
            (REMARK,) if cut else (),
            part=any(axis.output > n for axis, n in zip(axes, whole, strict=True)),
            in_range=in_range,
        )


def _check_windows(applied: AppliedPooling) -> list[int]:
    """Return the size of a block; raise Unsupported if windows are not blocks side by side."""
    if applied.irregular:
        raise Unsupported("reduces blocks of one size only")
    if applied.dilated:
        raise Unsupported("dilates no blocks")
    if applied.each("stride") != applied.each("kernel"):
        raise Unsupported("reduces blocks that lie side by side: it has no stride but the kernel")
    if any(applied.each("before")):
        raise Unsupported("adds no padding at the top and left")
    return applied.each("kernel")


def _find_function(operation: Operation, layer: Layer) -> Callable[..., Array]:
    """Return the function that reduces blocks along given axes."""
    if isinstance(operation, Lp):
        norm = operation.norm

        def power_mean(blocks: Array, axis: tuple[int, ...]) -> Array:
            powers = np.abs(blocks.astype(np.float64)) ** norm
            mean: Array = np.mean(powers, axis=axis) ** (1 / norm)
            return mean

        return power_mean
    function: Callable[..., Array] | None = getattr(np, layer.name, None)
    if function is None:
        raise Unsupported(f"has no function {layer.name} of NumPy to reduce blocks by")
    return function
