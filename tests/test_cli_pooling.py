"""The pooling commands, as a user calls them: files reopened, messages read."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from conftest import Invoke, names, reopen
from helpers.core import adaptive_pool_reference, pool_reference
from helpers.formats import noise, saved
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - as in the package

from poolcli import pool2d
from poolcli.prepare import edges, resize, to_gray

Array = NDArray[Any]

MATRIX = "1 1 2 4\n5 6 7 8\n3 2 1 0\n1 2 3 4\n"


@pytest.fixture
def cat(folder: Path, samples: Path) -> Array:
    """Put cat.jpg, small enough for the slow reference, into the working folder."""
    with pillow.open(samples / "cat.jpg") as photo:
        pixels = np.asarray(photo.resize((56, 37)))
    (folder / "cat.png").write_bytes(saved(pixels, "PNG"))
    return pixels


@pytest.fixture
def matrix(folder: Path) -> Path:
    """Put the textbook's 4x4 matrix into the working folder."""
    path = folder / "matrix.txt"
    path.write_text(MATRIX)
    return path


def test_the_main_job_writes_every_iteration_and_a_figure(invoke: Invoke, cat: Array) -> None:
    result = invoke("max", "cat.png", "-k", "2", "-n", "3")
    paths = [f"pooled/cat_max_k2_{i}.png" for i in (1, 2, 3, "n3_comparison")]
    assert result.output.splitlines() == paths
    assert not result.errors
    state = cat
    for path in paths[:3]:
        state = pool_reference(state, "max", (2, 2), (2, 2))
        np.testing.assert_array_equal(reopen(path), state)
    assert names("pooled") == sorted(Path(path).name for path in paths)


def test_the_matrix_of_the_textbook_keeps_its_kind(invoke: Invoke, matrix: Path) -> None:
    assert invoke("max", matrix, "-k", 2, "-o", "-").output == "6,8\n3,4\n"
    assert invoke("max", matrix, "-k", 2, "-s", 1, "-o", "-").output == "6,7,8\n6,7,8\n3,3,4\n"
    assert invoke("avg", matrix, "-o", "-").output == "3.25,5.25\n2.0,2.0\n"
    invoke("max", matrix, "-k", 2)
    assert Path("pooled/matrix_max_k2_1.csv").read_text() == "6,8\n3,4\n"


def test_standard_input_goes_to_standard_output(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"1 1 2 4\n5 6 7 8\n")))
    assert invoke("max", "-", "-k", 2, "-o", "-").output == "6,8\n"


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        (["-k", "3", "-s", "2"], {"kernel": 3, "stride": 2}),
        (["-k", "2,3"], {"kernel": (2, 3)}),
        (["-k", "3", "-p", "1"], {"kernel": 3, "padding": 1}),
        (["-k", "3", "-p", "1,2"], {"kernel": 3, "padding": (1, 2)}),
        (["-k", "3", "-p", "1,0,2,1"], {"kernel": 3, "padding": ((1, 0), (2, 1))}),
        (["-k", "3", "-s", "2", "-p", "same"], {"kernel": 3, "stride": 2, "padding": "same"}),
        (["-k", "3", "-p", "valid"], {"kernel": 3}),
        (["-k", "3", "--dilation", "2,1"], {"kernel": 3, "dilation": (2, 1)}),
        (["-k", "5", "--ceil"], {"kernel": 5, "ceil_mode": True}),
    ],
)
@pytest.mark.parametrize("operation", ["max", "avg", "min", "median", "lp"])
def test_every_window_option_reaches_the_core(
    invoke: Invoke, cat: Array, operation: Any, options: list[str], settings: dict[str, Any]
) -> None:
    invoke(operation, "cat.png", *options, "-o", "out.npy")
    np.testing.assert_array_equal(np.load("out.npy"), pool2d(cat, operation, **settings))


