"""Signals become exceptions, so that everything on the way out is tidied up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from poolcli.cli.signals import SIGNALS, Interrupted, ignore_signals, interruptible


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_unwinds_and_names_its_status(number: int) -> None:
    tidied = []

    def work() -> None:
        try:
            os.kill(os.getpid(), number)
            threading.Event().wait(5)
        finally:
            tidied.append(True)

    with pytest.raises(Interrupted) as caught, interruptible():
        work()
    assert caught.value.exit_status == 128 + number
    assert tidied


def test_handlers_are_put_back() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with interruptible():
        assert [signal.getsignal(number) for number in SIGNALS] != before
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_an_ignored_signal_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptible():
            os.kill(os.getpid(), signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_thread_leaves_signals_alone() -> None:
    seen = []

    def work() -> None:
        with interruptible():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGTERM)]


def test_a_signal_after_the_work_changes_nothing() -> None:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        with interruptible(ignore_signals):
            pass
        for number in SIGNALS:
            os.kill(os.getpid(), number)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_a_second_signal_does_not_disturb_the_tidying_up() -> None:
    tidied = []

    def work() -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            threading.Event().wait(5)
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            tidied.append(True)

    with pytest.raises(Interrupted) as caught, interruptible():
        work()
    assert caught.value.exit_status == 143
    assert tidied


LATE = """
import os, signal, sys
from poolcli.__main__ import run

class Late:
    def __del__(self, kill=os.kill, process=os.getpid(), number=signal.{name}):
        kill(process, number)

sys.late = Late()
sys.argv[1:] = ["--version"]
sys.exit(run())
"""


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_while_the_interpreter_ends_changes_nothing(number: signal.Signals) -> None:
    program = LATE.format(name=number.name)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_that_arrives_in_a_finalizer_is_heeded(number: int) -> None:
    class Finalized:
        def __del__(self) -> None:
            # Python drops what is raised here.
            signal.raise_signal(number)

    def work() -> None:
        thing = Finalized()
        del thing
        threading.Event().wait(5)

    hook = sys.unraisablehook
    with pytest.raises(Interrupted) as caught, interruptible():
        work()
    assert caught.value.exit_status == 128 + number
    assert sys.unraisablehook is hook


def test_a_run_that_hangs_on_its_way_out_is_ended() -> None:
    program = """
import signal, threading
from poolcli.cli import signals
signals.END_SECONDS = 0.2
with signals.interruptible(signals.ignore_signals):
    try:
        signal.raise_signal(signal.SIGTERM)
    finally:
        threading.Event().wait()
"""
    ended = subprocess.run([sys.executable, "-c", program], timeout=60, check=False)
    assert ended.returncode == 128 + signal.SIGTERM
