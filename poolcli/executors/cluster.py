"""Run jobs on a Dask cluster, an existing one or one started on this machine.

Dask assigns calls to workers, and those of a dead worker to another one.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import Any
from weakref import WeakSet

import dask

from poolcli import __version__
from poolcli.errors import EngineError
from poolcli.executors.engine import Pace
from poolcli.executors.processes import check_import_path, start_method

CONNECT_SECONDS = 10
WORKERS_SECONDS = 30
COUNT_SECONDS = 5
GRACE_SECONDS = 1.0

# Images per call, which costs Dask's scheduler about a millisecond, and calls per thread that wait.
IMAGES_PER_CALL = 16
CALLS_AHEAD = 4

LOST = "the connection to the Dask scheduler at {} is lost; run again with -u to do the rest"
REMEDY = "install one version everywhere"

# Dask's workers profile themselves every 10 ms by default.
CONFIGURATION = {
    "distributed.worker.profile.enabled": False,
    "distributed.scheduler.active-memory-manager.start": False,
}

# The threads of a worker share its current folder and standard error.
_alone = threading.Lock()


class ClusterExecutor(Executor):
    """Runs calls on the workers of a Dask cluster.

    Parameters
    ----------
    address : str or None
        Address of a scheduler; None to start a cluster on this machine.
    workers : int
        Number of workers to start on this machine.
    """

    def __init__(self, address: str | None, workers: int) -> None:
        self._opened = ExitStack()
        self._opened.enter_context(_quiet())
        try:
            self._client = self._connect(address, workers)
            self.address = address or self._client.scheduler.address
            self._wait_for_workers()
            self._check_versions()
        except BaseException:
            self._opened.close()
            raise
        self.shortage: str | None = None
        self._threads, self._counted = 0, -float("inf")
        self._under_way: WeakSet[GroupFuture] = WeakSet()

    def pace(self, jobs: int) -> Pace:
        """Return how to submit jobs to the threads of all workers that there are now."""
        if time.monotonic() - self._counted > COUNT_SECONDS:
            with _connected(self.address):
                self._threads = max(sum(self._client.nthreads().values()), 1)
            self._counted = time.monotonic()
        ahead = CALLS_AHEAD * self._threads
        group = max(1, min(IMAGES_PER_CALL, jobs // ahead))
        return Pace(group, ahead * group)

    def submit(self, call: Callable[..., Any], /, *arguments: Any, **settings: Any) -> Future[Any]:
        """Submit a call; its result raises BrokenExecutor if it killed several workers."""
        with _connected(self.address):
            if self._client.status != "running":
                raise OSError
            future = GroupFuture(
                self._client.submit(
                    _at_work,
                    __version__,
                    _folder(),
                    partial(call, **settings),
                    *arguments,
                    pure=False,
                ),
                self.address,
            )
        self._under_way.add(future)
        return future

    def drain(self) -> bool:
        """Wait until no call is under way, and return True."""
        for future in tuple(self._under_way):
            with suppress(Exception):
                future.result()
        return True

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """Cancel pending calls and disconnect; end a cluster that was started on this machine."""
        self._opened.close()

    def _connect(self, address: str | None, workers: int) -> Any:
        from distributed import Client, LocalCluster

        if address is None:
            check_import_path()
            # Dask's default folder has a known name in a folder where other users can write, and
            # is first on the import path of workers.
            scratch = tempfile.mkdtemp(prefix="poolcli-")
            self._opened.callback(shutil.rmtree, scratch, ignore_errors=True)
            self._opened.enter_context(dask.config.set({"temporary-directory": scratch}))
            self._opened.callback(_stop_children)
            cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address=None,
                memory_limit=0,
            )
            self._opened.callback(_end, cluster)
            client = Client(cluster)
        else:
            try:
                client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
            except (OSError, ValueError, TypeError) as error:
                reason = f": {error}" if isinstance(error, ValueError) else ""
                raise EngineError(f"no Dask scheduler answers at {address}{reason}") from None
        self._opened.callback(client.close, timeout=CONNECT_SECONDS)
        return client

    def _wait_for_workers(self) -> None:
        try:
            self._client.wait_for_workers(1, timeout=WORKERS_SECONDS)
        except TimeoutError:
            raise EngineError(
                f"the Dask scheduler at {self.address} has no workers;"
                f" start some: dask worker {self.address}"
            ) from None

    def _check_versions(self) -> None:
        def version() -> str | None:
            # Pickled by value, since poolcli may be missing there.
            try:
                import poolcli
            except ImportError:
                return None
            return poolcli.__version__

        version.__module__ = "__main__"
        with _connected(self.address):
            found = self._client.run(version)
        for worker, there in found.items():
            _check_version(__version__, there, f"the worker at {worker}")


class GroupFuture(Future[Any]):
    """A call on the cluster as a future of concurrent.futures; fetched when it is needed.

    Dask's own adapter loses a result whose worker dies while it is fetched.
    """

    def __init__(self, inner: Any, address: str) -> None:
        super().__init__()
        self._inner, self._address = inner, address

    def result(self, timeout: float | None = None) -> Any:
        """Wait for the outcome."""
        from distributed import KilledWorker

        if not self.done():
            try:
                self.set_result(self._inner.result(timeout))
            except KilledWorker as error:
                self.set_exception(BrokenExecutor(str(error)))
            except ImportError as error:
                self.set_exception(EngineError(f"a worker cannot load poolcli ({error}); {REMEDY}"))
            except Exception as error:  # noqa: BLE001 - exceptions of the call are raised here
                raised = self._inner.status == "error"
                self.set_exception(error if raised else EngineError(LOST.format(self._address)))
        return super().result()


@contextmanager
def _connected(address: str) -> Iterator[None]:
    """Turn Dask's errors for a lost scheduler into an EngineError."""
    from distributed.client import ClosedClientError

    try:
        yield
    except (OSError, CancelledError, ClosedClientError):
        raise EngineError(LOST.format(address)) from None


