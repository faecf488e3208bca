"""Explicit lists of the pixels that are read in TIFF.

All others are refused in one line, so that no sample is read as something else.
"""

from __future__ import annotations

from poolcli.errors import PoolcliError
from poolcli.images.tiff.directory import Directory
from poolcli.images.tiff.tags import FAX, Compression, Photometric, Predictor, SampleFormat, Tag

# Colours for which a colour profile is still valid after reading.
KEPT_COLOURS = (
    Photometric.WHITE_IS_ZERO,
    Photometric.BLACK_IS_ZERO,
    Photometric.RGB,
    Photometric.PALETTE,
    Photometric.YCBCR,
)

# Bytes of samples per byte of the file, at most. Fax has no such bound.
MAX_RATIOS: dict[int, int] = {
    Compression.UNCOMPRESSED: 1,
    Compression.PACKBITS: 64,
    Compression.LZW: 3000,
    Compression.DEFLATE: 1100,
    Compression.OLD_DEFLATE: 1100,
    Compression.JPEG: 20_000,
    Compression.LZMA: 20_000,
    Compression.ZSTANDARD: 20_000,
}

# Colour samples per pixel.
COLOURS: dict[int, int] = {
    Photometric.WHITE_IS_ZERO: 1,
    Photometric.BLACK_IS_ZERO: 1,
    Photometric.RGB: 3,
    Photometric.PALETTE: 1,
    Photometric.CMYK: 4,
    Photometric.YCBCR: 3,
    Photometric.LAB: 3,
}
PHOTOMETRIC_NAMES: dict[int, str] = {
    Photometric.WHITE_IS_ZERO: "gray",
    Photometric.BLACK_IS_ZERO: "gray",
    Photometric.RGB: "RGB",
    Photometric.PALETTE: "a palette",
    Photometric.CMYK: "CMYK",
    Photometric.YCBCR: "YCbCr",
    Photometric.LAB: "CIE L*a*b*",
    4: "a transparency mask",
    9: "ICC L*a*b*",
    10: "ITU L*a*b*",
    32803: "a colour filter array",
    32844: "LogL",
    32845: "LogLuv",
}
_COMPRESSION_NAMES = {6: "old-style JPEG", 32809: "ThunderScan", 34712: "JPEG 2000", 50001: "WebP"}

# Bits per sample of unsigned integers.
_GRAY_DEPTHS = (1, 2, 4, 8, 10, 12, 14, 16)
_DEPTHS: dict[int, tuple[int, ...]] = {
    Photometric.WHITE_IS_ZERO: _GRAY_DEPTHS,
    Photometric.BLACK_IS_ZERO: _GRAY_DEPTHS,
    Photometric.RGB: (2, 4, 8, 10, 12, 14, 16),
    Photometric.PALETTE: (1, 2, 4, 8),
    Photometric.CMYK: (8,),
    Photometric.YCBCR: (8,),
    Photometric.LAB: (8,),
}
# Formats and bits of other samples, which are read in gray without other samples.
_OTHER_DEPTHS = ((SampleFormat.SIGNED, 16), (SampleFormat.SIGNED, 32), (SampleFormat.FLOAT, 32))
_FORMAT_NAMES: dict[int, str] = {
    SampleFormat.UNSIGNED: "unsigned",
    SampleFormat.SIGNED: "signed",
    SampleFormat.FLOAT: "float",
}
# Samples per pixel in a JPEG strip.
_JPEG_SAMPLES: dict[int, tuple[int, ...]] = {
    Photometric.BLACK_IS_ZERO: (1, 3),
    Photometric.RGB: (1, 3),
    Photometric.YCBCR: (3,),
}
_PREDICTABLE = (
    Compression.LZW,
    Compression.DEFLATE,
    Compression.OLD_DEFLATE,
    Compression.LZMA,
    Compression.ZSTANDARD,
)


def check_compression(compression: int) -> None:
    """Raise PoolcliError if a compression is not read."""
    if compression not in MAX_RATIOS and compression not in FAX:
        name = _COMPRESSION_NAMES.get(compression, f"method {compression}")
        raise PoolcliError(
            f"is compressed by {name}, which is not read in TIFF; save it with LZW or deflate"
        )


def check_photometric(photometric: int) -> None:
    """Raise PoolcliError if samples of this meaning are not read."""
    if photometric not in COLOURS:
        name = PHOTOMETRIC_NAMES.get(photometric, f"photometric {photometric}")
        raise PoolcliError(f"holds {name}, which is not read; save it as gray or RGB")


def check_format(format_: int) -> None:
    """Raise PoolcliError if samples of this kind of number are not read."""
    if format_ not in _FORMAT_NAMES:
        raise PoolcliError(f"holds samples of TIFF format {format_}, which are not read; use npy")


def check_depth(photometric: int, bits: int, format_: int, samples: int) -> None:
    """Raise PoolcliError if samples of this meaning are not read with these bits."""
    if format_ == SampleFormat.UNSIGNED and bits in _DEPTHS[photometric]:
        return
    gray = photometric == Photometric.BLACK_IS_ZERO and samples == 1
    if gray and (format_, bits) in _OTHER_DEPTHS:
        return
    meaning = PHOTOMETRIC_NAMES[photometric]
    if samples > COLOURS[photometric]:
        meaning += " with other samples"
    kind = f"{_FORMAT_NAMES[format_]} {bits}-bit samples"
    if photometric == Photometric.WHITE_IS_ZERO and format_ != SampleFormat.UNSIGNED:
        kind += " whose white is 0"
    raise PoolcliError(f"holds {meaning} as {kind}, which are not read in TIFF; use npy")


def check_colour(directory: Directory, photometric: int, compression: int) -> None:
    """Raise PoolcliError if the conversion to RGB would need uncommon rules."""
    if photometric == Photometric.CMYK and directory.integer(Tag.INK_SET, 1) != 1:
        raise PoolcliError("holds inks other than CMYK, which are not read; save it as RGB")
    if photometric == Photometric.YCBCR and compression != Compression.JPEG:
        if directory.integers(Tag.YCBCR_SUBSAMPLING, 2) != (1, 1):
            raise PoolcliError("holds subsampled YCbCr, which is not read; save it as RGB")
        if Tag.YCBCR_COEFFICIENTS in directory:
            raise PoolcliError("holds YCbCr with its own coefficients; save it as RGB")


def check_predictor(predictor: int, compression: int, bits: int, format_: int) -> None:
    """Raise PoolcliError if a predictor does not apply to the samples."""
    if predictor == Predictor.NONE:
        return
    if predictor == Predictor.HORIZONTAL:
        fits = bits in (8, 16, 32) and format_ != SampleFormat.FLOAT
    else:
        fits = predictor == Predictor.FLOATING_POINT and format_ == SampleFormat.FLOAT
    if not fits or compression not in _PREDICTABLE:
        raise PoolcliError(
            f"is stored with TIFF predictor {predictor}, which does not fit its samples;"
            " save it without one"
        )


def check_compressed_samples(
    compression: int, photometric: int, bits: int, samples: int, samples_per_plane: int
) -> None:
    """Raise PoolcliError if a compression cannot hold samples."""
    if compression in FAX and (bits, samples) != (1, 1):
        raise PoolcliError("is damaged: it is compressed as fax, but does not hold 1-bit gray")
    if compression != Compression.JPEG:
        return
    if bits != 8 or samples_per_plane not in _JPEG_SAMPLES.get(photometric, ()):
        raise PoolcliError(
            "holds JPEG that is neither gray nor RGB of 8 bits; save it with LZW or deflate"
        )
