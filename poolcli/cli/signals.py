"""Turn signals into exceptions, so that a run cleans up before it ends."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

# SIGBREAK, on Windows alone, arrives with Ctrl-Break and when the console is closed.
NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
SIGNALS = tuple(getattr(signal, name) for name in NAMES if hasattr(signal, name))


# Longer than a callback takes whose exceptions Python discards.
AGAIN_SECONDS = 0.01
# Longer than cleaning up takes.
END_SECONDS = 10


class Interrupted(BaseException):
    """A signal arrived; every `finally` on the way out still runs."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number
        self.exit_status = 128 + number


def ignore_signals() -> None:
    """Ignore signals from now on, also while the interpreter ends."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def interruptible(afterwards: Callable[[], None] | None = None) -> Iterator[None]:
    """Raise Interrupted when the process receives SIGINT, SIGTERM or SIGHUP.

    Parameters
    ----------
    afterwards : callable or None
        Called at the end instead of restoring the previous handlers.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ended = threading.Event()

    def interrupt(number: int, _frame: FrameType | None) -> NoReturn:
        # Further signals must not interrupt the cleaning up.
        ignore_signals()
        _start(lambda: _end_at_last(number, ended))
        raise Interrupted(number)

    def interrupt_again(unraisable: sys.UnraisableHookArgs) -> None:
        """Raise a signal again if Python has discarded its exception.

        Python discards exceptions in finalizers and in callbacks of weak references, such as those
        of its import system.
        """
        if isinstance(unraisable.exc_value, Interrupted):
            number = unraisable.exc_value.number
            signal.signal(number, interrupt)
            _start(lambda: _raise_later(number))
        else:
            hook(unraisable)

    before = {number: signal.getsignal(number) for number in SIGNALS}
    hook, sys.unraisablehook = sys.unraisablehook, interrupt_again
    # Signals that the caller ignores, as nohup does, stay ignored.
    heeded = [number for number in SIGNALS if before[number] is not signal.SIG_IGN]
    for number in heeded:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        sys.unraisablehook = hook
        if afterwards is not None:
            afterwards()
        else:
            ended.set()
            for number in heeded:
                signal.signal(number, before[number])


def _start(call: Callable[[], None]) -> None:
    # If no more threads are allowed, the run goes on without this one.
    with suppress(RuntimeError):
        threading.Thread(target=call, daemon=True).start()


def _raise_later(number: int) -> None:
    """Raise a signal after the callback whose exception was discarded."""
    time.sleep(AGAIN_SECONDS)
    signal.raise_signal(number)


def _end_at_last(number: int, ended: threading.Event) -> None:
    """End the process if it does not end by itself.

    Two threads that import modules may deadlock after one of them was interrupted.
    """
    if not ended.wait(END_SECONDS):
        os._exit(128 + number)
