"""The choice of the region that a zoom shows: the most detailed one, of a suitable size."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolcli.figures.page import aspect_of
from poolcli.figures.shrinking import shrink
from poolcli.geometry import Pair, Step
from poolcli.geometry.region import Region, Zoom

Array = NDArray[Any]

SMALLEST = 24  # rows or columns of the input
OUTPUTS = 6  # pixels of the last iteration, if they are not a large part of the input
FINEST, COARSEST = 32, 3  # least and largest share of the input, 1/32 and 1/3
ACROSS = 12  # pixels of the searched image along the shorter side of a region


def choose_region(
    zoom: Zoom, pixels: Array, steps: Sequence[Step], white: float | None
) -> Region | None:
    """Choose the region of an image to show enlarged, or None if a zoom would add nothing.

    A zoom adds nothing if the region were more than half of the image along both axes, as in all
    images whose pixels are printed as numbers, or less than a pixel of the last iteration. A
    region that the zoom names is always returned.

    Parameters
    ----------
    zoom : Zoom
        The centre and size, as far as they are given.
    pixels : ndarray, (H, W) or (H, W, C)
        The prepared image.
    steps : sequence of Step
        Its iterations.
    white : float or None
        The value of white.
    """
    shape = pixels.shape[0], pixels.shape[1]
    jump = _common_jump(shape, steps)
    size = _size(zoom, shape, steps, jump)
    if zoom.centre is not None:
        return Region.around(zoom.centre, size, shape)
    large = all(2 * side > whole for side, whole in zip(size, shape, strict=True))
    if large:
        return None
    region = _most_detailed(pixels, size, jump, white)
    last = reduce(Region.after, steps, region)
    return region if min(last.shape) >= 1 else None


def _common_jump(shape: Pair, steps: Sequence[Step]) -> Pair:
    """Return the distance between windows of the last iteration where regions are larger."""
    rows, columns = 1, 1
    for step in steps:
        jump = step.jump or (1, 1)
        rows = jump[0] if jump[0] * COARSEST < shape[0] else rows
        columns = jump[1] if jump[1] * COARSEST < shape[1] else columns
    return rows, columns


def _size(zoom: Zoom, shape: Pair, steps: Sequence[Step], jump: Pair) -> Pair:
    """Choose (rows, columns) with the proportions of the panel, of square pixels.

    Unless the zoom gives it, the size is a multiple of `jump`, so that it ends with a window.
    """
    shorter = min(shape)
    last = steps[-1]
    wanted = max(SMALLEST, OUTPUTS * max(last.jump or last.receptive_field), shorter // FINEST)
    size = zoom.size or min(wanted, max(SMALLEST, shorter // COARSEST))
    aspect = aspect_of(shape)
    sides = size / min(aspect, 1), size * max(aspect, 1)
    by = (1, 1) if zoom.size else jump
    rows, columns = (
        max(1, round(side / step)) * step for side, step in zip(sides, by, strict=True)
    )
    return min(rows, shape[0]), min(columns, shape[1])


def _most_detailed(pixels: Array, size: Pair, jump: Pair, white: float | None) -> Region:
    """Find the region of a `size` with the strongest edges, as squares of slopes.

    The image is searched at a scale that the iterations preserve, without finer detail. Only
    regions that begin with a window are compared.
    """
    coarse = max(1.0, min(size) / ACROSS)
    room = tuple(max(1, round(side / coarse)) for side in pixels.shape[:2])
    # In a huge image, every few pixels suffice to find edges of that scale.
    every = max(1, int(coarse / 2))
    small = shrink(pixels[::every, ::every], (room[0], room[1]), white).astype(np.float32)
    gray = small[:, :, :3].mean(axis=2) if small.ndim == 3 else small
    if small.shape[2:] == (4,):
        gray *= small[:, :, 3]
    with np.errstate(invalid="ignore", over="ignore"):
        slopes = np.zeros_like(gray)
        slopes[:, 1:] += np.diff(gray, axis=1) ** 2
        slopes[1:] += np.diff(gray, axis=0) ** 2
    total = np.nan_to_num(slopes, nan=0.0, posinf=0.0)
    firsts = []
    for axis in (0, 1):
        scale = pixels.shape[axis] / total.shape[axis]
        distance = jump[axis] * max(1, int(scale / jump[axis]))
        firsts.append(np.arange(0, pixels.shape[axis] - size[axis] + 1, distance))
        total = _sums(total, firsts[axis] / scale, size[axis] / scale, axis)
    row, column = np.unravel_index(np.argmax(total), total.shape)
    corner = int(firsts[0][row]), int(firsts[1][column])
    rows, columns = (
        (Fraction(first), Fraction(first + side)) for first, side in zip(corner, size, strict=True)
    )
    return Region(rows, columns)


def _sums(values: Array, firsts: Array, length: float, axis: int) -> Array:
    """Return the sums of values along an axis from each of some edges over a length, in pixels."""
    along = np.moveaxis(values.astype(np.float64), axis, 0)
    until = np.concatenate([np.zeros((1, along.shape[1])), np.cumsum(along, axis=0)])

    def before(edges: Array) -> Array:
        whole = np.minimum(edges.astype(np.intp), len(along) - 1)
        part = (edges - whole)[:, np.newaxis]
        result: Array = until[whole] * (1 - part) + until[whole + 1] * part
        return result

    return np.moveaxis(before(firsts + length) - before(firsts), 0, axis)


def name_zoom(region: Region, first: Region) -> str:
    """Name the size of a zoom: in its own pixels, or the input's if an edge lies within a pixel.

    Parameters
    ----------
    region : Region
        The region that the zoom shows.
    first : Region
        The same region in the input.
    """
    if all(edge.denominator == 1 for edge in (*region.rows, *region.columns)):
        return f"zoom: {_times(region.shape)} px"
    return f"zoom: {_times(first.shape)} px of the input"


def _times(sides: tuple[Fraction, Fraction]) -> str:
    return "×".join(map(str, sides))
