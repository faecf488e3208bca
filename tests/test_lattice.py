"""Integer arithmetic on lattices, compared with loops over their points."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from poolcli.geometry.lattice import Lattice, ceil_divide, sum_floors

counts = st.integers(0, 40)
steps = st.integers(1, 30)


@given(counts, st.integers(1, 30), st.integers(0, 60), st.integers(0, 60))
def test_a_sum_of_floors_equals_that_of_a_loop(
    count: int, divisor: int, step: int, start: int
) -> None:
    one_by_one = sum((step * i + start) // divisor for i in range(count))
    assert sum_floors(count, divisor, step, start) == one_by_one


@given(st.integers(-50, 50), st.integers(1, 9))
def test_divisions_are_rounded_up(a: int, b: int) -> None:
    assert b * (ceil_divide(a, b) - 1) < a <= b * ceil_divide(a, b)


@given(st.integers(-50, 50), counts, steps, counts, steps)
def test_progressions_contain_the_points_of_the_lattice_and_no_other(
    base: int, outer: int, outer_step: int, inner: int, inner_step: int
) -> None:
    lattice = Lattice(base, outer, outer_step, inner, inner_step)
    points = {base + i * outer_step + j * inner_step for i in range(outer) for j in range(inner)}
    assert {point for part in lattice.progressions() for point in part} == points


@given(st.integers(1, 2**31), st.integers(1, 2**31), st.integers(1, 2**31), st.integers(1, 2**31))
def test_progressions_are_at_most_the_square_root_of_the_extent(
    outer: int, outer_step: int, inner: int, inner_step: int
) -> None:
    # Within an image of 10,000 pixels.
    outer, inner = (
        min(n, 9_999 // step + 1) for n, step in ((outer, outer_step), (inner, inner_step))
    )
    lattice = Lattice(0, outer, outer_step, inner, inner_step)
    assert len(lattice.progressions()) <= 101
