"""Shrinking images to the size at which they are printed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolcli.opencv import cv2

Array = NDArray[Any]


def shrink(pixels: Array, room: tuple[int, int], white: float | None) -> Array:
    """Return a copy of an image, averaged on each axis that has more pixels than there is room.

    Parameters
    ----------
    pixels : ndarray, (H, W), (H, W, 3) or (H, W, 4)
        Four channels are RGBA; colour is weighted by alpha, and 0 where alpha is 0.
    room : (rows, columns)
        In dots.
    white : float or None
        The value of white, to which floats are clipped first; None where the range is not known.

    Returns
    -------
    ndarray, of at most `room`
        Float64 if OpenCV cannot average the type.
    """
    rows, columns = min(pixels.shape[0], room[0]), min(pixels.shape[1], room[1])
    if (rows, columns) == pixels.shape[:2]:
        return pixels.copy()
    if pixels.dtype not in (np.uint8, np.uint16, np.float32):
        pixels = pixels.astype(np.float64)
    pixels = np.ascontiguousarray(pixels)
    if pixels.dtype.kind == "f":
        # A pixel beyond white would make its neighbours too bright.
        low, high = (0, white) if white is not None else _finite_limits(pixels)
        pixels = np.clip(pixels, low, high)
    if pixels.ndim == 3 and pixels.shape[2] == 4 and np.ptp(pixels[:, :, 3]):
        return _shrink_rgba(pixels, rows, columns)
    return cv2.resize(pixels, (columns, rows), interpolation=cv2.INTER_AREA)


def shrink_around(
    pixels: Array, hidden: NDArray[np.bool_], room: tuple[int, int]
) -> tuple[Array, NDArray[np.bool_]]:
    """Shrink one channel (H, W) without its hidden pixels, and return where nothing is left."""
    visible = shrink((~hidden).astype(np.float32), room, None)
    total = shrink(np.where(hidden, 0, pixels), room, None)
    nothing: NDArray[np.bool_] = visible <= 0
    return total / np.where(nothing, 1, visible), nothing


def _shrink_rgba(pixels: Array, rows: int, columns: int) -> Array:
    alpha = pixels[:, :, 3:].astype(np.float32)
    weighted = np.concatenate([pixels[:, :, :3] * alpha, alpha], axis=2)
    small = cv2.resize(weighted, (columns, rows), interpolation=cv2.INTER_AREA)
    with np.errstate(invalid="ignore"):
        small[:, :, :3] = np.nan_to_num(small[:, :, :3] / small[:, :, 3:])
    return small


def _finite_limits(pixels: Array) -> tuple[float, float]:
    finite = pixels[np.isfinite(pixels)]
    return float(finite.min(initial=0)), float(finite.max(initial=0))
