"""Selection networks: their result is the median of their inputs."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from poolcli.pooling.networks import median_network, select_middle


@pytest.mark.parametrize("count", range(1, 13))
def test_every_order_of_few_values_has_its_middle_selected(count: int) -> None:
    # A network that sorts all zeros and ones sorts everything (Knuth, TAOCP 5.3.4, theorem Z).
    columns = np.array(list(product((0, 1), repeat=count)), np.uint8).T
    ranked = np.sort(columns, axis=0)
    low, high = select_middle(list(columns.copy()))
    np.testing.assert_array_equal(low, ranked[(count - 1) // 2], strict=True)
    np.testing.assert_array_equal(high, ranked[count // 2], strict=True)


@pytest.mark.parametrize("count", [16, 25, 36, 49, 64])
def test_many_values_have_the_median_of_numpy(count: int) -> None:
    values = np.random.default_rng(count).normal(size=(count, 300))
    low, high = select_middle(list(values.copy()))
    np.testing.assert_array_equal((low + high) / 2, np.median(values, axis=0), strict=True)


@pytest.mark.parametrize("count", [1, 2, 4, 9, 25])
def test_nan_reaches_the_middle_from_everywhere(count: int) -> None:
    values = np.random.default_rng(count).normal(size=(count, count))
    np.fill_diagonal(values, np.nan)
    low, high = select_middle(list(values))
    assert np.isnan(low).all()
    assert np.isnan(high).all()


def test_an_odd_count_has_one_middle() -> None:
    low, high = select_middle([np.array([3]), np.array([1]), np.array([2])])
    assert low is high
    assert low.tolist() == [2]


def test_the_network_of_nine_is_short() -> None:
    # Sorting all nine takes 25 comparisons at least, their median 19 at least.
    assert len(median_network(9)) <= 23
