"""Whether the compressed pixels of a PNG fill all of its rows.

Decoders take data that end after a whole row for a complete image. Inflating the data a second
time to count them would take a third of the decoding time, so the last row is marked before it is
decoded: a mark that is left was not written over.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from poolcli.images.damage import Damage, load_picture
from poolcli.images.plugins import open_with_pillow
from poolcli.images.png.chunks import SIGNATURE, frame, read_chunks

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

TOO_FEW_ROWS = "its compressed pixels end before its last row"
# Samples per pixel, by the colour type.
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# The first row and column of each pass of Adam7, and the steps to the next ones.
ADAM7 = (
    (0, 0, 8, 8),
    (0, 4, 8, 8),
    (4, 0, 8, 4),
    (0, 2, 4, 4),
    (2, 0, 4, 2),
    (0, 1, 2, 2),
    (1, 0, 2, 1),
)
WHOLE = ((0, 0, 1, 1),)
INTERLACE_AT = 28
PIECE_BYTES, OUTPUT_BYTES = 1 << 16, 1 << 20


def load_rows(picture: ImageFile, content: bytes, damage: Damage) -> tuple[ImageFile, bytes]:
    """Decode the pixels of a PNG, and note rows that its compressed pixels lack.

    Parameters
    ----------
    picture : ImageFile
        Not loaded yet.
    content : bytes
        The file that it is read from, with one IDAT.
    damage : Damage

    Returns
    -------
    picture : ImageFile
        Loaded.
    content : bytes
        The file that it was read from: of a damaged file a copy whose missing bytes are 0.

    Raises
    ------
    PoolcliError
        If the compressed pixels are damaged, and damage is not tolerated.
    """
    from PIL import Image as pillow  # noqa: N813 - `Image` is ours

    columns, rows = picture.size
    # The last pass of an interlaced image holds every second row, from the second on.
    last = rows // 2 * 2 - 1 if content[INTERLACE_AT] else rows - 1
    box = (0, last, columns, last + 1)
    marked = b""
    if last >= 0:
        ground = pillow.new(picture.mode, picture.size, None)
        noise = np.random.default_rng(0).bytes(len(ground.crop(box).tobytes()))
        ground.paste(pillow.frombytes(picture.mode, (columns, 1), noise), box)
        marked = ground.crop(box).tobytes()
        picture.im = ground.im
    if load_picture(picture, damage):
        if marked and picture.crop(box).tobytes() != marked:
            return picture, content
        if sum(map(len, _inflate(content))) >= inflated_bytes(content):
            return picture, content
        damage.suspect(TOO_FEW_ROWS)
    if not damage.tolerant:
        damage.settle()
    mended = _mend(content)
    again = open_with_pillow(mended, "PNG")
    load_picture(again, damage)
    return again, mended


def _inflate(content: bytes) -> Iterator[bytes]:
    """Yield what the IDAT of a PNG inflates to, up to damage or to the last row."""
    data = next(chunk.data for chunk in read_chunks(content) if chunk.name == b"IDAT")
    inflater = zlib.decompressobj()
    lacking = inflated_bytes(content)
    position, step = 0, PIECE_BYTES
    while lacking > 0 and not inflater.eof:
        before = inflater.copy()
        piece: bytes | memoryview = data[position : position + step]
        try:
            part = inflater.decompress(piece, min(lacking, OUTPUT_BYTES))
        except zlib.error:
            if step == 1:
                return
            # The bytes before the damage, one by one.
            inflater, step = before, 1
            continue
        if not piece and not part:
            return
        position += len(piece) - len(inflater.unconsumed_tail)
        lacking -= len(part)
        yield part


def _mend(content: bytes) -> bytes:
    """Return a PNG whose compressed pixels are complete; rows that were not whole are 0."""
    deflater = zlib.compressobj(1)
    left = inflated_bytes(content)
    inflated = b"".join(_inflate(content))
    whole = _whole_rows(content, len(inflated))
    parts = [deflater.compress(memoryview(inflated)[:whole])]
    left -= whole
    while left > 0:
        parts.append(deflater.compress(bytes(min(left, OUTPUT_BYTES))))
        left -= OUTPUT_BYTES
    parts.append(deflater.flush())
    others = [chunk for chunk in read_chunks(content) if chunk.name not in (b"IDAT", b"IEND")]
    return b"".join(
        [
            SIGNATURE,
            *(piece for chunk in others for piece in frame(chunk.name, [chunk.data])),
            *frame(b"IDAT", parts),
            *frame(b"IEND", []),
        ]
    )


def inflated_bytes(content: bytes) -> int:
    """Return how many bytes the compressed pixels of a PNG must inflate to."""
    return sum(rows * row_bytes for rows, row_bytes in passes(content))


def _whole_rows(content: bytes, length: int) -> int:
    """Return how many of the first `length` inflated bytes belong to whole rows."""
    whole = 0
    for rows, row_bytes in passes(content):
        present = min(rows, (length - whole) // row_bytes)
        whole += present * row_bytes
        if present < rows:
            break
    return whole


def passes(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield the number of rows of each pass of a PNG, and of bytes per row with its filter."""
    columns, rows, bits, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", content, 16)
    pixel_bits = bits * SAMPLES[colour]
    for top, left, down, across in ADAM7 if interlaced else WHOLE:
        width = len(range(left, columns, across))
        if width:
            yield len(range(top, rows, down)), 1 + (width * pixel_bits + 7) // 8
