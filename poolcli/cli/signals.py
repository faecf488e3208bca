"""Ends a run in good order when it is told to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class Interrupted(BaseException):
    """A signal arrived; every `finally` on the way out still runs."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_status = 128 + number


def pass_over_signals() -> None:
    """Let signals do nothing, where no `interruptible` says otherwise."""
    for number in _heeded():
        signal.signal(number, lambda _number, _frame: None)


def ignore_signals() -> None:
    """Let the system discard signals from now on, also while the interpreter ends."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def interruptible() -> Iterator[None]:
    """Raise Interrupted when a signal asks the program to stop."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _interrupt) for number in _heeded()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _heeded() -> list[signal.Signals]:
    """List the signals that the caller does not ignore, as nohup does."""
    return [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]


def _interrupt(number: int, _frame: FrameType | None) -> None:
    # Once is enough: what is tidied up now is not to be interrupted again.
    ignore_signals()
    raise Interrupted(number)
