"""How large a run is: the whole of it, a minute's worth, or a test's."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.timing import Rounds


@dataclass(frozen=True)
class Scale:
    """The sizes of everything that is measured.

    Attributes
    ----------
    pixels, large : int
        Of the images of most rows, and of the row about very large ones.
    channels, dtypes, windows : tuple or None
        Which of the core's rows to measure; None for all.
    rounds, commands : Rounds
        How often functions and whole commands run.
    limit : float
        Seconds; a peer that would take longer is not run in full but estimated.
    photo : int
        Pixels of the photo that commands are tried on; formats differ a little.
    batch : int
        How many photos the batch has.
    formats : tuple of str
        Of the photo.
    weighings : int
        How often the memory of a command is taken.
    kept : int
        How many bytes of memory to use and keep before functions are timed.
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
