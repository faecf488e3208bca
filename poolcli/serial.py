"""Executors that do without workers: by choice, or where no more threads are to be had."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class SerialExecutor(Executor):
    """Runs each call at once, in the thread that submits it."""

    def submit(
        self,
        call: Callable[Parameters, Result],
        /,
        *arguments: Parameters.args,
        **settings: Parameters.kwargs,
    ) -> Future[Result]:
        """Run a call; its result is there, or the exception that it raised."""
        future: Future[Result] = Future()
        try:
            future.set_result(call(*arguments, **settings))
        except Exception as error:  # noqa: BLE001 - raised again by `result`
            future.set_exception(error)
        return future


class ThreadedExecutor(ThreadPoolExecutor):
    """Runs calls in threads, or in the thread that submits them if no more can be started.

    A call may then run twice at once, so it must not matter how often it is done.
    """

    def submit(
        self,
        call: Callable[Parameters, Result],
        /,
        *arguments: Parameters.args,
        **settings: Parameters.kwargs,
    ) -> Future[Result]:
        """Start a call."""
        try:
            return super().submit(call, *arguments, **settings)
        except RuntimeError:
            return SerialExecutor().submit(call, *arguments, **settings)
