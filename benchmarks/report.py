"""Results of a run as a page of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.timing import Times


@dataclass(frozen=True)
class Goal:
    """A number that must not be above a limit, or below it with `at_least`.

    Attributes
    ----------
    number : int
        The number of its goal.
    what : str
        The measured quantity.
    value, limit : float
        The measured and the required number.
    wish : float or None
        A better number than the limit, to aim for.
    where : str
        The row with the measured number.
    """

    number: int
    what: str
    value: float
    limit: float
    wish: float | None = None
    where: str = ""
    at_least: bool = False

    @property
    def reached(self) -> bool:
        """Return whether the limit is kept."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit


@dataclass(frozen=True)
class Table:
    """Rows of text under a header, with remarks below."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Section:
    """The results of one part of a run."""

    title: str
    tables: Sequence[Table]
    goals: Sequence[Goal] = field(default=())


def render(about: Sequence[str], sections: Sequence[Section]) -> str:
    """Return the page."""
    goals = sorted((goal for section in sections for goal in section.goals), key=lambda g: g.number)
    lines = ["# Results", "", *about, ""]
    if goals:
        reached = sum(goal.reached for goal in goals)
        lines += ["## Goals", "", f"{reached} of {len(goals)} reached.", ""]
        lines += [
            *_table(["goal", "what", "measured", "limit", "wish", "row", ""], map(_goal, goals))
        ]
        lines += [""]
    for section in sections:
        lines += [f"## {section.title}", ""]
        for table in section.tables:
            lines += [f"### {table.title}", "", *_table(table.header, table.rows), ""]
            lines += [line for note in table.notes for line in (note, "")]
    return "\n".join(lines).rstrip() + "\n"


def duration(times: Times | None) -> str:
    """Return a median with its spread as text, in a suitable unit."""
    if times is None:
        return "–"
    text = seconds(times.median)
    return f"≈ {text}" if times.estimated else f"{text} ±{times.spread:.0%}"


def seconds(value: float) -> str:
    """Return a time as text with three digits."""
    for unit, factor in (("s", 1.0), ("ms", 1e3)):
        if abs(value) * factor >= 1:
            return f"{_digits(value * factor)} {unit}"
    return f"{_digits(value * 1e6)} µs"


def megabytes(value: float) -> str:
    """Return a number of bytes as text."""
    return f"{value / 1e6:.1f} MB"


def ratio(value: float | None) -> str:
    """Return a ratio as text."""
    return "–" if value is None else f"{value:.2f}"


def _digits(value: float) -> str:
    decimals = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:.{decimals}f}"


def _goal(goal: Goal) -> list[str]:
    relation = "≥" if goal.at_least else "≤"
    return [
        str(goal.number),
        goal.what,
        f"{goal.value:.2f}",
        f"{relation} {goal.limit:g}",
        f"{relation} {goal.wish:g}" if goal.wish is not None else "",
        goal.where,
        "reached" if goal.reached else "**missed**",
    ]


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
