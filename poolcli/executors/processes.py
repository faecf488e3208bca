"""Start worker processes on this machine, silently and from a server without threads."""

from __future__ import annotations

import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from poolcli.silence import silence
from poolcli.vocabulary import LARGEST_JOBS

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext

# Raised if no more processes, threads or descriptors can be had.
NO_WORKERS = (OSError, EOFError, RuntimeError)

# Windows waits for at most 63 handles at a time, and a worker that starts has two: its pipe and its
# process.
MOST_WORKERS = 31 if sys.platform == "win32" else LARGEST_JOBS


def start_method() -> str:
    """Return how worker processes are started: `forkserver` on Linux, else `spawn`.

    Workers are forked from a server process without threads: a fork of this process might copy a
    lock that a thread holds. On macOS, libraries that are loaded already may fail after a fork, so
    Python's default there is `spawn`, as on Windows. The server needs a folder for temporary files.
    """
    import multiprocessing
    import tempfile

    # The first one is the default of the platform.
    default, *others = multiprocessing.get_all_start_methods()
    if default == "spawn" or "forkserver" not in (default, *others):
        return "spawn"
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        return "spawn"
    return "forkserver"


def choose_context(*modules: str) -> BaseContext:
    """Return the multiprocessing context of workers, which import `modules` before they start."""
    import multiprocessing

    context = multiprocessing.get_context(start_method())
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload(["poolcli.pipeline", "poolcli.opencv", *modules])
    return context


def get_ready(*modules: str) -> None:
    """Start the server of workers, which then begins to import `modules`.

    Raises
    ------
    OSError, EOFError or RuntimeError
        If it cannot be started.
    """
    # Workers that are spawned import everything themselves.
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
    with _hangup_blocked(), silence(), warnings.catch_warnings():
        # A resource tracker that was killed is started again, with a warning.
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _hangup_blocked() -> Iterator[None]:
    """Block SIGHUP in this thread, and in processes that are started meanwhile."""
    hangup = getattr(signal, "SIGHUP", None)
    if sys.platform == "win32" or hangup is None:
        yield
        return
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {hangup})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def check_import_path() -> None:
    """Raise RuntimeError if Python ignores PYTHONSAFEPATH, which the command sets at start-up.

    Multiprocessing starts its helpers as `python -c`, which imports from the current folder first:
    a `multiprocessing.py` in a folder of images would be run.
    """
    if sys.flags.ignore_environment and not sys.flags.safe_path:
        raise RuntimeError("python -E needs -P too, or workers import from the current folder")