def test_counted_padding_and_the_norm_reach_the_core(invoke: Invoke, cat: Array) -> None:
    invoke("avg", "cat.png", "-k", 3, "-p", 1, "--count-pad", "-o", "out.npy")
    wanted = pool2d(cat, "avg", 3, padding=1, count_include_pad=True)
    np.testing.assert_array_equal(np.load("out.npy"), wanted)
    assert not np.array_equal(wanted, pool2d(cat, "avg", 3, padding=1))
    invoke("lp", "cat.png", "--norm", 4, "-o", "out.npy")
    np.testing.assert_array_equal(np.load("out.npy"), pool2d(cat, "lp", norm=4))


def test_adaptive_and_global_pooling(invoke: Invoke, cat: Array) -> None:
    invoke("max", "cat.png", "--to", "7,5", "--no-figure")
    wanted = adaptive_pool_reference(cat, "max", (7, 5))
    np.testing.assert_array_equal(reopen("pooled/cat_max_to7-5_1.png"), wanted)
    invoke("avg", "cat.png", "--to", "1", "-f", "npy", "--no-figure")
    mean = cat.reshape(-1, 3).mean(axis=0)
    np.testing.assert_allclose(np.load("pooled/cat_avg_to1_1.npy"), [[mean]], rtol=1e-6)


def test_preparation_is_gray_resize_filter_relu(invoke: Invoke, cat: Array) -> None:
    invoke("max", "cat.png", "--relu", "--filter", "laplacian", "--resize", "30x20", "-g",
           "-k", 1, "-o", "out.npy")  # fmt: skip
    wanted = edges(resize(to_gray(cat), (20, 30)), "laplacian", relu=True)
    np.testing.assert_array_equal(np.load("out.npy"), wanted)


def test_names_come_from_the_options(invoke: Invoke, cat: Array) -> None:
    result = invoke("max", "cat.png", "-k", 3, "-s", 2, "-p", "same", "-g", "--resize", "224x224",
                    "--filter", "prewitt-v", "--last", "--no-figure", "-q")  # fmt: skip
    assert not result.output
    assert names("pooled") == ["cat_max_k3_s2_psame_gray_224x224_prewitt-v_1.png"]
    assert cat.shape


def test_outputs_go_where_they_are_told(invoke: Invoke, cat: Array) -> None:
    assert cat.shape
    result = invoke("max", "cat.png", "-d", "a/b", "--name", "{stem}-{i}", "--figure", "f.svg")
    assert result.output.splitlines() == ["a/b/cat-1.png", "f.svg"]
    assert Path("f.svg").read_text().startswith("<?xml")
    invoke("max", "cat.png", "-n", 2, "-o", "deep/er/out.jpg")
    assert names("deep/er") == ["out.jpg"]
    with pillow.open("deep/er/out.jpg") as picture:
        assert (picture.format, picture.size) == ("JPEG", (14, 9))


@pytest.mark.parametrize("format_", ["png", "tif", "webp", "npy"])
def test_every_lossless_format_holds_the_same_pixels(
    invoke: Invoke, cat: Array, format_: str
) -> None:
    invoke("max", "cat.png", "-f", format_, "--no-figure")
    path = Path(f"pooled/cat_max_k2_1.{format_}")
    if format_ == "npy":
        pixels = np.load(path)
    else:
        with pillow.open(path) as picture:
            pixels = np.asarray(picture)
    np.testing.assert_array_equal(pixels, pool_reference(cat, "max", (2, 2), (2, 2)))


