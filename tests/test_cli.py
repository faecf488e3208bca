"""The command line as a whole: errors in one line, and honest exit status."""

from __future__ import annotations

import pytest
from conftest import Invoke

from poolcli import __version__
from poolcli.cli import group, main
from poolcli.pooling import OPERATIONS


def test_the_version_and_the_help_end_with_0(invoke: Invoke) -> None:
    assert invoke("--version").output == f"poolcli, version {__version__}\n"
    assert invoke("-V").output == f"poolcli, version {__version__}\n"
    assert invoke("-h").output == invoke("--help").output


def test_there_is_a_command_for_every_operation() -> None:
    assert set(OPERATIONS) < set(group.commands)


def test_no_command_at_all_shows_the_help_and_ends_with_2(invoke: Invoke) -> None:
    result = invoke(status=2)
    assert result.errors.startswith("Usage: poolcli")
    assert not result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["blur"], "'blur' is no command; the commands are max, avg, min, median, lp, compare,"),
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
            "compare has no --last; max, avg, min, median, lp have it",
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


def test_a_bug_of_ours_keeps_its_traceback(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(*_arguments: object, **_settings: object) -> None:
        raise ZeroDivisionError

    assert invoke("-h")
    monkeypatch.setattr("poolcli.plan.plan", bug)
    with pytest.raises(ZeroDivisionError):
        main(["max", "a.jpg"])
