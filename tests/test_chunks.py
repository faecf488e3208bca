"""PNG chunks: pixels are read whatever is said about them, and damage to them is found."""

from __future__ import annotations

import struct
import tracemalloc
import zlib
from typing import Any

import numpy as np
import pytest
from helpers.formats import chunk, noise, png, saved
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - as in the package
from PIL import ImageCms

from poolcli.errors import PoolcliError
from poolcli.images import Image, Reading, open_source
from poolcli.images.png.chunks import read_chunks

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
def test_metadata_with_a_wrong_checksum_is_left_out(name: bytes, data: bytes) -> None:
    image = read(bad(colour((name, data)), name))
    np.testing.assert_array_equal(image.pixels, RGB)
    assert (image.profile, image.resolution) == (None, None)
    assert image.warnings == (f"its chunk {name.decode()} has a wrong checksum and is left out",)


@pytest.mark.parametrize("name", [b"IHDR", b"PLTE", b"tRNS", b"IDAT"])
def test_a_wrong_checksum_of_a_chunk_that_pixels_need_is_damage(name: bytes) -> None:
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
    monkeypatch.setattr("poolcli.images.png.chunks.MAX_CHUNKS", 1_000)
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
def test_an_orientation_is_read_from_each_kind_of_chunk(told: tuple[bytes, bytes]) -> None:
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


# Rows that the compressed pixels lack


def stream_of(content: bytes) -> bytes:
    return b"".join(bytes(part.data) for part in read_chunks(content) if part.name == b"IDAT")


def with_stream(content: bytes, stream: bytes, *, ended: bool = True) -> bytes:
    """Replace the compressed pixels of a PNG, in one chunk with a true checksum."""
    parts = [chunk(part.name, bytes(part.data)) for part in read_chunks(content)]
    names = [part.name for part in read_chunks(content)]
    at = names.index(b"IDAT")
    end = [chunk(b"IEND", b"")] if ended else []
    return content[:8] + b"".join([*parts[:at], chunk(b"IDAT", stream), *end])


INDEX = noise("u1") % 16
KINDS = {
    "1-bit gray": png(noise("u1") & 1, 1, 0),
    "8-bit gray": png(noise("u1"), 8, 0),
    "16-bit gray": png(noise("u2"), 16, 0),
    "gray with alpha": png(noise("u1", 2), 8, 4),
    "RGB": colour(),
    "RGBA": png(noise("u1", 4), 8, 6),
    "palette": png(INDEX, 4, 3, (b"PLTE", RGB[:4, :4].tobytes())),
    "16-bit RGB": png(noise("u2", 3), 16, 2),
    "16-bit RGBA": png(noise("u2", 4), 16, 6),
    "black": png(np.zeros((23, 34), np.uint8), 8, 0),
    "one column": png(noise("u1")[:, :1], 8, 0),
}


@pytest.mark.parametrize("kind", KINDS)
def test_rows_that_the_compressed_pixels_lack_are_damage(kind: str) -> None:
    content = KINDS[kind]
    wanted = read(content)
    assert not wanted.warnings
    rows = zlib.decompress(stream_of(content))
    height = len(wanted.pixels)
    row_bytes = len(rows) // height
    for left in range(1, height):
        cut = with_stream(content, zlib.compress(rows[: left * row_bytes]))
        with pytest.raises(PoolcliError) as caught:
            read(cut)
        assert str(caught.value) == (
            "is damaged: its compressed pixels end before its last row;"
            " --tolerant reads what can be read"
        )
        image = read(cut, tolerant=True)
        np.testing.assert_array_equal(image.pixels[:left], wanted.pixels[:left])
        (warning,) = image.warnings
        assert warning.startswith("is damaged: its compressed pixels end before its last row;")
        if kind == "RGB":
            assert not image.pixels[left:].any()


