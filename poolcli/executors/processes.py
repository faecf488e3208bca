"""Start worker processes on this machine, silently and from a server without threads."""

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

# Raised if no more processes, threads or descriptors can be had.
NO_WORKERS = (OSError, EOFError, RuntimeError)


def count_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def choose_context(*modules: str) -> BaseContext:
    """Return the multiprocessing context of workers, in which `modules` are imported already.

    Workers are forked from a server process without threads: a fork of this process might copy a
    lock that a thread holds.
    """
    import multiprocessing

    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["poolcli.pipeline", "poolcli.opencv", *modules])
    return context


def get_ready(*modules: str) -> None:
    """Start the server of workers, which then begins to import `modules`.

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
    """Start processes without their standard error, including the server of workers.

    Messages of workers are returned with their jobs. The server and multiprocessing's resource
    tracker would only print tracebacks when this process is killed. SIGHUP is blocked, so that a
    closed terminal does not end them before this process.

    Raises
    ------
    RuntimeError
        If the processes would import from the current folder.
    """
    check_import_path()
    mask: Any = None
    if hasattr(signal, "pthread_sigmask"):
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    try:
        with silence(), warnings.catch_warnings():
            # A resource tracker that was killed is started again, with a warning.
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
