"""Reading of TIFF: exact pixels or a refusal, damage, limits and metadata."""

from __future__ import annotations

import io
import lzma
import struct
import tracemalloc
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from conftest import SAMPLES, Invoke
from helpers.formats import noise, saved, tif
from helpers.handmade import (
    LONG,
    LONG8,
    RATIONAL,
    SHORT,
    UNDEFINED,
    Tags,
    compressed,
    fax,
    gray_tags,
    packed,
    read,
    refusal,
    tiff,
    zstandard,
)
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - as in the package

from poolcli.errors import PoolcliError
from poolcli.images.tiff import codecs
from poolcli.images.tiff.codecs import reads_zstandard

needs_zstandard = pytest.mark.skipif(
    not reads_zstandard(), reason="Zstandard in TIFF needs Pillow 12"
)

Array = NDArray[Any]

DEFLATE, LZW, PACKBITS, FAX_3, FAX_4, JPEG = 8, 5, 32773, 3, 4, 7


def coloured(
    samples: Array, photometric: int = 2, extra: tuple[int, ...] = (), **tags: int
) -> Tags:
    """Return the tags of a page with several samples per pixel."""
    rows, columns, count = samples.shape
    found = gray_tags(rows, columns, photometric=photometric, **tags)
    found[258] = (SHORT, [8 * samples.dtype.itemsize] * count)
    found[277] = (SHORT, [count])
    if extra:
        found[338] = (SHORT, extra)
    return found


# What samples mean


def test_8_bit_gray_with_associated_alpha_is_divided_by_it() -> None:
    samples = np.array([[[100, 128], [7, 0], [200, 255]]], np.uint8)
    image = read(tiff((coloured(samples, 1, (1,)), [samples.tobytes()])))
    assert image.alpha
    np.testing.assert_array_equal(image.pixels, [[[199, 128], [0, 0], [200, 255]]])


