"""The command that shows operations side by side, as a user calls it."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import cv2
import jsonschema
import numpy as np
import pytest
from conftest import Invoke, names, reopen
from helpers.core import LISTED
from helpers.formats import noise, png, saved, with_alpha
from PIL import Image as pillow  # noqa: N813 - as in the package
from test_cli_records import SCHEMA

from poolcli.cli import main


@pytest.fixture
def photo(folder: Path) -> Path:
    """Put a small photo into the working folder."""
    path = folder / "cat.png"
    path.write_bytes(saved(np.random.default_rng(1).integers(0, 255, (60, 90, 3), "u1"), "PNG"))
    return path


def test_one_picture_is_all_it_writes(invoke: Invoke, photo: Path) -> None:
    result = invoke("compare", photo.name, "-k", 2, "-n", 3)
    assert result.output == "pooled/cat_compare_max-avg_k2_n3_comparison.png\n"
    assert not result.errors
    assert names("pooled") == ["cat_compare_max-avg_k2_n3_comparison.png"]
    picture = reopen("pooled/cat_compare_max-avg_k2_n3_comparison.png")
    assert picture.shape[1] > 1000


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (["--ops", "min,median,lp"], "compare_min-median-lp_k2"),
        (
            ["--ops", "avg,max", "--count-pad", "-k", "3", "-p", "1"],
            "compare_avg-max_k3_p1_countpad",
        ),
        (["--ops", "lp,max", "--norm", "3"], "compare_lp-max_k2_norm3"),
        (["--to", "7,5"], "compare_max-avg_to7-5"),
        (
            ["-g", "--resize", "40x", "--filter", "laplacian"],
            "compare_max-avg_k2_gray_40x_laplacian",
        ),
    ],
)
def test_names_come_from_the_options(
    invoke: Invoke, photo: Path, options: list[str], name: str
) -> None:
    invoke("compare", photo, *options)
    assert names("pooled") == [f"cat_{name}_n1_comparison.png"]


@pytest.mark.parametrize(
    ("suffix", "start"),
    [
        ("png", b"\x89PNG"),
        ("svg", b"<?xml"),
        ("pdf", b"%PDF"),
        ("gif", b"GIF89a"),
        ("webp", b"RIFF"),
    ],
)
def test_the_suffix_of_its_output_decides_the_format(
    invoke: Invoke, photo: Path, suffix: str, start: bytes
) -> None:
    invoke("compare", photo, "-o", f"a/b.{suffix}", "-n", 2)
    assert Path(f"a/b.{suffix}").read_bytes().startswith(start)
    if suffix == "gif":
        with pillow.open("a/b.gif") as animation:
            assert getattr(animation, "n_frames", 1) == 3


def test_a_picture_may_go_to_standard_output(
    photo: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["compare", str(photo), "-o", "-"]) == 0
    assert capfdbinary.readouterr().out.startswith(b"\x89PNG")


def test_standard_input_is_compared(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"1 1 2 4\n5 6 7 8\n")))
    result = invoke("compare", "-")
    assert result.output == "pooled/stdin_compare_max-avg_k2_n1_comparison.png\n"


def test_a_folder_is_compared_and_updated(invoke: Invoke, photo: Path) -> None:
    (photo.parent / "in").mkdir()
    for name in "ab":
        (photo.parent / "in" / f"{name}.png").write_bytes(photo.read_bytes())
    result = invoke("compare", "in", "-j", 2, "-d", "out")
    assert len(names("out")) == 2
    assert result.errors == "poolcli: 2 written, 0 failed of 2\n"
    assert "2 skipped" in invoke("compare", "in", "-j", 2, "-d", "out", "-u").errors


def test_the_same_bytes_for_every_number_of_cores(invoke: Invoke, photo: Path) -> None:
    (photo.parent / "dog.png").write_bytes(photo.read_bytes())
    for jobs in (1, 2):
        invoke("compare", "cat.png", "dog.png", "-j", jobs, "-d", str(jobs), "-n", 2)
    for name in names("1"):
        assert Path("1", name).read_bytes() == Path("2", name).read_bytes()


def test_a_dry_run_tells_sizes_and_writes_nothing(invoke: Invoke, photo: Path) -> None:
    result = invoke("compare", photo.name, "-n", 2, "--dry-run")
    assert result.output.splitlines() == [
        "cat.png: 60 x 90 -> 30 x 45 -> 15 x 22",
        "  pooled/cat_compare_max-avg_k2_n2_comparison.png",
    ]
    assert not result.errors
    assert names() == ["cat.png"]


def test_records_follow_the_schema(invoke: Invoke, photo: Path) -> None:
    output = invoke("compare", photo, "--json", "--ops", "avg,lp", "--norm", 3, "-n", 2).output
    record = json.loads(output)
    jsonschema.Draft202012Validator(SCHEMA).validate(record)
    assert record["operation"] == ["avg", "lp"]
    assert record["settings"]["norm"] == 3
    assert record["figure"] == "pooled/cat_compare_avg-lp_k2_norm3_n2_comparison.png"
    assert [iteration["output"] for iteration in record["iterations"]] == [None, None]
    assert [iteration["shape"] for iteration in record["iterations"]] == [[30, 45, 3], [15, 22, 3]]


WRONG_LINES = [
    (["--ops", "max"], "--ops names max alone; name two or more, or use poolcli max"),
    (["--ops", "max,blur"], f"'blur' is not one of {LISTED}"),
    (["--norm", "3"], "--norm is for lp, which --ops does not name"),
    (["--ops", "max,min", "--count-pad"], "--count-pad is for avg, which --ops does not name"),
    (["-o", "x.jpg"], "-o x.jpg: a figure's name ends with .png, .svg, .pdf, .gif, .webp"),
    (["-o", "x.png", "-d", "y"], "-o names the file itself; leave out -d y"),
    (["-o", "-", "-u"], "leave out -u, which compares files"),
    (["--last"], "compare has no --last"),
    (["--zoom", "1,1"], "compare has no --zoom"),
    (["--cmap", "nothing"], "unknown colour map 'nothing'"),
    (["-o", "cat.png"], "cat.png would replace cat.png, which is an input"),
]


@pytest.mark.parametrize(("options", "message"), WRONG_LINES)
def test_a_wrong_line_is_one_message_and_writes_nothing(
    invoke: Invoke, photo: Path, options: list[str], message: str
) -> None:
    result = invoke("compare", photo.name, *options, status=2)
    assert message in result.errors
    assert result.errors.count("\n") == 1
    assert names() == ["cat.png"]


def test_a_bad_input_is_one_message(invoke: Invoke, photo: Path) -> None:
    result = invoke("compare", "missing.png", photo.name, status=1)
    assert "missing.png: cannot be read" in result.errors
    assert "1 written, 1 failed of 2" in result.errors
    assert "kernel 99x99 does not fit" in invoke("compare", photo, "-k", 99, status=1).errors


@pytest.mark.parametrize("kind", ["gray", "deep", "alpha", "channels", "nan", "tiny"])
def test_every_kind_of_input_is_drawn(invoke: Invoke, folder: Path, kind: str) -> None:
    source = folder / f"input.{'npy' if kind in ('channels', 'nan') else 'png'}"
    if kind == "gray":
        source.write_bytes(saved(noise("u1"), "PNG"))
    elif kind == "deep":
        source.write_bytes(png(noise("u2", 3), 16, 2))
    elif kind == "alpha":
        source.write_bytes(saved(with_alpha("u1", 4), "PNG"))
    elif kind == "channels":
        np.save(source, np.ones((8, 8, 4)))
    elif kind == "nan":
        np.save(source, np.where(np.eye(20) > 0, np.nan, 1.0))
    else:
        source.write_bytes(saved(np.array([[7]], np.uint8), "PNG"))
    result = invoke("compare", source.name, "-k", 2, "--ceil", "--filter", "prewitt") if kind in (
        "gray", "deep", "alpha", "tiny"
    ) else invoke("compare", source.name, "-k", 2, "--ceil")  # fmt: skip
    (path,) = result.output.splitlines()
    assert cv2.imread(path) is not None
