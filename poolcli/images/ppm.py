"""PBM, PGM and PPM files, plain and raw, of any maximum value, as Netpbm's manuals define them.

Pillow reads plain files number by number in Python, and ignores values that are too large.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from poolcli.arrays import Array
from poolcli.errors import PoolcliError
from poolcli.images.damage import Damage, damage_in_one_line
from poolcli.images.image import Image, Source

# Channels by the digit of the magic number; 1 to 3 are plain text, 4 to 6 raw bytes.
_CHANNELS = {b"P1": 1, b"P2": 1, b"P3": 3, b"P4": 1, b"P5": 1, b"P6": 3}
_BITMAPS, _PLAIN = (b"P1", b"P4"), (b"P1", b"P2", b"P3")
_FLOATS = b"Pf"

_MOST = 65_535
_NUMBER = re.compile(rb"(?:\s|#[^\r\n]*+[\r\n])++([0-9]{1,10})(?=[\s#]|\Z)")
_FLOAT = re.compile(rb"\s+([-+]?[0-9.]{1,20}(?:[eE][-+]?[0-9]{1,3})?)\s")
_COMMENT = re.compile(rb"#[^\r\n]*+")
_LINE_END = re.compile(rb"[\r\n]")
_TEXT_BYTES = 1 << 16
_BLANKS = b" \t\n\v\f\r"
# The start of a further image in the same file.
_NEXT = re.compile(rb"\s*+P[1-6]\s")


@dataclass(frozen=True)
class Header:
    """The fields of the header.

    Attributes
    ----------
    magic : bytes
    rows, columns, channels : int
    white : int
        The largest value.
    start : int
        The position of the pixels.
    order : "<" or ">"
        The byte order of raw values.
    """

    magic: bytes
    rows: int
    columns: int
    channels: int
    white: int
    start: int
    order: str = ">"

    @property
    def shape(self) -> tuple[int, int, int]:
        """Return the (rows, columns, channels) of the pixels."""
        return self.rows, self.columns, self.channels

    @property
    def count(self) -> int:
        """Return the number of values that there must be."""
        return self.rows * self.columns * self.channels


def open_ppm(content: bytes, damage: Damage) -> Source:
    """Read the header of a PBM, PGM, PPM or gray PFM file.

    Raises
    ------
    PoolcliError
        If the file is damaged or of another kind.
    """
    header = _read_header(content)

    def decode() -> Image:
        with damage_in_one_line():
            notes: list[str] = []
            if header.magic == _FLOATS:
                pixels = _read_floats(content, header, damage)
            elif header.magic in _BITMAPS:
                pixels = _read_bits(content, header, damage)
            else:
                pixels = _scale(_read_values(content, header, damage, notes), header, damage)
        pixels = pixels[:, :, 0] if header.channels == 1 else pixels
        return Image(pixels, pixels.dtype, warnings=(*notes, *damage.warnings))

    return Source((header.rows, header.columns), "png", decode)


def _read_header(content: bytes) -> Header:
    magic = content[:2]
    if magic not in _CHANNELS and magic != _FLOATS:
        raise PoolcliError("is a kind of PPM that is not read; save it as png")
    numbers, position = [], 2
    for _ in range(2 if magic in (*_BITMAPS, _FLOATS) else 3):
        found = _NUMBER.match(content, position)
        if found is None:
            raise PoolcliError("is damaged: its header is cut off, or not a number")
        numbers.append(int(found[1]))
        position = found.end()
    columns, rows, white = (*numbers, 1)[:3]
    if rows < 1 or columns < 1 or not 1 <= white <= _MOST:
        raise PoolcliError("is damaged: its header states an impossible size or maximum")
    if magic == _FLOATS:
        scale = _FLOAT.match(content, position)
        if scale is None:
            raise PoolcliError("is damaged: its header is cut off, or not a number")
        order = "<" if scale[1].startswith(b"-") else ">"
        return Header(magic, rows, columns, 1, white, scale.end(), order)
    # One blank ends the header.
    return Header(magic, rows, columns, _CHANNELS[magic], white, position + 1)


def _padded(values: Array, header: Header, damage: Damage) -> Array:
    """Return the expected number of values; missing ones are 0."""
    if len(values) < header.count:
        damage.found(f"{len(values)} of its {header.count} values are there")
        return np.concatenate((values, np.zeros(header.count - len(values), values.dtype)))
    return values[: header.count]


def _plain(content: bytes, header: Header, digits: bytes) -> bytes:
    """Return the text of a plain file without comments."""
    parts = []
    start = header.start
    while start < len(content):
        # Comments end with their line. A few lines at a time keep the list of parts short.
        found = _LINE_END.search(content, start + _TEXT_BYTES)
        end = found.end() if found else len(content)
        parts.append(_COMMENT.sub(b"", content[start:end]))
        start = end
    text = b"".join(parts)
    if text.translate(None, digits + _BLANKS):
        raise PoolcliError("is damaged: it holds something that is not a number")
    return text


def _read_bits(content: bytes, header: Header, damage: Damage) -> Array:
    """Read bits, of which 1 is black and 0 white."""
    if header.magic in _PLAIN:
        text = _plain(content, header, b"01").translate(None, _BLANKS)
        bits = np.frombuffer(text, np.uint8) - ord("0")
        bits = _padded(bits, header, damage)
    else:
        size = (header.columns + 7) // 8
        stored = np.frombuffer(content, np.uint8)[header.start :][: header.rows * size]
        lacking = header.rows * size - len(stored)
        if lacking:
            damage.found(f"{len(stored) // size} of its {header.rows} rows are there")
            stored = np.concatenate((stored, np.zeros(lacking, np.uint8)))
        bits = np.unpackbits(stored.reshape(header.rows, size), axis=1, count=header.columns)
    return np.where(bits.reshape(header.shape) == 0, 255, 0).astype(np.uint8)


def _read_values(content: bytes, header: Header, damage: Damage, notes: list[str]) -> Array:
    """Read gray or colour as stored."""
    if header.magic in _PLAIN:
        text = _plain(content, header, b"0123456789")
        # The text holds digits and blanks alone; numbers beyond 64 bits become the largest.
        values = np.fromstring(text, np.int64, sep=" ") if text.strip() else np.empty(0, np.int64)
        return _padded(values, header, damage).reshape(header.shape)
    kind = np.dtype(">u2" if header.white > 255 else "u1")
    end = header.start + header.count * kind.itemsize
    if _NEXT.match(content, end):
        notes.append("only the first of several images in the file is used")
    return _padded(_raw(content[header.start : end], kind), header, damage).reshape(header.shape)


def _raw(stored: bytes, kind: np.dtype[np.generic]) -> Array:
    whole = len(stored) // kind.itemsize * kind.itemsize
    values: Array = np.frombuffer(stored[:whole], kind)
    return values


def _scale(values: Array, header: Header, damage: Damage) -> Array:
    """Scale values to 8 or 16 bits so that the maximum of the file becomes white."""
    if int(values.max()) > header.white:
        damage.found(f"it holds values above its maximum of {header.white}")
        values = np.minimum(values, header.white)
    full, dtype = (255, np.uint8) if header.white < 256 else (_MOST, np.uint16)
    if header.white == full:
        return values.astype(dtype)
    table = np.floor(np.arange(header.white + 1) * (full / header.white) + 0.5).astype(dtype)
    return np.asarray(table[values])


def _read_floats(content: bytes, header: Header, damage: Damage) -> Array:
    """Read the floats of a PFM file, whose first row is at the bottom."""
    stored = content[header.start : header.start + header.count * 4]
    values = _padded(_raw(stored, np.dtype(f"{header.order}f4")), header, damage)
    pixels: Array = values.reshape(header.shape)[::-1].astype(np.float32)
    return pixels
