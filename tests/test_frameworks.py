"""Adapters of frameworks: their calls, and their remarks where a framework differs from poolcli.

onnxruntime itself is called, of the other frameworks stand-ins.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import pytest
from helpers.spread import Spread
from helpers.stand_ins import hide, install, install_keras, install_skimage, install_torch
from numpy.typing import NDArray

from poolcli.frameworks.adapters import FRAMEWORKS
from poolcli.frameworks.applied import AppliedPooling
from poolcli.frameworks.conversions import fit
from poolcli.frameworks.framework import Answer, Framework
from poolcli.frameworks.keras import Keras
from poolcli.frameworks.layers import Unsupported
from poolcli.frameworks.loop import Loop
from poolcli.frameworks.onnx import OnnxRuntime
from poolcli.frameworks.skimage import ScikitImage
from poolcli.frameworks.torch import Torch
from poolcli.frameworks.windows import sum_windows
from poolcli.geometry import AdaptiveWindow, AnyWindow, Window
from poolcli.operations import Average, Lp, Max, Median, Min, Operation, Pooling

Array = NDArray[Any]
NAN, INF = np.nan, np.inf


@pytest.fixture(autouse=True)
def _stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch)
    install_torch(monkeypatch)
    install_keras(monkeypatch, "tensorflow")
    install_skimage(monkeypatch)


def image(*shape: int, low: float = -1) -> Array:
    pixels = np.random.default_rng(len(shape)).uniform(low, 1, shape).astype(np.float32)
    return pixels if pixels.ndim == 3 else pixels[:, :, np.newaxis]


def run(
    framework: Framework, pixels: Array, operation: Operation, window: AnyWindow
) -> tuple[Answer, Array]:
    """Return the answer of a framework, and poolcli's result."""
    pooling = Pooling(operation, window)
    applied = AppliedPooling.of(pooling, pixels.shape)
    # PyTorch may return a row more than poolcli, without any pixel: 0 / 0.
    with np.errstate(invalid="ignore"):
        answer = framework.pool(pixels, applied)
    return answer, pooling(pixels)


def assert_agrees(answer: Answer, ours: Array, *remarks: str) -> None:
    """Assert that every pixel agrees, and that the remarks are these."""
    assert not answer.part
    assert answer.comparable is None
    np.testing.assert_allclose(answer.pixels, ours, rtol=2.0**-20, atol=2.0**-16)
    assert len(answer.remarks) == len(remarks), answer.remarks
    for found, remark in zip(answer.remarks, remarks, strict=True):
        assert remark in found


# Shared by all adapters


def test_the_sums_of_windows_are_those_of_a_loop() -> None:
    values = image(11, 9, 2)
    window = Window.of((3, 2), (2, 3), ((2, 1), (1, 0)), (2, 1), ceil_mode=True)
    applied = AppliedPooling.of(Pooling(Max(), window), values.shape)
    sums = sum_windows(values, applied)
    for i, rows in enumerate(applied.rows.taps()):
        for j, columns in enumerate(applied.columns.taps()):
            pixels = values[np.ix_(list(rows), list(columns))]
            np.testing.assert_allclose(sums[i, j], pixels.sum(axis=(0, 1)), rtol=1e-5, atol=1e-6)


def test_the_sums_of_many_windows_that_repeat_pixels_are_those_of_the_pixels() -> None:
    applied = AppliedPooling.of(Pooling(Max(), AdaptiveWindow.of((1, 100_000))), (1, 3, 1))
    values = np.array([1.0, 2.0, 4.0]).reshape(1, 3, 1)
    sums, counts = np.unique(sum_windows(values, applied), return_counts=True)
    # The two windows at a third and at two thirds hold two pixels.
    assert sums.tolist() == [1, 2, 3, 4, 6]
    assert counts.tolist() == [33_333, 33_332, 1, 33_333, 1]


