"""Standard error, kept from others."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress

import pytest

from poolcli.silence import silence, standard_error, write_error


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


def test_lines_written_to_standard_error_are_collected_and_may_be_passed_on(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with standard_error() as lines:
        os.write(2, b"one\ntwo\nthree")
        assert not lines
    assert lines == [b"one\n", b"two\n", b"three"]
    assert capfd.readouterr().err == ""
    write_error(lines[1])
    assert capfd.readouterr().err == "two\n"


def test_standard_error_comes_back_after_an_exception(capfd: pytest.CaptureFixture[str]) -> None:
    with suppress(ZeroDivisionError), standard_error():
        os.write(2, b"lost")
        print(1 // 0)
    os.write(2, b"seen")
    assert capfd.readouterr().err == "seen"


@pytest.mark.parametrize("memory", [True, False])
def test_output_to_a_closed_standard_error_is_collected_too(memory: bool) -> None:
    program = f"""
import os, tempfile
if not {memory}:
    del os.memfd_create
os.close(2)
from poolcli.silence import standard_error, write_error
with standard_error() as lines:
    os.write(2, b"heard")
write_error(b"lost")
try:
    os.fstat(2)
except OSError:
    print(lines)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert ended.stdout == b"[b'heard']\n"
