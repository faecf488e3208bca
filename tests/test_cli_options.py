"""Options: declared once, in groups, with defaults, and in step with what they set."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import Invoke
from helpers.core import NAMES

from poolcli.cli import group
from poolcli.cli.grouping import GroupedOption
from poolcli.operations import OPERATIONS, Max, Parameter
from poolcli.operations.parameter import declare

HEADINGS = ["Window:", "Times:", "Before pooling, in this order:", "Output:", "Reading:", "Run:"]


@pytest.mark.parametrize("operation", NAMES)
def test_the_help_is_in_groups(invoke: Invoke, operation: str) -> None:
    lines = invoke(operation, "--help").output.splitlines()
    assert [line for line in lines if line in HEADINGS] == HEADINGS
    assert not [line for line in lines if line == "Options:"]


def test_an_option_stands_only_where_it_means_something() -> None:
    names = {
        operation: {parameter.name for parameter in group.commands[operation].params}
        for operation in NAMES
    }
    plain = names["max"]
    assert names["min"] == names["median"] == plain
    assert names["avg"] - plain == {"count_include_pad"}
    assert names["lp"] - plain == {"norm"}


@pytest.mark.parametrize("operation", NAMES)
def test_every_option_says_in_a_sentence_what_it_does(operation: str) -> None:
    for parameter in group.commands[operation].params:
        if isinstance(parameter, GroupedOption):
            assert parameter.help is not None
            sentence = parameter.help.partition("  [default")[0]
            assert re.fullmatch(r"[A-Z].*[.)]", sentence, re.DOTALL), parameter.name
            assert parameter.heading + ":" in HEADINGS


def test_the_help_tells_defaults(invoke: Invoke) -> None:
    text = " ".join(invoke("max", "--help").output.split())
    for default in ("2", "the kernel", "0", "pooled", "250,000,000"):
        assert f"[default: {default}]" in text
    assert "[default: 1]" in text


@dataclass(frozen=True)
class Share(Max):
    """An operation with parameters of its own."""

    name = "share"
    summary = "Keep a share of the largest pixel of each window."
    synonyms = ("part",)

    share: float = declare(
        0.5,
        Parameter(
            "share", "--share", "share", "The share.", minimum=0, maximum=1, metavar="S",
            remark="has no share",
        ),
    )  # fmt: skip
    loud: bool = declare(
        False, Parameter("is_loud", "--loud", "loud", "Shout.", remark="is never loud")
    )


@pytest.fixture
def _share(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPERATIONS, "share", Share)
    (folder / "m.csv").write_text("1,2\n3,4\n")


@pytest.mark.usefixtures("_share")
def test_the_options_of_an_operation_come_from_its_class(invoke: Invoke) -> None:
    text = " ".join(invoke("share", "--help").output.split())
    assert "--share S The share. [default: 0.5]" in text
    assert "--loud Shout." in text
    for command in ("compare", "explain", "shape", "verify"):
        assert "--share S" in invoke(command, "--help").output
    assert "--share" not in invoke("max", "--help").output
    settings = json.loads(invoke("share", "m.csv", "--share", ".2", "--json").output)["settings"]
    assert (settings["share"], settings["is_loud"]) == (0.2, False)
    settings = json.loads(invoke("max", "m.csv", "--json").output)["settings"]
    assert (settings["share"], settings["is_loud"]) == (None, False)
    assert "pooled/m_share_k2_loud_1.csv" in invoke("share", "m.csv", "--loud").output


@pytest.mark.usefixtures("_share")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["share", "--share", "2"], "'--share': must lie between 0 and 1, got 2.0; see"),
        (["explain", "--share", "0"], "--share is for share, which --ops does not name"),
        (["explain", "--loud"], "--loud is for share, which --ops does not name"),
        (["max", "--share", "1"], "max has no --share; share, compare, explain, shape, verify"),
        (["max", "--is-loud"], "max has no --loud; share, compare, explain, shape, verify"),
        (["part"], "'part' is no command; did you mean share?"),
    ],
)
def test_the_options_of_an_operation_are_refused_elsewhere(
    invoke: Invoke, arguments: list[str], message: str
) -> None:
    command, *options = arguments
    assert message in invoke(command, "m.csv", *options, status=2).errors
