"""Figures as files: every format, on every day, whatever the settings of matplotlib elsewhere."""

from __future__ import annotations

import base64
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from helpers.drawn import (
    COMMAND,
    TEXTBOOK,
    Made,
    check_text,
    comparison,
    noise,
    opened,
    panels_of,
    pooled,
)
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - as in the package

from poolcli.errors import PoolcliError
from poolcli.figures import FIGURE_SUFFIXES
from poolcli.images import encode_animation

Array = NDArray[Any]

# Files


def test_a_png_has_the_size_of_the_figure() -> None:
    made = comparison(*pooled(noise(300, 451, 3), 3))
    figure = made.view().figure
    rows, columns, _ = opened(made.render()).shape
    # Matplotlib 3.10 rounds down.
    assert (columns, rows) == pytest.approx(figure.get_size_inches() * figure.dpi, abs=1)


def test_svg_and_pdf_are_what_they_say_and_svg_text_is_outlines() -> None:
    svg, pdf = (
        comparison(*pooled(TEXTBOOK, 1), white=None, suffix=suffix).render()
        for suffix in (".svg", ".pdf")
    )
    assert svg.startswith(b"<?xml")
    assert b"<svg" in svg
    assert b"<text" not in svg
    assert pdf.startswith(b"%PDF")
    assert b"/FontFile2" in pdf


