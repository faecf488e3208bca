"""Marks on an image: what pooling leaves unused, its padding, and the outline of a region.

They stand on axes that count pixels: pixel i spans i − 0.5 to i + 0.5, and rows run downwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from poolcli.figures.style import FRAME, INK
from poolcli.geometry import AnyAxis, Step

ACCENT = "#ff5a1f"
VEIL = 0.62  # how much white lies over an unused pixel
HATCH = "////"
NARROWEST = 4.0  # points; a narrower strip would show no hatching
LEAST_PADDING = 3.0  # points; less cannot be told from the frame
LINE, CASING = 1.6, 3.2
ABOVE_FRAME = 2.6  # as matplotlib orders what it draws, where frames are at 2.5
WIDENED, TOO_FINE = "hatch widened", "too fine to hatch"

Span = tuple[float, float]


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
    row_length, column_length = pixel_size(axes)
    bottom_to_top, left_to_right = axes.get_ylim(), axes.get_xlim()
    rows = _strips(step.axes[0], NARROWEST * scale / row_length, bottom_to_top[::-1])
    columns = _strips(step.axes[1], NARROWEST * scale / column_length, left_to_right)
    outlines = [
        *(_rectangle(strip, (-0.5, size[1] - 0.5)) for strip in rows),
        *(_rectangle((-0.5, size[0] - 0.5), strip) for strip in columns),
    ]
    if not outlines:
        return
    # One path, so that the veil is no thicker where rows and columns cross.
    patch = PathPatch(
        Path.make_compound_path(*outlines),
        facecolor=(1, 1, 1, VEIL),
        hatch=HATCH,
        hatchcolor=INK,
        linewidth=0,
    )
    patch.set_hatch_linewidth(0.7 * scale)
    axes.add_patch(patch)


def hatch_notes(step: Step, pixel: Sequence[float]) -> tuple[str, str]:
    """Tell where the hatch of dropped and of skipped pixels shows others than these, or nothing.

    `pixel` is the (height, width) of one on the page, in points of full scale.
    """
    dropped = skipped = ""
    for axis, length in zip(step.axes, pixel, strict=True):
        narrowest = NARROWEST / length
        if 0 < len(axis.unused_end()) < narrowest:
            dropped = WIDENED
        if _skipped_strips(axis, narrowest) is None:
            skipped = TOO_FINE
        elif any(len(run) < narrowest for run in _skipped_runs(axis)):
            skipped = skipped or WIDENED
    return dropped, skipped


def veil(colours: NDArray[Any]) -> NDArray[Any]:
    """Give the colours (..., 3) that pixels have between the lines of a hatch."""
    return 255 * VEIL + colours * (1 - VEIL)


def dash_padding(axes: Axes, step: Step, scale: float = 1.0) -> None:
    """Dash a line around the padding of an iteration, as far as the axes have room for it."""
    (top, bottom), (left, right) = step.padding
    rows, columns = step.input_shape
    if not (top or bottom or left or right):
        return
    image = -0.5, rows - 0.5, -0.5, columns - 0.5
    _frame(axes, image, clip_on=False, linestyle="solid", edgecolor=FRAME, linewidth=0.8 * scale)
    edges = -0.5 - top, rows - 0.5 + bottom, -0.5 - left, columns - 0.5 + right
    style = {"linestyle": (0, (4, 2.5)), "edgecolor": INK, "linewidth": 1.4 * scale}
    view = (*axes.get_ylim()[::-1], *axes.get_xlim())
    seen = [abs(edge) <= abs(end) for edge, end in zip(edges, view, strict=True)]
    if all(seen):
        _frame(axes, edges, clip_on=False, **style)
        return
    # The sides that are seen, each as far as the others are.
    top_, bottom_, left_, right_ = (
        edge if shown else end for edge, end, shown in zip(edges, view, seen, strict=True)
    )
    sides = [
        [(left_, top_), (right_, top_)],
        [(left_, bottom_), (right_, bottom_)],
        [(left_, top_), (left_, bottom_)],
        [(right_, top_), (right_, bottom_)],
    ]
    lines = [Path(side) for side, shown in zip(sides, seen, strict=True) if shown]
    if lines:
        path = Path.make_compound_path(*lines)
        axes.add_patch(PathPatch(path, fill=False, zorder=2.5, clip_on=False, **style))


def outline(
    axes: Axes, rows: Span, columns: Span, scale: float = 1.0, colour: str = ACCENT
) -> None:
    """Draw a line around the pixels from a first row and column up to (not with) a last.

    Along the border of what is shown it runs on the border, and is not cut there.
    """
    spans = (rows, axes.get_ylim()[::-1]), (columns, axes.get_xlim())
    (top, bottom), (left, right) = (
        (max(first - 0.5, view[0]), min(stop - 0.5, view[1])) for (first, stop), view in spans
    )
    line = _frame(
        axes, (top, bottom, left, right), edgecolor=colour, linewidth=LINE * scale, clip_on=False
    )
    line.set_zorder(ABOVE_FRAME)
    # White around the line keeps it apart from an image of its own colour.
    line.set_path_effects([withStroke(linewidth=CASING * scale, foreground="white")])


def pixel_size(axes: Axes) -> tuple[float, float]:
    """Measure the (height, width) of an image's pixel on the page, in points."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    points = 72 / axes.figure.dpi
    height, width = axes.bbox.height * points, axes.bbox.width * points
    return height / abs(top - bottom), width / abs(right - left)


def _strips(axis: AnyAxis, narrowest: float, view: Span) -> list[Span]:
    """Return the spans in view to hatch along an axis, each at least `narrowest` pixels."""
    end = axis.unused_end()
    spans = _skipped_strips(axis, narrowest) or []
    spans += _widened([end] if end else [], axis.size, narrowest)
    return [span for span in spans if span[0] < view[1] and view[0] < span[1]]


def _skipped_runs(axis: AnyAxis) -> Iterator[range]:
    """Yield the runs of unused pixels but the one at the end."""
    return (run for run in axis.unused() if run.stop < axis.size)


def _skipped_strips(axis: AnyAxis, narrowest: float) -> list[Span] | None:
    """Return a strip for each run of skipped pixels; None if two are too close to tell apart."""
    strips: list[Span] = []
    for strip in _widened(_skipped_runs(axis), axis.size, narrowest):
        if strips and strip[0] - strips[-1][1] < narrowest:
            return None
        strips.append(strip)
    return strips


def _widened(runs: Iterable[range], size: int, narrowest: float) -> Iterator[Span]:
    for run in runs:
        first, last = run.start - 0.5, run.stop - 0.5
        missing = max(0.0, narrowest - (last - first)) / 2
        last = min(last + missing, size - 0.5)
        first = max(min(first - missing, last - narrowest), -0.5) if missing else first
        yield first, last


def _rectangle(rows: Span, columns: Span) -> Path:
    (top, bottom), (left, right) = rows, columns
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    return Path(corners, closed=True)


def _frame(axes: Axes, box: tuple[float, float, float, float], **style: object) -> Rectangle:
    top, bottom, left, right = box
    frame = Rectangle((left, top), right - left, bottom - top, fill=False, zorder=2.5, **style)  # type: ignore[arg-type]
    axes.add_patch(frame)
    return frame
