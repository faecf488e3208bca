"""How worker processes of this machine are started: safely, silently and from a clean server."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from poolcli.silence import silence

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext

# Raised where no more processes, threads or descriptors can be had.
NO_WORKERS = (OSError, EOFError, RuntimeError)


def count_cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def choose_context(*modules: str) -> BaseContext:
    """Return the multiprocessing context of all workers; they find `modules` imported.

    Workers come from a server process that has no threads: a plain fork of this process might
    copy a lock that a thread holds.
    """
    import multiprocessing

    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["poolcli.pipeline", "poolcli.opencv", *modules])
    return context


def get_ready(*modules: str) -> None:
    """Start the server that makes workers, and let it begin to import.

    Raises
    ------
    OSError, EOFError or RuntimeError
        If it cannot be started.
    """
    if choose_context(*modules).get_start_method() == "forkserver":
        from multiprocessing import forkserver

        with starting():
            forkserver.ensure_running()


@contextmanager
def starting() -> Iterator[None]:
    """Start processes safely and silently, the server of workers and its tracker included.

    What a worker has to say comes back with its job. Those two would only print tracebacks when
    this process is killed; a closed terminal must not end them before it.
    """
    check_import_path()
    mask: Any = None
    if hasattr(signal, "pthread_sigmask"):
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    try:
        with silence(), warnings.catch_warnings():
            # A tracker that was killed is started anew, with a warning.
            warnings.simplefilter("ignore")
            yield
    finally:
        if mask is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def check_import_path() -> None:
    """Raise RuntimeError if Python ignores PYTHONSAFEPATH, which the command sets at start-up.

    Multiprocessing starts its helpers as `python -c`, which imports from the current folder first:
    a `multiprocessing.py` in a folder of images would be run.
    """
    if sys.flags.ignore_environment and not sys.flags.safe_path:
        raise RuntimeError("python -E needs -P too, or workers import from the current folder")
