"""All that is printed: paths, messages, progress and the summary."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from poolcli.geometry import count_lines

if TYPE_CHECKING:
    from tqdm import tqdm

    from poolcli.batch import Report
    from poolcli.pipeline import Record


def complain(message: str) -> None:
    """Print one line on standard error, whatever the message holds."""
    line = f"poolcli: {printable(message)}\n"
    # A full disk or a closed terminal must not end the work.
    with suppress(OSError, ValueError):
        sys.stderr.write(line)
        sys.stderr.flush()


def printable(text: str) -> str:
    """Replace what a terminal would obey rather than show, and what it cannot encode."""
    shown = "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text
    )
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    return shown.encode(encoding, "backslashreplace").decode(encoding)


class Console:
    """Tells the user how a run goes.

    Parameters
    ----------
    total : int
        How many inputs there are.
    quiet, verbose : bool
        Print errors only; or sizes, unused pixels and times too.
    """

    def __init__(self, total: int, *, quiet: bool = False, verbose: bool = False) -> None:
        self.total, self.quiet, self.verbose = total, quiet, verbose
        self.bar: tqdm[Any] | None = None

    def __enter__(self) -> Self:
        if self.total > 1 and not self.quiet and sys.stderr.isatty():
            from tqdm import tqdm

            self.bar = tqdm(total=self.total, unit="image", leave=False)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.bar is not None:
            self.bar.close()

    def show(self, record: Record) -> None:
        """Tell what became of an input."""
        name = record.job.source if record.job.source != "-" else "standard input"
        lines = []
        if record.error is not None:
            lines.append(f"{name}: {record.error}")
        if not self.quiet:
            lines += [f"{name}: warning: {warning}" for warning in record.warnings]
        if self.verbose and record.status == "written":
            lines += [f"{name}: {line}" for line in _details(record)]
        if self.bar is not None:
            self.bar.clear()
        for line in lines:
            complain(line)
        if record.status == "written" and not self.quiet:
            _print_places([place for place in record.job.places if place != "-"])
        if self.bar is not None:
            self.bar.update()

    def summarise(self, report: Report) -> None:
        """Tell how many inputs ended how."""
        if not self.quiet and (self.total > 1 or report.failed):
            complain(f"{report.written} written, {report.failed} failed of {self.total}")


def _details(record: Record) -> list[str]:
    lines = [f"prepared: {_shape(record.shape)}, {record.dtype}"]
    for number, iteration in enumerate(record.iterations, start=1):
        unused = [
            f"{count_lines(pair)} {what}"
            for what, pair in (("dropped", iteration.dropped), ("skipped", iteration.skipped))
            if any(pair)
        ]
        lines.append(", ".join([f"iteration {number}: {_shape(iteration.shape)}", *unused]))
    return [*lines, f"{record.seconds:.2f} s"]


def _shape(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))


def _print_places(places: list[str]) -> None:
    """Print paths byte for byte, for scripts; a terminal gets them printable."""
    stream = sys.stdout
    if stream.isatty():
        stream.write("".join(f"{printable(place)}\n" for place in places))
    else:
        stream.flush()
        stream.buffer.write(b"".join(os.fsencode(place) + b"\n" for place in places))
    stream.flush()
