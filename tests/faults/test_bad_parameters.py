"""Options that are wrong: exit 2, one line that names them, and nothing is touched."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from conftest import Invoke, names
from provoke import picture, poolcli

WRONG = [
    ("-k 0", "--kernel"), ("-k -1", "--kernel"), ("-k 2147483648", "--kernel"),
    ("-k 99999999999999999999", "--kernel"), ("-k 1,2,3", "--kernel"), ("-k 2x", "--kernel"),
    ("-k 2x3", "--kernel"), ("-k ''", "--kernel"), ("-k", "-k"), ("-s 0", "--stride"),
    ("-s 2147483648", "--stride"), ("-s 1,2,3", "--stride"), ("-p -1", "--padding"),
    ("-p 2147483648", "--padding"), ("-p 1,2,3", "--padding"), ("-p 2", "padding"),
    ("-p 2x", "--padding"), ("--dilation 0", "--dilation"), ("--dilation 1,1,1", "--dilation"),
    ("-n 0", "--iterations"), ("-n 257", "--iterations"), ("-n 2147483648", "--iterations"),
    ("-n 2x", "--iterations"), ("-n ''", "--iterations"), ("--to 0", "--to"),
    ("--to 2147483648", "--to"), ("--to 100000,100000", "--to"), ("--to ''", "--to"),
    ("--resize 0x5", "--resize"), ("--resize x", "--resize"), ("--resize 5", "--resize"),
    ("--resize 100000x100000", "--resize"), ("--resize 2147483648x1", "--resize"),
    ("-j 0", "--jobs"), ("-j 1025", "--jobs"), ("-j x", "--jobs"), ("-j ''", "--jobs"),
    ("--max-pixels 0", "--max-pixels"), ("--max-pixels x", "--max-pixels"), ("-f bmp", "--format"),
    ("--filter sobel", "--filter"), ("--cmap nonsense", "colour map"), ("--norm 2", "--norm"),
    ("--name '{x}'", "--name"), ("--name '{'", "--name"), ("--name a/b", "--name"),
    ("--figure f.txt", "--figure"), ("-d ''", "-d"), ("-d a.png", "-d"),
    ("--nonsense", "--nonsense"), ("-k '2 3'", "--kernel"), ("--to '1 0'", "--to"),
    ("--zoom '1 0,2'", "--zoom"), ("--resize '1 0x5'", "--resize"), ("-n '1 0'", "--iterations"),
    ("-j '1 0'", "--jobs"), ("-k " + "9" * 5000, "--kernel"), ("-n " + "9" * 5000, "--iterations"),
    ("--max-pixels " + "9" * 5000, "--max-pixels"), ("--zoom 1," + "9" * 5000, "--zoom"),
    ("--resize " + "9" * 5000 + "x", "--resize"), ("--name ''", "--name"), ("-o ''", "-o"),
    ("--figure ''", "--figure"), ("--cmap ''", "--cmap"), ("--files-from ''", "--files-from"),
    ("--scheduler ''", "--scheduler"), ("--array ''", "--array"), ("--layout ''", "--layout"),
]  # fmt: skip

CONFLICTS = [
    ("--to 3 -k 2 -s 2 -p 1 --dilation 2 --ceil --exact -n 2",
     ["-k", "-s", "-p", "--dilation", "--ceil", "--exact", "-n"]),
    ("-o x.png -d out --name {stem}", ["-o", "-d", "--name"]),
    ("-o - --json -u", ["-o -", "--json", "-u"]),
    ("-o x.png -f jpg", ["-o", "-f"]),
    ("--figure f.png --no-figure", ["--figure", "--no-figure"]),
    ("-p same --ceil", ["same", "ceil"]),
]  # fmt: skip

NONSENSE = [
    ("POOLCLI_JOBS", "x"), ("POOLCLI_JOBS", "0"), ("POOLCLI_JOBS", "9" * 30),
    ("POOLCLI_JOBS", "9" * 5000), ("POOLCLI_MAX_PIXELS", "9" * 5000), ("POOLCLI_JOBS", "1 0"),
    ("POOLCLI_MAX_PIXELS", "1_0"), ("POOLCLI_MAX_PIXELS", "٣"),
    ("POOLCLI_MAX_PIXELS", "-3"), ("POOLCLI_MAX_PIXELS", "1e9"), ("POOLCLI_OUTDIR", "a.png"),
]  # fmt: skip


@pytest.fixture
def one(folder: Path) -> Path:
    """Put one picture into the working folder."""
    (folder / "a.png").write_bytes(picture())
    return folder


def words(line: str) -> list[str]:
    return [word.strip("'") for word in re.findall(r"'[^']*'|\S+", line)]


@pytest.mark.parametrize(("options", "named"), WRONG)
def test_a_wrong_value_is_refused_with_its_option(
    invoke: Invoke, one: Path, options: str, named: str
) -> None:
    start = time.monotonic()
    (line,) = invoke("max", "a.png", *words(options), status=2).errors.splitlines()
    assert time.monotonic() - start < 2
    assert line.startswith("poolcli: ")
    assert named in line
    assert names(one) == ["a.png"]


@pytest.mark.parametrize(("options", "named"), CONFLICTS)
def test_options_that_contradict_each_other_are_named_together(
    invoke: Invoke, one: Path, options: str, named: list[str]
) -> None:
    (line,) = invoke("max", "a.png", *words(options), status=2).errors.splitlines()
    assert [name for name in named if name not in line] == []
    assert names(one) == ["a.png"]


@pytest.mark.parametrize(("variable", "value"), NONSENSE)
def test_nonsense_in_a_variable_is_refused(one: Path, variable: str, value: str) -> None:
    ended = poolcli("max", "a.png", folder=one, env={**os.environ, variable: value})
    (line,) = ended.errors
    assert ended.status == 2
    assert variable in line or variable == "POOLCLI_OUTDIR"
    assert value[:20] in line
    assert len(line) < 200
    assert names(one) == ["a.png"]
