"""JPEG files: pixels equal Pillow's, damage is found, and comments cost nothing."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
from typing import Any

import cv2
import numpy as np
import pytest
from helpers.formats import noise, saved
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - as in the package
from PIL import ImageCms

from poolcli.errors import PoolcliError
from poolcli.images import Image, Reading, open_source

Array = NDArray[Any]

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def read(content: bytes, *, tolerant: bool = False) -> Image:
    return open_source(content, "jpg", Reading(tolerant=tolerant)).decode()


def by_pillow(content: bytes) -> Array:
    picture = pillow.open(io.BytesIO(content))
    return np.asarray(picture.convert("RGB") if picture.mode == "CMYK" else picture)


def smooth(rows: int, columns: int, *channels: int) -> Array:
    small = np.random.default_rng(1).integers(0, 256, (8, 8, *channels), np.uint8)
    return np.asarray(cv2.resize(small, (columns, rows), interpolation=cv2.INTER_CUBIC))


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, 2 + len(data)) + data


def with_segment(content: bytes, marker: int, data: bytes) -> bytes:
    """Insert a segment behind the start of an image."""
    return content[:2] + segment(marker, data) + content[2:]


SAMPLINGS = [411, 420, 422, 440, 444]


@pytest.mark.parametrize("progressive", [0, 1])
@pytest.mark.parametrize("restarts", [0, 2])
@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_pixels_equal_pillows(sampling: int, restarts: int, progressive: int) -> None:
    for rows, columns in ((1, 1), (7, 9), (23, 34), (64, 64), (101, 33)):
        _, encoded = cv2.imencode(
            ".jpg",
            smooth(rows, columns, 3),
            [
                cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
                getattr(cv2, f"IMWRITE_JPEG_SAMPLING_FACTOR_{sampling}"),
                cv2.IMWRITE_JPEG_PROGRESSIVE,
                progressive,
                cv2.IMWRITE_JPEG_RST_INTERVAL,
                restarts,
            ],
        )
        content = encoded.tobytes()
        np.testing.assert_array_equal(read(content).pixels, by_pillow(content))


def adobe(content: bytes, transform: int) -> bytes:
    """Change what Adobe's marker says of the colours."""
    changed = bytearray(content)
    changed[changed.index(b"Adobe") + 11] = transform
    return bytes(changed)


CMYK = saved(pillow.fromarray(noise("u1", 4), "CMYK"), "JPEG")
RGB_CODED = saved(noise("u1", 3), "JPEG", keep_rgb=True)


@pytest.mark.parametrize(
    "content",
    [
        saved(noise("u1"), "JPEG"),
        saved(noise("u1"), "JPEG", progressive=True),
        RGB_CODED,
        adobe(RGB_CODED, 1),
        # An unknown transform is YCbCr to every decoder, with a warning.
        adobe(RGB_CODED, 7),
        CMYK,
        adobe(CMYK, 2),
        adobe(CMYK, 7),
    ],
    ids=["gray", "progressive gray", "RGB", "YCbCr", "unknown", "CMYK", "YCCK", "unknown of four"],
)
def test_colours_are_those_that_the_file_states(content: bytes) -> None:
    np.testing.assert_array_equal(read(content).pixels, by_pillow(content))


def test_arithmetic_codes_are_read() -> None:
    content = bytearray(saved(np.full((8, 8), 100, np.uint8), "JPEG"))
    content[content.index(b"\xff\xc0") + 1] = 0xC9
    np.testing.assert_array_equal(read(bytes(content)).pixels, by_pillow(bytes(content)))


