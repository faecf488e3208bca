"""Sizes, padding, unused pixels, receptive fields and the refusals of `poolcli.geometry`."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from poolcli.errors import PoolcliError
from poolcli.geometry import (
    MAX_PIXELS,
    AdaptiveAxis,
    AdaptiveWindow,
    Axis,
    Step,
    Window,
    chain,
    check_pixels,
)


def laid(size: int, **options: Any) -> Axis:
    """Lay a window over an axis of `size`; the other axis, of other length, must not matter."""
    rows, _ = Window.of(**options).axes((size, size + 40))
    _, columns = Window.of(**options).axes((size + 40, size))
    assert rows == columns
    return rows


def chained(shape: tuple[int, int], iterations: int = 1, **options: Any) -> tuple[Step, ...]:
    return chain(Window.of(**options), shape, iterations)


def refusal(function: Any, *arguments: Any, **options: Any) -> str:
    with pytest.raises(PoolcliError) as caught:
        function(*arguments, **options)
    return str(caught.value)


# Sizes


@pytest.mark.parametrize(
    ("size", "options", "output"),
    [
        (9, {"kernel": 4, "stride": 4, "padding": 2, "ceil_mode": True}, 3),
        (32, {"kernel": 1, "stride": 2, "ceil_mode": True}, 16),
        (5, {"kernel": 2, "stride": 2, "padding": 1}, 3),
        (5, {"kernel": 2, "stride": 2, "padding": 1, "ceil_mode": True}, 3),
        (5, {"kernel": 3, "stride": 3, "padding": 1, "ceil_mode": True}, 2),
        (13, {"kernel": 6, "stride": 5, "padding": "same"}, 3),
        (224, {"kernel": 7, "stride": 2, "padding": "same"}, 112),
        (4, {"kernel": 2, "stride": 1}, 3),
        (4, {"kernel": 2}, 2),
        (224, {"kernel": 2}, 112),
        (7, {"kernel": 2}, 3),
        (7, {"kernel": 2, "ceil_mode": True}, 4),
        (7, {"kernel": 2, "padding": "valid"}, 3),
        (7, {"kernel": 7}, 1),
        (7, {"kernel": 3, "stride": 2, "dilation": 3}, 1),
        (8, {"kernel": 3, "stride": 2, "dilation": 3}, 1),
        (9, {"kernel": 3, "stride": 2, "dilation": 3}, 2),
        (8, {"kernel": 3, "stride": 2, "dilation": 3, "ceil_mode": True}, 2),
        (6, {"kernel": 3, "stride": 2, "padding": ((1, 0), (1, 0))}, 3),
        (6, {"kernel": 3, "stride": 2, "padding": ((0, 1), (0, 1))}, 3),
        (6, {"kernel": 3, "stride": 3, "padding": ((2, 1), (2, 1))}, 3),
        (2, {"kernel": 3, "stride": 3, "ceil_mode": True}, 1),
        (1, {"kernel": 5, "padding": 2}, 1),
        (1, {"kernel": 9, "ceil_mode": True}, 1),
        (10, {"kernel": 1, "stride": 4, "padding": "same"}, 3),
        (9, {"kernel": 2, "stride": 2, "padding": "same", "dilation": 3}, 5),
    ],
)
def test_an_axis_has_the_size_that_pytorch_and_tensorflow_give(
    size: int, options: dict[str, Any], output: int
) -> None:
    assert laid(size, **options).output == output


@pytest.mark.parametrize(
    ("size", "options", "pads"),
    [
        (13, {"kernel": 6, "stride": 5}, (1, 2)),
        (224, {"kernel": 7, "stride": 2}, (2, 3)),
        (4, {"kernel": 3, "stride": 2}, (0, 1)),
        (5, {"kernel": 3, "stride": 2}, (1, 1)),
        (5, {"kernel": 2, "stride": 1}, (0, 1)),
        (6, {"kernel": 2, "stride": 2}, (0, 0)),
        (9, {"kernel": 3, "stride": 3, "dilation": 2}, (1, 1)),
        (9, {"kernel": 2, "stride": 1, "dilation": 4}, (2, 2)),
        (10, {"kernel": 1, "stride": 4}, (0, 0)),
        (2, {"kernel": 9, "stride": 1}, (4, 4)),
    ],
)
def test_same_padding_puts_the_odd_pixel_at_the_end(
    size: int, options: dict[str, Any], pads: tuple[int, int]
) -> None:
    axis = laid(size, padding="same", **options)
    assert (axis.before, axis.after) == pads


def test_same_padding_is_recomputed_at_each_iteration() -> None:
    steps = chained((13, 12), 3, kernel=6, stride=5, padding="same")
    assert [step.shape for step in steps] == [(3, 3), (1, 1), (1, 1)]
    pads = [
        [(axis.before, axis.after) for axis in step.axes if isinstance(axis, Axis)]
        for step in steps
    ]
    assert pads == [[(1, 2), (2, 2)], [(1, 2), (1, 2)], [(2, 3), (2, 3)]]


def test_rows_and_columns_keep_their_own_settings() -> None:
    window = Window.of((3, 2), (2, 1), ((2, 1), (0, 1)), (1, 4))
    rows, columns = window.axes((7, 9))
    assert rows == Axis(size=7, output=4, kernel=3, stride=2, dilation=1, before=2, after=1)
    assert columns == Axis(size=9, output=6, kernel=2, stride=1, dilation=4, before=0, after=1)


@pytest.mark.parametrize(
    ("given_options", "window"),
    [
        ({}, Window((2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1), ceil_mode=False)),
        ({"kernel": 3}, Window((3, 3), (3, 3))),
        ({"kernel": (3, 2)}, Window((3, 2), (3, 2))),
        ({"kernel": [3, 2], "stride": [1, 4]}, Window((3, 2), (1, 4))),
        ({"kernel": 3, "stride": 1}, Window((3, 3), (1, 1))),
        ({"kernel": 4, "padding": 3}, Window((4, 4), (4, 4), ((3, 3), (3, 3)))),
        ({"kernel": 4, "padding": (3, 1)}, Window((4, 4), (4, 4), ((3, 3), (1, 1)))),
        ({"kernel": 4, "padding": ((0, 1), (2, 3))}, Window((4, 4), (4, 4), ((0, 1), (2, 3)))),
        ({"kernel": 4, "padding": [[0, 1], [2, 3]]}, Window((4, 4), (4, 4), ((0, 1), (2, 3)))),
        ({"padding": "valid", "ceil_mode": True}, Window(ceil_mode=True)),
        ({"padding": "same"}, Window(padding="same")),
        ({"dilation": (2, 3)}, Window(dilation=(2, 3))),
        ({"kernel": np.int64(3), "ceil_mode": np.True_}, Window((3, 3), (3, 3), ceil_mode=True)),
    ],
)
def test_a_window_is_normalised_from_what_the_caller_wrote(
    given_options: dict[str, Any], window: Window
) -> None:
    made = Window.of(**given_options)
    assert made == window
    numbers = (*made.kernel, *made.stride, *made.dilation)
    assert {type(number) for number in numbers} == {int}
    assert type(made.ceil_mode) is bool


# Windows, counts and unused pixels


@pytest.mark.parametrize(
    ("size", "options", "dropped", "skipped"),
    [
        (7, {"kernel": 2}, 1, 0),
        (6, {"kernel": 2}, 0, 0),
        (7, {"kernel": 2, "ceil_mode": True}, 0, 0),
        (8, {"kernel": 5}, 3, 0),
        (10, {"kernel": 2, "stride": 4}, 0, 4),  # 0 1 . . 4 5 . . 8 9
        (11, {"kernel": 2, "stride": 4}, 1, 4),
        (32, {"kernel": 1, "stride": 2, "ceil_mode": True}, 1, 15),
        (7, {"kernel": 2, "stride": 4, "dilation": 2}, 0, 3),  # 0 . 2 . 4 . 6
        (8, {"kernel": 2, "stride": 4, "dilation": 2}, 1, 3),
        (7, {"kernel": 2, "stride": 1, "dilation": 2}, 0, 0),  # the holes of one are another's taps
        (5, {"kernel": 2, "stride": 2, "dilation": 4}, 0, 3),  # 0 . . . 4
        (7, {"kernel": 2, "stride": 2, "dilation": 4}, 0, 3),  # 0 . 2 . 4 . 6
        (9, {"kernel": 2, "stride": 3, "padding": 1}, 0, 3),  # 0 . 2 3 . 5 6 . 8
        (10, {"kernel": 1, "stride": 4, "padding": "same"}, 1, 6),
        (5, {"kernel": 3, "stride": 2, "padding": "same"}, 0, 0),
        (6, {"kernel": 3, "stride": 3, "padding": 1}, 1, 0),
        (5, {"kernel": 3, "stride": 5, "dilation": 2, "padding": 2}, 2, 1),  # 0 . 2 | 3 4
    ],
)
def test_pixels_that_no_window_sees_are_counted(
    size: int, options: dict[str, Any], dropped: int, skipped: int
) -> None:
    axis = laid(size, **options)
    assert (axis.dropped, axis.skipped) == (dropped, skipped)


def test_unused_pixels_are_listed_in_runs() -> None:
    dilated = laid(5, kernel=3, stride=5, dilation=2, padding=2)
    assert list(dilated.unused()) == [range(1, 2), range(3, 5)]
    assert list(laid(10, kernel=2, stride=4).unused()) == [range(2, 4), range(6, 8)]
    assert list(AdaptiveAxis(5, 3).unused()) == []


def test_a_step_tells_its_padding_by_sides() -> None:
    (step,) = chain(Window.of(3, padding=((1, 0), (2, 1))), (9, 9))
    assert step.padding == ((1, 0), (2, 1))
    (step,) = chain(AdaptiveWindow.of(2), (9, 9))
    assert step.padding == ((0, 0), (0, 0))


@pytest.mark.parametrize(
    ("size", "options", "real", "padded"),
    [
        (4, {"kernel": 3, "stride": 2, "padding": 1, "ceil_mode": True}, [2, 3, 1], [3, 3, 2]),
        (7, {"kernel": 2}, [2, 2, 2], [2, 2, 2]),
        (7, {"kernel": 2, "ceil_mode": True}, [2, 2, 2, 1], [2, 2, 2, 1]),
        (5, {"kernel": 3, "stride": 1, "padding": 1}, [2, 3, 3, 3, 2], [3] * 5),
        (5, {"kernel": 4, "stride": 1, "padding": 3}, [1, 2, 3, 4, 4, 3, 2, 1], [4] * 8),
        (3, {"kernel": 7, "stride": 1, "padding": "same"}, [3, 3, 3], [7, 7, 7]),
        (3, {"kernel": 3, "stride": 1, "padding": 2, "dilation": 2}, [2, 1, 2], [3, 3, 3]),
        (3, {"kernel": 3, "stride": 1, "padding": 2, "dilation": 1}, [1, 2, 3, 2, 1], [3] * 5),
        (6, {"kernel": 3, "stride": 2, "dilation": 3, "ceil_mode": True}, [2], [2]),
        (
            5,
            {"kernel": 2, "stride": 3, "dilation": 3, "padding": ((1, 1), (1, 1))},
            [1, 1],
            [2, 2],
        ),
    ],
)
def test_a_window_counts_its_real_and_its_padded_pixels(
    size: int, options: dict[str, Any], real: list[int], padded: list[int]
) -> None:
    axis = laid(size, **options)
    assert axis.counts() == real
    assert axis.counts(padding=True) == padded


def test_the_taps_of_a_window_are_its_real_positions() -> None:
    axis = Axis(size=9, output=4, kernel=3, stride=3, dilation=2, before=3, after=2)
    assert [list(taps) for taps in axis.taps()] == [[1], [0, 2, 4], [3, 5, 7], [6, 8]]
    assert (axis.extent, axis.reach) == (5, 14)


@st.composite
def windows(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the settings of a window."""

    def number() -> tuple[int, int]:
        return draw(st.tuples(st.integers(1, 7), st.integers(1, 7)))

    kernel = number()
    sides = st.tuples(*(st.tuples(*[st.integers(0, taps - 1)] * 2) for taps in kernel))
    padding: Any = draw(st.one_of(st.just("same"), sides))
    return {
        "kernel": kernel,
        "stride": number(),
        "padding": padding,
        "dilation": draw(st.one_of(st.just((1, 1)), st.tuples(*[st.integers(1, 4)] * 2))),
        "ceil_mode": padding != "same" and draw(st.booleans()),
    }


