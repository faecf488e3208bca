"""GIF files: the first frame, in its place on the canvas, as browsers draw it (GIF89a).

Pillow decompresses. It sees that frame alone, without comments, and with numbers for colours.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from poolcli.arrays import Array
from poolcli.errors import PoolcliError
from poolcli.images.damage import Damage, damage_in_one_line, decoding, load_picture
from poolcli.images.image import Image, Source
from poolcli.images.metadata import count_frames
from poolcli.images.plugins import open_with_pillow
from poolcli.images.transparency import hide

# Frames are counted up to here.
MOST_FRAMES = 10_000

_HEADER = 13
_EXTENSION, _IMAGE, _CONTROL, _END = 0x21, 0x2C, 0xF9, b"\x3b"
_HAS_PALETTE, _INTERLACED, _TRANSPARENT = 0x80, 0x40, 1
_RAMP = bytes(value for number in range(256) for value in (number,) * 3)


@dataclass(frozen=True)
class Frame:
    """The first frame of a file, and the canvas.

    Attributes
    ----------
    rows, columns : int
        The size of the canvas.
    top, left, height, width : int
        Where the frame lies on it.
    interlaced : bool
    palette : bytes
    hidden : int or None
        The number of the palette that is transparent.
    start, end : int
        Where its compressed numbers lie in the file.
    """

    rows: int
    columns: int
    top: int
    left: int
    height: int
    width: int
    interlaced: bool
    palette: bytes
    hidden: int | None
    start: int
    end: int

    @property
    def whole(self) -> bool:
        """Whether the frame covers the canvas."""
        return (self.height, self.width) == (self.rows, self.columns)


def open_gif(content: bytes, damage: Damage) -> Source:
    """Read the header of a GIF file.

    Raises
    ------
    PoolcliError
        If the file is damaged, or has no palette.
    """
    with damage_in_one_line():
        frame, frames = _read_frames(content)
    notes = count_frames(frames)
    if frames > MOST_FRAMES:
        notes = [f"only the first of more than {MOST_FRAMES} frames or pages is used"]

    def decode() -> Image:
        with decoding((frame.height, frame.width)):
            pixels, alpha = _place(_decompress(content, frame, damage), frame, damage)
        return Image(
            hide(pixels) if alpha else pixels,
            pixels.dtype,
            alpha=alpha,
            warnings=(*notes, *damage.warnings),
        )

    return Source((frame.rows, frame.columns), "png", decode)


def _read_frames(content: bytes) -> tuple[Frame, int]:
    """Find the first frame, and count all of them."""
    columns, rows, packed = struct.unpack_from("<HHB", content, 6)
    shared, place = _palette(content, _HEADER, packed)
    first: Frame | None = None
    hidden: int | None = None
    count = 0
    while place < len(content) and count <= MOST_FRAMES:
        kind = content[place]
        if kind == _EXTENSION and place + 2 < len(content):
            if content[place + 1] == _CONTROL and content[place + 2] == 4:
                flags, index = content[place + 3], content[place + 6]
                hidden = index if flags & _TRANSPARENT else None
            place = _skip(content, place + 2)
        elif kind == _IMAGE:
            if place + 11 > len(content):
                break
            left, top, width, height, packed = struct.unpack_from("<4HB", content, place + 1)
            own, start = _palette(content, place + 10, packed)
            place = _skip(content, start + 1)
            count += 1
            first = first or Frame(
                max(rows, top + height),
                max(columns, left + width),
                top,
                left,
                height,
                width,
                bool(packed & _INTERLACED),
                own or shared,
                hidden,
                start,
                place,
            )
        else:
            break
    if first is None or not first.height or not first.width:
        raise PoolcliError("is damaged: it holds no frame")
    if not first.palette:
        raise PoolcliError("has no palette, so its colours are unknown; save it as png")
    return first, count


def _palette(content: bytes, place: int, packed: int) -> tuple[bytes, int]:
    """Read the palette that may stand at a place, and where what follows it begins."""
    if not packed & _HAS_PALETTE:
        return b"", place
    end = place + 3 * 2 ** ((packed & 7) + 1)
    return content[place:end], end


def _skip(content: bytes, place: int) -> int:
    """Return the end of a chain of blocks, each preceded by a byte with its length."""
    while place < len(content) and content[place]:
        place += 1 + content[place]
    return place + 1


def _decompress(content: bytes, frame: Frame, damage: Damage) -> Array:
    """Read the numbers of the palette, (height, width)."""
    size = (frame.width, frame.height)
    screen = struct.pack("<6sHHBBB", b"GIF89a", *size, _HAS_PALETTE | 7, 0, 0)
    image = struct.pack("<B4HB", _IMAGE, 0, 0, *size, _INTERLACED if frame.interlaced else 0)
    alone = screen + _RAMP + image + content[frame.start : frame.end] + _END
    picture = open_with_pillow(alone, "GIF")
    load_picture(picture, damage)
    damage.settle()
    return np.asarray(picture)


def _place(index: Array, frame: Frame, damage: Damage) -> tuple[Array, bool]:
    """Put a frame on its canvas, which is transparent, and tell whether there is alpha."""
    entries = np.frombuffer(frame.palette, np.uint8)
    entries = entries[: len(entries) // 3 * 3].reshape(-1, 3)
    alpha = frame.hidden is not None or not frame.whole
    palette = np.zeros((256, 4 if alpha else 3), np.uint8)
    palette[: len(entries), :3] = entries
    palette[:, 3:] = 255
    if frame.hidden is not None:
        palette[frame.hidden, 3] = 0
    beyond = np.bincount(index.reshape(-1), minlength=256)[len(entries) :]
    if frame.hidden is not None and frame.hidden >= len(entries):
        beyond[frame.hidden - len(entries)] = 0
    if beyond.any():
        damage.found("it has pixels whose colour is not in its palette")
    pixels = palette[index]
    if frame.whole:
        return pixels, alpha
    canvas = np.zeros((frame.rows, frame.columns, 4), np.uint8)
    canvas[frame.top :, frame.left :][: frame.height, : frame.width] = pixels
    return canvas, alpha
