"""Thousands of random layers, pooled by poolcli, onnxruntime and onnx.reference without a mismatch.

A setting that a peer is known to treat differently is set aside under the name of the difference.
Each difference has a test of its own in test_onnxruntime.py or test_onnx_reference.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pytest
from helpers.onnx_peer import Array, Peer, Setting, draw_image, draw_setting, evaluate, run

from poolcli.errors import PoolcliError
from poolcli.operations import Average, Lp, Max, Min, Operation
from poolcli.reference import pool_reference

SEED = 2026
DRAWN = 5000
LEAST = 3000

Belongs = Callable[[Setting], bool]


# Settings that a peer treats differently


def rounds_toward_zero(setting: Setting) -> bool:
    """Return whether only a size rounded toward zero leaves a window of an image too small."""
    return setting.mode in ("floor", "valid") and any(
        -stride < room < 0 for room, stride in zip(setting.rooms, setting.stride, strict=True)
    )


def has_a_window_without_a_pixel(setting: Setting) -> bool:
    try:
        pool_reference(
            np.zeros(setting.shape[:2], np.uint8),
            Max(),
            setting.kernel,
            setting.stride,
            "same" if setting.mode == "same" else setting.padding,
            setting.dilation,
            setting.mode == "ceil",
        )
    except ValueError:  # of the maximum of nothing
        return True
    return False


def skips_pixels_in_same(setting: Setting) -> bool:
    """Return whether the windows of same, laid side by side, end before the image does."""
    return setting.mode == "same" and min(setting.missing(setting.extents)) < 0


def skips_pixels_in_same_without_dilation(setting: Setting) -> bool:
    return setting.mode == "same" and min(setting.missing(setting.kernel)) < 0


def dilates(setting: Setting) -> bool:
    return setting.extents != setting.kernel


def dilates_in_same(setting: Setting) -> bool:
    return setting.mode == "same" and dilates(setting)


def adds(setting: Setting) -> bool:
    return not setting.operation.keeps_pixels


def dilates_a_sum_by_auto_pad(setting: Setting) -> bool:
    return setting.mode in ("same", "valid") and dilates(setting) and adds(setting)


def lacks_two_taps_of_a_sum(setting: Setting) -> bool:
    """Return whether ceil mode reaches two or more positions beyond the padding."""
    axes = setting.axes()
    return adds(setting) and bool(
        axes and any(axis.reach >= axis.size + axis.before + axis.after + 2 for axis in axes)
    )


def slides_by_one(setting: Setting) -> bool:
    """Return whether onnx.reference takes a maximum by its older loop."""
    return not adds(setting) and setting.stride == setting.dilation == (1, 1)


def slides_over_crossed_padding(setting: Setting) -> bool:
    (_, bottom), (left, _) = setting.padding
    return slides_by_one(setting) and bottom != left


def slides_over_padding_in_ceil_mode(setting: Setting) -> bool:
    return slides_by_one(setting) and setting.mode == "ceil" and is_padded(setting)


def slides_over_signed_integers(setting: Setting) -> bool:
    return slides_by_one(setting) and setting.dtype == "int8"


def pads_as_much_as_the_kernel(setting: Setting) -> bool:
    sides = zip(setting.kernel, setting.padding, strict=True)
    return any(max(side) >= taps for taps, side in sides)


PEERS: dict[str, Peer] = {"onnxruntime": run, "onnx.reference": evaluate}

DIFFERENCES: dict[str, dict[str, Belongs]] = {
    "onnxruntime": {
        "lays a kernel over an image too small for it": rounds_toward_zero,
        "makes a number of a window without a pixel": has_a_window_without_a_pixel,
        "shifts the windows of same when the stride skips pixels": (
            skips_pixels_in_same_without_dilation
        ),
        "forgets dilation in same": dilates_in_same,
    },
    "onnx.reference": {
        "takes padding as large as the kernel": pads_as_much_as_the_kernel,
        "makes a number of a window without a pixel": has_a_window_without_a_pixel,
        "shifts the windows of same when the stride skips pixels": skips_pixels_in_same,
        "forgets dilation in the sums of same and valid": dilates_a_sum_by_auto_pad,
        "shifts the sums of ceil mode": lacks_two_taps_of_a_sum,
        "mixes up bottom and left at stride 1": slides_over_crossed_padding,
        "counts padding twice in ceil mode at stride 1": slides_over_padding_in_ceil_mode,
        "cannot slide over signed integers by 1": slides_over_signed_integers,
    },
}


# Modes, of which each has its share of the settings


def is_padded(setting: Setting) -> bool:
    return setting.padding != ((0, 0), (0, 0))


def is_asymmetric(setting: Setting) -> bool:
    return any(before != after for before, after in setting.padding)


def is_partial(setting: Setting) -> bool:
    """Return whether ceil mode keeps a window that floor mode would not."""
    axes = setting.axes()
    return bool(axes and any(axis.reach > axis.size + axis.before + axis.after for axis in axes))


def ends_early(setting: Setting) -> bool:
    """Return whether ceil mode drops a window that would start in the padding on the right."""
    axes = setting.axes()
    assert axes
    steps = zip(setting.rooms, setting.stride, strict=True)
    rounded_up = [-(-room // stride) + 1 for room, stride in steps]
    return setting.mode == "ceil" and rounded_up != [axis.output for axis in axes]


def has_an_odd_pixel(setting: Setting) -> bool:
    return setting.mode == "same" and any(gap % 2 for gap in setting.missing(setting.extents))


def is_larger_than_the_image(setting: Setting) -> bool:
    rows, columns, _ = setting.shape
    return setting.kernel[0] > rows or setting.kernel[1] > columns


def is_of(kind: type[Operation]) -> Belongs:
    return lambda setting: isinstance(setting.operation, kind)


def counts_padding(setting: Setting) -> bool:
    return setting.operation.padding_counts and is_padded(setting)


def counts_partial_windows(setting: Setting) -> bool:
    return setting.operation.padding_counts and is_partial(setting)


MODES: list[tuple[str, float, Belongs]] = [
    ("floor", 0.1, lambda s: s.mode in ("floor", "valid")),
    ("ceil", 0.1, lambda s: s.mode == "ceil"),
    ("same", 0.1, lambda s: s.mode == "same"),
    ("padding", 0.1, is_padded),
    ("asymmetric padding", 0.1, is_asymmetric),
    ("dilation", 0.1, lambda s: s.dilation != (1, 1)),
    ("max", 0.1, is_of(Max)),
    ("min", 0.1, is_of(Min)),
    ("avg", 0.1, is_of(Average)),
    ("lp", 0.1, is_of(Lp)),
    ("valid", 0.03, lambda s: s.mode == "valid"),
    ("adaptive", 0.05, lambda s: s.mode == "adaptive"),
    ("global", 0.01, lambda s: s.is_global),
    ("counted padding", 0.03, counts_padding),
    ("partial windows", 0.05, is_partial),
    ("counted partial windows", 0.005, counts_partial_windows),
    ("a last window that is not kept", 0.05, ends_early),
    ("an odd pixel of same", 0.05, has_an_odd_pixel),
    ("a stride of its own", 0.1, lambda s: s.stride != s.kernel),
    ("a rectangle", 0.1, lambda s: s.kernel[0] != s.kernel[1]),
    ("a kernel beyond the image", 0.02, is_larger_than_the_image),
    ("uint8", 0.05, lambda s: s.dtype == "uint8"),
    ("int8", 0.05, lambda s: s.dtype == "int8"),
    ("float16", 0.05, lambda s: s.dtype == "float16"),
    ("float64", 0.05, lambda s: s.dtype == "float64"),
]


# The comparison


@dataclass
class Comparison:
    """The outcomes of all settings."""

    agreed: list[Setting] = field(default_factory=list)
    refused: list[Setting] = field(default_factory=list)
    mismatched: list[str] = field(default_factory=list)
    set_aside: dict[str, list[bool]] = field(default_factory=dict)

    def __str__(self) -> str:
        agreed = len(self.agreed)
        lines = [
            f"{agreed} pooled alike, {len(self.refused)} refused by both",
            f"{len(self.mismatched)} mismatches",
        ]
        for mode, _, belongs in MODES:
            number = sum(map(belongs, self.agreed))
            lines.append(f"  {number:5} {number / agreed:6.1%}  {mode}")
        lines.append("set aside, and with a different result:")
        for name, shown in self.set_aside.items():
            lines.append(f"  {len(shown):5} {sum(shown):6}  {name}")
        return "\n".join(lines)


def pool_by_poolcli(setting: Setting, image: Array) -> Array | None:
    try:
        return setting.pool(image, setting.operation)
    except PoolcliError:
        return None


def pool_by_peer(setting: Setting, image: Array, peer: Peer) -> Array | None:
    """Pool an image; return None if the peer refuses or returns no pixel."""
    try:
        result = setting.pool_by(peer, image)
    except Exception:  # noqa: BLE001 - refusals have no type in common
        return None
    return result if result.size else None


def agree(setting: Setting, image: Array, result: Array, expected: Array) -> bool:
    """Compare two results of one layer: exactly, but for the rounding of sums."""
    if result.shape != expected.shape or result.dtype != expected.dtype:
        return False
    if setting.operation.keeps_pixels:
        return bool((result == expected).all())
    pixels = setting.kernel[0] * setting.kernel[1]
    if isinstance(setting.operation, Average):
        # Either side rounds each of n sums, or n - 1 of them and a division: n·2⁻²⁴·mean|x|.
        bound = (
            2
            * pixels
            * 2.0**-24
            * setting.pool(np.abs(image).astype(np.float64), setting.operation)
        )
    else:
        # The same for powers, which are positive. Powers and roots are float32's, within 2⁻²² or
        # so; a root makes the error of its sum smaller.
        bound = (pixels + 8) * 2.0**-23 * np.abs(expected.astype(np.float64))
    return bool((np.abs(result.astype(np.float64) - expected) <= bound).all())


@cache
def compare(name: str) -> Comparison:
    """Draw the settings, the same for each peer, and compare poolcli with one of them."""
    random = np.random.default_rng(SEED)
    comparison = Comparison(set_aside={known: [] for known in DIFFERENCES[name]})
    for index in range(DRAWN):
        setting = draw_setting(random)
        image = draw_image(setting.dtype, setting.shape, index)
        result = pool_by_poolcli(setting, image)
        expected = pool_by_peer(setting, image, PEERS[name])
        if result is None or expected is None:
            alike = result is expected
        else:
            alike = agree(setting, image, result, expected)
        differences = [known for known, met in DIFFERENCES[name].items() if met(setting)]
        for known in differences:
            comparison.set_aside[known].append(not alike)
        if differences:
            continue
        if not alike:
            comparison.mismatched.append(f"{setting}:\n{result!r} instead of {expected!r}")
        elif result is None:
            comparison.refused.append(setting)
        else:
            comparison.agreed.append(setting)
    return comparison


@pytest.mark.parametrize("peer", PEERS)
def test_thousands_of_random_settings_give_the_same_result_or_are_refused_by_both(
    peer: str,
) -> None:
    comparison = compare(peer)
    print(f"\n{peer}: {comparison}")
    assert not comparison.mismatched, "\n".join(comparison.mismatched[:5])
    assert len(comparison.agreed) >= LEAST
    assert len(comparison.refused) >= 50


@pytest.mark.parametrize(("mode", "share", "belongs"), MODES)
@pytest.mark.parametrize("peer", PEERS)
def test_each_mode_has_its_share_of_the_settings(
    peer: str, mode: str, share: float, belongs: Belongs
) -> None:
    agreed = compare(peer).agreed
    assert sum(map(belongs, agreed)) >= share * len(agreed), mode


@pytest.mark.parametrize("peer", PEERS)
def test_settings_are_set_aside_only_for_differences_that_show(peer: str) -> None:
    set_aside = compare(peer).set_aside
    for difference, shown in set_aside.items():
        assert any(shown), difference
    assert sum(map(len, set_aside.values())) < DRAWN / 4


def test_the_same_settings_are_drawn_every_time() -> None:
    first, again = (
        [draw_setting(np.random.default_rng(SEED)) for _ in range(20)] for _ in range(2)
    )
    assert first == again