@pytest.mark.parametrize(
    ("value", "dtype", "fitting"),
    [
        (255, "uint8", "float32"),
        (True, "bool", "float32"),
        (2**24, "int64", "float32"),
        (2**24 + 1, "int32", "float64"),
        (-(2**53), "int64", "float64"),
        (0.5, "float64", "float32"),
        (0.1, "float64", "float64"),
        (1e300, "float64", "float64"),
        (NAN, "float64", "float32"),
        (-INF, ">f8", "float32"),
    ],
)
def test_the_narrowest_type_that_represents_the_pixels_is_taken(
    value: float, dtype: str, fitting: str
) -> None:
    pixels = np.array([[[value]]], dtype)
    fitted = fit(pixels, "float32", "float64")
    assert fitted.dtype == fitting
    np.testing.assert_array_equal(fitted, pixels.astype(np.float64))


def test_pixels_that_no_type_represents_are_refused() -> None:
    with pytest.raises(Unsupported, match="float64, which does not hold these int64 numbers"):
        fit(np.array([[[2**53 + 1]]]), "float32", "float64")


def test_missing_modules_are_named_without_importing_any(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [framework.missing() for framework in FRAMEWORKS] == [()] * 4
    hide(monkeypatch, "onnx", "torch", "keras", "tensorflow", "skimage")
    backends = "one of tensorflow, torch, jax"
    missing = [("onnx",), ("torch",), ("keras", backends), ("skimage",)]
    assert [framework.missing() for framework in FRAMEWORKS] == missing


def test_adapters_return_the_versions_of_their_frameworks() -> None:
    versions = [framework.version() for framework in FRAMEWORKS]
    assert versions[0].split(".")[0].isdigit()
    assert versions[1:] == ["1.2.3", "1.2.3 on tensorflow 1.2.3", "1.2.3"]
    assert Loop(1).version() == ""


# Operations that are not poolcli's

WINDOWS = [Window.of(2), Window.of(3, 2, 1), Window.of(3, 1, "same"), AdaptiveWindow.of((3, 2))]


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=lambda framework: framework.name)
@pytest.mark.parametrize("window", WINDOWS)
def test_an_operation_without_a_layer_is_refused(framework: Framework, window: AnyWindow) -> None:
    with pytest.raises(Unsupported, match=r"^has no spread pooling$"):
        run(framework, image(6, 6), Spread(), window)


class Fractional(Max):
    """Claim layers whose parameters are not those of a plain window."""

    layers: ClassVar[Mapping[str, str]] = {
        "PyTorch": "FractionalMaxPool2d",
        "Keras": "LPPooling2D",
        "ONNX": "LpPool",
        "scikit-image": "fractional max",
    }


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=lambda framework: framework.name)
def test_a_layer_with_unknown_parameters_is_refused(framework: Framework) -> None:
    with pytest.raises(Unsupported, match=r"whose parameters poolcli cannot translate|no function"):
        run(framework, image(6, 6), Fractional(), Window.of(2))


class Mirrored(Min):
    """Claim the negative of the largest pixel of the negative image in every framework."""

    layers: ClassVar[Mapping[str, str]] = {**Min.layers, "scikit-image": "-max"}


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=lambda framework: framework.name)
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_a_minus_in_front_of_a_layer_negates_image_and_result(
    framework: Framework, dtype: str
) -> None:
    pixels = (image(6, 6, low=0) * 200).astype(dtype)
    answer, ours = run(framework, pixels, Mirrored(), Window.of(2))
    np.testing.assert_array_equal(answer.pixels, ours)


class Wide(Operation):
    """Claim a function of NumPy that poolcli has no operation for."""

    name = "wide"
    layers: ClassVar[Mapping[str, str]] = {"scikit-image": "ptp"}
    reduce, value = Spread.reduce, Spread.value


def test_skimage_reduces_blocks_by_any_function_of_numpy() -> None:
    assert_agrees(*run(ScikitImage(), image(6, 6), Wide(), Window.of(2)))


