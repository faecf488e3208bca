"""An image, or a region of one, as a part of a figure, kept no larger than it is printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from poolcli.figures import marks, page
from poolcli.figures.area import IN_FRONT, Area, Span
from poolcli.figures.colours import Colouring, Range
from poolcli.figures.numbers import Numbers, is_numbered, label_pixels, separate_pixels
from poolcli.figures.page import Box
from poolcli.figures.pictures import enlarge
from poolcli.figures.shrinking import shrink, shrink_around
from poolcli.figures.style import FRAME
from poolcli.geometry import Pair, Step, around
from poolcli.geometry.region import Region

Array = NDArray[Any]


@dataclass(frozen=True)
class Panel:
    """An image as it will be printed, whole or in part.

    Spans are edges: pixel `i` spans `i` to `i + 1`.

    Attributes
    ----------
    pixels : ndarray, (H, W), (H, W, 3) or (H, W, 4)
        At most as many as the panel has dots.
    shape : (rows, columns)
        Of the image itself.
    held : (rows, columns) of spans
        The part of the image that `pixels` hold.
    shown : (rows, columns) of spans
        The part that the panel shows: with padding around it, or only a region.
    range : Range
        Of the finite values before the image was shrunk; empty if the figure's range is known.
    step : Step or None
        The iteration that the image goes into; pixels that it leaves unused are hatched.
    region : Region or None
        A region to outline.
    title : str
        The line above, in tiers with titles.
    gridded : bool
        Whether large pixels have lines between them.
    hidden : ndarray of bool, (H, W), or None
        The pixels to leave empty.
    legible : bool
        Whether the few pixels of a region are printed as numbers.
    """

    pixels: Array
    shape: Pair
    held: tuple[Span, Span]
    shown: tuple[Span, Span]
    range: Range
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
        white: float | None,
        step: Step | None = None,
        region: Region | None = None,
    ) -> Panel:
        """Make the panel of a whole image, with the padding of `step` around it.

        Parameters
        ----------
        pixels : ndarray, (H, W), (H, W, 3) or (H, W, 4)
            Not kept.
        box : Box
            The size of the panel.
        white : float or None
            The value of white; None where the range is not known.
        step : Step or None
            The iteration that the image goes into.
        region : Region or None
            A region to outline.
        """
        panel = cls._whole(pixels, box, step)
        small = shrink(pixels, _room(panel, box), white)
        own = Range.of(pixels) if white is None else Range()
        return replace(panel, pixels=small, range=own, region=region)

    @classmethod
    def partly_hidden(cls, pixels: Array, hidden: NDArray[np.bool_], box: Box) -> Panel:
        """Make the panel of one channel (H, W) without its hidden pixels."""
        panel = cls._whole(pixels, box, None)
        small, nothing = shrink_around(pixels, hidden, _room(panel, box))
        seen = Range.of(pixels[~hidden])
        return replace(panel, pixels=small, range=seen, hidden=nothing)

    @classmethod
    def zoomed(
        cls,
        pixels: Array,
        region: Region,
        box: Box,
        white: float | None,
        step: Step | None,
        part: tuple[Pair, Pair] | None = None,
    ) -> Panel:
        """Make the panel of a region, whose edges may lie within pixels.

        Parameters
        ----------
        pixels, box, white, step
            As in `of`.
        region : Region
            The region to show.
        part : ((row, column), (rows, columns)) or None
            Where `pixels` begin in the image and the image's shape, if they are a part of it.
        """
        first, shape = part or ((0, 0), (pixels.shape[0], pixels.shape[1]))
        rows = _covered(region.rows, first[0], pixels.shape[0], shape[0])
        columns = _covered(region.columns, first[1], pixels.shape[1], shape[1])
        seen = pixels[
            rows[0] - first[0] : rows[1] - first[0], columns[0] - first[1] : columns[1] - first[1]
        ]
        small = shrink(seen, (box.height, box.width), white)
        shown = _floats(region.rows), _floats(region.columns)
        return cls(small, shape, (rows, columns), shown, Range(), step, gridded=True)

    @classmethod
    def _whole(cls, pixels: Array, box: Box, step: Step | None) -> Panel:
        rows, columns = pixels.shape[:2]
        (top, bottom), (left, right) = visible_padding(box, step)
        shown = (-float(top), float(rows + bottom)), (-float(left), float(columns + right))
        held = (0.0, float(rows)), (0.0, float(columns))
        return cls(pixels, (rows, columns), held, shown, Range(), step)

    @property
    def is_flat(self) -> bool:
        """Return whether the panel shows one channel."""
        return self.pixels.ndim == 2

    @property
    def numbered(self) -> bool:
        """Return whether the pixels are printed as numbers."""
        if self.gridded:
            return self.legible and is_numbered(self.pixels, self.pixels.shape)
        return is_numbered(self.pixels, self.shape)

    @property
    def first(self) -> Pair:
        """Return the (row, column) of the first pixel in the image."""
        return round(self.held[0][0]), round(self.held[1][0])

    @property
    def labels(self) -> tuple[str, str]:
        """Return the longest labels to the left and below."""
        return str(self.shape[0]), str(self.shape[1])

    def picture(self, box: Box, colours: Colouring) -> NDArray[np.uint8]:
        """Return the dots (H, W, 3) of the panel, without marks and text."""
        own = colours(self.pixels)
        if self.hidden is not None:
            own = np.dstack([own, np.where(self.hidden, 0, 255).astype(np.uint8)])
        size = box.height, box.width
        return enlarge(own, self.held, self.shown, size, box.to_dots(page.CHECK))

    def draw(self, area: Area, colours: Colouring) -> None:
        """Draw the picture, its marks, numbers, frame and labels."""
        area = replace(area, rows=self.shown[0], columns=self.shown[1])
        area.show(self.picture(area.box, colours))
        if self.numbered:
            self.print_numbers(area, colours)
        elif self.gridded or self.pixels.shape[2:] == (4,) or self.hidden is not None:
            # Without lines, the checks behind pixels could be taken for pixels.
            separate_pixels(area, self.shape)
        if self.step:
            marks.hatch_unused(area, self.step)
        if self.step and self.shown != self.held and not self.gridded:
            marks.dash_padding(area, self.step)
        else:
            draw_frame(area)
        if self.region:
            marks.outline(area, _floats(self.region.rows), _floats(self.region.columns))
        label_pixels(area, self.shape)

    def print_numbers(self, area: Area, colours: Colouring) -> None:
        """Print the values of the pixels in them."""
        own = colours(self.pixels)
        Numbers(self.pixels, own, self.first, self.step, self.hidden, self.region).draw(area)


def draw_frame(area: Area) -> None:
    """Draw a thin line around an area."""
    (top, bottom), (left, right) = area.rows, area.columns
    corner, width, height = (left, bottom), right - left, top - bottom
    style: dict[str, Any] = {"edgecolor": FRAME, "linewidth": page.HAIRLINE * area.box.scale}
    area.add(Rectangle(corner, width, height, fill=False, zorder=IN_FRONT, **style))


def visible_padding(box: Box, step: Step | None) -> tuple[Pair, Pair]:
    """Return the padding of an iteration to draw, or none if it would be too thin to see.

    Of padding wider than the image, only as much is drawn as leaves the image recognisable.
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


def _room(panel: Panel, box: Box) -> Pair:
    """Return the (rows, columns) of dots that the image of a panel takes."""
    rows, columns = (
        (held[1] - held[0]) / (shown[1] - shown[0])
        for held, shown in zip(panel.held, panel.shown, strict=True)
    )
    return max(1, round(box.height * rows)), max(1, round(box.width * columns))


def _covered(span: Sequence[Any], first: int, length: int, size: int) -> tuple[int, int]:
    """Return the edges of the pixels that a span touches, of those given.

    Parameters
    ----------
    span : (first, last) edge
    first, length : int
        The first of the pixels given, and their number.
    size : int
        Of the image.
    """
    stop = max(1, min(int(np.ceil(float(span[1]))), size))
    start = min(max(int(np.floor(float(span[0]))), 0), stop - 1)
    return min(max(start, first), first + length), min(max(stop, first), first + length)


def _floats(span: Sequence[Any]) -> Span:
    return float(span[0]), float(span[1])
