"""Pictures decoded into memory that is lent to their decoder.

Pillow lets no array look into its own memory: of what it has decoded, `np.asarray` makes parts and
of these a whole, in as much time as it takes to decode a JPEG. So it gets memory to decode to: 45
of 105 ms sooner for 16 megapixels, and in 64 MB instead of 160.
"""

from __future__ import annotations

import mmap
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from PIL import Image as pillow  # noqa: N813 - `Image` is ours

from poolcli.arrays import Array, np
from poolcli.images.damage import Damage, load_picture

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

Memory = bytearray | mmap.mmap

# Formats whose decoders write where they are told to, and how the pixels of a mode lie there.
INTO_ARRAYS = ("JPEG", "PNG", "WEBP")
LAYOUTS = {"L": "L", "RGB": "RGBX", "RGBA": "RGBA"}
BAND_BYTES = 1 << 20
BLOCK_BYTES = 1 << 30


def load(picture: ImageFile, bits: int, damage: Damage) -> Memory | None:
    """Decode a picture; where its decoder can, into memory that is ours. This needs no NumPy."""
    layout = LAYOUTS.get(picture.mode)
    if picture.format not in INTO_ARRAYS or layout is None or bits > 8:
        load_picture(picture, damage)
        return None
    columns, rows = picture.size
    memory = _reserve(rows * columns * len(layout))
    buffer: Any = memory
    lent = pillow.frombuffer(layout, picture.size, buffer, "raw", layout, 0, 1).im
    prepare = picture.load_prepare

    def lend() -> None:
        picture.im = lent
        prepare()

    # In one go: a thread that comes back for each block has to wait for the interpreter's lock.
    picture.decodermaxblock = BLOCK_BYTES
    # Called when a decoder is about to begin; what is no more to be decoded is not touched.
    picture.load_prepare = lend  # type: ignore[method-assign]
    try:
        load_picture(picture, damage)
    finally:
        del picture.load_prepare
    return memory if picture.im is lent else None


def _reserve(size: int) -> Memory:
    """Get memory as NumPy does for large arrays, in large pages, which come twice as fast."""
    if not hasattr(mmap, "MADV_HUGEPAGE"):
        return bytearray(size)
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    with suppress(OSError):
        memory.madvise(mmap.MADV_HUGEPAGE)
    return memory


def see(memory: Memory, picture: ImageFile) -> Array:
    """Give the pixels that a picture was decoded to in memory of ours."""
    columns, rows = picture.size
    pixels: Array = np.frombuffer(memory, np.uint8).reshape(rows, columns, -1)
    if picture.mode == "RGB":
        return _close_up(pixels)
    return pixels if picture.mode == "RGBA" else pixels[:, :, 0]


def _close_up(pixels: Array) -> Array:
    """Move the first three channels of (H, W, 4) together, in the memory where they are."""
    rows, columns, _ = pixels.shape
    lines = pixels.reshape(rows, -1)
    target = pixels.reshape(-1)[: rows * columns * 3].reshape(rows, -1)
    height = max(1, BAND_BYTES // lines[0].nbytes)
    for first in range(0, rows, height):
        band = lines[first : first + height]
        if first < 3 * height:
            # It goes to where some of it lies.
            band = band.copy()
        for channel in range(3):
            # One channel at a time keeps NumPy's inner loop long.
            target[first : first + height, channel::3] = band[:, channel::4]
    return target.reshape(rows, columns, 3)