# PyTorch

FLOOR = Window.of(3, 2)


@pytest.mark.parametrize(
    ("operation", "window", "remarks"),
    [
        (Max(), FLOOR, []),
        (Max(), Window.of(3, 2, 1, 2, ceil_mode=True), []),
        (Min(), FLOOR, ["-MaxPool2d(-x)"]),
        (Max(), Window.of(3, 2, "same"), ["functional.pad added the padding first, as -inf"]),
        (Max(), Window.of(3, 2, 2, ceil_mode=True), ["by at most half the kernel"]),
        (Average(), FLOOR, []),
        (Average(), Window.of(3, 2, 1, ceil_mode=True), ["called with count_include_pad=False"]),
        (
            Average(),
            Window.of((2, 3), 2, ((0, 1), (2, 1)), ceil_mode=True),
            ["that are not counted"],
        ),
        (Average(), Window.of(3, 2, 2), ["by at most half the kernel"]),
        (Lp(3), Window.of(2, 2, ceil_mode=True), ["the sign", "where poolcli takes the mean"]),
        (Lp(3), Window.of(3, 2, 1), ["has no padded LPPool"]),
        (Lp(3), AdaptiveWindow.of((4, 3)), ["has no adaptive LPPool"]),
        (Max(), AdaptiveWindow.of((4, 3)), []),
        (Average(), AdaptiveWindow.of((4, 12)), []),
        (Min(), AdaptiveWindow.of(1), ["-MaxPool2d(-x)"]),
    ],
)
def test_torch_computes_the_values_of_poolcli(
    operation: Operation, window: AnyWindow, remarks: list[str]
) -> None:
    assert_agrees(*run(Torch(), image(10, 7, 2), operation, window), *remarks)


@pytest.mark.parametrize("padding", [1, ((1, 0), (2, 1))])
def test_torch_counts_padding_if_the_operation_does(padding: Any) -> None:
    answer, ours = run(
        Torch(), image(8, 8), Average(count_padding=True), Window.of(3, 2, padding, 1, True)
    )
    remarks = [] if padding == 1 else ["zeros that are counted"]
    assert_agrees(answer, ours, *remarks)


def test_torch_needs_no_remark_about_signs_without_negative_pixels() -> None:
    answer, ours = run(Torch(), image(6, 6, low=0), Lp(), Window.of(2))
    assert_agrees(answer, ours, "sums in LPPool2d")
    assert answer.pixels.dtype == np.float64


@pytest.mark.parametrize(
    ("operation", "window", "reason"),
    [
        (Median(), FLOOR, "has no median pooling"),
        (Average(), Window.of(2, 1, 0, 2), "dilates no avg pooling"),
        (Lp(), Window.of(2, 1, 0, 2), "dilates no lp pooling"),
    ],
)
def test_torch_refuses_pooling_that_it_lacks(
    operation: Operation, window: AnyWindow, reason: str
) -> None:
    with pytest.raises(Unsupported, match=reason):
        run(Torch(), image(6, 6), operation, window)


# Keras


@pytest.mark.parametrize("backend", ["tensorflow", "torch", "jax"])
@pytest.mark.parametrize(
    ("operation", "window", "remarks"),
    [
        (Max(), FLOOR, []),
        (Min(), Window.of(3, 2, "same"), ["-MaxPooling2D(-x)"]),
        (Max(), Window.of(3, 1, 1), []),
        (Max(), Window.of(3, 2, 2), ["keras.ops.pad added it first, as -inf"]),
        (Average(), Window.of(3, 1, 1), []),
        (Average(), Window.of(3, 2, 2), ["zeros that are not counted"]),
        (Average(count_padding=True), Window.of(3, 2, "same"), ["never counts padding"]),
        (Average(count_padding=True), Window.of(2, 2, 0), []),
        (Average(), AdaptiveWindow.of(1), []),
    ],
)
def test_keras_computes_the_values_of_poolcli(
    monkeypatch: pytest.MonkeyPatch,
    backend: str,
    operation: Operation,
    window: AnyWindow,
    remarks: list[str],
) -> None:
    install_keras(monkeypatch, backend)
    if backend == "jax" and "that are not counted" in "".join(remarks):
        remarks = [*remarks, "cuts float64 to float32 on JAX"]
    assert_agrees(*run(Keras(), image(9, 8, 2), operation, window), *remarks)


