"""Adapters of frameworks: what each is asked for, and what is said where it means something else.

onnxruntime is tried itself, the others by stand-ins.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import numpy as np
import pytest
from helpers.stand_ins import hide, install, install_keras, install_skimage, install_torch
from numpy.typing import NDArray

from poolcli.equivalents import Pooling
from poolcli.frameworks import FRAMEWORKS, Answer, Framework, Unsupported, sum_windows
from poolcli.frameworks.framework import fit
from poolcli.frameworks.keras import Keras
from poolcli.frameworks.loop import Loop
from poolcli.frameworks.onnx import OnnxRuntime
from poolcli.frameworks.skimage import ScikitImage
from poolcli.frameworks.torch import Torch
from poolcli.geometry import AdaptiveWindow, AnyWindow, Window
from poolcli.pooling import Operation, pool

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


def ask(
    framework: Framework,
    layers: Array,
    operation: Operation,
    window: AnyWindow,
    count_include_pad: bool = False,
    norm: float = 2.0,
) -> tuple[Answer, Array]:
    """Give an answer and poolcli's own."""
    how = (count_include_pad, norm)
    pooling = Pooling.of(operation, window, layers.shape, *how)
    # PyTorch may make a row more than poolcli, with no pixel in it: 0 / 0.
    with np.errstate(invalid="ignore"):
        answer = framework.pool(layers, pooling)
    return answer, pool(layers, operation, window, *how)


def assert_agrees(answer: Answer, ours: Array, *remarks: str) -> None:
    """Every pixel is compared, and all is said."""
    assert not answer.part
    assert answer.comparable is None
    np.testing.assert_allclose(answer.pixels, ours, rtol=2.0**-20, atol=2.0**-16)
    assert len(answer.remarks) == len(remarks), answer.remarks
    for said, remark in zip(answer.remarks, remarks, strict=True):
        assert remark in said


# What all of them share


def test_the_sums_of_windows_are_those_of_a_loop() -> None:
    values = image(11, 9, 2)
    window = Window.of((3, 2), (2, 3), ((2, 1), (1, 0)), (2, 1), ceil_mode=True)
    rows, columns = window.axes(values.shape)
    sums = sum_windows(values, rows, columns)
    for i, seen_rows in enumerate(rows.taps()):
        for j, seen_columns in enumerate(columns.taps()):
            pixels = values[np.ix_(list(seen_rows), list(seen_columns))]
            np.testing.assert_allclose(sums[i, j], pixels.sum(axis=(0, 1)), rtol=1e-5, atol=1e-6)


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
def test_the_narrowest_type_that_holds_the_pixels_is_taken(
    value: float, dtype: str, fitting: str
) -> None:
    pixels = np.array([[[value]]], dtype)
    fitted = fit(pixels, "float32", "float64")
    assert fitted.dtype == fitting
    np.testing.assert_array_equal(fitted, pixels.astype(np.float64))


def test_pixels_that_no_type_holds_are_refused() -> None:
    with pytest.raises(Unsupported, match="float64, which does not hold these int64 numbers"):
        fit(np.array([[[2**53 + 1]]]), "float32", "float64")


def test_nothing_is_imported_to_tell_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [framework.missing() for framework in FRAMEWORKS] == [()] * 4
    hide(monkeypatch, "onnx", "torch", "keras", "tensorflow", "skimage")
    backends = "one of tensorflow, torch, jax"
    missing = [("onnx",), ("torch",), ("keras", backends), ("skimage",)]
    assert [framework.missing() for framework in FRAMEWORKS] == missing


def test_versions_are_told() -> None:
    versions = [framework.version() for framework in FRAMEWORKS]
    assert versions[0].split(".")[0].isdigit()
    assert versions[1:] == ["1.2.3", "1.2.3 on tensorflow 1.2.3", "1.2.3"]
    assert Loop(1).version() == ""


# PyTorch

FLOOR = Window.of(3, 2)


