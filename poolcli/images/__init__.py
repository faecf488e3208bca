"""Bytes to arrays and back: the only decoder and the only encoder."""

from poolcli.geometry.layouts import Layout
from poolcli.images.animation import encode_animation
from poolcli.images.image import Image, Kind, Reading, Source
from poolcli.images.reading import check_head, kind_of, open_source
from poolcli.images.writing import (
    FORMATS,
    RESOLUTIONS,
    Buffer,
    Quantised,
    check_format,
    check_scale,
    check_size,
    choose_format,
    encode_figure,
    format_of,
    keeps_profile,
    keeps_resolution,
    looks_black,
    quantise,
)

__all__ = [
    "FORMATS",
    "RESOLUTIONS",
    "Buffer",
    "Image",
    "Kind",
    "Layout",
    "Quantised",
    "Reading",
    "Source",
    "check_format",
    "check_head",
    "check_scale",
    "check_size",
    "choose_format",
    "encode_animation",
    "encode_figure",
    "format_of",
    "keeps_profile",
    "keeps_resolution",
    "kind_of",
    "looks_black",
    "open_source",
    "quantise",
]
