"""Pixels of a TIFF page: decoded strips or tiles, put together and turned into gray or RGB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from poolcli.arrays import Array
from poolcli.errors import PoolcliError
from poolcli.images.damage import Damage
from poolcli.images.tiff.codecs import Hints, decode
from poolcli.images.tiff.directory import Directory
from poolcli.images.tiff.layout import PageLayout
from poolcli.images.tiff.streams import Decoded
from poolcli.images.tiff.support import MAX_RATIOS
from poolcli.images.tiff.tags import Compression, Photometric, Predictor, Tag
from poolcli.images.transparency import straighten

# Colours that are converted, by Pillow's mode.
_MODES: dict[int, str] = {
    Photometric.CMYK: "CMYK",
    Photometric.YCBCR: "YCbCr",
    Photometric.LAB: "LAB",
}
# Samples that are unpacked per step; each takes up to 16 bytes meanwhile.
_STEP_SAMPLES = 2**20


@dataclass(frozen=True)
class Segment:
    """A strip or tile.

    Attributes
    ----------
    name : str
        For messages, such as "strip 2 of 9".
    plane, row, column : int
        The position of its first sample in the image.
    rows : int
        The number of its rows that belong to the image.
    data : memoryview
        The compressed bytes.
    """

    name: str
    plane: int
    row: int
    column: int
    rows: int
    data: memoryview


def read_samples(directory: Directory, layout: PageLayout, damage: Damage) -> Array:
    """Read the samples of a page.

    Parameters
    ----------
    directory : Directory
    layout : PageLayout
    damage : Damage
        Records damage to strips and tiles.

    Returns
    -------
    ndarray, (rows, columns, samples)
        As stored. Samples that a damaged file lacks are 0.

    Raises
    ------
    PoolcliError
        If the file is damaged, unless that is tolerated, or too short for its pixels.
    """
    tables = directory.metadata(Tag.JPEG_TABLES)
    hints = Hints(
        tables if isinstance(tables, bytes) else b"",
        directory.integer(Tag.FAX_3_OPTIONS, 0) & 0xFFFFFFFF,
    )
    # The file is checked before memory is allocated.
    segments = list(_segments(directory, layout, damage))
    dtype = np.dtype(f"{layout.kind}{(layout.bits + 7) // 8}")
    samples = np.zeros((layout.rows, layout.columns, layout.samples), dtype)
    for segment in segments:
        decoded = decode(layout, segment.data, segment.rows, hints)
        if decoded.fault:
            damage.found(f"{segment.name}: {decoded.fault}")
        values = _unpack(layout, directory.order, decoded, segment.rows)
        columns = min(layout.columns - segment.column, layout.segment[1])
        samples[
            segment.row : segment.row + segment.rows,
            segment.column : segment.column + columns,
            segment.plane : segment.plane + layout.samples_per_plane,
        ] = values[:, :columns]
    return samples


def _segments(directory: Directory, layout: PageLayout, damage: Damage) -> Iterator[Segment]:
    """Yield the strips or tiles that the file has, after a check that it can hold them."""
    kind = "tile" if layout.tiled else "strip"
    down, across = layout.grid
    total = down * across * layout.planes
    offsets, counts = _read_offsets(directory, layout, total)
    file_size = len(directory.content)
    if sum(counts) > file_size:
        raise PoolcliError(f"is damaged: its {kind}s claim more bytes than the file has")
    needed = layout.rows * layout.columns * layout.samples * layout.bits // 8
    ratio = MAX_RATIOS.get(layout.compression)
    if ratio is not None and needed > ratio * file_size:
        raise PoolcliError("is damaged: it is too short for its pixels")
    listed = min(len(offsets), len(counts))
    if listed < total:
        damage.found(f"{listed} of its {total} {kind}s are listed")
    content = memoryview(directory.content)
    for index, (offset, count) in enumerate(zip(offsets, counts, strict=False)):
        name = f"{kind} {index + 1} of {total}"
        if offset == 0 or count == 0:
            damage.found(f"{name} is missing")
            continue
        plane, within = divmod(index, down * across)
        row, column = within // across * layout.segment[0], within % across * layout.segment[1]
        rows = min(layout.segment[0], layout.rows - row)
        yield Segment(name, plane, row, column, rows, content[offset : offset + count])


def _read_offsets(
    directory: Directory, layout: PageLayout, total: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Read the positions of strips or tiles in the file, and their numbers of bytes."""
    if layout.tiled:
        tags = Tag.TILE_OFFSETS, Tag.TILE_BYTE_COUNTS
    else:
        tags = Tag.STRIP_OFFSETS, Tag.STRIP_BYTE_COUNTS
    offsets, counts = (directory.integers(tag, total) for tag in tags)
    if layout.compression == Compression.UNCOMPRESSED:
        # The size is known without the tag, and padding is not read.
        size = layout.segment_bytes
        counts = tuple(min(count, size) for count in counts) or (size,) * len(offsets)
    return offsets, counts


