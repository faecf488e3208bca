"""Pooling of images with and without an alpha channel, by any operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from poolcli.arrays import Array
from poolcli.geometry import AnyAxis
from poolcli.pooling import Windows, fast_arithmetic
from poolcli.pooling.reduction import any_true

if TYPE_CHECKING:
    from poolcli.operations.operation import Operation


def pool_image(
    operation: Operation,
    image: Array,
    axes: tuple[AnyAxis, AnyAxis],
    *,
    full: int | None,
    threads: int,
    result: np.dtype[Any] | None,
) -> Array:
    """Pool an image over windows that are laid out already; see `Operation.pool`."""
    windows = Windows(*axes, threads)
    with fast_arithmetic():
        if image.ndim == 2:
            return operation.reduce(image[:, :, np.newaxis], windows, result=result)[:, :, 0]
        if full is None:
            return operation.reduce(image, windows, result=result)
        return _pool_alpha(operation, image, full, windows, result)


def _pool_alpha(
    operation: Operation,
    image: Array,
    full: int,
    windows: Windows,
    result: np.dtype[Any] | None,
) -> Array:
    """Pool colour and alpha together, (H, W, C + 1) to (H', W', C + 1).

    α is pooled as a plain channel. Colour comes from the visible pixels of a window, or is weighted
    by α, as the operation defines; where the pooled α is 0, so is the colour. An opaque image is
    pooled as if it had no alpha.
    """
    colour, alpha = image[:, :, :-1], image[:, :, -1:]
    if (alpha == full).all():
        pooled = operation.reduce(colour, windows, result=result)
        return np.dstack((pooled, np.full(pooled.shape[:2], full, pooled.dtype)))
    pooled, pooled_alpha = operation.reduce_visible(colour, alpha, full, windows, result=result)
    pooled = np.where(pooled_alpha > 0, pooled, 0).astype(pooled_alpha.dtype)
    return np.dstack((pooled, pooled_alpha))


def reduce_masked(
    operation: Operation,
    image: Array,
    mask: Array,
    windows: Windows,
    *,
    result: np.dtype[Any] | None,
) -> Array:
    """Return the results from masked windows; see `Operation.reduce_masked`.

    Windows without a pixel where `mask` is true have any result.
    """
    output = operation.reduce(image, windows, result=result)
    partial = windows.pool(mask, any_true()) & windows.pool(~mask, any_true())
    for row, column in zip(*np.nonzero(partial[:, :, 0]), strict=True):
        window = np.ix_(windows.rows.inside(int(row)), windows.columns.inside(int(column)))
        pixels = image[window][mask[window][:, :, 0]]
        for channel in range(image.shape[2]):
            seen = pixels[:, channel].tolist()
            output[row, column, channel] = operation.value(seen, len(seen))
    return output
