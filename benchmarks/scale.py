"""Scales of a run: full, quick (one minute) and tiny (tests)."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.timing import Rounds


@dataclass(frozen=True)
class Scale:
    """The sizes of all measurements.

    Attributes
    ----------
    pixels, large : int
        Pixels of the images in most rows, and of the very large image.
    channels, dtypes, windows : tuple or None
        The rows of the core to measure; None for all.
    rounds, commands : Rounds
        Numbers of runs of functions and of whole commands.
    limit : float
        Seconds; the time of a peer that would take longer is estimated.
    photo : int
        Pixels of the photo that commands are run on, about the same for each format.
    batch : int
        The number of photos of the batch.
    formats : tuple of str
        The formats of the photo.
    weighings : int
        The number of measurements of the memory of a command.
    kept : int
        Bytes of memory to use and keep before functions are measured.
    """

    name: str = "full"
    pixels: int = 24_000_000
    large: int = 200_000_000
    channels: tuple[int, ...] | None = None
    dtypes: tuple[str, ...] | None = None
    windows: tuple[tuple[int, int], ...] | None = None
    rounds: Rounds = field(default_factory=lambda: Rounds(least=3, most=7, seconds=0.5))
    commands: Rounds = field(default_factory=lambda: Rounds(least=3, most=9, seconds=2.5))
    limit: float = 3.0
    photo: int = 16_000_000
    batch: int = 200
    formats: tuple[str, ...] = ("jpg", "png", "webp")
    weighings: int = 3
    kept: int = 3 * 2**30


SCALES = {
    "full": Scale(),
    "quick": Scale(
        "quick",
        pixels=3_000_000,
        large=20_000_000,
        channels=(1, 3),
        dtypes=("uint8", "float32"),
        windows=((2, 2), (3, 2), (3, 1), (31, 1)),
        rounds=Rounds(least=2, most=3, seconds=0.05),
        commands=Rounds(least=2, most=3, seconds=0.5),
        limit=0.2,
        photo=4_000_000,
        batch=20,
        formats=("jpg",),
        weighings=1,
        kept=2**29,
    ),
    "tiny": Scale(
        "tiny",
        pixels=15_000,
        large=60_000,
        channels=(1, 3),
        dtypes=("uint8", "float32"),
        windows=((2, 2), (3, 1)),
        rounds=Rounds(least=1, most=1, seconds=0.0),
        commands=Rounds(least=1, most=1, seconds=0.0),
        limit=1.0,
        photo=60_000,
        batch=3,
        formats=("jpg",),
        weighings=1,
        kept=0,
    ),
}