def _unpack(layout: PageLayout, order: str, decoded: Decoded, rows: int) -> Array:
    """Return the samples of a strip or tile, (rows, columns, samples); missing bytes are 0."""
    if isinstance(decoded.rows, np.ndarray):
        return decoded.rows
    columns, together = layout.segment[1], layout.samples_per_plane
    stored: Array = np.frombuffer(decoded.rows, np.uint8)
    missing = rows * layout.row_bytes - len(stored)
    if missing:
        stored = np.concatenate((stored, np.zeros(missing, np.uint8)))
    lines = stored.reshape(rows, layout.row_bytes)
    shape = (rows, columns, together)
    if layout.predictor == Predictor.FLOATING_POINT:
        return _undo_float_predictor(lines, shape)
    if layout.bits not in (8, 16, 32):
        return _unpack_bits(lines, layout.bits, columns * together).reshape(shape)
    values = lines.view(f"{order}{layout.kind}{layout.bits // 8}").reshape(shape)
    if layout.predictor == Predictor.HORIZONTAL:
        # Each sample is stored as its difference from the sample to its left.
        return np.cumsum(values, axis=1, dtype=values.dtype.newbyteorder("="))
    return values


def _undo_float_predictor(lines: Array, shape: tuple[int, int, int]) -> Array:
    """Undo predictor 3 (Adobe Photoshop TIFF technical note 3) of 32-bit floats.

    tifffile does this only together with imagecodecs, of 80 MB.
    """
    rows, columns, together = shape
    differences = lines.reshape(rows, -1, together)
    planes = np.cumsum(differences, axis=1, dtype=np.uint8).reshape(rows, 4, columns * together)
    return np.ascontiguousarray(planes.transpose(0, 2, 1)).view(">f4").reshape(shape)


def _unpack_bits(lines: Array, bits: int, count: int) -> Array:
    """Unpack samples of 1 to 16 bits that do not start at bytes, the highest bit first.

    tifffile does this for 1 bit only, unless imagecodecs is installed.

    Parameters
    ----------
    lines : ndarray of uint8, (rows, bytes)
    bits : int
        Bits per sample.
    count : int
        Samples per row.

    Returns
    -------
    ndarray of uint8 or big-endian uint16, (rows, count)
    """
    width = 8 if bits < 8 else 16
    values = np.empty((len(lines), count), f"u{width // 8}")
    step = max(1, _STEP_SAMPLES // count)
    for first in range(0, len(lines), step):
        band = np.unpackbits(lines[first : first + step], axis=1, count=count * bits)
        wide = np.zeros((len(band), count, width), np.uint8)
        wide[:, :, width - bits :] = band.reshape(len(band), count, bits)
        values[first : first + step] = np.packbits(wide.reshape(len(band), -1), axis=1).view(
            f">u{width // 8}"
        )
    return values


def to_image(directory: Directory, layout: PageLayout, samples: Array, notes: list[str]) -> Array:
    """Convert samples to pixels.

    Parameters
    ----------
    directory : Directory
    layout : PageLayout
    samples : ndarray, (rows, columns, samples)
        As stored.
    notes : list of str
        Warnings are appended to it.

    Returns
    -------
    ndarray, (rows, columns) or (rows, columns, channels)
        Gray or RGB, with alpha as the last channel.
    """
    photometric = layout.photometric
    if photometric == Photometric.PALETTE:
        samples = _apply_palette(directory, layout, samples, notes)
    else:
        if photometric == Photometric.WHITE_IS_ZERO:
            samples = samples.copy()
            samples[:, :, 0] = layout.white - samples[:, :, 0]
        samples = _widen(layout, samples)
    # The JPEG decoder converts its colours.
    if photometric in _MODES and layout.compression != Compression.JPEG:
        mode = _MODES[photometric]
        notes.append(f"{mode} was converted to RGB")
        samples = _convert(samples, mode)
    if layout.unexplained:
        notes.append(
            f"{layout.unexplained} of {layout.samples} samples per pixel have no stated meaning;"
            " they are kept as channels"
        )
    if layout.alpha == "associated":
        samples = straighten(samples)
    return samples[:, :, 0] if samples.shape[2] == 1 else samples


def _widen(layout: PageLayout, samples: Array) -> Array:
    """Scale samples of other depths to 8 or 16 bits, so that white stays white."""
    if layout.kind == "i" and layout.bits == 16:
        return samples.astype(np.int32)
    if layout.bits in (8, 16, 32):
        return samples
    full = 255 if layout.bits < 8 else 65535
    table = np.floor(np.arange(layout.white + 1) * (full / layout.white) + 0.5)
    return np.asarray(table.astype(samples.dtype)[samples])


def _apply_palette(
    directory: Directory, layout: PageLayout, samples: Array, notes: list[str]
) -> Array:
    """Replace indices by the colours of the palette, in 8 bits."""
    entries = 2**layout.bits
    palette = directory.integers(Tag.COLOUR_MAP, 3 * entries)
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
    """Convert the colours of one of Pillow's modes to RGB."""
    from PIL import Image as pillow  # noqa: N813 - `Image` is ours

    rows, columns, _ = samples.shape
    picture = pillow.frombytes(mode, (columns, rows), np.ascontiguousarray(samples).tobytes())
    return np.asarray(picture.convert("RGB"))
