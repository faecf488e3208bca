"""Times poolcli and its peers on the same pixels, once they are known to compute the same."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.image_peers import installed_peers
from benchmarks.peers import Peer
from benchmarks.pictures import picture
from benchmarks.rows import Cell
from benchmarks.scale import Scale
from benchmarks.timing import Call, Times, interleave, stopwatch

Array = NDArray[Any]

OURS = "poolcli"

# How many windows a peer is checked on, in rows and columns, and pixels where windows adapt.
CHECKED = (61, 71)
CHECKED_ADAPTIVE = (403, 607)

# Seconds; what takes longer does so by itself.
PAUSE = 0.03


class DisagreementError(Exception):
    """A peer computes something else, so its time would mean nothing."""


@dataclass(frozen=True)
class Result:
    """What one cell took.

    Attributes
    ----------
    peers : mapping
        The times of the peers that can do it, by name.
    """

    cell: Cell
    ours: Times
    peers: Mapping[str, Times]

    def fastest(self, names: Iterable[str]) -> str | None:
        """Name the fastest of some peers."""
        able = [name for name in names if name in self.peers]
        return min(able, key=lambda name: self.peers[name].median) if able else None

    def ratio(self, names: Iterable[str]) -> float | None:
        """Divide our time by that of the fastest of some peers."""
        name = self.fastest(names)
        return None if name is None else self.ours.median / self.peers[name].median


def measure(
    cells: Sequence[Cell],
    shape: tuple[int, int],
    scale: Scale,
    peers: Sequence[Peer] | None = None,
    clock: Callable[[Call], float] = stopwatch,
) -> list[Result]:
    """Time cells on a picture of that shape.

    Peers that are given the same pixels for several dtypes run once for all of them.
    """
    peers = installed_peers() if peers is None else peers
    results = []
    for _, family in groupby(cells, key=lambda cell: cell.family):
        results += _measure_family(list(family), shape, scale, peers, clock)
    return results


def _measure_family(
    family: list[Cell],
    shape: tuple[int, int],
    scale: Scale,
    peers: Sequence[Peer],
    clock: Callable[[Call], float],
) -> list[Result]:
    first = family[0]
    show(f"{first.operation} {first.windows}, {first.channels} x {shape[0]} x {shape[1]}")
    contenders: dict[tuple[str, str], Call] = {}
    estimates: dict[tuple[str, str], Times] = {}
    able: dict[Cell, dict[str, tuple[str, str]]] = {}
    for cell in family:
        contenders[OURS, cell.dtype] = partial(cell.pool, picture(shape, cell.channels, cell.dtype))
        able[cell] = {}
        for peer in peers:
            dtype = peer.takes(cell)
            if dtype is None:
                continue
            key = able[cell][peer.name] = (peer.name, dtype)
            check(peer, cell, shape)
            if key in contenders or key in estimates:
                continue
            seconds = estimate(peer, cell, shape, scale.limit)
            if seconds > scale.limit:
                estimates[key] = Times((seconds,), estimated=True)
            else:
                _, contenders[key] = _bind(peer, cell, shape)
    times = interleave(contenders, scale.rounds, clock) | estimates
    return [
        Result(
            cell, times[OURS, cell.dtype], {name: times[key] for name, key in able[cell].items()}
        )
        for cell in family
    ]


def check(peer: Peer, cell: Cell, shape: tuple[int, int]) -> None:
    """Compare a peer's numbers with ours on a small picture."""
    image, call = _bind(peer, cell, _small_shape(cell, shape))
    theirs = peer.unpack(call())
    compare(cell, cell.pool(image), theirs, image.shape, rounds=peer.rounds)


def estimate(peer: Peer, cell: Cell, shape: tuple[int, int], limit: float) -> float:
    """Estimate a peer's seconds on a picture of that shape.

    It runs on a small picture, and unless that tells enough on a stripe of the whole: some peers
    have other ways for wide images.
    """
    small = _small_shape(cell, shape)
    seconds = _extrapolate(peer, cell, small, shape)
    if seconds > limit:
        return seconds
    return _extrapolate(peer, cell, (small[0], shape[1]), shape)


def _extrapolate(peer: Peer, cell: Cell, small: tuple[int, int], shape: tuple[int, int]) -> float:
    _, call = _bind(peer, cell, small)
    seconds = stopwatch(call)
    if seconds < PAUSE:
        # The fastest of three: a moment's pause on so few pixels would look like a slow peer.
        seconds = min(seconds, stopwatch(call), stopwatch(call))
    return seconds * cell.work(shape) / cell.work(small)


def _bind(peer: Peer, cell: Cell, shape: tuple[int, int]) -> tuple[Array, Call]:
    """Make a picture for a cell, and the peer's call on it in the dtype it takes."""
    image = picture(shape, cell.channels, cell.dtype)
    dtype = peer.takes(cell) or cell.dtype
    return image, peer.bind(cell, image.astype(dtype, copy=False))


def compare(cell: Cell, ours: Array, theirs: Array, shape: Sequence[int], *, rounds: bool) -> None:
    """Raise DisagreementError unless a peer's result is ours.

    It must be exactly ours, but an average may be off by what n additions in float32 may lose,
    n·2⁻²⁴ of the mean, and by less than 1 if the peer rounds it.
    """
    if ours.shape != theirs.shape:
        raise DisagreementError(f"{cell}: shapes differ, {ours.shape} and {theirs.shape}")
    wide = ours.astype(np.float64)
    distance = np.abs(wide - theirs)
    allowed: Any = 0.0
    if rounds:
        allowed = np.nextafter(1.0, 0.0)
    elif cell.operation == "avg":
        # The pictures have no negative pixel.
        allowed = cell.area(shape) * 2.0**-24 * wide
    if not (distance <= allowed).all():
        raise DisagreementError(f"{cell}: values differ by up to {distance.max():g}")


def _small_shape(cell: Cell, shape: tuple[int, int]) -> tuple[int, int]:
    if cell.to:
        rows, columns = CHECKED_ADAPTIVE
    else:
        # One row and one column are left over, and must be dropped.
        rows, columns = (
            (count - 1) * cell.stride + cell.kernel + (cell.stride > 1) for count in CHECKED
        )
    return min(rows, shape[0]), min(columns, shape[1])


def show(text: str) -> None:
    """Tell what is being measured."""
    sys.stderr.write(f"  {text}\n")
