"""Windows along one axis: their positions, and that no setting makes them take long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poolcli.geometry import AdaptiveAxis, Axis, Window

HUGE = 2**31 - 1
MANY = 250_000_000


@pytest.fixture(autouse=True)
def _soon() -> Iterator[None]:
    start = time.process_time()
    yield
    assert time.process_time() - start < 20


axes = st.builds(
    Axis,
    size=st.integers(1, 60),
    output=st.integers(1, 12),
    kernel=st.integers(1, 12),
    stride=st.integers(1, 15),
    dilation=st.integers(1, 15),
    before=st.integers(0, 40),
    after=st.integers(0, 40),
)


@settings(deadline=None, max_examples=300)
@given(axes)
def test_unused_pixels_are_those_that_a_loop_over_all_windows_does_not_mark(axis: Axis) -> None:
    # The loop in the docstring of `Axis._seen`.
    seen = bytearray(axis.size)
    for index in range(axis.output):
        for position in axis.inside(index):
            seen[position] = 1
    unused = [position for run in axis.unused() for position in run]
    assert unused == [position for position in range(axis.size) if not seen[position]]
    if axis.reach >= axis.before:
        assert len(unused) == axis.skipped + axis.dropped
    end = axis.unused_end()
    assert list(end) == [position for position in unused if axis.size - position <= len(end)]
    assert axis.size - 1 not in unused or len(end)


@settings(deadline=None, max_examples=300)
@given(axes)
def test_positions_inside_are_those_of_the_window_in_the_image_or_its_padding(axis: Axis) -> None:
    for index in range(axis.output):
        window = axis.window(index)
        inside = [position for position in window if 0 <= position < axis.size]
        padded = [
            position for position in window if -axis.before <= position < axis.size + axis.after
        ]
        assert list(axis.inside(index)) == inside
        assert list(axis.inside(index, padding=True)) == padded


@settings(deadline=None, max_examples=300)
@given(
    st.integers(1, 12),
    st.integers(1, 9),
    st.integers(1, 30),
    st.integers(1, 30),
    st.one_of(st.just("same"), st.integers(0, 8)),
)
def test_a_window_whose_gap_holds_the_image_is_found(
    size: int, kernel: int, stride: int, dilation: int, padding: int | str
) -> None:
    if padding == "same":
        axis = Axis.same(size, kernel, stride, dilation)
    else:
        before = min(int(padding), kernel - 1)
        room = size + 2 * before - dilation * (kernel - 1) - 1
        if room < 0:
            return
        axis = Axis(size, room // stride + 1, kernel, stride, dilation, before, before)
    assert axis.sees_everywhere() == all(axis.counts())


@given(st.integers(1, 300), st.integers(1, 300))
def test_adaptive_lengths_and_distances_are_those_of_the_windows(size: int, output: int) -> None:
    axis = AdaptiveAxis(size, output)
    counts = axis.counts()
    assert axis.extents == (min(counts), max(counts))
    assert axis.kernel == max(counts)
    starts = [axis.window(index)[0] for index in range(output)]
    distances = [second - first for first, second in pairwise(starts)]
    if distances and size % output:
        assert axis.distances == (min(distances), max(distances))


def test_adaptive_axes_of_many_windows_are_arithmetic() -> None:
    axis = AdaptiveAxis(4, MANY)
    assert axis.extents == (1, 1)
    assert AdaptiveAxis(MANY - 1, MANY).extents == (1, 2)
    assert axis.distances == (0, 1)
    assert list(axis.window(MANY - 1)) == [3]


@pytest.mark.parametrize("dilation", [1, 2, 4097, HUGE])
@pytest.mark.parametrize("stride", [1, 2, 4097, HUGE])
@pytest.mark.parametrize("kernel", [2, 3, 4097, HUGE])
@pytest.mark.parametrize("size", [1, 4, 1_000_000])
@pytest.mark.parametrize("padding", ["same", "half", "full"])
def test_huge_settings_are_laid_out_soon(
    size: int, kernel: int, stride: int, dilation: int, padding: str
) -> None:
    start = time.process_time()
    sides = {"half": kernel // 2, "full": kernel - 1}.get(padding, 0)
    if padding == "same":
        axis = Axis.same(size, kernel, stride, dilation)
    else:
        room = size + 2 * sides - dilation * (kernel - 1) - 1
        if room < 0:
            return
        axis = Axis(size, room // stride + 1, kernel, stride, dilation, sides, sides)
    axis.sees_everywhere()
    assert 0 <= axis.skipped + axis.dropped <= size
    assert time.process_time() - start < 1


def test_a_stride_that_skips_pixels_of_a_very_long_axis() -> None:
    (rows, columns) = Window.of((1, 2), (1, 3)).axes((1, MANY))
    assert rows.skipped == 0
    assert (columns.output, columns.skipped, columns.dropped) == (MANY // 3, MANY // 3 - 1, 2)
    assert next(columns.unused()) == range(2, 3)


def test_dilation_over_a_very_long_axis() -> None:
    _, columns = Window.of((1, MANY // 4), (1, 1), 0, (1, 2)).axes((1, MANY))
    assert columns.skipped == 0
