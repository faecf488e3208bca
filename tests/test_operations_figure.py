"""Operations compared: a row for each, and the signed difference of two."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from helpers.core import Name, pool
from helpers.drawn import (
    COMMAND,
    TEXTBOOK,
    caption,
    check_text,
    colour_of,
    colours_of,
    draw,
    noise,
    panels_of,
    written,
)
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from poolcli.figures import Operations
from poolcli.figures.operations import DIVERGING, signed_difference
from poolcli.geometry import Window, chain

Array = NDArray[Any]

HEADING = "cat.jpg: max and avg, kernel 2×2, stride 2"


def compared(
    image: Array,
    operations: tuple[Name, ...] = ("max", "avg"),
    iterations: int = 1,
    *,
    full: float | None = 255.0,
    window: Window | None = None,
    suffix: str = ".png",
) -> Operations:
    window = window or Window.of(2)
    steps = chain(window, image.shape[:2], iterations)
    made = Operations(
        HEADING,
        operations,
        1 + iterations,
        steps[0].input_shape,
        full=full,
        step=steps[0],
        footer=COMMAND,
        suffix=suffix,
    )
    made.add_input(image, caption(0, image), steps[0])
    states = [image] * len(operations)
    for index in range(iterations):
        states = [pool(state, one, window) for state, one in zip(states, operations, strict=True)]
        following = steps[index + 1] if index + 1 < iterations else None
        made.add(states, caption(index + 1, image), following)
    return made


def rows_of(figure: Figure) -> list[list[Axes]]:
    """Give the panels, row by row from the top."""
    draw(figure)
    rows: dict[int, list[Axes]] = {}
    for axes in panels_of(figure):
        rows.setdefault(round(axes.bbox.y0), []).append(axes)
    return [sorted(row, key=lambda axes: axes.bbox.x0) for _, row in sorted(rows.items())[::-1]]


def bars_of(figure: Figure) -> list[Axes]:
    """Give the colour bars: beside the panels, and in the legend."""
    return [
        axes
        for place in figure.axes
        for axes in (place, *place.child_axes)
        if isinstance(axes, Axes) and not axes.images and axes.axison
    ]


def labels_of(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.texts if text.get_rotation() == 90]


def test_each_operation_has_a_row_and_iterations_run_across() -> None:
    image = noise(64, 96, 3)
    figure = compared(image, ("max", "min", "median"), 2).figure()
    rows = rows_of(figure)
    assert [len(row) for row in rows] == [3, 3, 3]
    assert labels_of(figure) == ["max", "min", "median"]
    operations: tuple[Name, ...] = ("max", "min", "median")
    for row, operation in zip(rows, operations, strict=True):
        state = image
        for index, axes in enumerate(row):
            wanted = np.rint(np.asarray(state, float))
            assert np.abs(colours_of(axes).astype(float) - wanted).max() <= 0.5, (operation, index)
            state = pool(state, operation, Window.of(2))
    assert not bars_of(figure)


def test_two_operations_have_the_second_minus_the_first_below() -> None:
    figure = compared(TEXTBOOK, full=None).figure()
    first, second, difference = rows_of(figure)
    assert labels_of(figure) == ["max", "avg", "avg − max"]
    assert written(first[1]) == [["6", "8"], ["3", "4"]]
    assert written(second[1]) == [["3.25", "5.25"], ["2", "2"]]
    assert written(difference[-1]) == [["−2.75", "−2.75"], ["−1", "−2"]]
    assert difference[-1].texts[-1].get_text() == "mean −2.12, from −2.75 to −1"


def test_the_difference_is_centred_on_white_with_a_bar_of_its_own() -> None:
    image = np.array([[0, 0, 100, 100], [0, 0, 100, 180]], np.uint8)
    figure = compared(image, ("avg", "max")).figure()
    (bar,) = bars_of(figure)
    assert bar.get_xlim() == (-60.0, 60.0)
    panel = rows_of(figure)[-1][-1]
    assert tuple(colours_of(panel)[0, 0]) == colour_of(DIVERGING, 0.5)
    assert tuple(colours_of(panel)[0, 1]) == colour_of(DIVERGING, 1.0)
    assert panel.bbox.y0 < bar.bbox.y0 < bar.bbox.y1 < panel.bbox.y1
    assert bar.bbox.x1 < panel.bbox.x0


def test_a_matrix_has_a_bar_for_its_values_beside_its_rows() -> None:
    figure = compared(TEXTBOOK, full=None).figure()
    differences, values = bars_of(figure)
    rows = rows_of(figure)
    assert values.get_ylim() == (0, 8)
    assert differences.get_xlim() == (-2.75, 2.75)
    assert values.bbox.y1 == pytest.approx(rows[0][0].bbox.y1)
    assert values.bbox.y0 == pytest.approx(rows[1][0].bbox.y0)


def test_equal_results_are_white_everywhere() -> None:
    figure = compared(np.full((8, 8), 9, np.uint8)).figure()
    assert (colours_of(rows_of(figure)[-1][-1]) == colour_of(DIVERGING, 0.5)).all()


def test_a_few_strong_differences_do_not_leave_the_others_pale() -> None:
    image = np.tile(np.array([[100, 104], [100, 104]], np.uint8), (60, 60))
    image[0, 0] = 255
    (bar,) = bars_of(compared(image).figure())
    assert bar.get_xlim()[1] == pytest.approx(2, abs=0.1)


def test_colour_differs_by_the_mean_of_its_channels_and_alpha_is_none() -> None:
    first = np.array([[[10, 20, 30, 255]]], np.uint8)
    second = np.array([[[40, 20, 0, 0]]], np.float32)
    assert signed_difference(first, second).tolist() == [[0.0]]
    assert signed_difference(first[..., :3], second[..., :3] + 3).tolist() == [[3.0]]
    assert signed_difference(np.array([[3]], np.uint8), np.array([[1]], np.uint8)) == [[-2]]
    wide = signed_difference(np.array([[2**40]]), np.array([[2**40 + 1]]))
    assert wide.dtype == np.float64
    assert wide == [[1]]


def test_the_place_below_the_input_says_what_the_colours_mean() -> None:
    figure = compared(noise(40, 60)).figure()
    (legend,) = (axes for axes in figure.axes if not axes.axison)
    assert [text.get_text() for text in legend.texts if text.get_text()] == [
        "red: avg is larger",
        "blue: max is larger",
    ]


def transparent(*gray: int) -> Array:
    """Give a row of opaque gray pixels; −1 is one that is hidden."""
    row = [[value, value, value, 255] if value >= 0 else [0, 0, 0, 0] for value in gray]
    return np.array([row], np.uint8)


def differing(first: Array, second: Array) -> Axes:
    made = Operations("a", ("max", "min"), 2, first.shape[:2], full=255.0)
    made.add_input(first, ["input"])
    made.add([first, second], ["iteration 1"])
    figure = made.figure()
    check_text(figure)
    return rows_of(figure)[-1][-1]


def test_pixels_that_alpha_hides_on_one_side_have_no_difference() -> None:
    panel = differing(transparent(200, 100, -1, -1), transparent(190, -1, 100, -1))
    assert colours_of(panel)[0, :, 3].tolist() == [255, 0, 0, 0]
    assert tuple(colours_of(panel)[0, 0, :3]) == colour_of(DIVERGING, 0.0)
    assert [text.get_text() for text in panel.texts if text.get_text()] == [
        "−10",
        "mean of R, G and B: −10 on average, from −10 to −10",
    ]


def test_where_all_is_hidden_there_is_no_difference_to_tell() -> None:
    panel = differing(transparent(200, -1), transparent(-1, 100))
    assert panel.texts[-1].get_text() == "no finite difference"


def test_hidden_pixels_do_not_pale_their_neighbours_where_a_difference_is_shrunk() -> None:
    first = np.zeros((1500, 1500, 4), np.uint8)
    first[:, ::2] = 90, 90, 90, 255
    second = first // 2
    second[..., 3] = first[..., 3]
    panel = differing(first, second)
    colours = colours_of(panel)
    assert (colours[..., 3] == 255).all()
    assert (colours[..., :3] == colour_of(DIVERGING, 0.0)).all()


def test_the_difference_of_a_gray_picture_needs_no_mean_of_channels() -> None:
    panel = rows_of(compared(noise(40, 60)).figure())[-1][-1]
    assert panel.texts[-1].get_text().startswith("mean −")
    panel = rows_of(compared(noise(40, 60, 3)).figure())[-1][-1]
    assert panel.texts[-1].get_text().startswith("mean of R, G and B: −")


@pytest.mark.parametrize("shape", [(300, 451, 3), (512, 512), (1, 500), (500, 1), (5, 7), (1, 1)])
@pytest.mark.parametrize("full", [255.0, None])
@pytest.mark.parametrize("iterations", [1, 3, 12])
def test_no_text_overlaps(shape: tuple[int, ...], full: float | None, iterations: int) -> None:
    window = Window.of(2, ceil_mode=True)
    figure = compared(noise(*shape), iterations=iterations, full=full, window=window).figure()
    check_text(figure)
    assert max(figure.get_size_inches()) < 30


@pytest.mark.parametrize("shape", [(300, 451), (512, 512), (427, 640), (640, 480)])
@pytest.mark.parametrize("iterations", [1, 2, 3, 4])
def test_panels_and_their_legend_cover_sixty_percent_of_the_page(
    shape: tuple[int, int], iterations: int
) -> None:
    figure = compared(noise(*shape), iterations=iterations).figure()
    covered = sum(axes.bbox.width * axes.bbox.height for axes in figure.axes)
    assert covered / (figure.bbox.width * figure.bbox.height) >= 0.6


@pytest.mark.parametrize(
    "image",
    [
        np.full((4, 4), np.nan),
        np.array([[np.inf, -np.inf], [1e308, -1e308]]),
        np.array([[1e308, -1e308] * 4] * 8),
        np.array([[5e-324, 0], [0, 0]]),
        np.zeros((2, 2)),
    ],
)
def test_no_values_are_too_odd_to_compare(image: Array) -> None:
    for full in (255.0, None):
        check_text(compared(image, full=full).figure())


def test_an_animation_shows_all_rows_of_an_iteration_at_once() -> None:
    made = compared(noise(64, 96), iterations=2, suffix=".gif")
    frames = list(made._sheet().frames())
    assert [len(panels_of(frame)) for frame in frames] == [2, 3, 3]
    assert len({tuple(frame.get_size_inches()) for frame in frames}) == 1
    for frame in frames:
        check_text(frame)
        (bar,) = bars_of(frame)
        assert [text.get_text() for text in bar.texts] == [
            "red: avg is larger",
            "blue: max is larger",
        ]


def test_a_heading_that_is_too_long_does_without_its_window_before_names_are_cut() -> None:
    for shorter, suffix in (("cat.jpg: max, avg and median", ".gif"), ("", ".gif")):
        names: tuple[Name, ...] = ("max", "avg", "median")
        long = "cat.jpg: max, avg and median, kernel 12×12, stride 12, padding same, dilation 2"
        made = Operations(long, names, 1, (90, 60), shorter=shorter, full=255.0, suffix=suffix)
        made.add_input(noise(90, 60), ["input"])
        (frame,) = made._sheet().frames()
        heading = frame.texts[0].get_text()
        assert heading == shorter if shorter else "…" in heading
