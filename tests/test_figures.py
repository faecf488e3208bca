"""The comparison figure: its panels, ranges, text and files."""

from __future__ import annotations

import warnings
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from helpers.drawn import (
    HEADING,
    TEXTBOOK,
    Drawn,
    boxes_of_texts,
    caption,
    chained,
    check_text,
    colour_of,
    colours_of,
    comparison,
    dots_inside,
    lines_above,
    noise,
    numbered,
    numbers_in,
    opened,
    panels_of,
    pooled,
    view_of,
    written,
)
from matplotlib import font_manager
from numpy.typing import NDArray

from poolcli.errors import PoolcliError
from poolcli.figures import Layout, check_colormap, comparison_tiers, render, result_stack
from poolcli.figures import comparison as comparison_sheet
from poolcli.figures.colours import NOT_A_NUMBER
from poolcli.figures.page import Box, ticks
from poolcli.figures.style import house_style
from poolcli.figures.text import fonts, number
from poolcli.geometry import Window

Array = NDArray[Any]

# Panels


def test_panels_are_of_one_physical_size_and_stand_side_by_side() -> None:
    figure = comparison(*pooled(noise(300, 451, 3), 3)).view()
    boxes = [axes.bbox for axes in figure.parts]
    assert len(boxes) == 4
    assert {(round(box.width, 6), round(box.height, 6)) for box in boxes} == {(451, 300)}
    assert len({round(box.y0, 6) for box in boxes}) == 1
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))


def test_all_panels_have_the_first_ones_proportions() -> None:
    figure = comparison(noise(300, 600), noise(300, 20), noise(1, 1)).view()
    assert {round(axes.bbox.width / axes.bbox.height, 6) for axes in figure.parts} == {2.0}


@pytest.mark.parametrize("shape", [(300, 451), (75, 113), (4, 4), (1, 1), (1, 5000), (2000, 3000)])
def test_a_panel_counts_its_own_pixels(shape: tuple[int, int]) -> None:
    rows, columns = shape
    drawn = comparison(noise(300, 451), noise(*shape)).view().parts[1]
    assert (drawn.columns, drawn.rows) == ((0, columns), (0, rows))
    for size, marks in zip((columns, rows), numbered(drawn), strict=True):
        assert 1 <= len(marks) <= 6
        assert set(marks) <= set(range(size))


@pytest.mark.parametrize(
    ("size", "most", "expected"),
    [
        (4, 6, [0, 1, 2, 3]),
        (16, 6, [0, 5, 10, 15]),
        (451, 6, [0, 100, 200, 300, 400]),
        (451, 3, [0, 200, 400]),
        (451, 1, [0]),
        (1, 6, [0]),
        (5000, 0, [0]),
    ],
)
def test_ticks_stand_at_round_pixels(size: int, most: int, expected: list[int]) -> None:
    assert ticks(size, most) == expected


def test_ticks_of_a_region_stand_at_round_pixels_too() -> None:
    assert ticks(48, 6, 104) == [110, 120, 130, 140, 150]
    assert ticks(4, 1, 101) == [101]
    assert ticks(1, 6, 7) == [7]


def test_the_heading_stands_on_top_and_titles_begin_on_one_line() -> None:
    figure = comparison(*pooled(noise(300, 451), 2)).view()
    places = dict(boxes_of_texts(figure))
    assert figure.heading == HEADING
    assert [drawn.title for drawn in figure.parts] == [
        "input",
        "iteration 1",
        "iteration 2",
    ]
    assert lines_above(figure.parts[1]) == [*caption(1, noise(150, 226))]
    assert all(places[HEADING].y0 > box.y1 for text, box in places.items() if text != HEADING)
    assert places["input"].y0 == pytest.approx(places["iteration 1"].y0, abs=3)
    order = [places[line].y0 for line in lines_above(figure.parts[1])]
    assert order == sorted(order, reverse=True)
    assert order[-1] > figure.parts[1].bbox.y1


