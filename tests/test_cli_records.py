"""Records as JSON follow their schema, whatever became of an input."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from conftest import Invoke, names
from helpers.documents import ROOT
from helpers.formats import noise, saved

SCHEMA = json.loads((ROOT / "docs" / "record.schema.json").read_text())


def records(output: str) -> list[dict[str, object]]:
    found = [json.loads(line) for line in output.splitlines()]
    for record in found:
        jsonschema.Draft202012Validator(SCHEMA).validate(record)
    return found


@pytest.fixture
def three(folder: Path) -> Path:
    """Put two images and a file that is none into a folder."""
    (folder / "in").mkdir()
    for name in "ab":
        (folder / "in" / f"{name}.png").write_bytes(saved(noise("u1", 3), "PNG"))
    (folder / "in" / "c.png").write_bytes(b"no image")
    return folder / "in"


def test_every_status_follows_the_schema(invoke: Invoke, three: Path) -> None:
    planned = records(invoke("avg", three, "--dry-run", "--json", status=1).output)
    assert [record["status"] for record in planned] == ["planned", "planned", "failed"]
    assert names() == ["in"]
    written = records(invoke("avg", three, "--json", "-n", 2, status=1).output)
    assert [record["status"] for record in written] == ["written", "written", "failed"]
    assert [record["input"] for record in written] == [f"{three}/{name}.png" for name in "abc"]
    skipped = records(invoke("avg", three, "--json", "-n", 2, "-u", "-q", status=1).output)
    assert [record["status"] for record in skipped] == ["skipped", "skipped", "failed"]


@pytest.mark.parametrize(
    "options",
    [
        ["--to", "3,2"],
        ["-k", "3", "-s", "2", "-p", "same"],
        ["-k", "3", "-p", "1,0,1,2", "--dilation", "2", "--ceil"],
        ["--resize", "9x", "--filter", "laplacian", "--relu", "-g", "--last", "--no-figure"],
    ],
)
def test_every_setting_follows_the_schema(invoke: Invoke, three: Path, options: list[str]) -> None:
    (record,) = records(invoke("max", three / "a.png", "--json", *options).output)
    assert record["status"] == "written"
    assert record["operation"] == "max"


def test_a_norm_is_told_for_lp_alone(invoke: Invoke, three: Path) -> None:
    for operation, norm in (("lp", 3.0), ("avg", None)):
        options = ["--norm", "3"] if operation == "lp" else []
        (record,) = records(invoke(operation, three / "a.png", "--json", *options).output)
        settings = record["settings"]
        assert isinstance(settings, dict)
        assert settings["norm"] == norm
