"""Bytes to arrays and back: the only decoder and the only encoder."""

from poolcli.images.animation import encode_animation
from poolcli.images.formats import (
    FORMATS,
    RESOLUTIONS,
    check_format,
    check_scale,
    check_size,
    choose_format,
    format_of,
    keeps_profile,
    keeps_resolution,
    looks_black,
)
from poolcli.images.image import Image, Kind, Reading, Source
from poolcli.images.pictures import is_picture
from poolcli.images.reading import check_head, kind_of, open_source
from poolcli.images.writing import Buffer, Quantised, encode_figure, quantise
from poolcli.vocabulary import Layout

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
    "is_picture",
    "keeps_profile",
    "keeps_resolution",
    "kind_of",
    "looks_black",
    "open_source",
    "quantise",
]
