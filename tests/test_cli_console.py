"""What is printed, where, and how it is spelled."""

from __future__ import annotations

import io
import json
import sys
from collections import Counter

import pytest
from helpers.core import settings

from poolcli.batch import Report
from poolcli.cli.console import Console
from poolcli.cli.messages import complain
from poolcli.pipeline import Iteration, Job, Record

JOB = Job("a.png", ["pooled/a_1.png", "pooled/a_2.png"], "png", "pooled/a.png")
WRITTEN = Record(
    JOB,
    "written",
    (23, 34),
    "uint8",
    (
        Iteration("pooled/a_1.png", (11, 17), (1, 0), (0, 0), 0.0),
        Iteration("pooled/a_2.png", (4, 8), (0, 0), (2, 1), 0.0),
    ),
    ("something was lost",),
    seconds=1.234,
)
FAILED = Record(JOB, "failed", error="is empty")


def shown(capfd: pytest.CaptureFixture[str], *records: Record, **how: bool) -> tuple[str, str]:
    with Console(len(records), **how) as console:
        for record in records:
            console.show(record, settings("max", iterations=2))
    console.summarise(Report(Counter(record.status for record in records)))
    output, errors = capfd.readouterr()
    return output, errors


def test_paths_go_to_standard_output_and_warnings_to_standard_error(
    capfd: pytest.CaptureFixture[str],
) -> None:
    output, errors = shown(capfd, WRITTEN)
    assert output == "pooled/a_1.png\npooled/a_2.png\npooled/a.png\n"
    assert errors == "poolcli: a.png: warning: something was lost\n"


def test_quiet_prints_errors_only(capfd: pytest.CaptureFixture[str]) -> None:
    assert shown(capfd, WRITTEN, FAILED, quiet=True) == ("", "poolcli: a.png: is empty\n")


def test_a_failure_is_one_line_and_a_summary(capfd: pytest.CaptureFixture[str]) -> None:
    assert shown(capfd, FAILED) == (
        "",
        "poolcli: a.png: is empty\npoolcli: 0 written, 1 failed of 1\n",
    )


def test_several_inputs_are_summed_up(capfd: pytest.CaptureFixture[str]) -> None:
    _, errors = shown(capfd, WRITTEN, WRITTEN)
    assert errors.endswith("poolcli: 2 written, 0 failed of 2\n")


def test_verbose_tells_sizes_unused_pixels_and_time(capfd: pytest.CaptureFixture[str]) -> None:
    _, errors = shown(capfd, WRITTEN, verbose=True)
    assert errors.splitlines()[1:] == [
        "poolcli: a.png: prepared: 23 x 34, uint8",
        "poolcli: a.png: iteration 1: 11 x 17, 1 row dropped",
        "poolcli: a.png: iteration 2: 4 x 8, 2 rows and 1 column skipped",
        "poolcli: a.png: 1.23 s",
    ]


def test_standard_output_is_no_path(capfd: pytest.CaptureFixture[str]) -> None:
    output, errors = shown(capfd, Record(Job("-", ["-"]), "failed", error="is empty"))
    assert not output
    assert errors.startswith("poolcli: standard input: is empty\n")
    assert shown(capfd, Record(Job("-", ["-"]), "written"))[0] == ""


def test_messages_survive_a_narrow_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(stream, encoding="ascii"))
    complain("猫.png: is empty")
    assert stream.getvalue() == b"poolcli: \\u732b.png: is empty\n"


class Full(io.StringIO):
    def flush(self) -> None:
        raise OSError


def test_a_full_standard_error_does_not_end_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Full())
    complain("x")


def test_a_plan_tells_the_chain_and_the_paths(capfd: pytest.CaptureFixture[str]) -> None:
    planned = Record(JOB, "planned", (23, 34), iterations=WRITTEN.iterations)
    output, errors = shown(capfd, planned, planned)
    assert output.splitlines()[:4] == [
        "a.png: 23 x 34 -> 11 x 17 -> 4 x 8",
        "  pooled/a_1.png",
        "  pooled/a_2.png",
        "  pooled/a.png",
    ]
    assert errors == "poolcli: 2 planned, 0 failed of 2\n"


def test_json_is_one_object_an_input(capfd: pytest.CaptureFixture[str]) -> None:
    output, _ = shown(capfd, WRITTEN, FAILED, as_json=True)
    first, second = map(json.loads, output.splitlines())
    assert first["iterations"][1] == {
        "output": "pooled/a_2.png",
        "shape": [4, 8],
        "dropped": [0, 0],
        "skipped": [2, 1],
        "clipped": 0.0,
    }
    assert (first["status"], second["status"], second["error"]) == ("written", "failed", "is empty")


def test_what_is_up_to_date_is_counted(capfd: pytest.CaptureFixture[str]) -> None:
    skipped = Record(JOB, "skipped")
    assert shown(capfd, skipped, skipped, FAILED) == (
        "",
        "poolcli: a.png: is empty\npoolcli: 0 written, 2 skipped, 1 failed of 3\n",
    )
    assert "poolcli: a.png: up to date\n" in shown(capfd, skipped, verbose=True)[1]
