"""The command changes its process; `cli.main`, called as a function, changes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import names

from poolcli.cli import startup

FUNCTION = """
import gc, os, signal
def state():
    ours = ("MPL", "OPENBLAS", "OPENCV", "PYTHON")
    variables = [each for each in os.environ.items() if each[0].startswith(ours)]
    handlers = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    return variables, handlers, gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()
before = state()
from poolcli.cli import main
assert main(["max", {image!r}, "-q", "--no-figure"]) == 0
assert state() == before
"""
COMMAND = """
import os, sys
from poolcli.__main__ import run
sys.argv[1:] = ["--version"]
run()
print(*(os.environ.get(name) for name in {names!r}))
"""


def test_the_command_line_as_a_function_leaves_the_process_as_it_was(
    folder: Path, samples: Path
) -> None:
    program = FUNCTION.format(image=str(samples / "cat.jpg"))
    environment = {**os.environ, "MPLBACKEND": "svg", "OPENCV_LOG_LEVEL": "OFF"}
    subprocess.run([sys.executable, "-c", program], cwd=folder, env=environment, check=True)


def environment_of(*variables: str, **given: str) -> list[str]:
    """Return the values of variables within the command, started with others."""
    ended = subprocess.run(
        [sys.executable, "-c", COMMAND.format(names=variables)],
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        check=True,
    )
    return ended.stdout.splitlines()[-1].split()


def test_the_environment_of_libraries_is_set_for_the_command() -> None:
    found = environment_of(
        "OPENBLAS_NUM_THREADS",
        "MPLBACKEND",
        "PYTHONSAFEPATH",
        "OPENCV_IO_MAX_IMAGE_PIXELS",
        OPENBLAS_NUM_THREADS="nonsense",
        MPLBACKEND="nonsense",
        OPENCV_IO_MAX_IMAGE_PIXELS="nonsense",
    )
    assert found == ["1", "agg", "1", "None"]


def test_a_folder_of_matplotlib_is_kept_where_there_is_a_home(tmp_path: Path) -> None:
    (found,) = environment_of(
        "MPLCONFIGDIR",
        HOME=str(tmp_path),
        XDG_CONFIG_HOME=str(tmp_path / "config"),
        MPLCONFIGDIR="/elsewhere",
    )
    assert Path(found) == tmp_path / "config" / "poolcli" / "matplotlib"
    assert names(tmp_path) == []


@pytest.mark.parametrize("home", ["file/config", "relative"])
def test_a_temporary_folder_of_matplotlib_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "tmp").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", home if home == "relative" else str(tmp_path / home))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    for name in (*startup.ENVIRONMENT, "MPLCONFIGDIR"):
        monkeypatch.setenv(name, "before")
    with startup.environment():
        folder = Path(os.environ["MPLCONFIGDIR"])
        assert folder.parent == tmp_path / "tmp"
        folder.mkdir()
    assert names(tmp_path / "tmp") == []


def test_commands_run_without_any_folder_that_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "file"))
    for name in (*startup.ENVIRONMENT, "MPLCONFIGDIR"):
        monkeypatch.setenv(name, "before")

    def refuse() -> str:
        raise FileNotFoundError

    monkeypatch.setattr("tempfile.gettempdir", refuse)
    with startup.environment():
        assert os.environ["MPLCONFIGDIR"] == str(tmp_path / "file" / "poolcli" / "matplotlib")


def test_a_home_on_a_drive_that_is_missing_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("os.path.lexists", lambda _path: False)
    for name in (*startup.ENVIRONMENT, "MPLCONFIGDIR"):
        monkeypatch.setenv(name, "before")
    with startup.environment():
        assert Path(os.environ["MPLCONFIGDIR"]).parent == tmp_path
