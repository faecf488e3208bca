"""Everyone pools the same: what is equal, what may differ, and what is a mismatch."""

from __future__ import annotations

import os
import sys
from collections import Counter
from typing import Any

import numpy as np
import pytest
from helpers.stand_ins import (
    avg_pool2d,
    block_reduce,
    hide,
    install,
    install_keras,
    install_skimage,
    install_torch,
    max_pool2d,
)
from numpy.typing import NDArray

from poolcli import verification
from poolcli.errors import PoolcliError
from poolcli.geometry import AdaptiveWindow, AnyWindow, Window
from poolcli.images import Image
from poolcli.pooling import Operation, pool
from poolcli.verification import Comparison, Verification, plain_layers, verify

Array = NDArray[Any]
NAN, INF = np.nan, np.inf
NAMES = ["reference", "onnxruntime", "torch", "keras", "scikit-image"]


@pytest.fixture(autouse=True)
def _nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch)


def noise(*shape: int, dtype: str = "uint8") -> Array:
    random = np.random.default_rng(7)
    if np.dtype(dtype).kind == "f":
        return random.uniform(-1, 1, shape).astype(dtype)
    info = np.iinfo(dtype)
    return random.integers(info.min, info.max, shape, dtype, endpoint=True)


def of(found: Verification, name: str) -> Comparison:
    return next(comparison for comparison in found.comparisons if comparison.name == name)


def test_the_loop_and_onnxruntime_are_there_and_the_others_are_listed() -> None:
    found = verify(noise(20, 30, 3), "max", Window.of(3, 2, 1, ceil_mode=True))
    assert [comparison.name for comparison in found.comparisons] == NAMES
    statuses = [comparison.status for comparison in found.comparisons]
    assert statuses == ["equal", "equal", *["not installed"] * 3]
    assert found.shapes == ((11, 16, 3),)
    assert not found.mismatch
    assert found.compared == 2 * 11 * 16 * 3
    assert of(found, "keras").remarks == ("needs keras and one of tensorflow, torch, jax",)
    assert of(found, "torch") == Comparison("torch", "", "not installed", values=528)


SETTINGS: list[tuple[Operation, AnyWindow]] = [
    ("max", Window.of(3, 2, 1, ceil_mode=True)),
    ("min", Window.of((2, 3), 2, ((0, 1), (2, 1)))),
    ("avg", Window.of(3, 2, "same")),
    ("avg", Window.of(3, 2, 2, ceil_mode=True)),
    ("median", Window.of(2)),
    ("lp", Window.of(2, ceil_mode=True)),
    ("lp", AdaptiveWindow.of((4, 3))),
    ("avg", AdaptiveWindow.of(1)),
]


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int64", "float16", "float32", "float64"])
@pytest.mark.parametrize(("operation", "window"), SETTINGS)
@pytest.mark.parametrize("backend", ["tensorflow", "torch"])
def test_everyone_agrees_on_what_can_be_compared(
    monkeypatch: pytest.MonkeyPatch,
    operation: Operation,
    window: AnyWindow,
    dtype: str,
    backend: str,
) -> None:
    install_torch(monkeypatch)
    install_keras(monkeypatch, backend)
    install_skimage(monkeypatch)
    found = verify(noise(10, 13, 2, dtype=dtype), operation, window)
    statuses = Counter(comparison.status for comparison in found.comparisons)
    assert set(statuses) <= {"equal", "equal in part", "not comparable"}
    assert of(found, "reference").status == "equal"
    for comparison in found.comparisons:
        if comparison.status != "equal":
            assert comparison.remarks
    if operation == "max" and dtype != "int64":
        assert of(found, "torch").status == "equal"
        assert of(found, "keras").status == "equal in part"
        assert of(found, "scikit-image").status == "not comparable"


