"""Decompression of strips and tiles that are streams of bytes.

tifffile cannot replace this module: it decompresses a strip without a limit (3 MB of PackBits that
claim to be 6 pixels take 1.6 GB and 9 s), returns no part of a damaged strip, and accepts strips
that hold too much.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

from poolcli.images.damage import one_line
from poolcli.images.tiff.tags import Compression

Stored = bytes | memoryview

TOO_MUCH = "holds more bytes than its pixels need"
# Compressed bytes per step. A step that contains damage is lost.
_STEP_BYTES = 4096
_LZMA_MEMORY = 2**28
_ZSTANDARD_MAGIC = b"\x28\xb5\x2f\xfd"


class Decoded(NamedTuple):
    """The result of decoding a strip or tile.

    Attributes
    ----------
    rows : bytes-like or ndarray
        As many bytes as could be read; or samples, (rows, columns, samples).
    fault : str
        The damage, or "".
    """

    rows: Any
    fault: str = ""


def copy(stored: Stored, size: int) -> Decoded:
    """Return the first `size` bytes of an uncompressed strip."""
    return Decoded(stored[:size])


def inflate(stored: Stored, size: int) -> Decoded:
    """Decompress at most `size` bytes of deflate."""
    return _decompress(zlib.decompressobj(), zlib.error, stored, size)


def decompress_lzma(stored: Stored, size: int) -> Decoded:
    """Decompress at most `size` bytes of LZMA."""
    import lzma

    decompressor = lzma.LZMADecompressor(memlimit=_LZMA_MEMORY)
    return _decompress(decompressor, lzma.LZMAError, stored, size)


def _decompress(
    decompressor: Any, error_type: type[Exception], stored: Stored, size: int
) -> Decoded:
    """Decompress a stream up to its end, which has a checksum; ignore padding after it."""
    parts: list[bytes] = []
    left = size + 1
    fault = "ends too early"
    for start in range(0, len(stored), _STEP_BYTES):
        try:
            part = decompressor.decompress(stored[start : start + _STEP_BYTES], left)
        except error_type as error:
            fault = one_line(error)
            break
        parts.append(part)
        left -= len(part)
        if left == 0:
            fault = TOO_MUCH
            break
        if decompressor.eof:
            fault = ""
            break
    return Decoded(b"".join(parts)[:size], fault)


def unpack_bits(stored: Stored, size: int) -> Decoded:
    """Decompress `size` bytes of PackBits (TIFF 6.0, section 9)."""
    content = bytes(stored)
    parts: list[bytes] = []
    position = length = 0
    while position < len(content) and length < size:
        head = content[position]
        if head < 128:
            part = content[position + 1 : position + 2 + head]
            position += 2 + head
        elif head > 128:
            part = content[position + 1 : position + 2] * (257 - head)
            position += 2
        else:
            part = b""
            position += 1
        parts.append(part)
        length += len(part)
    fault = ""
    # An encoder may pad the strip to an even length.
    if length > size or len(content) - position > 1 or position > len(content):
        fault = "holds another number of bytes than its pixels need"
    return Decoded(b"".join(parts)[:size], fault)


DECODERS: dict[int, Callable[[Stored, int], Decoded]] = {
    Compression.UNCOMPRESSED: copy,
    Compression.DEFLATE: inflate,
    Compression.OLD_DEFLATE: inflate,
    Compression.LZMA: decompress_lzma,
    Compression.PACKBITS: unpack_bits,
}


def zstandard_size(stored: bytes) -> int:
    """Return the size that a Zstandard frame states for its content (RFC 8878, 3.1.1.1), or 0."""
    if not stored.startswith(_ZSTANDARD_MAGIC) or len(stored) < 5:
        return 0
    descriptor = stored[4]
    start = 5 + (0, 1, 2, 4)[descriptor & 3]
    width = (0, 2, 4, 8)[descriptor >> 6]
    if descriptor & 0x20:
        # A single segment has no byte for its window, and always states its size.
        width = width or 1
    else:
        start += 1
    size = int.from_bytes(stored[start : start + width], "little")
    return size + 256 if width == 2 else size
