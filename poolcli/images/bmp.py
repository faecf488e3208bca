"""BMP files: every header from OS/2 1 to version 5, palettes, bit fields and run lengths.

Pillow drops the alpha bit of 16-bit files and refuses palettes of 2 bits and many bit fields. The
layout is that of Microsoft's BITMAPCOREHEADER to BITMAPV5HEADER, and of OS/2's 2.x header.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from poolcli.arrays import Array
from poolcli.errors import PoolcliError
from poolcli.formats import INCH_IN_METRES
from poolcli.images.bmp_runs import expand_runs
from poolcli.images.damage import Damage, damage_in_one_line
from poolcli.images.image import Image, Source
from poolcli.images.metadata import Told, clean_profile
from poolcli.images.transparency import hide

PLAIN, RLE8, RLE4, FIELDS, ALPHA_FIELDS = 0, 1, 2, 3, 6
_COMPRESSIONS = {4: "JPEG", 5: "PNG", 11: "CMYK", 12: "CMYK", 13: "CMYK"}

FILE_HEADER, CORE_HEADER, OS2_HEADER, INFO_HEADER = 14, 12, 64, 40
MASKS_HEADER, ALPHA_HEADER, PROFILE_HEADER = 52, 56, 124
_EMBEDDED = 0x4D424544

# The bits of red, green, blue and alpha where the file does not state them.
_DEFAULT_MASKS = {
    16: (0x7C00, 0x3E0, 0x1F, 0),
    24: (0xFF0000, 0xFF00, 0xFF, 0),
    32: (0xFF0000, 0xFF00, 0xFF, 0),
}


@dataclass(frozen=True)
class Header:
    """The fields of a BMP header.

    Attributes
    ----------
    rows, columns, bits, compression : int
    top_down : bool
        Whether the first row stored is the top one.
    masks : tuple of int
        The bits of red, green, blue and alpha, if there is no palette.
    palette : bytes
        The entries of the palette, blue first.
    entry : int
        The bytes of an entry.
    offset : int
        The position of the pixels.
    told : Told
    """

    rows: int
    columns: int
    bits: int
    compression: int
    top_down: bool
    masks: tuple[int, int, int, int]
    palette: bytes
    entry: int
    offset: int
    told: Told


def open_bmp(content: bytes, damage: Damage) -> Source:
    """Read the header of a BMP file.

    Raises
    ------
    PoolcliError
        If the file is damaged, or its pixels could not be read exactly.
    """
    with damage_in_one_line():
        header = _read_header(content)

    def decode() -> Image:
        notes: list[str] = []
        with damage_in_one_line():
            if header.bits <= 8:
                pixels, alpha = _through_palette(content, header, damage)
            else:
                pixels, alpha = _through_masks(content, header, damage, notes)
        return Image(
            hide(pixels) if alpha else pixels,
            pixels.dtype,
            alpha=alpha,
            profile=clean_profile(header.told.profile, 1 if pixels.ndim == 2 else 3, notes),
            resolution=header.told.resolution(notes),
            warnings=(*notes, *damage.warnings),
        )

    return Source((header.rows, header.columns), "png", decode)


def _read_header(content: bytes) -> Header:
    if len(content) < FILE_HEADER + CORE_HEADER:
        raise PoolcliError("is damaged: its header is cut off")
    offset, size = struct.unpack_from("<II", content, 10)
    if not CORE_HEADER <= size <= len(content) - FILE_HEADER:
        raise PoolcliError("is damaged: its header is cut off")
    fields = content[FILE_HEADER : FILE_HEADER + size].ljust(PROFILE_HEADER, b"\0")
    compression = used = 0
    density = None
    if size == CORE_HEADER:
        # The oldest header has shorter numbers.
        columns, height, _, bits = struct.unpack_from("<4H", fields, 4)
    else:
        columns, height, _, bits, compression = struct.unpack_from("<iiHHI", fields, 4)
        across, down, used = struct.unpack_from("<iiI", fields, 24)
        if across or down:
            density = across * INCH_IN_METRES, down * INCH_IN_METRES
    if columns < 1 or height == 0 or (height < 0 and compression in (RLE8, RLE4)):
        raise PoolcliError("is damaged: its header gives no size that fits")
    _check(size, bits, compression)
    masks, position = _read_masks(content, size, bits, compression)
    entry = 3 if size == CORE_HEADER else 4
    entries = 0
    if bits <= 8:
        entries = min(used or 2**bits, 2**bits)
    palette = content[position : position + entry * entries]
    if len(palette) < entry * entries or offset > len(content):
        raise PoolcliError("is damaged: its palette is cut off")
    told = Told(density=density, profile=_embedded_profile(content, fields))
    offset = offset or position + len(palette)
    return Header(
        abs(height), columns, bits, compression, height < 0, masks, palette, entry, offset, told
    )


def _read_masks(
    content: bytes, size: int, bits: int, compression: int
) -> tuple[tuple[int, int, int, int], int]:
    """Read the bits of each colour; return also the position behind them."""
    position = FILE_HEADER + size
    if compression not in (FIELDS, ALPHA_FIELDS):
        return _DEFAULT_MASKS.get(bits, (0, 0, 0, 0)), position
    count = 4 if size >= ALPHA_HEADER or compression == ALPHA_FIELDS else 3
    red, green, blue, *alpha = struct.unpack_from(f"<{count}I", content, FILE_HEADER + INFO_HEADER)
    masks = (red, green, blue, alpha[0] if alpha else 0)
    _check_masks(masks, bits)
    return masks, position + (4 * count if size < MASKS_HEADER else 0)


def _check(size: int, bits: int, compression: int) -> None:
    """Raise PoolcliError for pixels that are not read."""
    if compression in _COMPRESSIONS or (size == OS2_HEADER and compression in (3, 4)):
        name = _COMPRESSIONS.get(compression, f"method {compression}")
        raise PoolcliError(f"is a BMP that holds {name}, which is not read; save it as png")
    fits = {PLAIN: (1, 2, 4, 8, 16, 24, 32), RLE8: (8,), RLE4: (4,), FIELDS: (16, 32)}
    fits[ALPHA_FIELDS] = fits[FIELDS]
    if bits not in fits.get(compression, ()):
        raise PoolcliError(
            f"is a BMP of {bits} bits and compression {compression}, which is not read;"
            " save it as png"
        )


def _check_masks(masks: tuple[int, ...], bits: int) -> None:
    """Raise PoolcliError for bit fields that overlap, have holes or are not read."""
    seen = 0
    for mask in masks:
        lowest = mask & -mask
        contiguous = mask and (mask // lowest) & (mask // lowest + 1) == 0
        if (mask and not contiguous) or mask & seen or mask >> bits:
            raise PoolcliError("is damaged: its bit fields overlap or have holes")
        seen |= mask
    if 0 in masks[:3] or max(map(int.bit_count, masks)) > 16:
        raise PoolcliError("holds bit fields that are not read; save it as png")


def _embedded_profile(content: bytes, fields: bytes) -> bytes | None:
    (space,) = struct.unpack_from("<I", fields, 56)
    if space != _EMBEDDED:
        return None
    position, size = struct.unpack_from("<II", fields, 112)
    return content[FILE_HEADER + position : FILE_HEADER + position + size]


def _read_rows(content: bytes, header: Header, damage: Damage) -> Array:
    """Read the bytes of each row, (rows, bytes), as stored; missing ones are 0."""
    size = (header.columns * header.bits + 7) // 8
    stride = (size + 3) // 4 * 4
    # The last row's padding may be missing.
    needed = (header.rows - 1) * stride + size
    stored = np.frombuffer(content, np.uint8)[header.offset :][: header.rows * stride]
    if len(stored) < needed:
        damage.found(f"{len(stored) // stride} of its {header.rows} rows are there")
    if len(stored) < header.rows * stride:
        whole = np.zeros(header.rows * stride, np.uint8)
        whole[: len(stored)] = stored
        stored = whole
    return np.asarray(stored.reshape(header.rows, stride)[:, :size])


def _upright(pixels: Array, header: Header) -> Array:
    return pixels if header.top_down else pixels[::-1]


def _through_masks(
    content: bytes, header: Header, damage: Damage, notes: list[str]
) -> tuple[Array, bool]:
    """Read pixels of bit fields; return also whether they have alpha."""
    lines = _read_rows(content, header, damage)
    if header.bits != 16 and header.masks == _DEFAULT_MASKS[header.bits]:
        stored = lines.reshape(header.rows, header.columns, header.bits // 8)
        return np.ascontiguousarray(_upright(stored[:, :, 2::-1], header)), False
    numbers = np.ascontiguousarray(lines).view(f"<u{header.bits // 8}")
    masks = header.masks if header.masks[3] else header.masks[:3]
    deep = max(map(int.bit_count, masks)) > 8
    dtype, full = (np.uint16, 65535) if deep else (np.uint8, 255)
    pixels = np.empty((header.rows, header.columns, len(masks)), dtype)
    for channel, mask in enumerate(masks):
        lowest = mask & -mask
        most = mask // lowest
        table = np.floor(np.arange(most + 1) * (full / most) + 0.5).astype(dtype)
        pixels[:, :, channel] = _upright(table[(numbers & mask) // lowest], header)
    if header.masks[3] and not pixels[:, :, 3].any():
        notes.append("its alpha is 0 everywhere; it is taken as opaque")
        return np.ascontiguousarray(pixels[:, :, :3]), False
    return pixels, bool(header.masks[3])


def _through_palette(content: bytes, header: Header, damage: Damage) -> tuple[Array, bool]:
    """Read pixels that are indices of a palette; return also whether they have alpha."""
    drawn = None
    if header.compression == PLAIN:
        lines = _read_rows(content, header, damage)
        bits = np.unpackbits(lines, axis=1) if header.bits < 8 else lines
        if header.bits < 8:
            wide = np.zeros((*bits.shape[:1], bits.shape[1] // header.bits, 8), np.uint8)
            wide[:, :, 8 - header.bits :] = bits.reshape(*wide.shape[:2], header.bits)
            bits = np.packbits(wide.reshape(header.rows, -1), axis=1)
        index = bits[:, : header.columns]
    else:
        shape = (header.rows, header.columns)
        four = header.compression == RLE4
        index, drawn = expand_runs(content, header.offset, shape, damage, four=four)
    entries = np.frombuffer(header.palette, np.uint8).reshape(-1, header.entry)[:, 2::-1]
    if index.size and int(index.max()) >= len(entries):
        damage.found("it has pixels whose colour is not in its palette")
    palette = np.zeros((256, 3), np.uint8)
    palette[: len(entries)] = entries
    index = _upright(index, header)
    count = len(entries)
    ramp = np.arange(count) if count > 2 else np.array([0, 255])[:count]
    if drawn is not None:
        alpha = np.where(_upright(drawn, header), 255, 0).astype(np.uint8)
        return np.dstack((palette[index], alpha)), True
    if (entries == ramp[:, np.newaxis]).all():
        return np.ascontiguousarray(palette[index, 0]), False
    return palette[index], False
