"""Bytes to arrays and back: the only decoder and the only encoder."""

from poolcli.images.animation import encode_animation
from poolcli.images.checks import (
    check_format,
    check_scale,
    check_size,
    choose_format,
    keeps_profile,
    keeps_resolution,
    looks_black,
    warns_of_resolution,
)
from poolcli.images.image import Image, Kind, Reading, Source
from poolcli.images.pictures import is_picture
from poolcli.images.reading import check_head, kind_of, open_source
from poolcli.images.writing import Buffer, Quantised, encode_figure, quantise
from poolcli.vocabulary import Layout

__all__ = [
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
    "is_picture",
    "keeps_profile",
    "keeps_resolution",
    "kind_of",
    "looks_black",
    "open_source",
    "quantise",
    "warns_of_resolution",
]