def test_six_panels_wrap_onto_a_second_row() -> None:
    figure = comparison(*pooled(noise(300, 451), 5)).view()
    corners = [(round(axes.bbox.x0), round(axes.bbox.y0)) for axes in figure.parts]
    assert len({left for left, _ in corners}) == 3
    assert len({bottom for _, bottom in corners}) == 2
    assert corners[0][1] > corners[3][1]


@pytest.mark.parametrize("shape", [(300, 451), (5000, 1), (1, 5000)])
def test_a_page_of_257_panels_stays_a_page(shape: tuple[int, int]) -> None:
    box = Box.of(257, shape)
    down = -(-257 // box.columns)
    assert box.columns * box.width / box.dots <= 24
    assert down * box.height / box.dots <= 24
    assert box.width >= 40
    assert box.height >= 40


def test_many_panels_shrink_their_type_and_lose_labels_too_small_to_read() -> None:
    figure = comparison(*[noise(30, 45)] * 70).view()
    assert max(figure.figure.get_size_inches()) < 27
    assert len(figure.parts) == 70
    assert all(numbered(axes) == ([], []) for axes in figure.parts)
    check_text(figure)


# Text as rendered

SHAPES = [(300, 451), (512, 512), (1, 5000), (5000, 1), (3000, 200), (200, 3000), (1, 1), (9, 7)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("iterations", "white"), [(1, 255.0), (5, None)])
def test_no_text_overlaps_another_a_panel_or_the_edge(
    shape: tuple[int, int], white: float | None, iterations: int
) -> None:
    figure = comparison(*pooled(noise(*shape), iterations), white=white).view()
    width, height = figure.figure.get_size_inches()
    assert 3 < width < 27
    assert 2 < height < 27
    assert 1 / 3 < width / height < 7
    check_text(figure)


def test_twelve_iterations_look_as_orderly() -> None:
    check_text(comparison(*pooled(noise(2100, 3157, 3), 12)).view())


@pytest.mark.parametrize("shape", [(300, 451), (512, 512), (427, 640), (1080, 1920), (640, 480)])
@pytest.mark.parametrize("panels", [2, 3, 4, 5, 6])
def test_panels_cover_sixty_percent_of_the_page(shape: tuple[int, int], panels: int) -> None:
    figure = comparison(*pooled(noise(*shape), panels - 1)).view()
    covered = sum(axes.bbox.width * axes.bbox.height for axes in figure.parts)
    assert covered / (figure.figure.bbox.width * figure.figure.bbox.height) >= 0.6


# Values as colours


@pytest.mark.parametrize(
    ("white", "pixels", "gray"),
    [
        (255.0, np.array([[0, 1, 100, 255]], np.uint8), [0, 1, 100, 255]),
        (65535.0, np.array([[0, 257, 25700, 65535]], np.uint16), [0, 1, 100, 255]),
        (255.0, np.array([[-7.0, 0.0, 100.2, 300.0]], np.float32), [0, 0, 100, 255]),
        (255.0, np.array([[-np.inf, np.inf]]), [0, 255]),
    ],
)
def test_images_show_0_to_full_whatever_values_they_hold(
    white: float, pixels: Array, gray: list[int]
) -> None:
    figure = comparison(pixels, white=white).view()
    assert colours_of(figure.parts[0])[0].tolist() == [[value] * 3 for value in gray]
    assert not figure.bars


def test_every_gray_is_shown_as_it_is() -> None:
    grays = np.arange(256, dtype=np.uint8)[np.newaxis]
    assert colours_of(comparison(grays).view().parts[0])[0, :, 0].tolist() == list(range(256))


def test_colour_is_clipped_to_the_full_range() -> None:
    pixels = np.array([[[-5.0, 128.0, 700.0]]])
    assert colours_of(comparison(pixels).view().parts[0])[0, 0].tolist() == [0, 128, 255]


def test_a_matrix_shows_the_finite_range_of_all_panels_with_one_bar() -> None:
    first = np.array([[np.nan, -3.0], [np.inf, 5.0]])
    second = np.array([[9.0, -np.inf]])
    figure = comparison(first, second, white=None).view()
    (bar,) = figure.bars
    low, high = colour_of("viridis", 0.0), colour_of("viridis", 1.0)
    assert bar.rows == (9.0, -3.0)
    assert tuple(colours_of(figure.parts[0])[0, 1]) == tuple(low)
    assert tuple(colours_of(figure.parts[1])[0, 0]) == tuple(high)
    assert tuple(colours_of(figure.parts[0])[1, 0]) == tuple(high)
    assert tuple(colours_of(figure.parts[1])[0, 1]) == tuple(low)
    assert tuple(colours_of(figure.parts[0])[0, 0]) == NOT_A_NUMBER


def test_the_range_of_a_matrix_counts_pixels_that_shrinking_averages_away() -> None:
    matrix = np.zeros((1500, 1500))
    matrix[700, 700] = 1000
    (bar,) = comparison(matrix, white=None).view().bars
    assert bar.rows == (1000, 0)


def test_the_bar_is_slim_stands_to_the_right_and_carries_round_numbers() -> None:
    figure = comparison(*pooled(TEXTBOOK, 1), white=None).view()
    (bar,) = figure.bars
    last = panels_of(figure)[-1]
    assert bar.bbox.x0 > last.bbox.x1
    assert bar.bbox.width < last.bbox.width / 10
    assert (bar.bbox.y0, bar.bbox.y1) == pytest.approx((last.bbox.y0, last.bbox.y1))
    right = [
        text.get_text()
        for text in figure.figure.texts
        if 0 < text.get_position()[0] - bar.bbox.x1 < 20
    ]
    assert right == ["0", "2", "4", "6", "8"]


def test_a_matrix_of_three_channels_is_colour_without_a_bar() -> None:
    figure = comparison(np.array([[[-1.0, 0.0, 1.0]]]), white=None).view()
    assert colours_of(figure.parts[0])[0, 0].tolist() == [0, 128, 255]
    assert len(figure.parts) == 1


def test_a_colormap_colours_one_channel_and_leaves_colour_alone() -> None:
    gray, colour = np.array([[255]], np.uint8), np.full((1, 1, 3), 255, np.uint8)
    figure = comparison(gray, colour, gray[:, :, None], colormap="magma").view()
    magma = colour_of("magma", 1.0)
    assert tuple(colours_of(figure.parts[0])[0, 0]) == tuple(magma)
    assert tuple(colours_of(figure.parts[1])[0, 0]) == (255, 255, 255)
    assert tuple(colours_of(figure.parts[2])[0, 0]) == tuple(magma)


EXTREMES = [
    np.full((3, 3), np.nan),
    np.array([[np.inf, -np.inf]]),
    np.array([[np.inf, np.nan]]),
    np.full((3, 3), 7),
    np.full((3, 3), 0.0),
    np.full((3, 3), 1e308),
    np.array([[1e308, -1e308]]),
    np.array([[3.4e38, -3.4e38]], np.float32),
    np.array([[5e-324, 0.0]]),
    np.array([[1e-310, 2e-310]]),
    np.array([[1.0, 1.0 + 1e-15]]),
    np.array([[1e6, 1e6 + 2]]),
    np.array([[-(2**63), 2**63 - 1]]),
    np.array([[0, 2**64 - 1]], np.uint64),
    np.array([[True, False]]),
    np.array([[6e4, -6e4]], np.float16),
    np.array([[1.5, -2.5]], np.longdouble),
    np.array([[1.5, -2.5]], ">f8"),
    np.where(np.eye(900) > 0, np.inf, 0),
]


@pytest.mark.parametrize("white", [255.0, None])
@pytest.mark.parametrize("matrix", EXTREMES, ids=lambda matrix: f"{matrix.flat[:2]}")
def test_no_values_are_too_odd_to_draw(matrix: Array, white: float | None) -> None:
    check_text(comparison(matrix, white=white).view())


def test_equal_values_get_the_middle_of_the_colours() -> None:
    figure = comparison(np.full((2, 2), 7), white=None).view()
    assert tuple(colours_of(figure.parts[0])[0, 0]) == tuple(colour_of("viridis", 0.5))


def test_rounding_noise_of_a_constant_matrix_is_no_contrast() -> None:
    figure = comparison(np.array([[0.1, np.nextafter(0.1, 1)]]), white=None).view()
    one, other = colours_of(figure.parts[0])[0].astype(int)
    assert np.abs(one - other).max() <= 1


@pytest.mark.parametrize("channels", [(), (3,)])
def test_nan_has_a_colour_that_no_value_has(channels: tuple[int, ...]) -> None:
    pixels = np.zeros((1, 20, *channels))
    pixels[0, 3] = np.nan
    colours = colours_of(comparison(pixels).view().parts[0])
    assert [tuple(colour) == NOT_A_NUMBER for colour in colours[0]].count(True) == 1
    assert tuple(colours[0, 3]) == NOT_A_NUMBER


# Numbers in cells


def test_a_textbook_matrix_prints_its_numbers() -> None:
    figure = comparison(*pooled(TEXTBOOK, 1), white=None).view()
    assert written(figure.parts[0]) == [[str(value) for value in row] for row in TEXTBOOK]
    assert written(figure.parts[1]) == [["6", "8"], ["3", "4"]]


@pytest.mark.parametrize(
    ("image", "white", "numbered"),
    [
        (noise(16, 16), None, True),
        (noise(16, 16), 255.0, True),
        (noise(17, 4), None, False),
        (noise(4, 17), 255.0, False),
        (noise(4, 4, 3), 255.0, False),
    ],
)
def test_only_one_channel_of_at_most_16_pixels_a_side_is_numbered(
    image: Array, white: float | None, *, numbered: bool
) -> None:
    assert bool(numbers_in(comparison(image, white=white).view().parts[0])) == numbered


@pytest.mark.parametrize("value", [-9999, 12345, -123.4, 1e-05, np.nan])
def test_sixteen_by_sixteen_numbers_fit_their_cells(value: float) -> None:
    figure = comparison(np.full((16, 16), value), white=None).view()
    axes = figure.parts[0]
    cell = axes.bbox.width / 16
    for text in numbers_in(axes):
        box = text.get_window_extent()
        column, row = (edge - 0.5 for edge in axes.position(text))
        assert box.width < cell
        assert box.height < cell
        assert axes.bbox.x0 + column * cell < box.x0
        assert box.x1 < axes.bbox.x0 + (column + 1) * cell
        assert axes.bbox.y1 - (row + 1) * cell < box.y0
        assert box.y1 < axes.bbox.y1 - row * cell


def test_sixteen_by_sixteen_numbers_are_large_enough_to_read() -> None:
    axes = comparison(np.full((16, 16), -9999), white=None).view().parts[0]
    assert numbers_in(axes)[0].get_window_extent().height >= 7


def test_numbers_contrast_with_their_cell() -> None:
    figure = comparison(np.array([[0, 90, 140, 255]], np.uint8)).view()
    colours = [str(text.get_color()) for text in numbers_in(figure.parts[0])]
    assert colours[:2] == ["white", "white"]
    assert "white" not in colours[2:]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.uint8(255), "255"),
        (np.int64(-1234567), "−1234567"),
        (np.bool_(True), "1"),
        (np.float32(6.25), "6.25"),
        (np.float64(1 / 3), "0.3333"),
        (np.float64(-12345.6), "−1.235e4"),
        (np.float64(0.00001), "1e−5"),
        (np.float64(128), "128"),
        (np.float64(-0.0), "0"),
        (np.float64("nan"), "nan"),
        (np.float64("-inf"), "−inf"),
    ],
)
def test_numbers_are_written_short(value: Any, expected: str) -> None:
    assert number(value) == expected


