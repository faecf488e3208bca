"""Pixels turned upright by their EXIF orientation."""

from __future__ import annotations

from poolcli.arrays import Array, np

# The orientations by which rows and columns change places.
SIDEWAYS = range(5, 9)


def turn(pixels: Array, orientation: int) -> Array:
    """Turn pixels upright by the EXIF orientation, 1 to 8; others mean nothing."""
    if orientation in SIDEWAYS:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