def test_every_iteration_starts_from_the_result_before(monkeypatch: pytest.MonkeyPatch) -> None:
    install_skimage(monkeypatch)
    found = verify(noise(9, 8), "avg", Window.of(2), iterations=3)
    assert found.shapes == ((4, 4, 1), (2, 2, 1), (1, 1, 1))
    for name in ("reference", "onnxruntime", "scikit-image"):
        assert (of(found, name).status, of(found, name).compared) == ("equal", 21)
    (remark,) = of(found, "scikit-image").remarks
    assert remark.endswith("are compared (iteration 1)")


@pytest.mark.parametrize(
    ("side", "about"),
    [
        (16, []),
        (17, [" (iteration 1)"]),
        (13, [" (iterations 1, 3)"]),
        (15, [""]),
        (30, [" (iterations 2 to 4)"]),
    ],
)
def test_remarks_name_their_iterations_unless_these_are_all(
    monkeypatch: pytest.MonkeyPatch, side: int, about: list[str]
) -> None:
    install_skimage(monkeypatch)
    iterations = 4 if side > 20 else 3
    found = verify(noise(side, side), "max", Window.of(2), iterations)
    remark = "fills partial blocks with zeros: only blocks that lie in the image are compared"
    assert list(of(found, "scikit-image").remarks) == [remark + suffix for suffix in about]


def test_a_part_pooled_to_as_many_values_is_still_a_part() -> None:
    loop = of(verify(noise(300, 400), "max", AdaptiveWindow.of(3)), "reference")
    assert (loop.status, loop.compared, loop.values) == ("equal in part", 9, 9)


def test_of_a_large_image_the_loop_pools_the_middle() -> None:
    found = verify(noise(300, 400, 3), "max", Window.of(2))
    loop = of(found, "reference")
    assert (loop.status, loop.compared, loop.values) == ("equal in part", 3 * 128**2, 90_000)
    assert loop.remarks == ("is slow: pools the 256×256 pixels in the middle",)


def test_a_loop_that_would_take_minutes_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "LOOP_PIXELS", 100)
    loop = of(verify(noise(20, 20), "max", Window.of(20)), "reference")
    assert (loop.status, loop.worst, loop.seconds) == ("not comparable", None, None)
    assert loop.remarks == ("is too slow for windows of this size",)


def test_a_window_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(PoolcliError, match="does not fit"):
        verify(noise(3, 3), "max", Window.of(4))


# Mismatches


def break_torch(monkeypatch: pytest.MonkeyPatch, at: Any, change: Any) -> None:
    """Let the stand-in change one pixel (channel, row, column) of its maxima and averages."""

    def broken(function: Any) -> Any:
        def wrong(*arguments: Any, **settings: Any) -> Array:
            batch: Array = function(*arguments, **settings)
            batch[0][at] = change(batch[0][at])
            return batch

        return wrong

    changes = {"max_pool2d": broken(max_pool2d), "avg_pool2d": broken(avg_pool2d)}
    install_torch(monkeypatch, **changes)


def test_a_maximum_that_is_off_by_one_is_a_mismatch(monkeypatch: pytest.MonkeyPatch) -> None:
    break_torch(monkeypatch, (1, 3, 2), lambda value: value + 1)
    layers = noise(10, 8, 2)
    found = verify(layers, "max", Window.of(2))
    assert found.mismatch
    torch = of(found, "torch")
    assert (torch.status, torch.compared) == ("mismatch", 40)
    assert torch.worst is not None
    assert torch.worst.wrong
    assert (torch.worst.iteration, torch.worst.row, torch.worst.column) == (1, 3, 2)
    assert torch.worst.channel == 1
    assert torch.worst.ours == layers[6:8, 4:6, 1].max() == torch.worst.theirs - 1
    assert (torch.worst.difference, torch.worst.tolerance) == (1, 0)
    assert of(found, "onnxruntime").status == "equal"


