"""The verb verify: a table for people, JSON for programs, and an honest exit status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
import referencing
from conftest import Invoke, names
from helpers.documents import ROOT
from helpers.formats import noise, saved
from helpers.stand_ins import hide, install_keras, install_skimage, install_torch, max_pool2d

from poolcli import verification
from poolcli.verification.report import TITLES

SCHEMAS = {
    name: json.loads((ROOT / "docs" / name).read_text())
    for name in ("verify.schema.json", "record.schema.json")
}


@pytest.fixture(autouse=True)
def _nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch)


@pytest.fixture
def matrix(folder: Path) -> Path:
    (folder / "matrix.csv").write_text("1,1,2,4\n5,6,7,8\n3,2,1,0\n1,2,3,4\n")
    return folder / "matrix.csv"


def records(output: str) -> list[dict[str, Any]]:
    resources = [
        (name, referencing.jsonschema.DRAFT202012.create_resource(schema))
        for name, schema in SCHEMAS.items()
    ]
    registry: referencing.Registry[Any] = referencing.Registry().with_resources(resources)
    found = [json.loads(line, parse_constant=pytest.fail) for line in output.splitlines()]
    for record in found:
        jsonschema.Draft202012Validator(SCHEMAS["verify.schema.json"], registry=registry).validate(
            record
        )
    return found


def install_all(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    install_torch(monkeypatch, **changes)
    install_keras(monkeypatch, "tensorflow")
    install_skimage(monkeypatch)


def test_a_table_has_a_row_for_everyone_and_remarks_below(
    invoke: Invoke, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_all(monkeypatch)
    # The stand-ins are slow: a small cat.
    arguments = [samples / "cat.jpg", "--resize", "30x", "-k", 3, "-s", 2, "-p", 1, "--ceil"]
    result = invoke("verify", *arguments, "--ops", "avg")
    lines = result.output.splitlines()
    assert not result.errors
    assert lines[0] == f"{samples}/cat.jpg: 20×30 px, 3 channels, uint8"
    assert lines[2] == "avg, kernel 3×3, stride 2, padding 1, ceil mode: 11×16 px"
    table = [line.split() for line in lines[3:13]]
    assert lines[3].split() == " ".join(TITLES).split()
    assert table[1][:3] == ["poolcli", "0.1.0", "528"]
    assert table[2][:3] == ["reference", "equal", "528"]
    assert table[3][0] == "onnxruntime"
    assert table[4][:4] == ["torch", "1.2.3", "equal", "528"]
    counts = "    torch counts padding in averages by default: called with count_include_pad=False"
    assert lines[8] == counts
    keras = ["keras", "1.2.3", "on", "tensorflow", "1.2.3", "equal", "in", "part", "450", "of"]
    assert table[6][:10] == keras
    assert lines[10].startswith("    keras has no padding but")
    assert lines[11].startswith("    keras has no ceil mode")
    assert lines[12] == "  scikit-image 1.2.3               not comparable"
    assert lines[13].startswith("    scikit-image reduces blocks that lie side by side")
    assert lines[-1] == "No mismatch: 3 equal, 1 equal in part, 1 not comparable."
    assert {line.rstrip() for line in lines} == set(lines)
    assert names() == []


def test_everyone_gets_the_prepared_image(invoke: Invoke, samples: Path) -> None:
    prepared = ["-g", "--resize", "20x10", "--filter", "prewitt"]
    result = invoke("verify", samples / "cat.jpg", *prepared, "-n", 2, "--ops", "max")
    lines = result.output.splitlines()
    assert lines[0] == f"{samples}/cat.jpg: 10×20 px, float32"
    assert lines[2] == "max, kernel 2×2, stride 2: 5×10 px → 2×5 px"
    assert "not installed" in result.output


def test_operations_each_have_their_table(invoke: Invoke, matrix: Path) -> None:
    result = invoke("verify", matrix)
    assert [line for line in result.output.splitlines() if "kernel" in line] == [
        "max, kernel 2×2, stride 2: 2×2 px",
        "avg, kernel 2×2, stride 2: 2×2 px",
    ]
    settings = ["--ops", "lp,avg", "--norm", 3, "--count-pad", "-p", 1]
    result = invoke("verify", matrix, *settings)
    assert [line for line in result.output.splitlines() if "kernel" in line] == [
        "lp with p = 3, kernel 2×2, stride 2, padding 1: 3×3 px",
        "avg, kernel 2×2, stride 2, padding 1, padding counted: 3×3 px",
    ]


def off_by_one(*how: Any) -> Any:
    return max_pool2d(*how) + 1


def test_a_mismatch_ends_with_1_and_says_where(
    invoke: Invoke, matrix: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_all(monkeypatch, max_pool2d=off_by_one)
    lines = invoke("verify", matrix, status=1).output.splitlines()
    row = next(number for number, line in enumerate(lines) if line.startswith("  torch"))
    assert lines[row].split()[2:6] == ["MISMATCH", "4", "1", "0"]
    where = "iteration 1, row 0, column 0, channel 0"
    assert lines[row + 1] == f"    {where}: poolcli 6.0, torch 7.0"
    assert lines[-1] == "MISMATCH: torch in max."
    (wrong, right) = records(invoke("verify", matrix, "--json", status=1).output)
    assert (wrong["mismatch"], right["mismatch"]) == (True, False)


def test_nothing_to_compare_ends_with_1_too(
    invoke: Invoke, matrix: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide(monkeypatch, "onnxruntime")
    monkeypatch.setattr(verification, "LOOP_PIXELS", 1)
    lines = invoke("verify", matrix, "--ops", "max", status=1).output.splitlines()
    assert lines[-1] == "Nothing could be compared in max: 1 not comparable, 4 not installed."


def test_json_is_an_object_for_each_operation(
    invoke: Invoke, matrix: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_all(monkeypatch)
    arguments = ["--json", "--ops", "max,avg,min,median,lp", "-p", "same", "-n", 2]
    found = records(invoke("verify", matrix, *arguments).output)
    assert [record["operation"] for record in found] == ["max", "avg", "min", "median", "lp"]
    first = found[0]
    assert (first["input"], first["shape"], first["dtype"]) == (str(matrix), [4, 4], "int64")
    assert first["shapes"] == [[2, 2, 1], [1, 1, 1]]
    assert [peer["status"] for peer in first["comparisons"]] == ["equal"] * 5
    assert first["comparisons"][1]["worst"] == {
        "iteration": 1,
        "row": 0,
        "column": 0,
        "channel": 0,
        "ours": 6.0,
        "theirs": 6.0,
        "difference": 0.0,
        "tolerance": 0.0,
    }
    assert found[4]["settings"]["norm"] == 2
    assert found[3]["comparisons"][2]["remarks"] == ["has no median pooling"]


def test_json_has_no_numbers_for_nan_and_infinity(
    invoke: Invoke, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.save(folder / "nan.npy", np.full((2, 2), np.nan))
    install_all(monkeypatch, max_pool2d=lambda *_: np.full((1, 1, 1, 1), -np.inf))
    (record,) = records(invoke("verify", "nan.npy", "--json", "--ops", "max", status=1).output)
    worst = record["comparisons"][2]["worst"]
    assert (worst["ours"], worst["theirs"], worst["difference"]) == ("nan", "-inf", "inf")


def test_transparency_is_told_where_there_is_any(invoke: Invoke, folder: Path) -> None:
    pixels = noise("u1", 4)
    (folder / "clear.png").write_bytes(saved(pixels, "PNG"))
    result = invoke("verify", "clear.png", "--ops", "max")
    assert result.output.startswith("clear.png: ")
    assert "4 channels" in result.output
    assert result.errors.startswith("poolcli: clear.png: warning: frameworks have no transparency")
    pixels[:, :, 3] = 255
    (folder / "opaque.png").write_bytes(saved(pixels, "PNG"))
    result = invoke("verify", "opaque.png", "--ops", "max", "--json")
    assert not result.errors
    (record,) = records(result.output)
    assert (record["shape"][2], record["warnings"]) == (3, [])


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["missing.png"], 1, "missing.png: "),
        (["matrix.csv", "-k", "5"], 1, "matrix.csv: kernel 5x5 does not fit the 4x4 image"),
        (["matrix.csv", "-k", "3", "--exact"], 1, "matrix.csv: "),
        (["matrix.csv", "--max-pixels", "15"], 1, "matrix.csv: the image has 16 pixels"),
        ([], 2, "Missing argument 'INPUT'"),
        (["matrix.csv", "-k", "2x3"], 2, "Invalid value for '-k' / '--kernel'"),
        (["matrix.csv", "--norm", "3"], 2, "--norm is for lp, which --ops does not name"),
        (["matrix.csv", "--to", "2", "-k", "2"], 2, "--to chooses the windows itself"),
        (["matrix.csv", "--to", "100000"], 2, "the result of --to has 10,000,000,000 pixels"),
        (["matrix.csv", "-d", "x"], 2, "verify has no -d; max, avg, min"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(
    invoke: Invoke, matrix: Path, arguments: list[str], status: int, message: str
) -> None:
    assert matrix.exists()
    result = invoke("verify", *arguments, status=status)
    assert result.errors.startswith(f"poolcli: {message}")
    assert result.errors.count("\n") == 1
    assert not result.output


def test_the_help_says_what_is_compared(invoke: Invoke) -> None:
    text = invoke("verify", "--help").output
    assert "onnxruntime, torch, keras and scikit-image, where they" in " ".join(text.split())
    assert "--outdir" not in text