def positions(axis: Axis) -> list[list[int]]:
    """List the positions of each window, padding included."""
    return [
        [i * axis.stride - axis.before + tap * axis.dilation for tap in range(axis.kernel)]
        for i in range(axis.output)
    ]


shapes = st.tuples(st.integers(1, 40), st.integers(1, 40))


@settings(deadline=None, max_examples=400)
@given(shapes, windows())
def test_windows_see_what_walking_along_the_axis_finds(
    shape: tuple[int, int], options: dict[str, Any]
) -> None:
    try:
        axes = Window.of(**options).axes(shape)
    except PoolcliError:
        return
    for axis, size in zip(axes, shape, strict=True):
        walked = positions(axis)
        inside = [[at for at in window if 0 <= at < size] for window in walked]
        low, high = -axis.before, size + axis.after
        padded = [[at for at in window if low <= at < high] for window in walked]
        seen = {at for window in inside for at in window}
        end = max(walked[-1]) + 1
        assert axis.size == size
        assert [list(taps) for taps in axis.taps()] == inside
        assert axis.counts() == list(map(len, inside))
        assert axis.counts(padding=True) == list(map(len, padded))
        assert axis.extent == max(walked[0]) - min(walked[0]) + 1
        assert axis.reach == end + axis.before
        assert axis.dropped == len(range(end, size))
        assert axis.dropped + axis.skipped + len(seen) == size
        unused = [at for run in axis.unused() for at in run]
        assert unused == sorted(set(range(size)) - seen)


