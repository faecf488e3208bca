"""The zoom row: the same scene in every panel, where there is most to see."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from helpers.drawn import (
    TEXTBOOK,
    Drawn,
    View,
    chained,
    check_text,
    colours_of,
    dots_inside,
    lines_above,
    noise,
    numbered,
    numbers_in,
    panels_of,
    zoomed,
)
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from poolcli.figures import choose_region
from poolcli.geometry import AdaptiveWindow, Axis, Window, chain
from poolcli.geometry.region import Region, Zoom

Array = NDArray[Any]


def with_detail(shape: tuple[int, int], rows: slice, columns: slice) -> Array:
    """Return a flat image with a checkerboard of large checks in one place."""
    image = np.full(shape, 100, np.uint8)
    row, column = np.indices(shape) // 8
    board = np.where((row + column) % 2, 255, 0)
    image[rows, columns] = board[rows, columns]
    return image


def chosen(image: Array, zoom: Zoom | None = None, iterations: int = 1) -> Region | None:
    steps = chain(Window.of(2), image.shape[:2], iterations)
    return choose_region(zoom or Zoom(), image, steps, 255.0)


def spans(region: Region | None) -> list[tuple[int, int]]:
    assert region is not None
    return [(int(first), int(stop)) for first, stop in (region.rows, region.columns)]


def rows_of(figure: View) -> tuple[list[Drawn], list[Drawn]]:
    """Return the overviews and, below them, the zooms."""
    panels = panels_of(figure)
    return panels[0::2], panels[1::2]


def limits(drawn: Drawn) -> tuple[float, ...]:
    return (*drawn.rows, *drawn.columns)


def batched(edges: tuple[float, ...]) -> list[tuple[float, ...]]:
    return [edges[:2], edges[2:]]


@pytest.mark.parametrize("corner", [(0, 0), (120, 40), (200, 250)])
@pytest.mark.parametrize("channels", [(), (3,)])
def test_the_most_detailed_window_is_chosen(
    corner: tuple[int, int], channels: tuple[int, ...]
) -> None:
    row, column = corner
    image = with_detail((300, 450), slice(row, row + 40), slice(column, column + 60))
    if channels:
        image = np.dstack([image] * 3)
    (top, bottom), (left, right) = spans(chosen(image))
    assert row <= top
    assert bottom <= row + 40
    assert column <= left
    assert right <= column + 60


def test_a_detail_of_a_huge_image_is_found_too() -> None:
    image = with_detail((3000, 4000), slice(1700, 1900), slice(2500, 2700))
    (top, bottom), (left, right) = spans(chosen(image))
    assert 1650 < top < bottom < 1950
    assert 2450 < left < right < 2750
    assert bottom - top >= 90


@pytest.mark.parametrize("alpha", [0, 5])
def test_what_can_hardly_be_seen_through_alpha_is_no_detail(alpha: int) -> None:
    image = np.zeros((200, 200, 4), np.uint8)
    image[..., 3] = 255
    image[:100, :100, :3] = noise(100, 100, 3)
    image[:100, :100, 3] = alpha
    faint = with_detail((40, 40), slice(40), slice(40)) // 8
    image[150:190, 150:190, :3] = faint[..., None]
    (top, _), (left, _) = spans(chosen(image))
    assert min(top, left) >= 140


def test_nan_and_infinity_are_no_detail() -> None:
    image = with_detail((200, 200), slice(100, 150), slice(100, 150)).astype(float)
    image[:30, :30] = np.nan
    image[:30, 170:] = np.inf
    (top, _), (left, _) = spans(choose_region(Zoom(), image, chain(Window.of(2), (200, 200)), None))
    assert min(top, left) >= 95


def test_a_default_region_begins_and_ends_with_a_window_of_the_last_iteration() -> None:
    region = chosen(noise(301, 452), iterations=3)
    for first, stop in spans(region):
        assert first % 8 == stop % 8 == 0


def test_the_most_detailed_of_the_aligned_windows_is_chosen() -> None:
    # The strongest edges lie across two windows; moved to the nearer one, all would be gone.
    image = np.full((324, 324), 100, np.uint8)
    image[:, 140:200] = np.where(np.indices((324, 60)).sum(axis=0) // 20 % 2, 255, 0)
    image[81:162, 243:] = np.where(np.indices((81, 81)).sum(axis=0) // 20 % 2, 150, 50)
    steps = chain(Window.of(3), image.shape, 4)
    (top, bottom), (left, right) = spans(choose_region(Zoom(), image, steps, 255.0))
    assert (bottom - top, right - left) == (81, 81)
    assert left == 162
    shown = [
        np.abs(np.diff(image[:, first : first + 81].astype(int), axis=1)).mean()
        for first in range(0, 324, 81)
    ]
    assert np.argmax(shown) == left // 81


def test_its_size_suits_the_iterations_and_has_the_panels_proportions() -> None:
    for iterations, rows in [(1, 24), (2, 24), (3, 48), (4, 96)]:
        region = chosen(noise(300, 450), iterations=iterations)
        assert region is not None
        assert [int(side) for side in region.shape] == [rows, rows * 3 // 2]


@pytest.mark.parametrize(
    ("shape", "iterations"),
    [((4, 4), 1), ((16, 16), 1), ((30, 40), 1), ((47, 47), 1), ((64, 96), 12)],
)
def test_no_zoom_where_it_would_add_nothing(shape: tuple[int, int], iterations: int) -> None:
    steps = chain(Window.of(2, ceil_mode=True), shape, iterations)
    assert choose_region(Zoom(), noise(*shape), steps, 255.0) is None


@pytest.mark.parametrize(
    ("shape", "sides"),
    [((48, 48), (24, 24)), ((48, 96), (24, 48)), ((30, 300), (24, 120)), ((300, 30), (96, 24))],
)
def test_a_zoom_may_be_half_of_an_image_and_more_along_one_side(
    shape: tuple[int, int], sides: tuple[int, int]
) -> None:
    region = chosen(noise(*shape))
    assert region is not None
    assert tuple(map(int, region.shape)) == sides


def test_a_pixel_is_labelled_where_its_middle_is_in_view() -> None:
    for edge, labels in ((Fraction(5, 2), [2, 3, 4]), (Fraction(26, 10), [3, 4])):
        span = edge, Fraction(5)
        columns, rows = numbered(panels_of(zoomed(noise(10, 10), Region(span, span)).view())[1])
        assert columns == rows == labels
    span = Fraction(2), Fraction(45, 10)
    columns, rows = numbered(panels_of(zoomed(noise(10, 10), Region(span, span)).view())[1])
    assert columns == rows == [2, 3, 4]


def test_global_pooling_leaves_nothing_to_zoom_in_on() -> None:
    steps = chain(AdaptiveWindow.of(1), (300, 450))
    assert choose_region(Zoom(), noise(300, 450), steps, 255.0) is None
    steps = chain(AdaptiveWindow.of((7, 5)), (300, 450))
    assert choose_region(Zoom(), noise(300, 450), steps, 255.0) is not None


def test_a_region_that_is_asked_for_is_shown_as_it_is() -> None:
    assert spans(chosen(noise(8, 8), Zoom((3, 5), 3))) == [(2, 5), (4, 7)]
    assert spans(chosen(noise(300, 450), Zoom((150, 200), 10))) == [(146, 156), (193, 208)]
    assert spans(chosen(noise(300, 450), Zoom((0, 449), 10))) == [(0, 10), (435, 450)]
    assert spans(chosen(noise(20, 30), Zoom((0, 0), 999))) == [(0, 20), (0, 30)]


@pytest.mark.parametrize("window", [Window.of(2), Window.of(3, 2, 1), Window.of(3, 2, "same")])
def test_every_panel_shows_the_same_scene_at_the_same_place(window: Window) -> None:
    ramp = np.add.outer(np.arange(300.0), np.arange(450.0))
    figure = chained(ramp, window, 3, white=None, zoom=Zoom((100, 200), 48)).view()
    overviews, zooms = rows_of(figure)
    region = spans(choose_region(Zoom((100, 200), 48), ramp, chain(window, (300, 450), 3), None))
    assert limits(zooms[0]) == tuple(edge for span in region for edge in span)
    for overview, zoom in zip(overviews, zooms, strict=True):
        assert zoom.bbox.width == overview.bbox.width
        assert zoom.bbox.y1 < overview.bbox.y0
        outlines = [patch for patch in overview.patches if isinstance(patch, Rectangle)]
        box = outlines[-1].get_bbox()
        assert limits(zoom) == pytest.approx((box.y0, box.y1, box.x0, box.x1))
    steps = chain(window, (300, 450), 3)
    for step, (before, after) in zip(steps, pairwise(zooms), strict=True):
        for axis, edges, moved in zip(
            step.axes, batched(limits(before)), batched(limits(after)), strict=True
        ):
            assert isinstance(axis, Axis)
            middle = (sum(edges) / 2 - axis.extent / 2 + axis.before) / axis.stride + 0.5
            assert sum(moved) / 2 == pytest.approx(middle)


def test_a_zoom_holds_the_pixels_of_its_region() -> None:
    image = noise(300, 450)
    figure = chained(image, Window.of(2), 1, zoom=Zoom((100, 200), 24)).view()
    _, zooms = rows_of(figure)
    (top, bottom), (left, right) = spans(chosen(image, Zoom((100, 200), 24)))
    np.testing.assert_array_equal(colours_of(zooms[0])[..., 0], image[top:bottom, left:right])
    assert lines_above(zooms[0]) == ["zoom: 24×36 px"]
    # It begins with an odd column, in the middle of a pixel of the result.
    assert lines_above(zooms[1]) == ["zoom: 24×36 px of the input"]


def titles_of(figure: View) -> list[str]:
    return [line for zoom in rows_of(figure)[1] for line in lines_above(zoom)]


def test_a_zoom_that_cuts_pixels_is_named_in_pixels_of_the_input() -> None:
    figure = chained(TEXTBOOK, Window.of(2), 2, white=None, zoom=Zoom((1, 1), 2)).view()
    assert titles_of(figure) == [
        "zoom: 2×2 px",
        "zoom: 2×2 px of the input",
        "zoom: 2×2 px of the input",
    ]


def test_few_pixels_of_a_zoom_have_numbers_in_what_is_seen_of_them() -> None:
    figure = chained(TEXTBOOK, Window.of(2), 2, white=None, zoom=Zoom((1, 1), 2)).view()
    first, second, last = rows_of(figure)[1]
    assert [text.get_text() for text in numbers_in(first)] == ["6", "7", "2", "1"]
    assert {text.get_text(): second.position(text) for text in numbers_in(second)} == {
        "6": (0.75, 0.75),
        "8": (1.25, 0.75),
        "3": (0.75, 1.25),
        "4": (1.25, 1.25),
    }
    assert [text.get_text() for text in numbers_in(last)] == ["8"]
    check_text(figure)


def test_pixels_that_are_cut_do_not_shrink_the_numbers_of_whole_ones() -> None:
    image = np.full((10, 10), 12345, np.int64)
    sizes = []
    for first in (Fraction(2), Fraction(5, 2)):
        span = first, first + 5
        made = zoomed(image, Region(span, span))
        numbers = numbers_in(panels_of(made.view())[1])
        sizes.append({text.get_fontsize() for text in numbers})
        # Half a row is high enough for a number, half a column too narrow.
        assert len(numbers) == (25 if first == 2 else 6 * 4)
    assert sizes[0] == sizes[1]


def test_a_sliver_of_a_pixel_has_no_number_and_colour_has_none() -> None:
    image = np.arange(100, dtype=np.uint8).reshape(10, 10)
    span = Fraction(9, 10), Fraction(5, 2)
    made = zoomed(image, Region(span, span), 255.0)
    assert [text.get_text() for text in numbers_in(panels_of(made.view())[1])] == [
        "11",
        "12",
        "21",
        "22",
    ]
    colour = chained(noise(30, 40, 3), Window.of(2), 1, zoom=Zoom((10, 10), 4)).view()
    assert not any(numbers_in(axes) for axes in panels_of(colour))


def test_an_outline_makes_way_for_the_numbers_that_it_meets() -> None:
    figure = chained(TEXTBOOK, Window.of(2), 1, white=None, zoom=Zoom((1, 1), 2)).view()
    before, after = rows_of(figure)[0]
    assert not any(text.get_path_effects() for text in numbers_in(before))
    assert all(text.get_path_effects() for text in numbers_in(after))


def test_large_pixels_have_thin_lines_between_them_and_small_ones_none() -> None:
    figure = chained(noise(300, 450), Window.of(2), 2, zoom=Zoom((100, 200), 96)).view()
    assert [bool(zoom.lines) for zoom in rows_of(figure)[1]] == [False, False, True]


def test_pixels_of_a_zoom_are_enlarged_sharply() -> None:
    checker = np.array([[0, 255], [255, 0]], np.uint8)
    image = np.tile(checker, (40, 60))
    made = chained(image, Window.of(2), 1, zoom=Zoom((20, 30), 4))
    inside = dots_inside(made, 1, frame=4)
    assert {0, 255} <= set(inside[..., 0].flat)
    assert np.isin(inside[..., 0], (0, 255)).mean() > 0.9


def test_unused_columns_are_hatched_in_the_zoom_too() -> None:
    image = np.zeros((40, 41, 3), np.uint8)
    made = chained(image, Window.of(2), 1, zoom=Zoom((20, 40), 4))
    inside = dots_inside(made, 1, frame=4)
    wide = inside.shape[1] // 4
    assert (inside[:, -wide + 4 :] > 100).any()
    assert not (inside[:, : -wide - 4] > 160).any()


def test_what_lies_beyond_an_image_is_no_pixel_of_it() -> None:
    image = np.zeros((41, 41), np.uint8)
    made = chained(image, Window.of(2), 2, zoom=Zoom((40, 40), 8))
    beyond = dots_inside(made, 5)[-3:, -3:]
    assert (beyond > 200).all()


@pytest.mark.parametrize("shape", [(300, 451), (512, 512, 3), (3000, 200), (1, 5000), (60, 90)])
@pytest.mark.parametrize(("white", "histogram"), [(255.0, True), (None, False)])
def test_no_text_overlaps_with_zoom_histogram_and_footer(
    shape: tuple[int, ...], white: float | None, *, histogram: bool
) -> None:
    rows, columns = min(2, shape[0]), min(2, shape[1])
    made = chained(
        noise(*shape), Window.of((rows, columns)), 3, white=white, zoom=Zoom(), histogram=histogram
    )
    figure = made.view()
    check_text(figure)
    assert max(figure.figure.get_size_inches()) < 27


@pytest.mark.parametrize("shape", [(300, 451), (512, 512), (427, 640), (640, 480), (1080, 1920)])
@pytest.mark.parametrize("iterations", [1, 2, 3, 4])
@pytest.mark.parametrize("histogram", [True, False])
def test_panels_zooms_and_histograms_cover_sixty_percent(
    shape: tuple[int, int], iterations: int, *, histogram: bool
) -> None:
    made = chained(noise(*shape), Window.of(2), iterations, zoom=Zoom(), histogram=histogram)
    figure = made.view()
    covered = sum(axes.bbox.width * axes.bbox.height for axes in figure.parts)
    assert covered / (figure.figure.bbox.width * figure.figure.bbox.height) >= 0.6


def test_no_more_pixels_are_drawn_than_the_page_has_dots() -> None:
    figure = chained(noise(2000, 3000), Window.of(2), 2, zoom=Zoom((1000, 1000), 1800)).view()
    for axes in panels_of(figure):
        rows, columns = colours_of(axes).shape[:2]
        assert rows <= round(axes.bbox.height)
        assert columns <= round(axes.bbox.width)
