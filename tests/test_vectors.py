"""The core, compared with results of PyTorch, Keras and TensorFlow for small images.

`vectors/make_vectors.py` computed them; these tests need no framework.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from helpers.framework_vectors import DATA, VECTORS, Array, Vector

from poolcli.errors import PoolcliError

GROUPS = sorted({(vector.framework, vector.call) for vector in VECTORS})


# Vectors that a framework defines differently: see test_framework_differences.py


def is_an_average_of_integers(vector: Vector) -> bool:
    return vector.operation != "max" and np.dtype(vector.dtype).kind in "iu"


def takes_a_root_of_signed_powers(vector: Vector) -> bool:
    return vector.operation == "lp" and bool((vector.pixels < 0).any())


def has_no_finite_norm(vector: Vector) -> bool:
    return vector.settings.get("norm_type") == np.inf


def is_a_maximum_of_tensorflow_without_numbers(vector: Vector) -> bool:
    return (
        vector.framework != "torch"
        and vector.operation == "max"
        and not np.isfinite(vector.pixels).all()
    )


DIFFERENCES = (
    is_an_average_of_integers,
    takes_a_root_of_signed_powers,
    has_no_finite_norm,
    is_a_maximum_of_tensorflow_without_numbers,
)

# Refusals of frameworks that poolcli shares only for padding as large as the kernel.
ONLY_THEY_REFUSE = (
    "pad should be at most half of effective kernel size",
    "pad should be smaller than or equal to half of kernel size",
    "not implemented for",
    "is not in the list of allowed values",
    "`strides > 1` not supported in conjunction with `dilation_rate > 1`",
    "pooling with 'SAME' padding is not implemented for `dilation_rate` > 1",
)


def agree(vector: Vector, image: Array, result: Array) -> bool:
    """Return whether the results are equal, apart from the rounding of sums."""
    expected = vector.expected
    if result.shape != expected.shape:
        return False
    if vector.operation == "max":
        return result.dtype == expected.dtype and np.array_equal(result, expected, equal_nan=True)
    if result.dtype != np.result_type(expected.dtype, np.float32):
        return False
    finite = np.isfinite(expected)
    if not np.array_equal(result[~finite], expected[~finite], equal_nan=True):
        return False
    # Both sides round each of n sums: n·2⁻²⁴·mean|x| for float32. Another divisor, powers and
    # roots add a few roundings.
    unit = float(np.finfo(np.result_type(expected.dtype, np.float16)).eps) / 2
    mean = vector.pool(np.abs(image.astype(np.float64)), vector.operation) * vector.scale
    bound = (2 * vector.taps + 8 * (vector.scale != 1)) * unit * mean[finite]
    error = np.abs(result[finite].astype(np.float64) * vector.scale - expected[finite])
    return bool((error <= bound).all())


def pool_vector(vector: Vector) -> Array | None:
    try:
        return vector.pool(vector.pixels, vector.operation)
    except PoolcliError:
        return None


def pads_as_much_as_the_kernel(vector: Vector) -> bool:
    padding = vector.settings.get("padding", 0)
    if isinstance(padding, str) or vector.kernel is None:
        return False
    return bool((np.array(padding) >= vector.kernel).any())


@pytest.mark.parametrize(("framework", "call"), GROUPS)
def test_every_vector_is_pooled_alike_or_refused_by_both(framework: str, call: str) -> None:
    ended: Counter[str] = Counter()
    for vector in VECTORS:
        if (vector.framework, vector.call) != (framework, call):
            continue
        result = pool_vector(vector)
        if any(said in vector.refusal for said in ONLY_THEY_REFUSE):
            assert (result is None) == pads_as_much_as_the_kernel(vector), vector
            ended["refused by the framework"] += 1
        elif any(differs(vector) for differs in DIFFERENCES):
            ended["known to differ"] += 1
        elif vector.refusal or not vector.expected.size:
            assert result is None, vector
            ended["refused by both"] += 1
        else:
            assert result is not None, vector
            assert agree(vector, vector.pixels, result), vector
            ended["pooled alike"] += 1
    print(f"\n{framework} {call}: {dict(ended)}")
    assert ended["pooled alike"] > ended["known to differ"]


def test_vectors_are_set_aside_only_for_differences_that_show() -> None:
    pooled = [vector for vector in VECTORS if not vector.refusal]
    for differs in DIFFERENCES:
        results = [(vector, pool_vector(vector)) for vector in pooled if differs(vector)]
        assert any(
            result is None or not agree(vector, vector.pixels, result) for vector, result in results
        ), differs


@pytest.mark.parametrize("said", ONLY_THEY_REFUSE)
def test_each_refusal_that_poolcli_does_not_share_is_met(said: str) -> None:
    assert any(said in vector.refusal for vector in VECTORS)


def test_the_vectors_are_those_of_the_versions_that_the_design_names() -> None:
    assert DATA["made_with"] == {"torch": "2.13.0", "keras": "3.15.1", "tensorflow": "2.21.0"}


@pytest.mark.parametrize(
    ("name", "belongs", "least"),
    [
        ("any", lambda _: True, 650),
        ("floor", lambda v: v.settings.get("ceil_mode") is False, 200),
        ("ceil", lambda v: v.settings.get("ceil_mode") is True, 200),
        ("padding", lambda v: v.settings.get("padding") in ([1, 1], [1, 0], [1, 2]), 200),
        ("asymmetric padding", lambda v: v.framework == "tensorflow" and "ksize" in v.settings, 16),
        ("dilation", lambda v: v.settings.get("dilation") in ([2, 1], [1, 3]), 120),
        ("counted", lambda v: v.settings.get("count_include_pad") is True, 70),
        ("not counted", lambda v: v.settings.get("count_include_pad") is False, 70),
        ("a divisor of its own", lambda v: "divisor_override" in v.settings, 6),
        ("same", lambda v: v.settings.get("padding") == "same", 55),
        ("valid", lambda v: v.settings.get("padding") == "valid", 55),
        ("adaptive", lambda v: "output_size" in v.settings, 50),
        ("powers", lambda v: "norm_type" in v.settings, 90),
        ("uint8", lambda v: v.dtype == "uint8", 60),
        ("int8", lambda v: v.dtype == "int8", 40),
        ("float16", lambda v: v.dtype == "float16", 30),
        ("float64", lambda v: v.dtype == "float64", 100),
        ("NaN", lambda v: np.isnan(v.pixels).any(), 80),
        ("negative values", lambda v: (v.pixels < 0).any(), 250),
        ("a refusal", lambda v: v.refusal, 100),
    ],
)
def test_the_vectors_cover_every_mode(
    name: str, belongs: Callable[[Vector], Any], least: int
) -> None:
    number = sum(bool(belongs(v)) for v in VECTORS if name == "a refusal" or not v.refusal)
    assert number >= least, name
