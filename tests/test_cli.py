"""The command line as a whole: errors in one line, and honest exit status."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Invoke
from helpers.core import LISTED, NAMES

from poolcli import __version__
from poolcli.cli import group
from poolcli.geometry import Window


def test_the_version_and_the_help_end_with_0(invoke: Invoke) -> None:
    assert invoke("--version").output == f"poolcli, version {__version__}\n"
    assert invoke("-V").output == f"poolcli, version {__version__}\n"
    assert invoke("-h").output == invoke("--help").output


def test_there_is_a_command_for_every_operation() -> None:
    assert set(NAMES) < set(group.commands)


def test_no_command_at_all_shows_the_help_and_ends_with_2(invoke: Invoke) -> None:
    result = invoke(status=2)
    assert result.errors.startswith("Usage: poolcli")
    assert not result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["blur"], f"'blur' is no command; the commands are {LISTED}, compare,"),
        (["cat.jpg"], "'cat.jpg' is no command"),
        (["max"], "no input; name files, folders or '-', or use --files-from"),
        (["max", "a.jpg", "--kernal", "2"], "there is no option --kernal; did you mean --kernel?"),
        (["max", "a.jpg", "--count-pad"], "max has no --count-pad; avg, compare, explain, shape,"),
        (
            ["max", "a.jpg", "--norm", "3"],
            "max has no --norm; lp, compare, explain, shape, verify have",
        ),
        (
            ["compare", "a.jpg", "--last"],
            f"compare has no --last; {LISTED} have it",
        ),
        (
            ["max", "a.jpg", "--ops", "avg"],
            "max has no --ops; compare, explain, shape, verify have",
        ),
        (["mean", "a.jpg"], "'mean' is no command; did you mean avg?"),
        (["MAX", "a.jpg"], "'MAX' is no command; did you mean max?"),
        (["comparee", "a.jpg"], "'comparee' is no command; did you mean compare?"),
        (["max", "a.jpg", "-q", "-v"], "-q and -v contradict each other; use one of them"),
    ],
)
def test_a_wrong_command_line_is_told_in_one_line(
    invoke: Invoke, arguments: list[str], message: str
) -> None:
    result = invoke(*arguments, status=2)
    assert result.errors.startswith(f"poolcli: {message}")
    assert result.errors.count("\n") == 1
    assert not result.output


def bug(*_arguments: object, **_settings: object) -> None:
    raise ZeroDivisionError("how\nodd")


@pytest.mark.parametrize("command", ["max", "compare", "explain", "verify", "shape"])
def test_a_bug_of_ours_is_one_line_about_its_input_and_verbosely_a_traceback(
    invoke: Invoke, folder: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    (folder / "a.csv").write_text("1,2\n3,4\n")
    monkeypatch.setattr(Window, "axes", bug)
    brief = invoke(command, "a.csv", status=1).errors.splitlines()
    assert brief[0].startswith("poolcli: a.csv: internal error: ZeroDivisionError in ")
    assert brief[0].endswith(": how; please report it")
    assert brief[1:] in ([], ["poolcli: 0 written, 1 failed of 1"])
    verbose = invoke(command, "a.csv", "-v", status=1).errors.splitlines()
    assert brief[0] in verbose
    trace = [line.removeprefix("poolcli: ").removeprefix("a.csv: ") for line in verbose]
    begin, end = trace.index("Traceback (most recent call last):"), trace.index("odd")
    assert trace[end - 1] == "ZeroDivisionError: how"
    assert begin < end
    assert all(line.startswith("poolcli: ") for line in verbose)


def test_a_bug_of_ours_outside_any_input_is_one_line_too(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert invoke("-h")
    monkeypatch.setattr("poolcli.plan.plan", bug)
    line = "poolcli: internal error: ZeroDivisionError in cli.running.run_inputs: how"
    assert invoke("max", "a.jpg", status=1).errors == f"{line}; please report it\n"
    first, *rest, last = invoke("max", "a.jpg", "-v", status=1).errors.splitlines()
    assert (first, last) == (
        "poolcli: Traceback (most recent call last):",
        f"{line}; please report it",
    )
    assert "poolcli: ZeroDivisionError: how" in rest


def test_an_error_of_the_user_shows_no_traceback_however_verbose(invoke: Invoke) -> None:
    assert invoke("explain", "no.csv", "-v", status=1).errors.count("\n") == 1
    assert invoke("max", "no.csv", "-v", status=1).errors.count("\n") == 2


@pytest.mark.parametrize("option", ["--help", "-h", "--version", "-V"])
def test_options_of_the_group_load_no_command(option: str) -> None:
    program = (
        f"import sys; from poolcli.cli import main; main([{option!r}])\n"
        "loaded = {'poolcli.cli.compare', 'poolcli.cli.running', 'poolcli.storage'}\n"
        "assert not loaded & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
