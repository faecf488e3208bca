"""The pixels of a TIFF page: strips or tiles, put together and turned into gray or RGB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from poolcli.arrays import Array
from poolcli.errors import PoolcliError
from poolcli.images.damage import Damage
from poolcli.images.tiff.codecs import Decoded, Hints, decode
from poolcli.images.tiff.directory import Directory
from poolcli.images.tiff.layout import (
    CMYK,
    COLOUR_MAP,
    FAX_OPTIONS,
    JPEG,
    LAB,
    NO_CODING,
    PALETTE,
    RATIOS,
    STRIP_COUNTS,
    STRIP_OFFSETS,
    TILE_COUNTS,
    TILE_OFFSETS,
    WHITE_IS_ZERO,
    YCBCR,
    Layout,
)
from poolcli.images.transparency import straighten

_JPEG_TABLES = 347
_MODES = {CMYK: "CMYK", YCBCR: "YCbCr", LAB: "LAB"}
# How many samples of 10 to 14 bits are unpacked at a time, each by way of 16 bytes.
_BATCH = 2**20


@dataclass(frozen=True)
class Segment:
    """Where a strip or tile lies, in the file and in the image.

    Attributes
    ----------
    number, of : int
        Which of all it is, from 1.
    plane, row, column : int
        Where in the image it begins.
    rows : int
        How many of its rows belong to the image.
    data : memoryview
    """

    number: int
    of: int
    plane: int
    row: int
    column: int
    rows: int
    data: memoryview


def read_samples(directory: Directory, layout: Layout, damage: Damage) -> Array:
    """Read the samples of a page as stored, (rows, columns, samples).

    What is lacking of a damaged file that is tolerated is 0.
    """
    segments = list(_segments(directory, layout, damage))
    tables = directory.metadata(_JPEG_TABLES)
    hints = Hints(
        tables if isinstance(tables, bytes) else b"", directory.integer(FAX_OPTIONS, 0) & 0xFFFFFFFF
    )
    native = np.dtype(f"{layout.kind}{(layout.bits + 7) // 8}")
    samples = np.zeros((layout.rows, layout.columns, layout.samples), native)
    for segment in segments:
        decoded = decode(layout, segment.data, segment.rows, hints)
        if decoded.fault:
            kind = "tile" if layout.tiled else "strip"
            damage.found(f"{kind} {segment.number} of {segment.of}: {decoded.fault}")
        values = _unpack(layout, directory.order, decoded, segment.rows)
        columns = min(layout.columns - segment.column, layout.segment[1])
        last = segment.plane + layout.samples_together
        samples[
            segment.row : segment.row + segment.rows,
            segment.column : segment.column + columns,
            segment.plane : last,
        ] = values[:, :columns]
    return samples


def _segments(directory: Directory, layout: Layout, damage: Damage) -> Iterator[Segment]:
    """Yield the strips or tiles, once it is known that the file can hold them."""
    down, across = layout.grid
    total = down * across * layout.planes
    offsets = directory.integers(TILE_OFFSETS if layout.tiled else STRIP_OFFSETS, total)
    counts = directory.integers(TILE_COUNTS if layout.tiled else STRIP_COUNTS, total)
    kind = "tiles" if layout.tiled else "strips"
    size = layout.segment[0] * layout.row_bytes
    if layout.compression == NO_CODING:
        # Then the size is known, and padding is left unread.
        counts = tuple(min(count, size) for count in counts) or (size,) * len(offsets)
    length = len(directory.content)
    if sum(counts) > length:
        raise PoolcliError(f"is damaged: its {kind} claim more bytes than the file has")
    ratio = RATIOS.get(layout.compression)
    needed = (
        layout.planes * layout.rows * layout.columns * layout.samples_together * layout.bits // 8
    )
    if ratio and needed > ratio * length:
        raise PoolcliError("is damaged: it is too short for its pixels")
    if min(len(offsets), len(counts)) < total:
        damage.found(f"{min(len(offsets), len(counts))} of its {total} {kind} are listed")
    view = memoryview(directory.content)
    for index, (offset, count) in enumerate(zip(offsets, counts, strict=False)):
        plane, within = divmod(index, down * across)
        row, column = (
            place * side for place, side in zip(divmod(within, across), layout.segment, strict=True)
        )
        if offset == 0 or count == 0:
            damage.found(f"{kind[:-1]} {index + 1} of {total} is missing")
            continue
        rows = min(layout.segment[0], layout.rows - row)
        stored = view[offset : offset + count]
        yield Segment(index + 1, total, plane, row, column, rows, stored)


def _unpack(layout: Layout, order: str, decoded: Decoded, rows: int) -> Array:
    """Make samples, (rows, columns, samples), of the bytes of a strip or tile."""
    columns, together = layout.segment[1], layout.samples_together
    if isinstance(decoded.rows, np.ndarray):
        return decoded.rows
    stored: Array = np.frombuffer(decoded.rows, np.uint8)
    lacking = rows * layout.row_bytes - len(stored)
    if lacking:
        stored = np.concatenate((stored, np.zeros(lacking, np.uint8)))
    lines = stored.reshape(rows, layout.row_bytes)
    shape = (rows, columns, together)
    if layout.predictor == 3:
        return _undo_float_predictor(lines, shape)
    if layout.bits in (8, 16, 32):
        values = lines.view(f"{order}{layout.kind}{layout.bits // 8}").reshape(shape)
        if layout.predictor == 2:
            # Each sample is stored as its difference from the one on its left.
            native = values.dtype.newbyteorder("=")
            return np.cumsum(values, axis=1, dtype=native)
        return values
    return _unpack_bits(lines, layout.bits, columns * together).reshape(shape)


def _undo_float_predictor(lines: Array, shape: tuple[int, int, int]) -> Array:
    """Undo predictor 3 (Adobe Photoshop TIFF technical note 3) for 32-bit floats."""
    rows, columns, together = shape
    deltas = lines.reshape(rows, -1, together)
    stored = np.cumsum(deltas, axis=1, dtype=np.uint8).reshape(rows, 4, columns * together)
    return np.ascontiguousarray(stored.transpose(0, 2, 1)).view(">f4").reshape(shape)


def _unpack_bits(lines: Array, bits: int, count: int) -> Array:
    """Make numbers of samples that are packed without regard to bytes, first bit highest."""
    width = 8 if bits < 8 else 16
    values = np.empty((len(lines), count), f"u{width // 8}")
    step = max(1, _BATCH // count)
    for first in range(0, len(lines), step):
        band = np.unpackbits(lines[first : first + step], axis=1, count=count * bits)
        wide = np.zeros((len(band), count, width), np.uint8)
        wide[:, :, width - bits :] = band.reshape(len(band), count, bits)
        values[first : first + step] = np.packbits(wide.reshape(len(band), -1), axis=1).view(
            f">u{width // 8}"
        )
    return values


def to_image(directory: Directory, layout: Layout, samples: Array, notes: list[str]) -> Array:
    """Turn samples as stored into pixels, (rows, columns[, channels]), RGB order, α last."""
    photometric = layout.photometric
    if photometric == PALETTE:
        samples = _through_palette(directory, layout, samples, notes)
    else:
        if photometric == WHITE_IS_ZERO:
            samples = samples.copy()
            samples[:, :, 0] = layout.white - samples[:, :, 0]
        samples = _widen(layout, samples)
    if photometric in _MODES and layout.compression != JPEG:
        notes.append(f"{_MODES[photometric]} was converted to RGB")
        samples = _convert(samples, _MODES[photometric])
    if layout.unexplained:
        notes.append(
            f"{layout.unexplained} of {layout.samples} samples per pixel have no stated meaning;"
            " they are kept as channels"
        )
    if layout.alpha == "associated":
        samples = straighten(samples)
    return samples[:, :, 0] if samples.shape[2] == 1 else samples


def _widen(layout: Layout, samples: Array) -> Array:
    """Scale samples of unusual depths to 8 or 16 bits, by what is white."""
    if layout.kind == "i" and layout.bits == 16:
        return samples.astype(np.int32)
    if layout.bits in (8, 16, 32):
        return samples
    full = 255 if layout.bits < 8 else 65535
    table = np.floor(np.arange(layout.white + 1) * (full / layout.white) + 0.5)
    return np.asarray(table.astype(samples.dtype)[samples])


def _through_palette(
    directory: Directory, layout: Layout, samples: Array, notes: list[str]
) -> Array:
    entries = 2**layout.bits
    palette = directory.integers(COLOUR_MAP, 3 * entries)
    if len(palette) != 3 * entries:
        raise PoolcliError("is damaged: its palette is not complete")
    if max(palette) > 65535:
        raise PoolcliError("is damaged: its palette holds values of more than 16 bits")
    if 0 < max(palette) < 256:
        notes.append("its palette is taken to hold 8 bits, since no entry is above 255")
    else:
        palette = tuple(value >> 8 for value in palette)
    colours = np.array(palette, np.uint8).reshape(3, entries).T[samples[:, :, 0]]
    if layout.alpha:
        return np.concatenate((colours, _widen(layout, samples[:, :, 1:])), axis=2)
    return np.asarray(colours)


def _convert(samples: Array, mode: str) -> Array:
    from PIL import Image as pillow  # noqa: N813 - `Image` is ours

    rows, columns, _ = samples.shape
    picture = pillow.frombytes(mode, (columns, rows), np.ascontiguousarray(samples).tobytes())
    return np.asarray(picture.convert("RGB"))
