"""Where everything stands on the page; plain arithmetic.

Lengths are in points (1/72 inch), like sizes of type, or in dots, the pixels of the page.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Rectangle = tuple[float, float, float, float]

PANEL_AREA = 327.0 * 218.0  # square points: a photo of 3:2
LONGEST_PAGE = 1728.0
ASPECTS = (1 / 4, 5.0)  # columns to rows; a panel beyond is stretched to stay visible
DOTS_PER_INCH = 140.0
FINEST = 190.0

HEADING, TITLE, CAPTION, TICK = 16.0, 11.5, 10.0, 8.0  # sizes of type
LEADING = 1.28
HAIRLINE, GRIDLINE = 0.6, 0.8
EDGE = 10.0
GAP = 11.0
TICKS_BELOW = 15.0
CAPTION_WIDTH = (150.0, 230.0)  # what a caption is thought to need, and what it may have
NARROWEST_PAGE = 380.0
BAR = 11.0


@dataclass(frozen=True)
class Box:
    """The place of every panel, decided before the first panel is there.

    Attributes
    ----------
    width, height : int
        In dots.
    dots : float
        Dots per inch.
    scale : float, at most 1
        Shrinks type and distances where very many panels share a page.
    columns : int
        How many panels stand side by side.
    """

    width: int
    height: int
    dots: float
    scale: float
    columns: int

    @classmethod
    def of(cls, panels: int, shape: Sequence[int]) -> Box:
        """Choose the box for `panels` panels of which the first shows an image of `shape`."""
        rows, columns = shape
        aspect = min(max(columns / rows, ASPECTS[0]), ASPECTS[1])
        width, height = math.sqrt(PANEL_AREA * aspect), math.sqrt(PANEL_AREA / aspect)
        pitch = max(width, CAPTION_WIDTH[0]) + 2 * GAP, height + 5 * LEADING * CAPTION
        across = _columns(panels, aspect, *pitch)
        down = math.ceil(panels / across)
        scale = min(1.0, LONGEST_PAGE / (across * pitch[0]), LONGEST_PAGE / (down * pitch[1]))
        dots = _resolution(scale * width, columns)
        inch = scale * dots / 72
        return cls(round(width * inch), round(height * inch), dots, scale, across)

    def to_dots(self, points: float) -> int:
        """Convert a length on the page, shrunk as its type is, to whole dots."""
        return round(points * self.scale * self.dots / 72)

    def to_points(self, dots: float) -> float:
        """Convert dots to points of full scale."""
        return dots * 72 / self.dots / self.scale


@dataclass(frozen=True)
class Page:
    """A page of panels.

    Attributes
    ----------
    width, height : int
        In dots.
    corners : sequence of (left, bottom)
        Of each panel's box, in dots from the page's lower left corner.
    left, text_width : int
        Where the heading begins and how long it may be, in dots.
    bar_left : int
        Where a colour bar begins, in dots.
    """

    box: Box
    width: int
    height: int
    corners: Sequence[tuple[int, int]]
    left: int
    text_width: int
    bar_left: int

    @classmethod
    def of(
        cls,
        box: Box,
        panels: int,
        *,
        caption_lines: int,
        caption_width: float,
        row_labels: float,
        column_labels: float,
        bar_labels: float | None,
    ) -> Page:
        """Lay out `panels` boxes.

        Parameters
        ----------
        caption_width, row_labels, column_labels : float
            The widest text above a panel, to its left and below it, in points of full scale.
        bar_labels : float or None
            The widest number at the colour bar; None if there is no bar.
        """
        dots = box.to_dots
        across, down = min(box.columns, panels), math.ceil(panels / box.columns)
        left = dots(EDGE + row_labels + 6)
        gap = max(left - dots(EDGE), dots(column_labels / 2)) + dots(GAP)
        right = dots(max(EDGE, column_labels / 2 + 2))
        if bar_labels is not None:
            right = dots(2 * GAP + BAR + 6 + bar_labels + EDGE)
        text_width = dots(caption_width)
        pitch = max(box.width + gap, text_width + dots(1.5 * GAP))
        last = max(box.width + right, text_width + (dots(EDGE) if bar_labels is None else right))
        width = max(left + (across - 1) * pitch + last, dots(NARROWEST_PAGE))

        top = dots(EDGE + HEADING * LEADING + 3)
        above, below = dots(caption_height(caption_lines)), dots(TICKS_BELOW)
        row_pitch = above + box.height + below + dots(GAP * 0.6)
        height = top + down * row_pitch - dots(GAP * 0.6) + dots(EDGE * 0.6)
        corners = [
            (
                left + (index % across) * pitch,
                height - top - (index // across) * row_pitch - above - box.height,
            )
            for index in range(panels)
        ]
        bar = left + (across - 1) * pitch + max(box.width, text_width) + dots(2 * GAP)
        return cls(box, width, height, corners, left, width - left - dots(EDGE), bar)

    def bar(self) -> tuple[int, int, int, int]:
        """Place the colour bar (left, bottom, width, height) beside the last column."""
        bottom = min(bottom for _, bottom in self.corners)
        top = max(bottom for _, bottom in self.corners) + self.box.height
        return self.bar_left, bottom, self.box.to_dots(BAR), top - bottom

    def fractions(self, left: int, bottom: int, width: int, height: int) -> Rectangle:
        """Convert a rectangle of dots to shares of the page."""
        return left / self.width, bottom / self.height, width / self.width, height / self.height


def caption_height(lines: int) -> float:
    """Give the height of a caption with its distance to what stands above and below, in points."""
    return baselines(lines)[0] + TITLE


def baselines(lines: int) -> list[float]:
    """Give how far above the panel each line of its caption stands, in points."""
    return [5 + LEADING * CAPTION * line for line in reversed(range(lines))]


def ticks(size: int, most: int) -> list[int]:
    """Choose at most `most` pixels, at round distances, to number along an axis of `size`."""
    most = max(most, 1)
    magnitude = 1
    while True:
        for step in (magnitude, 2 * magnitude, 5 * magnitude):
            if (size - 1) // step + 1 <= most:
                return list(range(0, size, step))
        magnitude *= 10


def _columns(panels: int, aspect: float, pitch: float, row_pitch: float) -> int:
    """Choose how many panels stand side by side: all if they are few, else a page like a slide."""
    if panels <= 5 and aspect <= 2:
        return panels

    def strangeness(across: int) -> float:
        down = math.ceil(panels / across)
        shape = math.log(across * pitch / (down * row_pitch) / (16 / 9))
        return abs(shape) + (across * down - panels) / panels

    return min(range(1, panels + 1), key=strangeness)


def _resolution(width: float, columns: int) -> float:
    """Choose dots per inch so that a pixel of the first panel is a whole number of dots.

    Enlarged by a fraction, pixels would differ in size. An image with more pixels than dots
    is shrunk anyhow.
    """
    inches = width / 72
    enlarged = max(1, round(DOTS_PER_INCH * inches / columns)) * columns
    return enlarged / inches if enlarged <= FINEST * inches else DOTS_PER_INCH