# Marks


def hatched(drawn: Drawn) -> bool:
    return any(patch.get_hatch() for patch in drawn.patches)


def test_each_panel_hatches_what_its_next_iteration_leaves_unused() -> None:
    figure = chained(noise(300, 451), Window.of(2), 3).view()
    assert [hatched(axes) for axes in figure.parts] == [True, True, True, False]
    figure = chained(noise(256, 256), Window.of(2), 3).view()
    assert not any(hatched(axes) for axes in figure.parts)


def test_hatching_shows_on_the_page_of_a_huge_image() -> None:
    made = chained(np.zeros((3001, 4000), np.uint8), Window.of(2))
    inside = dots_inside(made, 0)
    assert (inside[-3:] > 100).any()
    assert not (inside[: -len(inside) // 10] > 100).any()


def test_numbers_stay_legible_where_they_are_hatched() -> None:
    figure = chained(np.zeros((5, 5), np.int64), Window.of(2), white=None, colormap="gray").view()
    numbers = numbers_in(figure.parts[0])
    hidden = [text for text in numbers if 4.5 in figure.parts[0].position(text)]
    assert len(hidden) == 9
    assert all(text.get_color() != "white" and text.get_bbox_patch() for text in hidden)
    assert not any(text.get_bbox_patch() for text in numbers if text not in hidden)


def test_the_ground_of_a_hatched_number_is_free_of_lines_in_a_small_panel() -> None:
    made = chained(np.full((16, 15), 255, np.uint8), Window.of(2), 3)
    figure = made.view()
    first = figure.parts[0]
    number = next(text for text in numbers_in(first) if first.position(text)[0] == 14.5)
    box = number.get_window_extent()
    page = opened(made.render())
    rows = slice(len(page) - round(box.y1), len(page) - round(box.y0))
    around = page[rows, round(box.x0) - 1 : round(box.x1) + 1]
    assert (around[:, 0] > 200).all()
    assert (around[:, -1] > 200).all()


def test_padding_that_can_be_seen_has_room_and_a_dashed_line() -> None:
    figure = chained(noise(12, 12), Window.of(3, 2, 1), 2).view()
    first, second, last = figure.parts
    assert first.columns == (-1, 13)
    assert second.rows == (-1, 7)
    assert last.columns == (0, 3)
    assert [len(axes.patches) for axes in figure.parts] == [2, 2, 0]
    assert [axes.is_framed for axes in figure.parts] == [False, False, True]
    assert min(mark for axes in figure.parts for mark in numbered(axes)[0]) == 0


def test_padding_too_thin_to_be_seen_takes_no_room() -> None:
    figure = chained(noise(300, 451), Window.of(3, 2, 1)).view()
    assert figure.parts[0].columns == (0, 451)
    assert not figure.parts[0].patches


def test_pixels_of_a_padded_panel_are_squares_of_one_size() -> None:
    axes = chained(noise(12, 12), Window.of(3, 2, 1)).view().parts[0]
    assert axes.bbox.width / 14 == pytest.approx(round(axes.bbox.width / 14))


def test_nan_is_named() -> None:
    image = np.ones((10, 10))
    image[0, :7] = np.nan
    figure = comparison(image, np.ones((2, 2)), white=None).view()
    assert lines_above(figure.parts[0])[-1] == "7 % NaN, in rose"
    assert not any("NaN" in line for line in lines_above(figure.parts[1]))


# Dots


def test_no_more_pixels_are_drawn_than_the_panel_has_dots() -> None:
    figure = comparison(noise(2000, 3000, 3), noise(3, 4000), noise(4000, 3)).view()
    for axes in figure.parts:
        rows, columns = colours_of(axes).shape[:2]
        assert rows <= round(axes.bbox.height)
        assert columns <= round(axes.bbox.width)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.int64, np.float32, np.float64])
