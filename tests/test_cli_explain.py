"""The verb explain: what it says of small matrices, of images, and of wrong questions."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from conftest import Invoke
from helpers.formats import saved

SCHEMA = json.loads((Path(__file__).parent.parent / "docs" / "explain.schema.json").read_text())


@pytest.fixture
def _matrix(folder: Path) -> None:
    """Put the textbook's matrix into the working folder."""
    (folder / "matrix.csv").write_text("1,1,2,4\n5,6,7,8\n3,2,1,0\n1,2,3,4\n")


@pytest.mark.usefixtures("_matrix")
def test_a_small_matrix_is_explained_whole_by_each_operation(invoke: Invoke) -> None:
    lines = invoke("explain", "matrix.csv", "-k", 2).output.splitlines()
    assert lines[0] == "matrix.csv, 4 rows × 4 columns: max, kernel 2×2, stride 2"
    assert "matrix.csv, 4 rows × 4 columns: avg, kernel 2×2, stride 2" in lines
    assert [line for line in lines if line.startswith("out[1,1]")] == [
        "out[1,1] = max of rows 2:4, cols 2:4 = {1, 0, 3, 4} = 4, at (3, 3)",
        "out[1,1] = avg of rows 2:4, cols 2:4 = (1 + 0 + 3 + 4) / 4 = 8 / 4 = 2",
    ]
    assert "1: │ 5 6 │ 7 8 │    →       ┌─────┐" in lines


@pytest.mark.usefixtures("_matrix")
def test_one_pixel_is_explained_where_one_is_asked_for(invoke: Invoke) -> None:
    lines = invoke("explain", "matrix.csv", "--at", "0,1", "--ops", "max").output.splitlines()
    assert lines[3] == "out[0,1] sees rows 0:2, cols 2:4 of the input: 2 rows × 2 columns"
    assert lines[5].startswith("out[0,1] = max of rows 0:2, cols 2:4 = {2, 4, 7, 8} = 8")


def test_of_an_image_the_middle_is_explained_in_every_channel(
    invoke: Invoke, samples: Path
) -> None:
    cat = samples / "cat.jpg"
    lines = invoke("explain", cat, "-k", 2, "-n", 3, "--ops", "max").output.splitlines()
    assert lines[0] == f"{cat}, 300 rows × 451 columns: max, kernel 2×2, stride 2, 3 iterations"
    assert (
        lines[3] == "out3[18,28] sees rows 144:152, cols 224:232 of the input: 8 rows × 8 columns"
    )
    for channel in ("red:", "green:", "blue:"):
        at = lines.index(channel)
        assert lines[at + 1].startswith("out3[18,28] = max of rows 36:38, cols 56:58 of out2 = {")
        assert lines[at + 4].startswith("so this ")


def test_preparation_comes_first(invoke: Invoke, samples: Path) -> None:
    options = ["-g", "--resize", "8x8", "--ops", "max"]
    output = invoke("explain", samples / "cat.jpg", *options).output
    assert "8 rows × 8 columns, gray, resized to 8x8: max" in output.splitlines()[0]
    assert output.count("\nout[") == 16


def test_every_channel_has_its_name(invoke: Invoke, folder: Path) -> None:
    numbers = np.random.default_rng(0)
    rgba = numbers.integers(0, 255, (20, 20, 4), np.uint8)
    (folder / "rgba.png").write_bytes(saved(rgba, "PNG"))
    (folder / "la.png").write_bytes(saved(rgba[:, :, :2], "PNG"))
    np.save(folder / "four.npy", numbers.normal(size=(20, 20, 4)))
    colour = invoke("explain", "rgba.png", "--ops", "avg").output.splitlines()
    assert [line for line in colour if line in ("red:", "green:", "blue:", "alpha:")] == [
        "red:",
        "green:",
        "blue:",
        "alpha:",
    ]
    assert any("each pixel is weighed by its alpha" in line for line in colour)
    gray = invoke("explain", "la.png", "--ops", "max").output.splitlines()
    assert {"gray:", "alpha:"} < set(gray)
    few = invoke("explain", "four.npy", "--ops", "max")
    assert "channel 3:" in few.output.splitlines()
    assert few.errors == ""


@pytest.mark.usefixtures("_matrix")
def test_json_holds_the_same_cells(invoke: Invoke) -> None:
    lines = invoke("explain", "matrix.csv", "-p", 1, "--json").output.splitlines()
    records = [json.loads(line) for line in lines]
    for record in records:
        jsonschema.validate(record, SCHEMA)
    assert [record["operation"] for record in records] == ["max", "avg"]
    first = records[0]["cells"][0]
    assert (first["at"], first["value"], first["padding"], first["chosen"]) == (
        [0, 0],
        1,
        3,
        [[0, 0]],
    )
    assert first["sentence"].startswith("out[0,0] = max of rows 0:1, cols 0:1 = {1} = 1")
    traced = json.loads(
        invoke("explain", "matrix.csv", "-n", 2, "--at", 0, "--json", "--ops", "max").output
    )
    jsonschema.validate(traced, SCHEMA)
    assert [cell["iteration"] for cell in traced["cells"]] == [2, 1]


