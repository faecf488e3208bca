"""One image of a figure: kept no larger than it is printed, and drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from poolcli.figures import page
from poolcli.figures.colours import readable_on
from poolcli.figures.page import Box
from poolcli.figures.style import FRAME, INK, QUIET, style_ticks
from poolcli.figures.text import fitted, number, printable, width_of
from poolcli.opencv import cv2

Array = NDArray[Any]

MOST_NUMBERS = 16  # rows or columns whose pixels are printed as numbers
LARGEST_NUMBER = 20.0  # points
MOST_LABELS, SMALLEST_LABEL = 6, 4.0  # along an axis; points
CHECKERBOARD = (255, 226)
CHECK = 7.0


@dataclass(frozen=True)
class Panel:
    """An image as it will be printed.

    Attributes
    ----------
    pixels : ndarray, (H, W), (H, W, 3) or (H, W, 4)
        At most as many as the panel has dots.
    shape : (rows, columns)
        Of the image itself.
    caption : sequence of str
        Lines to stand above, the title first.
    """

    pixels: Array
    shape: tuple[int, int]
    caption: Sequence[str]

    @classmethod
    def of(cls, pixels: Array, caption: Sequence[str], box: Box, full: float | None) -> Panel:
        """Keep what will be printed of an image and of its caption."""
        rows, columns = pixels.shape[:2]
        room = max(box.to_points(box.width), page.CAPTION_WIDTH[1])
        title, *others = map(printable, caption)
        title = fitted(title, room, page.TITLE, "bold")
        others = [fitted(line, room, page.CAPTION) for line in others]
        return cls(shrink(pixels, box, full), (rows, columns), [title, *others])

    @property
    def caption_width(self) -> float:
        """Measure the longest line of the caption, in points of full scale."""
        title, *others = self.caption
        widths = [width_of(line, page.CAPTION) for line in others]
        return max([width_of(title, page.TITLE, "bold"), *widths])

    @property
    def numbered(self) -> bool:
        """Tell whether the pixels are few enough to be read as numbers."""
        return self.pixels.ndim == 2 and max(self.shape) <= MOST_NUMBERS

    def draw(self, axes: Axes, box: Box, colours: Callable[[Array], Array], lines: int) -> None:
        """Fill `axes`, whose size is `box`, with the panel; its axes count its own pixels.

        Captions begin `lines` lines above the panel, so that titles stand on one line.
        """
        rows, columns = self.shape
        extent = (-0.5, columns - 0.5, rows - 0.5, -0.5)
        shown = colours(self.pixels)
        if shown.shape[2] == 4:
            axes.imshow(checkerboard(box), extent=extent, aspect="auto", interpolation="nearest")
        axes.imshow(shown, extent=extent, aspect="auto", interpolation="nearest")
        axes.set(xlim=extent[:2], ylim=extent[2:])
        if self.numbered:
            _print_numbers(axes, box, self.pixels, shown)
        _label_pixels(axes, box, rows, columns)
        _write_caption(axes, box, self.caption, lines)


def shrink(pixels: Array, box: Box, full: float | None) -> Array:
    """Copy an image, averaged on each axis that has more pixels than the box has dots.

    Parameters
    ----------
    pixels : ndarray, (H, W), (H, W, 3) or (H, W, 4)
        Four channels are RGBA; colour is averaged by its alpha, and what is hidden is 0.
    full : float or None
        The value of white; None where the range is not known, which averages unclipped.

    Returns
    -------
    ndarray, at most (box.height, box.width)
        Float64 if OpenCV cannot average the type.
    """
    rows, columns = min(pixels.shape[0], box.height), min(pixels.shape[1], box.width)
    if (rows, columns) == pixels.shape[:2]:
        return pixels.copy()
    if pixels.dtype not in (np.uint8, np.uint16, np.float32):
        pixels = pixels.astype(np.float64)
    pixels = np.ascontiguousarray(pixels)
    if pixels.dtype.kind == "f":
        # Averaged beyond white, a bright pixel would outshine its neighbours.
        low, high = (0, full) if full is not None else _finite_limits(pixels)
        pixels = np.clip(pixels, low, high)
    if pixels.ndim == 3 and pixels.shape[2] == 4 and np.ptp(pixels[:, :, 3]):
        return _shrink_rgba(pixels, rows, columns)
    return cv2.resize(pixels, (columns, rows), interpolation=cv2.INTER_AREA)


def checkerboard(box: Box) -> NDArray[np.uint8]:
    """Make the ground (H, W, 3) that transparent pixels let through."""
    side = max(1, box.to_dots(CHECK))
    row, column = np.arange(box.height)[:, None] // side, np.arange(box.width) // side
    gray = np.array(CHECKERBOARD, np.uint8)[(row + column) % 2]
    return np.repeat(gray[:, :, None], 3, axis=2)


def _shrink_rgba(pixels: Array, rows: int, columns: int) -> Array:
    alpha = pixels[:, :, 3:].astype(np.float32)
    weighted = np.concatenate([pixels[:, :, :3] * alpha, alpha], axis=2)
    small = cv2.resize(weighted, (columns, rows), interpolation=cv2.INTER_AREA)
    with np.errstate(invalid="ignore"):
        small[:, :, :3] = np.nan_to_num(small[:, :, :3] / small[:, :, 3:])
    return small


def _finite_limits(pixels: Array) -> tuple[float, float]:
    finite = pixels[np.isfinite(pixels)]
    return float(finite.min(initial=0)), float(finite.max(initial=0))


def _print_numbers(axes: Axes, box: Box, pixels: Array, shown: Array) -> None:
    """Print each pixel's value in its cell, as large as the longest fits."""
    words = [[number(value) for value in row] for row in pixels]
    longest = max(width_of(word, 1) for row in words for word in row)
    cell_width = box.to_points(box.width) / pixels.shape[1]
    cell_height = box.to_points(box.height) / pixels.shape[0]
    size = box.scale * min(LARGEST_NUMBER, 0.8 * cell_width / longest, 0.6 * cell_height)
    between_rows, between_columns = (np.arange(0.5, count - 1) for count in pixels.shape)
    width = page.GRIDLINE * box.scale
    axes.hlines(between_rows, *axes.get_xlim(), colors="white", linewidth=width)
    axes.vlines(between_columns, *axes.get_ylim(), colors="white", linewidth=width)
    white = readable_on(shown)
    for row, line in enumerate(words):
        for column, word in enumerate(line):
            axes.text(
                column,
                row,
                word,
                size=size,
                color="white" if white[row, column] else INK,
                ha="center",
                va="center_baseline",
            )