@pytest.mark.parametrize(("share", "status"), [(0.9, "equal"), (1.5, "mismatch")])
def test_an_average_may_differ_by_what_rounding_can_make_of_it(
    monkeypatch: pytest.MonkeyPatch, share: float, status: str
) -> None:
    layers = noise(6, 6, dtype="float64")
    allowed = 2.0**-24 * np.abs(layers[2:4, 0:2]).sum()
    break_torch(monkeypatch, (0, 1, 0), lambda value: value + share * allowed)
    torch = of(verify(layers, "avg", Window.of(2)), "torch")
    assert torch.status == status
    assert torch.worst is not None
    assert (torch.worst.row, torch.worst.column) == (1, 0)
    assert torch.worst.tolerance == pytest.approx(allowed)
    assert torch.worst.difference == pytest.approx(share * allowed, rel=1e-3)


def test_a_small_error_is_found_beside_a_large_difference_that_is_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    layers = np.array([[1e6, 1.0]] * 2)
    break_torch(monkeypatch, (0, 0), lambda row: row + np.array([1e-3, 1e-4]))
    torch = of(verify(layers, "avg", Window.of((2, 1))), "torch")
    assert torch.status == "mismatch"
    assert torch.worst is not None
    assert torch.worst.column == 1
    assert torch.worst.difference == pytest.approx(1e-4, rel=0.01)


@pytest.mark.parametrize("change", [lambda _: NAN, lambda _: INF, lambda _: -INF])
@pytest.mark.parametrize("operation", ["max", "avg"])
def test_nan_and_infinity_where_a_number_should_be_are_mismatches(
    monkeypatch: pytest.MonkeyPatch, operation: Operation, change: Any
) -> None:
    break_torch(monkeypatch, (0, 1, 1), change)
    torch = of(verify(noise(4, 4, dtype="float32"), operation, Window.of(2)), "torch")
    assert torch.status == "mismatch"
    assert torch.worst is not None
    assert torch.worst.difference == INF


@pytest.mark.parametrize("value", [NAN, INF, -INF])
@pytest.mark.parametrize("operation", ["max", "avg"])
def test_a_number_where_nan_or_infinity_should_be_is_a_mismatch(
    monkeypatch: pytest.MonkeyPatch, operation: Operation, value: float
) -> None:
    layers = np.full((2, 4), value)
    layers[:, 2:] = 1
    break_torch(monkeypatch, (0, 0, 0), lambda value: value)
    assert of(verify(layers, operation, Window.of(2)), "torch").status == "equal"
    break_torch(monkeypatch, (0, 0, 0), lambda _: 7)
    assert of(verify(layers, operation, Window.of(2)), "torch").status == "mismatch"


def test_a_result_of_another_size_is_a_mismatch(monkeypatch: pytest.MonkeyPatch) -> None:
    install_torch(monkeypatch, max_pool2d=lambda x, *_: x[:, :, :2, :3])
    torch = of(verify(noise(6, 6), "max", Window.of(2)), "torch")
    assert torch.status == "mismatch"
    assert torch.worst is None
    assert torch.remarks == ("makes 2×3×1 values where poolcli makes 3×3×1",)


@pytest.mark.parametrize(("rows", "status"), [(2, "mismatch"), (3, "equal in part")])
def test_only_windows_that_are_not_whole_may_lack(
    monkeypatch: pytest.MonkeyPatch, rows: int, status: str
) -> None:
    install_skimage(monkeypatch)
    install(
        monkeypatch,
        "skimage.measure",
        block_reduce=lambda *how: block_reduce(*how)[:rows],
    )
    window = Window.of(2, ceil_mode=True)
    assert of(verify(noise(7, 8), "max", window), "scikit-image").status == status


def test_a_result_with_other_channels_is_a_mismatch(monkeypatch: pytest.MonkeyPatch) -> None:
    install_skimage(monkeypatch)
    pairs = {"block_reduce": lambda *how: np.repeat(block_reduce(*how), 2, axis=2)}
    install(monkeypatch, "skimage.measure", **pairs)
    window = Window.of(2, ceil_mode=True)
    assert of(verify(noise(7, 8), "max", window), "scikit-image").status == "mismatch"


def test_a_later_iteration_can_be_the_wrong_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(x: Array, *how: Any) -> Array:
        pixels: Array = max_pool2d(x, *how) + (x.shape[2] == 4)
        return pixels

    install_torch(monkeypatch, max_pool2d=late)
    torch = of(verify(noise(8, 8), "max", Window.of(2), iterations=3), "torch")
    assert torch.status == "mismatch"
    assert torch.worst is not None
    assert torch.worst.iteration == 2
    assert torch.compared == torch.values == 21


