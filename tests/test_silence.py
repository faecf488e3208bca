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


@pytest.mark.parametrize("memory", [True, False])
def test_without_a_null_device_the_work_goes_on(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, memory: bool
) -> None:
    monkeypatch.setattr(os, "devnull", "/dev/missing")
    if not memory:
        monkeypatch.delattr(os, "memfd_create")
    with silence():
        os.write(2, b"noise ")
    os.write(2, b"from us")
    assert capfd.readouterr().err == ("from us" if memory else "noise from us")


def test_a_stream_is_abandoned_without_a_null_device() -> None:
    code = (
        "import os, sys; os.devnull = '/dev/missing'\n"
        "from poolcli.silence import abandon\n"
        "sys.stdout.write('left'); abandon(sys.stdout)"
    )
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        ended = subprocess.run([sys.executable, "-c", code], stdout=full, stderr=-1, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")
