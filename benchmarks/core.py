"""Measure poolcli and its peers on the same pixels, after a check that their results agree."""

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

# The rows and columns of windows on which a peer is checked, and of pixels for adaptive windows.
CHECKED = (61, 71)
CHECKED_ADAPTIVE = (403, 607)

# Seconds; longer times are not caused by a short pause of the process.
PAUSE = 0.03


class DisagreementError(Exception):
    """The result of a peer differs, so that its time is not comparable."""


@dataclass(frozen=True)
class Result:
    """The times of one cell.

    Attributes
    ----------
    peers : mapping
        The times of the peers that support the cell, by name.
    """

    cell: Cell
    ours: Times
    peers: Mapping[str, Times]

    def fastest(self, names: Iterable[str]) -> str | None:
        """Return the name of the fastest of some peers."""
        able = [name for name in names if name in self.peers]
        return min(able, key=lambda name: self.peers[name].median) if able else None

    def ratio(self, names: Iterable[str]) -> float | None:
        """Return poolcli's time divided by that of the fastest of some peers."""
        name = self.fastest(names)
        return None if name is None else self.ours.median / self.peers[name].median


def measure(
    cells: Sequence[Cell],
    shape: tuple[int, int],
    scale: Scale,
    peers: Sequence[Peer] | None = None,
    clock: Callable[[Call], float] = stopwatch,
) -> list[Result]:
    """Measure the times of cells on an image of this shape.

    A peer that gets the same pixels for several dtypes runs once for all of them.
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
    """Compare the result of a peer with poolcli's on a small image."""
    image, call = _bind(peer, cell, _small_shape(cell, shape))
    theirs = peer.unpack(call())
    compare(cell, cell.pool(image), theirs, image.shape, rounds=peer.rounds)


def estimate(peer: Peer, cell: Cell, shape: tuple[int, int], limit: float) -> float:
    """Estimate the seconds of a peer on an image of this shape.

    The peer runs on a small image, and if that is below the limit on a stripe of full width,
    because some peers use another algorithm for wide images.
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
        # The fastest of three runs: on so few pixels a short pause would look like a slow peer.
        seconds = min(seconds, stopwatch(call), stopwatch(call))
    return seconds * cell.work(shape) / cell.work(small)


def _bind(peer: Peer, cell: Cell, shape: tuple[int, int]) -> tuple[Array, Call]:
    """Return an image for a cell, and the call of the peer on it in the dtype that it takes."""
    image = picture(shape, cell.channels, cell.dtype)
    dtype = peer.takes(cell) or cell.dtype
    return image, peer.bind(cell, image.astype(dtype, copy=False))


def compare(cell: Cell, ours: Array, theirs: Array, shape: Sequence[int], *, rounds: bool) -> None:
    """Raise DisagreementError unless the result of a peer agrees with poolcli's.

    It must be equal, but an average may differ by the rounding error of n additions in float32,
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
        # The images have no negative pixel.
        allowed = cell.area(shape) * 2.0**-24 * wide
    if not (distance <= allowed).all():
        raise DisagreementError(f"{cell}: values differ by up to {distance.max():g}")


def _small_shape(cell: Cell, shape: tuple[int, int]) -> tuple[int, int]:
    if cell.to:
        rows, columns = CHECKED_ADAPTIVE
    else:
        # One row and one column remain, and must be dropped.
        rows, columns = (
            (count - 1) * cell.stride + cell.kernel + (cell.stride > 1) for count in CHECKED
        )
    return min(rows, shape[0]), min(columns, shape[1])


def show(text: str) -> None:
    """Print the name of the current measurement."""
    sys.stderr.write(f"  {text}\n")