def test_integers_beyond_the_digits_of_float64_are_compared_exactly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    layers = np.array([[2**60 + 1]])
    install_skimage(monkeypatch)
    assert of(verify(layers, "max", Window.of(1)), "scikit-image").status == "equal"
    off_by_one = {"block_reduce": lambda image, *_: image - 1}
    install(monkeypatch, "skimage.measure", **off_by_one)
    wrong = of(verify(layers, "max", Window.of(1)), "scikit-image")
    assert wrong.status == "mismatch"
    onnxruntime = of(verify(layers, "max", Window.of(1)), "onnxruntime")
    assert onnxruntime.status == "not comparable"
    assert "does not hold these int64 numbers" in onnxruntime.remarks[0]


# What cannot be compared


def test_windows_with_a_nan_are_left_out_where_a_framework_drops_it() -> None:
    layers = noise(4, 4, dtype="float32")
    layers[0, 0] = NAN
    found = verify(layers, "max", Window.of(2))
    assert of(found, "reference").status == "equal"
    onnxruntime = of(found, "onnxruntime")
    assert (onnxruntime.status, onnxruntime.compared) == ("equal in part", 3)
    found = verify(np.full((2, 2), NAN), "max", Window.of(2))
    assert of(found, "onnxruntime").status == "not comparable"
    assert of(found, "onnxruntime").remarks


def test_sums_beyond_the_range_of_a_float_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    install_torch(monkeypatch)
    layers = np.full((2, 4), 3e38, np.float32)
    layers[:, 2:] = 1
    torch = of(verify(layers, "avg", Window.of(2)), "torch")
    assert (torch.status, torch.compared) == ("equal in part", 1)
    assert torch.remarks == (
        "sums beyond the range of its floats in some windows: these are left out",
    )


def test_powers_beyond_the_range_of_float32_are_left_out_for_onnxruntime() -> None:
    layers = np.array([[0, 1, 255, 1e-3]], np.float32)
    found = verify(layers, "lp", Window.of(1), norm=32)
    assert of(found, "reference").status == "equal"
    onnxruntime = of(found, "onnxruntime")
    assert (onnxruntime.status, onnxruntime.compared) == ("equal in part", 2)


def test_differences_among_subnormal_numbers_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    install_torch(monkeypatch, avg_pool2d=lambda x, *_: x[:, :, ::2, ::2] * 0)
    assert of(verify(np.full((2, 2), 1e-310), "avg", Window.of(2)), "torch").status == "equal"
    assert of(verify(np.full((2, 2), 1e-300), "avg", Window.of(2)), "torch").status == "mismatch"


def test_what_a_framework_refuses_is_told_in_its_words(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: Any) -> Array:
        os.write(2, b"a log of a library\n")
        print("and another", file=sys.stderr)
        raise RuntimeError("\x1b[1mno \n such\x1b[0m window " + "x " * 300)

    install_torch(monkeypatch, max_pool2d=refuse)
    torch = of(verify(noise(4, 4), "max", Window.of(2)), "torch")
    assert (torch.status, torch.compared, torch.seconds) == ("refused", 0, None)
    (remark,) = torch.remarks
    assert remark.startswith("refused: no such window x x")
    assert len(remark) < 260
    assert "library" not in capfd.readouterr().err


def test_an_error_without_words_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> Array:
        raise ZeroDivisionError

    install_torch(monkeypatch, max_pool2d=refuse)
    torch = of(verify(noise(4, 4), "max", Window.of(2)), "torch")
    assert torch.remarks == ("refused: ZeroDivisionError",)