def test_a_picture_with_a_hole_is_refused_and_read_where_it_is_tolerated() -> None:
    pixels = smooth(400, 300, 3)
    whole = saved(pixels, "JPEG", quality=95)
    cut = whole[: len(whole) // 3] + whole[len(whole) // 2 :]
    np.testing.assert_array_equal(by_pillow(cut).shape, pixels.shape)  # Pillow says nothing
    with pytest.raises(PoolcliError) as caught:
        read(cut)
    assert str(caught.value).startswith("is damaged: Corrupt JPEG data")
    assert "; --tolerant reads what can be read" in str(caught.value)
    image = read(cut, tolerant=True)
    np.testing.assert_array_equal(image.pixels, by_pillow(cut))
    np.testing.assert_array_equal(image.pixels[:100], by_pillow(whole)[:100])
    (warning,) = image.warnings
    assert warning.startswith("is damaged: Corrupt JPEG data")
    assert warning.endswith("; what could be read is used")


@pytest.mark.parametrize("content", [CMYK, saved(smooth(60, 60), "JPEG")], ids=["CMYK", "gray"])
def test_damage_is_found_whatever_the_colours(content: bytes) -> None:
    cut = content[: len(content) // 2]
    with pytest.raises(PoolcliError, match="is damaged"):
        read(cut)
    assert "is damaged" in read(cut, tolerant=True).warnings[-1]


def test_a_file_without_readable_pixels_proposes_no_remedy() -> None:
    content = bytearray(saved(noise("u1", 3), "JPEG"))
    at = content.index(b"\xff\xdb")
    del content[at : at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")]
    for tolerant in (False, True):
        with pytest.raises(PoolcliError, match="is damaged") as caught:
            read(bytes(content), tolerant=tolerant)
        assert "--tolerant" not in str(caught.value)


def in_three_scans() -> bytes:
    """Write a baseline JPEG whose channels have a scan each: 16x16 pixels of one gray."""
    whole = saved(np.full((8, 8), 128, np.uint8), "JPEG")
    scan = whole.index(b"\xff\xda")
    frame = segment(0xC0, struct.pack(">BHHB", 8, 8, 8, 3) + b"\1\x11\0\2\x11\0\3\x11\0")
    at = whole.index(b"\xff\xc0")
    after = at + 2 + int.from_bytes(whole[at + 2 : at + 4], "big")
    entropy = whole[scan + 10 : -2]
    scans = b"".join(
        segment(0xDA, bytes([1, number, 0, 0, 63, 0])) + entropy for number in (1, 2, 3)
    )
    return whole[:at] + frame + whole[after:scan] + scans + b"\xff\xd9"


def restarted() -> bytes:
    _, encoded = cv2.imencode(".jpg", smooth(40, 50, 3), [cv2.IMWRITE_JPEG_RST_INTERVAL, 2])
    return encoded.tobytes()


@pytest.mark.parametrize(
    "content",
    [saved(noise("u1", 3), "JPEG"), saved(noise("u1"), "JPEG"), CMYK, restarted()],
    ids=["colour", "gray", "CMYK", "restarts"],
)
def test_a_missing_end_is_damage(content: bytes) -> None:
    whole = read(content)
    for cut in (content[:-2], content[:-1], content[:-2] + b"\0" * 9, content[:-2] + content):
        with pytest.raises(PoolcliError) as caught:
            read(cut)
        assert str(caught.value) == (
            "is damaged: its end marker (EOI) is missing; --tolerant reads what can be read"
        )
        image = read(cut, tolerant=True)
        np.testing.assert_array_equal(image.pixels, whole.pixels)
        assert image.warnings[-1].startswith("is damaged: its end marker (EOI) is missing;")


def test_a_missing_end_behind_several_scans_is_damage() -> None:
    content = in_three_scans()
    np.testing.assert_array_equal(read(content).pixels, by_pillow(content))
    with pytest.raises(PoolcliError, match="it ends before its last scan; --tolerant"):
        read(content[:-2])
    image = read(content[:-2], tolerant=True)
    np.testing.assert_array_equal(image.pixels, by_pillow(content))


@pytest.mark.parametrize("transforms", [(0, 1), (1, 0), (0, 2), (2, 0), (1, 0, 1)])
@pytest.mark.parametrize("channels", [3, 4])
def test_of_several_markers_of_adobe_the_last_counts(
    channels: int, transforms: tuple[int, ...]
) -> None:
    content = RGB_CODED if channels == 3 else CMYK
    at = content.index(b"\xff\xee")
    own = content[at : at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")]
    markers = b"".join(adobe(own, transform) for transform in transforms)
    changed = content[:at] + markers + content[at + len(own) :]
    np.testing.assert_array_equal(read(changed).pixels, by_pillow(changed))


def test_a_missing_scan_is_damage() -> None:
    progressive = saved(noise("u1", 3), "JPEG", progressive=True)
    cut = progressive[: progressive.rindex(b"\xff\xda")]
    with pytest.raises(PoolcliError, match="it ends before its last scan; --tolerant"):
        read(cut)
    assert "before its last scan" in read(cut, tolerant=True).warnings[0]


def test_a_channel_that_no_scan_holds_is_damage() -> None:
    content = bytearray(saved(noise("u1", 3), "JPEG", progressive=True))
    # Each channel's own scans of this encoder follow the one of all three.
    first = content.index(b"\xff\xda")
    content[first + 4 : first + 11] = bytes([1, 1, *content[first + 6 : first + 7], 0, 0, 0, 0])
    with pytest.raises(PoolcliError, match="is damaged"):
        read(bytes(content))


def test_oddities_that_touch_no_pixel_are_no_damage() -> None:
    content = saved(noise("u1", 3), "JPEG")
    odd = bytearray(content)
    odd[odd.index(b"JFIF") + 5] = 9  # a major version from the future
    np.testing.assert_array_equal(read(bytes(odd)).pixels, by_pillow(content))
    image = read(content + b"\0" * 100 + content)
    np.testing.assert_array_equal(image.pixels, by_pillow(content))
    assert not image.warnings


def test_forty_megabytes_of_comments_cost_their_own_bytes_only() -> None:
    content = saved(noise("u1", 3), "JPEG")
    comments = segment(0xFE, bytes(65_000)) + segment(0xEC, bytes(65_000))
    long = content[:2] + comments * 300 + content[2:]
    tracemalloc.start()
    try:
        image = read(long)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000
    np.testing.assert_array_equal(image.pixels, by_pillow(content))


def test_millions_of_segments_are_refused_at_once() -> None:
    content = saved(noise("u1", 3), "JPEG")
    start = time.monotonic()
    with pytest.raises(PoolcliError, match="holds more than 10,000 segments"):
        read(content[:2] + segment(0xFE, b"") * 2_000_000 + content[2:])
    assert time.monotonic() - start < 5


def test_more_scans_than_encoders_make_are_refused() -> None:
    content = saved(smooth(64, 64, 3), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    scan = content[last:-2]
    with pytest.raises(PoolcliError, match="is a JPEG of more than 100 scans"):
        open_source(content[:-2] + scan * 100 + content[-2:], "jpg")
    # The fewer, the larger the image.
    frame = content.index(b"\xff\xc2") + 5
    large = content[:frame] + struct.pack(">HH", 15_000, 15_000) + content[frame + 4 :]
    assert open_source(large[:-2] + scan * 10 + large[-2:], "jpg").shape == (15_000, 15_000)
    with pytest.raises(PoolcliError, match="is a JPEG of more than 20 scans"):
        open_source(large[:-2] + scan * 20 + large[-2:], "jpg")


@pytest.mark.parametrize(
    ("marker", "precision", "count", "message"),
    [
        (0xC3, 8, 3, "is a lossless or hierarchical JPEG; save it as png"),
        (0xC1, 12, 3, "is a JPEG of 12 bits per channel; save it as png or tif"),
        (0xC0, 8, 2, "is a JPEG of 2 channels; save it as tif or npy"),
    ],
)
def test_a_frame_that_is_not_read_is_named(
    marker: int, precision: int, count: int, message: str
) -> None:
    frame = struct.pack(">BHHB", precision, 8, 8, count) + b"\1\x11\0" * count
    content = b"\xff\xd8" + segment(marker, frame) + segment(0xDA, b"\1\1\0\0\x3f\0") + b"\xff\xd9"
    with pytest.raises(PoolcliError) as caught:
        open_source(content, "jpg")
    assert str(caught.value) == message


XMP = b'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><rdf:Description tiff:Orientation="6"/>'


def test_an_orientation_in_xmp_counts_where_exif_has_none() -> None:
    content = saved(noise("u1", 3), "JPEG")
    upright = by_pillow(content)
    source = open_source(with_segment(content, 0xE1, XMP), "jpg")
    assert source.shape == upright.shape[1::-1]
    np.testing.assert_array_equal(source.decode().pixels, np.rot90(upright, -1))
    exif = pillow.Exif()
    exif[274] = 3
    both = with_segment(saved(noise("u1", 3), "JPEG", exif=exif), 0xE1, XMP)
    np.testing.assert_array_equal(read(both).pixels, np.rot90(upright, 2))


def test_damaged_exif_data_refuses_no_pixel() -> None:
    content = saved(noise("u1", 3), "JPEG")
    image = read(with_segment(content, 0xE1, b"Exif\0\0II*\0\xff\xff\xff\x7f"))
    np.testing.assert_array_equal(image.pixels, by_pillow(content))


def test_a_profile_in_parts_is_joined_and_a_long_one_left_out() -> None:
    content = saved(noise("u1", 3), "JPEG")
    half = len(PROFILE) // 2
    parts = [PROFILE[:half], PROFILE[half:]]
    for number in (1, 2):
        data = b"ICC_PROFILE\0" + bytes([number, 2]) + parts[number - 1]
        content = with_segment(content, 0xE2, data)
    assert read(content).profile == PROFILE
    long = PROFILE[4:].rjust(len(PROFILE), b"\0").ljust(2_000_000, b"\0")
    long = len(long).to_bytes(4, "big") + long[4:]
    image = read(saved(noise("u1", 3), "JPEG", icc_profile=long))
    assert image.profile is None
    assert image.warnings == ("its colour profile is longer than 1,048,576 bytes and is left out",)


def test_resolution_comes_from_jfif_or_exif() -> None:
    assert read(saved(noise("u1"), "JPEG", dpi=(300, 150))).resolution == (300, 150)
    assert read(saved(noise("u1"), "JPEG")).resolution is None
    exif = pillow.Exif()
    exif[282], exif[283], exif[296] = 100.0, 50.0, 3
    assert read(saved(noise("u1"), "JPEG", exif=exif)).resolution == pytest.approx((254, 127))
    exif[282] = 0
    assert read(saved(noise("u1"), "JPEG", exif=exif)).warnings == (
        "its resolution means nothing and is left out",
    )


def test_further_pictures_of_a_file_are_counted() -> None:
    picture = pillow.fromarray(noise("u1", 3))
    content = saved(picture, "MPO", save_all=True, append_images=[picture])
    image = read(content)
    assert image.warnings == ("only the first of 2 frames or pages is used",)
    np.testing.assert_array_equal(image.pixels, by_pillow(content))


def test_a_file_that_tells_its_size_twice_is_refused() -> None:
    content = saved(noise("u1", 3), "JPEG")
    frame = struct.pack(">BHHB", 8, 8, 8, 1) + b"\1\x11\0"
    with pytest.raises(PoolcliError, match="is damaged: it states its size twice"):
        read(with_segment(content, 0xC0, frame))


@pytest.mark.parametrize("progressive", [False, True])
def test_a_file_cut_anywhere_is_complete_or_refused(*, progressive: bool) -> None:
    content = saved(noise("u1", 3), "JPEG", progressive=progressive)
    wanted = by_pillow(content)
    for end in range(len(content)):
        for tolerant in (False, True):
            try:
                image = read(content[:end], tolerant=tolerant)
            except PoolcliError:
                continue
            assert image.pixels.shape == wanted.shape
            if not image.warnings:
                np.testing.assert_array_equal(image.pixels, wanted)
