"""Marks on an image: which pixels they cover, and that they stay visible."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch, PathPatch, Rectangle
from numpy.typing import NDArray

from poolcli.figures.marks import NARROWEST, dash_padding, hatch_unused, outline, pixel_size
from poolcli.geometry import Step, Window, chain

Array = NDArray[Any]

SIDE = 720  # dots, and points


def axes_for(step: Step) -> Axes:
    """Give axes, as large as the page, that show a black image and its padding."""
    (top, bottom), (left, right) = step.padding
    rows, columns = step.input_shape
    axes = Figure((10, 10), dpi=72).add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    image = np.zeros((rows, columns))
    axes.imshow(image, "gray", extent=(-0.5, columns - 0.5, rows - 0.5, -0.5), aspect="auto")
    limits = (-0.5 - left, columns - 0.5 + right), (rows - 0.5 + bottom, -0.5 - top)
    axes.set(xlim=limits[0], ylim=limits[1])
    return axes


def laid(shape: tuple[int, int], *window: Any, **options: Any) -> Step:
    return chain(Window.of(*window, **options), shape)[0]


def dots(axes: Axes) -> Array:
    figure = axes.figure
    assert isinstance(figure, Figure)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    return np.asarray(canvas.buffer_rgba())[:, :, :3]  # type: ignore[no-untyped-call]


def veiled(axes: Axes, shape: tuple[int, int]) -> Array:
    """Tell of each pixel whether its middle is lighter than the black image."""
    page = dots(axes)
    high, wide = SIDE // shape[0], SIDE // shape[1]
    cells = page[: high * shape[0], : wide * shape[1]].reshape(shape[0], high, shape[1], wide, 3)
    return np.asarray(cells.max(axis=(1, 3, 4)) > 100)


@pytest.mark.parametrize(
    ("shape", "window", "rows", "columns"),
    [
        ((5, 4), (2,), [4], []),
        ((5, 5), (2,), [4], [4]),
        ((6, 4), (1, 3), [1, 2, 4, 5], [1, 2]),
        ((4, 8), (2, (2, 4)), [], [2, 3, 6, 7]),
        ((4, 4), (2,), [], []),
    ],
)
def test_unused_rows_and_columns_are_hatched_and_nothing_else(
    shape: tuple[int, int], window: tuple[Any, ...], rows: list[int], columns: list[int]
) -> None:
    step = laid(shape, *window)
    axes = axes_for(step)
    hatch_unused(axes, step)
    expected = [[r in rows or c in columns for c in range(shape[1])] for r in range(shape[0])]
    assert veiled(axes, shape).tolist() == expected


def test_hatching_is_no_thicker_where_rows_and_columns_cross() -> None:
    step = laid((3, 3), 2)
    axes = axes_for(step)
    hatch_unused(axes, step)
    page = dots(axes)
    assert np.median(page[600, :480]) == np.median(page[600:, 600])


def test_what_is_unused_carries_lines_that_differ_from_their_ground() -> None:
    step = laid((3, 2), 2)
    axes = axes_for(step)
    hatch_unused(axes, step)
    strip = dots(axes)[490:710]
    assert (strip < 100).mean() > 0.05
    assert (strip > 130).mean() > 0.5


@pytest.mark.parametrize("size", [301, 5001])
def test_a_strip_that_is_dropped_stays_visible_however_large_the_image(size: int) -> None:
    step = laid((size, 300), (2, 1))
    axes = axes_for(step)
    hatch_unused(axes, step)
    (light,) = np.nonzero((dots(axes) > 100).any(axis=(1, 2)))
    assert light.min() == pytest.approx(SIDE - NARROWEST, abs=1)
    assert light.max() == SIDE - 1


def test_skipped_strips_too_close_to_tell_apart_leave_the_image_to_be_seen() -> None:
    step = laid((1001, 300), (1, 1), (2, 1))
    axes = axes_for(step)
    hatch_unused(axes, step)
    assert not (dots(axes) > 100).any()
    near = laid((41, 300), (1, 1), (2, 1))
    axes = axes_for(near)
    hatch_unused(axes, near)
    assert (dots(axes) > 100).any()


def frames(axes: Axes) -> list[Rectangle]:
    return [patch for patch in axes.patches if isinstance(patch, Rectangle)]


def corners(frame: Rectangle) -> list[float]:
    return [float(edge) for edge in frame.get_bbox().extents]


def test_padding_has_a_dashed_line_around_it_and_the_image_a_solid_one() -> None:
    step = laid((5, 7), 3, padding=((1, 0), (2, 1)))
    axes = axes_for(step)
    dash_padding(axes, step)
    image, padding = frames(axes)
    assert corners(image) == [-0.5, -0.5, 6.5, 4.5]
    assert corners(padding) == [-2.5, -1.5, 7.5, 4.5]
    assert image.get_linestyle() == "solid"
    assert padding.get_linestyle() != "solid"


def test_without_padding_there_is_no_line() -> None:
    step = laid((5, 7), 3)
    axes = axes_for(step)
    dash_padding(axes, step)
    assert not frames(axes)


def test_an_outline_runs_around_its_pixels() -> None:
    step = laid((10, 10), 2)
    axes = axes_for(step)
    outline(axes, (2, 4), (5, 8))
    (frame,) = frames(axes)
    assert corners(frame) == [4.5, 1.5, 7.5, 3.5]
    page = dots(axes)
    assert page[3 * 72, 6 * 72].tolist() == [0, 0, 0]
    assert page[2 * 72, 6 * 72].tolist() != [0, 0, 0]


def test_an_outline_at_the_border_is_drawn_whole() -> None:
    step = laid((10, 10), 2)
    figure = Figure((10, 10), dpi=72)
    axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    axes.imshow(np.zeros((10, 10)), "gray", extent=(-0.5, 9.5, 9.5, -0.5), aspect="auto")
    inside = axes_for(step)
    outline(inside, (3, 5), (3, 5))
    outline(axes, (6, 10), (6, 10))
    (frame,) = frames(axes)
    orange = np.array([255, 90, 31])
    across = np.abs(dots(axes)[490, 600:].astype(int) - orange).max(axis=1) < 120
    usual = np.abs(dots(inside)[3 * 72 + 72, 5 * 72 - 20 :].astype(int) - orange).max(axis=1) < 120
    assert across.sum() == usual.sum() > 0
    assert corners(frame) == [5.5, 5.5, 9.5, 9.5]


def test_an_outline_does_not_reach_beyond_what_is_shown() -> None:
    axes = axes_for(laid((10, 10), 2))
    outline(axes, (-3, 4), (8, 11.5))
    (frame,) = frames(axes)
    assert corners(frame) == [7.5, -0.5, 9.5, 3.5]


def test_all_lines_shrink_with_the_page() -> None:
    step = laid((5, 5), 2, padding=((1, 0), (0, 0)))
    widths = []
    for scale in (1.0, 0.5):
        axes = axes_for(step)
        hatch_unused(axes, step, scale)
        dash_padding(axes, step, scale)
        outline(axes, (0, 1), (0, 1), scale)
        marks: list[Patch] = list(axes.patches)
        assert any(isinstance(mark, PathPatch) for mark in marks)
        widths.append([mark.get_linewidth() or mark.get_hatch_linewidth() for mark in marks])
    assert widths[1] == pytest.approx([width / 2 for width in widths[0]])


def test_a_pixel_is_measured_in_points() -> None:
    axes = axes_for(laid((10, 20), 2))
    assert pixel_size(axes) == pytest.approx((72, 36))
