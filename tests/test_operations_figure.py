"""Operations compared: a row for each, and the signed difference of two."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from helpers.core import Name, pool
from helpers.drawn import (
    COMMAND,
    TEXTBOOK,
    Drawn,
    Made,
    View,
    caption,
    check_text,
    colour_of,
    colours_of,
    lines_above,
    noise,
    numbers_in,
    panels_of,
    written,
)
from numpy.typing import NDArray

from poolcli.figures import Layout, input_stack, operation_tiers, operations, results_stack
from poolcli.figures.differences import DIVERGING, Legend, signed_difference
from poolcli.geometry import Window, chain

Array = NDArray[Any]

HEADING = "cat.jpg: max and avg, kernel 2×2, stride 2"


def compared(
    image: Array,
    names: tuple[Name, ...] = ("max", "avg"),
    iterations: int = 1,
    *,
    white: float | None = 255.0,
    window: Window | None = None,
    suffix: str = ".png",
) -> Made:
    window = window or Window.of(2)
    steps = chain(window, image.shape[:2], iterations)
    layout = Layout.of(
        1 + iterations,
        steps[0].input_shape,
        operation_tiers(names),
        white=white,
        step=steps[0],
        suffix=suffix,
    )
    stacks = [input_stack(layout, image, caption(0, image), steps[0])]
    states = [image] * len(names)
    for index in range(iterations):
        states = [pool(state, one, window) for state, one in zip(states, names, strict=True)]
        following = steps[index + 1] if index + 1 < iterations else None
        stacks.append(results_stack(layout, states, caption(index + 1, image), following))
    return Made(operations(HEADING, names, stacks, layout, footer=COMMAND), suffix)


def rows_of(view: View) -> list[list[Drawn]]:
    """Return the panels, row by row from the top."""
    rows: dict[int, list[Drawn]] = {}
    for drawn in panels_of(view):
        rows.setdefault(round(drawn.bbox.y0), []).append(drawn)
    return [sorted(row, key=lambda drawn: drawn.bbox.x0) for _, row in sorted(rows.items())[::-1]]


def legend_of(view: View) -> Drawn:
    (legend,) = (drawn for drawn in view.parts if isinstance(drawn.part, Legend))
    return legend


def difference_of(view: View) -> Drawn:
    return rows_of(view)[-1][-1]


def tier_labels(view: View) -> list[str]:
    return [text.get_text() for text in view.figure.texts if text.get_rotation() == 90]


def test_each_operation_has_a_row_and_iterations_run_across() -> None:
    image = noise(64, 96, 3)
    figure = compared(image, ("max", "min", "median"), 2).view()
    rows = rows_of(figure)
    assert [len(row) for row in rows] == [3, 3, 3]
    assert tier_labels(figure) == ["max", "min", "median"]
    names: tuple[Name, ...] = ("max", "min", "median")
    for row, operation in zip(rows, names, strict=True):
        state = image
        for index, axes in enumerate(row):
            wanted = np.rint(np.asarray(state, float))
            assert np.abs(colours_of(axes).astype(float) - wanted).max() <= 0.5, (operation, index)
            state = pool(state, operation, Window.of(2))
    assert not figure.bars


def test_two_operations_have_the_second_minus_the_first_below() -> None:
    figure = compared(TEXTBOOK, white=None).view()
    first, second, difference = rows_of(figure)
    assert tier_labels(figure) == ["max", "avg", "avg − max"]
    assert written(first[1]) == [["6", "8"], ["3", "4"]]
    assert written(second[1]) == [["3.25", "5.25"], ["2", "2"]]
    assert written(difference[-1]) == [["−2.75", "−2.75"], ["−1", "−2"]]
    assert lines_above(difference[-1]) == ["mean −2.12, from −2.75 to −1"]


def test_the_difference_is_centred_on_white_with_a_bar_of_its_own() -> None:
    image = np.array([[0, 0, 100, 100], [0, 0, 100, 180]], np.uint8)
    figure = compared(image, ("avg", "max")).view()
    panel, legend = difference_of(figure), legend_of(figure)
    assert (legend.colouring.low, legend.colouring.high) == (-60.0, 60.0)
    assert tuple(colours_of(panel)[0, 0]) == colour_of(DIVERGING, 0.5)
    assert tuple(colours_of(panel)[0, 1]) == colour_of(DIVERGING, 1.0)
    assert (legend.bbox.y0, legend.bbox.y1) == (panel.bbox.y0, panel.bbox.y1)
    assert legend.bbox.x1 < panel.bbox.x0


def test_a_matrix_has_a_bar_for_its_values_beside_its_rows() -> None:
    figure = compared(TEXTBOOK, white=None).view()
    (values,) = figure.bars
    rows = rows_of(figure)
    assert values.rows == (8, 0)
    assert legend_of(figure).colouring.high == 2.75
    assert values.bbox.y1 == pytest.approx(rows[0][0].bbox.y1)
    assert values.bbox.y0 == pytest.approx(rows[1][0].bbox.y0)


def test_equal_results_are_white_everywhere() -> None:
    figure = compared(np.full((8, 8), 9, np.uint8)).view()
    assert (colours_of(rows_of(figure)[-1][-1]) == colour_of(DIVERGING, 0.5)).all()


def test_a_few_strong_differences_do_not_leave_the_others_pale() -> None:
    image = np.tile(np.array([[100, 104], [100, 104]], np.uint8), (60, 60))
    image[0, 0] = 255
    legend = legend_of(compared(image).view())
    assert legend.colouring.high == pytest.approx(2, abs=0.1)
    assert legend.part.extended


def test_colour_differs_by_the_mean_of_its_channels_and_alpha_is_none() -> None:
    first = np.array([[[10, 20, 30, 255]]], np.uint8)
    second = np.array([[[40, 20, 0, 0]]], np.float32)
    assert signed_difference(first, second).tolist() == [[0.0]]
    assert signed_difference(first[..., :3], second[..., :3] + 3).tolist() == [[3.0]]
    assert signed_difference(np.array([[3]], np.uint8), np.array([[1]], np.uint8)) == [[-2]]
    wide = signed_difference(np.array([[2**40]]), np.array([[2**40 + 1]]))
    assert wide.dtype == np.float64
    assert wide == [[1]]


def test_the_legend_below_the_input_explains_the_colours() -> None:
    figure = compared(noise(40, 60)).view()
    words = [text.get_text() for text in legend_of(figure).texts]
    assert [word for word in words if word.isascii() and ":" in word] == [
        "red: avg is larger",
        "blue: max is larger",
    ]


def transparent(*gray: int) -> Array:
    """Return a row of opaque gray pixels; −1 is one that is hidden."""
    row = [[value, value, value, 255] if value >= 0 else [0, 0, 0, 0] for value in gray]
    return np.array([row], np.uint8)


def differing(first: Array, second: Array) -> Drawn:
    shape = first.shape[0], first.shape[1]
    names = ("max", "min")
    layout = Layout.of(2, shape, operation_tiers(names), white=255.0)
    stacks = [
        input_stack(layout, first, ["input"]),
        results_stack(layout, [first, second], ["iteration 1"]),
    ]
    view = Made(operations("a", names, stacks, layout)).view()
    check_text(view)
    return difference_of(view)


def test_pixels_that_alpha_hides_on_one_side_have_no_difference() -> None:
    panel = differing(transparent(200, 100, -1, -1), transparent(190, -1, 100, -1))
    assert panel.part.hidden.tolist() == [[False, True, True, True]]
    assert tuple(colours_of(panel)[0, 0]) == colour_of(DIVERGING, 0.0)
    assert [text.get_text() for text in numbers_in(panel)] == ["−10"]
    title = "mean of R, G and B: −10 on average, from −10 to −10"
    assert lines_above(panel) == [title]


def test_where_all_is_hidden_there_is_no_difference_to_name() -> None:
    panel = differing(transparent(200, -1), transparent(-1, 100))
    assert lines_above(panel) == ["no finite difference"]


def test_hidden_pixels_do_not_pale_their_neighbours_where_a_difference_is_shrunk() -> None:
    first = np.zeros((1500, 1500, 4), np.uint8)
    first[:, ::2] = 90, 90, 90, 255
    second = first // 2
    second[..., 3] = first[..., 3]
    panel = differing(first, second)
    assert not panel.part.hidden.any()
    assert (colours_of(panel) == colour_of(DIVERGING, 0.0)).all()


def test_the_difference_of_a_gray_picture_needs_no_mean_of_channels() -> None:
    panel = difference_of(compared(noise(40, 60)).view())
    assert panel.part.title.startswith("mean −")
    panel = difference_of(compared(noise(40, 60, 3)).view())
    assert panel.part.title.startswith("mean of R, G and B: −")


@pytest.mark.parametrize("shape", [(300, 451, 3), (512, 512), (1, 500), (500, 1), (5, 7), (1, 1)])
@pytest.mark.parametrize("white", [255.0, None])
@pytest.mark.parametrize("iterations", [1, 3, 12])
def test_no_text_overlaps(shape: tuple[int, ...], white: float | None, iterations: int) -> None:
    window = Window.of(2, ceil_mode=True)
    figure = compared(noise(*shape), iterations=iterations, white=white, window=window).view()
    check_text(figure)
    assert max(figure.figure.get_size_inches()) < 30


@pytest.mark.parametrize("shape", [(300, 451), (512, 512), (427, 640), (640, 480)])
@pytest.mark.parametrize("iterations", [1, 2, 3, 4])
def test_panels_and_their_legend_cover_sixty_percent_of_the_page(
    shape: tuple[int, int], iterations: int
) -> None:
    figure = compared(noise(*shape), iterations=iterations).view()
    covered = sum(axes.bbox.width * axes.bbox.height for axes in figure.parts)
    assert covered / (figure.figure.bbox.width * figure.figure.bbox.height) >= 0.6


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
    for white in (255.0, None):
        check_text(compared(image, white=white).view())


def test_an_animation_shows_all_rows_of_an_iteration_at_once() -> None:
    made = compared(noise(64, 96), iterations=2, suffix=".gif")
    frames = made.frames()
    assert [len(panels_of(frame)) for frame in frames] == [2, 3, 3]
    assert len({tuple(frame.figure.get_size_inches()) for frame in frames}) == 1
    for frame in frames:
        check_text(frame)
        (bar,) = frame.bars
        words = {text.get_text() for text in frame.figure.texts}
        assert (bar.part.above, bar.part.below) == ("red: avg is larger", "blue: max is larger")
        assert words >= {"red: avg is larger", "blue: max is larger"}


def test_a_heading_that_is_too_long_does_without_its_window_before_names_are_cut() -> None:
    for shorter, suffix in (("cat.jpg: max, avg and median", ".gif"), ("", ".gif")):
        names: tuple[Name, ...] = ("max", "avg", "median")
        long = "cat.jpg: max, avg and median, kernel 12×12, stride 12, padding same, dilation 2"
        layout = Layout.of(1, (90, 60), operation_tiers(names), white=255.0, suffix=suffix)
        stacks = [input_stack(layout, noise(90, 60), ["input"])]
        sheet = operations(long, names, stacks, layout, shorter=shorter)
        (frame,) = Made(sheet).frames()
        heading = frame.heading
        assert heading == shorter if shorter else "…" in heading