@settings(deadline=None, max_examples=400)
@given(shapes, windows())
def test_windows_are_laid_until_the_image_ends_or_the_image_is_refused(
    shape: tuple[int, int], options: dict[str, Any]
) -> None:
    window = Window.of(**options)
    outputs = []
    for index, size in enumerate(shape):
        kernel, stride, dilation = (
            window.kernel[index],
            window.stride[index],
            window.dilation[index],
        )
        extent = dilation * (kernel - 1) + 1
        if window.padding == "same":
            outputs.append(len(range(0, size, stride)))
            continue
        before, after = window.padding[index]
        full = [at for at in range(-before, size + after, stride) if at + extent <= size + after]
        following = full[-1] + stride if full else -before
        uncovered = following - stride + extent < size + after
        outputs.append(len(full) + (window.ceil_mode and uncovered and following < size))
    if 0 in outputs:
        assert "does not fit" in refusal(window.axes, shape)
        return
    try:
        axes = window.axes(shape)
    except PoolcliError as error:
        refused = str(error)
    else:
        assert [axis.output for axis in axes] == outputs
        assert all(min(axis.counts()) > 0 for axis in axes)
        return
    assert "without a pixel" in refused
    assert window.dilation != (1, 1)


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(1, 9), st.integers(1, 9), st.integers(1, 3))
def test_same_padding_is_the_least_that_lets_every_window_fit(
    size: int, kernel: int, stride: int, dilation: int
) -> None:
    window = Window.of(kernel, stride, "same", dilation)
    try:
        axis, _ = window.axes((size, size))
    except PoolcliError:
        return
    total = axis.before + axis.after
    assert axis.after - axis.before in {0, 1}
    assert axis.reach <= size + total
    assert total == 0 or axis.reach == size + total