def test_a_large_image_is_shrunk_to_averages(dtype: type[np.generic]) -> None:
    large = (np.indices((1800, 2400)).sum(axis=0) % 2 * 200).astype(dtype)
    colours = colours_of(comparison(large).view().parts[0])
    assert np.abs(colours.astype(int) - 100).max() <= 60
    assert abs(colours.mean() - 100) < 1


def test_values_beyond_white_are_clipped_before_they_are_averaged() -> None:
    edges = np.zeros((2000, 2000), np.float32)
    edges[:, ::2] = 1020
    colours = colours_of(comparison(edges).view().parts[0])
    assert abs(colours.mean() - 127.5) < 1


def test_a_panel_is_a_copy() -> None:
    image = noise(20, 30)
    made = comparison(image)
    before = made.render()
    image[:] = 0
    assert made.render() == before


def test_enlarged_pixels_stay_sharp() -> None:
    checker = np.array([[[255, 0, 0], [0, 0, 255]], [[0, 0, 255], [255, 0, 0]]], np.uint8)
    inside = dots_inside(comparison(noise(90, 90, 3), checker), 1)
    assert {tuple(colour) for colour in inside.reshape(-1, 3)} == {(255, 0, 0), (0, 0, 255)}
    assert tuple(inside[5, 5]) == (255, 0, 0)
    assert tuple(inside[5, -5]) == (0, 0, 255)


