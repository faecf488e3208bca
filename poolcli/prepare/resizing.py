"""Resize images by OpenCV."""

from __future__ import annotations

import numpy as np

from poolcli.arrays import Array
from poolcli.geometry import Pair
from poolcli.prepare.filters import filter_type

# If weights add up to 1 within this, no integer of 16 bits changes.
INVISIBLE = 1e-6


def resize(image: Array, shape: Pair) -> Array:
    """Resize to (rows, columns): by area where an axis shrinks, then cubic where one grows.

    Parameters
    ----------
    image : ndarray, (H, W) or (H, W, C), any real dtype
    shape : (rows, columns)

    Returns
    -------
    ndarray, (rows, columns) or (rows, columns, C)
        In the image's dtype if OpenCV resizes it (uint8, uint16, int16, float32, float64), else
        in the carry type. A constant channel stays constant, and finite floats stay finite.
    """
    rows, columns = image.shape[:2]
    if (rows, columns) == shape:
        return image
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        if image.dtype not in (np.uint8, np.uint16, np.int16, np.float32, np.float64):
            image = image.astype(filter_type(image.dtype))
        layers = image.reshape(rows, columns, -1)
        resized = np.empty((*shape, layers.shape[2]), image.dtype)
        # OpenCV shrinks at most four channels at once.
        for first in range(0, layers.shape[2], 4):
            some = np.ascontiguousarray(layers[:, :, first : first + 4])
            resized[:, :, first : first + 4] = _resize_finite(some, shape)
        if image.dtype.kind == "f":
            least, largest = layers.min(axis=(0, 1)), layers.max(axis=(0, 1))
            np.copyto(resized, least, where=least == largest)
    return resized.reshape(*shape, *image.shape[2:])


def _resize_finite(layers: Array, shape: Pair) -> Array:
    """Resize (H, W, C); sums that overflow are computed of smaller numbers, and clipped."""
    resized = _resize(layers, shape)
    if resized.dtype.kind != "f" or np.isfinite(resized).all():
        return resized
    # Cubic weights add up to less than 4 in all.
    exponent = (layers.shape[0] * layers.shape[1]).bit_length() + 2
    scaled = _resize(np.ldexp(layers, -exponent), shape)
    limit = np.ldexp(np.finfo(layers.dtype).max, -exponent)
    clipped = np.where(np.isfinite(scaled), scaled.clip(-limit, limit), scaled)
    return np.where(np.isfinite(resized), resized, np.ldexp(clipped, exponent))


def _resize(layers: Array, shape: Pair) -> Array:
    """Resize (H, W, C): shrink the axes that shrink, then enlarge the others."""
    from poolcli.opencv import cv2

    for interpolation, side in ((cv2.INTER_AREA, min), (cv2.INTER_CUBIC, max)):
        rows, columns = map(side, layers.shape[:2], shape)
        if (rows, columns) != layers.shape[:2]:
            layers = _interpolate(layers, (rows, columns), interpolation)
    return layers


def _interpolate(layers: Array, shape: Pair, interpolation: int) -> Array:
    """Resize (H, W, C) by an interpolation of OpenCV, whose weights may not add up to 1.

    `INTER_AREA` leaves out small weights, so its sums are divided by its result for ones.
    """
    from poolcli.opencv import cv2

    def interpolate(pixels: Array, rows: int, columns: int) -> Array:
        resized: Array = cv2.resize(pixels, (columns, rows), interpolation=interpolation)
        return resized.reshape(rows, columns, -1)

    rows, columns = shape
    totals = interpolate(np.ones((layers.shape[0], 1)), rows, 1)
    totals = totals * interpolate(np.ones((1, layers.shape[1])), 1, columns)
    if layers.dtype.kind == "f":
        shares: Array = interpolate(layers, rows, columns) / totals.astype(layers.dtype)
        return shares
    if np.abs(totals - 1).max() < INVISIBLE:
        return interpolate(layers, rows, columns)
    # Integers would be rounded before they are divided.
    exact = np.float32 if layers.dtype.itemsize == 1 else np.float64
    limits = np.iinfo(layers.dtype)
    resized = np.empty((rows, columns, layers.shape[2]), layers.dtype)
    for channel in range(layers.shape[2]):
        sums = interpolate(layers[:, :, channel].astype(exact), rows, columns) / totals
        resized[:, :, channel] = np.rint(sums[:, :, 0]).clip(limits.min, limits.max)
    return resized