# Adaptive windows


@pytest.mark.parametrize(
    ("size", "output", "expected"),
    [
        (5, 2, [[0, 1, 2], [2, 3, 4]]),
        (7, 3, [[0, 1, 2], [2, 3, 4], [4, 5, 6]]),
        (10, 4, [[0, 1, 2], [2, 3, 4], [5, 6, 7], [7, 8, 9]]),
        (2, 5, [[0], [0], [0, 1], [1], [1]]),
        (3, 4, [[0], [0, 1], [1, 2], [2]]),
        (6, 3, [[0, 1], [2, 3], [4, 5]]),
        (4, 1, [[0, 1, 2, 3]]),
        (3, 3, [[0], [1], [2]]),
        (1, 3, [[0], [0], [0]]),
    ],
)
def test_adaptive_windows_overlap_or_repeat_pixels_as_in_pytorch(
    size: int, output: int, expected: list[list[int]]
) -> None:
    window = AdaptiveWindow.of((output, 50))
    axis, other = window.axes((size, 50))
    assert [list(taps) for taps in axis.taps()] == expected
    assert axis.counts() == list(map(len, expected))
    assert axis.kernel == axis.extent == max(map(len, expected))
    assert (axis.size, axis.output, axis.dropped, axis.skipped) == (size, output, 0, 0)
    assert (other.size, other.output) == (50, 50)


