"""GIF files: the first frame on its canvas, as browsers draw it (GIF89a).

Pillow decompresses a file of that frame alone, without comments, whose palette is a ramp of gray:
its pixels are the indices.
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
        The rectangle of the frame on the canvas.
    interlaced : bool
    palette : bytes
    hidden : int or None
        The index of the palette that is transparent.
    start, end : int
        The positions of its compressed indices in the file.
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
        """Return whether the frame covers the canvas."""
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
            pixels, alpha = _draw(_decompress(content, frame, damage), frame, damage)
        return Image(
            hide(pixels) if alpha else pixels,
            pixels.dtype,
            alpha=alpha,
            warnings=(*notes, *damage.warnings),
        )

    return Source((frame.rows, frame.columns), "png", decode)


def _read_frames(content: bytes) -> tuple[Frame, int]:
    """Return the first frame and the number of frames."""
    columns, rows, packed = struct.unpack_from("<HHB", content, 6)
    shared, position = _palette(content, _HEADER, packed)
    first: Frame | None = None
    hidden: int | None = None
    count = 0
    while position < len(content) and count <= MOST_FRAMES:
        kind = content[position]
        if kind == _EXTENSION and position + 2 < len(content):
            if content[position + 1] == _CONTROL and content[position + 2] == 4:
                flags, index = content[position + 3], content[position + 6]
                hidden = index if flags & _TRANSPARENT else None
            position = _skip(content, position + 2)
        elif kind == _IMAGE:
            if position + 11 > len(content):
                break
            left, top, width, height, packed = struct.unpack_from("<4HB", content, position + 1)
            own, start = _palette(content, position + 10, packed)
            position = _skip(content, start + 1)
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
                position,
            )
        else:
            break
    if first is None or not first.height or not first.width:
        raise PoolcliError("is damaged: it holds no frame")
    if not first.palette:
        raise PoolcliError("has no palette, so its colours are unknown; save it as png")
    return first, count


def _palette(content: bytes, position: int, packed: int) -> tuple[bytes, int]:
    """Read the palette at a position, if there is one; return also the position behind it."""
    if not packed & _HAS_PALETTE:
        return b"", position
    end = position + 3 * 2 ** ((packed & 7) + 1)
    return content[position:end], end


def _skip(content: bytes, position: int) -> int:
    """Return the end of a chain of blocks, each preceded by a byte with its length."""
    while position < len(content) and content[position]:
        position += 1 + content[position]
    return position + 1


def _decompress(content: bytes, frame: Frame, damage: Damage) -> Array:
    """Return the indices of the palette, (height, width)."""
    size = (frame.width, frame.height)
    screen = struct.pack("<6sHHBBB", b"GIF89a", *size, _HAS_PALETTE | 7, 0, 0)
    image = struct.pack("<B4HB", _IMAGE, 0, 0, *size, _INTERLACED if frame.interlaced else 0)
    alone = screen + _RAMP + image + content[frame.start : frame.end] + _END
    picture = open_with_pillow(alone, "GIF")
    load_picture(picture, damage)
    damage.settle()
    return np.asarray(picture)


def _draw(indices: Array, frame: Frame, damage: Damage) -> tuple[Array, bool]:
    """Draw a frame on its transparent canvas; return also whether there is alpha."""
    entries = np.frombuffer(frame.palette, np.uint8)
    entries = entries[: len(entries) // 3 * 3].reshape(-1, 3)
    alpha = frame.hidden is not None or not frame.whole
    palette = np.zeros((256, 4 if alpha else 3), np.uint8)
    palette[: len(entries), :3] = entries
    palette[:, 3:] = 255
    if frame.hidden is not None:
        palette[frame.hidden, 3] = 0
    beyond = np.bincount(indices.reshape(-1), minlength=256)[len(entries) :]
    if frame.hidden is not None and frame.hidden >= len(entries):
        beyond[frame.hidden - len(entries)] = 0
    if beyond.any():
        damage.found("it has pixels whose colour is not in its palette")
    pixels = palette[indices]
    if frame.whole:
        return pixels, alpha
    canvas = np.zeros((frame.rows, frame.columns, 4), np.uint8)
    canvas[frame.top :, frame.left :][: frame.height, : frame.width] = pixels
    return canvas, alpha
