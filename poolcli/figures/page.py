"""The geometry of a page, in plain arithmetic.

Lengths are in points (1/72 inch), as font sizes are, or in dots, the pixels of the page.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Rectangle = tuple[int, int, int, int]  # left, bottom, width, height; in dots

PANEL_AREA = 327.0 * 218.0  # square points: a photo of 3:2
LONGEST_PAGE = 1728.0
ASPECTS = (1 / 4, 5.0)  # columns to rows; a panel beyond is stretched to stay visible
DOTS_PER_INCH = 140.0
FINEST = 190.0

HEADING, TITLE, CAPTION, TICK, FOOTER = 16.0, 11.5, 10.0, 8.0, 7.5  # font sizes
LEADING = 1.28
HAIRLINE, GRIDLINE = 0.6, 0.8
EDGE = 10.0
GAP = 11.0
TICKS_BELOW = 15.0
LABEL = 1.7 * TITLE  # width of a tier's label, which is rotated
CAPTION_WIDTH = (150.0, 222.0)  # usual and largest width of a caption
NARROWEST_PAGE = 380.0
BAR = 11.0
CHECK = 7.0  # side of a check of the ground behind transparent pixels


@dataclass(frozen=True)
class Tier:
    """One row of parts that all stacks of a page have, such as the zooms.

    Attributes
    ----------
    height : float
        As a multiple of a panel's height.
    titled : bool
        Whether each part has a line of text above it. The first tier has the captions there.
    label : str
        Rotated text to the left of the tier; empty for none.
    named : bool
        Whether a line of text below the tick labels names the axis.
    """

    height: float = 1.0
    titled: bool = False
    label: str = ""
    named: bool = False

    @property
    def below(self) -> float:
        """Return the height reserved below a part for its ticks, in points."""
        return TICKS_BELOW + LEADING * TICK if self.named else TICKS_BELOW

    @property
    def above(self) -> float:
        """Return the height reserved above a part for its title, in points."""
        return 5 + LEADING * CAPTION if self.titled else GAP * 0.6


OVERVIEW = (Tier(),)


@dataclass(frozen=True)
class Box:
    """The size of every panel, chosen before the first panel exists.

    Attributes
    ----------
    width, height : int
        In dots.
    dots : float
        Dots per inch.
    scale : float, at most 1
        Factor for font sizes and distances, below 1 on crowded pages.
    columns : int
        Number of stacks side by side.
    """

    width: int
    height: int
    dots: float
    scale: float
    columns: int

    @classmethod
    def of(cls, stacks: int, shape: Sequence[int], tiers: Sequence[Tier] = OVERVIEW) -> Box:
        """Choose the size of panels of which the first shows an image of `shape`."""
        aspect = aspect_of(shape)
        width, height = math.sqrt(PANEL_AREA * aspect), math.sqrt(PANEL_AREA / aspect)
        below = sum(tier.above + height * tier.height + tier.below for tier in tiers[1:])
        pitch = (
            max(width, CAPTION_WIDTH[0]) + 2 * GAP,
            height * tiers[0].height + 5 * LEADING * CAPTION + below,
        )
        across = _columns(stacks, aspect, *pitch)
        down = math.ceil(stacks / across)
        scale = min(1.0, LONGEST_PAGE / (across * pitch[0]), LONGEST_PAGE / (down * pitch[1]))
        dots = _resolution(scale * width, shape[1])
        inch = scale * dots / 72
        return cls(round(width * inch), round(height * inch), dots, scale, across)

    def to_dots(self, points: float) -> int:
        """Convert points of full scale to whole dots."""
        return round(self.length(points))

    def length(self, points: float) -> float:
        """Convert points of full scale to dots."""
        return points * self.scale * self.dots / 72

    def to_points(self, dots: float) -> float:
        """Convert dots to points of full scale."""
        return dots * 72 / self.dots / self.scale


@dataclass(frozen=True)
class Margins:
    """The extent of the text around panels, in points of full scale.

    Attributes
    ----------
    caption_lines : int
        Number of lines of the longest caption.
    caption, row_labels, column_labels : float
        Width of the widest text above a part, to its left and below it.
    bar_labels : float or None
        Width of the widest label of a colour bar; None if there is no bar.
    footer_lines : int
        Number of lines at the bottom.
    """

    caption_lines: int
    caption: float
    row_labels: float
    column_labels: float
    bar_labels: float | None = None
    footer_lines: int = 0


@dataclass(frozen=True)
class Page:
    """The rectangles of all parts on a page of stacks.

    Attributes
    ----------
    width, height : int
        In dots.
    corners : sequence of sequence of (left, bottom)
        Of each part of each stack, in dots from the page's lower left corner.
    left, text_width : int
        Left edge and largest width of heading and footer, in dots.
    bar_left : int
        Left edge of colour bars, in dots.
    """

    box: Box
    tiers: Sequence[Tier]
    width: int
    height: int
    corners: Sequence[Sequence[tuple[int, int]]]
    left: int
    text_width: int
    bar_left: int

    @classmethod
    def of(cls, box: Box, stacks: int, tiers: Sequence[Tier], margins: Margins) -> Page:
        """Lay out stacks of parts, one part per tier."""
        dots = box.to_dots
        across, down = min(box.columns, stacks), math.ceil(stacks / box.columns)
        outside = EDGE + LABEL if any(tier.label for tier in tiers) else EDGE
        left = dots(outside + margins.row_labels + 6)
        half_label = margins.column_labels / 2
        gap = max(left - dots(outside), dots(half_label)) + dots(GAP)
        right = dots(max(EDGE, half_label + 2))
        beside_caption = dots(EDGE)
        if margins.bar_labels is not None:
            right = beside_caption = dots(2 * GAP + BAR + 6 + margins.bar_labels + EDGE)
        caption = dots(margins.caption)
        pitch = max(box.width + gap, caption + dots(1.5 * GAP))
        last = max(box.width + right, caption + beside_caption)
        width = max(left + (across - 1) * pitch + last, dots(NARROWEST_PAGE))

        depths, depth = _depths(box, tiers, margins.caption_lines)
        top, between = dots(EDGE + HEADING * LEADING + 3), dots(GAP * 0.6)
        bottom = dots(EDGE * 0.6 + footer_height(margins.footer_lines))
        height = top + down * (depth + between) - between + bottom
        corners = []
        for index in range(stacks):
            row, column = divmod(index, across)
            start = height - top - row * (depth + between)
            corners.append([(left + column * pitch, start - below) for below in depths])
        bar = left + (across - 1) * pitch + max(box.width, caption) + dots(2 * GAP)
        return cls(box, tiers, width, height, corners, left, width - left - dots(EDGE), bar)

    def rectangle(self, stack: int, tier: int) -> Rectangle:
        """Return the rectangle of a part."""
        left, bottom = self.corners[stack][tier]
        return left, bottom, self.box.width, round(self.box.height * self.tiers[tier].height)

    def bar_rectangle(self, first: int, last: int) -> Rectangle:
        """Return the rectangle of a colour bar beside the tiers from `first` to `last`."""
        bottom, top = self.corners[0][last][1], self.corners[0][first][1]
        top += round(self.box.height * self.tiers[first].height)
        return self.bar_left, bottom, self.box.to_dots(BAR), top - bottom


def _depths(box: Box, tiers: Sequence[Tier], caption_lines: int) -> tuple[list[int], int]:
    """Return how far the bottom of each tier and of the stack lie below a stack's top, in dots."""
    depths, depth = [], box.to_dots(caption_height(caption_lines))
    for index, tier in enumerate(tiers):
        if index:
            depth += box.to_dots(tier.above)
        depth += round(box.height * tier.height)
        depths.append(depth)
        depth += box.to_dots(tier.below)
    return depths, depth