def test_adaptive_windows_that_divide_the_image_are_those_of_an_ordinary_kernel() -> None:
    rows, columns = AdaptiveWindow.of((3, 4)).axes((12, 9))
    assert rows == Axis(size=12, output=3, kernel=4, stride=4, dilation=1, before=0, after=0)
    assert columns == AdaptiveAxis(size=9, output=4)


@given(st.integers(1, 60), st.integers(1, 60))
def test_adaptive_windows_cover_the_axis_from_end_to_end(size: int, output: int) -> None:
    axis, _ = AdaptiveWindow.of(output).axes((size, size))
    taps = axis.taps()
    assert len(taps) == output
    assert {at for window in taps for at in window} == set(range(size))
    for i, window in enumerate(taps):
        assert window.start == math.floor(i * size / output + 1e-9)
        assert window.stop == math.ceil((i + 1) * size / output - 1e-9)


# Chains


@pytest.mark.parametrize(
    ("options", "fields", "jumps"),
    [
        ({"kernel": 2}, [(2, 2), (4, 4), (8, 8)], [(2, 2), (4, 4), (8, 8)]),
        ({"kernel": 3, "stride": 2}, [(3, 3), (7, 7), (15, 15)], [(2, 2), (4, 4), (8, 8)]),
        ({"kernel": 3, "stride": 1}, [(3, 3), (5, 5), (7, 7)], [(1, 1), (1, 1), (1, 1)]),
        (
            {"kernel": (2, 3), "stride": (1, 2), "dilation": (3, 2)},
            [(4, 5), (7, 13), (10, 29)],
            [(1, 2), (1, 4), (1, 8)],
        ),
        (
            {"kernel": 3, "stride": 2, "padding": "same"},
            [(3, 3), (7, 7), (15, 15)],
            [(2, 2), (4, 4), (8, 8)],
        ),
    ],
)
def test_receptive_field_and_jump_grow_along_the_chain(
    options: dict[str, Any], fields: list[tuple[int, int]], jumps: list[tuple[int, int]]
) -> None:
    steps = chained((64, 96), 3, **options)
    assert [step.receptive_field for step in steps] == fields
    assert [step.jump for step in steps] == jumps


@settings(deadline=None)
@given(windows(), st.integers(1, 4))
def test_the_receptive_field_is_the_span_of_pixels_that_reach_one_output(
    options: dict[str, Any], iterations: int
) -> None:
    # Without padding every window is whole, so the first two outputs show field and jump.
    options |= {"padding": 0, "ceil_mode": False}
    try:
        steps = chained((500, 400), iterations, **options)
    except PoolcliError:
        return
    for index in (0, 1):
        views = [{at} for at in range((500, 400)[index])]
        for step in steps:
            axis = step.axes[index]
            views = [set().union(*(views[at] for at in taps)) for taps in axis.taps()]
        assert max(views[0]) - min(views[0]) + 1 == steps[-1].receptive_field[index]
        if len(views) > 1:
            jump = steps[-1].jump
            assert jump is not None
            assert min(views[1]) - min(views[0]) == jump[index]


def test_each_step_of_a_chain_starts_from_the_size_before() -> None:
    steps = chained((23, 42), 3, kernel=(2, 3))
    assert [step.input_shape for step in steps] == [(23, 42), (11, 14), (5, 4)]
    assert [step.shape for step in steps] == [(11, 14), (5, 4), (2, 1)]
    assert [step.dropped for step in steps] == [(1, 0), (1, 2), (1, 1)]
    assert [step.skipped for step in steps] == [(0, 0), (0, 0), (0, 0)]


def test_skipped_pixels_are_told_by_rows_and_columns() -> None:
    (step,) = chained((10, 7), kernel=(2, 1), stride=(4, 2))
    assert step.skipped == (4, 3)
    assert step.dropped == (0, 0)


def test_ceil_mode_keeps_what_a_chain_would_drop() -> None:
    steps = chained((23, 41), 3, kernel=2, ceil_mode=True)
    assert [step.shape for step in steps] == [(12, 21), (6, 11), (3, 6)]
    assert {step.dropped for step in steps} == {(0, 0)}