def _end(cluster: Any) -> None:
    """End a cluster that was started on this machine, without waiting for its calls."""
    for nanny in cluster.workers.values():
        nanny.auto_restart = False
    _stop_children()
    cluster.close()


def _stop_children() -> None:
    """End the worker processes that were started on this machine."""
    import multiprocessing

    children = multiprocessing.active_children()
    for child in children:
        child.terminate()
    for child in children:
        child.join(GRACE_SECONDS)
        if child.is_alive():
            child.kill()
            child.join()


def _at_work(version: str, folder: str | None, call: Callable[..., Any], *arguments: Any) -> Any:
    """Run a call on a worker, in the folder of the caller, one call at a time."""
    _check_version(version, __version__, "a worker")
    with _alone, _in_folder(folder):
        return call(*arguments)


def _check_version(here: str, there: str | None, worker: str) -> None:
    """Raise EngineError if versions differ, which might write different bytes."""
    if there != here:
        raise EngineError(
            f"{worker} has {f'poolcli {there}' if there else 'no poolcli'}, and this is {here};"
            f" {REMEDY}"
        )


@contextmanager
def _in_folder(folder: str | None) -> Iterator[None]:
    """Change the current folder to that of the caller, for relative paths."""
    before = _folder()
    if folder is not None and folder != before:
        with suppress(OSError):
            os.chdir(folder)
    try:
        yield
    finally:
        if before is not None and folder != before:
            os.chdir(before)


def _folder() -> str | None:
    try:
        return os.getcwd()  # noqa: PTH109 - a path is text
    except OSError:
        return None


@contextmanager
def _quiet() -> Iterator[None]:
    """Configure Dask without its messages and its slow defaults."""
    method = {"distributed.worker.multiprocessing-method": start_method()}
    with warnings.catch_warnings(), dask.config.set(CONFIGURATION | method):
        warnings.simplefilter("ignore")
        before = logging.root.manager.disable
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(before)
