"""Goal 1 for the rows of the core: groups of cells, their peers and their limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from benchmarks.core import Result
from benchmarks.image_peers import PEERS
from benchmarks.report import Goal
from benchmarks.rows import Cell
from benchmarks.timing import geometric_mean

AREA = "OpenCV INTER_AREA"
BOX = "OpenCV boxFilter"
EXACT = tuple(peer.name for peer in PEERS if not peer.rounds)
ROUNDING = tuple(peer.name for peer in PEERS if peer.rounds)
BUT_AREA = tuple(name for name in EXACT if name != AREA)


@dataclass(frozen=True)
class Judgement:
    """A group of cells, the peers that count, and the limits of the ratio to the fastest.

    Attributes
    ----------
    worst, mean : (limit, wish) or None
        For the largest ratio of all cells, and for the geometric mean of the ratios.
    """

    what: str
    belongs: Callable[[Cell], bool]
    peers: Sequence[str]
    worst: tuple[float, float | None] | None = None
    mean: tuple[float, float | None] | None = None


def _is_extreme(cell: Cell) -> bool:
    return cell.operation in ("max", "min")


def _is_average(cell: Cell) -> bool:
    return cell.operation == "avg"


def _is_small_step(cell: Cell) -> bool:
    return cell.stride > 1 and cell.kernel <= 7


def _is_dense(cell: Cell) -> bool:
    return not _is_small_step(cell)


JUDGEMENTS = (
    Judgement(
        "max and min, stride > 1, to the fastest peer",
        lambda cell: _is_extreme(cell) and cell.stride > 1,
        EXACT,
        worst=(1.0, None),
        mean=(0.6, 0.5),
    ),
    Judgement(
        "max and min, stride 1, k ≤ 31, to OpenCV",
        lambda cell: _is_extreme(cell) and cell.stride == 1 and cell.kernel <= 31,
        ("OpenCV",),
        worst=(1.8, 1.0),
    ),
    Judgement(
        "max and min, stride 1, k = 63, to OpenCV",
        lambda cell: _is_extreme(cell) and cell.stride == 1 and cell.kernel > 31,
        ("OpenCV",),
        worst=(1.0, None),
    ),
    Judgement(
        "avg, stride > 1, k ≤ 7, 8 and 16 bit, to the fastest unrounded peer",
        lambda cell: _is_average(cell) and _is_small_step(cell) and cell.dtype != "float32",
        EXACT,
        worst=(1.0, None),
        mean=(0.6, None),
    ),
    Judgement(
        "avg, k = s, float32, to INTER_AREA",
        lambda cell: _is_average(cell) and cell.kernel == cell.stride and cell.dtype == "float32",
        (AREA,),
        worst=(2.3, 1.0),
    ),
    Judgement(
        "avg, stride > 1, k ≤ 7, float32, to the fastest but INTER_AREA",
        lambda cell: _is_average(cell) and _is_small_step(cell) and cell.dtype == "float32",
        BUT_AREA,
        worst=(1.0, None),
    ),
    Judgement(
        "avg, stride 1, k ≤ 7, to boxFilter",
        lambda cell: _is_average(cell) and _is_dense(cell) and cell.kernel <= 7,
        (BOX,),
        worst=(2.2, 1.5),
    ),
    Judgement(
        "avg, k > 7, to boxFilter",
        lambda cell: _is_average(cell) and _is_dense(cell) and cell.kernel > 7,
        (BOX,),
        worst=(3.5, 1.5),
    ),
)


def core_goals(results: Iterable[Result]) -> list[Goal]:
    """Return the goals of the core's cells."""
    results = list(results)
    goals = []
    for judgement in JUDGEMENTS:
        ratios = {}
        for result in results:
            if judgement.belongs(result.cell):
                ratio = result.ratio(judgement.peers)
                if ratio is not None:
                    ratios[str(result.cell)] = ratio
        if not ratios:
            continue
        worst = max(ratios, key=lambda name: ratios[name])
        ahead = sum(ratio < 1 for ratio in ratios.values())
        if judgement.worst:
            where = f"{worst}; ahead in {ahead} of {len(ratios)}"
            what = f"{judgement.what}: worst"
            goals.append(Goal(1, what, ratios[worst], *judgement.worst, where))
        if judgement.mean:
            what = f"{judgement.what}: geometric mean"
            mean = geometric_mean(ratios.values())
            goals.append(Goal(1, what, mean, *judgement.mean, f"{len(ratios)} rows"))
    return goals