def test_an_image_shape_with_channels_is_read_by_its_rows_and_columns() -> None:
    (step,) = chain(Window.of(2), (10, 8, 3))
    assert step.shape == (5, 4)


@pytest.mark.parametrize(
    ("output", "field", "jump"),
    [
        ((4, 2), (3, 4), (3, 4)),  # 12 and 8 divide: equal windows
        ((5, 2), (4, 4), None),
        ((4, 3), (3, 4), None),
        ((1, 1), (12, 8), (12, 8)),
        ((24, 16), (1, 1), None),
    ],
)
def test_an_adaptive_step_sees_its_longest_window_and_jumps_only_if_windows_are_equal(
    output: tuple[int, int], field: tuple[int, int], jump: tuple[int, int] | None
) -> None:
    (step,) = chain(AdaptiveWindow.of(output), (12, 8))
    assert step.shape == output
    assert step.receptive_field == field
    assert step.jump == jump


def test_adaptive_windows_repeated_change_nothing_more() -> None:
    _, second = chain(AdaptiveWindow.of((5, 2)), (12, 8), 2)
    assert second.shape == (5, 2)
    assert second.receptive_field == (4, 4)
    assert second.jump is None


# Refusals


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kernel": 0}, "kernel must be at least 1, got 0"),
        ({"kernel": (3, -2)}, "kernel must be at least 1, got -2"),
        ({"kernel": 2.5}, "kernel must be one or two whole numbers, got 2.5"),
        ({"kernel": "22"}, "kernel must be one or two whole numbers, got '22'"),
        ({"kernel": (1, 2, 3)}, "kernel must be one or two whole numbers, got (1, 2, 3)"),
        ({"kernel": (1,)}, "kernel must be one or two whole numbers, got (1,)"),
        ({"kernel": None}, "kernel must be one or two whole numbers, got None"),
        ({"stride": 0}, "stride must be at least 1, got 0"),
        ({"stride": (2, "x")}, "stride must be one or two whole numbers, got (2, 'x')"),
        ({"dilation": 0}, "dilation must be at least 1, got 0"),
        ({"dilation": 1.0}, "dilation must be one or two whole numbers, got 1.0"),
        ({"padding": -1}, "padding must be at least 0, got -1"),
        ({"kernel": 3, "padding": ((0, 0), (0, -1))}, "padding must be at least 0, got -1"),
        ({"padding": 0.5}, "padding must be one or two whole numbers, got 0.5"),
        ({"padding": 2}, "padding must be smaller than the kernel, got 2 for a kernel of 2 rows"),
        (
            {"kernel": (3, 2), "padding": ((2, 2), (1, 2))},
            "padding must be smaller than the kernel, got 2 for a kernel of 2 columns",
        ),
        (
            {"kernel": (2, 3), "padding": ((3, 0), (2, 2))},
            "padding must be smaller than the kernel, got 3 for a kernel of 2 rows",
        ),
        ({"padding": "SAME"}, 'padding must be numbers, "same" or "valid", got \'SAME\''),
        (
            {"kernel": 5, "padding": (1, 2, 3)},
            "padding must be one or two numbers or ((top, bottom), (left, right)), got (1, 2, 3)",
        ),
        (
            {"kernel": 5, "padding": ((1, 2, 3), (1, 2))},
            "padding must be one or two whole numbers, got (1, 2, 3)",
        ),
        (
            {"padding": "same", "ceil_mode": True},
            'padding "same" keeps every pixel already; leave out ceil mode',
        ),
    ],
)
def test_a_setting_that_no_image_could_satisfy_is_a_usage_error(
    options: dict[str, Any], message: str
) -> None:
    with pytest.raises(PoolcliError) as caught:
        Window.of(**options)
    assert str(caught.value) == message
    assert isinstance(caught.value, PoolcliError)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (0, "output size must be at least 1, got 0"),
        ((3, 0), "output size must be at least 1, got 0"),
        (1.5, "output size must be one or two whole numbers, got 1.5"),
    ],
)
def test_an_output_size_that_is_no_size_is_a_usage_error(output: Any, message: str) -> None:
    with pytest.raises(PoolcliError) as caught:
        AdaptiveWindow.of(output)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("options", "shape", "iterations", "problem", "remedy"),
    [
        (
            {"kernel": 9},
            (5103, 5103),
            4,
            "kernel 9x9 does not fit the 7x7 image of iteration 4",
            "-n 3, --ceil or a smaller kernel",
        ),
        (
            {"kernel": 9},
            (7, 7),
            1,
            "kernel 9x9 does not fit the 7x7 image",
            "--ceil or a smaller kernel",
        ),
        (
            {"kernel": (2, 9)},
            (7, 8),
            1,
            "kernel 2,9 does not fit the 7-row, 8-column image",
            "--ceil or a smaller kernel",
        ),
        (
            {"kernel": 3, "stride": 1, "dilation": (1, 4)},
            (7, 8),
            1,
            "kernel 3x3 with dilation 1,4 does not fit the 7-row, 8-column image",
            "a smaller kernel or dilation",
        ),
        (
            {"kernel": 5, "stride": 2, "ceil_mode": True},
            (2, 2),
            1,
            "kernel 5x5 does not fit the 2x2 image",
            "a smaller kernel",
        ),
        (
            {"kernel": 3, "stride": 1},
            (5, 6),
            3,
            "kernel 3x3 does not fit the 1-row, 2-column image of iteration 3",
            "-n 2 or a smaller kernel",
        ),
        (
            {"kernel": 2, "stride": 1, "dilation": 3, "padding": 1},
            (2, 2),
            1,
            "kernel 2x2 with dilation 3,3 has windows without a pixel of the 2x2 image",
            "a smaller kernel or dilation",
        ),
        (
            {"kernel": 2, "stride": 3, "dilation": (1, 3), "padding": "same"},
            (4, 4),
            2,
            (
                "kernel 2x2 with dilation 1,3 has windows without a pixel"
                " of the 2x2 image of iteration 2"
            ),
            "-n 1 or a smaller kernel or dilation",
        ),
    ],
)
def test_a_kernel_that_does_not_fit_is_refused_with_the_iteration_and_what_helps(
    options: dict[str, Any], shape: tuple[int, int], iterations: int, problem: str, remedy: str
) -> None:
    with pytest.raises(PoolcliError) as caught:
        chained(shape, iterations, **options)
    assert str(caught.value) == f"{problem}; use {remedy}"
    # It depends on the image: exit status 1, not 2.