def test_the_folder_and_the_limit_may_come_from_the_environment(
    invoke: Invoke, cat: Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cat.shape
    monkeypatch.setenv("POOLCLI_OUTDIR", "elsewhere")
    assert invoke("max", "cat.png", "--no-figure").output == "elsewhere/cat_max_k2_1.png\n"
    assert invoke("max", "cat.png", "-o", "x.png").output == "x.png\n"
    monkeypatch.setenv("POOLCLI_MAX_PIXELS", "99")
    assert (
        "more than 99; allow it with --max-pixels 2072" in invoke("max", "cat.png", status=1).errors
    )
    monkeypatch.setenv("POOLCLI_MAX_PIXELS", "many")
    assert "'many' is not a whole number" in invoke("max", "cat.png", status=2).errors
    monkeypatch.setenv("POOLCLI_MAX_PIXELS", "0")
    errors = invoke("max", "cat.png", status=2).errors
    assert "must be at least 1, got 0, as $POOLCLI_MAX_PIXELS says; see" in errors


def test_several_files_in_a_row_are_pooled_in_order(invoke: Invoke, cat: Array) -> None:
    (Path.cwd() / "dog.png").write_bytes(saved(255 - cat, "PNG"))
    result = invoke("min", "dog.png", "cat.png", "--no-figure")
    assert result.output.splitlines() == ["pooled/dog_min_k2_1.png", "pooled/cat_min_k2_1.png"]
    assert result.errors == "poolcli: 2 written, 0 failed of 2\n"


def test_one_bad_file_does_not_stop_the_others(invoke: Invoke, cat: Array) -> None:
    assert cat.shape
    result = invoke("max", "missing.png", "cat.png", "--no-figure", status=1)
    assert result.output == "pooled/cat_max_k2_1.png\n"
    assert result.errors.splitlines() == [
        "poolcli: missing.png: cannot be read: no such file or directory",
        "poolcli: 1 written, 1 failed of 2",
    ]


def test_verbose_tells_what_was_dropped(invoke: Invoke, cat: Array) -> None:
    assert cat.shape
    errors = invoke("max", "cat.png", "-v", "--no-figure").errors
    assert "poolcli: cat.png: iteration 1: 18 x 28 x 3, 1 row dropped" in errors


def test_a_colour_map_changes_the_figure_alone(invoke: Invoke, cat: Array) -> None:
    assert cat.shape
    figures = []
    for colours in ("gray", "magma"):
        invoke("max", "cat.png", "-g", "--cmap", colours, "-d", colours)
        figures.append(Path(colours, "cat_max_k2_gray_n1_comparison.png").read_bytes())
    assert figures[0] != figures[1]
    name = "cat_max_k2_gray_1.png"
    assert Path("gray", name).read_bytes() == Path("magma", name).read_bytes()


WRONG_LINES = [
    (["-k", "0"], "'-k' / '--kernel': must be at least 1, got 0; see poolcli max --help"),
    (["-k", "2147483648"], "'--kernel': must be at most 2147483647, got 2147483648"),
    (["-s", "0"], "'--stride': must be at least 1, got 0"),
    (["-p", "-1"], "'--padding': must be at least 0, got -1"),
    (["--dilation", "1,0"], "'--dilation': must be at least 1, got 0"),
    (["-n", "0"], "'--iterations': must be at least 1, got 0"),
    (["--to", "0"], "'--to': must be at least 1, got 0"),
    (["--resize", "0x4"], "'--resize': must be at least 1, got 0"),
    (["--resize", "4x2147483648"], "'--resize': must be at most 2147483647, got 2147483648"),
    (["--zoom", "-1,2"], "'--zoom': must be at least 0, got -1"),
    (["--zoom", "1,2,0"], "'--zoom': must be at least 1, got 0"),
    (["--max-pixels", "9007199254740993"], "'--max-pixels': must be at most 9007199254740992"),
    (["-j", "1025"], "'--jobs': must be at most 1024, got 1025"),
    (["-k", "2x3"], "'2x3': write 2,3 (rows, columns)"),
    (["-n", "1000000"], "'--iterations': must be at most 256, got 1000000"),
    (["--to", "100000"], "the result of --to has 10,000,000,000 pixels"),
    (["-k", "3", "-p", "3"], "padding must be smaller than the kernel, got 3"),
    (["-o", "cat.png"], "cat.png would replace cat.png, which is an input"),
    (["-o", "link.png"], "link.png would replace cat.png, which is an input"),
    (["cat.png", "other.png", "-o", "x.png"], "-o names one file and there are 2 inputs"),
    (["-k", "3", "-p", "same", "--ceil"], 'padding "same" keeps every pixel already'),
    (["--to", "3", "-k", "2", "-n", "2", "--exact"], "leave out -k, --exact, -n"),
    (["--figure", "x.png", "--no-figure"], "--figure and --no-figure contradict"),
    (["--resize", "224,224"], "write 224x224 (width x height)"),
    (["--filter", "sobel"], "'sobel' is not one of"),
    (["-f", "exr"], "'exr' is not one of"),
    (["--cmap", "grey-ish"], "unknown colour map 'grey-ish'"),
    (["--histogram", "--no-figure"], "--histogram is about the figure, and none is drawn"),
    (["--zoom", "1,2", "-o", "x.png"], "--zoom is about the figure, and none is drawn"),
    (["--zoom", "12"], "'12' is not ROW,COL, ROW,COL,SIZE or none"),
    (["--max-pixels", "0"], "'--max-pixels': must be at least 1, got 0"),
    (["-j", "0"], "'--jobs': must be at least 1, got 0"),
    (["-j", "2", "--scheduler", "tcp://a:1"], "-j is for this machine, and a scheduler has"),
    (["--scheduler", "nearby"], "--scheduler nearby: write the address of a Dask scheduler"),
    (["--scheduler", "http://a:1"], "such as tcp://127.0.0.1:8786, or local"),
    (["-o", "-", "-u"], "leave out -u, which compares files"),
    (["-o", "-", "--json"], "leave out --json, which wants standard output too"),
    (["--files-from", "missing"], "--files-from missing: cannot be read: no such"),
]


@pytest.mark.parametrize(("options", "message"), WRONG_LINES)
def test_a_wrong_line_is_one_message_and_writes_nothing(
    invoke: Invoke, cat: Array, options: list[str], message: str
) -> None:
    assert cat.shape
    Path("link.png").symlink_to("cat.png")
    before = Path("cat.png").read_bytes()
    result = invoke("max", "cat.png", *options, status=2)
    assert message in result.errors
    assert result.errors.startswith("poolcli: ")
    assert result.errors.count("\n") == 1
    assert not result.output
    assert names() == ["cat.png", "link.png"]
    assert Path("cat.png").read_bytes() == before


BAD_INPUTS = [
    (["cat.png", "--zoom", "37,0"], "cat.png: the 37-row, 56-column image has no pixel 37,0 to"),
    (["missing.jpg"], "missing.jpg: cannot be read: no such file or directory"),
    (["text.jpg"], "text.jpg: is no image that can be read"),
    (["cat.png", "-k", "9", "-n", "3"], "cat.png: kernel 9x9 does not fit the 4-row, 6-column"),
    (["cat.png", "-k", "9", "-n", "3"], "image of iteration 2; use -n 1, --ceil or a smaller"),
    (["cat.png", "--exact"], "1 row of the 37-row, 56-column image would go unused"),
    (["cat.png", "-f", "csv"], "csv holds one channel and this has 3; make it gray with -g"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD_INPUTS)
def test_a_bad_input_is_one_message_and_half_writes_nothing(
    invoke: Invoke, cat: Array, arguments: list[str], message: str
) -> None:
    assert cat.shape
    Path("text.jpg").write_text("no picture")
    Path("folder").mkdir()
    result = invoke("max", *arguments, status=1)
    assert message in result.errors
    assert result.errors.splitlines()[1:] == ["poolcli: 0 written, 1 failed of 1"]
    assert names() == ["cat.png", "folder", "text.jpg"]


def test_a_folder_that_cannot_be_made_is_one_message(invoke: Invoke, cat: Array) -> None:
    assert cat.shape
    errors = invoke("max", "cat.png", "-d", "cat.png", status=2).errors
    assert errors == "poolcli: -d cat.png is no folder; use another\n"
    errors = invoke("max", "cat.png", "-d", "cat.png/below", status=1).errors
    assert "cat.png/below/cat_max_k2_1.png cannot be written: a folder in its path is a" in errors


def test_a_16_bit_photo_stays_16_bit(invoke: Invoke, folder: Path) -> None:
    pixels = noise("u2", 3)
    _, content = cv2.imencode(".png", pixels[..., ::-1])
    (folder / "deep.png").write_bytes(content.tobytes())
    invoke("max", "deep.png", "--no-figure")
    np.testing.assert_array_equal(
        reopen("pooled/deep_max_k2_1.png"), pool_reference(pixels, "max", (2, 2), (2, 2))
    )


@pytest.mark.parametrize("command", ["max", "compare", "verify"])
def test_relu_that_changes_nothing_is_told(invoke: Invoke, cat: Array, command: str) -> None:
    assert cat.shape
    remark = "--relu changes nothing: no value here is negative"
    assert remark in invoke(command, "cat.png", "--relu").errors
    assert remark in invoke(command, "cat.png", "--relu", "--filter", "prewitt").errors
    for options in (["--relu", "--filter", "prewitt-v"], []):
        assert remark not in invoke(command, "cat.png", *options).errors


def test_a_folder_is_no_file_to_write(invoke: Invoke, cat: Array) -> None:
    assert cat.shape
    Path("out").mkdir()
    for command in ("max", "compare"):
        for path in ("out", "out/", "new/"):
            errors = invoke(command, "cat.png", "-o", path, status=2).errors
            assert errors == (
                f"poolcli: -o {path} is a folder, and -o names a file; use -d {path}\n"
            )
            invoke(command, "cat.png", "-d", path)
            assert names(path)


def test_values_within_one_are_warned_of_and_scaled(invoke: Invoke, folder: Path) -> None:
    (folder / "map.csv").write_text("0.0,0.25\n0.5,1.0\n0.0,2.0\n0.0,0.5\n")
    (folder / "mask.csv").write_text("0.0,0.25\n0.5,1.0\n")
    black = "poolcli: mask.csv: warning: its values lie within 0..1, almost black in png;"
    result = invoke("max", "mask.csv", "-k", 1, "-f", "png", "--no-figure")
    assert result.errors == f"{black} --scale maps 1 to white\n"
    np.testing.assert_array_equal(reopen(result.output.strip()), [[0, 0], [0, 1]])
    result = invoke("max", "mask.csv", "-k", 1, "-f", "png", "--scale", "--no-figure")
    assert result.output == "pooled/mask_max_k1_scale_1.png\n"
    assert not result.errors
    np.testing.assert_array_equal(reopen(result.output.strip()), [[0, 64], [128, 255]])
    result = invoke("max", "map.csv", "-k", 1, "-o", "map.png", "--scale")
    assert "12.50% of the values lie outside the range of png and were clipped" in result.errors


@pytest.mark.parametrize("options", [["-f", "npy"], ["-o", "a.csv"]])
def test_scale_is_refused_where_values_are_kept(
    options: list[str], invoke: Invoke, matrix: Path
) -> None:
    result = invoke("max", matrix, "--scale", *options, status=2)
    assert "holds the values themselves; use png, or leave it out" in result.errors
    assert names(".") == ["matrix.txt"]


def test_scale_is_refused_by_an_image_of_whole_numbers(invoke: Invoke, cat: Array) -> None:
    result = invoke("max", "cat.png", "--scale", status=1)
    assert "holds uint8 pixels, and --scale is for matrices and float images" in result.errors
    assert cat.dtype == np.uint8
    assert names(".") == ["cat.png"]


def test_a_matrix_that_keeps_its_kind_is_not_scaled(invoke: Invoke, matrix: Path) -> None:
    result = invoke("max", matrix, "--scale", status=1)
    assert "csv holds the values themselves; use png, or leave it out" in result.errors
    invoke("max", matrix, "--scale", "-f", "png")


def test_a_damaged_image_fails_or_is_read_with_a_warning(
    invoke: Invoke, folder: Path, samples: Path
) -> None:
    whole = (samples / "cat.jpg").read_bytes()
    (folder / "cat.jpg").write_bytes(whole[: len(whole) // 3] + whole[len(whole) // 2 :])
    result = invoke("max", "cat.jpg", "--no-figure", status=1)
    (line, summary) = result.errors.splitlines()
    assert line.startswith("poolcli: cat.jpg: is damaged: ")
    assert line.endswith("; --tolerant reads what can be read")
    assert summary == "poolcli: 0 written, 1 failed of 1"
    result = invoke("max", "cat.jpg", "--no-figure", "--tolerant")
    assert result.errors.startswith("poolcli: cat.jpg: warning: is damaged: ")
    with pillow.open(samples / "cat.jpg") as photo:
        first = pool2d(np.asarray(photo), "max")[:30]
    np.testing.assert_array_equal(reopen(result.output.strip())[:30], first)
