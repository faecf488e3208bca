"""A rectangle of a page, with coordinates of its own, and the artists placed in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Bbox, Transform, TransformedBbox
from numpy.typing import NDArray

from poolcli.figures import page
from poolcli.figures.page import Box, Rectangle
from poolcli.figures.style import FRAME, QUIET

Span = tuple[float, float]
Point = tuple[float, float]

TICK_LENGTH, TICK_PAD = 3.0, 2.0  # points


@dataclass(frozen=True)
class Area:
    """A rectangle of a figure.

    Its coordinates are (column, row): of an image, pixel `i` spans `i` to `i + 1`.

    Attributes
    ----------
    figure : Figure
    box : Box
        The resolution and scale of the page.
    rectangle : (left, bottom, width, height)
        In dots.
    columns : (left, right)
        The coordinates of the left and the right edge.
    rows : (top, bottom)
        The coordinates of the upper and the lower edge.
    """

    figure: Figure
    box: Box
    rectangle: Rectangle
    columns: Span = (0.0, 1.0)
    rows: Span = (0.0, 1.0)

    @property
    def height(self) -> float:
        """Return the height in points of full scale."""
        return self.box.to_points(self.rectangle[3])

    @property
    def width(self) -> float:
        """Return the width in points of full scale."""
        return self.box.to_points(self.rectangle[2])

    @property
    def unit(self) -> tuple[float, float]:
        """Return the (height, width) of one row and one column, in points of full scale."""
        (top, bottom), (left, right) = self.rows, self.columns
        return self.height / abs(bottom - top), self.width / abs(right - left)

    @property
    def transform(self) -> Transform:
        """Return the transform from (column, row) to the display."""
        left, bottom, width, height = self.rectangle
        scale = width / (self.columns[1] - self.columns[0]), height / (self.rows[0] - self.rows[1])
        to_dots = Affine2D().translate(-self.columns[0], -self.rows[1]).scale(*scale)
        return to_dots.translate(left, bottom) + page_transform(self.figure, self.box)

    def to_dots(self, column: float, row: float) -> Point:
        """Return the (x, y) of a position on the page, in dots."""
        left, bottom, width, height = self.rectangle
        x = left + (column - self.columns[0]) / (self.columns[1] - self.columns[0]) * width
        y = bottom + (row - self.rows[1]) / (self.rows[0] - self.rows[1]) * height
        return x, y

    def add(self, artist: Artist, *, clipped: bool = False) -> None:
        """Add an artist that is defined in (column, row)."""
        artist.set_transform(self.transform)
        self.figure.add_artist(artist)
        if clipped:
            left, bottom, width, height = self.rectangle
            bounds = Bbox.from_bounds(left, bottom, width, height)
            artist.set_clip_box(TransformedBbox(bounds, page_transform(self.figure, self.box)))

    def show(self, picture: NDArray[np.uint8]) -> None:
        """Draw a picture (H, W, 3), one pixel per dot, from the upper left corner."""
        left, bottom, _, height = self.rectangle
        self.figure.figimage(picture, left, bottom + height - len(picture), origin="upper")

    def write(
        self, text: str, corner: Point, offset: Point = (0, 0), *, size: float, **style: Any
    ) -> Text:
        """Write a line of text.

        Parameters
        ----------
        corner : (across, up)
            As shares of the rectangle, from its lower left corner.
        offset : (across, up)
            Distance from there, in points of full scale.
        size : float
            Font size in points of full scale.
        **style
            Further properties of the text.
        """
        left, bottom, width, height = self.rectangle
        position = left + corner[0] * width, bottom + corner[1] * height
        return self._write(text, position, offset, size, style)

    def write_at(
        self,
        text: str,
        column: float,
        row: float,
        offset: Point = (0, 0),
        *,
        size: float,
        **style: Any,
    ) -> Text:
        """Write a line of text at a (column, row); see `write`."""
        return self._write(text, self.to_dots(column, row), offset, size, style)

    def _write(
        self, text: str, position: Point, offset: Point, size: float, style: dict[str, Any]
    ) -> Text:
        x, y = (at + self.box.length(by) for at, by in zip(position, offset, strict=True))
        transform = page_transform(self.figure, self.box)
        scaled = size * self.box.scale
        return self.figure.text(x, y, text, size=scaled, transform=transform, **style)

    def label_below(self, labels: Iterable[tuple[float, str]]) -> None:
        """Draw ticks below the rectangle at some columns, each with its label."""
        ticks = []
        for column, label in labels:
            x, y = self.to_dots(column, self.rows[1])
            ticks.append([(x, y), (x, y - self.box.length(TICK_LENGTH))])
            offset = 0.0, -TICK_LENGTH - TICK_PAD
            self._write(label, (x, y), offset, page.TICK, {**_BELOW, "color": QUIET})
        self._draw_ticks(ticks)

    def label_left(self, labels: Iterable[tuple[float, str]]) -> None:
        """Draw ticks to the left of the rectangle at some rows, each with its label."""
        self._label_side(labels, self.columns[0], -1)

    def label_right(self, labels: Iterable[tuple[float, str]]) -> None:
        """Draw ticks to the right of the rectangle at some rows, each with its label."""
        self._label_side(labels, self.columns[1], 1)

    def _label_side(self, labels: Iterable[tuple[float, str]], edge: float, sign: int) -> None:
        ticks = []
        style = {"ha": "left" if sign > 0 else "right", "va": "center_baseline", "color": QUIET}
        for row, label in labels:
            x, y = self.to_dots(edge, row)
            ticks.append([(x, y), (x + sign * self.box.length(TICK_LENGTH), y)])
            offset = sign * (TICK_LENGTH + TICK_PAD), 0.0
            self._write(label, (x, y), offset, page.TICK, style)
        self._draw_ticks(ticks)

    def _draw_ticks(self, ticks: Sequence[Sequence[Point]]) -> None:
        if ticks:
            width = page.HAIRLINE * self.box.scale
            lines = LineCollection(ticks, colors=FRAME, linewidths=width, zorder=IN_FRONT)
            lines.set_transform(page_transform(self.figure, self.box))
            self.figure.add_artist(lines)


IN_FRONT = 2.5  # zorder of frames and ticks: above images, patches and lines
_BELOW = {"ha": "center", "va": "top"}


def page_transform(figure: Figure, box: Box) -> Transform:
    """Return the transform from dots of the page to the display, whatever its resolution."""
    return Affine2D().scale(1 / box.dots) + figure.dpi_scale_trans