@settings(deadline=None)
@given(st.tuples(*[st.integers(1, 300)] * 2), windows(), st.integers(1, 6))
@example((14, 14), {"kernel": 3, "stride": 2}, 5)
def test_what_a_refusal_proposes_helps(
    shape: tuple[int, int], options: dict[str, Any], iterations: int
) -> None:
    window = Window.of(**options)
    try:
        chain(window, shape, iterations)
    except PoolcliError as error:
        proposed = str(error).rpartition("; use ")[2]
    else:
        return
    assert proposed.removesuffix(" or dilation").endswith("a smaller kernel")
    if "-n " in proposed:
        fewer = int(proposed.partition("-n ")[2].partition(" ")[0].rstrip(","))
        assert len(chain(window, shape, fewer)) == fewer
    if "--ceil" in proposed:
        assert len(chain(replace(window, ceil_mode=True), shape, iterations)) == iterations


@pytest.mark.parametrize(
    ("options", "shape", "iterations", "unused"),
    [
        ({"kernel": 2}, (8, 7), 1, "1 column of the 8-row, 7-column image"),
        ({"kernel": 2}, (12, 12), 3, "1 row and 1 column of the 3x3 image of iteration 3"),
        (
            {"kernel": 2, "stride": 4},
            (9, 8),
            1,
            "5 rows and 4 columns of the 9-row, 8-column image",
        ),
        ({"kernel": 2, "stride": (2, 3)}, (4, 5), 1, "1 column of the 4-row, 5-column image"),
        ({"kernel": 2, "stride": (3, 2)}, (5, 4), 1, "1 row of the 5-row, 4-column image"),
        ({"kernel": 3, "stride": (3, 5)}, (8, 8), 1, "2 rows and 2 columns of the 8x8 image"),
    ],
)
def test_exact_refuses_dropped_and_skipped_pixels(
    options: dict[str, Any], shape: tuple[int, int], iterations: int, unused: str
) -> None:
    window = Window.of(**options)
    assert refusal(chain, window, shape, iterations, exact=True) == (
        f"{unused} would go unused; choose another kernel, stride or padding, or leave out --exact"
    )
    assert len(chain(window, shape, iterations)) == iterations