@pytest.mark.parametrize(
    ("operation", "window", "remarks"),
    [
        ("max", FLOOR, []),
        ("max", Window.of(3, 2, 1, 2, ceil_mode=True), []),
        ("min", FLOOR, ["-max(-x)"]),
        ("max", Window.of(3, 2, "same"), ["functional.pad added the padding first, as -inf"]),
        ("max", Window.of(3, 2, 2, ceil_mode=True), ["by at most half the kernel"]),
        ("avg", FLOOR, []),
        ("avg", Window.of(3, 2, 1, ceil_mode=True), ["asked with count_include_pad=False"]),
        ("avg", Window.of((2, 3), 2, ((0, 1), (2, 1)), ceil_mode=True), ["that are not counted"]),
        ("avg", Window.of(3, 2, 2), ["by at most half the kernel"]),
        ("lp", Window.of(2, 2, ceil_mode=True), ["the sign", "where poolcli takes the mean"]),
        ("lp", Window.of(3, 2, 1), ["has no padded LPPool"]),
        ("lp", AdaptiveWindow.of((4, 3)), ["has no adaptive LPPool"]),
        ("max", AdaptiveWindow.of((4, 3)), []),
        ("avg", AdaptiveWindow.of((4, 12)), []),
        ("min", AdaptiveWindow.of(1), ["-max(-x)"]),
    ],
)
def test_torch_is_asked_for_what_poolcli_computes(
    operation: Operation, window: AnyWindow, remarks: list[str]
) -> None:
    assert_agrees(*ask(Torch(), image(10, 7, 2), operation, window, norm=3), *remarks)


@pytest.mark.parametrize("padding", [1, ((1, 0), (2, 1))])
def test_torch_counts_padding_where_it_is_asked_to(padding: Any) -> None:
    answer, ours = ask(Torch(), image(8, 8), "avg", Window.of(3, 2, padding, 1, True), True)
    remarks = [] if padding == 1 else ["zeros that are counted"]
    assert_agrees(answer, ours, *remarks)


def test_torch_needs_no_word_about_signs_that_are_not_there() -> None:
    answer, ours = ask(Torch(), image(6, 6, low=0), "lp", Window.of(2))
    assert_agrees(answer, ours, "sums in LPPool2d")
    assert answer.pixels.dtype == np.float64


@pytest.mark.parametrize(
    ("operation", "window", "reason"),
    [
        ("median", FLOOR, "has no median pooling"),
        ("avg", Window.of(2, 1, 0, 2), "dilates no avg pooling"),
        ("lp", Window.of(2, 1, 0, 2), "dilates no lp pooling"),
    ],
)
def test_torch_lacks_what_is_said(operation: Operation, window: AnyWindow, reason: str) -> None:
    with pytest.raises(Unsupported, match=reason):
        ask(Torch(), image(6, 6), operation, window)


# Keras


@pytest.mark.parametrize("backend", ["tensorflow", "torch", "jax"])
@pytest.mark.parametrize(
    ("operation", "window", "counted", "remarks"),
    [
        ("max", FLOOR, False, []),
        ("min", Window.of(3, 2, "same"), False, ["-max(-x)"]),
        ("max", Window.of(3, 1, 1), False, []),
        ("max", Window.of(3, 2, 2), False, ["keras.ops.pad added it first, as -inf"]),
        ("avg", Window.of(3, 1, 1), False, []),
        ("avg", Window.of(3, 2, 2), False, ["zeros that are not counted"]),
        ("avg", Window.of(3, 2, "same"), True, ["never counts padding"]),
        ("avg", Window.of(2, 2, 0), True, []),
        ("avg", AdaptiveWindow.of(1), False, []),
    ],
)
def test_keras_is_asked_for_what_poolcli_computes(
    monkeypatch: pytest.MonkeyPatch,
    backend: str,
    operation: Operation,
    window: AnyWindow,
    counted: bool,
    remarks: list[str],
) -> None:
    install_keras(monkeypatch, backend)
    if backend == "jax" and "that are not counted" in "".join(remarks):
        remarks = [*remarks, "cuts float64 to float32 on JAX"]
    assert_agrees(*ask(Keras(), image(9, 8, 2), operation, window, counted), *remarks)


