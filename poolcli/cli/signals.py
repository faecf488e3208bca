"""Ends a run in good order when it is told to stop."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


# Long enough for a callback to end that drops exceptions.
AGAIN_SECONDS = 0.01


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

    `afterwards` says what holds once that is over; without it, what held before.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}
    # What the caller ignores, as nohup does, stays ignored.
    heeded = [number for number in SIGNALS if before[number] is not signal.SIG_IGN]
    for number in heeded:
        signal.signal(number, _interrupt)
    hook = sys.unraisablehook

    def interrupt_again(unraisable: sys.UnraisableHookArgs) -> None:
        if isinstance(unraisable.exc_value, Interrupted):
            _interrupt_later(unraisable.exc_value.number)
        else:
            hook(unraisable)

    sys.unraisablehook = interrupt_again
    try:
        yield
    finally:
        sys.unraisablehook = hook
        if afterwards is not None:
            afterwards()
        else:
            for number in heeded:
                signal.signal(number, before[number])


def _interrupt(number: int, _frame: FrameType | None) -> None:
    # Once is enough: what is tidied up now is not to be interrupted again.
    ignore_signals()
    raise Interrupted(number)


def _interrupt_later(number: int) -> None:
    """Deliver a signal again whose exception was dropped.

    Python drops what is raised in finalizers and in callbacks of weak references, as those of its
    import system.
    """

    def interrupt() -> None:
        time.sleep(AGAIN_SECONDS)
        signal.raise_signal(number)

    signal.signal(number, _interrupt)
    threading.Thread(target=interrupt, daemon=True).start()