def test_json_has_words_for_what_is_no_number(invoke: Invoke, folder: Path) -> None:
    (folder / "odd.csv").write_text("1,nan\n2,-inf\n")
    record = json.loads(invoke("explain", "odd.csv", "--ops", "min", "--json").output)
    jsonschema.validate(record, SCHEMA)
    assert record["cells"][0]["value"] == "nan"
    assert record["cells"][0]["pixels"] == [1.0, "nan", 2.0, "-inf"]


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["none.csv"], 1, "none.csv: cannot be read: no such file or directory"),
        (["matrix.csv", "-k", "5"], 1, "matrix.csv: kernel 5x5 does not fit the 4x4 image"),
        (
            ["matrix.csv", "--at", "2,0"],
            1,
            "lies outside the last iteration, which has 2 rows and 2 columns; use 0,0 to 1,1",
        ),
        (["matrix.csv", "--at", "-1,0"], 2, "'--at': must be at least 0, got -1"),
        (["matrix.csv", "--ops", "max", "--norm", "2"], 2, "--norm is for lp, which --ops does"),
        (["matrix.csv", "--to", "100000"], 2, "the result of --to has 10,000,000,000 pixels"),
        (["matrix.csv", "-k", "2", "-p", "2"], 2, "padding must be smaller than the kernel"),
        ([], 2, "Missing argument 'INPUT'"),
    ],
)
@pytest.mark.usefixtures("_matrix")
def test_a_wrong_question_is_answered_in_one_line(
    invoke: Invoke, arguments: list[str], status: int, message: str
) -> None:
    result = invoke("explain", *arguments, status=status)
    assert result.errors.startswith(f"poolcli: {message}") or message in result.errors
    assert result.errors.count("\n") == 1
    assert not result.output


def test_what_is_small_has_one_channel_and_at_most_16_rows_and_columns(
    invoke: Invoke, folder: Path
) -> None:
    for name, shape in {"small": (16, 16), "tall": (17, 2), "wide": (2, 17)}.items():
        (folder / f"{name}.png").write_bytes(saved(np.zeros(shape, np.uint8), "PNG"))
    (folder / "colour.png").write_bytes(saved(np.zeros((4, 4, 3), np.uint8), "PNG"))
    whole = {
        name: "becomes out" in invoke("explain", f"{name}.png", "--ops", "max").output
        for name in ("small", "tall", "wide", "colour")
    }
    assert whole == {"small": True, "tall": False, "wide": False, "colour": False}


@pytest.mark.usefixtures("_matrix")
def test_the_heading_tells_how_often_an_image_is_pooled(invoke: Invoke) -> None:
    once = invoke("explain", "matrix.csv", "--ops", "max").output.splitlines()[0]
    twice = invoke("explain", "matrix.csv", "-n", 2, "--ops", "max").output.splitlines()[0]
    assert once.endswith(": max, kernel 2×2, stride 2")
    assert twice.endswith(": max, kernel 2×2, stride 2, 2 iterations")


@pytest.mark.usefixtures("_matrix")
@pytest.mark.parametrize("name", ["why.png", "deep/er/why.svg", "WHY.PDF"])
def test_a_figure_is_drawn_where_it_is_asked_for(invoke: Invoke, folder: Path, name: str) -> None:
    lines = invoke("explain", "matrix.csv", "--figure", name).output.splitlines()
    assert lines[-1] == f"drawn: {name}"
    assert (folder / name).stat().st_size > 5000
    silent = invoke("explain", "matrix.csv", "--figure", name, "--json").output
    assert all(line.startswith("{") for line in silent.splitlines())


@pytest.mark.usefixtures("_matrix")
def test_a_figure_never_replaces_the_input(invoke: Invoke, folder: Path) -> None:
    picture = saved(np.zeros((4, 4), np.uint8), "PNG")
    (folder / "a.png").write_bytes(picture)
    (folder / "link.png").symlink_to("a.png")
    for name in ("a.png", "link.png", "./a.png"):
        result = invoke("explain", "a.png", "--figure", name, status=2)
        assert result.errors == f"poolcli: --figure {name} would replace the input\n"
    wrong = invoke("explain", "matrix.csv", "--figure", "why.gif", status=2)
    assert "--figure why.gif: this figure's name ends with .png, .svg, .pdf" in wrong.errors
    assert (folder / "a.png").read_bytes() == picture


@pytest.mark.usefixtures("_matrix")
def test_a_figure_that_cannot_be_written_is_told(invoke: Invoke, folder: Path) -> None:
    (folder / "file").write_text("")
    result = invoke("explain", "matrix.csv", "--figure", "file/why.png", status=1)
    assert result.errors.startswith("poolcli: matrix.csv: ")
    assert "file/why.png" in result.errors or "cannot be written" in result.errors


def test_a_filter_is_told_in_heading_and_sentences(invoke: Invoke, samples: Path) -> None:
    options = ["--filter", "prewitt-v", "--relu", "--ops", "max", "-k", 4]
    lines = invoke("explain", samples / "cat.jpg", *options).output.splitlines()
    assert "columns, gray, prewitt-v and ReLU: max, kernel" in lines[0]
    assert any(line.endswith("of the prepared input") for line in lines)


def test_one_image_is_asked_for_where_a_folder_is_named(invoke: Invoke, folder: Path) -> None:
    (folder / "photos").mkdir()
    for verb in ("explain", "verify", "shape"):
        errors = invoke(verb, "photos", status=1).errors
        assert errors == "poolcli: photos: is a folder; name one image in it\n"
