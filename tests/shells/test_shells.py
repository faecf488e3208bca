"""Tab completion in bash, zsh and fish, set up as the README says."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal import SHELLS, Shell


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with files to complete."""
    here = tmp_path_factory.mktemp("home")
    for name in ("sample.png", "my cat.jpg", "lists.txt", "résumé.png", "notes.csv", "resume.txt"):
        (here / name).touch()
    (here / "results").mkdir()
    (here / "results" / "one.png").touch()
    return here


@pytest.fixture(scope="session", params=SHELLS)
def shell(request: pytest.FixtureRequest, folder: Path) -> Iterator[Shell]:
    """Return a shell that completes poolcli."""
    name: str = request.param
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    shell = Shell(name, folder)
    yield shell
    shell.close()


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("medi", "median"),
        ("max --dila", "max --dilation"),
        ("max sam", "max sample.png"),
        ("max sample.png not", "max sample.png notes.csv"),
        ("max results/", "max results/one.png"),
        ("max ./results/o", "max ./results/one.png"),
        ("max -k 3 --kernel=2 sam", "max -k 3 --kernel=2 sample.png"),
        ("max my", "max 'my cat.jpg'"),
        (r"max my\ c", "max 'my cat.jpg'"),
        ("max 'my", "max 'my cat.jpg'"),
        ("max rés", "max résumé.png"),
        ("max -- sam", "max -- sample.png"),
        ("compare sam", "compare sample.png"),
        ("explain sam", "explain sample.png"),
        ("verify sam", "verify sample.png"),
        ("shape sam", "shape sample.png"),
        ("max sample.png -o results/o", "max sample.png -o results/one.png"),
        ("max sample.png -o new", "max sample.png -o new"),
        ("max -d res", "max -d results"),
        ("max --outdir=res", "max --outdir=results"),
        ("max --figure results/o", "max --figure results/one.png"),
        ("explain --figure results/o", "explain --figure results/one.png"),
        ("max --files-from lis", "max --files-from lists.txt"),
        ("max --files-from=lis", "max --files-from=lists.txt"),
        ("max --files-from=./my", "max '--files-from=./my cat.jpg'"),
        ("max --cmap twilight_s", "max --cmap twilight_shifted"),
        ("max --cmap nip", "max --cmap nipy_spectral"),
        ("max --cmap=nip", "max --cmap=nipy_spectral"),
        ("compare --ops med", "compare --ops median"),
        ("compare --ops max,me", "compare --ops max,median"),
        ("compare --ops=max,me", "compare --ops=max,median"),
        ("max -p sa", "max -p same"),
        ("max -f ti", "max -f tif"),
        ("max --filter lap", "max --filter laplacian"),
        ("max --layout nh", "max --layout nhwc"),
        ("max --scheduler lo", "max --scheduler local"),
        ("max --zoom no", "max --zoom none"),
    ],
)
def test_a_word_is_completed(shell: Shell, typed: str, completed: str) -> None:
    # zsh removes the slash of a folder before the next word.
    words = [word.rstrip("/") for word in shell.words(f"poolcli {typed}")]
    assert words == ["poolcli", *shlex.split(completed)]


def test_the_home_folder_is_completed(shell: Shell, folder: Path) -> None:
    assert shell.words("poolcli max ~/sam")[-1] == str(folder / "sample.png")


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("poolcli max ", ["sample.png", "notes.csv", "results"]),
        ("poolcli max --cmap viridis", ["viridis_r"]),
        ("poolcli max -f ", ["png", "tif", "npy", "same"]),
        ("poolcli compare --ops max,", ["max,avg", "max,median"]),
        ("poolcli ", ["max", "compare", "explain", "verify"]),
    ],
)
def test_candidates_are_listed(shell: Shell, typed: str, names: list[str]) -> None:
    listed = shell.listed(typed)
    assert [name for name in names if name not in listed] == []


def test_folders_alone_are_completed_for_a_folder(shell: Shell) -> None:
    assert "resume.txt" not in shell.listed("poolcli max -d re")


@pytest.mark.parametrize(
    "typed", ["poolcli max -k ", "poolcli unknown sam", "poolcli max --unknown x"]
)
def test_nothing_is_printed_between_the_words(shell: Shell, typed: str) -> None:
    assert "poolcli:" not in shell.listed(typed)