def test_keras_on_torch_counts_copies_of_the_border_where_same_is_uneven(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = Window.of((2, 3), 2, "same")
    assert_agrees(*run(Keras(), image(7, 7), Average(), window))
    install_keras(monkeypatch, "torch")
    answer, ours = run(Keras(), image(7, 7), Average(), window)
    assert "windows with padding are left out" in answer.remarks[0]
    assert answer.comparable is not None
    assert answer.comparable[:, :, 0].tolist() == [[False, True, True, False]] * 3 + [[False] * 4]
    whole = answer.comparable[:, :, 0]
    np.testing.assert_allclose(answer.pixels[whole], ours[whole], rtol=2.0**-20)
    assert not np.allclose(answer.pixels, ours)


def test_keras_returns_no_partial_windows() -> None:
    answer, ours = run(Keras(), image(8, 9), Max(), Window.of(3, ceil_mode=True))
    assert answer.part
    assert "has no ceil mode" in answer.remarks[0]
    np.testing.assert_array_equal(answer.pixels, ours[:2, :3])


def test_keras_drops_a_nan_on_tensorflow_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.ones((2, 6, 1), np.float32)
    pixels[0, 1], pixels[:, 2:4] = NAN, -INF
    answer, _ = run(Keras(), pixels, Max(), Window.of(2))
    assert answer.comparable is not None
    assert answer.comparable.ravel().tolist() == [False, False, True]
    assert "drops NaN on TensorFlow" in answer.remarks[0]
    # A minimum of -inf is computed correctly.
    answer, _ = run(Keras(), pixels, Min(), Window.of(2))
    assert answer.comparable is not None
    assert answer.comparable.ravel().tolist() == [False, True, True]
    install_keras(monkeypatch, "torch")
    assert_agrees(*run(Keras(), pixels, Max(), Window.of(2)))


@pytest.mark.parametrize(
    ("operation", "window", "reason"),
    [
        (Median(), FLOOR, "has no median pooling"),
        (Lp(), FLOOR, "has no lp pooling"),
        (Max(), AdaptiveWindow.of(4), "no adaptive layer that works for every size"),
        (Max(), Window.of(2, 1, 0, 2), "dilates no pooling"),
        (Max(), Window.of(7, 7, ceil_mode=True), "a kernel larger than the padded image"),
    ],
)
def test_keras_refuses_pooling_that_it_lacks(
    operation: Operation, window: AnyWindow, reason: str
) -> None:
    with pytest.raises(Unsupported, match=reason):
        run(Keras(), image(6, 6), operation, window)


@pytest.mark.parametrize(
    ("installed", "chosen", "expected"),
    [
        (["tensorflow", "torch"], None, None),
        (["torch", "jax"], None, "torch"),
        (["jax"], None, "jax"),
        (["torch"], "jax", "jax"),
    ],
)
def test_keras_starts_with_an_installed_backend_unless_the_user_chose_one(
    monkeypatch: pytest.MonkeyPatch,
    installed: list[str],
    chosen: str | None,
    expected: str | None,
) -> None:
    hide(monkeypatch, "tensorflow", "torch", "jax")
    for backend in installed:
        install(monkeypatch, backend)
    install_keras(monkeypatch, installed[0])
    monkeypatch.setenv("KERAS_BACKEND", chosen or "")
    if chosen is None:
        monkeypatch.delenv("KERAS_BACKEND")
    assert Keras().missing() == ()
    assert Keras().version() == f"1.2.3 on {installed[0]} 1.2.3"
    assert os.environ.get("KERAS_BACKEND") == expected


def test_keras_on_jax_is_started_with_float64(monkeypatch: pytest.MonkeyPatch) -> None:
    install_keras(monkeypatch, "jax")
    monkeypatch.delenv("JAX_ENABLE_X64")
    pixels = np.full((2, 2, 1), 0.1)
    assert_agrees(*run(Keras(), pixels, Max(), Window.of(2)), "cuts float64 to float32 on JAX")
    assert os.environ["JAX_ENABLE_X64"] == "1"
    monkeypatch.setattr(sys.modules["keras"].ops, "convert_to_numpy", np.float32)
    with pytest.raises(Unsupported, match="returns float32 where these numbers need float64"):
        run(Keras(), pixels, Max(), Window.of(2))


# scikit-image


@pytest.mark.parametrize("operation", [Max(), Average(), Min(), Median(), Lp(3)])
@pytest.mark.parametrize("dtype", ["float32", "float16", "uint8", "int64"])
def test_skimage_reduces_blocks_by_every_operation(operation: Operation, dtype: str) -> None:
    pixels = (image(6, 9, 2) * 100).astype(dtype)
    assert_agrees(*run(ScikitImage(), pixels, operation, Window.of((2, 3))))


@pytest.mark.parametrize("window", [Window.of(2, ceil_mode=True), Window.of(2, 2, "same")])
def test_skimage_fills_partial_blocks_with_zeros(window: Window) -> None:
    answer, ours = run(ScikitImage(), image(7, 8), Max(), window)
    assert answer.part
    assert "fills partial blocks with zeros" in answer.remarks[0]
    np.testing.assert_array_equal(answer.pixels, ours[:3])
    assert_agrees(*run(ScikitImage(), image(7, 8), Max(), Window.of(2)), "partial blocks")


@pytest.mark.parametrize(
    ("window", "reason"),
    [
        (AdaptiveWindow.of(4), "one size only"),
        (Window.of(2, 2, 0, 2), "dilates no blocks"),
        (Window.of(2, 1), "no stride but the kernel"),
        (Window.of(2, 2, 1), "no padding at the top and left"),
        (Window.of(8, 8, ceil_mode=True), "no block lies in the image"),
    ],
)
def test_skimage_refuses_windows_that_are_not_blocks(window: AnyWindow, reason: str) -> None:
    with pytest.raises(Unsupported, match=reason):
        run(ScikitImage(), image(6, 6), Max(), window)


# onnxruntime


@pytest.mark.parametrize(
    ("operation", "window", "remarks"),
    [
        (Max(), Window.of(3, 2, ((2, 1), (0, 1)), 2, ceil_mode=True), []),
        (Min(), FLOOR, ["-MaxPool(-x)"]),
        (Max(), Window.of(3, 2, "same"), []),
        (Max(), Window.of(3, 1, "same", 2), ["forgets dilation under auto_pad"]),
        (Average(), Window.of(1, 3, "same"), ["whose stride skips pixels"]),
        (Average(), Window.of(3, 2, 2, ceil_mode=True), []),
        (Average(), AdaptiveWindow.of(1), []),
        (Lp(3), Window.of(3, 2, 2, ceil_mode=True), ["takes the mean", "16 times the tolerance"]),
    ],
)
def test_onnxruntime_computes_the_values_of_poolcli(
    operation: Operation, window: AnyWindow, remarks: list[str]
) -> None:
    assert_agrees(*run(OnnxRuntime(), image(10, 7, 2), operation, window), *remarks)


def test_onnxruntime_counts_padding_if_the_operation_does() -> None:
    assert_agrees(
        *run(OnnxRuntime(), image(6, 6), Average(count_padding=True), Window.of(3, 2, 1, 1, True))
    )


def test_onnxruntime_drops_nan_and_makes_numbers_of_infinities() -> None:
    pixels = np.ones((2, 6, 1), np.float32)
    pixels[0, 1], pixels[:, 2:4] = NAN, -INF
    answer, ours = run(OnnxRuntime(), pixels, Max(), Window.of(2))
    assert answer.comparable is not None
    assert answer.comparable.ravel().tolist() == [False, False, True]
    assert answer.pixels[0, 0] == 1
    assert np.isnan(ours[0, 0])
    assert "drops NaN" in answer.remarks[0]


def test_onnxruntime_averages_in_float32_alone() -> None:
    pixels = np.full((2, 2, 1), 0.1)
    answer, ours = run(OnnxRuntime(), pixels, Average(), Window.of(2))
    assert (answer.pixels.dtype.name, ours.dtype.name) == ("float32", "float64")
    assert answer.leniency == 2
    assert_agrees(answer, ours, "rounded to it first, and 2 times the tolerance")
    with pytest.raises(Unsupported, match="whose range these numbers exceed"):
        run(OnnxRuntime(), pixels * 1e300, Average(), Window.of(2))
    answer, ours = run(OnnxRuntime(), pixels, Max(), Window.of(2))
    np.testing.assert_array_equal(answer.pixels, ours, strict=True)


@pytest.mark.parametrize(
    ("operation", "window", "reason"),
    [
        (Median(), FLOOR, "has no median pooling"),
        (Max(), AdaptiveWindow.of(4), "no adaptive pooling but the global one"),
        (Lp(1.5), FLOOR, "takes whole norms only"),
        (Max(), Window.of(3, 1, "same", 3), "pads by less than the kernel"),
    ],
)
def test_onnxruntime_refuses_pooling_that_it_lacks(
    operation: Operation, window: AnyWindow, reason: str
) -> None:
    with pytest.raises(Unsupported, match=reason):
        run(OnnxRuntime(), image(7, 7), operation, window)


# The loop


@pytest.mark.parametrize(
    ("shape", "window", "part"),
    [
        ((200, 250, 3), Window.of(2), (200, 250, 3)),
        ((300, 451, 3), Window.of(3, 2, 1), (256, 256, 3)),
        ((300, 100, 1), Window.of(2), (256, 100, 1)),
        ((300, 300, 1), Window.of(300), (300, 300, 1)),
        ((700, 700, 1), Window.of(300, 300), (512, 512, 1)),
        ((300, 300, 1), Window.of(40, 1, 0), (64, 64, 1)),
        ((300, 300, 1), AdaptiveWindow.of(7), (256, 256, 1)),
    ],
)
def test_the_loop_pools_the_middle_of_a_large_image(
    shape: tuple[int, int, int], window: AnyWindow, part: tuple[int, int, int]
) -> None:
    pixels = np.zeros(shape, np.uint8)
    pixels[shape[0] // 2, shape[1] // 2] = 1
    middle = Loop(1_000_000).part(pixels, AppliedPooling.of(Pooling(Max(), window), shape))
    assert middle.shape == part
    assert (middle[part[0] // 2, part[1] // 2] == 1).all()


def test_the_loop_refuses_a_window_that_takes_too_long() -> None:
    pixels = np.zeros((100, 100, 1))
    applied = AppliedPooling.of(Pooling(Max(), Window.of(100)), pixels.shape)
    with pytest.raises(Unsupported, match="too slow"):
        Loop(9_999).part(pixels, applied)


@pytest.mark.parametrize("size", [(1, 2_000_000), (1500, 1500)])
def test_the_loop_refuses_more_windows_than_it_can_walk(size: tuple[int, int]) -> None:
    pixels = np.zeros((2, 2, 1))
    applied = AppliedPooling.of(Pooling(Max(), AdaptiveWindow.of(size)), pixels.shape)
    with pytest.raises(Unsupported, match="too slow for windows of this size or number"):
        Loop(6_000_000).part(pixels, applied)