def _label_pixels(axes: Axes, box: Box, rows: int, columns: int) -> None:
    """Write numbers at a few rows and columns, where they can be read, and frame the panel."""
    column_room, row_room = width_of(str(columns), page.TICK) + 2 * page.TICK, 2 * page.TICK
    across, down = box.to_points(box.width) / column_room, box.to_points(box.height) / row_room
    legible = page.TICK * box.scale >= SMALLEST_LABEL
    axes.set_xticks(page.ticks(columns, min(MOST_LABELS, int(across))) if legible else [])
    axes.set_yticks(page.ticks(rows, min(MOST_LABELS, int(down))) if legible else [])
    style_ticks(axes, box)
    axes.spines[:].set(color=FRAME, linewidth=page.HAIRLINE * box.scale)


def _write_caption(axes: Axes, box: Box, caption: Sequence[str], lines: int) -> None:
    title, *others = caption
    first, *heights = page.baselines(lines)
    axes.set_title(
        title,
        loc="left",
        y=1,
        pad=first * box.scale,
        size=page.TITLE * box.scale,
        weight="bold",
        color=INK,
    )
    for line, height in zip(others, heights, strict=False):
        axes.annotate(
            line,
            (0, 1),
            (0, height * box.scale),
            xycoords="axes fraction",
            textcoords="offset points",
            size=page.CAPTION * box.scale,
            color=QUIET,
        )
