"""docs/semantics.md is true: its rules hold, and what it says tutorials get wrong is wrong."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
from helpers.core import pool_alpha
from helpers.documents import ROOT, SEMANTICS
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - as in the package

from poolcli import PoolcliError, adaptive_pool2d, pool2d
from poolcli.geometry import Window, chain

Array = NDArray[Any]


@pytest.fixture(scope="module")
def cat() -> Array:
    """Read the photograph of the cat."""
    with pillow.open(ROOT / "samples" / "cat.jpg") as photo:
        return np.asarray(photo)


def size(count: int, *window: Any) -> int:
    return Window.of(*window).axes((count, count))[0].output


def test_every_tutorial_that_is_wrong_has_its_test() -> None:
    _, _, table = SEMANTICS.read_text().partition("## What tutorials get wrong")
    rows = re.findall(r"^\| (?!it is said|---)(.*?) \|", table, re.MULTILINE)
    tests = [name for name in globals() if name.startswith("test_tutorial_")]
    assert len(rows) == len(tests)


def test_a_size_is_that_of_the_formulas() -> None:
    assert size(32, 1, 2, 0, 1, True) == 16
    assert size(224, 7, 2, "same") == 112
    rows, _ = Window.of(7, 2, "same").axes((224, 224))
    assert (rows.before, rows.after) == (2, 3)
    assert size(2, 3, 3, 0, 1, True) == 1


def test_a_kernel_may_reach_less_than_a_stride_beyond_the_image_in_ceil_mode() -> None:
    assert size(4, 5, 2, 0, 1, True) == 1
    for kernel, padding in ((6, 0), (8, 1)):
        with pytest.raises(PoolcliError, match=f"kernel {kernel}x{kernel} does not fit"):
            size(4, kernel, 2, padding, 1, True)
    assert size(4, 7, 2, 1, 1, True) == 1


def test_counted_padding_is_opaque_black_beside_alpha() -> None:
    image = np.array([[[100, 51], [200, 102]]], np.uint8)
    got = pool_alpha(image, 255, "avg", Window.of((3, 2), 3, ((1, 1), (0, 0))), True)
    mass = 51 + 102 + 4 * 255
    np.testing.assert_allclose(got, [[[(100 * 51 + 200 * 102) / mass, mass / 6]]], rtol=1e-7)


def test_float32_next_to_a_mean_is_held_and_the_mean_itself_is_written() -> None:
    assert np.float32(65533.499) == 65533.5
    assert round(65533.5) == 65534


def test_a_window_without_a_pixel_is_refused() -> None:
    with pytest.raises(PoolcliError, match="windows without a pixel"):
        pool2d(np.ones((1, 1)), "max", 2, 1, 1, 2)


def test_a_power_mean_stays_in_the_range_of_the_image() -> None:
    white = np.full((4, 4), 255, np.uint8)
    assert (pool2d(white, "lp", 2, norm=2) == 255).all()
    assert pool2d(np.array([[-3, 2]]), "lp", (1, 2), norm=1)[0, 0] == 2.5
    assert pool2d(np.array([[-3, 2]]), "lp", (1, 2), norm=32)[0, 0] == pytest.approx(3, rel=0.03)


def test_tutorial_a_padded_5x5_image_becomes_3x3() -> None:
    assert pool2d(np.ones((5, 5)), "max", 2, 2, 1).shape == (3, 3)


def test_tutorial_zeros_are_padding_only_for_images_without_negative_pixels() -> None:
    negative, positive = np.full((4, 4), -3.0), np.full((4, 4), 3.0)

    def with_zeros(image: Array, operation: Any) -> Array:
        return pool2d(np.pad(image, 1), operation, 3, 2)

    assert (pool2d(positive, "max", 3, 2, 1) == with_zeros(positive, "max")).all()
    assert pool2d(negative[:1, :1], "max", 3, 2, 1) == -3
    assert with_zeros(negative[:1, :1], "max") == 0
    counted = pool2d(positive, "avg", 3, 2, 1, count_include_pad=True)
    np.testing.assert_array_equal(counted, with_zeros(positive, "avg"))
    assert not (pool2d(positive, "avg", 3, 2, 1) == counted).all()


def test_tutorial_the_root_of_the_number_of_windows_is_no_side(cat: Array) -> None:
    (step,) = chain(Window.of(2), cat.shape)
    assert step.shape == (150, 225)
    assert math.sqrt(150 * 225) == pytest.approx(183.7, abs=0.05)
    (square,) = chain(Window.of(2), (224, 224))
    assert math.isqrt(112 * 112) == square.shape[0] == square.shape[1]


def test_tutorial_rounding_at_each_iteration_drifts(cat: Array) -> None:
    image = np.array([[0, 1, 0, 1], [0, 1, 0, 1], [1, 2, 0, 1], [1, 2, 0, 1]])
    once = pool2d(image, "avg", 2)
    assert pool2d(once, "avg", 2) == 0.75
    assert np.rint(pool2d(np.rint(once), "avg", 2)) == 0
    kept: Array = cat
    rounded: Array = cat
    for _ in range(3):
        kept = pool2d(kept, "avg", 2)
        rounded = np.rint(pool2d(rounded, "avg", 2)).astype(np.uint8)
    assert float((np.rint(kept) != rounded).mean()) == pytest.approx(0.16, abs=0.01)


def test_tutorial_a_cast_to_8_bits_cuts(cat: Array) -> None:
    assert pool2d(np.array([[3, 4], [4, 4]]), "avg", 2) == 3.75
    assert np.array(3.75).astype(np.uint8) == 3
    kept: Array = cat
    cut: Array = cat
    for _ in range(3):
        kept, cut = pool2d(kept, "avg", 2), pool2d(cut, "avg", 2).astype(np.uint8)
    assert float((kept - cut).mean()) == pytest.approx(1.1, abs=0.05)


def test_tutorial_a_sum_in_8_bits_wraps() -> None:
    image = np.full((2, 2), 200, np.uint8)
    wrapped = image[0, :1] + image[0, 1:] + image[1, :1] + image[1, 1:]
    assert wrapped / 4 == 8
    assert pool2d(image, "avg", 2) == 200


def test_tutorial_twice_by_2_is_once_by_4_but_not_for_every_average() -> None:
    image = np.random.default_rng(0).integers(0, 256, (9, 9)).astype(np.uint8)

    def twice(operation: Any, **how: Any) -> Array:
        return pool2d(pool2d(image, operation, 2, **how), operation, 2, **how)

    for ceil_mode in (False, True):
        once = pool2d(image, "max", 4, ceil_mode=ceil_mode)
        np.testing.assert_array_equal(twice("max", ceil_mode=ceil_mode), once)
    np.testing.assert_allclose(twice("avg"), pool2d(image, "avg", 4), rtol=1e-6)
    partial = pool2d(image[:, :7], "avg", 4, ceil_mode=True)
    image = image[:, :7]
    assert not np.allclose(twice("avg", ceil_mode=True), partial)


def test_tutorial_borders_are_averaged_in_two_ways() -> None:
    image = np.arange(1, 10).reshape(3, 3)
    assert pool2d(image, "avg", 3, 1, 1)[0, 0] == 3
    counted = pool2d(image, "avg", 3, 1, 1, count_include_pad=True)[0, 0]
    assert counted == pytest.approx(1.3333, abs=1e-4)


def test_tutorial_max_pooling_hides_only_small_shifts() -> None:
    dots = np.eye(4, dtype=np.uint8)
    pooled = [pool2d(dots[at : at + 1], "max", (1, 2)).tolist() for at in range(3)]
    assert pooled[0] == pooled[1]
    assert pooled[1] != pooled[2]


def test_adaptive_windows_are_those_of_the_formula() -> None:
    image = np.arange(7).reshape(1, 7)
    assert adaptive_pool2d(image, "min", (1, 3)).tolist() == [[0, 2, 4]]
    assert adaptive_pool2d(image, "max", (1, 3)).tolist() == [[2, 4, 6]]
    assert adaptive_pool2d(image[:, :2], "max", (1, 3)).tolist() == [[0, 1, 1]]
