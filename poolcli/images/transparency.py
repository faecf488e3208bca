"""Colour under alpha, in the form that all of poolcli expects."""

from __future__ import annotations

import numpy as np

from poolcli.arrays import Array


def hide(pixels: Array) -> Array:
    """Set the colour of fully transparent pixels to 0; alpha is the last channel."""
    hidden = pixels[:, :, -1] == 0
    if hidden.any():
        pixels = pixels.copy()
        pixels[hidden] = 0
    return pixels


def straighten(pixels: Array) -> Array:
    """Divide colour of 8 or 16 bits by alpha, the last channel, by which it was multiplied."""
    full = np.iinfo(pixels.dtype).max
    share = np.maximum(pixels[:, :, -1:], 1) / full
    colour = np.rint(np.minimum(pixels[:, :, :-1] / share, full)).astype(pixels.dtype)
    return np.concatenate((colour, pixels[:, :, -1:]), axis=2)
