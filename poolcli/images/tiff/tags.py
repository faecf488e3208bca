"""Numbers of TIFF tags and of their values, as in TIFF 6.0 and its supplements."""

from __future__ import annotations

from enum import IntEnum


class Tag(IntEnum):
    """Tags that are read."""

    NEW_SUBFILE_TYPE = 254
    SUBFILE_TYPE = 255
    WIDTH = 256
    LENGTH = 257
    BITS_PER_SAMPLE = 258
    COMPRESSION = 259
    PHOTOMETRIC = 262
    FILL_ORDER = 266
    DESCRIPTION = 270
    STRIP_OFFSETS = 273
    SAMPLES_PER_PIXEL = 277
    ROWS_PER_STRIP = 278
    STRIP_BYTE_COUNTS = 279
    PLANAR_CONFIGURATION = 284
    FAX_3_OPTIONS = 292
    PREDICTOR = 317
    COLOUR_MAP = 320
    TILE_WIDTH = 322
    TILE_LENGTH = 323
    TILE_OFFSETS = 324
    TILE_BYTE_COUNTS = 325
    INK_SET = 332
    EXTRA_SAMPLES = 338
    SAMPLE_FORMAT = 339
    JPEG_TABLES = 347
    YCBCR_COEFFICIENTS = 529
    YCBCR_SUBSAMPLING = 530
    XMP = 700
    ICC_PROFILE = 34675


class Photometric(IntEnum):
    """Meanings of samples that are read."""

    WHITE_IS_ZERO = 0
    BLACK_IS_ZERO = 1
    RGB = 2
    PALETTE = 3
    CMYK = 5
    YCBCR = 6
    LAB = 8


class Compression(IntEnum):
    """Compressions that are read."""

    UNCOMPRESSED = 1
    HUFFMAN = 2
    FAX_3 = 3
    FAX_4 = 4
    LZW = 5
    JPEG = 7
    DEFLATE = 8
    PACKBITS = 32773
    OLD_DEFLATE = 32946
    LZMA = 34925
    ZSTANDARD = 50000


class SampleFormat(IntEnum):
    """Kinds of number that are read."""

    UNSIGNED = 1
    SIGNED = 2
    FLOAT = 3


class ExtraSample(IntEnum):
    """Meanings of samples beyond the colours, if one is stated."""

    ASSOCIATED_ALPHA = 1
    UNASSOCIATED_ALPHA = 2


class Predictor(IntEnum):
    """Transformations of samples before compression."""

    NONE = 1
    HORIZONTAL = 2
    FLOATING_POINT = 3


FAX = (Compression.HUFFMAN, Compression.FAX_3, Compression.FAX_4)
