"""Gray, resize, filter and ReLU, against arrays worked out by other means."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - as in the package

from poolcli.errors import PoolcliError
from poolcli.prepare import FILTERS, Filter, Preparation, Size, edges, prepare, resize, to_gray

Array = NDArray[Any]

NUMBERS = np.random.default_rng(3)


def colour(dtype: str, *shape: int) -> Array:
    limits = np.iinfo(dtype)
    return NUMBERS.integers(limits.min, limits.max, (*(shape or (9, 7)), 3), dtype, endpoint=True)


def prepared(image: Array, opaque: float | None = None, **settings: Any) -> list[Array]:
    return list(prepare(image, Preparation(**settings), opaque))


def test_gray_of_bytes_is_pillows() -> None:
    image = colour("u1", 300, 400)
    np.testing.assert_array_equal(to_gray(image), np.asarray(pillow.fromarray(image).convert("L")))
    assert to_gray(image).dtype == np.uint8


def test_gray_of_16_bits_does_not_overflow() -> None:
    image = np.full((1, 1, 3), 65535, np.uint16)
    np.testing.assert_array_equal(to_gray(image), np.array([[65535]], np.uint16))
    image = colour("u2")
    red, green, blue = np.moveaxis(image.astype(object), 2, 0)
    wanted = (19595 * red + 38470 * green + 7471 * blue + 32768) // 65536
    np.testing.assert_array_equal(to_gray(image), wanted.astype(np.uint16))


def test_gray_of_signed_integers_keeps_sign_and_type() -> None:
    image = np.array([[[-100, -100, -100]]], np.int32)
    np.testing.assert_array_equal(to_gray(image), np.array([[-100]], np.int32))


@pytest.mark.parametrize(
    ("dtype", "carry"), [("f2", "f4"), ("f4", "f4"), ("f8", "f8"), ("i8", "f8")]
)
def test_gray_of_wide_numbers_is_weighed_in_the_carry_type(dtype: str, carry: str) -> None:
    image = np.array([[[100, 200, 50]]], dtype)
    gray = to_gray(image)
    assert gray.dtype == np.dtype(carry)
    np.testing.assert_allclose(gray, [[0.299 * 100 + 0.587 * 200 + 0.114 * 50]], rtol=1e-6)


def test_one_channel_is_gray_already_and_five_cannot_be() -> None:
    image = colour("u1")
    np.testing.assert_array_equal(to_gray(image[..., 0]), image[..., 0])
    np.testing.assert_array_equal(to_gray(image[..., :1]), image[..., 0])
    with pytest.raises(PoolcliError, match="has 5 channels; gray is made of 1 or 3"):
        to_gray(np.zeros((2, 2, 5)))


@pytest.mark.parametrize(
    ("size", "shape", "wanted"),
    [
        (Size(224, 224), (300, 451), (224, 224)),
        (Size(100, None), (300, 451), (67, 100)),
        (Size(None, 100), (300, 451), (100, 150)),
        (Size(3, None), (1, 2), (2, 3)),  # 1.5 rounds half up
        (Size(1, None), (1, 5000), (1, 1)),
    ],
)
def test_a_free_side_keeps_the_proportions(
    size: Size, shape: tuple[int, int], wanted: tuple[int, int]
) -> None:
    assert size.shape(shape) == wanted
    assert Preparation(size=size).shape(shape) == wanted


def test_a_size_is_written_as_it_is_asked_for() -> None:
    assert [str(Size(2, 3)), str(Size(2, None)), str(Size(None, 3))] == ["2x3", "2x", "x3"]


def test_a_preparation_is_named_but_for_its_filter() -> None:
    assert str(Preparation()) == ""
    assert str(Preparation(True, Size(320, None), relu=True)) == "gray, resized to 320x, ReLU"
    assert str(Preparation(filter="prewitt", relu=True)) == "gray"


def test_shrinking_averages_areas() -> None:
    image = np.arange(16, dtype=np.float32).reshape(4, 4)
    wanted = image.reshape(2, 2, 2, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(resize(image, (2, 2)), wanted)


def test_each_axis_is_shrunk_or_grown_in_its_own_way() -> None:
    image = colour("u1", 40, 10)
    shrunk = cv2.resize(image, (10, 20), interpolation=cv2.INTER_AREA)
    wanted = cv2.resize(shrunk, (30, 20), interpolation=cv2.INTER_CUBIC)
    np.testing.assert_array_equal(resize(image, (20, 30)), wanted)


@pytest.mark.parametrize(
    ("dtype", "result"),
    [
        ("u1", "u1"),
        ("u2", "u2"),
        ("i2", "i2"),
        ("f4", "f4"),
        ("f8", "f8"),
        ("?", "f4"),
        ("i1", "f4"),
        ("i4", "f8"),
        ("u8", "f8"),
        ("f2", "f4"),
        ("g", "f8"),
    ],
)
def test_types_that_opencv_refuses_are_resized_in_the_carry_type(dtype: str, result: str) -> None:
    for shape in ((6, 8), (6, 8, 3), (6, 8, 7)):
        resized = resize(np.ones(shape, dtype), (3, 20))
        assert resized.dtype == np.dtype(result)
        assert resized.shape == (3, 20, *shape[2:])
        np.testing.assert_allclose(resized, np.ones_like(resized), rtol=1e-6)


def test_an_image_of_the_wanted_size_stays_as_it_is() -> None:
    image = colour("u1")
    assert resize(image, (9, 7)) is image


def correlated(image: Array, kernel: list[list[int]]) -> Array:
    """Correlate with replicated borders, one pixel at a time."""
    padded = np.pad(image.astype(np.float64), 1, mode="edge")
    output = np.zeros(image.shape)
    for row, column in np.ndindex(image.shape):
        output[row, column] = (padded[row : row + 3, column : column + 3] * kernel).sum()
    return output


V = [[-1, 0, 1]] * 3
H = [[-1, -1, -1], [0, 0, 0], [1, 1, 1]]
LAPLACIAN = [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]


@pytest.mark.parametrize("dtype", ["u1", "u2", "f4", "f8", "i1"])
@pytest.mark.parametrize("relu", [False, True])
def test_filters_are_correlations_with_replicated_borders(dtype: str, relu: bool) -> None:
    image = colour(dtype if dtype[0] in "ui" else "u1")[..., 0].astype(dtype)
    vertical, horizontal = correlated(image, V), correlated(image, H)
    wanted: dict[Filter, Array] = {
        "prewitt-v": vertical,
        "prewitt-h": horizontal,
        "laplacian": correlated(image, LAPLACIAN),
    }
    for name, response in wanted.items():
        got = edges(image, name, relu=relu)
        assert got.dtype == (np.float64 if dtype == "f8" else np.float32)
        np.testing.assert_array_equal(got, np.maximum(response, 0) if relu else np.abs(response))
    magnitude = edges(image, "prewitt", relu=relu)
    np.testing.assert_allclose(magnitude, np.hypot(vertical, horizontal), rtol=1e-6)


def test_a_vertical_edge_answers_to_prewitt_v_alone() -> None:
    image = np.array([[0, 0, 9, 9]] * 4, np.uint8)
    np.testing.assert_array_equal(edges(image, "prewitt-v"), [[0, 27, 27, 0]] * 4)
    assert not edges(image, "prewitt-h").any()


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_implies_gray_and_yields_what_was_before_it(name: Filter) -> None:
    image = colour("u1")
    before, after = prepared(image, filter=name)
    np.testing.assert_array_equal(before, to_gray(image))
    np.testing.assert_array_equal(after, edges(to_gray(image), name))


def test_relu_alone_keeps_the_type_and_nan() -> None:
    np.testing.assert_array_equal(
        prepared(np.array([[-1.5, 2.0, np.nan]], np.float32), relu=True),
        [np.array([[0, 2.0, np.nan]], np.float32)],
    )
    (kept,) = prepared(np.array([[-3, 4]], np.int8), relu=True)
    np.testing.assert_array_equal(kept, np.array([[0, 4]], np.int8))
    assert kept.dtype == np.int8


def test_resizing_comes_before_filtering() -> None:
    image = colour("u1", 20, 20)
    before, after = prepared(image, gray=True, size=Size(10, 10), filter="prewitt-v", relu=True)
    np.testing.assert_array_equal(before, resize(to_gray(image), (10, 10)))
    np.testing.assert_array_equal(after, edges(before, "prewitt-v", relu=True))


def test_nothing_to_prepare_gives_the_image_itself() -> None:
    image = colour("u1")
    (same,) = prepared(image)
    assert same is image


def test_opaque_alpha_resizes_as_no_alpha() -> None:
    image = colour("u1", 20, 30)
    opaque = np.dstack((image, np.full((20, 30), 255, np.uint8)))
    (resized,) = prepared(opaque, 255, size=Size(11, 40))
    np.testing.assert_array_equal(resized[..., :3], resize(image, (40, 11)))
    assert (resized[..., 3] == 255).all()


def test_resizing_weighs_colour_by_alpha() -> None:
    image = np.array([[[200, 255], [0, 0]], [[100, 255], [0, 0]]], np.uint8)
    (resized,) = prepared(image, 255, size=Size(1, 1))
    np.testing.assert_array_equal(resized, np.array([[[150, 128]]], np.uint8))


def test_enlarging_alpha_never_leaves_its_range() -> None:
    image = np.zeros((4, 4, 2), np.uint8)
    image[1:3, 1:3] = 255
    (resized,) = prepared(image, 255, size=Size(32, 32))
    assert set(np.unique(resized[..., 0])) == {0, 255}
    assert (resized[resized[..., 1] == 0] == 0).all()


def test_alpha_passes_through_gray_filter_and_relu() -> None:
    image = np.dstack((colour("u1"), NUMBERS.integers(0, 256, (9, 7), np.uint8)))
    before, after = prepared(image, 255, filter="prewitt", relu=True)
    np.testing.assert_array_equal(before, np.dstack((to_gray(image[..., :3]), image[..., 3])))
    np.testing.assert_array_equal(after[..., 1], image[..., 3].astype(np.float32))
    np.testing.assert_array_equal(after[..., 0], edges(to_gray(image[..., :3]), "prewitt"))


@pytest.mark.parametrize(
    ("preparation", "dtype", "idle"),
    [
        (Preparation(relu=True), "u1", True),
        (Preparation(relu=True), "u2", True),
        (Preparation(relu=True), "i2", False),
        (Preparation(relu=True), "f4", False),
        (Preparation(), "u1", False),
        (Preparation(filter="prewitt", relu=True), "u1", True),
        (Preparation(filter="prewitt-v", relu=True), "u1", False),
        (Preparation(filter="laplacian", relu=True), "u1", False),
    ],
)
def test_relu_is_idle_where_no_value_can_be_negative(
    preparation: Preparation, dtype: str, idle: bool
) -> None:
    assert preparation.has_idle_relu(np.dtype(dtype)) is idle


SIZES = [
    ((546, 1077), (520, 1024)),
    ((1000, 1003), (1000, 1002)),
    ((30, 31), (15, 40)),
    ((7, 5), (21, 20)),
    ((9, 9), (3, 3)),
    ((13, 300), (50, 7)),
]


@pytest.mark.parametrize(("old", "new"), SIZES)
@pytest.mark.parametrize(
    "value",
    [
        *(np.uint8(x) for x in (0, 1, 200, 255)),
        *(np.uint16(x) for x in (1, 65535)),
        *(np.int16(x) for x in (-32768, 32767)),
        *(np.int64(x) for x in (2**62, -5)),
        np.uint32(2**32 - 1),
        *(np.float32(x) for x in (1, 0.1, 3.4028235e38, -3.4028235e38, 1e-45, np.inf)),
        *(np.float64(x) for x in (1, 0.1, 1.7976931348623157e308, 5e-324)),
    ],
)
def test_resizing_keeps_a_constant(old: Any, new: Any, value: Any) -> None:
    image = np.full((*old, 2), value)
    # Beside a channel that is not constant.
    image[:, ::2, 1] = 0
    resized = resize(image, new)
    assert (resized[:, :, 0] == value).all()


@pytest.mark.parametrize(("old", "new"), [((546, 1077), (520, 1024)), ((61, 47), (20, 33))])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32", "float64"])
def test_shrinking_takes_the_mean_of_each_area(old: Any, new: Any, dtype: str) -> None:
    image = (
        np.random.default_rng(1).integers(0, 30000, old).clip(0, 255 if dtype == "uint8" else None)
    )
    shares = []
    for size, wanted in zip(old, new, strict=True):
        edges_ = np.arange(wanted + 1) * size / wanted
        low, high = edges_[:-1, np.newaxis], edges_[1:, np.newaxis]
        overlap = np.minimum(high, np.arange(1, size + 1)) - np.maximum(low, np.arange(size))
        shares.append(overlap.clip(0) / (size / wanted))
    expected = shares[0] @ image @ shares[1].T
    got = resize(image.astype(dtype), new)
    # OpenCV leaves out overlaps below a thousandth of a pixel.
    np.testing.assert_allclose(got, expected, atol=image.max() * 3e-3 + 0.5)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("new", [(3, 3), (2, 5), (20, 20), (7, 4)])
def test_resizing_keeps_huge_floats_finite(dtype: str, new: Any) -> None:
    largest = np.finfo(dtype).max
    image = np.full((6, 6), largest, dtype)
    image[::2] *= -1
    image[2:4, 3:] = 0
    got = resize(image, new)
    assert np.isfinite(got).all()
    share = np.dtype(dtype).type(2.0**-20)
    small = resize(image * share, new).clip(-largest * share, largest * share)
    np.testing.assert_allclose(got * share, small, atol=largest * share / 1e5)


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("scale", [1e-42, 1e-30, 1, 1e37])
def test_a_filter_neither_overflows_nor_vanishes_on_the_way(name: Filter, scale: float) -> None:
    image = np.random.default_rng(2).uniform(0, 1, (9, 9)).astype(np.float32)
    scaled = image * np.float32(scale)
    expected = edges(scaled.astype(np.float64), name)
    atol = max(scale * 1e-6, 1e-44)
    np.testing.assert_allclose(edges(scaled, name), expected, rtol=1e-5, atol=atol)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_flat_image_of_the_largest_float_has_no_edges(dtype: str) -> None:
    image = np.full((4, 5), np.finfo(dtype).max, dtype)
    for name in FILTERS:
        assert edges(image, name).max() < image[0, 0] * 1e-6
    # What truly lies beyond the range is infinite.
    image[:, 2] *= -1
    assert np.isinf(edges(image, "laplacian")).any()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_gray_of_floats_stays_between_its_colours(dtype: str) -> None:
    largest = np.finfo(dtype).max
    for value in (largest, -largest, 0.1, 1e-7, np.inf):
        image = np.full((2, 2, 3), value, dtype)
        np.testing.assert_array_equal(to_gray(image), np.full((2, 2), image[0, 0, 0]))
    mixed = to_gray(np.array([[[np.inf, -np.inf, 0], [np.nan, 0, 0]]], dtype))
    assert np.isnan(mixed).all()


def test_relu_of_zero_is_positive() -> None:
    image = np.array([[-0.0, 0.0, -1.0]], np.float32)
    (rectified,) = prepare(image, Preparation(relu=True))
    assert not np.signbit(rectified).any()
