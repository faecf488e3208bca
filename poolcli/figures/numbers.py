"""The values of large pixels printed in them, and the lines between pixels."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from poolcli.figures import marks, page
from poolcli.figures.area import Area, Span
from poolcli.figures.colours import readable_on
from poolcli.figures.style import INK
from poolcli.figures.text import number, width_of
from poolcli.geometry import AnyAxis, Pair, Step
from poolcli.geometry.region import Region

Array = NDArray[Any]

MOST_NUMBERS = 16  # rows or columns of an image whose pixels are printed as numbers
LARGEST_NUMBER = 20.0  # points
LEAST_VISIBLE = 0.4  # share of a pixel's side that must be in view to hold its number
MOST_LABELS, SMALLEST_LABEL = 6, 4.0  # along an axis; points
SMALLEST_PIXEL = 6.0  # points; smaller pixels have no lines between them
SEPARATOR = (0.5, 0.5, 0.5, 0.45)  # visible on dark and on light pixels


def is_numbered(pixels: Array, shape: Sequence[int]) -> bool:
    """Return whether an image of `shape` has few enough pixels to print each as a number."""
    return pixels.ndim == 2 and max(shape) <= MOST_NUMBERS


@dataclass(frozen=True)
class Numbers:
    """The pixels of an image, or of a part of it, that are printed as numbers.

    Attributes
    ----------
    values : ndarray, (H, W)
    colours : ndarray of uint8, (H, W, 3)
        The colours of the pixels.
    first : (row, column)
        The position of the first pixel in its image.
    step : Step or None
        The iteration that the image goes into; pixels that it leaves unused are hatched.
    hidden : ndarray of bool, (H, W), or None
        The pixels to print no number in.
    region : Region or None
        The region whose outline is drawn; numbers that it crosses get a casing.
    """

    values: Array
    colours: NDArray[np.uint8]
    first: Pair = (0, 0)
    step: Step | None = None
    hidden: NDArray[np.bool_] | None = None
    region: Region | None = None

    def draw(self, area: Area) -> None:
        """Print each number, all as large as the longest allows, and lines between the pixels."""
        rows, columns = _in_view(self._rows, area.rows), _in_view(self._columns, area.columns)
        if not rows or not columns:
            return
        height, width = area.unit
        size = self._font_size(height * _longest(rows), width * _longest(columns))
        _draw_lines(area, (self._rows.stop, self._columns.stop), "white", page.GRIDLINE)
        for (row, down), (column, across) in product(rows.items(), columns.items()):
            index = row - self.first[0], column - self.first[1]
            word = self._words[index]
            fits_across = size * width_of(word, 1) <= 0.95 * width * _length(across)
            if word and fits_across and size <= 0.8 * height * _length(down):
                middle = sum(across) / 2, sum(down) / 2
                self._print(area, index, middle, size)

    @property
    def _rows(self) -> range:
        return range(self.first[0], self.first[0] + self.values.shape[0])

    @property
    def _columns(self) -> range:
        return range(self.first[1], self.first[1] + self.values.shape[1])

    @cached_property
    def _words(self) -> dict[Pair, str]:
        """The number of each pixel by its (row, column) in `values`; empty where it is hidden."""
        hidden = np.zeros(self.values.shape, np.bool_) if self.hidden is None else self.hidden
        rows, columns = map(range, self.values.shape)
        return {
            index: "" if hidden[index] else number(self.values[index])
            for index in product(rows, columns)
        }

    @cached_property
    def _hatched(self) -> NDArray[np.bool_]:
        """Whether no window covers each pixel."""
        if self.step is None:
            return np.zeros(self.values.shape, np.bool_)
        rows, columns = self.step.axes
        return _unused(rows, self._rows)[:, np.newaxis] | _unused(columns, self._columns)

    @cached_property
    def _ground(self) -> Array:
        """The colour behind each number."""
        return np.where(self._hatched[:, :, None], marks.veil(self.colours), self.colours)

    @cached_property
    def _on_dark(self) -> NDArray[np.bool_]:
        return readable_on(self._ground)

    def _font_size(self, tallest: float, widest: float) -> float:
        """Return the size at which the longest number fits a cell of (tallest, widest) points."""
        longest = max(width_of(word, 1) for word in self._words.values()) or 1
        return min(LARGEST_NUMBER, 0.8 * widest / longest, 0.6 * tallest)

    def _print(self, area: Area, index: Pair, middle: Span, size: float) -> None:
        colour = "white" if self._on_dark[index] else INK
        text = area.write_at(
            self._words[index], *middle, size=size, color=colour, ha="center", va="center_baseline"
        )
        ground = self._ground[index] / 255
        if self._hatched[index]:
            # In a small panel the lines of a hatch are as close as strokes of a digit.
            text.set_bbox({"boxstyle": "square,pad=0.15", "facecolor": ground, "linewidth": 0})
        row, column = index[0] + self.first[0], index[1] + self.first[1]
        region = self.region
        if region and (_crosses(region.rows, row) or _crosses(region.columns, column)):
            text.set_path_effects([withStroke(linewidth=3 * area.box.scale, foreground=ground)])


def separate_pixels(area: Area, shape: Sequence[int]) -> None:
    """Draw thin lines between the pixels of an image of `shape` if they are large enough."""
    if min(area.unit) >= SMALLEST_PIXEL:
        _draw_lines(area, shape, SEPARATOR, 0.5 * page.HAIRLINE)


def label_pixels(area: Area, shape: Sequence[int]) -> None:
    """Write the numbers of a few columns and rows of an image of `shape` along its panel."""
    height, width = 2 * page.TICK, width_of(str(shape[1]), page.TICK) + 2 * page.TICK
    if page.TICK * area.box.scale < SMALLEST_LABEL:
        return
    area.label_below(_labels(area.columns, shape[1], area.width / width))
    area.label_left(_labels(area.rows, shape[0], area.height / height))


def _labels(view: Span, size: int, room: float) -> list[tuple[float, str]]:
    """Choose the pixels in view to label, for an axis of `size` that has room for some labels."""
    # The middle of a pixel must be in view.
    first, stop = max(0, math.ceil(view[0] - 0.5)), min(size, math.floor(view[1] + 0.5))
    if stop <= first:
        return []
    share = (stop - first) / _length(view)
    most = min(MOST_LABELS, int(share * room))
    return [(pixel + 0.5, str(pixel)) for pixel in page.ticks(stop - first, most, first)]


def _in_view(pixels: range, view: Span) -> dict[int, Span]:
    """Return the span in view of each pixel, if it is large enough to hold a number."""
    spans = {pixel: (max(pixel, view[0]), min(pixel + 1, view[1])) for pixel in pixels}
    return {pixel: span for pixel, span in spans.items() if _length(span) >= LEAST_VISIBLE}


def _length(span: Span) -> float:
    return span[1] - span[0]


def _longest(spans: dict[int, Span]) -> float:
    return max(map(_length, spans.values()))


def _crosses(edges: Sequence[Any], pixel: int) -> bool:
    """Return whether one of two edges runs through a pixel."""
    return any(pixel < edge < pixel + 1 for edge in edges)


def _draw_lines(area: Area, shape: Sequence[int], colour: Any, width: float) -> None:
    """Draw lines between the pixels in view of an image; `width` is in points of full scale."""
    top, left = max(area.rows[0], 0), max(area.columns[0], 0)
    bottom, right = min(area.rows[1], shape[0]), min(area.columns[1], shape[1])
    lines: list[tuple[Span, Span]] = [((left, row), (right, row)) for row in _between(top, bottom)]
    lines += [((column, bottom), (column, top)) for column in _between(left, right)]
    scaled = width * area.box.scale
    area.add(LineCollection(lines, colors=colour, linewidths=scaled), clipped=True)


def _between(first: float, last: float) -> Iterator[int]:
    """Yield the whole numbers strictly between two edges."""
    yield from range(math.floor(first) + 1, math.ceil(last))


def _unused(axis: AnyAxis, positions: range) -> NDArray[np.bool_]:
    """Return which of some positions along an axis no window covers."""
    unused = np.zeros(len(positions), np.bool_)
    for run in axis.unused():
        if run.start >= positions.stop:
            break
        unused[max(0, run.start - positions.start) : max(0, run.stop - positions.start)] = True
    return unused