@pytest.mark.parametrize("suffix", FIGURE_SUFFIXES)
def test_the_same_input_gives_the_same_bytes_on_every_day(
    suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    options: dict[str, Any] = {
        "white": None,
        "suffix": suffix,
        "histogram": True,
        "footer": COMMAND,
    }
    first = comparison(*pooled(TEXTBOOK, 1), **options).render()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert comparison(*pooled(TEXTBOOK, 1), **options).render() == first


@pytest.mark.parametrize("suffix", [".jpg", "png", ""])
def test_other_suffixes_are_refused(suffix: str) -> None:
    with pytest.raises(PoolcliError, match=r"\.png, \.svg, \.pdf, \.gif, \.webp, got"):
        comparison(TEXTBOOK, suffix=suffix)


# Animations


def frames_of(made: Made) -> list[Array]:
    with pillow.open(io.BytesIO(made.render())) as picture:
        frames = []
        for index in range(getattr(picture, "n_frames", 1)):
            picture.seek(index)
            frames.append(np.asarray(picture.convert("RGB")))
            assert picture.info["duration"] == 800
        assert picture.info["loop"] == 0
    return frames


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_an_animation_shows_one_panel_after_the_other(suffix: str) -> None:
    images = pooled(noise(64, 96), 2)
    frames = frames_of(comparison(*images, suffix=suffix))
    assert len(frames) == 3
    assert len({frame.shape for frame in frames}) == 1
    figure = comparison(*images, suffix=suffix)
    alone = figure.frames()[0].parts[0].bbox
    left, bottom, right, top = (round(edge) for edge in alone.extents)
    times = (right - left) // 96
    assert times >= 2
    for image, frame in zip(images, frames, strict=True):
        inside = frame[len(frame) - top : len(frame) - bottom, left:right][3:-3, 3:-3, 0]
        by = 64 * times // len(image)
        enlarged = image.repeat(by, axis=0).repeat(by, axis=1)[3:-3, 3:-3]
        # GIF has fewer colours than 256 grays and smooth letters need.
        error = np.abs(inside.astype(int) - enlarged).max()
        assert error <= (3 if suffix == ".gif" else 0)


def test_frames_are_alike_but_for_their_panel() -> None:
    made = comparison(*pooled(TEXTBOOK, 2), white=None, suffix=".gif")
    frames = made.frames()
    panels = [panels_of(frame)[0] for frame in frames]
    assert [panel.title for panel in panels] == ["input", "iteration 1", "iteration 2"]
    assert len({panel.area.rectangle for panel in panels}) == 1
    assert len({frame.bars[0].rows for frame in frames}) == 1
    for frame in frames:
        check_text(frame)


@pytest.mark.parametrize("shape", [(3000, 4000, 3), (1, 5000), (5000, 1)])
def test_no_frame_is_larger_than_a_page(shape: tuple[int, ...]) -> None:
    for frame in comparison(noise(*shape), suffix=".gif").frames():
        assert max(frame.figure.bbox.size) < 1600


def test_a_gif_of_few_colours_has_just_these() -> None:
    frame = np.array([[[255, 0, 0], [0, 128, 7]], [[0, 0, 255], [9, 9, 9]]], np.uint8)
    content = encode_animation([frame.repeat(9, axis=0), frame.repeat(9, axis=0)[::-1]], ".gif", 50)
    with pillow.open(io.BytesIO(content)) as picture:
        np.testing.assert_array_equal(np.asarray(picture.convert("RGB")), frame.repeat(9, axis=0))


# Settings from outside

FOREIGN = """\
font.size: 40
font.family: serif
axes.facecolor: red
savefig.dpi: 30
savefig.bbox: tight
savefig.transparent: True
text.usetex: True
svg.fonttype: none
image.cmap: jet
xtick.labelsize: 30
backend: nonsense
a line without a colon
"""

PROGRAM = """\
import hashlib, os, sys
import numpy as np
from poolcli.figures import (
    FIGURE_SUFFIXES, Layout, comparison, comparison_tiers, render, result_stack
)
layout = Layout.of(1, (4, 4), comparison_tiers(histogram=True), white=None)
stack = result_stack(layout, np.arange(16).reshape(4, 4), ["b", "c"])
sheet = comparison("a", [stack], layout, footer=["b"])
print(*(hashlib.sha256(render(sheet, suffix)).hexdigest() for suffix in FIGURE_SUFFIXES))
print(os.environ.get("MPLBACKEND"), "matplotlib.pyplot" in sys.modules)
import matplotlib
print(matplotlib.get_backend(auto_select=False))
"""


def run_program(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    root = str(Path(__file__).parent.parent)
    environment = os.environ | {"PYTHONPATH": root} | variables
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_foreign_matplotlibrc_and_a_nonsense_backend_change_nothing(tmp_path: Path) -> None:
    clean, foreign = tmp_path / "clean", tmp_path / "foreign"
    clean.mkdir()
    foreign.mkdir()
    (foreign / "matplotlibrc").write_text(FOREIGN)
    expected = run_program(clean, MPLBACKEND="svg")
    result = run_program(foreign, MPLBACKEND="nonsense", MPLCONFIGDIR=str(foreign))
    assert result.stderr == ""
    assert result.returncode == 0
    digests, environment, _ = result.stdout.splitlines()
    assert digests == expected.stdout.splitlines()[0]
    assert environment == "nonsense False"
    # A backend that exists is still there for a caller's own pyplot.
    assert expected.stdout.splitlines()[1:] == ["svg False", "svg"]


def test_a_damaged_matplotlibrc_is_an_error_of_one_line(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_bytes(b"font.size: \xff\xfe")
    last = run_program(tmp_path).stderr.splitlines()[-1]
    assert last.startswith("poolcli.errors.PoolcliError: matplotlib does not load")
    assert "matplotlibrc" in last
    assert "--no-figure" in last


def test_settings_of_this_process_change_nothing_and_are_left_alone() -> None:
    expected = comparison(TEXTBOOK, white=None).render()
    with mpl.rc_context({"font.family": "monospace", "xtick.direction": "in", "ytick.right": True}):
        before = dict(mpl.rcParams)
        assert comparison(TEXTBOOK, white=None).render() == expected
        assert dict(mpl.rcParams) == before


def test_a_panel_is_enlarged_without_blur_in_vector_files_too() -> None:
    checker = np.indices((4, 4)).sum(axis=0).astype(np.uint8) % 2 * 255
    svg = comparison(np.dstack([checker] * 3), suffix=".svg").render()
    (encoded,) = re.findall(rb"data:image/png;base64,([^\"]+)", svg)
    with pillow.open(io.BytesIO(base64.b64decode(encoded))) as picture:
        dots = np.asarray(picture.convert("RGB"))
    assert len(dots) > 100
    assert set(dots.flat) == {0, 255}
