"""Conversions between images and the arrays that frameworks take."""

from __future__ import annotations

import numpy as np

from poolcli.arrays import Array
from poolcli.frameworks.layers import Unsupported


def represents(dtype: str, image: Array) -> bool:
    """Return whether a float type represents every value of an image."""
    if image.dtype.kind == "f":
        with np.errstate(over="ignore"):
            there_and_back = image.astype(dtype).astype(image.dtype)
        return bool(np.array_equal(there_and_back, image, equal_nan=True))
    limit = 2 ** (np.finfo(dtype).nmant + 1)
    return bool(-limit <= int(image.min()) and int(image.max()) <= limit)


def fit(image: Array, *dtypes: str) -> Array:
    """Convert an image to the first of some float types that represents every value.

    Raises
    ------
    Unsupported
        If none does.
    """
    for dtype in dtypes:
        if represents(dtype, image):
            return image.astype(dtype)
    raise Unsupported(f"computes in {dtypes[-1]}, which does not hold these {image.dtype} numbers")


def to_batch(image: Array) -> Array:
    """Rearrange (H, W, C) to the (1, C, H, W) of PyTorch and ONNX."""
    return np.ascontiguousarray(np.moveaxis(image, -1, 0))[np.newaxis]


def from_batch(batch: Array) -> Array:
    """Rearrange (1, C, H, W) to (H, W, C)."""
    return np.moveaxis(batch[0], 0, -1)
