"""Print the paths, messages, progress and summary of a run."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from poolcli import storage
from poolcli.captions import name_unused
from poolcli.cli.messages import complain, name_input
from poolcli.cli.output import Output
from poolcli.cli.records import as_dict
from poolcli.storage import is_regular

if TYPE_CHECKING:
    from tqdm import tqdm

    from poolcli.batch import Report
    from poolcli.pipeline import Record, Settings


class Console:
    """Reports the progress and outcome of a run.

    Parameters
    ----------
    total : int
        Number of inputs.
    quiet, verbose : bool
        Print errors only; print sizes, unused pixels and times too.
    as_json : bool
        Print one JSON object per input instead of paths.
    """

    def __init__(
        self, total: int, *, quiet: bool = False, verbose: bool = False, as_json: bool = False
    ) -> None:
        self.total, self.quiet, self.verbose, self.as_json = total, quiet, verbose, as_json
        self.bar: tqdm[Any] | None = None
        self.output = Output(needed=as_json)

    def __enter__(self) -> Self:
        if self.total > 1 and not self.quiet and sys.stderr.isatty():
            from tqdm import tqdm

            with suppress(OSError, ValueError):
                self.bar = tqdm(total=self.total, unit="image", leave=False)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.bar is not None:
            with suppress(OSError, ValueError):
                self.bar.close()

    def show(self, record: Record, settings: Settings) -> None:
        """Print the outcome of an input."""
        if self.bar is not None:
            with suppress(OSError, ValueError):
                self.bar.clear()
        for line in self._messages(record):
            complain(f"{name_input(record.job.source)}: {line}")
        if self.as_json:
            self._print_json(record, settings)
        elif record.status == "planned":
            self.output.print(*_planned(record))
        elif record.status == "written" and not self.quiet:
            self.output.print_paths(*(p for p in record.job.paths if not storage.is_stream(p)))
        if self.bar is not None:
            with suppress(OSError, ValueError):
                self.bar.update()

    def show_ignored(self, paths: Sequence[str], settings: Settings) -> None:
        """Print the files in folders that are not read, with -v and --json."""
        if not (self.verbose or self.as_json):
            return
        from poolcli.pipeline import Job, Record

        for path in paths:
            reason = "not an image suffix" if is_regular(path) else "not a regular file"
            if self.verbose:
                complain(f"{path}: skipped: {reason}")
            if self.as_json:
                self._print_json(Record(Job(path, ()), "ignored", warnings=(reason,)), settings)

    def summarise(self, report: Report, ignored: Sequence[str] = ()) -> None:
        """Print the number of inputs per outcome, warnings, and the number of ignored files."""
        if report.broken_off is not None:
            complain(report.broken_off)
        if self.quiet:
            return
        for warning in report.warnings:
            complain(f"warning: {warning}")
        if ignored:
            from poolcli.plan import count_ignored

            for line in count_ignored(ignored):
                complain(line)
        if self.total == 1 and not report.counts["failed"]:
            return
        kinds = ("written", "planned", "skipped", "failed")
        always = ("failed",) if report.counts["planned"] else ("written", "failed")
        parts = [f"{report.counts[k]} {k}" for k in kinds if report.counts[k] or k in always]
        complain(f"{', '.join(parts)} of {self.total}")

    def _print_json(self, record: Record, settings: Settings) -> None:
        import json

        self.output.print(json.dumps(as_dict(record, settings)))

    def _messages(self, record: Record) -> Iterator[str]:
        if record.error is not None:
            yield record.error
        if not self.quiet:
            yield from (f"warning: {warning}" for warning in record.warnings)
        if self.verbose:
            if record.trace is not None:
                yield from record.trace.splitlines()
            yield from _details(record)


def _details(record: Record) -> Iterator[str]:
    if record.status == "skipped":
        yield "up to date"
    if record.status != "written":
        return
    yield f"prepared: {_shape(record.shape)}, {record.dtype}"
    for number, iteration in enumerate(record.iterations, start=1):
        size = f"iteration {number}: {_shape(iteration.shape)}"
        unused = name_unused(iteration.dropped, iteration.skipped)
        yield f"{size}, {unused}" if unused else size
    yield f"{record.seconds:.2f} s"


def _planned(record: Record) -> list[str]:
    shapes = [record.shape, *(iteration.shape for iteration in record.iterations)]
    chain = " -> ".join(map(_shape, shapes))
    return [f"{name_input(record.job.source)}: {chain}", *(f"  {p}" for p in record.job.paths)]


def _shape(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
