"""The fuzzer runs, counts, and sees what it is there to see."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

FUZZ = Path(__file__).parent / "fuzz"
BROKEN = """
import runpy, sys
import poolcli.images.reading
poolcli.images.reading.parse_text = lambda content, most: 1 // 0
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def fuzz(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    arguments = ["--executions", "250", "--seed", "7", "--keep", str(folder)]
    paths = [str(FUZZ.parent), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    return subprocess.run(
        [sys.executable, *command, *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_fuzzer_finds_nothing_and_reaches_pooling_by_every_format(tmp_path: Path) -> None:
    ended = fuzz(tmp_path, str(FUZZ))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "250 executions, 0 found" in ended.stdout
    shares = re.findall(
        r"^(\w+) +\d+ executions, +(\d+)% reached pooling$", ended.stdout, re.MULTILINE
    )
    assert len(shares) == 15
    assert sum(int(share) for _, share in shares) / len(shares) > 10


def test_the_fuzzer_keeps_what_it_finds(tmp_path: Path) -> None:
    program = f"import sys; sys.argv[0] = {str(FUZZ)!r}\n{BROKEN}"
    ended = fuzz(tmp_path, "-c", program)
    assert ended.returncode == 1
    assert "internal error: ZeroDivisionError" in ended.stdout
    notes = [path.read_text() for path in tmp_path.glob("*.note")]
    assert notes
    assert all("ZeroDivisionError" in note for note in notes)
