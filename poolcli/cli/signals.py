"""Ends a run in good order when it is told to stop."""

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

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


# Long enough for a callback to end that drops exceptions.
AGAIN_SECONDS = 0.01
# Longer than an orderly end takes.
END_SECONDS = 10


class Interrupted(BaseException):
    """A signal arrived; every `finally` on the way out still runs."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number
        self.exit_status = 128 + number


def ignore_signals() -> None:
    """Let the system discard signals from now on, also while the interpreter ends."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def interruptible(afterwards: Callable[[], None] | None = None) -> Iterator[None]:
    """Raise Interrupted when a signal asks the program to stop.

    Parameters
    ----------
    afterwards : callable or None
        What to do about signals once that is over; None to restore the handlers of before.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ended = threading.Event()

    def interrupt(number: int, _frame: FrameType | None) -> NoReturn:
        # Once is enough: what is tidied up now is not to be interrupted again.
        ignore_signals()
        _start(lambda: _end_at_last(number, ended))
        raise Interrupted(number)

    def interrupt_again(unraisable: sys.UnraisableHookArgs) -> None:
        """Deliver a signal again whose exception was dropped.

        Python drops what is raised in finalizers and in callbacks of weak references, as those of
        its import system.
        """
        if isinstance(unraisable.exc_value, Interrupted):
            number = unraisable.exc_value.number
            signal.signal(number, interrupt)
            _start(lambda: _raise_later(number))
        else:
            hook(unraisable)

    before = {number: signal.getsignal(number) for number in SIGNALS}
    hook, sys.unraisablehook = sys.unraisablehook, interrupt_again
    # What the caller ignores, as nohup does, stays ignored.
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
    # Where no more threads are allowed, the signal alone has to do.
    with suppress(RuntimeError):
        threading.Thread(target=call, daemon=True).start()


def _raise_later(number: int) -> None:
    """Raise a signal once the callback that dropped its exception is over."""
    time.sleep(AGAIN_SECONDS)
    signal.raise_signal(number)


def _end_at_last(number: int, ended: threading.Event) -> None:
    """End the process if it does not end by itself.

    Two threads that import may wait for each other for ever once one of them is interrupted.
    """
    if not ended.wait(END_SECONDS):
        os._exit(128 + number)
