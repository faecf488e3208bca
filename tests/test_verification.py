"""Verification: equal results, differences within the tolerance, and mismatches."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest
from helpers.spread import Spread
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
from poolcli.operations import Average, Lp, Max, Median, Min, Operation, Pooling
from poolcli.pooling import Windows
from poolcli.verification import Comparison, Verification, plain_layers

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


def verify(
    image: Array, operation: Operation, window: AnyWindow, iterations: int = 1
) -> Verification:
    return verification.verify(image, Pooling(operation, window), iterations)


def of(found: Verification, name: str) -> Comparison:
    return next(comparison for comparison in found.comparisons if comparison.name == name)


def test_every_peer_is_listed_installed_or_not() -> None:
    found = verify(noise(20, 30, 3), Max(), Window.of(3, 2, 1, ceil_mode=True))
    assert [comparison.name for comparison in found.comparisons] == NAMES
    statuses = [comparison.status for comparison in found.comparisons]
    assert statuses == ["equal", "equal", *["not installed"] * 3]
    assert found.shapes == ((11, 16, 3),)
    assert not found.mismatch
    assert found.compared == 2 * 11 * 16 * 3
    assert of(found, "keras").remarks == ("needs keras and one of tensorflow, torch, jax",)
    assert of(found, "torch") == Comparison("torch", "", "not installed", values=528)


SETTINGS: list[tuple[Operation, AnyWindow]] = [
    (Max(), Window.of(3, 2, 1, ceil_mode=True)),
    (Min(), Window.of((2, 3), 2, ((0, 1), (2, 1)))),
    (Average(), Window.of(3, 2, "same")),
    (Average(), Window.of(3, 2, 2, ceil_mode=True)),
    (Median(), Window.of(2)),
    (Lp(), Window.of(2, ceil_mode=True)),
    (Lp(), AdaptiveWindow.of((4, 3))),
    (Average(), AdaptiveWindow.of(1)),
]


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int64", "float16", "float32", "float64"])
@pytest.mark.parametrize(("operation", "window"), SETTINGS)
@pytest.mark.parametrize("backend", ["tensorflow", "torch"])
def test_all_peers_agree_on_comparable_values(
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
    if isinstance(operation, Max) and dtype != "int64":
        assert of(found, "torch").status == "equal"
        assert of(found, "keras").status == "equal in part"
        assert of(found, "scikit-image").status == "not comparable"


def test_every_iteration_starts_from_the_result_before(monkeypatch: pytest.MonkeyPatch) -> None:
    install_skimage(monkeypatch)
    found = verify(noise(9, 8), Average(), Window.of(2), iterations=3)
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
    found = verify(noise(side, side), Max(), Window.of(2), iterations)
    remark = "fills partial blocks with zeros: only blocks that lie in the image are compared"
    assert list(of(found, "scikit-image").remarks) == [remark + suffix for suffix in about]


def test_a_part_pooled_to_as_many_values_is_still_a_part() -> None:
    loop = of(verify(noise(300, 400), Max(), AdaptiveWindow.of(3)), "reference")
    assert (loop.status, loop.compared, loop.values) == ("equal in part", 9, 9)


def test_the_loop_pools_the_middle_of_a_large_image() -> None:
    found = verify(noise(300, 400, 3), Max(), Window.of(2))
    loop = of(found, "reference")
    assert (loop.status, loop.compared, loop.values) == ("equal in part", 3 * 128**2, 90_000)
    assert loop.remarks == ("is slow: pools the 256×256 pixels in the middle",)


def test_the_loop_is_left_out_where_it_would_take_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "LOOP_PIXELS", 100)
    loop = of(verify(noise(20, 20), Max(), Window.of(20)), "reference")
    assert (loop.status, loop.worst, loop.seconds) == ("not comparable", None, None)
    assert loop.remarks == ("is too slow for windows of this size or number",)


def test_a_window_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(PoolcliError, match="does not fit"):
        verify(noise(3, 3), Max(), Window.of(4))


# Mismatches


def break_torch(monkeypatch: pytest.MonkeyPatch, at: Any, change: Any) -> None:
    """Install a stand-in that changes one pixel (channel, row, column) of maxima and averages."""

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
    pixels = noise(10, 8, 2)
    found = verify(pixels, Max(), Window.of(2))
    assert found.mismatch
    torch = of(found, "torch")
    assert (torch.status, torch.compared) == ("mismatch", 40)
    assert torch.worst is not None
    assert torch.worst.wrong
    assert (torch.worst.iteration, torch.worst.row, torch.worst.column) == (1, 3, 2)
    assert torch.worst.channel == 1
    assert torch.worst.ours == pixels[6:8, 4:6, 1].max() == torch.worst.theirs - 1
    assert (torch.worst.difference, torch.worst.tolerance) == (1, 0)
    assert of(found, "onnxruntime").status == "equal"


@pytest.mark.parametrize(("share", "status"), [(0.9, "equal"), (1.5, "mismatch")])
def test_an_average_may_differ_by_the_rounding_error_of_a_sum(
    monkeypatch: pytest.MonkeyPatch, share: float, status: str
) -> None:
    pixels = noise(6, 6, dtype="float64")
    allowed = 2.0**-24 * np.abs(pixels[2:4, 0:2]).sum()
    break_torch(monkeypatch, (0, 1, 0), lambda value: value + share * allowed)
    torch = of(verify(pixels, Average(), Window.of(2)), "torch")
    assert torch.status == status
    assert torch.worst is not None
    assert (torch.worst.row, torch.worst.column) == (1, 0)
    assert torch.worst.tolerance == pytest.approx(allowed)
    assert torch.worst.difference == pytest.approx(share * allowed, rel=1e-3)


def test_a_small_error_is_found_next_to_a_large_difference_that_is_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pixels = np.array([[1e6, 1.0]] * 2)
    break_torch(monkeypatch, (0, 0), lambda row: row + np.array([1e-3, 1e-4]))
    torch = of(verify(pixels, Average(), Window.of((2, 1))), "torch")
    assert torch.status == "mismatch"
    assert torch.worst is not None
    assert torch.worst.column == 1
    assert torch.worst.difference == pytest.approx(1e-4, rel=0.01)


@pytest.mark.parametrize("change", [lambda _: NAN, lambda _: INF, lambda _: -INF])
@pytest.mark.parametrize("operation", [Max(), Average()])
def test_nan_and_infinity_where_a_number_should_be_are_mismatches(
    monkeypatch: pytest.MonkeyPatch, operation: Operation, change: Any
) -> None:
    break_torch(monkeypatch, (0, 1, 1), change)
    torch = of(verify(noise(4, 4, dtype="float32"), operation, Window.of(2)), "torch")
    assert torch.status == "mismatch"
    assert torch.worst is not None
    assert torch.worst.difference == INF


@pytest.mark.parametrize("value", [NAN, INF, -INF])
@pytest.mark.parametrize("operation", [Max(), Average()])
def test_a_number_where_nan_or_infinity_should_be_is_a_mismatch(
    monkeypatch: pytest.MonkeyPatch, operation: Operation, value: float
) -> None:
    pixels = np.full((2, 4), value)
    pixels[:, 2:] = 1
    break_torch(monkeypatch, (0, 0, 0), lambda value: value)
    assert of(verify(pixels, operation, Window.of(2)), "torch").status == "equal"
    break_torch(monkeypatch, (0, 0, 0), lambda _: 7)
    assert of(verify(pixels, operation, Window.of(2)), "torch").status == "mismatch"


def test_a_result_of_another_size_is_a_mismatch(monkeypatch: pytest.MonkeyPatch) -> None:
    install_torch(monkeypatch, max_pool2d=lambda x, *_: x[:, :, :2, :3])
    torch = of(verify(noise(6, 6), Max(), Window.of(2)), "torch")
    assert torch.status == "mismatch"
    assert torch.worst is None
    assert torch.remarks == ("returns 2×3×1 values where poolcli returns 3×3×1",)


@pytest.mark.parametrize(("rows", "status"), [(2, "mismatch"), (3, "equal in part")])
def test_only_partial_windows_may_be_missing(
    monkeypatch: pytest.MonkeyPatch, rows: int, status: str
) -> None:
    install_skimage(monkeypatch)
    install(
        monkeypatch,
        "skimage.measure",
        block_reduce=lambda *arguments: block_reduce(*arguments)[:rows],
    )
    window = Window.of(2, ceil_mode=True)
    assert of(verify(noise(7, 8), Max(), window), "scikit-image").status == status


def test_a_result_with_other_channels_is_a_mismatch(monkeypatch: pytest.MonkeyPatch) -> None:
    install_skimage(monkeypatch)
    pairs = {"block_reduce": lambda *arguments: np.repeat(block_reduce(*arguments), 2, axis=2)}
    install(monkeypatch, "skimage.measure", **pairs)
    window = Window.of(2, ceil_mode=True)
    assert of(verify(noise(7, 8), Max(), window), "scikit-image").status == "mismatch"


def test_a_later_iteration_can_be_the_wrong_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(x: Array, *arguments: Any) -> Array:
        pixels: Array = max_pool2d(x, *arguments) + (x.shape[2] == 4)
        return pixels

    install_torch(monkeypatch, max_pool2d=late)
    torch = of(verify(noise(8, 8), Max(), Window.of(2), iterations=3), "torch")
    assert torch.status == "mismatch"
    assert torch.worst is not None
    assert torch.worst.iteration == 2
    assert torch.compared == torch.values == 21


def test_integers_beyond_the_digits_of_float64_are_compared_exactly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pixels = np.array([[2**60 + 1]])
    install_skimage(monkeypatch)
    assert of(verify(pixels, Max(), Window.of(1)), "scikit-image").status == "equal"
    off_by_one = {"block_reduce": lambda image, *_: image - 1}
    install(monkeypatch, "skimage.measure", **off_by_one)
    wrong = of(verify(pixels, Max(), Window.of(1)), "scikit-image")
    assert wrong.status == "mismatch"
    onnxruntime = of(verify(pixels, Max(), Window.of(1)), "onnxruntime")
    assert onnxruntime.status == "not comparable"
    assert "does not hold these int64 numbers" in onnxruntime.remarks[0]


# Values that cannot be compared


def test_windows_with_a_nan_are_left_out_where_a_framework_drops_it() -> None:
    pixels = noise(4, 4, dtype="float32")
    pixels[0, 0] = NAN
    found = verify(pixels, Max(), Window.of(2))
    assert of(found, "reference").status == "equal"
    onnxruntime = of(found, "onnxruntime")
    assert (onnxruntime.status, onnxruntime.compared) == ("equal in part", 3)
    found = verify(np.full((2, 2), NAN), Max(), Window.of(2))
    assert of(found, "onnxruntime").status == "not comparable"
    assert of(found, "onnxruntime").remarks


def test_sums_beyond_the_range_of_a_float_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    install_torch(monkeypatch)
    pixels = np.full((2, 4), 3e38, np.float32)
    pixels[:, 2:] = 1
    torch = of(verify(pixels, Average(), Window.of(2)), "torch")
    assert (torch.status, torch.compared) == ("equal in part", 1)
    assert torch.remarks == ("exceeds the range of its floats in some windows: these are left out",)


def test_powers_beyond_the_range_of_float32_are_left_out_for_onnxruntime() -> None:
    pixels = np.array([[0, 1, 255, 1e-3]], np.float32)
    found = verify(pixels, Lp(32), Window.of(1))
    assert of(found, "reference").status == "equal"
    onnxruntime = of(found, "onnxruntime")
    assert (onnxruntime.status, onnxruntime.compared) == ("equal in part", 2)


@pytest.mark.parametrize("install_peer", [install_torch, install_skimage])
def test_powers_beyond_the_range_of_float64_are_left_out(
    monkeypatch: pytest.MonkeyPatch, install_peer: Callable[[pytest.MonkeyPatch], None]
) -> None:
    install_peer(monkeypatch)
    found = verify(np.array([[0, 1, 1e200, 1e-200]]), Lp(), Window.of(1))
    assert of(found, "reference").status == "equal"
    peer = of(found, "torch" if install_peer is install_torch else "scikit-image")
    assert (peer.status, peer.compared) == ("equal in part", 2)


@dataclass(frozen=True)
class InexactAverage(Average):
    error: float = 0.0

    def reduce(self, image: Array, windows: Windows, *, result: Any = None) -> Array:
        pooled: Array = super().reduce(image, windows, result=result) + self.error
        return pooled


@dataclass(frozen=True)
class InexactPowerMean(Lp):
    error: float = 0.0

    def reduce(self, image: Array, windows: Windows, *, result: Any = None) -> Array:
        pooled: Array = super().reduce(image, windows, result=result) + self.error
        return pooled


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        (InexactAverage(error=3 * 2.0**-52), "equal"),
        (InexactAverage(error=5 * 2.0**-52), "mismatch"),
        (InexactPowerMean(error=3 * 2.0**-48), "equal"),
        (InexactPowerMean(error=5 * 2.0**-48), "mismatch"),
    ],
)
def test_float64_may_differ_from_the_loop_by_its_own_rounding_error(
    operation: Operation, status: str
) -> None:
    assert of(verify(np.ones((2, 2)), operation, Window.of(2)), "reference").status == status


def test_differences_among_subnormal_numbers_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    install_torch(monkeypatch, avg_pool2d=lambda x, *_: x[:, :, ::2, ::2] * 0)
    assert of(verify(np.full((2, 2), 1e-310), Average(), Window.of(2)), "torch").status == "equal"
    assert (
        of(verify(np.full((2, 2), 1e-300), Average(), Window.of(2)), "torch").status == "mismatch"
    )


def test_the_error_of_a_framework_is_quoted(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: Any) -> Array:
        os.write(2, b"a log of a library\n")
        print("and another", file=sys.stderr)
        raise RuntimeError("\x1b[1mno \n such\x1b[0m window " + "x " * 300)

    install_torch(monkeypatch, max_pool2d=refuse)
    torch = of(verify(noise(4, 4), Max(), Window.of(2)), "torch")
    assert (torch.status, torch.compared, torch.seconds) == ("refused", 0, None)
    (remark,) = torch.remarks
    assert remark.startswith("refused: no such window x x")
    assert len(remark) < 260
    assert "library" not in capfd.readouterr().err


def test_an_error_without_a_message_is_named_by_its_type(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> Array:
        raise ZeroDivisionError

    install_torch(monkeypatch, max_pool2d=refuse)
    torch = of(verify(noise(4, 4), Max(), Window.of(2)), "torch")
    assert torch.remarks == ("refused: ZeroDivisionError",)


def test_running_out_of_memory_ends_the_verification(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> Array:
        raise MemoryError

    install_torch(monkeypatch, max_pool2d=refuse)
    with pytest.raises(MemoryError):
        verify(noise(4, 4), Max(), Window.of(2))


def test_a_missing_module_that_a_framework_needs_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, "onnx")
    onnxruntime = of(verify(noise(4, 4), Max(), Window.of(2)), "onnxruntime")
    assert onnxruntime.status == "not installed"
    assert onnxruntime.remarks == ("needs onnx",)


# Transparency


def test_alpha_is_left_out_if_opaque_and_otherwise_compared_as_a_channel() -> None:
    pixels = noise(4, 4, 4)
    plain = Image(pixels, np.dtype("uint8"))
    assert plain_layers(plain)[1] is None
    translucent = Image(pixels, np.dtype("uint8"), alpha=True)
    pixels, remark = plain_layers(translucent)
    assert pixels.shape == (4, 4, 4)
    assert remark is not None
    assert "have no transparency" in remark
    pixels[:, :, 3] = 255
    pixels, remark = plain_layers(translucent)
    np.testing.assert_array_equal(pixels, pixels[:, :, :3])
    assert remark is None


@pytest.mark.parametrize(
    ("image", "operation", "wrong"),
    [
        (np.full((2, 2), 4294967296, np.int64), Lp(32), INF),
        (np.full((2, 2), 1e-11, np.float32), Lp(32), 0),
        (np.array([[3e38, -3e38], [3e38, -3e38]], np.float32), Average(), NAN),
        (np.full((2, 2), 3e38, np.float32), Average(), INF),
        (np.full((2, 2), 1.7e308), Average(), INF),
        (np.array([[2**62, -(2**62)], [1, 1]]), Average(), 0),
        (np.array([[2**53 + 1, 1], [1, 1]]), Average(), 2251799813685248.5),
        (np.array([[2**63 - 1, 2**63 - 1], [-(2**63), -(2**63)]]), Median(), 0),
        (np.array([[-0.0, 0.0], [-1, -1]]), Max(), -0.0),
        (np.array([[-0.0, 0.0], [1, 1]], np.float32), Min(), 0.0),
    ],
)
def test_the_loop_finds_errors_at_the_ends_of_the_range(
    monkeypatch: pytest.MonkeyPatch, image: Array, operation: Operation, wrong: float
) -> None:
    assert of(verify(image, operation, Window.of(2)), "reference").status == "equal"

    def pool(self: Operation, pixels: Array, *_: Any, **__: Any) -> Array:
        return np.full((1, 1, 1), wrong, self.result_type(pixels.dtype))

    # Earlier results of the core.
    monkeypatch.setattr(Operation, "pool", pool)
    assert of(verify(image, operation, Window.of(2)), "reference").status == "mismatch"


# Operations that are not poolcli's


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
@pytest.mark.parametrize("window", [Window.of(2), Window.of(3, 2, 1), AdaptiveWindow.of((3, 2))])
def test_an_operation_without_layers_is_verified_by_the_loop_alone(
    monkeypatch: pytest.MonkeyPatch, window: AnyWindow, dtype: str
) -> None:
    install_torch(monkeypatch)
    install_keras(monkeypatch, "tensorflow")
    install_skimage(monkeypatch)
    found = verify(noise(9, 8, 2, dtype=dtype), Spread(), window)
    loop, *frameworks = found.comparisons
    assert (loop.status, loop.compared) == ("equal", loop.values)
    for framework in frameworks:
        assert (framework.status, framework.compared) == ("not comparable", 0)
        assert framework.remarks == ("has no spread pooling",)


class OffByOne(Spread):
    def reduce(self, image: Array, windows: Windows, *, result: Any = None) -> Array:
        pooled = super().reduce(image, windows, result=result)
        pooled[1, 2] += 1
        return pooled


class Averaged(Spread):
    def reduce(self, image: Array, windows: Windows, *, result: Any = None) -> Array:
        return Average().reduce(image, windows, result=result)


@pytest.mark.parametrize("operation", [OffByOne(), Averaged()])
@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
def test_a_wrong_value_of_a_new_operation_is_a_mismatch(operation: Operation, dtype: str) -> None:
    found = verify(noise(9, 8, 2, dtype=dtype), operation, Window.of(2))
    assert of(found, "reference").status == "mismatch"
    assert found.mismatch


class Claimed(Spread):
    layers: ClassVar[Mapping[str, str]] = {"ONNX": "MaxPool"}


def test_an_operation_that_claims_the_layer_of_another_is_a_mismatch() -> None:
    found = verify(noise(9, 8, 2), Claimed(), Window.of(2))
    assert of(found, "reference").status == "equal"
    assert of(found, "onnxruntime").status == "mismatch"


class Whole(Spread):
    """Keep the difference in the type of the image."""

    def reduce(self, image: Array, windows: Windows, *, result: Any = None) -> Array:
        return super().reduce(image, windows, result=result).astype(image.dtype)

    def result_type(self, dtype: np.dtype[Any]) -> np.dtype[Any]:
        return dtype

    layers: ClassVar[Mapping[str, str]] = {"scikit-image": "ptp"}


def test_results_of_integers_may_be_integers_that_are_no_pixels(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install_skimage(monkeypatch)
    found = verify(noise(8, 8, 2), Whole(), Window.of(2))
    assert of(found, "reference").status == "equal"
    assert of(found, "scikit-image").status == "equal"


@pytest.mark.parametrize("unit", [-1, 0, 1])
@pytest.mark.parametrize(
    ("image", "norm"),
    [
        (np.full((2, 2), 4), 3.0),
        (np.full((2, 2), 4.0), 2.5),
        (np.array([[-0.1, 0.1], [0.1, -0.1]]), 2.0),
        (np.full((2, 2), 0.1, np.float32), 32.0),
        (np.full((2, 2), 201, np.uint8), 7.0),
        (np.array([[12, 16], [22, 4]]), 2.0),
        (np.array([[1, -7], [5, 5]], np.int16), 2.0),
        (np.array([[1, 2], [3, -6]]), 1.0),
    ],
)
def test_a_power_mean_that_needs_no_rounding_is_compared_to_the_last_bit(
    monkeypatch: pytest.MonkeyPatch, image: Array, norm: float, unit: int
) -> None:
    reduce = Lp.reduce

    def change(*arguments: Any, **named: Any) -> Array:
        pooled = reduce(*arguments, **named)
        return np.nextafter(pooled, np.inf * unit, dtype=pooled.dtype) if unit else pooled

    monkeypatch.setattr(Lp, "reduce", change)
    found = of(verify(image, Lp(norm), Window.of(2)), "reference")
    assert found.status == ("mismatch" if unit else "equal")
