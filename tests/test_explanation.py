"""Explanations: records that a loop over positions confirms, sentences and drawings read by eye."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from helpers.core import operation as make
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from poolcli.errors import PoolcliError
from poolcli.explanation import (
    Stage,
    explain_all,
    explain_cell,
    sentence,
    stages,
    trace,
)
from poolcli.explanation.diagram import Diagram, becomes, beside
from poolcli.geometry import AdaptiveWindow, AnyWindow, Window, chain
from poolcli.spelling import spell_number, spell_range

Array = NDArray[Any]
INF = np.inf
MATRIX = np.array([[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]])


def pooled(
    image: Array,
    operation: Any,
    window: AnyWindow,
    iterations: int = 1,
    *,
    count: bool = False,
    norm: float = 2.0,
    full: int | None = None,
) -> list[Stage]:
    """Pool an image (H, W) or (H, W, C), and keep every stage."""
    layers = image.reshape(*image.shape[:2], -1)
    steps = chain(window, image.shape, iterations)
    return stages(layers, make(operation, count, norm), steps, full=full)


def said(image: Array, operation: Any, window: AnyWindow, **how: Any) -> str:
    """Explain the first result in a sentence."""
    return sentence(pooled(image, operation, window, **how)[0].cell((0, 0), 0))


def drawn(picture: str) -> list[str]:
    """Read a drawing from a test, without its margin of four."""
    return [line[4:].rstrip() for line in picture.splitlines()[1:-1]]


SMALL = st.tuples(st.integers(1, 4), st.integers(1, 4))


@given(
    shape=st.tuples(st.integers(1, 7), st.integers(1, 7)),
    kernel=SMALL,
    stride=SMALL,
    dilation=st.sampled_from([(1, 1), (2, 1), (1, 3)]),
    padding=st.sampled_from(["same", "none", "some"]),
    ceil_mode=st.booleans(),
    operation=st.sampled_from(["max", "min", "avg", "median", "lp"]),
)
def test_a_cell_holds_the_pixels_of_its_window_and_counts_the_rest(
    shape: tuple[int, int],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    padding: str,
    ceil_mode: bool,
    operation: Any,
) -> None:
    sides: Any = "same" if padding == "same" else 0
    if padding == "some":
        sides = tuple((taps - 1, taps // 2) for taps in kernel)
    window = Window.of(kernel, stride, sides, dilation, ceil_mode and padding != "same")
    image = np.random.default_rng(0).integers(-9, 9, shape)
    try:
        (stage,) = pooled(image, operation, window)
    except PoolcliError:
        return
    rows, columns = stage.step.axes
    for i, j in product(range(rows.output), range(columns.output)):
        places = [
            (
                i * stride[0] - rows.before + a * dilation[0],
                j * stride[1] - columns.before + b * dilation[1],
            )
            for a, b in product(range(kernel[0]), range(kernel[1]))
        ]
        real = [(r, c) for r, c in places if 0 <= r < shape[0] and 0 <= c < shape[1]]
        near = [
            (r, c)
            for r, c in places
            if -rows.before <= r < shape[0] + rows.after
            and -columns.before <= c < shape[1] + columns.after
        ]
        cell = stage.cell((i, j), 0)
        assert cell.pixels == tuple(int(image[place]) for place in real)
        assert (cell.padding, cell.beyond) == (len(near) - len(real), len(places) - len(near))
        assert cell.value == stage.output[i, j, 0]
        if operation in ("max", "min"):
            assert cell.winners == [place for place in real if image[place] == cell.value]
        assert cell.followed in real


@pytest.mark.parametrize(
    ("operation", "how", "text"),
    [
        ("max", {}, "out[0,0] = max of rows 0:2, cols 0:2 = {1, 1, 5, 6} = 6, at (1, 1)"),
        ("min", {}, "out[0,0] = min of rows 0:2, cols 0:2 = {1, 1, 5, 6} = 1, at (0, 0), (0, 1)"),
        ("avg", {}, "out[0,0] = avg of rows 0:2, cols 0:2 = (1 + 1 + 5 + 6) / 4 = 13 / 4 = 3.25"),
        (
            "median",
            {},
            (
                "out[0,0] = median of rows 0:2, cols 0:2"
                " = the middle of {1, 1, 5, 6} in order = (1 + 5) / 2 = 3"
            ),
        ),
        (
            "lp",
            {},
            (
                "out[0,0] = lp of rows 0:2, cols 0:2"
                " = ((1² + 1² + 5² + 6²) / 4)^(1/2) = (63 / 4)^(1/2) ≈ 3.96863"
            ),
        ),
        (
            "lp",
            {"norm": 1.5},
            (
                "out[0,0] = lp of rows 0:2, cols 0:2"
                " = ((1^1.5 + 1^1.5 + 5^1.5 + 6^1.5) / 4)^(1/1.5)"
                " = (27.8773 / 4)^(1/1.5) ≈ 3.64861"
            ),
        ),
    ],
)
def test_a_sentence_shows_the_whole_way_to_the_value(
    operation: str, how: dict[str, Any], text: str
) -> None:
    assert said(MATRIX, operation, Window.of(2), **how) == text


def test_an_odd_median_stands_somewhere() -> None:
    text = said(MATRIX, "median", Window.of((1, 3)))
    assert text.endswith("= the middle of {1, 1, 2} in order = 1, at (0, 0), (0, 1)")


def test_padding_is_ignored_or_counted_and_both_are_said() -> None:
    window = Window.of(2, 2, 1)
    assert said(MATRIX, "max", window).endswith(
        "= {1} = 1, at (0, 0)"
        "; the window is rows -1:1, cols -1:1, of whose 4 positions 3 are padding, ignored"
    )
    assert said(MATRIX, "avg", window).endswith(
        "= 1 / 1 = 1"
        "; the window is rows -1:1, cols -1:1, of whose 4 positions 3 are padding, ignored"
    )
    assert said(MATRIX, "avg", window, count=True).endswith(
        "= 1 / 4 = 0.25; the window is rows -1:1, cols -1:1, of whose 4 positions 3 are padding,"
        " which counts in the divisor"
    )
    one = said(MATRIX, "max", Window.of((1, 2), 1, ((0, 0), (1, 0))))
    assert one.endswith("cols -1:1, of whose 2 positions 1 is padding, ignored")


def test_what_ceil_mode_adds_is_no_padding() -> None:
    (stage,) = pooled(MATRIX, "avg", Window.of(3, 2, 1, ceil_mode=True), count=True)
    assert sentence(stage.cell((2, 2), 0)) == (
        "out[2,2] = avg of rows 3:4, cols 3:4 = 4 / 4 = 1"
        "; the window is rows 3:6, cols 3:6, of whose 9 positions 3 are padding,"
        " which counts in the divisor and 5 lie beyond the edge, ignored"
    )


def test_dilated_windows_are_slices_with_a_step() -> None:
    text = said(MATRIX, "max", Window.of(2, 1, 0, 2))
    assert text.startswith("out[0,0] = max of rows 0:3:2, cols 0:3:2 = {1, 2, 3, 1} = 3, at")


def test_nan_and_infinity_are_told_as_they_are() -> None:
    image = np.array([[1, np.nan], [-3, np.inf]])
    assert said(image, "avg", Window.of(2)).endswith(
        "= {1, nan, -3, inf} = nan, since NaN is among them"
    )
    assert said(np.abs(image[1:]), "avg", Window.of((1, 2))).endswith(
        "= (3 + inf) / 2 = inf / 2 = inf"
    )


def test_signs_vanish_in_a_power_mean() -> None:
    assert "(|-3|³ + 2³) / 2" in said(np.array([[-3, 2]]), "lp", Window.of((1, 2)), norm=3.0)


def test_very_many_pixels_are_cut_in_the_middle_and_counted() -> None:
    text = said(np.arange(100).reshape(10, 10), "max", Window.of(10))
    assert "{0, 1, 2, 3, 4, 5, 6, 7, … 90 more …, 98, 99} = 99, at (9, 9)" in text
    many = said(np.zeros((10, 10), np.uint8), "max", Window.of(10))
    assert many.endswith("= 0, at (0, 0), (0, 1), (0, 2) and 97 more")


def test_transparent_pixels_are_left_out_and_averages_are_weighed() -> None:
    image = np.array([[[10, 255], [20, 0], [30, 51], [40, 255]]], np.uint8)
    window = Window.of((1, 2))
    chain_ = pooled(image, "max", window, full=255)[0]
    assert sentence(chain_.cell((0, 0), 0)).endswith(
        "= {10} = 10, at (0, 0); 1 of its pixels is transparent and left out"
    )
    mean = pooled(image, "avg", window, full=255)[0]
    assert sentence(mean.cell((0, 1), 0)).endswith(
        "= (0.2·30 + 1·40) / (0.2 + 1) = 46 / 1.2 ≈ 38.3333"
        "; each pixel is weighed by its alpha, 0 to 1"
    )
    assert sentence(mean.cell((0, 1), 1)).endswith("= (51 + 255) / 2 = 306 / 2 = 153")
    hidden = np.zeros((1, 2, 2), np.uint8)
    nothing = pooled(hidden, "avg", window, full=255)[0]
    assert sentence(nothing.cell((0, 0), 0)).endswith("= 0, since all its pixels are transparent")


def test_counted_padding_is_opaque_black_beside_transparent_pixels() -> None:
    image = np.array([[[30, 51], [40, 255]]], np.uint8)
    window = Window.of((1, 3), 1, ((0, 0), (1, 0)))
    mean = pooled(image, "avg", window, count=True, full=255)[0]
    assert sentence(mean.cell((0, 0), 0)).startswith(
        "out[0,0] = avg of rows 0:1, cols 0:2"
        " = (0.2·30 + 1·40) / (0.2 + 1 + 1) = 46 / 2.2 ≈ 20.9091"
    )


def test_a_maximum_is_followed_back_to_its_pixel() -> None:
    image = np.arange(64).reshape(8, 8)
    cells = trace(pooled(image, "max", Window.of(2), 3), (0, 0), 0)
    assert [cell.iteration for cell in cells] == [3, 2, 1]
    assert [cell.index for cell in cells] == [(0, 0), (1, 1), (3, 3)]
    assert [cell.value for cell in cells] == [63, 63, 63]
    assert cells[-1].followed == (7, 7)


def test_an_average_is_followed_through_the_middle_of_its_windows() -> None:
    cells = trace(pooled(np.arange(81).reshape(9, 9), "avg", Window.of(3), 2), (0, 0), 0)
    assert [cell.index for cell in cells] == [(0, 0), (1, 1)]
    assert cells[-1].followed == (4, 4)


def test_tiles_are_drawn_at_once() -> None:
    lines = explain_all(pooled(MATRIX, "max", Window.of(2)))
    assert lines[0].startswith("Rows and columns are counted from 0.")
    assert lines[1:4] == [
        "",
        "the input, 4 rows × 4 columns, becomes out, 2 rows × 2 columns, by 4 windows",
        "",
    ]
    assert lines[4:12] == drawn("""
         0 1   2 3
       ┌─────┬─────┐         out:
    0: │ 1 1 │ 2 4 │              0 1
    1: │ 5 6 │ 7 8 │    →       ┌─────┐
       ├─────┼─────┤         0: │ 6 8 │
    2: │ 3 2 │ 1 0 │         1: │ 3 4 │
    3: │ 1 2 │ 3 4 │            └─────┘
       └─────┴─────┘
    """)
    assert lines[15].startswith("out[0,0] = max of rows 0:2")
    assert "Each box is a window, and makes the value of out at the same position." in lines
    assert lines[-1] == "left out of the input: nothing"


def test_padding_is_drawn_as_dots_and_what_ceil_mode_adds_as_nothing() -> None:
    lines = explain_all(pooled(MATRIX[:3, :3], "max", Window.of(2, 2, ((1, 0), (0, 0)), 1, True)))
    assert lines[4:12] == drawn("""
          0 1   2 3
        ┌─────┬─────┐         out:
    -1: │ · · │ ·   │              0 1
     0: │ 1 1 │ 2   │    →       ┌─────┐
        ├─────┼─────┤         0: │ 1 2 │
     1: │ 5 6 │ 7   │         1: │ 6 7 │
     2: │ 3 2 │ 1   │            └─────┘
        └─────┴─────┘
    """)
    assert "· is padding, a position without a pixel: never chosen." in lines


def test_pixels_that_no_window_sees_are_in_parentheses_and_named() -> None:
    lines = explain_all(pooled(MATRIX, "max", Window.of(3, 2)))
    assert lines[4:11] == drawn("""
          0   1   2     3
       ┌─────────────┐             out:
    0: │  1   1   2  │ (4)              0
    1: │  5   6   7  │ (8)    →       ┌───┐
    2: │  3   2   1  │ (0)         0: │ 7 │
       └─────────────┘                └───┘
    3:   (1) (2) (3)   (4)
    """)
    assert "A pixel in parentheses is in no window." in lines
    assert lines[-1] == (
        "left out of the input: 7 of 16 pixels, all of row 3 and all of column 3,"
        " since the next window would reach beyond the edge"
    )


def test_many_lines_left_out_are_cut() -> None:
    lines = explain_all(pooled(np.zeros((16, 2), np.uint8), "max", Window.of((1, 2), 2)))
    assert lines[-1] == (
        "left out of the input: 16 of 32 pixels, all of rows 1, 3, 5, 7, 9, 11, … 2 more,"
        " since the next window would reach beyond the edge and the stride leaves gaps between the"
        " windows"
    )
    block = explain_all(pooled(np.zeros((9, 2), np.uint8), "max", Window.of(2, (5, 2))))
    assert "all of rows 2 to 4, 7 to 8, since" in block[-1]


def test_windows_that_overlap_are_drawn_one_by_one() -> None:
    lines = explain_all(pooled(MATRIX[:2, :3], "max", Window.of(2, 1)))
    assert lines[4:9] == drawn("""
    out[0,0] sees:    out[0,1] sees:
         0 1   2         0   1 2
       ┌─────┐             ┌─────┐
    0: │ 1 1 │ 2      0: 1 │ 1 2 │
    1: │ 5 6 │ 7      1: 5 │ 6 7 │
    """)


def test_of_too_many_windows_the_first_is_drawn_and_the_step_is_said() -> None:
    lines = explain_all(pooled(np.arange(48).reshape(6, 8), "max", Window.of(3, (1, 2), 1)))
    assert sum("sees:" in line for line in lines) == 1
    assert "The next window lies 2 to the right, the next row of windows 1 below." in lines


def test_every_pixel_of_a_dilated_window_has_its_box() -> None:
    lines = explain_all(pooled(MATRIX[:1, :3], "max", Window.of((1, 2), 1, 0, 2)))
    assert lines[4:8] == drawn("""
    out[0,0] sees:
          0     1     2
       ┌─────┐     ┌─────┐
    0: │  1  │ (1) │  2  │
    """)


def test_several_iterations_are_told_apart() -> None:
    lines = explain_all(pooled(MATRIX, "avg", Window.of(2), 2))
    assert (
        "iteration 2: out1, 2 rows × 2 columns, becomes out2, 1 row × 1 column, by 1 window"
        in lines
    )
    assert lines[-3] == (
        "out2[0,0] = avg of rows 0:2, cols 0:2 of out1 = (3.25 + 5.25 + 2 + 2) / 4 = 12.5 / 4"
        " = 3.125"
    )


def test_of_an_image_one_pixel_is_told_in_every_channel() -> None:
    image = np.arange(9 * 9 * 3, dtype=np.uint8).reshape(9, 9, 3)
    lines = explain_cell(pooled(image, "max", Window.of(2), 2), (1, 1), ["red", "green", "blue"])
    assert lines[2] == "out2[1,1] sees rows 4:8, cols 4:8 of the input: 4 rows × 4 columns"
    red = lines.index("red:")
    last, first, origin = lines[red + 1 : red + 4]
    assert last == (
        "out2[1,1] = max of rows 2:4, cols 2:4 of out1 = {150, 156, 204, 210} = 210, at (3, 3)"
    )
    assert first.startswith("out1[3,3] = max of rows 6:8, cols 6:8 of the input = {180, 183, 207")
    assert origin == "so this 210 is the pixel at (7, 7) of the input"
    assert {"green:", "blue:"} < set(lines)
    assert lines[-2].startswith("left out of the input: 17 of 81 pixels, all of row 8 and all of")
    assert lines[-1] == "left out of out1: nothing"


def test_the_pixels_that_a_value_sees_are_drawn_where_they_stand() -> None:
    lines = explain_cell(pooled(MATRIX, "max", Window.of(2)), (1, 0), [""])
    at = lines.index("these pixels, with the window of the last line above:")
    assert lines[at + 1 : -2] == drawn("""
         0 1
       ┌─────┐
    2: │ 3 2 │
    3: │ 1 2 │
       └─────┘
    """)
    large = explain_cell(pooled(np.zeros((40, 40)), "max", Window.of(17)), (0, 0), [""])
    assert not any("these pixels" in line for line in large)


def test_the_path_of_an_average_is_said_to_be_one_of_many() -> None:
    lines = explain_cell(pooled(MATRIX, "avg", Window.of(2), 2), (0, 0), [""])
    path = "each line explains one value of the line above it: that in the window's middle"
    assert path in lines
    once = explain_cell(pooled(MATRIX, "avg", Window.of(2)), (0, 0), [""])
    assert not any("each line" in line for line in once)


def test_adaptive_windows_are_told_like_others() -> None:
    (stage,) = pooled(MATRIX, "avg", AdaptiveWindow.of(3))
    assert sentence(stage.cell((1, 1), 0)) == (
        "out[1,1] = avg of rows 1:3, cols 1:3 = (6 + 7 + 2 + 1) / 4 = 16 / 4 = 4"
    )
    lines = explain_all([stage])
    assert sum("sees:" in line for line in lines) == 2  # side by side, in two rows


def test_numbers_and_spans_are_short() -> None:
    assert [spell_number(n) for n in (3, 2.5, 1 / 3, -0.0, 1e20, 255.0, True)] == [
        "3",
        "2.5",
        "0.333333",
        "-0",
        "1e+20",
        "255",
        "1",
    ]
    assert spell_range(range(2, 5)) == "2:5"
    assert spell_range(range(1, 6, 2)) == "1:6:2"


def test_boxes_that_touch_share_their_line() -> None:
    words = dict.fromkeys(product(range(3), range(3)), "7")
    drawing = Diagram(range(3), range(3), words)
    drawing.box(range(2), range(2))
    drawing.box(range(1, 3), range(2, 3))
    assert drawing.lines() == drawn("""
         0 1   2
       ┌─────┐
    0: │ 7 7 │ 7
       │     ├───┐
    1: │ 7 7 │ 7 │
       └─────┤   │
    2:   7 7 │ 7 │
             └───┘
    """)


def test_blocks_go_below_each_other_where_the_line_is_full() -> None:
    blocks = [["aaa", "a"], ["bb"], ["cccc"]]
    assert beside(blocks, 10) == ["aaa    bb", "a", "", "cccc"]
    assert becomes(["aaa", "b", "c"], ["dd"], 20) == ["aaa", "b      →    dd", "c"]
    assert becomes(["aaa"], ["dd"], 8) == ["aaa", "", "dd"]


def test_opaque_pixels_all_count_alike() -> None:
    image = np.array([[[10, 255], [20, 255]]], np.uint8)
    text = sentence(pooled(image, "avg", Window.of((1, 2)), full=255)[0].cell((0, 0), 0))
    assert text.endswith("= (10 + 20) / 2 = 30 / 2 = 15")


def test_infinities_that_cancel_make_nan() -> None:
    text = said(np.array([[np.inf, -np.inf, 1.0]]), "avg", Window.of((1, 3)))
    assert text.endswith("= (inf + -inf + 1) / 3 = nan / 3 = nan")


def test_one_position_beyond_the_edge_lies_there() -> None:
    (stage,) = pooled(MATRIX[:3, :2], "max", Window.of((2, 1), ceil_mode=True))
    assert sentence(stage.cell((1, 0), 0)).endswith(
        "; the window is rows 2:4, cols 0:1, of whose 2 positions 1 lies beyond the edge, ignored"
    )


def test_counted_padding_is_in_both_forms_of_the_divisor() -> None:
    (stage,) = pooled(MATRIX, "avg", Window.of(2, 2, 1), count=True)
    assert "= (1 + 2) / 4 = 3 / 4 = 0.75; " in sentence(stage.cell((0, 1), 0))


def test_16_pixels_are_listed_in_full() -> None:
    assert "…" not in said(np.arange(16).reshape(4, 4), "max", Window.of(4))
    assert "… 7 more …" in said(np.arange(17).reshape(1, 17), "max", Window.of((1, 17)))


def test_16_windows_that_overlap_are_drawn() -> None:
    assert (
        sum(line.count("sees:") for line in explain_all(pooled(MATRIX, "max", Window.of(1)))) == 0
    )
    five = explain_all(pooled(np.arange(25).reshape(5, 5), "max", Window.of(2, 1)))
    assert sum(line.count("sees:") for line in five) == 16


def test_a_value_is_named_by_row_and_column_and_its_last_window_is_drawn() -> None:
    image = np.arange(48).reshape(8, 6)
    lines = explain_cell(pooled(image, "max", Window.of(2), 2), (1, 0), [""])
    assert lines[2].startswith("out2[1,0] sees rows 4:8, cols 0:4 of the input")
    at = lines.index("these pixels, with the window of the last line above:")
    assert lines[at + 1 : at + 8] == drawn("""
       0  1    2  3
    4: 24 25   26 27
    5: 30 31   32 33
             ┌───────┐
    6: 36 37 │ 38 39 │
    7: 42 43 │ 44 45 │
             └───────┘
    """)
    wide = explain_cell(pooled(np.zeros((2, 40)), "max", Window.of((2, 20))), (0, 0), [""])
    assert not any("these pixels" in line for line in wide)


def test_what_comes_out_stands_to_the_right_if_there_is_just_room() -> None:
    assert becomes(["aaa"], ["dd"], 14) == ["aaa    →    dd"]
    assert becomes(["aaa"], ["dd"], 13) == ["aaa", "", "dd"]
    assert beside([["aaa"], ["bbb"]], 10) == ["aaa    bbb"]


def test_adaptive_windows_that_divide_are_tiles() -> None:
    lines = explain_all(pooled(MATRIX, "max", AdaptiveWindow.of(2)))
    assert any("→" in line for line in lines)
    one = explain_all(pooled(MATRIX[:3], "max", AdaptiveWindow.of(1)))
    assert any("→" in line for line in one)


def test_gaps_are_blamed_on_what_makes_them() -> None:
    dilated = explain_all(pooled(MATRIX, "max", Window.of(2, 1, 0, 3)))
    assert dilated[-1].endswith("since dilation leaves gaps within the windows")
    strided = explain_all(pooled(MATRIX, "max", Window.of(1, 3)))
    assert strided[-1].endswith("since the stride leaves gaps between the windows")


def test_a_prepared_input_is_not_called_the_input() -> None:
    lines = explain_all(pooled(MATRIX, "max", Window.of(2)), "the prepared input")
    assert lines[2].startswith("the prepared input, 4 rows")
    assert lines[-1] == "left out of the prepared input: nothing"
    cell = explain_cell(pooled(MATRIX, "max", Window.of(2)), (0, 0), [""], "the prepared input")
    assert "so this 6 is the pixel at (1, 1) of the prepared input" in cell


def test_of_very_many_pixels_the_middle_is_shown_of_a_median() -> None:
    text = said(np.arange(64).reshape(8, 8), "median", Window.of(8))
    assert "{0, 1, … 26 more …, 28, 29, 30, 31, 32, 33, 34, 35, … 26 more …, 62, 63}" in text
    assert text.endswith("= (31 + 32) / 2 = 31.5")


@pytest.mark.parametrize(
    ("value", "operation", "expected"),
    [
        (1e10, "lp", "(1e+10³² + 1e+10³²) / 2)^(1/32) = (2e+320 / 2)^(1/32) = 1e+10"),
        (10**10, "lp", "(10000000000³² + 10000000000³²) / 2)^(1/32) = (2e+320 / 2)^(1/32) = 1e+10"),
        (1e-11, "lp", "(1e-11³² + 1e-11³²) / 2)^(1/32) = (2e-352 / 2)^(1/32) = 1e-11"),
        (1e308, "avg", "(1e+308 + 1e+308) / 2 = 2e+308 / 2 = 1e+308"),
        (-1e308, "avg", "(-1e+308 + -1e+308) / 2 = -2e+308 / 2 = -1e+308"),
        (1e308, "median", "(1e+308 + 1e+308) / 2 = 1e+308"),
        (5e-324, "avg", "(4.94066e-324 + 4.94066e-324) / 2 = 9.88131e-324 / 2 = 4.94066e-324"),
        (INF, "lp", "(inf³² + inf³²) / 2)^(1/32) = (inf / 2)^(1/32) = inf"),
        (-INF, "avg", "(-inf + -inf) / 2 = -inf / 2 = -inf"),
        (np.longdouble("1e4000"), "avg", "(1e+4000 + 1e+4000) / 2 = 2e+4000 / 2 ≈ 1e+4000"),
        (True, "lp", "(1³² + 1³²) / 2)^(1/32) = (2 / 2)^(1/32) = 1"),
    ],
)
def test_numbers_beyond_the_range_of_floats_are_explained(
    value: Any, operation: str, expected: str
) -> None:
    (stage,) = pooled(np.array([[value, value]]), operation, Window.of((1, 2)), norm=32.0)
    assert sentence(stage.cell((0, 0), 0)).endswith(expected)


def test_weighed_powers_beyond_the_range_of_floats_are_explained() -> None:
    image = np.array([[[1e10, 255], [1e10, 51]]], np.float32)
    (stage,) = pooled(image, "lp", Window.of((1, 2)), norm=32.0, full=255)
    text = sentence(stage.cell((0, 0), 0))
    assert "(1·1e+10³² + 0.2·1e+10³²) / (1 + 0.2))^(1/32) = (1.2e+320 / 1.2)^(1/32)" in text


@pytest.mark.parametrize(("operation", "at"), [("max", (0, 1)), ("min", (0, 0))])
def test_of_zeros_the_one_with_the_sign_of_the_result_was_chosen(operation: str, at: Any) -> None:
    (stage,) = pooled(np.array([[-0.0, 0.0]]), operation, Window.of((1, 2)))
    assert stage.cell((0, 0), 0).winners == [at]


@pytest.mark.parametrize("operation", ["max", "avg", "min", "median", "lp"])
@given(
    st.lists(
        st.floats() | st.integers(-(2**63), 2**63 - 1) | st.sampled_from([0.0, -0.0]),
        min_size=1,
        max_size=5,
    ),
    st.floats(1, 32),
)
def test_nothing_that_pools_fails_to_be_explained(
    operation: str, numbers: list[float], norm: float
) -> None:
    for kind in (np.float64, np.float32, np.int64, np.longdouble):
        known = [x for x in numbers if kind != np.int64 or (np.isfinite(x) and abs(x) < 2**62)]
        if not known:
            continue
        with np.errstate(all="ignore"):
            image = np.array([known]).astype(kind)
        (stage,) = pooled(image, operation, Window.of((1, len(known))), norm=norm)
        assert sentence(stage.cell((0, 0), 0))


def test_opposite_infinities_of_wide_floats_are_explained() -> None:
    (stage,) = pooled(np.array([[INF, -INF]], np.longdouble), "avg", Window.of((1, 2)))
    assert sentence(stage.cell((0, 0), 0)).endswith("(inf + -inf) / 2 = nan / 2 = nan")
