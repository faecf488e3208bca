"""README and docs are true: their commands run and print what is shown."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import names
from helpers.documents import (
    DOCUMENTS,
    FORMATS,
    INPUTS,
    NETWORK,
    OPTIONS,
    PICTURES,
    README,
    RESULTS,
    ROOT,
    commands,
    inputs_table,
    options_table,
    pictures,
    results_table,
    run,
)
from PIL import Image as pillow  # noqa: N813 - as in the package

from poolcli import pool2d
from poolcli.images.tiff.codecs import reads_zstandard

# The source distribution contains no pictures of the documents.
LEFT_OUT = (ROOT / "PKG-INFO").exists()


def shown_size(name: str) -> tuple[int, int]:
    with pillow.open(PICTURES / name) as picture:
        return picture.size


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_prints_what_is_shown_and_makes_its_pictures(
    tmp_path: Path, document: Path
) -> None:
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    local = [command for command in commands(document) if NETWORK not in command.line]
    assert len(local) >= 8
    for command in local:
        printed = run(command, tmp_path)
        assert sorted(printed.splitlines()) == sorted(command.output.splitlines()), command.line
    assert len(pictures(document)) >= 7
    for name in pictures(document):
        with pillow.open(tmp_path / "pooled" / name) as made:
            # Matplotlib 3.10 rounds the size down.
            assert LEFT_OUT or made.size == pytest.approx(shown_size(name), abs=1)
    small = tmp_path / "small.png"
    if small.exists():
        with pillow.open(small) as picture:
            assert picture.size == (90, 60)


@pytest.mark.skipif(LEFT_OUT, reason="the source distribution contains no pictures")
def test_every_picture_is_shown_somewhere() -> None:
    shown = {name for document in DOCUMENTS for name in pictures(document)}
    assert sorted(shown) == sorted(path.name for path in PICTURES.iterdir())


def test_two_dots_become_equal_after_two_iterations(samples: Path) -> None:
    dots = np.loadtxt(samples / "two-dots.csv", delimiter=",", dtype=int)
    once = pool2d(dots, "max", 2)
    twice = pool2d(once, "max", 2)
    halves = [np.hsplit(state, 2) for state in (dots, once, twice)]
    assert [np.array_equal(left, right) for left, right in halves] == [False, False, True]


def test_commands_that_need_a_network_are_marked() -> None:
    marked = {command.line.split("  ")[0] for command in commands() if NETWORK in command.line}
    assert marked == {
        "pipx install .",
        "uv tool install .",
        "python -m pip install .",
        "make demo",
        "make test",
    }


def test_the_table_of_options_is_that_of_the_help() -> None:
    found = OPTIONS.search(README.read_text())
    assert found is not None
    assert found[0] == options_table(), "run `make docs`"


@pytest.mark.skipif(not reads_zstandard(), reason="a row of the table needs Pillow 12")
def test_the_table_of_formats_is_that_of_the_tests() -> None:
    found = INPUTS.search(FORMATS.read_text())
    assert found is not None
    assert found[0] == inputs_table(), "run `make docs`"


def test_the_table_of_results_is_that_of_the_records() -> None:
    found = RESULTS.search(FORMATS.read_text())
    assert found is not None
    assert found[0] == results_table(), "run `make docs`"


def test_the_lines_of_python_do_what_they_say() -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```", README.read_text(), re.DOTALL | re.MULTILINE)
    checks = """
>>> pool2d(image, "max", kernel=2).tolist(), pool2d(image, "max", kernel=2).dtype.name
([[6, 8], [14, 16]], 'uint8')
>>> pool2d(image, "avg", kernel=3, stride=2, padding=1).dtype.name
'float32'
>>> adaptive_pool2d(image, "avg", output_size=1).tolist()
[[8.5]]
"""
    names: dict[str, object] = {}
    exec(code, names)  # noqa: S102 - the README's own lines
    test = doctest.DocTestParser().get_doctest(checks, names, "README", None, 0)
    assert doctest.DocTestRunner().run(test).failed == 0


def test_the_makefile_rules_build_once(tmp_path: Path, samples: Path) -> None:
    rules = re.findall(r"^```make\n(.*?)^```", README.read_text(), re.DOTALL | re.MULTILINE)
    assert len(rules) == 2
    (tmp_path / "Makefile").write_text(
        "all: build/cat.png build/coffee.png\n" + "".join(rules) + ".PHONY: thumbnails\n"
    )
    (tmp_path / "raw").mkdir()
    for name in ("cat.jpg", "coffee.jpg"):
        shutil.copyfile(samples / name, tmp_path / "raw" / name)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    runs = [
        subprocess.run(
            ["make", "-j2", target],
            cwd=tmp_path,
            env={**os.environ, "PATH": path, "MAKEFLAGS": ""},
            capture_output=True,
            text=True,
            check=True,
        )
        for target in ("all", "all", "thumbnails")
    ]
    assert runs[0].stdout.count("poolcli max raw/") == 2
    assert not runs[0].stderr
    assert "Nothing to be done" in runs[1].stdout
    assert sorted(path.name for path in (tmp_path / "build").iterdir()) == ["cat.png", "coffee.png"]
    with pillow.open(tmp_path / "build/cat.png") as cat:
        assert cat.size == (112, 75)
    assert names(tmp_path / "thumbnails") == ["cat_avg_k4_1.png", "coffee_avg_k4_1.png"]


@pytest.mark.parametrize(
    "document",
    [
        "README.md",
        "CHANGELOG.md",
        "docs/cluster.md",
        "docs/formats.md",
        "docs/json.md",
        "docs/performance.md",
        "docs/platforms.md",
        "docs/semantics.md",
        "docs/gallery.md",
        "CONTRIBUTING.md",
    ],
)
def test_links_lead_somewhere(document: str) -> None:
    path = ROOT / document
    for link in re.findall(r"\]\(([^)]+)\)", path.read_text()):
        left_out = LEFT_OUT and link.endswith((".png", ".gif"))
        assert left_out or link.startswith("https://") or (path.parent / link).exists(), link
