"""What files say about their pixels: any value may stand there, and writers get sensible ones."""

from __future__ import annotations

import itertools
import math
import struct
import zlib
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from helpers.formats import noise, png, saved, tif
from PIL import Image as pillow  # noqa: N813 - as in the package
from PIL import ImageCms
from PIL.TiffImagePlugin import IFDRational

from poolcli.errors import PoolcliError
from poolcli.images import Image, check_format, open_source, quantise
from poolcli.images.metadata import (
    MAX_PROFILE_BYTES,
    clean_orientation,
    clean_profile,
    clean_resolution,
    tagged_resolution,
    xmp_orientation,
)

RGB_PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
GRAY_PROFILE = RGB_PROFILE[:16] + b"GRAY" + RGB_PROFILE[20:]
NAN, INFINITE = float("nan"), float("inf")


@pytest.mark.parametrize("value", [1, 3, 8])
def test_an_orientation_is_kept(value: int) -> None:
    notes: list[str] = []
    assert clean_orientation(value, notes) == value
    assert not notes


@pytest.mark.parametrize("value", [9, -1, "6", b"6", 6.5, (6,), (), NAN, IFDRational(0, 0), [6]])
def test_an_orientation_that_means_nothing_is_left_out(value: object) -> None:
    notes: list[str] = []
    assert clean_orientation(value, notes) == 1
    assert notes == ["its orientation means nothing and is left out"]


@pytest.mark.parametrize("value", [None, 0])
def test_no_orientation_is_upright_without_a_word(value: object) -> None:
    notes: list[str] = []
    assert clean_orientation(value, notes) == 1
    assert not notes


@pytest.mark.parametrize("value", [(300, 300.5), (IFDRational(300, 1), Fraction(601, 2))])
def test_a_resolution_is_a_pair_of_floats(value: object) -> None:
    notes: list[str] = []
    resolution = clean_resolution(value, notes)
    assert resolution == (300.0, 300.5)
    assert resolution is not None
    assert all(type(side) is float for side in resolution)
    assert not notes


@pytest.mark.parametrize(
    "value",
    [
        (NAN, 1), (1, INFINITE), (0, 0), (-72, 72), ("72", "72"), (b"72", 72), (72,), (1, 2, 3), 72,
        "72", (None, 72), (IFDRational(0, 0), 72), (IFDRational(1, 0), 72), ((72, 1), 72),
        (10**400, 1), (1e-9, 1),
    ],
)  # fmt: skip
def test_a_resolution_that_means_nothing_is_left_out(value: object) -> None:
    notes: list[str] = []
    assert clean_resolution(value, notes) is None
    assert notes == ["its resolution means nothing and is left out"]


def test_a_resolution_in_centimetres_is_told_in_inches() -> None:
    assert tagged_resolution({282: 100, 283: 50, 296: 3}) == pytest.approx((254, 127))
    assert tagged_resolution({282: 100, 283: 50}) == (100, 50)
    assert tagged_resolution({282: 100, 283: 50, 296: 1}) is None
    assert tagged_resolution({282: 100}) is None
    assert clean_resolution(tagged_resolution({282: "x", 283: 1, 296: 3}), []) is None


@pytest.mark.parametrize(("profile", "channels"), [(RGB_PROFILE, 3), (GRAY_PROFILE, 1)])
def test_a_profile_that_fits_its_channels_is_kept(profile: bytes, channels: int) -> None:
    notes: list[str] = []
    assert clean_profile(profile, channels, notes) == profile
    assert clean_profile(profile + b"\0\0", channels, notes) == profile
    assert not notes


@pytest.mark.parametrize(
    ("profile", "channels", "fault"),
    [
        ("text", 3, "is no profile"),
        (b"bytes", 3, "is no profile"),
        ((1, 2), 3, "is no profile"),
        (RGB_PROFILE[:-1], 3, "is cut off"),
        (RGB_PROFILE, 1, "does not fit its channels"),
        (GRAY_PROFILE, 3, "does not fit its channels"),
        (RGB_PROFILE, 5, "does not fit its channels"),
        (
            (MAX_PROFILE_BYTES + 1).to_bytes(4, "big") + RGB_PROFILE[4:] + bytes(MAX_PROFILE_BYTES),
            3,
            "is longer than 1,048,576 bytes",
        ),
    ],
)
def test_another_profile_is_left_out(profile: object, channels: int, fault: str) -> None:
    notes: list[str] = []
    assert clean_profile(profile, channels, notes) is None
    assert notes == [f"its colour profile {fault} and is left out"]


def test_no_profile_needs_no_warning() -> None:
    notes: list[str] = []
    assert clean_profile(None, 3, notes) is None
    assert clean_profile(b"", 3, notes) is None
    assert not notes


@pytest.mark.parametrize(
    ("xmp", "orientation"),
    [
        (b'<rdf:Description tiff:Orientation="6"/>', 6),
        (b"<rdf:Description tiff:Orientation = '8'/>", 8),
        ("<tiff:Orientation>3</tiff:Orientation>", 3),
        (b"<tiff:Orientation> 3 </tiff:Orientation>", 3),
        (b'<!DOCTYPE x [<!ENTITY o "6">]><tiff:Orientation>&o;</tiff:Orientation>', None),
        (b"", None),
        (None, None),
        (5, None),
        (b'tiff:Orientation="66666666666"', None),
    ],
)
def test_an_orientation_is_found_in_xmp(xmp: object, orientation: int | None) -> None:
    assert xmp_orientation(xmp) == orientation


