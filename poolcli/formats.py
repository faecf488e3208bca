"""The file formats, one record per format, for every module that names or checks them.

This module imports neither NumPy nor Pillow, since the help of the command line is made from it.
How the files are decoded and encoded is in `poolcli.images`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Content = Literal["picture", "array", "text", "drawing"]

INCH_IN_METRES = 0.0254
# Pixels per inch: the least and the most that any format holds.
LEAST_RESOLUTION, MOST_RESOLUTION = 1e-4, 1e7


@dataclass(frozen=True)
class Output:
    """The pixels and metadata that poolcli writes to files of a format.

    Attributes
    ----------
    types : tuple of str or None
        The NumPy types of the pixels; None for every type, unrounded.
    channels : tuple of int or None
        The numbers of channels without alpha; None for every number, also in batches.
    alpha : bool
        Whether there may be an alpha channel besides.
    profile : {"all", "colour", "none"}
        The images whose colour profile is kept.
    resolution : (float, float) or None
        The least and the largest number of pixels per inch; None if resolution is not kept.
    resolution_unit : str
        What the file counts pixels by, where that is not a ratio.
    bare_types : tuple of str
        The types of colour that are written without profile and resolution.
    longest : int or None
        The largest number of rows and columns, or None.
    remark : str
        A remark on the pixels, for the documentation.
    settings : str
        The settings of the encoder, for the documentation.
    """

    types: tuple[str, ...] | None
    channels: tuple[int, ...] | None = (1, 3)
    alpha: bool = False
    profile: Literal["all", "colour", "none"] = "none"
    resolution: tuple[float, float] | None = None
    resolution_unit: str = ""
    bare_types: tuple[str, ...] = ()
    longest: int | None = None
    remark: str = ""
    settings: str = ""


@dataclass(frozen=True)
class Format:
    """A file format.

    Attributes
    ----------
    name : str
        The word of the command line and of messages.
    suffixes : tuple of str
        In lower case and without dot. Folders are searched for those of pictures that are read.
    content : {"picture", "array", "text", "drawing"}
    signature : bytes or None
        A regular expression (with `re.DOTALL`) of how a picture of this format begins; None if
        such pictures are not read.
    pillow : str or None
        The name that Pillow has for the format, where Pillow decodes its files.
    modes : tuple of str
        The modes of Pillow that are read.
    output : Output or None
        What results hold in this format; None if none are written.
    figure : {"still", "animated"} or None
        The figures that are written.
    """

    name: str
    suffixes: tuple[str, ...]
    content: Content
    signature: bytes | None = None
    pillow: str | None = None
    modes: tuple[str, ...] = ()
    output: Output | None = None
    figure: Literal["still", "animated"] | None = None


FORMATS = (
    Format(
        "png",
        ("png",),
        "picture",
        signature=rb"\x89PNG\r\n\x1a\n",
        pillow="PNG",
        modes=("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
        output=Output(
            ("uint8", "uint16"),
            alpha=True,
            profile="all",
            resolution=(INCH_IN_METRES, MOST_RESOLUTION),
            resolution_unit="metre",
            longest=1_000_000,
        ),
        figure="still",
    ),
    Format("svg", ("svg",), "drawing", figure="still"),
    Format("pdf", ("pdf",), "drawing", figure="still"),
    Format(
        "tif",
        ("tif", "tiff"),
        "picture",
        signature=rb"II[*+]\0|II\0\*|MM\0[*+]|MM\*\0",
        output=Output(
            ("uint8", "uint16", "int32", "float32"),
            alpha=True,
            profile="all",
            # Ratios of 32-bit integers.
            resolution=(LEAST_RESOLUTION, MOST_RESOLUTION),
            bare_types=("uint16",),
        ),
    ),
    Format(
        "jpg",
        ("jpg", "jpeg"),
        "picture",
        signature=rb"\xff\xd8\xff",
        output=Output(
            ("uint8",),
            profile="all",
            resolution=(1.0, 65_535.0),
            resolution_unit="inch",
            longest=65_500,
            settings="quality 95, 4:4:4",
        ),
    ),
    Format("gif", ("gif",), "picture", signature=rb"GIF8[79]a", figure="animated"),
    Format(
        "webp",
        ("webp",),
        "picture",
        signature=rb"RIFF....WEBPVP8[ LX]",
        pillow="WEBP",
        modes=("RGB", "RGBA"),
        output=Output(
            ("uint8",),
            alpha=True,
            profile="colour",
            longest=16_383,
            remark="gray as RGB",
            settings="lossless",
        ),
        figure="animated",
    ),
    Format("bmp", ("bmp",), "picture", signature=rb"BM"),
    Format("ppm", ("ppm", "pgm", "pbm"), "picture", signature=rb"P[0-6fy]"),
    Format(
        "jp2",
        ("jp2",),
        "picture",
        signature=rb"\xff\x4f\xff\x51|\0\0\0\x0cjP  \r\n\x87\n",
        pillow="JPEG2000",
        modes=("L", "LA", "RGB", "RGBA", "I;16", "CMYK"),
    ),
    Format(
        "avif",
        ("avif",),
        "picture",
        signature=rb"....ftyp(?:avi[fs]|mif1|msf1)",
        pillow="AVIF",
        modes=("L", "RGB", "RGBA"),
    ),
    Format("npy", ("npy",), "array", output=Output(None, None)),
    Format("npz", ("npz",), "array"),
    Format("csv", ("csv", "txt"), "text", output=Output(None, (1,))),
)
BY_NAME = {format_.name: format_ for format_ in FORMATS}
BY_SUFFIX = {suffix: format_ for format_ in FORMATS for suffix in format_.suffixes}

READ_PICTURES = tuple(format_ for format_ in FORMATS if format_.signature is not None)
IMAGE_SUFFIXES = frozenset(suffix for format_ in READ_PICTURES for suffix in format_.suffixes)
MATRIX_SUFFIXES = frozenset(
    suffix
    for format_ in FORMATS
    if format_.content in ("array", "text")
    for suffix in format_.suffixes
)

# The names of the formats that results are written in, pictures first.
PICTURE_OUTPUTS = tuple(
    format_.name for format_ in FORMATS if format_.output and format_.content == "picture"
)
OUTPUTS = (
    *PICTURE_OUTPUTS,
    *(format_.name for format_ in FORMATS if format_.output and format_.content != "picture"),
)
STILL_FIGURES = tuple(format_.name for format_ in FORMATS if format_.figure == "still")
ANIMATED_FIGURES = tuple(format_.name for format_ in FORMATS if format_.figure == "animated")
FIGURES = (*STILL_FIGURES, *ANIMATED_FIGURES)


def output_of(name: str) -> Output:
    """Return what results hold in a format of `OUTPUTS`."""
    output = BY_NAME[name].output
    if output is None:
        raise ValueError(f"no results are written as {name}")
    return output


def output_format(suffix: str) -> str | None:
    """Return the name of the format that results have under a suffix, or None."""
    format_ = BY_SUFFIX.get(suffix)
    return format_.name if format_ and format_.output else None


def join_words(words: Sequence[str], conjunction: str) -> str:
    """Join words as in `png, tif or npy`."""
    *others, last = words
    return f"{', '.join(others)} {conjunction} {last}" if others else last
