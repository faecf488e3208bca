"""Storage of the pixels of a TIFF page, as its tags state it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Literal

from poolcli.errors import PoolcliError
from poolcli.images.tiff.directory import Directory
from poolcli.images.tiff.support import (
    COLOURS,
    PHOTOMETRIC_NAMES,
    check_colour,
    check_compressed_samples,
    check_compression,
    check_depth,
    check_format,
    check_photometric,
    check_predictor,
)
from poolcli.images.tiff.tags import (
    Compression,
    ExtraSample,
    Photometric,
    Predictor,
    SampleFormat,
    Tag,
)

Kind = Literal["u", "i", "f"]
Alpha = Literal["", "straight", "associated"]

_KINDS: dict[int, Kind] = {
    SampleFormat.UNSIGNED: "u",
    SampleFormat.SIGNED: "i",
    SampleFormat.FLOAT: "f",
}
_MAX_SAMPLES = 1024
# Tiles may have twice the pixels of the image, and these in addition.
_SPARE_PIXELS = 2**24


@dataclass(frozen=True)
class PageLayout:
    """The storage of pixels.

    Attributes
    ----------
    rows, columns, samples : int
        The size of the image, and the samples per pixel.
    bits : int
        Bits per sample.
    kind : "u", "i" or "f"
        Unsigned or signed integers, or floats.
    photometric, compression, predictor : int
        The values of these tags.
    alpha : "", "straight" or "associated"
        Whether the sample after the colours is alpha, and whether it is multiplied into them.
    by_planes : bool
        Whether the samples of a pixel are stored in separate planes.
    tiled : bool
        Whether pixels are stored in tiles instead of strips.
    reversed_bits : bool
        Whether the first pixel of a byte is in its lowest bits.
    segment : (rows, columns)
        The size of a strip or tile.
    """

    rows: int
    columns: int
    samples: int
    bits: int
    kind: Kind
    photometric: int
    compression: int
    predictor: int
    alpha: Alpha
    by_planes: bool
    tiled: bool
    reversed_bits: bool
    segment: tuple[int, int]

    @property
    def unexplained(self) -> int:
        """Return the number of samples per pixel without a stated meaning."""
        further = self.samples - COLOURS[self.photometric]
        return further - 1 if self.alpha else further

    @property
    def planes(self) -> int:
        """Return the number of planes."""
        return self.samples if self.by_planes else 1

    @property
    def samples_per_plane(self) -> int:
        """Return the number of samples per pixel in each plane."""
        return 1 if self.by_planes else self.samples

    @property
    def grid(self) -> tuple[int, int]:
        """Return the number of strips or tiles of a plane, (down, across)."""
        return ceil(self.rows / self.segment[0]), ceil(self.columns / self.segment[1])

    @property
    def row_bytes(self) -> int:
        """Return the number of bytes per row of a strip or tile."""
        return (self.segment[1] * self.samples_per_plane * self.bits + 7) // 8

    @property
    def segment_bytes(self) -> int:
        """Return the number of bytes per strip or tile of full height."""
        return self.segment[0] * self.row_bytes

    @property
    def white(self) -> int:
        """Return the largest value of an unsigned sample."""
        return (1 << self.bits) - 1


def read_layout(directory: Directory) -> PageLayout:
    """Read the layout of the pixels of a page.

    Raises
    ------
    PoolcliError
        If the tags contradict each other, or if such pixels are not read.
    """
    columns, rows = (directory.integer(tag, 0) for tag in (Tag.WIDTH, Tag.LENGTH))
    if rows < 1 or columns < 1:
        raise PoolcliError("is damaged: its TIFF tags give no size")
    compression = directory.integer(Tag.COMPRESSION, Compression.UNCOMPRESSED)
    check_compression(compression)
    samples, bits, format_ = _read_samples(directory)
    if Tag.PHOTOMETRIC not in directory:
        raise PoolcliError("does not define the meaning of its samples: it has no photometric tag")
    photometric = directory.integer(Tag.PHOTOMETRIC, 0)
    check_photometric(photometric)
    check_depth(photometric, bits, format_, samples)
    check_colour(directory, photometric, compression)
    alpha = _read_alpha(directory, samples, photometric)
    planar = directory.integer(Tag.PLANAR_CONFIGURATION, 1)
    fill_order = directory.integer(Tag.FILL_ORDER, 1)
    if planar not in (1, 2) or fill_order not in (1, 2):
        raise PoolcliError("is damaged: its TIFF tags give its samples an unknown order")
    predictor = directory.integer(Tag.PREDICTOR, Predictor.NONE)
    check_predictor(predictor, compression, bits, format_)
    tiled = Tag.TILE_WIDTH in directory
    layout = PageLayout(
        rows,
        columns,
        samples,
        bits,
        _KINDS[format_],
        photometric,
        compression,
        predictor,
        alpha,
        by_planes=planar == 2 and samples > 1,
        tiled=tiled,
        reversed_bits=fill_order == 2 and compression != Compression.JPEG,
        segment=_read_segment(directory, rows, columns, tiled=tiled),
    )
    check_compressed_samples(compression, photometric, bits, samples, layout.samples_per_plane)
    return layout


def _read_samples(directory: Directory) -> tuple[int, int, int]:
    """Read the number of samples per pixel, their bits and their format."""
    samples = directory.integer(Tag.SAMPLES_PER_PIXEL, 1)
    if not 1 <= samples <= _MAX_SAMPLES:
        raise PoolcliError(f"is damaged: its TIFF tags give a pixel {samples} samples")
    depths = directory.integers(Tag.BITS_PER_SAMPLE, samples) or (1,)
    formats = directory.integers(Tag.SAMPLE_FORMAT, samples) or (SampleFormat.UNSIGNED,)
    if len(set(depths)) != 1 or len(set(formats)) != 1:
        raise PoolcliError("holds samples of different types, which are not read; save them alike")
    if len(depths) not in (1, samples):
        raise PoolcliError("is damaged: its TIFF tags give the bits of some samples only")
    check_format(formats[0])
    return samples, depths[0], formats[0]


def _read_alpha(directory: Directory, samples: int, photometric: int) -> Alpha:
    """Read whether the sample after the colours is alpha."""
    further = samples - COLOURS[photometric]
    name = PHOTOMETRIC_NAMES[photometric]
    if further < 0:
        raise PoolcliError(f"is damaged: its TIFF tags give {name} {samples} samples")
    meanings = set(directory.integers(Tag.EXTRA_SAMPLES, further))
    known = meanings & set(ExtraSample)
    plain = photometric in (Photometric.BLACK_IS_ZERO, Photometric.RGB)
    if not further or (plain and not known and meanings <= {0}):
        return ""
    straight = plain or photometric in (Photometric.WHITE_IS_ZERO, Photometric.PALETTE)
    if further == 1 and known == {ExtraSample.UNASSOCIATED_ALPHA} and straight:
        return "straight"
    if further == 1 and known == {ExtraSample.ASSOCIATED_ALPHA} and plain:
        return "associated"
    raise PoolcliError(
        f"holds {further} samples per pixel beside {name} that are not read; save it without them"
    )


def _read_segment(directory: Directory, rows: int, columns: int, *, tiled: bool) -> tuple[int, int]:
    """Read the size of a strip or tile."""
    if tiled:
        height = directory.integer(Tag.TILE_LENGTH, 0)
        width = directory.integer(Tag.TILE_WIDTH, 0)
    else:
        height = min(directory.integer(Tag.ROWS_PER_STRIP, rows), rows)
        width = columns
    if height < 1 or width < 1:
        raise PoolcliError("is damaged: its TIFF tags give its strips or tiles no size")
    padded = ceil(rows / height) * height * ceil(columns / width) * width
    if tiled and padded > 2 * rows * columns + _SPARE_PIXELS:
        raise PoolcliError("is damaged: its tiles are much larger than the image")
    return height, width
