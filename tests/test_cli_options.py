"""Options: declared once, in groups, with defaults, and in step with what they set."""

from __future__ import annotations

import re

import pytest
from conftest import Invoke
from helpers.core import NAMES

from poolcli.cli import group
from poolcli.cli.grouping import GroupedOption

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
