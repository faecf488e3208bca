"""The subject of an explanation: the value that is chosen, its channels and its headings."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.core import pooling

from poolcli.errors import PoolcliError
from poolcli.explanation import Subject
from poolcli.geometry import Window, chain
from poolcli.images import Image


def subject(
    shape: tuple[int, ...],
    index: tuple[int, int] | None = None,
    iterations: int = 1,
    *,
    alpha: bool = False,
    matrix: bool = False,
    prepared: str = "",
) -> Subject:
    pixels = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    image = Image(pixels, pixels.dtype, matrix, alpha=alpha)
    return Subject.choose(image, chain(Window(), shape[:2], iterations), index, prepared)


@pytest.mark.parametrize(
    ("shape", "index", "whole"),
    [
        ((16, 16), None, True),
        ((17, 2), None, False),
        ((2, 17), None, False),
        ((4, 4, 3), None, False),
        ((4, 4), (0, 1), False),
    ],
)
def test_a_small_gray_image_is_explained_whole(
    shape: tuple[int, ...], index: tuple[int, int] | None, whole: bool
) -> None:
    assert subject(shape, index).whole is whole


def test_the_middle_of_the_last_result_is_chosen() -> None:
    assert subject((40, 60)).index == (10, 15)
    assert subject((40, 60), iterations=2).index == (5, 7)
    assert subject((40, 60), (19, 0)).index == (19, 0)


@pytest.mark.parametrize("index", [(20, 0), (0, 30)])
def test_a_value_outside_the_last_result_is_refused(index: tuple[int, int]) -> None:
    with pytest.raises(PoolcliError, match="20 rows and 30 columns; use 0,0 to 19,29"):
        subject((40, 60), index)


@pytest.mark.parametrize(
    ("shape", "alpha", "matrix", "names"),
    [
        ((4, 4), False, False, [""]),
        ((4, 4, 2), True, False, ["gray", "alpha"]),
        ((4, 4, 3), False, False, ["red", "green", "blue"]),
        ((4, 4, 4), True, False, ["red", "green", "blue", "alpha"]),
        ((4, 4, 2), False, True, ["channel 0", "channel 1"]),
    ],
)
def test_channels_have_names(
    shape: tuple[int, ...], alpha: bool, matrix: bool, names: list[str]
) -> None:
    assert subject(shape, alpha=alpha, matrix=matrix).channels == names


def test_a_heading_has_the_image_its_preparation_and_the_pooling() -> None:
    once, twice = subject((4, 6)), subject((4, 6), iterations=2, prepared="gray")
    assert once.heading("a", pooling("max")) == "a, 4 rows × 6 columns: max, kernel 2×2, stride 2"
    assert twice.heading("a", pooling("avg")) == (
        "a, 4 rows × 6 columns, gray: avg, kernel 2×2, stride 2, 2 iterations"
    )
    assert once.title("a", ["max", "avg"]) == "a: out[1,1] by max, avg"
    assert twice.title("a", ["max"]) == "a: out2[0,0] by max"


def test_cells_are_all_of_a_small_image_and_the_traced_ones_of_a_large_one() -> None:
    small, large = subject((4, 4)), subject((40, 60, 3), iterations=2)
    assert len(list(small.cells(small.stages(pooling("max"))))) == 4
    traced = list(large.cells(large.stages(pooling("max"))))
    assert [(cell.channel, cell.iteration) for cell in traced] == [
        (0, 2), (0, 1), (1, 2), (1, 1), (2, 2), (2, 1)
    ]  # fmt: skip
