"""Bytes to arrays and back: the only decoder and the only encoder."""

from poolcli.images.animation import encode_animation
from poolcli.images.image import Image, Source
from poolcli.images.reading import check_head, open_source
from poolcli.images.writing import (
    FORMATS,
    check_format,
    check_size,
    encode,
    encode_by_opencv,
    format_of,
    keeps_profile,
)

__all__ = [
    "FORMATS",
    "Image",
    "Source",
    "check_format",
    "check_head",
    "check_size",
    "encode",
    "encode_animation",
    "encode_by_opencv",
    "format_of",
    "keeps_profile",
    "open_source",
]