@pytest.mark.parametrize("shape", [(100, 150, 3), (300, 451, 3), (512, 512, 3), (37, 53, 3)])
def test_pixels_of_the_first_panel_are_squares_of_one_size(shape: tuple[int, ...]) -> None:
    image = noise(*shape)
    made = comparison(image)
    times = round(made.view().parts[0].bbox.width / shape[1])
    expected = image.repeat(times, axis=0).repeat(times, axis=1)
    np.testing.assert_array_equal(dots_inside(made, 0), expected[2:-2, 2:-2])


def test_transparent_pixels_show_a_light_checkerboard() -> None:
    image = np.zeros((2, 2, 4), np.uint8)
    image[0, 0] = 200, 10, 10, 255
    made = comparison(image)
    inside = dots_inside(made, 0)
    middle = len(inside) // 2
    opaque = inside[: middle - 2, : middle - 2].reshape(-1, 3)
    clear = inside[middle + 2 :, middle + 2 :].reshape(-1, 3)
    assert {tuple(colour) for colour in opaque} == {(200, 10, 10)}
    grounds = {tuple(colour) for colour in clear}
    assert len(grounds) == 2
    assert min(min(ground) for ground in grounds) > 200


@pytest.mark.parametrize(("shape", "lines"), [((9, 12), True), ((2, 3), True), ((90, 130), False)])
def test_large_transparent_pixels_differ_from_their_ground(
    shape: tuple[int, int], *, lines: bool
) -> None:
    image = np.zeros((*shape, 4), np.uint8)
    image[0, 0] = 200, 10, 10, 255
    made = comparison(image)
    axes = panels_of(made.view())[0]
    assert bool(axes.lines) == lines
    ground = dots_inside(made, 0)[-1, :, 0].astype(int)
    if lines:
        ground = ground[: round(axes.bbox.width / shape[1]) - 2]
    check = int(np.argmax(np.diff(ground) != 0)) + 3
    if lines:
        pixel = axes.bbox.width / shape[1]
        assert pixel / 5 < check < pixel / 3


