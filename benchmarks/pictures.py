"""Images like photographs of any size: an enlarged sample with grain, mirrored side by side."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - as in the package

from benchmarks.rows import shape_of

Array = NDArray[Any]

ROOT = Path(__file__).parent.parent
CAT = ROOT / "samples" / "cat.jpg"
MATRIX = ROOT / "samples" / "matrix.csv"
SAMPLE = ROOT / "samples" / "coffee.jpg"
SEED = 7
ENLARGED = 3
GRAIN = 3.0

# Settings of each format as in cameras and browsers, with fast compression.
_SETTINGS: dict[str, dict[str, Any]] = {
    "jpg": {"quality": 92},
    "png": {"compress_level": 1},
    "webp": {"quality": 85, "method": 0},
}


@lru_cache(maxsize=12)
def picture(shape: tuple[int, int], channels: int, dtype: str) -> Array:
    """Return pixels (H, W) or (H, W, C), with the same relative values in all dtypes."""
    tile = _tile()[:, :, :channels]
    if dtype == "uint8":
        tile = (tile >> 8).astype(np.uint8)
    elif dtype == "float32":
        tile = tile.astype(np.float32) / 65535
    margins = [(0, max(0, size - have)) for size, have in zip(shape, tile.shape, strict=False)]
    pixels = np.pad(tile, [*margins, (0, 0)], mode="symmetric")[: shape[0], : shape[1]]
    return np.ascontiguousarray(pixels if channels > 1 else pixels[:, :, 0])


def photo(folder: Path, pixels: int, suffix: str) -> Path:
    """Write a photo into a folder, unless an earlier run has written it."""
    path = folder / f"photo-{pixels}.{suffix}"
    if not path.exists():
        partial = folder / f"partial.{suffix}"
        colours = pillow.fromarray(picture(shape_of(pixels), 3, "uint8"))
        colours.save(partial, **_SETTINGS[suffix])
        partial.rename(path)
    return path


def mixed_photos(folder: Path, count: int, pixels: int) -> list[Path]:
    """Write photos of three formats, from a tenth of `pixels` to `pixels`, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    sizes = np.linspace(pixels / 10, pixels, count).astype(int)
    suffixes = ("jpg", "jpg", "png", "jpg", "webp")
    return [
        photo(folder, int(size), suffixes[number % len(suffixes)])
        for number, size in enumerate(sizes)
    ]


@cache
def _tile() -> Array:
    """Return the tile of 16 bits and four channels from which all images are made."""
    with pillow.open(SAMPLE) as sample:
        size = (sample.width * ENLARGED, sample.height * ENLARGED)
        colours = np.asarray(sample.resize(size, pillow.Resampling.BICUBIC), np.float32)
    colours = np.dstack((colours, colours[::-1, :, 1]))
    random = np.random.default_rng(SEED)
    grained = colours + random.normal(0, GRAIN, colours.shape).astype(np.float32)
    return (np.clip(grained, 0, 255) * 257).astype(np.uint16)
