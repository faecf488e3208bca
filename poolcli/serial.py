"""An executor without workers, for where one core is all there is."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
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
        """Run a call; what it raises is raised here."""
        future: Future[Result] = Future()
        future.set_result(call(*arguments, **settings))
        return future