def aspect_of(shape: Sequence[int]) -> float:
    """Return the ratio of width to height in which an image of `shape` is drawn."""
    return min(max(shape[1] / shape[0], ASPECTS[0]), ASPECTS[1])


def caption_height(lines: int) -> float:
    """Return the height of a caption and the space above and below it, in points."""
    return baselines(lines)[0] + TITLE


def footer_height(lines: int) -> float:
    """Return the height of a footer and the space above it, in points."""
    return lines * LEADING * FOOTER + 3 if lines else 0.0


def baselines(lines: int) -> list[float]:
    """Return the height of each caption line above the panel, in points."""
    return [5 + LEADING * CAPTION * line for line in reversed(range(lines))]


def ticks(size: int, most: int, first: int = 0) -> list[int]:
    """Return at most `most` of `size` pixels, at round distances, to label along an axis."""
    most = max(most, 1)
    magnitude = 1
    while True:
        for step in (magnitude, 2 * magnitude, 5 * magnitude):
            marks = range(-(-first // step) * step, first + size, step)
            if len(marks) <= most:
                return list(marks) or [first]
        magnitude *= 10


def _columns(panels: int, aspect: float, pitch: float, row_pitch: float) -> int:
    """Choose the number of panels per row: all if they are few, else for a page of 16:9."""
    if panels <= 5 and aspect <= 2:
        return panels

    def deviation(across: int) -> float:
        down = math.ceil(panels / across)
        shape = math.log(across * pitch / (down * row_pitch) / (16 / 9))
        return abs(shape) + (across * down - panels) / panels

    return min(range(1, panels + 1), key=deviation)


def _resolution(width: float, columns: int) -> float:
    """Choose dots per inch so that a pixel of the first panel is a whole number of dots.

    With a fractional factor, enlarged pixels would differ in size. An image with more pixels than
    dots is shrunk in any case.
    """
    inches = width / 72
    enlarged = max(1, round(DOTS_PER_INCH * inches / columns)) * columns
    return enlarged / inches if enlarged <= FINEST * inches else DOTS_PER_INCH
