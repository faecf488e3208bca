"""Verifications as text: a table per operation, and a verdict."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from poolcli.captions import name_pixels, name_pooling
from poolcli.spelling import align
from poolcli.verification.records import Comparison, Verification

TITLES = ["peer", "result", "values compared", "largest difference", "allowed", "time"]
LEGEND = """
reference is a plain, slow loop. max and min must be equal, and to the reference also averages and
medians of integers. Others may differ by n·2⁻²⁴·mean|x| over the n pixels x of a window, which is
the rounding error of a sum in float32, and float64 from the reference by less; "allowed" is this
tolerance where the difference is largest. Every iteration starts from poolcli's result of the one
before. The time includes a framework's start and conversions, but not its import.
""".strip().splitlines()


def tabulate(verification: Verification, version: str) -> Iterator[str]:
    """Yield the lines of a table of one operation, with remarks below the rows.

    Parameters
    ----------
    version : str
        Of poolcli.
    """
    sizes = " → ".join(map(name_pixels, verification.shapes))
    yield f"{name_pooling(verification.pooling)}: {sizes}"
    values = sum(map(math.prod, verification.shapes))
    own = [f"poolcli {version}", "", f"{values:,}", "", "", _spell_time(verification.seconds)]
    rows = [TITLES, own, *map(_row, verification.comparisons)]
    remarks = [[], [], *map(_remarks, verification.comparisons)]
    for line, below in zip(align(rows), remarks, strict=True):
        yield f"  {line}"
        yield from below


def has_failed(found: Sequence[Verification]) -> bool:
    """Return whether a peer has another result, or an operation was compared with no peer."""
    return any(verification.mismatch or not verification.compared for verification in found)


def verdict(found: Sequence[Verification]) -> str:
    """Return the outcome of all operations in one line."""
    peers = [
        (verification.pooling.operation.name, comparison)
        for verification in found
        for comparison in verification.comparisons
    ]
    wrong = [f"{peer.name} in {name}" for name, peer in peers if peer.status == "mismatch"]
    if wrong:
        return f"MISMATCH: {', '.join(wrong)}."
    statuses = Counter(peer.status for _, peer in peers)
    counts = ", ".join(f"{number} {status}" for status, number in statuses.items())
    empty = [each.pooling.operation.name for each in found if not each.compared]
    if empty:
        return f"Nothing could be compared in {', '.join(empty)}: {counts}."
    return f"No mismatch: {counts}."


def _row(comparison: Comparison) -> list[str]:
    worst = comparison.worst
    compared = f"{comparison.compared:,}" if comparison.compared else ""
    if 0 < comparison.compared < comparison.values:
        compared += f" of {comparison.values:,}"
    return [
        f"{comparison.name} {comparison.version}".rstrip(),
        "MISMATCH" if comparison.status == "mismatch" else comparison.status,
        compared,
        f"{worst.difference:.2g}" if worst else "",
        f"{worst.tolerance:.2g}" if worst else "",
        "" if comparison.seconds is None else _spell_time(comparison.seconds),
    ]


def _remarks(comparison: Comparison) -> list[str]:
    """Return sentences that begin with the name of the peer."""
    remarks = [f"    {comparison.name} {remark}" for remark in comparison.remarks]
    worst = comparison.worst
    if worst is None or comparison.status != "mismatch":
        return remarks
    position = (
        f"    iteration {worst.iteration}, row {worst.row}, column {worst.column}, channel"
        f" {worst.channel}: poolcli {worst.ours!r}, {comparison.name} {worst.theirs!r}"
    )
    return [position, *remarks]


def _spell_time(seconds: float) -> str:
    return f"{seconds:.3f} s"