def test_lines_between_transparent_pixels_end_with_the_image() -> None:
    image = np.full((6, 6, 4), 128, np.uint8)
    axes = panels_of(chained(image, Window.of(3, 2, 1)).view())[0]
    for lines in axes.lines:
        ends = np.concatenate([np.asarray(segment) for segment in lines.get_segments()])
        assert ends.min() == 0
        assert ends.max() == 6


def test_hidden_colour_does_not_bleed_where_an_image_is_shrunk() -> None:
    image = np.zeros((1501, 1501, 4), np.uint8)
    image[:, ::2] = 255, 0, 0, 255
    image[:, 1::2] = 0, 255, 0, 0
    colours = colours_of(comparison(image).view().parts[0])
    assert (colours[:, :, :3] == (255, 0, 0)).all()
    assert 100 < colours[:, :, 3].mean() < 156


# Names

NAMES = [
    "a$b$c_d%e^f{g}.jpg",
    r"$\frac{1}{2}$ \alpha",
    "$",
    "x\ny\tz\x00\x1b[31m.png",
    "n" * 200 + ".jpg: max, kernel 2×2, stride 2",
    "\udcff\udce9.png",
    "猫的照片.jpg",
    "עברית العربية हिन्दी.png",
    "😀 \u202eabc \ue000 \U0010ffff",
    "",
]