def test_keras_on_torch_counts_copies_of_the_border_where_same_is_uneven(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = Window.of((2, 3), 2, "same")
    assert_agrees(*ask(Keras(), image(7, 7), "avg", window))
    install_keras(monkeypatch, "torch")
    answer, ours = ask(Keras(), image(7, 7), "avg", window)
    assert "windows with padding are left out" in answer.remarks[0]
    assert answer.comparable is not None
    assert answer.comparable[:, :, 0].tolist() == [[False, True, True, False]] * 3 + [[False] * 4]
    whole = answer.comparable[:, :, 0]
    np.testing.assert_allclose(answer.pixels[whole], ours[whole], rtol=2.0**-20)
    assert not np.allclose(answer.pixels, ours)


def test_keras_keeps_no_partial_windows() -> None:
    answer, ours = ask(Keras(), image(8, 9), "max", Window.of(3, ceil_mode=True))
    assert answer.part
    assert "has no ceil mode" in answer.remarks[0]
    np.testing.assert_array_equal(answer.pixels, ours[:2, :3])


def test_keras_drops_a_nan_on_tensorflow_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    layers = np.ones((2, 6, 1), np.float32)
    layers[0, 1], layers[:, 2:4] = NAN, -INF
    answer, _ = ask(Keras(), layers, "max", Window.of(2))
    assert answer.comparable is not None
    assert answer.comparable.ravel().tolist() == [False, False, True]
    assert "drops NaN on TensorFlow" in answer.remarks[0]
    # The smallest of minus infinities is no trouble.
    answer, _ = ask(Keras(), layers, "min", Window.of(2))
    assert answer.comparable is not None
    assert answer.comparable.ravel().tolist() == [False, True, True]
    install_keras(monkeypatch, "torch")
    assert_agrees(*ask(Keras(), layers, "max", Window.of(2)))


@pytest.mark.parametrize(
    ("operation", "window", "reason"),
    [
        ("median", FLOOR, "has no median pooling"),
        ("lp", FLOOR, "has no lp pooling"),
        ("max", AdaptiveWindow.of(4), "no adaptive layer that works for every size"),
        ("max", Window.of(2, 1, 0, 2), "dilates no pooling"),
        ("max", Window.of(7, 7, ceil_mode=True), "a kernel larger than the padded image"),
    ],
)
def test_keras_lacks_what_is_said(operation: Operation, window: AnyWindow, reason: str) -> None:
    with pytest.raises(Unsupported, match=reason):
        ask(Keras(), image(6, 6), operation, window)


@pytest.mark.parametrize(
    ("installed", "chosen", "expected"),
    [
        (["tensorflow", "torch"], None, None),
        (["torch", "jax"], None, "torch"),
        (["jax"], None, "jax"),
        (["torch"], "jax", "jax"),
    ],
)
def test_keras_gets_a_backend_that_is_installed_unless_one_is_chosen(
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
    layers = np.full((2, 2, 1), 0.1)
    assert_agrees(*ask(Keras(), layers, "max", Window.of(2)), "cuts float64 to float32 on JAX")
    assert os.environ["JAX_ENABLE_X64"] == "1"
    monkeypatch.setattr(sys.modules["keras"].ops, "convert_to_numpy", np.float32)
    with pytest.raises(Unsupported, match="gives float32 where these numbers need float64"):
        ask(Keras(), layers, "max", Window.of(2))


# scikit-image


@pytest.mark.parametrize("operation", ["max", "avg", "min", "median", "lp"])
@pytest.mark.parametrize("dtype", ["float32", "float16", "uint8", "int64"])
def test_skimage_reduces_blocks_by_every_operation(operation: Operation, dtype: str) -> None:
    layers = (image(6, 9, 2) * 100).astype(dtype)
    assert_agrees(*ask(ScikitImage(), layers, operation, Window.of((2, 3)), norm=3))


@pytest.mark.parametrize("window", [Window.of(2, ceil_mode=True), Window.of(2, 2, "same")])
def test_skimage_fills_partial_blocks_with_zeros(window: Window) -> None:
    answer, ours = ask(ScikitImage(), image(7, 8), "max", window)
    assert answer.part
    assert "fills partial blocks with zeros" in answer.remarks[0]
    np.testing.assert_array_equal(answer.pixels, ours[:3])
    assert_agrees(*ask(ScikitImage(), image(7, 8), "max", Window.of(2)), "partial blocks")


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
def test_skimage_lacks_what_is_said(window: AnyWindow, reason: str) -> None:
    with pytest.raises(Unsupported, match=reason):
        ask(ScikitImage(), image(6, 6), "max", window)


# onnxruntime


@pytest.mark.parametrize(
    ("operation", "window", "remarks"),
    [
        ("max", Window.of(3, 2, ((2, 1), (0, 1)), 2, ceil_mode=True), []),
        ("min", FLOOR, ["-MaxPool(-x)"]),
        ("max", Window.of(3, 2, "same"), []),
        ("max", Window.of(3, 1, "same", 2), ["forgets dilation under auto_pad"]),
        ("avg", Window.of(1, 3, "same"), ["whose stride skips pixels"]),
        ("avg", Window.of(3, 2, 2, ceil_mode=True), []),
        ("avg", AdaptiveWindow.of(1), []),
        ("lp", Window.of(3, 2, 2, ceil_mode=True), ["takes the mean", "16 times the tolerance"]),
    ],
)
def test_onnxruntime_is_asked_for_what_poolcli_computes(
    operation: Operation, window: AnyWindow, remarks: list[str]
) -> None:
    assert_agrees(*ask(OnnxRuntime(), image(10, 7, 2), operation, window, norm=3), *remarks)


def test_onnxruntime_counts_padding_where_it_is_asked_to() -> None:
    assert_agrees(*ask(OnnxRuntime(), image(6, 6), "avg", Window.of(3, 2, 1, 1, True), True))


def test_onnxruntime_drops_nan_and_makes_numbers_of_infinities() -> None:
    layers = np.ones((2, 6, 1), np.float32)
    layers[0, 1], layers[:, 2:4] = NAN, -INF
    answer, ours = ask(OnnxRuntime(), layers, "max", Window.of(2))
    assert answer.comparable is not None
    assert answer.comparable.ravel().tolist() == [False, False, True]
    assert answer.pixels[0, 0] == 1
    assert np.isnan(ours[0, 0])
    assert "drops NaN" in answer.remarks[0]


def test_onnxruntime_averages_in_float32_alone() -> None:
    layers = np.full((2, 2, 1), 0.1)
    answer, ours = ask(OnnxRuntime(), layers, "avg", Window.of(2))
    assert (answer.pixels.dtype.name, ours.dtype.name) == ("float32", "float64")
    assert answer.leniency == 2
    assert_agrees(answer, ours, "rounded to it first, and 2 times the tolerance")
    with pytest.raises(Unsupported, match="whose range these numbers exceed"):
        ask(OnnxRuntime(), layers * 1e300, "avg", Window.of(2))
    answer, ours = ask(OnnxRuntime(), layers, "max", Window.of(2))
    np.testing.assert_array_equal(answer.pixels, ours, strict=True)


@pytest.mark.parametrize(
    ("operation", "window", "norm", "reason"),
    [
        ("median", FLOOR, 2, "has no median pooling"),
        ("max", AdaptiveWindow.of(4), 2, "no adaptive pooling but the global one"),
        ("lp", FLOOR, 1.5, "takes whole norms only"),
        ("max", Window.of(3, 1, "same", 3), 2, "pads by less than the kernel"),
    ],
)
def test_onnxruntime_lacks_what_is_said(
    operation: Operation, window: AnyWindow, norm: float, reason: str
) -> None:
    with pytest.raises(Unsupported, match=reason):
        ask(OnnxRuntime(), image(7, 7), operation, window, norm=norm)


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
    layers = np.zeros(shape, np.uint8)
    layers[shape[0] // 2, shape[1] // 2] = 1
    middle = Loop(1_000_000).part(layers, Pooling.of("max", window, shape))
    assert middle.shape == part
    assert (middle[part[0] // 2, part[1] // 2] == 1).all()


def test_the_loop_is_too_slow_for_a_window_that_is_too_large() -> None:
    layers = np.zeros((100, 100, 1))
    with pytest.raises(Unsupported, match="too slow"):
        Loop(9_999).part(layers, Pooling.of("max", Window.of(100), layers.shape))
