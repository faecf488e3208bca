"""A new operation is one class and one line: everything else follows from it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Invoke, reopen
from helpers.formats import saved

from poolcli.arrays import Array
from poolcli.operations import OPERATIONS, Max, Min, Operation
from poolcli.pooling import Windows

MATRIX = [[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]]


@dataclass(frozen=True)
class Range(Operation):
    """Keep the difference of the largest and the smallest pixel of each window."""

    name = "range"
    summary = "Keep the range of each window, the largest pixel minus the smallest."

    def reduce(self, image: Array, windows: Windows, **_: Any) -> Array:
        largest, smallest = (kind().reduce(image, windows) for kind in (Max, Min))
        return np.subtract(largest, smallest, dtype=self.result_type(image.dtype))

    def value(self, pixels: Sequence[Any], _divisor: int) -> Any:
        return max(pixels) - min(pixels)


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPERATIONS, Range.name, Range)


@pytest.fixture
def matrix(folder: Path) -> str:
    (folder / "m.csv").write_text("\n".join(",".join(map(str, row)) for row in MATRIX))
    return "m.csv"


def lines(text: str) -> Iterator[str]:
    yield from (line.strip() for line in text.splitlines())


def test_it_is_a_command_with_help(invoke: Invoke) -> None:
    for command in (["--help"], ["range", "--help"]):
        assert Range.summary in " ".join(invoke(*command).output.split())
    assert "--norm" not in invoke("range", "--help").output


def test_it_pools_and_names_its_files(invoke: Invoke, matrix: str) -> None:
    assert invoke("range", matrix, "-k", 2, "-o", "-").output == "5.0,6.0\n2.0,4.0\n"
    assert invoke("range", matrix, "-k", 2, "-s", 1, "-n", 2, "--ceil").output.split() == [
        "pooled/m_range_k2_s1_ceil_1.csv",
        "pooled/m_range_k2_s1_ceil_2.csv",
        "pooled/m_range_k2_s1_ceil_n2_comparison.png",
    ]


def test_it_draws(invoke: Invoke, matrix: str, samples: Path) -> None:
    invoke("range", samples / "cat.jpg", "-k", 2, "-n", 2)
    assert reopen("pooled/cat_range_k2_n2_comparison.png").shape[2] == 3
    invoke("compare", matrix, "--ops", "max,range", "-o", "both.png")
    assert reopen("both.png").ndim == 3


def test_it_explains(invoke: Invoke, matrix: str) -> None:
    text = invoke("explain", matrix, "-k", 2, "--ops", "range", "--figure", "x.png").output
    assert "out[0,0] = range of rows 0:2, cols 0:2 = {1, 1, 5, 6} = 5" in lines(text)
    assert reopen("x.png").ndim == 3


def test_it_is_verified_by_the_loop_alone(invoke: Invoke, matrix: str) -> None:
    record = json.loads(invoke("verify", matrix, "--ops", "range", "--json").output)
    assert record["operation"] == "range"
    assert record["mismatch"] is False
    statuses = {one["name"]: one["status"] for one in record["comparisons"]}
    assert statuses.pop("reference") == "equal"
    assert set(statuses.values()) <= {"not comparable", "not installed"}


def test_a_wrong_result_is_seen(
    invoke: Invoke, matrix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reduce = Range.reduce
    monkeypatch.setattr(Range, "reduce", lambda *given, **named: reduce(*given, **named) + 1)
    assert "MISMATCH" in invoke("verify", matrix, "--ops", "range", status=1).output


def test_no_framework_claims_it(invoke: Invoke) -> None:
    text = invoke("shape", "4", "--ops", "range").output
    calls = [line for line in lines(text) if line.startswith(("PyTorch", "Keras", "ONNX"))]
    assert len(calls) == 3
    assert all(call.endswith("has no range pooling") for call in calls)


def test_transparent_pixels_are_left_out(invoke: Invoke, folder: Path) -> None:
    colour = np.array([[1, 9, 0, 0], [4, 200, 0, 0]], np.uint8)
    alpha = np.array([[255, 255, 0, 0], [255, 0, 0, 0]], np.uint8)
    (folder / "a.png").write_bytes(saved(np.dstack((colour, colour, colour, alpha)), "PNG"))
    invoke("range", "a.png", "-k", 2, "--no-figure")
    assert reopen("pooled/a_range_k2_1.png").tolist() == [[[8, 8, 8, 255], [0, 0, 0, 0]]]