@pytest.mark.parametrize("name", NAMES)
def test_no_name_is_too_odd_for_a_heading_and_a_caption(name: str) -> None:
    layout = Layout.of(1, (30, 45), comparison_tiers(), white=255.0)
    stacks = [result_stack(layout, noise(30, 45), [name, name])]
    check_text(view_of(comparison_sheet(name, stacks, layout)))
    for suffix in (".svg", ".pdf"):
        assert render(comparison_sheet(name, stacks, layout, footer=["poolcli", name]), suffix)


def heading_of(name: str) -> str:
    return comparison(*pooled(noise(30, 45), 1), heading=name).view().heading


def test_a_dollar_sign_is_a_dollar_sign() -> None:
    figure = comparison(noise(30, 45), heading="$x^2$").view()
    assert figure.heading == "$x^2$"
    assert not any(text.get_parse_math() for text in figure.figure.texts)


def test_control_characters_and_stray_bytes_are_replaced() -> None:
    assert heading_of("x\ny\tz\x00\udcff.png") == "x y z��.png"


def test_a_long_name_loses_its_middle_but_not_its_operation() -> None:
    heading = heading_of("start" + "n" * 200 + ".jpg: max, kernel 2×2, stride 2")
    assert heading.startswith("start")
    assert heading.endswith(".jpg: max, kernel 2×2, stride 2")
    assert heading.count("…") == 1
    assert len(heading) > 60


def test_installed_fonts_help_out_where_a_glyph_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        font_manager.fontManager, "get_font_names", lambda: ["Noto Sans CJK SC", "Comic Sans MS"]
    )
    fonts.cache_clear()
    try:
        assert fonts() == ["DejaVu Sans", "Noto Sans CJK SC"]
    finally:
        fonts.cache_clear()


def test_the_footers_font_has_the_same_help() -> None:
    assert fonts(mono=True)[0] == "DejaVu Sans Mono"
    assert fonts(mono=True)[1:] == fonts()[1:]


def test_only_the_warning_of_a_missing_glyph_is_silent() -> None:
    with pytest.warns(UserWarning, match="something else"), house_style():
        warnings.warn("something else", UserWarning, stacklevel=1)


# Colour maps


def test_known_colour_maps_pass() -> None:
    check_colormap("viridis")
    check_colormap("Greys_r")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("virdis", "did you mean viridis"),
        ("GRAY", "did you mean gray"),
        ("xyz", "well-known ones are gray"),
        ("", "well-known ones are gray"),
        ("a\nb", "well-known ones are gray"),
    ],
)
def test_an_unknown_colour_map_is_refused_with_close_ones(name: str, hint: str) -> None:
    with pytest.raises(PoolcliError, match=hint) as caught:
        check_colormap(name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("shape", "said"), [((3000, 200), True), ((300, 451), False)])
def test_a_panel_that_is_stretched_says_so(shape: tuple[int, int], said: bool) -> None:
    made = comparison(np.zeros(shape, np.uint8), heading="heading")
    assert made.view().heading == ("heading (stretched)" if said else "heading")
