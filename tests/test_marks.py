"""Marks on an image: which pixels they cover, and that they stay visible."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Patch, PathPatch, Rectangle
from numpy.typing import NDArray

from poolcli.figures.area import Area
from poolcli.figures.files import draw_dots
from poolcli.figures.marks import NARROWEST, dash_padding, hatch_unused, outline
from poolcli.figures.page import Box
from poolcli.geometry import Step, Window, chain

Array = NDArray[Any]

SIDE = 720  # dots, and points


def area_for(step: Step, scale: float = 1.0) -> Area:
    """Return an area, as large as the page, that shows a black image and its padding."""
    (top, bottom), (left, right) = step.padding
    rows, columns = step.input_shape
    box = Box(SIDE, SIDE, 72.0, scale, 1)
    figure = Figure((10, 10), dpi=72)
    spans = (-left, columns + right), (-top, rows + bottom)
    area = Area(figure, box, (0, 0, SIDE, SIDE), *spans)
    image = Rectangle((0, 0), columns, rows, facecolor="black", zorder=0)
    area.add(image)
    return area


def laid(shape: tuple[int, int], *window: Any, **options: Any) -> Step:
    return chain(Window.of(*window, **options), shape)[0]


def dots(area: Area) -> Array:
    return draw_dots(area.figure)


def veiled(area: Area, shape: tuple[int, int]) -> Array:
    """Return of each pixel whether its middle is lighter than the black image."""
    page = dots(area)
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
    area = area_for(step)
    hatch_unused(area, step)
    expected = [[r in rows or c in columns for c in range(shape[1])] for r in range(shape[0])]
    assert veiled(area, shape).tolist() == expected


def test_hatching_is_no_thicker_where_rows_and_columns_cross() -> None:
    step = laid((3, 3), 2)
    area = area_for(step)
    hatch_unused(area, step)
    page = dots(area)
    assert np.median(page[600, :480]) == np.median(page[600:, 600])


def test_what_is_unused_carries_lines_that_differ_from_their_ground() -> None:
    step = laid((3, 2), 2)
    area = area_for(step)
    hatch_unused(area, step)
    strip = dots(area)[490:710]
    assert (strip < 100).mean() > 0.05
    assert (strip > 130).mean() > 0.5


@pytest.mark.parametrize("size", [301, 5001])
def test_a_strip_that_is_dropped_stays_visible_however_large_the_image(size: int) -> None:
    step = laid((size, 300), (2, 1))
    area = area_for(step)
    hatch_unused(area, step)
    (light,) = np.nonzero((dots(area) > 100).any(axis=(1, 2)))
    assert light.min() == pytest.approx(SIDE - NARROWEST, abs=1)
    assert light.max() == SIDE - 1


def test_skipped_strips_too_close_to_tell_apart_leave_the_image_to_be_seen() -> None:
    step = laid((1001, 300), (1, 1), (2, 1))
    area = area_for(step)
    hatch_unused(area, step)
    assert not (dots(area) > 100).any()
    near = laid((41, 300), (1, 1), (2, 1))
    area = area_for(near)
    hatch_unused(area, near)
    assert (dots(area) > 100).any()


def marks(area: Area) -> list[Patch]:
    """Return the marks in the order in which they were added, without the image."""
    return [artist for artist in area.figure.artists if isinstance(artist, Patch)][1:]


def frames(area: Area) -> list[Rectangle]:
    return [patch for patch in marks(area) if isinstance(patch, Rectangle)]


def corners(frame: Rectangle) -> list[float]:
    return [float(edge) for edge in frame.get_bbox().extents]


def test_padding_has_a_dashed_line_around_it_and_the_image_a_solid_one() -> None:
    step = laid((5, 7), 3, padding=((1, 0), (2, 1)))
    area = area_for(step)
    dash_padding(area, step)
    image, padding = frames(area)
    assert corners(image) == [0, 0, 7, 5]
    assert corners(padding) == [-2, -1, 8, 5]
    assert image.get_linestyle() == "solid"
    assert padding.get_linestyle() != "solid"


def test_without_padding_there_is_no_line() -> None:
    step = laid((5, 7), 3)
    area = area_for(step)
    dash_padding(area, step)
    assert not frames(area)


def test_an_outline_runs_around_its_pixels() -> None:
    step = laid((10, 10), 2)
    area = area_for(step)
    outline(area, (2, 4), (5, 8))
    (frame,) = frames(area)
    assert corners(frame) == [5, 2, 8, 4]
    page = dots(area)
    assert page[3 * 72, 6 * 72].tolist() == [0, 0, 0]
    assert page[2 * 72, 6 * 72].tolist() != [0, 0, 0]


def test_an_outline_at_the_border_is_drawn_whole() -> None:
    step = laid((10, 10), 2)
    figure = Figure((10, 10), dpi=72)
    area = Area(figure, Box(576, 576, 72.0, 1.0, 1), (72, 72, 576, 576), (0, 10), (0, 10))
    area.add(Rectangle((0, 0), 10, 10, facecolor="black", zorder=0))
    inside = area_for(step)
    outline(inside, (3, 5), (3, 5))
    outline(area, (6, 10), (6, 10))
    (frame,) = frames(area)
    orange = np.array([255, 90, 31])
    across = np.abs(dots(area)[490, 600:].astype(int) - orange).max(axis=1) < 120
    usual = np.abs(dots(inside)[3 * 72 + 72, 5 * 72 - 20 :].astype(int) - orange).max(axis=1) < 120
    assert across.sum() == usual.sum() > 0
    assert corners(frame) == [6, 6, 10, 10]


def test_an_outline_does_not_reach_beyond_what_is_shown() -> None:
    area = area_for(laid((10, 10), 2))
    outline(area, (-3, 4), (8, 11.5))
    (frame,) = frames(area)
    assert corners(frame) == [8, 0, 10, 4]


def test_all_lines_shrink_with_the_page() -> None:
    step = laid((5, 5), 2, padding=((1, 0), (0, 0)))
    widths = []
    for scale in (1.0, 0.5):
        area = area_for(step, scale)
        hatch_unused(area, step)
        dash_padding(area, step)
        outline(area, (0, 1), (0, 1))
        assert any(isinstance(mark, PathPatch) for mark in marks(area))
        widths.append([mark.get_linewidth() or mark.get_hatch_linewidth() for mark in marks(area)])
    assert widths[1] == pytest.approx([width / 2 for width in widths[0]])


def test_a_pixel_is_measured_in_points() -> None:
    area = area_for(laid((10, 20), 2))
    assert area.unit == pytest.approx((72, 36))
