"""Rows of windows: each way to combine them gives what a loop over the rows gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from helpers.core import Name, reduction
from numpy.typing import NDArray

from poolcli.geometry import Window
from poolcli.pooling.row_passes import (
    HalfWindows,
    RunningSum,
    SharedRows,
    SingleRows,
    SlidingBlocks,
    choose_row_pass,
    round_up,
)
from poolcli.pooling.scratch import Scratch

Array = NDArray[Any]

WIDTH = 5


@pytest.mark.parametrize(
    ("kernel", "stride", "dilation", "exact", "way"),
    [
        (1, 1, 1, True, SingleRows),
        (2, 2, 1, True, SingleRows),
        (2, 3, 1, True, SingleRows),
        (3, 1, 2, True, SingleRows),
        (9, 1, 2, True, SingleRows),
        (3, 2, 1, True, SingleRows),
        (5, 3, 1, True, SharedRows),
        (5, 3, 1, False, SharedRows),
        (2, 1, 1, True, SlidingBlocks),
        (7, 1, 1, False, SlidingBlocks),
        (63, 2, 1, True, SlidingBlocks),
        (8, 3, 1, False, SlidingBlocks),
        (8, 1, 1, True, RunningSum),
        (31, 1, 1, True, RunningSum),
        (8, 1, 1, False, HalfWindows),
        (31, 1, 1, False, HalfWindows),
    ],
)
@pytest.mark.parametrize("operation", ["max", "avg"])
def test_rows_are_combined_in_bands_of_any_height(
    kernel: int, stride: int, dilation: int, exact: bool, way: type, operation: Name
) -> None:
    dtype = np.dtype("uint8" if exact else "float32")
    image = np.random.default_rng(0).integers(0, 256, (170, WIDTH)).astype(dtype)
    rows, _ = Window.of((kernel, 1), (stride, 1), 0, (dilation, 1)).axes((170, WIDTH))
    how = reduction(operation, dtype, (kernel, 1), 2.0)
    taps = range(0, kernel * dilation, dilation)
    expected = [
        how.combine.reduce([image[row * stride + tap].astype(float) for tap in taps])
        for row in range(rows.output)
    ]
    for height in (1, 2, 7, rows.output):
        row_pass = choose_row_pass(rows, how)
        if operation == "avg" or way not in (RunningSum, HalfWindows):
            assert type(row_pass) is way
        step = round_up(height, row_pass.alignment)
        scratch = Scratch((step + row_pass.overlap + kernel + 2) * WIDTH * 8)
        found = np.empty((rows.output, WIDTH), how.working)
        for first in range(0, rows.output, step):
            target = found[first : first + step]
            start = (first - row_pass.leading_rows) * stride
            stop = (first + len(target) - 1) * stride + rows.extent
            row_pass.combine(image[start:stop], target, scratch)
        np.testing.assert_array_equal(found, expected)


def test_a_window_of_maxima_has_no_running_sum() -> None:
    rows, _ = Window.of((9, 1), 1).axes((20, WIDTH))
    how = reduction("max", np.dtype("uint8"), (9, 1), 2.0)
    assert isinstance(choose_row_pass(rows, how), HalfWindows)


def test_numbers_are_rounded_up_to_a_multiple() -> None:
    assert [round_up(count, 4) for count in (0, 1, 4, 5)] == [0, 4, 4, 8]
