"""Every verb on numbers at the ends of every type: no warning of NumPy's, no traceback.

Warnings are errors in these tests, also those that NumPy would print with a line of its source.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Invoke
from numpy.typing import NDArray

Array = NDArray[Any]

OPERATIONS = ("max", "avg", "min", "median", "lp")
ALL = ",".join(OPERATIONS)
FAST = "--no-figure"
INTEGERS = ("bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
FLOATS = ("float16", "float32", "float64", "longdouble")
DTYPES = (*INTEGERS, *FLOATS)


def signalling_nan(dtype: np.dtype[Any]) -> Any:
    """Make a NaN that raises a floating point exception when it is first computed with."""
    if dtype.itemsize not in (2, 4, 8):
        return dtype.type(np.nan)
    bits = f"u{dtype.itemsize}"
    infinity = dtype.type(np.inf).view(bits)
    return (infinity + np.array(1, bits)).view(dtype)[()]


def extremes(name: str, *, finite: bool = False) -> Array:
    """Make a matrix of 6×7 of the largest, smallest and oddest numbers of a type."""
    dtype = np.dtype(name)
    numbers: list[Any]
    if dtype.kind == "b":
        numbers = [True, False]
    elif dtype.kind in "iu":
        info = np.iinfo(dtype)
        numbers = [info.min, info.max, info.max - 1, 0, 1]
    else:
        limits = np.finfo(dtype)
        numbers = [limits.max, -limits.max, limits.smallest_subnormal, -0.0, 0.0, 1, limits.tiny]
        if not finite:
            numbers += [np.nan, np.inf, -np.inf]
    image = np.resize(np.array(numbers, dtype), 42).reshape(6, 7)
    if dtype.kind == "f" and not finite:
        image[5, 6] = signalling_nan(dtype)
    return image


def made(name: str, *, finite: bool = False) -> Path:
    path = Path(f"{name}.npy")
    np.save(path, extremes(name, finite=finite))
    return path


@pytest.mark.parametrize("name", DTYPES)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_takes_every_number(invoke: Invoke, name: str, operation: str) -> None:
    norm = ["--norm", "32"] if operation == "lp" else []
    for more in (["-n", "2", "--histogram"], ["-p", "1", FAST], ["--to", "4,5", FAST]):
        ended = invoke(operation, made(name), *norm, *more, "-f", "npy")
        assert "Warning" not in ended.errors


@pytest.mark.parametrize("name", DTYPES)
@pytest.mark.parametrize(
    "preparation",
    [
        ["--relu"],
        ["--resize", "3x4"],
        ["--resize", "20x20"],
        *(["--filter", name] for name in ("prewitt", "prewitt-v", "prewitt-h", "laplacian")),
        ["--filter", "laplacian", "--relu", "--resize", "9x5"],
    ],
)
def test_every_preparation_takes_every_number(
    invoke: Invoke, name: str, preparation: list[str]
) -> None:
    assert "Warning" not in invoke("avg", made(name), *preparation, "-f", "npy", FAST).errors


@pytest.mark.parametrize("name", DTYPES)
def test_gray_takes_every_number(invoke: Invoke, name: str) -> None:
    image = extremes(name)
    np.save("colour.npy", np.dstack((image, image[::-1], image[:, ::-1])))
    assert "Warning" not in invoke("avg", "colour.npy", "-g", "-f", "npy", FAST).errors
    assert "Warning" not in invoke("max", "colour.npy", "--histogram", "-f", "npy").errors


@pytest.mark.parametrize("name", DTYPES)
@pytest.mark.parametrize("format_", ["png", "tif", "jpg", "webp", "csv"])
def test_every_format_takes_every_finite_number(invoke: Invoke, name: str, format_: str) -> None:
    path = made(name, finite=True)
    for operation in ("max", "lp"):
        # What does not fit is refused in one line.
        for more in (["--norm", "32"] if operation == "lp" else []), ["--filter", "laplacian"]:
            arguments = (operation, path, "-f", format_, FAST, *more)
            try:
                ended = invoke(*arguments)
            except AssertionError:
                ended = invoke(*arguments, status=1)
                assert ended.errors.startswith("poolcli: ")
            assert "Warning" not in ended.errors
            assert "Traceback" not in ended.errors


@pytest.mark.parametrize("name", DTYPES)
def test_comparing_takes_every_number(invoke: Invoke, name: str) -> None:
    path = made(name)
    assert "Warning" not in invoke("compare", path, "--ops", ALL, "--norm", "32", "-n", "2").errors


@pytest.mark.parametrize("name", DTYPES)
def test_explaining_takes_every_number(invoke: Invoke, name: str) -> None:
    path = made(name)
    all_ = ("--ops", ALL, "--norm", "32")
    assert invoke("explain", path, *all_).errors == ""
    assert invoke("explain", path, *all_, "--at", "1,1", "--figure", "explained.png").errors == ""
    for line in invoke("explain", path, *all_, "--json").output.splitlines():
        assert json.loads(line)["cells"]


@pytest.mark.parametrize("name", DTYPES)
def test_verifying_takes_every_number(invoke: Invoke, name: str) -> None:
    for operation in OPERATIONS:
        norm = ["--norm", "32"] if operation == "lp" else []
        ended = invoke("verify", made(name), "--ops", operation, *norm, "-n", "2", "--json")
        assert ended.errors == ""
        loop, *_ = json.loads(ended.output)["comparisons"]
        assert (loop["name"], loop["status"]) == ("reference", "equal")