def interlaced(pixels: Array) -> tuple[bytes, list[bytes]]:
    """Write an 8-bit gray PNG in the seven passes of Adam7; return also its rows in their order."""
    passes = [
        pixels[::8, ::8],
        pixels[::8, 4::8],
        pixels[4::8, ::4],
        pixels[::4, 2::4],
        pixels[2::4, ::2],
        pixels[::2, 1::2],
        pixels[1::2],
    ]
    lines = [b"\0" + row.tobytes() for part in passes if part.size for row in part]
    header = struct.pack(">IIBBBBB", *pixels.shape[::-1], 8, 0, 0, 0, 1)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(b"".join(lines))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts), lines


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (1, 9), (2, 1), (9, 1), (3, 5), (17, 16)])
def test_passes_that_an_interlaced_picture_lacks_are_damage(size: tuple[int, int]) -> None:
    pixels = np.random.default_rng(2).integers(1, 256, size, np.uint8)
    content, lines = interlaced(pixels)
    np.testing.assert_array_equal(read(content).pixels, pixels)
    for left in range(1, len(lines)):
        cut = with_stream(content, zlib.compress(b"".join(lines[:left])))
        with pytest.raises(PoolcliError, match=r"is damaged: .*; --tolerant reads"):
            read(cut)
        image = read(cut, tolerant=True)
        assert ((image.pixels == pixels) | (image.pixels == 0)).all()
        assert len(image.warnings) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_without_its_checksum_is_damage(kind: str) -> None:
    content = KINDS[kind]
    stream = stream_of(content)
    for lacking in range(1, 5):
        cut = with_stream(content, stream[:-lacking])
        with pytest.raises(PoolcliError, match=r"is damaged: .*; --tolerant reads"):
            read(cut)
        image = read(cut, tolerant=True)
        np.testing.assert_array_equal(image.pixels, read(content).pixels)
        assert len(image.warnings) == 1


def test_a_wrong_checksum_of_the_stream_is_found_in_any_chunk() -> None:
    stream = bytearray(stream_of(colour()))
    stream[-1] ^= 1
    whole = with_stream(colour(), bytes(stream))
    split = with_stream(colour(), bytes(stream[:-4]))
    split = split[:-12] + chunk(b"IDAT", bytes(stream[-4:])) + split[-12:]
    for content in (whole, split):
        with pytest.raises(PoolcliError, match=r"is damaged: .*; --tolerant reads"):
            read(content)
        np.testing.assert_array_equal(read(content, tolerant=True).pixels, RGB)


def test_a_row_that_is_not_whole_is_black() -> None:
    rows = bytearray(zlib.decompress(stream_of(colour())))
    row_bytes = 1 + 3 * 34
    rows[10 * row_bytes] = 2  # the filter that adds the row above
    cut = with_stream(colour(), zlib.compress(rows[: 11 * row_bytes - 40]))
    image = read(cut, tolerant=True)
    np.testing.assert_array_equal(image.pixels[:10], RGB[:10])
    assert not image.pixels[10:].any()


def test_pixels_in_many_chunks_and_bytes_behind_their_stream_are_read() -> None:
    stream = stream_of(colour())
    content = with_stream(colour(), b"")
    pieces = b"".join(chunk(b"IDAT", stream[at : at + 3]) for at in range(0, len(stream), 3))
    for data in (pieces, pieces + chunk(b"IDAT", b"more")):
        image = read(content[:-12] + data + content[-12:])
        np.testing.assert_array_equal(image.pixels, RGB)
        assert not image.warnings


def test_a_file_without_its_end_is_damage() -> None:
    for kind in ("RGB", "16-bit RGB"):
        cut = KINDS[kind][:-12]
        with pytest.raises(PoolcliError) as caught:
            read(cut)
        assert str(caught.value) == (
            "is damaged: its last chunk, IEND, is missing; --tolerant reads what can be read"
        )
        image = read(cut, tolerant=True)
        np.testing.assert_array_equal(image.pixels, read(KINDS[kind]).pixels)


def test_a_smooth_picture_is_read_whole_and_missed_where_it_is_not() -> None:
    pixels = np.zeros((3000, 1000), np.uint8)
    pixels[::7, ::5] = 9
    for columns in (1, 2, 1000):
        content = png(np.ascontiguousarray(pixels[:, :columns]), 8, 0)
        image = read(content)
        np.testing.assert_array_equal(image.pixels, pixels[:, :columns])
        assert not image.warnings
    stream = zlib.compress(bytes(1001 * 2999), 9)
    cut = with_stream(png(pixels, 8, 0), stream)
    image = read(cut, tolerant=True)
    assert not image.pixels.any()
    with pytest.raises(PoolcliError, match="end before its last row"):
        read(cut)


def test_one_column_of_any_last_value_is_read() -> None:
    for value in range(256):
        pixels = np.array([[7], [value]], np.uint8)
        image = read(png(pixels, 8, 0))
        np.testing.assert_array_equal(image.pixels, pixels)
        assert not image.warnings