def test_8_bit_colour_with_associated_alpha_is_divided_by_it() -> None:
    samples = np.array([[[100, 50, 0, 128], [7, 7, 7, 0]]], np.uint8)
    image = read(tiff((coloured(samples, 2, (1,)), [samples.tobytes()])))
    np.testing.assert_array_equal(image.pixels, [[[199, 100, 0, 128], [0, 0, 0, 0]]])


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("photometric", [0, 1])
@pytest.mark.parametrize("bits", [1, 2, 4, 10, 12, 14])
def test_unusual_depths_are_scaled_by_their_white(bits: int, photometric: int, order: str) -> None:
    white = 2**bits - 1
    numbers = np.arange(5 * 7).reshape(5, 7) * (white // 34 + 1) % (white + 1)
    numbers[0, :2] = 0, white
    rows = packed(numbers, bits)
    content = tiff(
        (gray_tags(5, 7, bits, photometric=photometric, strip=2), [
            b"".join(rows[:2]), b"".join(rows[2:4]), rows[4],
        ]),
        order=order,
    )  # fmt: skip
    shown = numbers if photometric == 1 else white - numbers
    full = 255 if bits < 8 else 65535
    image = read(content)
    assert image.pixels.dtype == (np.uint8 if bits < 8 else np.uint16)
    np.testing.assert_array_equal(image.pixels, np.floor(shown * (full / white) + 0.5))


def test_12_bit_colour_is_scaled_to_16_bits() -> None:
    numbers = np.array([[[0, 4095, 2048], [1, 2, 3]]])
    tags = coloured(numbers.astype(np.uint16))
    tags[258] = (SHORT, [12, 12, 12])
    image = read(tiff((tags, packed(numbers, 12))))
    np.testing.assert_array_equal(image.pixels, [[[0, 65535, 32776], [16, 32, 48]]])


def test_a_full_image_behind_its_thumbnail_is_used_with_a_warning() -> None:
    small, large = noise("u1")[:2, :3], noise("u1")
    for tag, marked in ((254, 1), (254, 4), (255, 2)):
        first = gray_tags(2, 3) | {tag: (LONG, [marked])}
        last = gray_tags(*large.shape) | {254: (LONG, [0])}
        image = read(tiff((first, [small.tobytes()]), (last, [large.tobytes()])))
        np.testing.assert_array_equal(image.pixels, large)
        assert len(image.warnings) == 1
        assert "page 2 is used" in image.warnings[0]


def test_smaller_copies_behind_the_image_are_no_pages() -> None:
    copy = gray_tags(2, 3) | {254: (LONG, [1])}
    content = tiff((gray_tags(2, 3), [b"abcdef"]), (copy, [b"ghijkl"]))
    assert read(content).pixels.tobytes() == b"abcdef"
    assert not read(content).warnings


def test_a_lone_thumbnail_is_read() -> None:
    content = tiff((gray_tags(2, 3) | {254: (LONG, [1])}, [b"abcdef"]))
    assert read(content).pixels.tobytes() == b"abcdef"


@pytest.mark.parametrize(("photometric", "count"), [(1, 2), (1, 3), (2, 4), (2, 5)])
@pytest.mark.parametrize("stated", [True, False])
def test_samples_of_no_stated_meaning_are_kept_with_a_warning(
    photometric: int, count: int, stated: bool
) -> None:
    samples = noise("u2", count)
    further = count - (3 if photometric == 2 else 1)
    tags = coloured(samples, photometric, (0,) * further if stated else ())
    image = read(tiff((tags, [samples.tobytes()])))
    assert not image.alpha
    np.testing.assert_array_equal(image.pixels, samples)
    assert image.warnings == (
        f"{further} of {count} samples per pixel have no stated meaning; they are kept as channels",
    )


def test_alpha_beside_samples_of_no_stated_meaning_is_refused() -> None:
    samples = noise("u1", 5)
    content = tiff((coloured(samples, 2, (2, 0)), [samples.tobytes()]))
    assert "2 samples per pixel beside RGB that are not read" in refusal(content)


def palette_tags(index: Array, bits: int, palette: Array) -> Tags:
    rows, columns = index.shape
    tags = gray_tags(rows, columns, bits, photometric=3)
    tags[320] = (SHORT, palette.T.reshape(-1).tolist())
    return tags


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_palettes_of_every_depth_are_expanded(bits: int) -> None:
    palette = noise("u2", 3).reshape(-1, 3)[: 2**bits]
    index = noise("u1") >> (8 - bits)
    tags = palette_tags(index, bits, palette)
    content = tiff((tags, [b"".join(packed(index, bits))]))
    np.testing.assert_array_equal(read(content).pixels, (palette >> 8)[index])


def test_a_palette_of_8_bits_in_16_is_recognised() -> None:
    palette = noise("u1", 3).reshape(-1, 3)[:256].astype(np.uint16)
    index = noise("u1")
    image = read(tiff((palette_tags(index, 8, palette), [index.tobytes()])))
    np.testing.assert_array_equal(image.pixels, palette[index])
    assert "palette is taken to hold 8 bits" in image.warnings[0]


def test_a_palette_with_alpha_keeps_it() -> None:
    palette = noise("u2", 3).reshape(-1, 3)[:256]
    samples = np.array([[[5, 255], [6, 0], [7, 9]]], np.uint8)
    tags = coloured(samples, 3, (2,)) | {320: (SHORT, palette.T.reshape(-1).tolist())}
    image = read(tiff((tags, [samples.tobytes()])))
    wanted = [[[*(palette[5] >> 8), 255], [0, 0, 0, 0], [*(palette[7] >> 8), 9]]]
    assert image.alpha
    np.testing.assert_array_equal(image.pixels, wanted)


def test_a_short_palette_is_damage() -> None:
    tags = gray_tags(2, 3, photometric=3) | {320: (SHORT, [1, 2, 3])}
    assert refusal(tiff((tags, [b"abcdef"]))) == "is damaged: its palette is not complete"


def test_uncompressed_ycbcr_is_converted_with_a_warning() -> None:
    samples = noise("u1", 3)
    content = tiff((coloured(samples, 6) | {530: (SHORT, [1, 1])}, [samples.tobytes()]))
    image = read(content)
    wanted = np.asarray(pillow.fromarray(samples, "YCbCr").convert("RGB"))
    np.testing.assert_array_equal(image.pixels, wanted)
    assert image.warnings == ("YCbCr was converted to RGB",)


UNKNOWN: list[tuple[str, Tags]] = [
    ("a transparency mask", {262: (SHORT, [4])}),
    ("ICC L*a*b*", {262: (SHORT, [9])}),
    ("photometric 777", {262: (SHORT, [777])}),
    ("gray as unsigned 3-bit samples", {258: (SHORT, [3])}),
    ("gray as unsigned 9-bit samples", {258: (SHORT, [9])}),
    ("gray as unsigned 24-bit samples", {258: (SHORT, [24])}),
    ("gray as unsigned 32-bit samples", {258: (SHORT, [32])}),
    ("gray as unsigned 64-bit samples", {258: (SHORT, [64])}),
    ("gray as signed 8-bit samples", {339: (SHORT, [2])}),
    ("gray as signed 16-bit samples whose white is 0",
     {258: (SHORT, [16]), 339: (SHORT, [2]), 262: (SHORT, [0])}),
    ("gray as float 16-bit samples", {258: (SHORT, [16]), 339: (SHORT, [3])}),
    ("gray as float 24-bit samples", {258: (SHORT, [24]), 339: (SHORT, [3])}),
    ("gray as float 64-bit samples", {258: (SHORT, [64]), 339: (SHORT, [3])}),
    ("gray as float 32-bit samples whose white is 0",
     {258: (SHORT, [32]), 339: (SHORT, [3]), 262: (SHORT, [0])}),
    ("samples of TIFF format 4", {339: (SHORT, [4])}),
    ("samples of TIFF format 6", {339: (SHORT, [6])}),
    ("a palette as unsigned 16-bit samples", {258: (SHORT, [16]), 262: (SHORT, [3])}),
    ("old-style JPEG", {259: (SHORT, [6])}),
    ("method 34713", {259: (SHORT, [34713])}),
    ("unknown order", {284: (SHORT, [3])}),
    ("unknown order", {266: (SHORT, [0])}),
    ("TIFF predictor 2", {317: (SHORT, [2])}),
    ("TIFF predictor 3", {317: (SHORT, [3]), 259: (SHORT, [8])}),
    ("TIFF predictor 9", {317: (SHORT, [9]), 259: (SHORT, [8])}),
    ("give RGB 1 samples", {262: (SHORT, [2])}),
    ("a pixel 0 samples", {277: (SHORT, [0])}),
    ("a pixel 60000 samples", {277: (SHORT, [60000])}),
    ("no size", {256: (LONG, [0])}),
    ("no size", {278: (LONG, [0])}),
    ("as fax, but does not hold 1-bit gray", {259: (SHORT, [4])}),
    ("inks other than CMYK", {262: (SHORT, [5]), 277: (SHORT, [4]), 332: (SHORT, [2])}),
    ("subsampled YCbCr", {262: (SHORT, [6]), 277: (SHORT, [3])}),
    ("samples of different types", {277: (SHORT, [2]), 258: (SHORT, [8, 16])}),
]  # fmt: skip


@pytest.mark.parametrize(("message", "changed"), UNKNOWN)
def test_what_is_not_in_the_list_is_refused(message: str, changed: Tags) -> None:
    assert message in refusal(tiff((gray_tags(2, 3) | changed, [bytes(200)])))


def test_a_page_without_a_photometric_tag_is_refused() -> None:
    tags = gray_tags(2, 3)
    del tags[262]
    assert "has no photometric tag" in refusal(tiff((tags, [b"abcdef"])))


# How samples are stored


@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("predictor", [1, 2])
@pytest.mark.parametrize("tile", [None, (16, 32)])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_colour_is_read_as_tifffile_writes_it(
    dtype: str, order: str, tile: Any, predictor: int, planar: str
) -> None:
    pixels = noise(dtype, 3)
    stored = np.moveaxis(pixels, 2, 0) if planar == "separate" else pixels
    content = tif(
        stored,
        photometric="rgb",
        planarconfig=planar,
        byteorder=order,
        tile=tile,
        rowsperstrip=None if tile else 5,
        compression="zlib",
        predictor=predictor,
    )
    np.testing.assert_array_equal(read(content).pixels, pixels)
    np.testing.assert_array_equal(
        tifffile.imread(io.BytesIO(content)).reshape(stored.shape), stored
    )


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("dtype", ["i2", "i4", "f4"])
@pytest.mark.parametrize("predictor", [1, 2])
def test_wide_gray_is_read_as_tifffile_writes_it(dtype: str, order: str, predictor: int) -> None:
    pixels = noise(dtype)
    if dtype == "f4" and predictor == 2:
        predictor = 3
    if predictor == 3:
        rows, columns = pixels.shape
        bytes_ = pixels.astype(">f4").view(np.uint8).reshape(rows, columns, 4)
        flat = bytes_.transpose(0, 2, 1).reshape(rows, -1)
        deltas = np.diff(flat, axis=1, prepend=np.uint8(0))
        tags = gray_tags(rows, columns, 32, compression=DEFLATE)
        tags |= {317: (SHORT, [3]), 339: (SHORT, [3])}
        content = tiff((tags, [zlib.compress(deltas.tobytes())]), order=order)
    else:
        content = tif(pixels, byteorder=order, compression="zlib", predictor=predictor)
    np.testing.assert_array_equal(read(content).pixels, pixels)


@pytest.mark.parametrize(
    ("number", "method"),
    [(LZW, "tiff_lzw"), (PACKBITS, "packbits"), (DEFLATE, "tiff_adobe_deflate"), (32946, ""),
     (34925, "lzma"), pytest.param(50000, "zstd", marks=needs_zstandard)],
)  # fmt: skip
@pytest.mark.parametrize("channels", [2, 3, 4])
def test_every_compression_holds_every_kind_of_sample(
    channels: int, number: int, method: str
) -> None:
    pixels = noise("u2", channels) // 99
    extra = () if channels == 3 else (2,)
    tags = coloured(pixels, 1 if channels == 2 else 2, extra, compression=number, strip=10)
    parts = [pixels[:10], pixels[10:20], pixels[20:]]
    strips = [compressed(part.tobytes(), method or "tiff_adobe_deflate") for part in parts]
    wanted = pixels if not extra else np.where(pixels[..., -1:] == 0, 0, pixels)
    np.testing.assert_array_equal(read(tiff((tags, strips))).pixels, wanted)


@pytest.mark.parametrize("strip", [1, 9, 23])
@pytest.mark.parametrize(
    ("number", "method"), [(2, "tiff_ccitt"), (FAX_3, "group3"), (FAX_4, "group4")]
)
@pytest.mark.parametrize("photometric", [0, 1])
@pytest.mark.parametrize("fill_order", [1, 2])
def test_faxes_are_read(
    fill_order: int, photometric: int, number: int, method: str, strip: int
) -> None:
    black = noise("u1") > 200
    tags = gray_tags(23, 34, 1, photometric=photometric, compression=number, strip=strip)
    tags[266] = (SHORT, [fill_order])
    strips = [fax(black[row : row + strip], method) for row in range(0, 23, strip)]
    if fill_order == 2:
        strips = [reverse(one) for one in strips]
    shown = black == (photometric == 0)
    image = read(tiff((tags, strips)))
    np.testing.assert_array_equal(image.pixels, np.where(shown, 0, 255))
    assert not image.warnings


def reverse(data: bytes) -> bytes:
    """Reverse the bits of each byte."""
    return np.packbits(np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")).tobytes()


def test_bits_in_reversed_order_are_restored() -> None:
    pixels = noise("u1")
    tags = gray_tags(*pixels.shape) | {266: (SHORT, [2])}
    content = tiff((tags, [reverse(pixels.tobytes())]))
    np.testing.assert_array_equal(read(content).pixels, pixels)


def jpeg_parts(pixels: Array, mode: str, **settings: Any) -> tuple[bytes, bytes]:
    """Return the tables of a JPEG, and its stream without them and without a colour marker."""
    stream = io.BytesIO()
    pillow.fromarray(pixels, mode).save(stream, "JPEG", quality=95, **settings)
    content = stream.getvalue()
    tables, rest, position = b"", b"", 2
    while content[position + 1] != 0xDA:
        size = int.from_bytes(content[position + 2 : position + 4], "big")
        segment = content[position : position + 2 + size]
        if segment[1] in (0xDB, 0xC4):
            tables += segment
        elif segment[1] not in (0xE0, 0xEE):
            rest += segment
        position += 2 + size
    return b"\xff\xd8" + tables + b"\xff\xd9", b"\xff\xd8" + rest + content[position:]


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize(("photometric", "channels"), [(1, 1), (2, 3), (6, 3)])
def test_jpeg_in_strips_is_read(photometric: int, channels: int, shared: bool) -> None:
    smooth = np.add.outer(np.arange(32), np.arange(24) * 2).astype(np.uint8)
    pixels = smooth if channels == 1 else np.dstack((smooth, smooth + 50, 200 - smooth))
    mode = "L" if channels == 1 else "RGB"
    settings = {"keep_rgb": True} if photometric == 2 else {"subsampling": 0}
    tables, upper = jpeg_parts(pixels[:16], mode, **settings)
    _, lower = jpeg_parts(pixels[16:], mode, **settings)
    tags = coloured(np.atleast_3d(pixels), photometric, compression=JPEG, strip=16)
    strips = [upper, lower]
    if shared:
        tags[347] = (UNDEFINED, tables)
    else:
        strips = [tables[:-2] + strip[2:] for strip in strips]
    image = read(tiff((tags, strips)))
    assert image.pixels.shape == pixels.shape
    assert np.abs(image.pixels.astype(int) - pixels).max() < 6
    assert not image.warnings


def test_big_tiff_is_read() -> None:
    pixels = noise("u2", 3)
    for order in "<>":
        tags = coloured(pixels) | {257: (LONG8, [len(pixels)])}
        stored = pixels.astype(f"{order}u2").tobytes()
        np.testing.assert_array_equal(
            read(tiff((tags, [stored]), order=order, big=True)).pixels, pixels
        )


@pytest.mark.parametrize("orientation", range(10))
def test_every_orientation_is_turned_upright(orientation: int) -> None:
    flat = noise("u2", 3)
    tags = coloured(flat) | {274: (SHORT, [orientation])}
    upright = {
        2: flat[:, ::-1],
        3: flat[::-1, ::-1],
        4: flat[::-1],
        5: np.transpose(flat, (1, 0, 2)),
        6: np.rot90(flat, -1),
        7: np.rot90(np.transpose(flat, (1, 0, 2)), 2),
        8: np.rot90(flat),
    }.get(orientation, flat)
    np.testing.assert_array_equal(read(tiff((tags, [flat.tobytes()]))).pixels, upright)


@pytest.mark.parametrize("compression", [1, DEFLATE, LZW, PACKBITS, FAX_4])
def test_strips_with_padding_at_their_end_are_read(compression: int) -> None:
    """Some writers pad the last strip with rows, and each strip with bytes."""
    bits = 1 if compression == FAX_4 else 8
    numbers = noise("u1") >> (8 - bits)
    padded = np.concatenate((numbers, numbers[:1]))
    tags = gray_tags(23, 34, bits, compression=compression, strip=12)
    strips = []
    for part in (padded[:12], padded[12:]):
        if compression == FAX_4:
            strips.append(fax(part, "group4"))
        else:
            method = {DEFLATE: "tiff_adobe_deflate", LZW: "tiff_lzw", PACKBITS: "packbits"}
            plain = part.tobytes()
            strips.append(compressed(plain, method[compression]) if compression > 1 else plain)
    if compression != PACKBITS:
        strips = [strip + b"\0" for strip in strips]
    wanted = numbers if bits == 8 else numbers * 255
    np.testing.assert_array_equal(read(tiff((tags, strips))).pixels, wanted)


def test_uncompressed_strips_without_byte_counts_are_read() -> None:
    content = tiff((gray_tags(2, 3), [b"abcdef"]))
    entry = content.index(struct.pack("<HHI", 279, LONG, 1))
    renamed = content[:entry] + struct.pack("<H", 290) + content[entry + 2 :]
    assert read(renamed).pixels.tobytes() == b"abcdef"


# Damage


def damaged(compression: int) -> tuple[bytes, Array, Array]:
    """Return a file whose second strip has a hole, all of its pixels, and those of strip 1."""
    pixels = np.asarray(pillow.open(SAMPLES / "brick.png").convert("L"))[:64, :200]
    if compression == FAX_4:
        pixels = (pixels > 100).astype(np.uint8)
    methods = {
        LZW: "tiff_lzw", PACKBITS: "packbits", DEFLATE: "tiff_adobe_deflate", 34925: "lzma",
    }  # fmt: skip
    strips = []
    for part in (pixels[:32], pixels[32:]):
        if compression == FAX_4:
            strip = fax(part, "group4")
        elif compression == JPEG:
            strip = saved(part, "JPEG")
        else:
            strip = compressed(part.tobytes(), methods[compression])
        strips.append(strip)
    middle = len(strips[1]) // 2
    strips[1] = strips[1][:middle] + bytes(20) + strips[1][middle + 20 :]
    bits = 1 if compression == FAX_4 else 8
    tags = gray_tags(64, 200, bits, compression=compression, strip=32, photometric=bits != 1)
    if compression == FAX_4:
        pixels = (1 - pixels) * 255
    return tiff((tags, strips)), pixels, pixels[:32]


@pytest.mark.parametrize("compression", [DEFLATE, LZW, PACKBITS, FAX_4, JPEG, 34925])
def test_a_hole_in_a_strip_is_found(compression: int) -> None:
    content, whole, before = damaged(compression)
    message = refusal(content)
    assert message.startswith("is damaged: strip 2 of 2: ")
    assert message.endswith("; --tolerant reads what can be read")
    image = read(content, tolerant=True)
    assert len(image.warnings) == 1
    assert image.warnings[0].startswith("is damaged: strip 2 of 2: ")
    assert image.pixels.shape == whole.shape
    if compression != JPEG:
        np.testing.assert_array_equal(image.pixels[:32], before)
    else:
        assert np.abs(image.pixels[:32].astype(int) - before).mean() < 10


def test_a_damaged_fax_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    content, _, _ = damaged(FAX_4)
    broken = tiff((gray_tags(9, 9, 1, compression=FAX_4), [bytes(40)]))
    for file in (content, broken):
        refusal(file)
        read(file, tolerant=True)
    assert capfd.readouterr() == ("", "")


def test_what_was_decompressed_before_the_damage_is_kept() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (100, 1000), np.uint8)
    strip = bytearray(zlib.compress(pixels.tobytes()))
    strip[50_000:50_020] = bytes(20)
    content = tiff((gray_tags(100, 1000, compression=DEFLATE), [bytes(strip)]))
    image = read(content, tolerant=True)
    np.testing.assert_array_equal(image.pixels[:40], pixels[:40])


@pytest.mark.parametrize(
    ("changed", "strips", "message"),
    [
        ({279: (LONG, [0, 3])}, [b"abc", b"def"], "strip 1 of 2 is missing"),
        ({273: (LONG, [0, 8])}, [b"abc", b"def"], "strip 1 of 2 is missing"),
        ({273: (LONG, [8])}, [b"abc", b"def"], "1 of its 2 strips are listed"),
        ({273: (LONG, [8, 9999])}, [b"abc", b"def"], "strip 2 of 2: holds fewer bytes than its"),
        ({}, [b"abc", b"de"], "strip 2 of 2: holds fewer bytes than its pixels need"),
        ({259: (SHORT, [8])}, [zlib.compress(b"abc")[:-1], zlib.compress(b"def")],
         "strip 1 of 2: ends too early"),
        ({259: (SHORT, [8])}, [zlib.compress(b"abcd"), zlib.compress(b"def")],
         "strip 1 of 2: holds more bytes than its pixels need"),
        ({259: (SHORT, [PACKBITS])}, [b"\2abc", b"\2de"], "strip 2 of 2: holds another number"),
        ({259: (SHORT, [PACKBITS])}, [b"\3abcd", b"\2def"], "strip 1 of 2: holds another number"),
        ({259: (SHORT, [LZW])}, [compressed(b"abc", "tiff_lzw"), b"\x80"],
         "strip 2 of 2: cannot be decompressed"),
    ],
)  # fmt: skip
def test_strips_that_do_not_hold_their_pixels_are_damage(
    changed: Tags, strips: list[bytes], message: str
) -> None:
    content = tiff((gray_tags(2, 3, strip=1) | changed, strips))
    assert message in refusal(content)
    image = read(content, tolerant=True)
    assert image.pixels.shape == (2, 3)
    assert len(image.warnings) == 1
    assert message in image.warnings[0]


@needs_zstandard
@pytest.mark.parametrize("width", [1, 2, 4, 8])
def test_a_zstandard_strip_that_says_it_holds_too_much_is_damage(width: int) -> None:
    rows = 100 if width == 2 else 2
    pixels = np.random.default_rng(0).integers(0, 256, (rows, 3), np.uint8)
    tags = gray_tags(rows, 3, compression=50000)
    data = pixels.tobytes()
    image = read(tiff((tags, [zstandard(data, width)])))
    np.testing.assert_array_equal(image.pixels, pixels)
    assert not image.warnings
    content = tiff((tags, [zstandard(data + b"x", width)]))
    assert "strip 1 of 1: holds more bytes than its pixels need" in refusal(content)
    np.testing.assert_array_equal(read(content, tolerant=True).pixels, pixels)


@needs_zstandard
def test_a_zstandard_strip_that_states_no_size_is_read() -> None:
    pixels = np.arange(6, dtype=np.uint8).reshape(2, 3)
    content = tiff((gray_tags(2, 3, compression=50000), [zstandard(pixels.tobytes(), 0)]))
    np.testing.assert_array_equal(read(content).pixels, pixels)


def test_zstandard_is_refused_without_blame_for_the_file_where_pillow_lacks_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise OSError("decoder error -2")

    content = tiff((gray_tags(2, 3, compression=50000), [zstandard(bytes(6), 0)]))
    reads_zstandard.cache_clear()
    with monkeypatch.context() as patched:
        patched.setattr(codecs, "open_with_pillow", fail)
        with pytest.raises(PoolcliError, match="Pillow does not read; install Pillow 12") as caught:
            read(content, tolerant=True)
    reads_zstandard.cache_clear()
    assert "damaged" not in str(caught.value)


# Limits


def test_strips_that_lie_on_each_other_are_refused_before_they_are_read() -> None:
    """A reader of 10,000 strips at the same 30 kB takes 14 GB."""
    strip = zlib.compress(bytes(20_000_000))
    tags = gray_tags(10_000, 2000, compression=DEFLATE, strip=1)
    content = tiff(
        (tags | {273: (LONG, [8] * 10_000), 279: (LONG, [len(strip)] * 10_000)}, [strip])
    )
    tracemalloc.start()
    try:
        assert "claim more bytes than the file has" in refusal(content)
        assert tracemalloc.get_traced_memory()[1] < 3e6
    finally:
        tracemalloc.stop()


def test_a_file_too_short_for_its_pixels_is_refused_before_they_get_memory() -> None:
    for compression in (1, DEFLATE, LZW, PACKBITS, JPEG, 34925, 50000):
        tags = gray_tags(15_000, 15_000, compression=compression, strip=15_000)
        tracemalloc.start()
        try:
            assert "too short for its pixels" in refusal(tiff((tags, [bytes(1000)])))
            assert tracemalloc.get_traced_memory()[1] < 1e6
        finally:
            tracemalloc.stop()


def test_tiles_much_larger_than_the_image_are_refused() -> None:
    tags = gray_tags(2, 3) | {
        322: (LONG, [60_000]), 323: (LONG, [60_000]), 324: (LONG, [8]), 325: (LONG, [9]),
    }  # fmt: skip
    assert "tiles are much larger than the image" in refusal(tiff((tags, [b"abcdef"])))


def with_entries(entries: Sequence[bytes], data: bytes) -> bytes:
    """Write a page of 6 pixels with further data, and with further entries in its directory."""
    content = tiff((gray_tags(2, 3), [b"abcdef" + data]))
    directory = struct.unpack_from("<I", content, 4)[0]
    own = content[directory + 2 : directory + 2 + 12 * 9]
    header = content[:4] + struct.pack("<I", len(content))
    count = struct.pack("<H", 9 + len(entries))
    return header + content[8:] + count + own + b"".join(entries) + bytes(4)


def check_pixels_within_memory(content: bytes, most: float) -> None:
    tracemalloc.start()
    try:
        assert read(content).pixels.tobytes() == b"abcdef"
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("type_", [1, 2, 7, LONG, RATIONAL])
def test_tags_of_huge_counts_are_not_read(type_: int) -> None:
    """Almost as many tags as a directory can have, each of which claims the whole file."""
    count = 1_000_000 // (8 if type_ == RATIONAL else 4)
    tags = (tag for tag in range(1000, 60_000) if tag != 34675)
    entries = [struct.pack("<HHII", tag, type_, count, 8) for tag in tags]
    check_pixels_within_memory(with_entries(entries, bytes(900_000)), 5e7)


@pytest.mark.parametrize("tag", [258, 273, 279, 282, 330, 339])
def test_duplicates_of_a_tag_are_not_read(tag: int) -> None:
    """A reader that loads each of them takes 2 GB."""
    first = struct.pack("<HHII", tag, LONG, 1, 1)
    duplicate = struct.pack("<HHII", tag, LONG, 250_000, 8)
    content = with_entries([first, *[duplicate] * 1000], bytes(1_000_000))
    check_pixels_within_memory(content, 5e6)


@pytest.mark.parametrize("compression", [DEFLATE, PACKBITS, 34925])
def test_a_strip_is_decompressed_no_further_than_its_pixels(compression: int) -> None:
    size = 50_000_000
    strip = b"\x81a" * (size // 128)
    if compression == DEFLATE:
        strip = zlib.compress(bytes(size))
    elif compression != PACKBITS:
        strip = lzma.compress(bytes(size), preset=0)
    content = tiff((gray_tags(2, 3, compression=compression), [strip]))
    tracemalloc.start()
    try:
        assert "bytes than its pixels need" in refusal(content)
        assert tracemalloc.get_traced_memory()[1] < 4e6
    finally:
        tracemalloc.stop()


def chain_of_pages(count: int) -> bytes:
    """Return a page, and behind it directories without tags, of six bytes each."""
    content = bytearray(tiff((gray_tags(2, 3), [b"abcdef"])))
    struct.pack_into("<I", content, len(content) - 4, len(content))
    for _ in range(count):
        content += struct.pack("<HI", 0, len(content) + 6)
    struct.pack_into("<I", content, len(content) - 4, 0)
    return bytes(content)


def test_pages_are_counted_only_as_far_as_wanted() -> None:
    assert read(chain_of_pages(4)).warnings == ("only the first of 5 frames or pages is used",)
    image = read(chain_of_pages(1_000_000))
    assert image.warnings == ("only the first of more than 10000 frames or pages is used",)


def test_images_that_imagej_stores_behind_one_directory_are_counted() -> None:
    description = b"ImageJ=1.54f\nimages=7\nslices=7\n\0"
    content = tiff((gray_tags(2, 3) | {270: (2, description)}, [b"abcdef" * 7]))
    assert read(content).warnings == ("only the first of 7 frames or pages is used",)


def test_a_directory_that_is_cut_off_ends_the_count() -> None:
    content = chain_of_pages(3)
    assert read(content[:-8]).warnings == ("only the first of 3 frames or pages is used",)
    assert "directory is cut off" in refusal(content[:60])


# Metadata


def test_metadata_without_meaning_are_left_out() -> None:
    tags = gray_tags(2, 3) | {
        282: (RATIONAL, [(0, 0)]),
        283: (RATIONAL, [(300, 1)]),
        34675: (2, b"a profile of text\0"),
        274: (SHORT, [77]),
    }
    image = read(tiff((tags, [b"abcdef"])))
    assert (image.resolution, image.profile) == (None, None)
    assert len(image.warnings) == 3


def test_metadata_beyond_the_end_do_not_affect_pixels() -> None:
    tags = gray_tags(2, 3) | {282: (RATIONAL, [(1, 1)]), 283: (RATIONAL, [(1, 1)])}
    content = tiff((tags, [b"abcdef"]))
    entry = content.index(struct.pack("<HHI", 282, RATIONAL, 1))
    moved = content[: entry + 8] + struct.pack("<I", 2**31) + content[entry + 12 :]
    image = read(moved)
    assert image.pixels.tobytes() == b"abcdef"
    assert image.resolution is None


@pytest.mark.parametrize("tag", [258, 339])
def test_a_tag_of_the_pixels_beyond_the_end_is_damage(tag: int) -> None:
    """A reader that takes it for missing reads other pixels."""
    pixels = noise("u1", 3)
    content = tiff((coloured(pixels) | {339: (SHORT, [1, 1, 1])}, [pixels.tobytes()]))
    entry = content.index(struct.pack("<HHI", tag, SHORT, 3))
    moved = content[: entry + 8] + struct.pack("<I", 2**31) + content[entry + 12 :]
    assert f"TIFF tag {tag} lies beyond the end of the file" in refusal(moved)


@pytest.mark.parametrize("type_", range(20))
@pytest.mark.parametrize("count", [0, 1, 3, 2**31, 2**32 - 1])
def test_any_type_and_count_of_any_tag_is_read_or_refused_in_one_line(
    type_: int, count: int
) -> None:
    pixels = noise("u1", 3)
    tags = coloured(pixels, compression=DEFLATE, strip=8) | {
        254: (LONG, [0]), 266: (SHORT, [1]), 274: (SHORT, [1]), 282: (RATIONAL, [(72, 1)]),
        283: (RATIONAL, [(72, 1)]), 284: (SHORT, [1]), 296: (SHORT, [2]), 317: (SHORT, [1]),
        338: (SHORT, [0]), 339: (SHORT, [1, 1, 1]), 347: (UNDEFINED, b"abcd"), 700: (1, b"abcde"),
        34675: (UNDEFINED, b"abcdef"),
    }  # fmt: skip
    strips = [zlib.compress(pixels[row : row + 8].tobytes()) for row in (0, 8, 16)]
    content = tiff((tags, strips))
    assert read(content).pixels.tobytes() == pixels.tobytes()
    for tag, (old, values) in (tags | {273: (LONG, strips), 279: (LONG, strips)}).items():
        entry = content.index(struct.pack("<HHI", tag, old, len(values)))
        changed = struct.pack("<HHI", tag, type_, count)
        for tolerant in (False, True):
            try:
                read(content[:entry] + changed + content[entry + 8 :], tolerant=tolerant)
            except PoolcliError as error:
                assert "\n" not in str(error)  # noqa: PT017 - most are read, some refused


def test_the_command_line_refuses_damage_and_reads_it_where_that_is_tolerated(
    invoke: Invoke, folder: Path
) -> None:
    content, _, _ = damaged(FAX_4)
    (folder / "a.tif").write_bytes(content)
    ended = invoke("max", "a.tif", "--no-figure", status=1)
    assert ended.errors.splitlines()[0].startswith("poolcli: a.tif: is damaged: strip 2 of 2: ")
    assert not (folder / "pooled").exists()
    ended = invoke("max", "a.tif", "--no-figure", "--tolerant")
    assert ended.errors.startswith("poolcli: a.tif: warning: is damaged: strip 2 of 2: ")
    assert (folder / "pooled" / "a_max_k2_1.png").exists()


def test_the_refusal_of_5_channels_names_npy_which_holds_them(invoke: Invoke, folder: Path) -> None:
    samples = noise("u2", 5)
    (folder / "a.tif").write_bytes(tiff((coloured(samples, 2, (0, 0)), [samples.tobytes()])))
    ended = invoke("max", "a.tif", status=1)
    assert "png cannot hold 5 channels; use npy" in ended.errors
    invoke("max", "a.tif", "-f", "npy", "-k", "1")
    np.testing.assert_array_equal(np.load(folder / "pooled" / "a_max_k1_1.npy"), samples)