@pytest.mark.parametrize(
    "window",
    [
        Window.of(2),
        Window.of(3, 1),
        Window.of(3, 2, "same"),
        Window.of(3, ceil_mode=True),
        AdaptiveWindow.of((3, 7)),
    ],
)
def test_exact_accepts_a_chain_that_uses_every_pixel(window: Window | AdaptiveWindow) -> None:
    assert chain(window, (16, 32), 2, exact=True) == chain(window, (16, 32), 2)


def test_an_image_of_more_than_max_pixels_is_refused() -> None:
    assert refusal(chain, Window.of(2), (3, 400), max_pixels=1199) == (
        "the image has 1,200 pixels (3 rows, 400 columns), more than 1,199;"
        " allow it with --max-pixels 1200"
    )
    assert chain(Window.of(2), (3, 400), max_pixels=1200)


def test_a_result_of_more_than_max_pixels_is_refused_with_its_iteration() -> None:
    growing = Window.of(2, 1, 1)
    assert refusal(chain, growing, (30, 40), 3, max_pixels=1343) == (
        "the result of iteration 2 has 1,344 pixels (32 rows, 42 columns), more than 1,343;"
        " allow it with --max-pixels 1419"
    )
    assert len(chain(growing, (30, 40), 2, max_pixels=1344)) == 2


def test_a_chain_holds_at_most_250_million_pixels_unless_told_otherwise() -> None:
    assert MAX_PIXELS == 250_000_000
    assert chain(Window.of(2), (25_000, 10_000))
    assert "250,010,000 pixels" in refusal(chain, Window.of(2), (25_001, 10_000))
    assert "10,000,000,000 pixels" in refusal(chain, AdaptiveWindow.of(100_000), (7, 7))


def test_an_output_beyond_max_pixels_is_refused_before_its_windows_are_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # `--to 1000000000` must be an error, not a list of so many windows in memory.
    monkeypatch.setattr(AdaptiveAxis, "taps", lambda _: pytest.fail("windows were listed"))
    message = refusal(chain, AdaptiveWindow.of(10**9), (7, 7))
    assert message.startswith("the result of iteration 1 has 1,000,000,000,000,000,000 pixels")


def test_any_picture_can_be_checked_for_its_pixels() -> None:
    check_pixels((20, 50, 3), 1000)
    assert refusal(check_pixels, (20, 51), 1000, "the resized image") == (
        "the resized image has 1,020 pixels (20 rows, 51 columns), more than 1,000;"
        " allow it with --max-pixels 1020"
    )


def test_a_window_alone_refuses_an_image_without_proposing_options() -> None:
    # The options belong to the command line; pool2d raises this very message.
    assert refusal(Window.of(9).axes, (7, 7)) == "kernel 9x9 does not fit the 7x7 image"


@given(
    size=st.integers(1, 30),
    kernel=st.integers(1, 6),
    stride=st.integers(1, 7),
    dilation=st.integers(1, 3),
    padding=st.integers(0, 5),
    ceil_mode=st.booleans(),
    data=st.data(),
)
def test_a_part_of_the_windows_sees_the_same_pixels(
    size: int,
    kernel: int,
    stride: int,
    dilation: int,
    padding: int,
    ceil_mode: bool,
    data: st.DataObject,
) -> None:
    sides = min(padding, kernel - 1), min(padding // 2, kernel - 1)
    window = Window.of(kernel, stride, (sides, sides), dilation, ceil_mode)
    try:
        axis, _ = window.axes((size, size))
    except PoolcliError:
        return
    first = data.draw(st.integers(0, axis.output - 1))
    outputs = range(first, data.draw(st.integers(first + 1, axis.output)))
    seen, part = axis.part(outputs)
    shifted = [[at + seen.start for at in taps] for taps in part.taps()]
    assert shifted == [list(taps) for taps in axis.taps()[outputs.start : outputs.stop]]
    for counted in (False, True):
        whole = axis.counts(padding=counted)[outputs.start : outputs.stop]
        assert part.counts(padding=counted) == whole
