"""Marks on an image: what pooling leaves unused, its padding, and the outline of a region.

They stand on axes that count pixels: pixel i spans i − 0.5 to i + 0.5, and rows run downwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import withStroke

from poolcli.figures.style import FRAME, INK
from poolcli.geometry import Pair, Step

ACCENT = "#ff5a1f"
VEIL = 0.62  # how much white lies over an unused pixel
HATCH = "////"
NARROWEST = 4.0  # points; a narrower strip would show no hatching
LEAST_PADDING = 3.0  # points; less cannot be told from the frame
LINE, CASING = 1.6, 3.2

Spans = list[tuple[float, float]]


def hatch_unused(axes: Axes, step: Step, scale: float = 1.0) -> None:
    """Hatch the rows and columns that no window of an iteration sees.

    A strip is widened inwards to `NARROWEST` points. Skipped strips that would then leave no
    distance between them are left out: a hatched panel would tell less than none.

    Parameters
    ----------
    axes : Axes
        Showing the image that goes into the iteration; its size on the page must be final.
    scale : float
        Shrinks lines, as all that is printed on a crowded page.
    """
    size = step.input_shape
    rows, columns = (
        _strips(axis.unused(), axis.size, NARROWEST * scale / length)
        for axis, length in zip(step.axes, pixel_size(axes), strict=True)
    )
    outlines = [
        *(_rectangle(strip, (-0.5, size[1] - 0.5)) for strip in rows),
        *(_rectangle((-0.5, size[0] - 0.5), strip) for strip in columns),
    ]
    if not outlines:
        return
    # One path, so that the veil is no thicker where rows and columns cross.
    veil = PathPatch(
        Path.make_compound_path(*outlines),
        facecolor=(1, 1, 1, VEIL),
        hatch=HATCH,
        hatchcolor=INK,
        linewidth=0,
    )
    veil.set_hatch_linewidth(0.7 * scale)
    axes.add_patch(veil)


def dash_padding(axes: Axes, step: Step, scale: float = 1.0) -> None:
    """Dash a line around the padding of an iteration, and frame the image within it."""
    (top, bottom), (left, right) = step.padding
    rows, columns = step.input_shape
    if not (top or bottom or left or right):
        return
    for box, line, colour, width in (
        ((-0.5, rows - 0.5, -0.5, columns - 0.5), "solid", FRAME, 0.8),
        (
            (-0.5 - top, rows - 0.5 + bottom, -0.5 - left, columns - 0.5 + right),
            (0, (4, 2.5)),
            INK,
            1.4,
        ),
    ):
        _frame(axes, box, linestyle=line, edgecolor=colour, linewidth=width * scale)


def outline(
    axes: Axes, rows: Pair, columns: Pair, scale: float = 1.0, colour: str = ACCENT
) -> None:
    """Draw a line around the pixels from a first row and column up to (not with) a last."""
    box = (rows[0] - 0.5, rows[1] - 0.5, columns[0] - 0.5, columns[1] - 0.5)
    line = _frame(axes, box, edgecolor=colour, linewidth=LINE * scale)
    # White around the line keeps it apart from an image of its own colour.
    line.set_path_effects([withStroke(linewidth=CASING * scale, foreground="white")])


def pixel_size(axes: Axes) -> tuple[float, float]:
    """Measure the (height, width) of an image's pixel on the page, in points."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    points = 72 / axes.figure.dpi
    height, width = axes.bbox.height * points, axes.bbox.width * points
    return height / abs(top - bottom), width / abs(right - left)


def _strips(unused: Sequence[range], size: int, narrowest: float) -> Spans:
    """Give the spans to hatch along an axis of `size`, each at least `narrowest` pixels."""
    ends = [run for run in unused if run.stop == size]
    skipped = list(_widened([run for run in unused if run.stop < size], size, narrowest))
    crowded = any(after[0] - before[1] < narrowest for before, after in pairwise(skipped))
    return [*([] if crowded else skipped), *_widened(ends, size, narrowest)]


def _widened(runs: Sequence[range], size: int, narrowest: float) -> Iterator[tuple[float, float]]:
    for run in runs:
        first, last = run.start - 0.5, run.stop - 0.5
        missing = max(0.0, narrowest - (last - first)) / 2
        last = min(last + missing, size - 0.5)
        first = max(min(first - missing, last - narrowest), -0.5) if missing else first
        yield first, last


def _rectangle(rows: tuple[float, float], columns: tuple[float, float]) -> Path:
    (top, bottom), (left, right) = rows, columns
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    return Path(corners, closed=True)


def _frame(axes: Axes, box: tuple[float, float, float, float], **style: object) -> Rectangle:
    top, bottom, left, right = box
    frame = Rectangle((left, top), right - left, bottom - top, fill=False, zorder=2.5, **style)  # type: ignore[arg-type]
    axes.add_patch(frame)
    return frame
