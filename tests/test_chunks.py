"""PNG chunks: pixels are read whatever is said about them, and damage to them is found."""

from __future__ import annotations

import struct
import tracemalloc
import zlib
from typing import Any

import numpy as np
import pytest
from formats import chunk, noise, png, saved
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - as in the package
from PIL import ImageCms

from poolcli.errors import PoolcliError
from poolcli.images import Image, Reading, open_source
from poolcli.images.chunks import read_chunks

Array = NDArray[Any]

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
RGB = noise("u1", 3)
EXIF = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"


def read(content: bytes, *, tolerant: bool = False) -> Image:
    return open_source(content, "png", Reading(tolerant=tolerant)).decode()


def colour(*chunks: tuple[bytes, bytes]) -> bytes:
    return png(RGB, 8, 2, *chunks)


def bad(content: bytes, name: bytes) -> bytes:
    """Make the checksum of a chunk wrong."""
    changed = bytearray(content)
    at = content.index(name) - 4
    length = int.from_bytes(content[at : at + 4], "big")
    changed[at + 8 + length] ^= 1
    return bytes(changed)


def test_a_wrong_checksum_of_a_text_refuses_no_pixel() -> None:
    image = read(bad(colour((b"tEXt", b"Comment\0a cat")), b"tEXt"))
    np.testing.assert_array_equal(image.pixels, RGB)
    assert not image.warnings


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (b"iCCP", b"p\0\0" + zlib.compress(PROFILE)),
        (b"pHYs", struct.pack(">IIB", 1, 1, 1)),
        (b"eXIf", EXIF),
    ],
)
def test_what_is_said_with_a_wrong_checksum_is_left_out(name: bytes, data: bytes) -> None:
    image = read(bad(colour((name, data)), name))
    np.testing.assert_array_equal(image.pixels, RGB)
    assert (image.profile, image.resolution) == (None, None)
    assert image.warnings == (f"its chunk {name.decode()} has a wrong checksum and is left out",)


@pytest.mark.parametrize("name", [b"IHDR", b"PLTE", b"tRNS", b"IDAT"])
def test_what_pixels_need_is_damaged_by_a_wrong_checksum(name: bytes) -> None:
    palette = RGB[:4, :4].reshape(16, 3)
    index = noise("u1") % 16
    content = png(index, 8, 3, (b"PLTE", palette.tobytes()), (b"tRNS", b"\xff\0"))
    whole = read(content)
    with pytest.raises(PoolcliError) as caught:
        read(bad(content, name))
    assert str(caught.value) == (
        "is damaged: a chunk has a wrong checksum; --tolerant reads what can be read"
    )
    image = read(bad(content, name), tolerant=True)
    np.testing.assert_array_equal(image.pixels, whole.pixels)
    assert image.warnings == (
        "is damaged: a chunk has a wrong checksum; what could be read is used",
    )


@pytest.mark.parametrize("kind", ["cut off", "holed", "holed, checksum true"])
def test_rows_before_the_damage_are_read_where_it_is_tolerated(kind: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (200, 100, 3), np.uint8)
    content = bytearray(png(pixels, 8, 2))
    middle = len(content) // 2
    if kind == "cut off":
        del content[middle:]
    else:
        content[middle : middle + 500] = bytes(500)
    if kind == "holed, checksum true":
        at = content.index(b"IDAT")
        content[-16:-12] = struct.pack(">I", zlib.crc32(content[at:-16]))
    with pytest.raises(PoolcliError, match=r"is damaged: .*; --tolerant reads what can be read"):
        read(bytes(content))
    image = read(bytes(content), tolerant=True)
    assert image.pixels.shape == pixels.shape
    np.testing.assert_array_equal(image.pixels[:90], pixels[:90])
    (warning,) = image.warnings
    assert warning.startswith("is damaged: ")


def test_a_picture_without_pixels_proposes_no_remedy() -> None:
    content = colour()
    for tolerant in (False, True):
        with pytest.raises(PoolcliError) as caught:
            read(content[: content.index(b"IDAT") - 4], tolerant=tolerant)
        assert "--tolerant" not in str(caught.value)


