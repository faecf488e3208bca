"""An image, or a region of one, as a part of a figure: kept no larger than it is printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from poolcli.figures import marks
from poolcli.figures.border import AROUND, Border
from poolcli.figures.cells import is_numbered, pixel_labels, print_numbers, separate_pixels
from poolcli.figures.colours import Colouring
from poolcli.figures.page import Box
from poolcli.figures.pixels import Pixels
from poolcli.figures.shrinking import shrink, shrink_around
from poolcli.figures.style import GROUND
from poolcli.geometry import Pair, Step, around
from poolcli.geometry.region import Region

Array = NDArray[Any]

CHECKERBOARD = (255, 226)
CHECK = 7.0
# Checks nearly as large as a pixel would be taken for one: there are as many along its side.
CHECKS, LEAST_CHECK = 4, 0.4

# Edges in pixels, as they are numbered: the first one begins at 0.
Span = tuple[float, float]


@dataclass(frozen=True)
class Panel:
    """An image as it will be printed, whole or in part.

    Attributes
    ----------
    pixels : ndarray, (H, W), (H, W, 3) or (H, W, 4)
        At most as many as the panel has dots.
    shape : (rows, columns)
        Of the image itself.
    held : (rows, columns) of spans
        What `pixels` holds of it.
    shown : (rows, columns) of spans
        What the panel shows: with the padding around it, or only a region.
    step : Step or None
        The iteration that the image goes into: what it leaves unused is hatched.
    region : Region or None
        What is outlined.
    title : str
        To stand above.
    gridded : bool
        Whether large pixels get lines between them.
    hidden : ndarray of bool, (H, W), or None
        Where there is nothing to show.
    legible : bool
        Whether a region has numbers where its pixels are few.
    """

    pixels: Array
    shape: tuple[int, int]
    held: tuple[Span, Span]
    shown: tuple[Span, Span]
    step: Step | None = None
    region: Region | None = None
    title: str = ""
    gridded: bool = False
    hidden: NDArray[np.bool_] | None = None
    legible: bool = False

    @classmethod
    def of(
        cls,
        pixels: Array,
        box: Box,
        full: float | None,
        step: Step | None = None,
        region: Region | None = None,
        hidden: NDArray[np.bool_] | None = None,
    ) -> Panel:
        """Keep what will be printed of a whole image, or of what is not `hidden` of one channel."""
        rows, columns = pixels.shape[:2]
        (top, bottom), (left, right) = visible_padding(box, step)
        shown = (-float(top), float(rows + bottom)), (-float(left), float(columns + right))
        room = (
            max(1, round(box.height * rows / (top + rows + bottom))),
            max(1, round(box.width * columns / (left + columns + right))),
        )
        held = (0.0, float(rows)), (0.0, float(columns))
        if hidden is None:
            small = shrink(pixels, room, full)
        else:
            small, hidden = shrink_around(pixels, hidden, room)
        return cls(small, (rows, columns), held, shown, step, region, hidden=hidden)

    @classmethod
    def zoomed(
        cls,
        pixels: Array,
        region: Region,
        box: Box,
        full: float | None,
        step: Step | None,
        part: tuple[Pair, Pair] | None = None,
    ) -> Panel:
        """Keep what will be printed of a region, which may lie between pixels.

        If `pixels` are a part of the image, `part` is where it begins and the image's shape.
        """
        (above, before), (rows, columns) = part or ((0, 0), pixels.shape[:2])
        first, last = zip(*(_covered(span) for span in (region.rows, region.columns)), strict=True)
        bottom, right = max(1, min(last[0], rows)), max(1, min(last[1], columns))
        top, left = min(max(first[0], 0), bottom - 1), min(max(first[1], 0), right - 1)
        top, bottom = (min(max(edge, above), above + pixels.shape[0]) for edge in (top, bottom))
        left, right = (min(max(edge, before), before + pixels.shape[1]) for edge in (left, right))
        seen = pixels[top - above : bottom - above, left - before : right - before]
        small = shrink(seen, (box.height, box.width), full)
        return cls(
            small,
            (rows, columns),
            ((top, bottom), (left, right)),
            (_floats(region.rows), _floats(region.columns)),
            step,
            gridded=True,
        )

    @property
    def numbered(self) -> bool:
        """Tell whether the pixels are few enough to be read as numbers."""
        if self.gridded:
            return self.legible and is_numbered(self.pixels, self.pixels.shape)
        return is_numbered(self.pixels, self.shape)

    @property
    def labels(self) -> tuple[str, str]:
        """Give the longest numbers at its rows and columns."""
        return str(self.shape[0]), str(self.shape[1])

    def draw(self, axes: Axes, box: Box, colours: Colouring) -> None:
        """Fill `axes`, whose size is `box`; they count the pixels of the image."""
        shown = colours(self.pixels)
        if self.hidden is not None:
            shown = np.dstack([shown, np.where(self.hidden, 0, 255).astype(np.uint8)])
        (top, bottom), (left, right) = self.held
        extent = (left - 0.5, right - 0.5, bottom - 0.5, top - 0.5)
        axes.set_facecolor(GROUND)
        if shown.shape[2] == 4:
            ground = checkerboard(box, min(box.height / (bottom - top), box.width / (right - left)))
            axes.add_image(Pixels(axes, ground, extent))
        axes.add_image(Pixels(axes, shown, extent))
        (top, bottom), (left, right) = self.shown
        axes.set(xlim=(left - 0.5, right - 0.5), ylim=(bottom - 0.5, top - 0.5))
        if self.numbered:
            first = [round(edges[0]) for edges in self.held]
            values, ground = self.pixels, shown[:, :, :3]
            print_numbers(axes, box, values, ground, self.step, first, self.hidden, self.region)
        elif self.gridded or shown.shape[2] == 4:
            # Without lines the checks below pixels could be taken for these.
            separate_pixels(axes, box, self.shape)
        if self.step:
            marks.hatch_unused(axes, self.step, box.scale)
        frame = AROUND
        if self.step and self.shown != self.held and not self.gridded:
            frame = ()
            marks.dash_padding(axes, self.step, box.scale)
        if self.region:
            spans = _floats(self.region.rows), _floats(self.region.columns)
            marks.outline(axes, *spans, box.scale)
        labels = pixel_labels(box, *self.shown, self.shape)
        axes.add_artist(Border(axes, box, *labels, frame))


def visible_padding(box: Box, step: Step | None) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the padding of an iteration to draw, or none if it would be too thin to see.

    Of padding wider than the image no more is drawn: the image would hardly be seen in it.
    """
    if step is None:
        return (0, 0), (0, 0)
    rows, columns = (
        (min(before, around(size)), min(after, around(size)))
        for (before, after), size in zip(step.padding, step.input_shape, strict=True)
    )
    sizes = box.to_points(box.height), box.to_points(box.width)
    widest = max(
        max(sides) * points / (size + sum(sides))
        for sides, points, size in zip((rows, columns), sizes, step.input_shape, strict=True)
    )
    return (rows, columns) if widest >= marks.LEAST_PADDING else ((0, 0), (0, 0))


def checkerboard(box: Box, pixel: float) -> NDArray[np.uint8]:
    """Make the ground (H, W, 3) that transparent pixels, `pixel` dots wide, let through."""
    side = max(1, box.to_dots(CHECK))
    if pixel > CHECKS * LEAST_CHECK * side:
        side = round(pixel / CHECKS)
    row, column = np.arange(box.height)[:, None] // side, np.arange(box.width) // side
    gray = np.array(CHECKERBOARD, np.uint8)[(row + column) % 2]
    return np.repeat(gray[:, :, None], 3, axis=2)


def _covered(span: Sequence[Any]) -> tuple[int, int]:
    """Give the first and (not with) the last pixel that a span touches."""
    return int(np.floor(float(span[0]))), int(np.ceil(float(span[1])))


def _floats(span: Sequence[Any]) -> Span:
    return float(span[0]), float(span[1])
