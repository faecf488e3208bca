"""Colour to gray."""

from __future__ import annotations

from typing import Any

import numpy as np

from poolcli.arrays import Array
from poolcli.errors import PoolcliError
from poolcli.pooling import carry_type

# ITU-R 601 luma as in Pillow's mode L, in units of 2^-16.
LUMA = (19595, 38470, 7471)
BAND_PIXELS = 1 << 18


def to_gray(image: Array) -> Array:
    """Weigh red, green and blue to one channel, as Pillow's mode L does.

    Parameters
    ----------
    image : ndarray, (H, W), (H, W, 1) or (H, W, 3), any real dtype

    Returns
    -------
    ndarray, (H, W)
        Integers of up to 32 bits: `(19595 R + 38470 G + 7471 B + 32768) >> 16`, exactly, in the
        image's dtype. Others: `0.299 R + 0.587 G + 0.114 B` in the carry type, between the least
        and the largest of the three.

    Raises
    ------
    PoolcliError
        If the image has another number of channels.
    """
    if image.ndim == 2:
        return image
    if image.shape[2] == 1:
        return image[:, :, 0]
    if image.shape[2] != 3:
        raise PoolcliError(f"has {image.shape[2]} channels; gray is made of 1 or 3")
    whole = image.dtype.kind in "iu" and image.dtype.itemsize < 8
    gray = np.empty(image.shape[:2], image.dtype if whole else carry_type(image.dtype))
    height = max(1, BAND_PIXELS // image.shape[1])
    for first in range(0, len(image), height):
        band = image[first : first + height]
        if whole:
            red, green, blue = (
                np.multiply(band[:, :, channel], weight, dtype=np.int64)
                for channel, weight in enumerate(LUMA)
            )
            gray[first : first + height] = (red + green + blue + 32768) >> 16
        else:
            gray[first : first + height] = _weigh_floats(band, gray.dtype)
    return gray


def _weigh_floats(band: Array, carry: np.dtype[Any]) -> Array:
    """Weigh red, green and blue (H, W, 3), and clip the result to their range."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        red, green, blue = (band[:, :, channel].astype(carry) for channel in range(3))
        gray: Array = 0.299 * red + 0.587 * green + 0.114 * blue
        least = np.minimum(np.minimum(red, green), blue)
        largest = np.maximum(np.maximum(red, green), blue)
        np.clip(gray, least, largest, out=gray)
    return gray