def test_a_lack_of_memory_ends_the_verification(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> Array:
        raise MemoryError

    install_torch(monkeypatch, max_pool2d=refuse)
    with pytest.raises(MemoryError):
        verify(noise(4, 4), "max", Window.of(2))


def test_what_is_missing_beside_a_framework_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, "onnx")
    onnxruntime = of(verify(noise(4, 4), "max", Window.of(2)), "onnxruntime")
    assert onnxruntime.status == "not installed"
    assert onnxruntime.remarks == ("needs onnx",)


# Transparency


def test_an_opaque_channel_is_left_out_and_another_is_one_more() -> None:
    pixels = noise(4, 4, 4)
    plain = Image(pixels, np.dtype("uint8"))
    assert plain_layers(plain)[1] is None
    translucent = Image(pixels, np.dtype("uint8"), alpha=True)
    layers, remark = plain_layers(translucent)
    assert layers.shape == (4, 4, 4)
    assert remark is not None
    assert "know no transparency" in remark
    pixels[:, :, 3] = 255
    layers, remark = plain_layers(translucent)
    np.testing.assert_array_equal(layers, pixels[:, :, :3])
    assert remark is None


@pytest.mark.parametrize(
    ("image", "operation", "wrong"),
    [
        (np.full((2, 2), 4294967296, np.int64), "lp", INF),
        (np.full((2, 2), 1e-11, np.float32), "lp", 0),
        (np.array([[3e38, -3e38], [3e38, -3e38]], np.float32), "avg", NAN),
        (np.full((2, 2), 3e38, np.float32), "avg", INF),
        (np.full((2, 2), 1.7e308), "avg", INF),
        (np.array([[2**62, -(2**62)], [1, 1]]), "avg", 0),
        (np.array([[2**53 + 1, 1], [1, 1]]), "avg", 2251799813685248.5),
        (np.array([[2**63 - 1, 2**63 - 1], [-(2**63), -(2**63)]]), "median", 0),
        (np.array([[-0.0, 0.0], [-1, -1]]), "max", -0.0),
        (np.array([[-0.0, 0.0], [1, 1]], np.float32), "min", 0.0),
    ],
)
def test_the_loop_sees_what_is_wrong_at_the_ends_of_the_range(
    monkeypatch: pytest.MonkeyPatch, image: Array, operation: Operation, wrong: float
) -> None:
    assert of(verify(image, operation, Window.of(2), norm=32), "reference").status == "equal"

    def pool(layers: Array, *_: Any) -> Array:
        carry = layers.dtype if operation in ("max", "min") else np.result_type(layers, np.float32)
        return np.full((1, 1, 1), wrong, carry)

    # What the core once made of these.
    monkeypatch.setattr("poolcli.verification.task.pool", pool)
    assert of(verify(image, operation, Window.of(2), norm=32), "reference").status == "mismatch"


@pytest.mark.parametrize("unit", [-1, 0, 1])
@pytest.mark.parametrize(
    ("image", "norm"),
    [
        (np.full((2, 2), 4), 3.0),
        (np.full((2, 2), 4.0), 2.5),
        (np.array([[-0.1, 0.1], [0.1, -0.1]]), 2.0),
        (np.full((2, 2), 0.1, np.float32), 32.0),
        (np.full((2, 2), 201, np.uint8), 7.0),
        (np.full((2, 2), 2**30 + 1), 2.0),
        (np.array([[12, 16], [22, 4]]), 2.0),
        (np.array([[1, -7], [5, 5]], np.int16), 2.0),
        (np.array([[1, 2], [3, -6]]), 1.0),
    ],
)
def test_a_power_mean_that_needs_no_rounding_is_compared_to_the_last_bit(
    monkeypatch: pytest.MonkeyPatch, image: Array, norm: float, unit: int
) -> None:
    def change(layers: Array, operation: Operation, *arguments: Any) -> Array:
        pooled = pool(layers, operation, *arguments)
        if operation == "lp" and unit:
            pooled = np.nextafter(pooled, np.inf * unit, dtype=pooled.dtype)
        return pooled

    monkeypatch.setattr(verification.task, "pool", change)
    found = of(verify(image, "lp", Window.of(2), norm=norm), "reference")
    assert found.status == ("mismatch" if unit else "equal")
