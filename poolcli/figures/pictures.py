"""Pixels as the dots of a page."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from poolcli.figures.style import GROUND

Dots = NDArray[np.uint8]
Span = tuple[float, float]
Size = tuple[int, int]

CHECKERBOARD = (255, 226)
# Checks nearly as large as a pixel could be taken for one: then a pixel has this many per side.
CHECKS, LEAST_CHECK = 4, 0.4


def enlarge(
    colours: Dots, held: tuple[Span, Span], shown: tuple[Span, Span], size: Size, check: int
) -> Dots:
    """Return the dots of a view of an image; each has the colour of the pixel at its middle.

    Parameters
    ----------
    colours : ndarray of uint8, (H, W, 3) or (H, W, 4)
    held : (rows, columns) of spans
        The edges of `colours` in the image.
    shown : (rows, columns) of spans
        The edges of the view.
    size : (rows, columns)
        The number of dots.
    check : int
        The usual side of a check behind transparent pixels, in dots.

    Returns
    -------
    ndarray of uint8, (*size, 3)
        Light gray where the view lies beyond the image.
    """
    rows, row_slice = _nearest(held[0], shown[0], size[0], colours.shape[0])
    columns, column_slice = _nearest(held[1], shown[1], size[1], colours.shape[1])
    dots = colours.take(columns, axis=1).take(rows, axis=0)
    if colours.shape[2] == 4:
        sides = (length / (last - first) for length, (first, last) in zip(size, held, strict=True))
        ground = checkerboard(size, check, min(sides))
        dots = _blend(dots, ground[row_slice, column_slice])
    if dots.shape[:2] == size:
        return dots
    beyond = np.rint(255 * np.array(to_rgb(GROUND))).astype(np.uint8)
    picture = np.tile(beyond, (*size, 1))
    picture[row_slice, column_slice] = dots
    return picture


def _nearest(held: Span, shown: Span, dots: int, pixels: int) -> tuple[NDArray[np.intp], slice]:
    """Return the pixel at the middle of each dot along an axis, and the dots that show pixels."""
    middles = shown[0] + (np.arange(dots) + 0.5) * ((shown[1] - shown[0]) / dots)
    positions = (middles - held[0]) * (pixels / (held[1] - held[0]))
    (inside,) = np.nonzero((positions >= 0) & (positions < pixels))
    if not inside.size:
        return np.zeros(0, np.intp), slice(0, 0)
    first, stop = int(inside[0]), int(inside[-1]) + 1
    return positions[first:stop].astype(np.intp), slice(first, stop)


def _blend(dots: Dots, ground: Dots) -> Dots:
    """Return RGBA dots (H, W, 4) blended with the ground (H, W, 3) behind them."""
    alpha = dots[:, :, 3:].astype(np.float32) / 255
    blended = dots[:, :, :3] * alpha + ground * (1 - alpha)
    return np.rint(blended).astype(np.uint8)


def checkerboard(size: Size, check: int, pixel: float) -> Dots:
    """Return the ground (*size, 3) behind transparent pixels.

    Parameters
    ----------
    size : (rows, columns)
        In dots.
    check : int
        The usual side of a check, in dots.
    pixel : float
        The side of a pixel, in dots.
    """
    side = max(1, check)
    if pixel > CHECKS * LEAST_CHECK * side:
        side = round(pixel / CHECKS)
    row, column = np.arange(size[0])[:, None] // side, np.arange(size[1]) // side
    gray = np.array(CHECKERBOARD, np.uint8)[(row + column) % 2]
    return np.repeat(gray[:, :, None], 3, axis=2)
