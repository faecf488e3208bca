"""Windows, chains and sizes far larger than an image take no time or memory beyond its own."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import Invoke, reopen
from provoke import poolcli

HUGE = 2**31 - 1
GIBIBYTE = 2**30
MATRIX = "1,1,2,4\n5,6,7,8\n3,2,1,0\n1,2,3,4\n"
WINDOWS = [
    ("-k", 5001, "-s", 1, "-p", "same"),
    ("-k", HUGE, "-s", 1, "-p", "same"),
    ("-k", HUGE, "-s", HUGE, "-p", HUGE // 2, "--ceil"),
    ("-k", 4097, "-s", 4097, "-p", 4096),
    ("-k", 3, "-s", 1, "-p", "same", "--dilation", HUGE),
    ("-k", 4097, "-s", 2, "-p", "same", "--dilation", 2),
    ("-k", HUGE, "--ceil"),
    ("-k", 2, "-s", HUGE),
]


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    """Allow 2 GiB more than is used now, and 20 seconds."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 2 * GIBIBYTE, hard))
    start = time.process_time()
    yield
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    assert time.process_time() - start < 20


@pytest.fixture
def matrix(folder: Path) -> Path:
    place = folder / "m.csv"
    place.write_text(MATRIX)
    return place


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("verb", ["max", "compare"])
def test_a_figure_shows_the_image_however_far_windows_reach(
    invoke: Invoke, matrix: Path, verb: str, window: tuple[object, ...]
) -> None:
    figure = ["-o", "f.png"] if verb == "compare" else ["--figure", "f.png"]
    invoke(verb, matrix, *window, *figure)
    page = reopen("f.png")
    assert max(page.shape) < 6000
    # Viridis: the image is the only part with its colours.
    colours = page.reshape(-1, 3).astype(np.int64) @ [1, 256, 65536]
    assert len(np.unique(colours)) > 7


@pytest.mark.parametrize("window", WINDOWS)
def test_an_explanation_is_as_long_as_the_image_needs(
    invoke: Invoke, matrix: Path, window: tuple[object, ...]
) -> None:
    text = invoke("explain", matrix, *window, "--ops", "max", "--figure", "f.png").output
    assert len(text) < 60_000
    assert max(map(len, text.splitlines())) < 500
    assert "out[0,0] = max of rows" in text
    assert max(reopen("f.png").shape) < 6000


def test_an_explanation_says_that_padding_goes_on(invoke: Invoke, matrix: Path) -> None:
    text = invoke("explain", matrix, "-k", 5001, "-s", 1, "-p", "same", "--ops", "max").output
    assert "Padding and windows go on beyond what is drawn." in text
    few = invoke("explain", matrix, "-k", 3, "-s", 1, "-p", "same", "--ops", "max").output
    assert "go on beyond" not in few


def test_many_windows_of_a_small_image_are_not_told_one_by_one(
    invoke: Invoke, matrix: Path
) -> None:
    window = ("-k", 4097, "-s", 1, "-p", 4096, "--ops", "max")
    text = invoke("explain", matrix, *window).output
    assert "out[2050,2050] = max of rows 0:4, cols 0:4" in text
    assert len(text) < 5_000


@pytest.mark.parametrize("window", WINDOWS)
def test_everyone_is_asked_only_where_windows_stay_near_the_image(
    invoke: Invoke, matrix: Path, window: tuple[object, ...]
) -> None:
    record = json.loads(invoke("verify", matrix, *window, "--ops", "max", "--json").output)
    statuses = {found["name"]: found["status"] for found in record["comparisons"]}
    assert statuses["reference"] == "equal"
    assert record["mismatch"] is False


def test_a_framework_that_would_pad_too_much_is_not_asked(invoke: Invoke, matrix: Path) -> None:
    window = ("-k", HUGE, "-s", 1, "-p", "same", "--ops", "max")
    record = json.loads(invoke("verify", matrix, *window, "--json").output)
    (onnx,) = [found for found in record["comparisons"] if found["name"] == "onnxruntime"]
    assert onnx["status"] == "not comparable"
    assert "windows reach too far beyond the image" in onnx["remarks"][0]


def test_the_shape_of_very_many_adaptive_windows_is_arithmetic(
    invoke: Invoke, folder: Path
) -> None:
    assert folder.is_dir()
    text = invoke("shape", "4", "--to", "1,250000000").output
    assert "1×250000000" in text


def test_a_long_chain_is_explained_from_what_the_pixel_sees(invoke: Invoke, folder: Path) -> None:
    photo = np.random.default_rng(0).integers(0, 256, (4000, 3000), np.uint8)
    np.save(folder / "photo.npy", photo)
    chain = ("-k", 1, "-n", 60, "--ops", "avg", "--at", "1000,1500")
    text = invoke("explain", "photo.npy", *chain, "--figure", "f.png").output
    assert f"= {photo[1000, 1500]} / 1 = {photo[1000, 1500]}" in text
    assert max(reopen("f.png").shape) < 8000


@pytest.mark.parametrize("files", [5, 6, 7, 8, 9, 12])
@pytest.mark.parametrize("command", [("max", "m.csv"), ("explain", "m.csv", "--figure", "f.png")])
def test_too_few_open_files_for_a_figure_are_told_in_one_line(
    matrix: Path, command: tuple[str, ...], files: int
) -> None:
    ended = poolcli(*command, folder=matrix.parent, limits={resource.RLIMIT_NOFILE: files})
    told = [line for line in ended.errors if "of 1" not in line]
    assert ended.status == int(bool(told))
    assert len(told) <= 1
    assert not told or "too many open files" in told[0].lower()