TYPES = (0, 1, 2, 3, 4, 5, 7, 9, 11, 12, 13, 65535)
COUNTS = (0, 1, 3, 2**32 - 1)
VALUES = (None, 2**32 - 1)


def rewritten(content: bytes, start: int = 0) -> Iterator[bytes]:
    """Rewrite each entry of the TIFF directory at `start` with every type and odd counts."""
    order = "<" if content[start : start + 2] == b"II" else ">"
    directory = start + struct.unpack_from(f"{order}I", content, start + 4)[0]
    (entries,) = struct.unpack_from(f"{order}H", content, directory)
    for entry in range(directory + 2, directory + 2 + 12 * entries, 12):
        for kind, count, value in itertools.product(TYPES, COUNTS, VALUES):
            changed = bytearray(content)
            struct.pack_into(f"{order}HI", changed, entry + 2, kind, count)
            if value is not None:
                struct.pack_into(f"{order}I", changed, entry + 8, value)
            yield bytes(changed)


def write_again(image: Image) -> None:
    for format_ in ("png", "tif", "jpg", "webp"):
        try:
            check_format(image, format_)
        except PoolcliError:
            continue
        quantised = quantise(image, format_)
        content = b"".join(quantised.encode())
        assert open_source(content, format_).decode().pixels.shape[:2] == image.pixels.shape[:2]


def exif_of(orientation: int) -> pillow.Exif:
    exif = pillow.Exif()
    exif[274], exif[282], exif[283], exif[296] = orientation, 72.0, 36.0, 2
    return exif


def test_any_value_of_any_exif_tag_is_read_and_written_again() -> None:
    pixels = noise("u1", 3)
    jpeg = saved(pixels, "JPEG", exif=exif_of(1))
    webp = saved(pixels, "WEBP", exif=exif_of(1), lossless=True)
    content = png(pixels, 8, 2, (b"eXIf", exif_of(1).tobytes()[6:]))
    at = jpeg.index(b"Exif\0\0") + 6
    for changed in rewritten(jpeg, at):
        write_again(open_source(changed, "jpg").decode())
    at = webp.index(b"EXIF") + 8
    for changed in rewritten(webp, at + 6 * webp.startswith(b"Exif", at)):
        assert open_source(changed, "webp").decode().pixels.size == pixels.size
    at = content.index(b"eXIf")
    end = at + 4 + int.from_bytes(content[at - 4 : at], "big")
    for changed in rewritten(content, at + 4):
        checksum = struct.pack(">I", zlib.crc32(changed[at:end]))
        whole = changed[:end] + checksum + changed[end + 4 :]
        assert open_source(whole, "png").decode().pixels.size == pixels.size


@pytest.mark.parametrize("kind", ["RGB", "16-bit gray", "16-bit gray with alpha"])
def test_any_value_of_any_tiff_tag_is_an_image_or_one_line(kind: str) -> None:
    settings: dict[str, Any] = {"resolution": (100, 50), "iccprofile": RGB_PROFILE}
    if kind == "RGB":
        content = tif(noise("u1", 3), photometric="rgb", compression="zlib", **settings)
    elif kind == "16-bit gray":
        content = tif(noise("u2"), **settings)
    else:
        alpha: dict[str, Any] = {"extrasamples": ["unassalpha"], "planarconfig": "contig"}
        content = tif(noise("u2", 2), photometric="minisblack", **alpha, **settings)
    read = 0
    for changed in rewritten(content):
        try:
            source = open_source(changed, "tif")
            if math.prod(source.shape) > 1_000_000:
                continue
            image = source.decode()
        except PoolcliError as error:
            told = str(error)
        else:
            told = " ".join(image.warnings)
            read += 1
            if image.warnings:
                write_again(image)
        if "\n" in told:
            pytest.fail(told)
    assert read > 200


TIFF = 'xmlns:t="http://ns.adobe.com/tiff/1.0/"'


@pytest.mark.parametrize(
    ("packet", "orientation"),
    [
        (f'<x {TIFF} t:Orientation="6"/>', 6),
        (f"<x {TIFF}><t:Orientation>8</t:Orientation></x>", 8),
        ('<x tiff:Orientation="6"/>', 6),
        ('<x xmlns:tiff="http://other/" tiff:Orientation="6"/>', None),
        ('<!-- tiff:Orientation="6" --><x/>', None),
        ('<xmp:Thumbnails><x tiff:Orientation="6"/></xmp:Thumbnails>', None),
        ('<xmp:Thumbnails/><x tiff:Orientation="3"/>', 3),
        ('<x exif:Orientation="6"/>', None),
    ],
)
def test_an_orientation_in_xmp_is_that_of_the_image(packet: str, orientation: int | None) -> None:
    assert xmp_orientation(packet.encode()) == orientation


def test_xmp_without_ends_takes_linear_time() -> None:
    assert xmp_orientation(b"<!--" * 200_000 + b"<xmp:Thumbnails" * 10_000) is None
