"""The layout of the pixels of a TIFF page: an explicit list of what is read.

Everything else is refused in one line, so that no sample is ever read as something that it is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Literal

from poolcli.errors import PoolcliError
from poolcli.images.tiff.directory import Directory

WIDTH, LENGTH, BITS, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
FILL_ORDER, STRIP_OFFSETS, SAMPLES, STRIP_ROWS, STRIP_COUNTS = 266, 273, 277, 278, 279
PLANAR, FAX_OPTIONS, PREDICTOR, COLOUR_MAP = 284, 292, 317, 320
TILE_WIDTH, TILE_LENGTH, TILE_OFFSETS, TILE_COUNTS = 322, 323, 324, 325
INK_SET, EXTRA, FORMAT = 332, 338, 339
COEFFICIENTS, SUBSAMPLING = 529, 530

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, CMYK, YCBCR, LAB = 0, 1, 2, 3, 5, 6, 8
_COLOURS = {WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3, PALETTE: 1, CMYK: 4, YCBCR: 3, LAB: 3}
_PHOTOMETRICS = {
    WHITE_IS_ZERO: "gray", BLACK_IS_ZERO: "gray", RGB: "RGB", PALETTE: "a palette", CMYK: "CMYK",
    YCBCR: "YCbCr", LAB: "CIE L*a*b*", 4: "a transparency mask", 9: "ICC L*a*b*",
    10: "ITU L*a*b*", 32803: "a colour filter array", 32844: "LogL", 32845: "LogLuv",
}  # fmt: skip

# What a colour profile in the file still describes once it is read.
KEPT_COLOURS = (WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, YCBCR)

# How many bits a sample may have, by what the samples mean.
_DEPTHS = {
    WHITE_IS_ZERO: (1, 2, 4, 8, 10, 12, 14, 16),
    BLACK_IS_ZERO: (1, 2, 4, 8, 10, 12, 14, 16),
    RGB: (2, 4, 8, 10, 12, 14, 16),
    PALETTE: (1, 2, 4, 8),
    CMYK: (8,),
    YCBCR: (8,),
    LAB: (8,),
}
# What other numbers than unsigned ones are read: in gray alone.
_UNSIGNED, _SIGNED, _FLOAT = 1, 2, 3
_KINDS = {_UNSIGNED: "unsigned", _SIGNED: "signed", _FLOAT: "float"}
_WIDE = ((_SIGNED, 16), (_SIGNED, 32), (_FLOAT, 32))

NO_CODING, HUFFMAN, FAX_3, FAX_4, LZW, JPEG, DEFLATE, PACKBITS = 1, 2, 3, 4, 5, 7, 8, 32773
OLD_DEFLATE, LZMA, ZSTD = 32946, 34925, 50000
FAX = (HUFFMAN, FAX_3, FAX_4)
_PREDICTABLE = (LZW, DEFLATE, OLD_DEFLATE, LZMA, ZSTD)
# How many bytes one byte of a file can become at most; fax has no such bound.
RATIOS = {
    NO_CODING: 1, PACKBITS: 64, LZW: 3000, JPEG: 20_000, DEFLATE: 1100, OLD_DEFLATE: 1100,
    LZMA: 20_000, ZSTD: 20_000,
}  # fmt: skip
_COMPRESSIONS = {6: "old-style JPEG", 32809: "ThunderScan", 34712: "JPEG 2000", 50001: "WebP"}

_ASSOCIATED, _UNASSOCIATED = 1, 2
_MOST_SAMPLES = 1024
# Pixels that tiles may hold beside those of the image.
_SPARE_PIXELS = 2**24


@dataclass(frozen=True)
class Layout:
    """How pixels are stored.

    Attributes
    ----------
    rows, columns, samples : int
    colours : int
        How many of the samples are colour; with alpha, one more. What is beyond is unexplained.
    bits : int
    kind : "u", "i" or "f"
        Unsigned or signed integers, or floats.
    photometric, compression, predictor : int
        As numbered by TIFF.
    alpha : "", "straight" or "associated"
        Whether the sample behind the colours is α, and whether they are multiplied by it.
    by_planes, tiled, reversed_bits : bool
    segment : (rows, columns)
        The size of a strip or tile.
    """

    rows: int
    columns: int
    samples: int
    bits: int
    kind: Literal["u", "i", "f"]
    photometric: int
    compression: int
    predictor: int
    alpha: Literal["", "straight", "associated"]
    by_planes: bool
    tiled: bool
    reversed_bits: bool
    segment: tuple[int, int]

    @property
    def colours(self) -> int:
        """How many samples per pixel are colour."""
        return _COLOURS[self.photometric]

    @property
    def unexplained(self) -> int:
        """How many samples per pixel have no stated meaning."""
        return self.samples - self.colours - bool(self.alpha)

    @property
    def planes(self) -> int:
        """How many planes are stored one after the other."""
        return self.samples if self.by_planes else 1

    @property
    def samples_together(self) -> int:
        """How many samples of a pixel are stored together."""
        return 1 if self.by_planes else self.samples

    @property
    def grid(self) -> tuple[int, int]:
        """How many strips or tiles of a plane lie below each other, and beside each other."""
        return ceil(self.rows / self.segment[0]), ceil(self.columns / self.segment[1])

    @property
    def row_bytes(self) -> int:
        """How many bytes a row of a strip or tile takes."""
        return (self.segment[1] * self.samples_together * self.bits + 7) // 8

    @property
    def white(self) -> int:
        """The largest value of a sample."""
        return (1 << self.bits) - 1


def read_layout(directory: Directory) -> Layout:
    """Read how the pixels of a page are stored.

    Raises
    ------
    PoolcliError
        If the tags contradict each other, or if such pixels are not read.
    """
    columns, rows = (directory.integer(tag, 0) for tag in (WIDTH, LENGTH))
    if rows < 1 or columns < 1:
        raise PoolcliError("is damaged: its TIFF tags give no size")
    compression = directory.integer(COMPRESSION, NO_CODING)
    if compression not in RATIOS and compression not in FAX:
        name = _COMPRESSIONS.get(compression, f"method {compression}")
        raise PoolcliError(
            f"is compressed by {name}, which is not read in TIFF; save it with LZW or deflate"
        )
    samples, bits, kind = _samples(directory)
    if PHOTOMETRIC not in directory:
        raise PoolcliError("does not say what its samples mean: it has no photometric tag")
    photometric = directory.integer(PHOTOMETRIC, 0)
    if photometric not in _COLOURS:
        name = _PHOTOMETRICS.get(photometric, f"photometric {photometric}")
        raise PoolcliError(f"holds {name}, which is not read; save it as gray or RGB")
    _check_depth(photometric, bits, kind, samples)
    _check_colour(directory, photometric, compression)
    alpha = _alpha(directory, samples, photometric)
    planar = directory.integer(PLANAR, 1)
    fill_order = directory.integer(FILL_ORDER, 1)
    predictor = directory.integer(PREDICTOR, 1)
    if planar not in (1, 2) or fill_order not in (1, 2):
        raise PoolcliError("is damaged: its TIFF tags give its samples an unknown order")
    _check_predictor(predictor, compression, bits, kind)
    tiled = TILE_WIDTH in directory
    layout = Layout(
        rows,
        columns,
        samples,
        bits,
        ("u", "i", "f")[kind - 1],
        photometric,
        compression,
        predictor,
        alpha,
        by_planes=planar == 2 and samples > 1,
        tiled=tiled,
        reversed_bits=fill_order == 2 and compression != JPEG,
        segment=_segment(directory, rows, columns, tiled=tiled),
    )
    _check_compression(layout)
    return layout


def _samples(directory: Directory) -> tuple[int, int, int]:
    """Read how many samples a pixel has, their bits and their kind of number."""
    samples = directory.integer(SAMPLES, 1)
    if not 1 <= samples <= _MOST_SAMPLES:
        raise PoolcliError(f"is damaged: its TIFF tags give a pixel {samples} samples")
    depths = directory.integers(BITS, samples) or (1,)
    kinds = directory.integers(FORMAT, samples) or (_UNSIGNED,)
    if len(set(depths)) != 1 or len(set(kinds)) != 1:
        raise PoolcliError("holds samples of different types, which are not read; save them alike")
    if len(depths) not in (1, samples):
        raise PoolcliError("is damaged: its TIFF tags give the bits of some samples only")
    if kinds[0] not in _KINDS:
        raise PoolcliError(f"holds samples of TIFF format {kinds[0]}, which are not read; use npy")
    return samples, depths[0], kinds[0]


def _check_depth(photometric: int, bits: int, kind: int, samples: int) -> None:
    if kind == _UNSIGNED and bits in _DEPTHS[photometric]:
        return
    gray = photometric in (WHITE_IS_ZERO, BLACK_IS_ZERO) and samples == 1
    if gray and (kind, bits) in _WIDE and photometric == BLACK_IS_ZERO:
        return
    meaning = _PHOTOMETRICS[photometric]
    if samples > _COLOURS[photometric]:
        meaning += " with other samples"
    white = " whose white is 0" if photometric == WHITE_IS_ZERO and kind != _UNSIGNED else ""
    raise PoolcliError(
        f"holds {meaning} as {_KINDS[kind]} {bits}-bit samples{white}, which are not read in TIFF;"
        " use npy"
    )


def _check_colour(directory: Directory, photometric: int, compression: int) -> None:
    """Refuse colour that would have to be converted by other rules than the usual ones."""
    if photometric == CMYK and directory.integer(INK_SET, 1) != 1:
        raise PoolcliError("holds other inks than CMYK, which are not read; save it as RGB")
    if photometric == YCBCR and compression != JPEG:
        if directory.integers(SUBSAMPLING, 2) != (1, 1):
            raise PoolcliError("holds YCbCr that is subsampled, which is not read; save it as RGB")
        if COEFFICIENTS in directory:
            raise PoolcliError("holds YCbCr of its own coefficients; save it as RGB")


def _alpha(
    directory: Directory, samples: int, photometric: int
) -> Literal["", "straight", "associated"]:
    """Return the meaning of the samples after colour."""
    further = samples - _COLOURS[photometric]
    if further < 0:
        raise PoolcliError(
            f"is damaged: its TIFF tags give {_PHOTOMETRICS[photometric]} {samples} samples"
        )
    meanings = set(directory.integers(EXTRA, further))
    known = meanings & {_ASSOCIATED, _UNASSOCIATED}
    plain = photometric in (BLACK_IS_ZERO, RGB)
    if not further or (plain and not known and meanings <= {0}):
        return ""
    if (
        further == 1
        and known == {_UNASSOCIATED}
        and photometric
        in (
            WHITE_IS_ZERO,
            BLACK_IS_ZERO,
            RGB,
            PALETTE,
        )
    ):
        return "straight"
    if further == 1 and known == {_ASSOCIATED} and plain:
        return "associated"
    raise PoolcliError(
        f"holds {further} samples per pixel beside {_PHOTOMETRICS[photometric]} that are not read;"
        " save it without them"
    )


def _check_predictor(predictor: int, compression: int, bits: int, kind: int) -> None:
    if predictor == 1:
        return
    fits = {2: bits in (8, 16, 32) and kind != _FLOAT, 3: kind == _FLOAT}
    if compression not in _PREDICTABLE or not fits.get(predictor, False):
        raise PoolcliError(
            f"is stored with TIFF predictor {predictor}, which does not fit its samples;"
            " save it without one"
        )


def _segment(directory: Directory, rows: int, columns: int, *, tiled: bool) -> tuple[int, int]:
    """Read the size of a strip or tile."""
    if not tiled:
        height = min(directory.integer(STRIP_ROWS, rows), rows)
        width = columns
    else:
        height, width = (directory.integer(tag, 0) for tag in (TILE_LENGTH, TILE_WIDTH))
    if height < 1 or width < 1:
        raise PoolcliError("is damaged: its TIFF tags give its strips or tiles no size")
    padded = ceil(rows / height) * height * ceil(columns / width) * width
    if tiled and padded > 2 * rows * columns + _SPARE_PIXELS:
        raise PoolcliError("is damaged: its tiles are much larger than the image")
    return height, width


def _check_compression(layout: Layout) -> None:
    """Refuse samples that a compression cannot hold."""
    if layout.compression in FAX and (layout.bits, layout.samples) != (1, 1):
        raise PoolcliError("is damaged: it is compressed as a fax of other than 1 bit")
    if layout.compression == JPEG:
        together = layout.samples_together
        ycbcr = layout.photometric == YCBCR
        fits = together == 3 or (together == 1 and not ycbcr)
        known = layout.photometric in (BLACK_IS_ZERO, RGB, YCBCR)
        if layout.bits != 8 or not fits or not known:
            raise PoolcliError(
                "holds JPEG that is neither gray nor RGB of 8 bits; save it with LZW or deflate"
            )
