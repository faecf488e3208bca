"""Marks on an image: unused pixels, padding, and the outline of a region."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from poolcli.figures.area import IN_FRONT, Area, Span
from poolcli.figures.style import FRAME, INK
from poolcli.geometry import AnyAxis, Step

ACCENT = "#ff5a1f"
VEIL = 0.62  # opacity of the white over an unused pixel
HATCH = "////"
NARROWEST = 4.0  # points; a narrower strip would show no hatching
LEAST_PADDING = 3.0  # points; less looks like the frame
LINE, CASING = 1.6, 3.2
ABOVE_FRAME = IN_FRONT + 0.1  # zorder
WIDENED, TOO_FINE = "hatch widened", "too fine to hatch"


def hatch_unused(area: Area, step: Step) -> None:
    """Hatch the rows and columns that no window of an iteration covers.

    A strip is widened inwards to `NARROWEST` points. Skipped strips that would then leave no
    distance between them are not hatched.

    Parameters
    ----------
    area : Area
        The panel of the image that goes into the iteration.
    step : Step
        The iteration.
    """
    size = step.input_shape
    row, column = area.unit
    rows = _strips(step.axes[0], NARROWEST / row, area.rows)
    columns = _strips(step.axes[1], NARROWEST / column, area.columns)
    outlines = [
        *(_closed(strip, (0, size[1])) for strip in rows),
        *(_closed((0, size[0]), strip) for strip in columns),
    ]
    if not outlines:
        return
    # As one path, the veil is uniform where rows and columns cross.
    patch = PathPatch(
        Path.make_compound_path(*outlines),
        facecolor=(1, 1, 1, VEIL),
        hatch=HATCH,
        edgecolor=INK,  # the colour of the hatch; without a width, no edge is drawn
        linewidth=0,
    )
    patch.set_hatch_linewidth(0.7 * area.box.scale)
    area.add(patch, clipped=True)


def hatch_notes(step: Step, unit: Sequence[float]) -> tuple[str, str]:
    """Return how the hatch of dropped and of skipped pixels differs from these, or "" if not.

    Parameters
    ----------
    step : Step
        The iteration.
    unit : (height, width)
        The size of a pixel on the page, in points of full scale.
    """
    dropped = skipped = ""
    for axis, length in zip(step.axes, unit, strict=True):
        narrowest = NARROWEST / length
        if 0 < len(axis.unused_end()) < narrowest:
            dropped = WIDENED
        if _skipped_strips(axis, narrowest) is None:
            skipped = TOO_FINE
        elif any(len(run) < narrowest for run in _skipped_runs(axis)):
            skipped = skipped or WIDENED
    return dropped, skipped


def veil(colours: NDArray[Any]) -> NDArray[Any]:
    """Return the colours (..., 3) of pixels between the lines of a hatch."""
    return 255 * VEIL + colours * (1 - VEIL)


def dash_padding(area: Area, step: Step) -> None:
    """Draw a dashed line around the padding of an iteration, as far as it lies in the area."""
    (top, bottom), (left, right) = step.padding
    rows, columns = step.input_shape
    if not (top or bottom or left or right):
        return
    scale = area.box.scale
    area.add(_frame((0, rows), (0, columns), edgecolor=FRAME, linewidth=0.8 * scale))
    style: dict[str, Any] = {
        "linestyle": (0, (4, 2.5)),
        "edgecolor": INK,
        "linewidth": 1.4 * scale,
    }
    down, down_in_view = _within((-top, rows + bottom), area.rows)
    across, across_in_view = _within((-left, columns + right), area.columns)
    if all(down_in_view) and all(across_in_view):
        area.add(_frame(down, across, **style))
        return
    sides = [Path([(across[0], row), (across[1], row)]) for row in _kept(down, down_in_view)]
    sides += [
        Path([(column, down[0]), (column, down[1])]) for column in _kept(across, across_in_view)
    ]
    if sides:
        path = Path.make_compound_path(*sides)
        area.add(PathPatch(path, fill=False, zorder=IN_FRONT, **style))


def _within(edges: Span, view: Span) -> tuple[Span, tuple[bool, bool]]:
    """Cut two edges off at a view, and return whether each lies in it."""
    first, last = edges[0] >= view[0], edges[1] <= view[1]
    return (max(edges[0], view[0]), min(edges[1], view[1])), (first, last)


def _kept(edges: Span, in_view: tuple[bool, bool]) -> list[float]:
    return [edge for edge, kept in zip(edges, in_view, strict=True) if kept]


def outline(area: Area, rows: Span, columns: Span, colour: str = ACCENT) -> None:
    """Draw a line around some rows and columns, as far as they lie in the area.

    Along the border of the area the line is not cut.
    """
    down, _ = _within(rows, area.rows)
    across, _ = _within(columns, area.columns)
    line = _frame(down, across, edgecolor=colour, linewidth=LINE * area.box.scale)
    line.set_zorder(ABOVE_FRAME)
    # A white casing separates the line from an image of its own colour.
    casing = withStroke(linewidth=CASING * area.box.scale, foreground="white")
    line.set_path_effects([casing])
    area.add(line)


def _strips(axis: AnyAxis, narrowest: float, view: Span) -> list[Span]:
    """Return the spans in view to hatch along an axis, each at least `narrowest` pixels."""
    end = axis.unused_end()
    spans = _skipped_strips(axis, narrowest) or []
    if end:
        spans += _widened([end], axis.size, narrowest)
    return [span for span in spans if span[0] < view[1] and view[0] < span[1]]


def _skipped_runs(axis: AnyAxis) -> Iterator[range]:
    """Yield the runs of unused pixels except the one at the end."""
    return (run for run in axis.unused() if run.stop < axis.size)


def _skipped_strips(axis: AnyAxis, narrowest: float) -> list[Span] | None:
    """Return a strip per run of skipped pixels; None if two are too close to distinguish."""
    strips = list(_widened(_skipped_runs(axis), axis.size, narrowest))
    if any(after[0] - before[1] < narrowest for before, after in pairwise(strips)):
        return None
    return strips


def _widened(runs: Iterable[range], size: int, narrowest: float) -> Iterator[Span]:
    """Yield the span of each run, widened within the image to `narrowest` pixels."""
    for run in runs:
        missing = max(0.0, narrowest - len(run)) / 2
        last = min(run.stop + missing, float(size))
        if missing:
            yield max(min(run.start - missing, last - narrowest), 0.0), last
        else:
            yield float(run.start), last


def _closed(rows: Span, columns: Span) -> Path:
    (top, bottom), (left, right) = rows, columns
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    return Path(corners, closed=True)


def _frame(rows: Span, columns: Span, **style: Any) -> Rectangle:
    (top, bottom), (left, right) = rows, columns
    corner, width, height = (left, top), right - left, bottom - top
    return Rectangle(corner, width, height, fill=False, zorder=IN_FRONT, **style)
