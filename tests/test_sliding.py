"""Windows that slide along an array: every item of a window is combined, in few passes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from helpers.core import Name, reduction
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from poolcli.pooling.scratch import Scratch
from poolcli.pooling.sliding import Slide, fold, fold_onto, plan_spans

Array = NDArray[Any]

KINDS = [(True, False), (False, True), (False, False)]


def weights(kernel: int, *, idempotent: bool, exact: bool) -> list[int]:
    """Return how often the passes of a plan combine each item of a window."""
    span = [1]
    for step in plan_spans(kernel, idempotent=idempotent, exact=exact):
        longer = [0] * step.length
        for start in (0, step.second, step.third):
            if start is not None:
                for item, times in enumerate(span, start):
                    longer[item] += times
        if step.missing is not None:
            longer[step.missing] += 1
        if step.repeated is not None:
            longer[step.repeated] -= 1
        span = longer
    return span


@pytest.mark.parametrize(("idempotent", "exact"), KINDS)
@pytest.mark.parametrize("kernel", range(1, 140))
def test_a_plan_combines_each_item_of_a_window(kernel: int, idempotent: bool, exact: bool) -> None:
    times = weights(kernel, idempotent=idempotent, exact=exact)
    assert len(times) == kernel
    if idempotent:
        assert min(times) >= 1
    else:
        assert set(times) == {1}


@pytest.mark.parametrize(("idempotent", "exact"), KINDS)
@given(kernel=st.integers(2, 2**31))
def test_a_plan_has_about_log2_of_the_kernel_passes(
    kernel: int, idempotent: bool, exact: bool
) -> None:
    passes = plan_spans(kernel, idempotent=idempotent, exact=exact)
    assert len(passes) <= math.ceil(math.log2(kernel))
    # Nothing is subtracted from sums of floats.
    assert exact or all(step.repeated is None for step in passes)


def test_an_exact_sum_of_31_is_made_of_powers_of_two_and_one_of_floats_of_thirds() -> None:
    exact = plan_spans(31, idempotent=False, exact=True)
    assert [step.length for step in exact] == [2, 4, 8, 16, 31]
    assert [step.length for step in plan_spans(3, idempotent=False, exact=True)] == [3]
    floats = plan_spans(63, idempotent=False, exact=False)
    assert [step.length for step in floats] == [3, 7, 21, 63]


def slow(source: Array, kernel: int, distance: int, operation: str) -> Array:
    combine: Any = {"max": np.maximum, "min": np.minimum, "avg": np.add}[operation]
    count = len(source) - (kernel - 1) * distance
    taps = [source[tap * distance :][:count].astype(np.float64) for tap in range(kernel)]
    combined: Array = combine.reduce(taps)
    return combined


@pytest.mark.parametrize("operation", ["max", "min", "avg"])
@pytest.mark.parametrize("dtype", ["uint8", "float64"])
@pytest.mark.parametrize("distance", [1, 3])
@pytest.mark.parametrize("kernel", [*range(2, 18), 31, 33, 63])
def test_windows_that_begin_at_each_item_are_combined(
    operation: Name, dtype: str, distance: int, kernel: int
) -> None:
    source = np.random.default_rng(kernel).integers(0, 256, 6 * 40).astype(dtype)
    how = reduction(operation, np.dtype(dtype), (1, kernel), 2.0)
    expected = slow(source, kernel, distance, operation)
    scratch = Scratch(source.size * 8)
    slide = Slide(kernel, distance, how, how.working, (0, 1))
    np.testing.assert_array_equal(slide.combine(source, scratch)[: len(expected)], expected)

    target = np.empty(len(expected), how.working)
    slide.combine_into(target, source, scratch)
    np.testing.assert_array_equal(target, expected)

    whole = 40 - (kernel - 1) * distance
    if whole > 0:
        lines = np.empty((6, whole), how.working)
        slide.combine_lines(lines, source, scratch, 40)
        for line, start in zip(lines, range(0, 240, 40), strict=True):
            np.testing.assert_array_equal(line, expected[start : start + whole])


def test_folding_combines_arrays_in_order() -> None:
    how = reduction("avg", np.dtype("uint8"), (1, 4), 2.0)
    parts = [
        np.array([1, 2], np.uint8),
        np.array([10, 20], np.uint8),
        np.array([100, 200], np.uint8),
    ]
    target = np.empty(2, np.uint16)
    fold(parts[:1], target, how)
    assert target.tolist() == [1, 2]
    fold(parts, target, how)
    assert target.tolist() == [111, 222]
    fold_onto(parts[1:], target, how)
    assert target.tolist() == [221, 442]
