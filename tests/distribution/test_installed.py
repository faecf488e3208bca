"""The wheel, installed into an empty environment, works."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from poolcli.cli import group

ROOT = Path(__file__).parents[2]
NAMES = ["poolcli", *(f"poolcli-{name}" for name in group.commands)]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the programs of an environment that holds the wheel alone."""
    (wheel,) = (ROOT / "dist").glob("*.whl")
    environment = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    folder = environment / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run([folder / "python", "-m", "pip", "install", "--quiet", wheel], check=True)
    return folder


def page_of(programs: Path, name: str) -> Path:
    return programs.parent / "share" / "man" / "man1" / f"{name}.1"


def test_the_first_command_of_the_readme_writes_its_files(programs: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    ended = subprocess.run(
        [programs / "poolcli", "max", "samples/cat.jpg", "-k", "2", "-n", "3"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    names = [f"cat_max_k2_{ending}.png" for ending in ("1", "2", "3", "n3_comparison")]
    assert ended.stdout.splitlines() == [str(Path("pooled", name)) for name in names]
    assert ended.stderr == ""
    assert sorted(path.name for path in (tmp_path / "pooled").iterdir()) == names


def test_the_dependencies_of_all_packages_are_installed(programs: Path) -> None:
    subprocess.run([programs / "python", "-m", "pip", "check"], check=True)


@pytest.mark.skipif(shutil.which("man") is None, reason="needs man-db")
@pytest.mark.parametrize("name", NAMES)
def test_man_finds_and_shows_the_page_of_each_command(programs: Path, name: str) -> None:
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    environment = {"PATH": path, "LC_ALL": "C.UTF-8", "MANWIDTH": "100"}
    ended = subprocess.run(
        ["man", "--where", name], env=environment, capture_output=True, text=True, check=True
    )
    assert Path(ended.stdout.strip()) == page_of(programs, name)
    ended = subprocess.run(
        ["man", name], env=environment, capture_output=True, text=True, check=True
    )
    for heading in ("Name", "Synopsis", "Description", "Options", "Exit status", "Examples"):
        assert f"\n{heading}\n" in ended.stdout


@pytest.mark.skipif(shutil.which("groff") is None, reason="needs groff")
def test_groff_warns_of_nothing(programs: Path) -> None:
    pages = [page_of(programs, name) for name in NAMES]
    ended = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z", *pages],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stderr == ""
