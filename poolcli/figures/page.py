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

HEADING, TITLE, CAPTION, TICK, FOOTER = 16.0, 11.5, 10.0, 8.0, 7.5  # sizes of type
LEADING = 1.28
HAIRLINE, GRIDLINE = 0.6, 0.8
EDGE = 10.0
GAP = 11.0
TICKS_BELOW = 15.0
LABEL = 1.7 * TITLE  # what a tier's label takes, written upwards
CAPTION_WIDTH = (150.0, 222.0)  # what a caption is thought to need, and what it may have
NARROWEST_PAGE = 380.0
BAR = 11.0


@dataclass(frozen=True)
class Tier:
    """One part of every cell of a page, such as the zooms: they stand on one line.

    Attributes
    ----------
    height : float
        In heights of a panel.
    titled : bool
        Whether each part has a line of type above it. The first tier has the captions there.
    label : str
        Written upwards to the left of the tier; empty for none.
    named : bool
        Whether a line of small type below its ticks names what they count.
    """

    height: float = 1.0
    titled: bool = False
    label: str = ""
    named: bool = False

    @property
    def below(self) -> float:
        """Give the room below a part for its ticks, in points."""
        return TICKS_BELOW + LEADING * TICK * self.named

    @property
    def above(self) -> float:
        """Give the room above a part for its title, in points."""
        return 5 + LEADING * CAPTION if self.titled else GAP * 0.6


OVERVIEW = (Tier(),)


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
        How many cells stand side by side.
    """

    width: int
    height: int
    dots: float
    scale: float
    columns: int

    @classmethod
    def of(cls, cells: int, shape: Sequence[int], tiers: Sequence[Tier] = OVERVIEW) -> Box:
        """Choose the box for panels of which the first shows an image of `shape`."""
        aspect = aspect_of(shape)
        width, height = math.sqrt(PANEL_AREA * aspect), math.sqrt(PANEL_AREA / aspect)
        below = sum(tier.above + height * tier.height + tier.below for tier in tiers[1:])
        pitch = (
            max(width, CAPTION_WIDTH[0]) + 2 * GAP,
            height * tiers[0].height + 5 * LEADING * CAPTION + below,
        )
        across = _columns(cells, aspect, *pitch)
        down = math.ceil(cells / across)
        scale = min(1.0, LONGEST_PAGE / (across * pitch[0]), LONGEST_PAGE / (down * pitch[1]))
        dots = _resolution(scale * width, shape[1])
        inch = scale * dots / 72
        return cls(round(width * inch), round(height * inch), dots, scale, across)

    def to_dots(self, points: float) -> int:
        """Convert a length on the page, shrunk as its type is, to whole dots."""
        return round(points * self.scale * self.dots / 72)

    def to_points(self, dots: float) -> float:
        """Convert dots to points of full scale."""
        return dots * 72 / self.dots / self.scale


@dataclass(frozen=True)
class Margins:
    """What the text around panels needs, in points of full scale.

    Attributes
    ----------
    caption_lines : int
        How many lines the longest caption has.
    caption, row_labels, column_labels : float
        The widest text above a part, to its left and below it.
    bar_labels : float or None
        The widest number at a colour bar; None if there is no bar.
    footer_lines : int
        How many lines stand at the bottom.
    """

    caption_lines: int
    caption: float
    row_labels: float
    column_labels: float
    bar_labels: float | None = None
    footer_lines: int = 0


@dataclass(frozen=True)
class Page:
    """A page of cells, each a stack of parts.

    Attributes
    ----------
    width, height : int
        In dots.
    corners : sequence of sequence of (left, bottom)
        Of each part of each cell, in dots from the page's lower left corner.
    left, text_width : int
        Where heading and footer begin and how long they may be, in dots.
    bar_left : int
        Where colour bars begin, in dots.
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
    def of(cls, box: Box, cells: int, tiers: Sequence[Tier], margins: Margins) -> Page:
        """Lay out `cells` stacks of parts, one part for each tier."""
        dots = box.to_dots
        across, down = min(box.columns, cells), math.ceil(cells / box.columns)
        outside = EDGE + LABEL * any(tier.label for tier in tiers)
        left = dots(outside + margins.row_labels + 6)
        half_label = margins.column_labels / 2
        gap = max(left - dots(outside), dots(half_label)) + dots(GAP)
        right = dots(max(EDGE, half_label + 2))
        has_bar = margins.bar_labels is not None
        if margins.bar_labels is not None:
            right = dots(2 * GAP + BAR + 6 + margins.bar_labels + EDGE)
        caption = dots(margins.caption)
        pitch = max(box.width + gap, caption + dots(1.5 * GAP))
        last = max(box.width + right, caption + (right if has_bar else dots(EDGE)))
        width = max(left + (across - 1) * pitch + last, dots(NARROWEST_PAGE))

        tops, depth = [], dots(caption_height(margins.caption_lines))
        for index, tier in enumerate(tiers):
            depth += dots(tier.above) if index else 0
            depth += round(box.height * tier.height)
            tops.append(depth)
            depth += dots(tier.below)
        top, between = dots(EDGE + HEADING * LEADING + 3), dots(GAP * 0.6)
        bottom = dots(EDGE * 0.6 + footer_height(margins.footer_lines))
        height = top + down * (depth + between) - between + bottom
        corners = [
            [
                (left + (index % across) * pitch, height - top - start - depth_of_tier)
                for depth_of_tier in tops
            ]
            for index in range(cells)
            for start in [(index // across) * (depth + between)]
        ]
        bar = left + (across - 1) * pitch + max(box.width, caption) + dots(2 * GAP)
        return cls(box, tiers, width, height, corners, left, width - left - dots(EDGE), bar)

    def place(self, cell: int, tier: int) -> Rectangle:
        """Place a part on the page, as shares of it (left, bottom, width, height)."""
        left, bottom = self.corners[cell][tier]
        height = round(self.box.height * self.tiers[tier].height)
        return self._fractions(left, bottom, self.box.width, height)

    def bar(self, first: int, last: int) -> Rectangle:
        """Place a colour bar beside the tiers from `first` to `last`, as shares of the page."""
        bottom, top = self.corners[0][last][1], self.corners[0][first][1]
        top += round(self.box.height * self.tiers[first].height)
        return self._fractions(self.bar_left, bottom, self.box.to_dots(BAR), top - bottom)

    def _fractions(self, left: int, bottom: int, width: int, height: int) -> Rectangle:
        return left / self.width, bottom / self.height, width / self.width, height / self.height


def aspect_of(shape: Sequence[int]) -> float:
    """Give the proportions, columns to rows, that an image of `shape` is shown in."""
    return min(max(shape[1] / shape[0], ASPECTS[0]), ASPECTS[1])


def caption_height(lines: int) -> float:
    """Give the height of a caption with its distance to what stands above and below, in points."""
    return baselines(lines)[0] + TITLE


def footer_height(lines: int) -> float:
    """Give the height of a footer with its distance to what stands above, in points."""
    return lines * LEADING * FOOTER + 3 if lines else 0.0


def baselines(lines: int) -> list[float]:
    """Give how far above the panel each line of its caption stands, in points."""
    return [5 + LEADING * CAPTION * line for line in reversed(range(lines))]


def ticks(size: int, most: int, first: int = 0) -> list[int]:
    """Choose at most `most` of `size` pixels, at round distances, to number along an axis."""
    most = max(most, 1)
    magnitude = 1
    while True:
        for step in (magnitude, 2 * magnitude, 5 * magnitude):
            marks = range(-(-first // step) * step, first + size, step)
            if len(marks) <= most:
                return list(marks) or [first]
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
