"""The compressed pixels of PNG files, inflated once and checked.

Decoders accept compressed pixels that end after a whole row, and their zlib takes most of the time.
So ISA-L inflates the pixels, which is about three times as fast, and decoders read a PNG file whose
pixels are stored in blocks without compression (RFC 1950 and 1951).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from isal import igzip_lib, isal_zlib

from poolcli.images.damage import Damage
from poolcli.images.png.chunks import frame

TOO_FEW_ROWS = "its compressed pixels end before its last row"
NO_CHECKSUM = "its compressed pixels lack their checksum"
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
INPUT_BYTES, OUTPUT_BYTES = 1 << 16, 1 << 20
# Deflate: the largest block without compression.
BLOCK_BYTES = 65_535
ZLIB_HEADER = b"\x78\x01"


@dataclass(frozen=True)
class Header:
    """The header of a PNG file.

    Attributes
    ----------
    bits : int
        The bits of a sample.
    colour : int
        The colour type.
    """

    columns: int
    rows: int
    bits: int
    colour: int
    interlaced: bool

    @classmethod
    def of(cls, content: bytes) -> Header:
        """Read the header at the start of a file."""
        columns, rows, bits, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", content, 16)
        return cls(columns, rows, bits, colour, bool(interlaced))

    @property
    def inflated_bytes(self) -> int:
        """Return the number of bytes that the compressed pixels must inflate to."""
        return sum(rows * row_bytes for rows, row_bytes in self._passes())

    def whole_rows(self, length: int) -> int:
        """Return how many of the first `length` inflated bytes belong to whole rows."""
        whole = 0
        for rows, row_bytes in self._passes():
            present = min(rows, (length - whole) // row_bytes)
            whole += present * row_bytes
            if present < rows:
                break
        return whole

    def _passes(self) -> Iterator[tuple[int, int]]:
        """Yield the rows of each pass, and the bytes per row with its filter."""
        pixel_bits = self.bits * SAMPLES[self.colour]
        for top, left, down, across in ADAM7 if self.interlaced else WHOLE:
            width = len(range(left, self.columns, across))
            if width:
                yield len(range(top, self.rows, down)), 1 + (width * pixel_bits + 7) // 8


def store_pixels(
    header: Header, compressed: Sequence[memoryview], damage: Damage
) -> list[bytes | memoryview]:
    """Return the parts of an IDAT chunk with pixels that are not compressed.

    Parameters
    ----------
    header : Header
    compressed : sequence of memoryview
        The data of the IDAT chunks of the file.
    damage : Damage
        Notes whether pixels are missing or damaged. Missing rows, and rows that are not whole, are
        filled with 0.

    Raises
    ------
    PoolcliError
        If the compressed pixels are damaged, and damage is not tolerated.
    """
    size = header.inflated_bytes
    data = compressed[0] if len(compressed) == 1 else memoryview(b"".join(compressed))
    pieces, fault = inflate(data, size)
    if fault:
        damage.suspect(fault)
        if not damage.tolerant:
            damage.settle()
        pieces = _fill(b"".join(pieces), header)
    return frame(b"IDAT", list(_store(pieces, size)))


def inflate(data: memoryview, size: int) -> tuple[list[bytes], str | None]:
    """Inflate a zlib stream up to a limit; return its data, in pieces, and its fault or None.

    Parameters
    ----------
    data : memoryview of bytes
    size : int
        The number of bytes that are expected. More than these are not a fault.
    """
    pieces: list[bytes] = []
    inflater = igzip_lib.IgzipDecompressor(igzip_lib.DECOMP_ZLIB)
    lacking, position = size, 0
    try:
        while not inflater.eof:
            part = data[:0]
            if inflater.needs_input:
                if position >= len(data):
                    return pieces, TOO_FEW_ROWS if lacking else NO_CHECKSUM
                part = data[position : position + INPUT_BYTES]
                position += INPUT_BYTES
            # Once all is there, one more byte would be more than is expected.
            piece = inflater.decompress(part, min(lacking, OUTPUT_BYTES) or 1)
            if piece and not lacking:
                break
            pieces.append(piece)
            lacking -= len(piece)
    except igzip_lib.IsalError:  # type: ignore[misc]  # its stub declares an instance
        # What ISA-L inflated of this piece before the error is lost.
        return _inflate_bytewise(data, size)
    return pieces, TOO_FEW_ROWS if lacking else None


def _inflate_bytewise(data: memoryview, size: int) -> tuple[list[bytes], str | None]:
    """Inflate a damaged zlib stream as far as possible."""
    pieces: list[bytes] = []
    inflater = zlib.decompressobj()
    lacking, position, step = size, 0, INPUT_BYTES
    while lacking > 0 and not inflater.eof:
        before = inflater.copy()
        part: bytes | memoryview = data[position : position + step]
        try:
            piece = inflater.decompress(part, min(lacking, OUTPUT_BYTES))
        except zlib.error as error:
            if step == 1:
                return pieces, _reason(error)
            # The bytes before the damage, one by one.
            inflater, step = before, 1
            continue
        if not part and not piece:
            break
        position += len(part) - len(inflater.unconsumed_tail)
        lacking -= len(piece)
        pieces.append(piece)
    if lacking:
        return pieces, TOO_FEW_ROWS
    try:
        inflater.decompress(data[position:], 1)
    except zlib.error as error:
        return pieces, _reason(error)
    return pieces, None


def _reason(error: zlib.error) -> str:
    """Return the reason in a message such as `Error -3 while decompressing data: reason`."""
    return f"its compressed pixels cannot be inflated ({str(error).rpartition(': ')[2]})"


def _fill(inflated: bytes, header: Header) -> list[bytes]:
    """Return pixels of the size that the header states; rows that are not whole are 0."""
    whole = header.whole_rows(len(inflated))
    missing = header.inflated_bytes - whole
    zeros = bytes(min(missing, OUTPUT_BYTES))
    count, rest = divmod(missing, OUTPUT_BYTES)
    return [inflated[:whole], *[zeros] * count, zeros[:rest]]


def _store(pieces: Sequence[bytes], size: int) -> Iterator[bytes | memoryview]:
    """Yield a zlib stream of `size` bytes in blocks without compression."""
    yield ZLIB_HEADER
    checksum, left = 1, size
    for piece in pieces:
        checksum = isal_zlib.adler32(piece, checksum)
        view = memoryview(piece)
        for first in range(0, len(view), BLOCK_BYTES):
            block = view[first : first + BLOCK_BYTES]
            left -= len(block)
            yield struct.pack("<BHH", left == 0, len(block), len(block) ^ 0xFFFF)
            yield block
    yield struct.pack(">I", checksum)
