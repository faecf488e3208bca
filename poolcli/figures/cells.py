"""Pixels large enough to be told apart: their values, the lines between them, their numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from poolcli.figures import marks, page
from poolcli.figures.colours import readable_on
from poolcli.figures.page import Box
from poolcli.figures.style import INK
from poolcli.figures.text import number, width_of
from poolcli.geometry import AnyAxis, Step
from poolcli.geometry.region import Region

Array = NDArray[Any]
Span = tuple[float, float]

MOST_NUMBERS = 16  # rows or columns whose pixels are printed as numbers
LARGEST_NUMBER = 20.0  # points
LEAST_SEEN = 0.4  # of a pixel's side, to hold its number
MOST_LABELS, SMALLEST_LABEL = 6, 4.0  # along an axis; points
SMALLEST_PIXEL = 6.0  # points; smaller ones have no lines between them
SEPARATOR = (0.5, 0.5, 0.5, 0.45)  # shows on dark and on light pixels


def is_numbered(pixels: Array, shape: Sequence[int]) -> bool:
    """Tell whether an image of `shape` has few enough pixels to print each as a number."""
    return pixels.ndim == 2 and max(shape) <= MOST_NUMBERS


def print_numbers(
    axes: Axes,
    box: Box,
    pixels: Array,
    shown: Array,
    step: Step | None,
    first: Sequence[int] = (0, 0),
    hidden: Array | None = None,
    region: Region | None = None,
) -> None:
    """Print each pixel's value in what is seen of its cell, as large as the longest fits a whole.

    `shown` are the pixels' colours; where `step` uses none of them, they will be hatched. `first`
    is the (row, column) of the first pixel in its image. What is `hidden` gets no number. The
    outline of a `region` makes way for numbers that it would strike through.
    """
    words = [[number(value) for value in row] for row in pixels]
    if hidden is not None:
        words = [
            ["" if gone else word for word, gone in zip(*line, strict=True)]
            for line in zip(words, hidden, strict=True)
        ]
    longest = max(width_of(word, 1) for row in words for word in row) or 1
    height, width = (side / box.scale for side in marks.pixel_size(axes))
    top, left = first
    bottom, right = top + pixels.shape[0], left + pixels.shape[1]
    rows = _seen(range(top, bottom), axes.get_ylim()[::-1])
    columns = _seen(range(left, right), axes.get_xlim())
    if not rows or not columns:
        return
    tallest, widest = height * max(_lengths(rows)), width * max(_lengths(columns))
    size = box.scale * min(LARGEST_NUMBER, 0.8 * widest / longest, 0.6 * tallest)
    _draw_lines(axes, (bottom, right), "white", page.GRIDLINE * box.scale)
    hatched = _unused(range(top, bottom), range(left, right), step)
    ground = np.where(hatched[:, :, None], marks.veil(shown), shown)
    white = readable_on(ground)
    for (row, down), (column, across) in product(rows.items(), columns.items()):
        at = row - top, column - left
        needed = size / box.scale
        if needed * width_of(words[at[0]][at[1]], 1) > 0.95 * width * (
            across[1] - across[0]
        ) or needed > 0.8 * height * (down[1] - down[0]):
            continue
        written = axes.text(
            sum(across) / 2,
            sum(down) / 2,
            words[at[0]][at[1]],
            size=size,
            color="white" if white[at] else INK,
            ha="center",
            va="center_baseline",
        )
        colour = ground[at] / 255
        if hatched[at]:
            # Lines as close as those of a small panel's hatch would be taken for strokes.
            written.set_bbox({"boxstyle": "square,pad=0.15", "facecolor": colour, "linewidth": 0})
        if region and (_crosses(region.rows, row) or _crosses(region.columns, column)):
            written.set_path_effects([withStroke(linewidth=3 * box.scale, foreground=colour)])


def separate_pixels(axes: Axes, box: Box, shape: Sequence[int]) -> None:
    """Draw thin lines between the pixels of an image of `shape` that are large enough."""
    if min(marks.pixel_size(axes)) >= SMALLEST_PIXEL * box.scale:
        view = math.ceil(axes.get_ylim()[0] + 0.5), math.ceil(axes.get_xlim()[1] + 0.5)
        stop = [min(edge, side) for edge, side in zip(view, shape, strict=False)]
        _draw_lines(axes, stop, SEPARATOR, 0.5 * page.HAIRLINE * box.scale)


def pixel_labels(
    box: Box, rows: Span, columns: Span, shape: Sequence[int]
) -> tuple[dict[float, str], dict[float, str]]:
    """Choose numbers to write at a few columns and rows of an image, where they can be read."""
    legible = page.TICK * box.scale >= SMALLEST_LABEL
    labels = []
    for span, size, room, length in (
        (columns, shape[1], width_of(str(shape[1]), page.TICK) + 2 * page.TICK, box.width),
        (rows, shape[0], 2 * page.TICK, box.height),
    ):
        first, stop = max(0, math.ceil(span[0] - 0.5)), min(size, math.floor(span[1] + 0.5))
        share = (stop - first) / (span[1] - span[0])
        most = min(MOST_LABELS, int(share * box.to_points(length) / room))
        marks = page.ticks(stop - first, most, first) if legible and stop > first else []
        labels.append({float(mark): str(mark) for mark in marks})
    return labels[0], labels[1]


def _seen(pixels: range, view: Span) -> dict[int, Span]:
    """Give the span in view of each pixel of which enough is seen to read a number there."""
    spans = {pixel: (max(pixel - 0.5, view[0]), min(pixel + 0.5, view[1])) for pixel in pixels}
    return {pixel: span for pixel, span in spans.items() if span[1] - span[0] >= LEAST_SEEN}


def _lengths(spans: dict[int, Span]) -> list[float]:
    return [stop - first for first, stop in spans.values()]


def _crosses(edges: Sequence[Any], pixel: int) -> bool:
    """Tell whether one of two edges runs through a pixel."""
    return any(pixel < edge < pixel + 1 for edge in edges)


def _draw_lines(axes: Axes, shape: Sequence[int], colour: Any, width: float) -> None:
    left, top = max(axes.get_xlim()[0], -0.5), max(axes.get_ylim()[1], -0.5)
    bottom, right = shape[0] - 0.5, shape[1] - 0.5
    rows, columns = np.arange(0.5, bottom), np.arange(0.5, right)
    across = [((left, row), (right, row)) for row in rows[rows > top]]
    down = [((column, bottom), (column, top)) for column in columns[columns > left]]
    lines = LineCollection([*across, *down], colors=colour, linewidths=width)
    axes.add_collection(lines, autolim=False)


def _unused(rows: range, columns: range, step: Step | None) -> NDArray[np.bool_]:
    """Return which of some pixels no window sees."""
    if step is None:
        return np.zeros((len(rows), len(columns)), np.bool_)
    down, across = map(_left_out, step.axes, (rows, columns))
    return down[:, np.newaxis] | across


def _left_out(axis: AnyAxis, positions: range) -> NDArray[np.bool_]:
    left_out = np.zeros(len(positions), np.bool_)
    for run in axis.unused():
        if run.start >= positions.stop:
            break
        left_out[max(0, run.start - positions.start) : max(0, run.stop - positions.start)] = True
    return left_out
