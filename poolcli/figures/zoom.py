"""Which region a zoom shows: where there is most to see, in a size that suits the iterations."""

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
OUTPUTS = 6  # pixels of the last iteration, if they are not too much of the input
FINEST, COARSEST = 32, 3  # shares of the input, so that its outline can be seen and is a part of it
ACROSS = 12  # how many of the pixels that are searched a region has along its shorter side


def choose_region(
    zoom: Zoom, pixels: Array, steps: Sequence[Step], full: float | None
) -> Region | None:
    """Choose the region of an image to show enlarged, or none where that would add nothing.

    Nothing is added where the region would be more than half of the image both ways, as in all
    images whose pixels are printed as numbers, or where less than a pixel of it would be left in
    the end. A region that is asked for is always shown.

    Parameters
    ----------
    pixels : ndarray, (H, W) or (H, W, C)
        The prepared image.
    steps : sequence of Step
        Its iterations.
    full : float or None
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
    region = _most_detailed(pixels, size, jump, full)
    last = reduce(Region.after, steps, region)
    return region if min(last.shape) >= 1 else None


def _common_jump(shape: Pair, steps: Sequence[Step]) -> Pair:
    """Give how far apart the windows of the last iteration lie, or of one before, if too far."""
    rows, columns = 1, 1
    for step in steps:
        jump = step.jump or (1, 1)
        rows = jump[0] if jump[0] * COARSEST < shape[0] else rows
        columns = jump[1] if jump[1] * COARSEST < shape[1] else columns
    return rows, columns


def _size(zoom: Zoom, shape: Pair, steps: Sequence[Step], jump: Pair) -> Pair:
    """Choose (rows, columns) with the proportions of the panel, of square pixels.

    Unless it is asked for, a size is a multiple of `jump`, so that it ends with a window.
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


def _most_detailed(pixels: Array, size: Pair, jump: Pair, full: float | None) -> Region:
    """Find the region of a `size` with the strongest edges, as squares of slopes.

    They are looked for at a scale that iterations leave something of: fine fur makes way for eyes.
    Only regions that begin with a window are weighed, since another's neighbour may show nothing.
    """
    coarse = max(1.0, min(size) / ACROSS)
    room = tuple(max(1, round(side / coarse)) for side in pixels.shape[:2])
    # Of a huge image every few pixels are enough to find edges that large.
    every = max(1, int(coarse / 2))
    small = shrink(pixels[::every, ::every], (room[0], room[1]), full).astype(np.float32)
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
    """Add up the values along an axis, from each of some edges over a length, in parts of one."""
    along = np.moveaxis(values.astype(np.float64), axis, 0)
    until = np.concatenate([np.zeros((1, along.shape[1])), np.cumsum(along, axis=0)])

    def before(edges: Array) -> Array:
        whole = np.minimum(edges.astype(np.intp), len(along) - 1)
        part = (edges - whole)[:, np.newaxis]
        result: Array = until[whole] * (1 - part) + until[whole + 1] * part
        return result

    return np.moveaxis(before(firsts + length) - before(firsts), 0, axis)
