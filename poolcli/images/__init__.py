"""Bytes to arrays and back: the only decoder and the only encoder."""

from poolcli.geometry.layouts import Layout
from poolcli.images.animation import encode_animation
from poolcli.images.image import Image, Kind, Reading, Source
from poolcli.images.reading import check_head, kind_of, open_source
from poolcli.images.writing import (
    FORMATS,
    Buffer,
    Quantised,
    check_format,
    check_size,
    choose_format,
    encode_figure,
    format_of,
    keeps_profile,
    quantise,
)

__all__ = [
    "FORMATS",
    "Buffer",
    "Image",
    "Kind",
    "Layout",
    "Quantised",
    "Reading",
    "Source",
    "check_format",
    "check_head",
    "check_size",
    "choose_format",
    "encode_animation",
    "encode_figure",
    "format_of",
    "keeps_profile",
    "kind_of",
    "open_source",
    "quantise",
]
