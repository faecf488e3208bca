"""Layouts of arrays: which pixels they describe, and how results get their axes back."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from poolcli import PoolcliError, adaptive_pool2d, pool2d
from poolcli.geometry.layouts import Axes, find_axes
from poolcli.vocabulary import LAYOUTS, Layout

Array = NDArray[np.generic]


def spell(layout: Layout) -> str:
    return f"--layout {layout}"


def numbered(*shape: int) -> Array:
    return np.arange(np.prod(shape)).reshape(shape)


@pytest.mark.parametrize(
    ("shape", "order"),
    [
        ((4, 5), "hw"),
        ((3, 3, 3), "hwc"),
        ((4, 5, 3), "hwc"),
        ((3, 224, 4), "hwc"),
        ((1, 1, 1), "hwc"),
    ],
)
def test_few_channels_at_the_end_need_no_layout(shape: tuple[int, ...], order: str) -> None:
    axes, size = find_axes(shape, None, spell)
    assert (axes.order, axes.items, size) == (order, 1, shape[:2])


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (
            (64, 56, 56),
            (
                "has shape (64, 56, 56): --layout chw reads 64 channels of 56×56,"
                " --layout hwc 56 channels of 64×56"
            ),
        ),
        (
            (1, 5, 5),
            (
                "has shape (1, 5, 5): --layout chw reads 1 channel of 5×5,"
                " --layout hwc 5 channels of 1×5"
            ),
        ),
        (
            (8, 3, 32, 30),
            (
                "has shape (8, 3, 32, 30): --layout nchw reads 8 items of 3 channels of 32×30,"
                " --layout nhwc 8 items of 30 channels of 3×32"
            ),
        ),
        (
            (2, 4, 4, 3),
            (
                "has shape (2, 4, 4, 3): --layout nchw reads 2 items of 4 channels of 4×3,"
                " --layout nhwc 2 items of 3 channels of 4×4"
            ),
        ),
    ],
)
def test_other_arrays_are_refused_with_their_readings(shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(PoolcliError) as caught:
        find_axes(shape, None, spell)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("shape", "layout", "message"),
    [
        ((4, 5), "chw", "has shape (4, 5), and --layout chw is for 3 axes"),
        ((4, 5, 3), "nchw", "has shape (4, 5, 3), and --layout nchw is for 4 axes"),
        ((1, 4, 5, 3), "hwc", "has shape (1, 4, 5, 3), and --layout hwc is for 3 axes"),
        ((5,), None, "has shape (5,); an image is (rows, columns)"),
        ((), None, r"has shape (); an image is (rows, columns)"),
        ((1, 1, 1, 1, 1), "nchw", "has shape (1, 1, 1, 1, 1); an image is"),
    ],
)
def test_a_layout_has_as_many_axes_as_its_array(
    shape: tuple[int, ...], layout: Layout | None, message: str
) -> None:
    with pytest.raises(PoolcliError) as caught:
        find_axes(shape, layout, spell)
    assert str(caught.value).startswith(message)


SHAPES: dict[Layout, tuple[int, ...]] = {
    "hwc": (4, 6, 5),
    "chw": (5, 4, 6),
    "nhwc": (2, 4, 6, 5),
    "nchw": (2, 5, 4, 6),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_pixels_are_channels_item_by_item_and_go_back(layout: Layout) -> None:
    array = numbered(*SHAPES[layout])
    axes, size = find_axes(array.shape, layout, spell)
    pixels = axes.arrange(array)
    assert size == (4, 6)
    assert pixels.shape == (4, 6, 5 * axes.items)
    for item in range(axes.items):
        for channel in range(5):
            index = {"n": item, "c": channel, "h": 3, "w": 2}
            assert pixels[3, 2, 5 * item + channel] == array[tuple(index[a] for a in layout)]
    np.testing.assert_array_equal(axes.restore(pixels), array)
    assert axes.shape(pixels.shape) == array.shape


@pytest.mark.parametrize("layout", LAYOUTS)
def test_axes_of_one_length_go_back_too(layout: Layout) -> None:
    array = numbered(*[3] * len(layout))
    axes, _ = find_axes(array.shape, layout, spell)
    np.testing.assert_array_equal(axes.restore(axes.arrange(array)), array)


def test_gray_keeps_the_axes_of_a_layout() -> None:
    assert Axes("hwc").shape((4, 6)) == (4, 6)
    assert Axes("chw").shape((4, 6)) == (1, 4, 6)
    assert Axes("nchw", 1).shape((4, 6)) == (1, 1, 4, 6)
    assert Axes("nchw", 3).shape((4, 6, 3)) == (3, 1, 4, 6)
    assert Axes("nhwc", 3).restore(numbered(4, 6, 3)).shape == (3, 4, 6, 1)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_pooling_keeps_the_layout(layout: Layout) -> None:
    array = np.random.default_rng(0).normal(size=SHAPES[layout]).astype(np.float32)
    last = np.moveaxis(array, layout.index("c"), -1)
    for each in ("max", "avg"):
        result = pool2d(array, each, 2, layout=layout)
        wanted = (
            np.stack([pool2d(one, each, 2, layout="hwc") for one in last])
            if "n" in layout
            else pool2d(last, each, 2, layout="hwc")
        )
        assert result.flags.c_contiguous
        assert result.dtype == np.float32
        np.testing.assert_array_equal(np.moveaxis(result, layout.index("c"), -1), wanted)
    (whole,) = {adaptive_pool2d(array, "max", 1, layout=layout).shape}
    wanted_shape = tuple(
        1 if axis in "hw" else size for axis, size in zip(layout, array.shape, strict=True)
    )
    assert whole == wanted_shape


def test_pooling_refuses_an_array_with_two_readings() -> None:
    message = (
        'the image has shape (64, 6, 6): layout="chw" reads 64 channels of 6×6,'
        ' layout="hwc" 6 channels of 64×6'
    )
    calls: list[Callable[[], Array]] = [
        lambda: pool2d(np.zeros((64, 6, 6)), "max"),
        lambda: adaptive_pool2d(np.zeros((64, 6, 6)), "max", 1),
    ]
    for call in calls:
        with pytest.raises(PoolcliError) as caught:
            call()
        assert str(caught.value) == message


@pytest.mark.parametrize("layout", ["HWC", "nhw", "", 3, ["chw"]])
def test_an_unknown_layout_is_refused(layout: Layout) -> None:
    with pytest.raises(PoolcliError, match="layout is None, hwc, chw, nhwc or nchw, got "):
        pool2d(np.zeros((4, 4, 3)), "max", layout=layout)
