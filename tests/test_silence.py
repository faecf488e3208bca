"""Standard error, kept from others."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from poolcli.silence import silence


def test_nothing_reaches_standard_error_and_then_it_is_back(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with silence():
        os.write(2, b"from a library")
        subprocess.run([sys.executable, "-c", "print(1 / 0)"], check=False)
    os.write(2, b"from us")
    assert capfd.readouterr().err == "from us"


def test_a_closed_standard_error_stays_closed() -> None:
    code = (
        "import os; os.close(2)\n"
        "from poolcli.silence import silence\n"
        "with silence(): pass\n"
        "try: os.fstat(2)\n"
        "except OSError: print('closed')"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert ended.stdout == b"closed\n"