def test_a_long_text_refuses_no_pixel_and_takes_no_memory() -> None:
    text = chunk(b"tEXt", b"Comment\0" + bytes(65_000)) * 600
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100_000_000)))
    content = colour()
    long = content[:33] + text + bomb + content[33:]
    tracemalloc.start()
    try:
        image = read(long)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    np.testing.assert_array_equal(image.pixels, RGB)
    assert not image.warnings
    assert peak < 2_000_000


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (b"iCCP", b"profile\0\0"),
        (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0"),
        (b"zTXt", b"Raw profile type exif\0\0"),
    ],
)
def test_what_inflates_without_end_is_left_out(name: bytes, data: bytes) -> None:
    bomb = colour((name, data + zlib.compress(bytes(100_000_000))))
    read(colour())
    tracemalloc.start()
    try:
        image = read(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert image.profile is None
    np.testing.assert_array_equal(image.pixels, RGB)
    assert peak < 6_000_000


def test_a_profile_too_long_to_be_read_again_is_left_out() -> None:
    long = (2_000_000).to_bytes(4, "big") + PROFILE[4:].ljust(2_000_000 - 4, b"\0")
    image = read(colour((b"iCCP", b"p\0\0" + zlib.compress(long))))
    assert image.profile is None
    assert image.warnings == ("its colour profile is longer than 1,048,576 bytes and is left out",)


def test_a_file_of_empty_chunks_is_refused_after_some(monkeypatch: pytest.MonkeyPatch) -> None:
    content = colour()
    empty = content[:33] + chunk(b"tEXt", b"") * 2_000 + content[33:]
    np.testing.assert_array_equal(read(empty).pixels, RGB)
    monkeypatch.setattr("poolcli.images.chunks.MAX_CHUNKS", 1_000)
    with pytest.raises(PoolcliError, match="holds more than 1,000 chunks"):
        read(empty)


def test_a_chunk_that_must_be_understood_is_not_passed_over() -> None:
    with pytest.raises(PoolcliError, match="holds a chunk 'CgBI' that PNG does not know"):
        read(colour((b"CgBI", b"\0\0\0\0")))


RAW = b"\nexif\n%8d\n" % len(EXIF) + EXIF.hex().encode() + b"\n"
XMP = b'<rdf:Description tiff:Orientation="6"/>'


@pytest.mark.parametrize(
    "told",
    [
        (b"eXIf", EXIF),
        (b"tEXt", b"Raw profile type exif\0" + RAW),
        (b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(RAW)),
        (b"zTXt", b"Raw profile type APP1\0\0" + zlib.compress(RAW)),
        (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP),
        (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(XMP)),
    ],
)
def test_an_orientation_is_heeded_wherever_it_stands(told: tuple[bytes, bytes]) -> None:
    source = open_source(colour(told), "png")
    assert source.shape == RGB.shape[1::-1]
    np.testing.assert_array_equal(source.decode().pixels, np.rot90(RGB, -1))


def test_the_orientation_of_exif_goes_before_that_of_xmp() -> None:
    other = (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP.replace(b"6", b"3"))
    np.testing.assert_array_equal(read(colour(other, (b"eXIf", EXIF))).pixels, np.rot90(RGB, -1))


def test_frames_of_an_animation_are_counted() -> None:
    pictures = [pillow.fromarray(RGB), pillow.fromarray(255 - RGB), pillow.fromarray(RGB // 2)]
    plain = saved(pictures[0], "PNG", save_all=True, append_images=pictures[1:])
    image = read(plain)
    np.testing.assert_array_equal(image.pixels, RGB)
    assert image.warnings == ("only the first of 3 frames or pages is used",)
    apart = saved(pictures[0], "PNG", save_all=True, append_images=pictures[1:], default_image=True)
    assert read(apart).warnings == ("only the first of 3 frames or pages is used",)


def test_chunks_end_with_the_picture() -> None:
    content = colour()
    names = [found.name for found in read_chunks(content + chunk(b"tEXt", b"more"))]
    assert names == [b"IHDR", b"IDAT", b"IEND"]
