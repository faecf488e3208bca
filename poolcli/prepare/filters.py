"""Filters that find edges, and ReLU."""

from __future__ import annotations

from typing import Any

import numpy as np

from poolcli.arrays import Array
from poolcli.pooling import carry_type
from poolcli.vocabulary import Filter

PREWITT_V = [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]
PREWITT_H = [[-1, -1, -1], [0, 0, 0], [1, 1, 1]]
LAPLACIAN = [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]


def edges(image: Array, name: Filter, *, relu: bool = False) -> Array:
    """Filter one channel with replicated borders.

    Parameters
    ----------
    image : ndarray, (H, W), any real dtype
    name : "prewitt-v", "prewitt-h", "prewitt" or "laplacian"
        Three rows of `−1 0 1` (vertical edges), its transpose, `√(v² + h²)` of the two, or 8 in
        the middle of −1 (Prewitt 1970; the 8-neighbour Laplacian). Kernels are not normalised.
    relu : bool
        Keep positive responses only, instead of their absolute value.

    Returns
    -------
    ndarray, (H, W)
        The carry type. A response beyond its range is infinite.
    """
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        if name == "prewitt":
            vertical, horizontal = _correlate(image, PREWITT_V), _correlate(image, PREWITT_H)
            if image.dtype.kind == "f":
                # The squares neither overflow nor underflow.
                response: Array = np.hypot(vertical, horizontal)
            else:
                response = np.sqrt(vertical * vertical + horizontal * horizontal)
            return response
        kernels = {"prewitt-v": PREWITT_V, "prewitt-h": PREWITT_H, "laplacian": LAPLACIAN}
        response = _correlate(image, kernels[name])
    return rectify(response) if relu else np.abs(response, out=response)


def _correlate(image: Array, kernel: list[list[int]]) -> Array:
    from poolcli.opencv import cv2

    carry = image.astype(filter_type(image.dtype))
    weights = np.array(kernel, carry.dtype)

    def correlate(pixels: Array) -> Array:
        response: Array = cv2.filter2D(pixels, -1, weights, borderType=cv2.BORDER_REPLICATE)
        return response

    response = correlate(carry)
    if not np.isfinite(response).all():
        # A partial sum may overflow although the sum does not; those of sixteenths do not.
        again = np.ldexp(correlate(np.ldexp(carry, -4)), 4)
        np.copyto(response, again, where=~np.isfinite(response))
    return response


def rectify(pixels: Array) -> Array:
    """Return max(x, 0); -0 becomes 0."""
    with np.errstate(invalid="ignore"):
        positive: Array = np.maximum(pixels, pixels.dtype.type(0))
    return positive + positive.dtype.type(0) if positive.dtype.kind == "f" else positive


def filter_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the carry type, or float64 if that is wider, which OpenCV does not support."""
    carry = carry_type(dtype)
    return carry if carry.itemsize <= 8 else np.dtype(np.float64)
