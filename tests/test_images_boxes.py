"""JPEG 2000 and AVIF: what their boxes say is heeded; boxes without end cost little."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
from typing import Any

import cv2
import numpy as np
import pytest
from helpers.formats import noise, saved, shown, with_alpha
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - as in the package

from poolcli.errors import PoolcliError
from poolcli.images import Image, Reading, open_source
from poolcli.images.boxes import MOST_BOXES, boxes

Array = NDArray[Any]


def read(content: bytes, suffix: str = "jp2") -> Image:
    source = open_source(content, suffix, Reading())
    image = source.decode()
    assert source.shape == image.pixels.shape[:2]
    return image


def refusal(content: bytes, suffix: str = "jp2") -> str:
    with pytest.raises(PoolcliError) as caught:
        read(content, suffix)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def box(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", 8 + len(data)) + name + data


def jp2(codestream: bytes, *further: bytes, space: int, channels: int, bits: int = 8) -> bytes:
    """Put a codestream into a file with a header of further boxes."""
    rows, columns = (int.from_bytes(codestream[place : place + 4], "big") for place in (12, 8))
    header = struct.pack(">IIHBBBB", rows, columns, channels, bits - 1, 7, 0, 0)
    colour = struct.pack(">BBBI", 1, 0, 0, space)
    inner = box(b"ihdr", header) + box(b"colr", colour) + b"".join(further)
    return (
        b"\0\0\0\x0cjP  \r\n\x87\n"
        + box(b"ftyp", b"jp2 \0\0\0\0jp2 ")
        + box(b"jp2h", inner)
        + box(b"jp2c", codestream)
    )


def definitions(*channels: tuple[int, int]) -> bytes:
    """Write a box that tells the type of each channel, and what it belongs to."""
    numbers = [part for number, channel in enumerate(channels) for part in (number, *channel)]
    return box(b"cdef", struct.pack(f">{1 + len(numbers)}H", len(channels), *numbers))


def stream(pixels: Array) -> bytes:
    return saved(pixels, "JPEG2000", no_jp2=True)


COLOUR = ((0, 1), (0, 2), (0, 3))


@pytest.mark.parametrize("channels", [2, 4])
def test_alpha_that_is_defined_is_alpha(channels: int) -> None:
    pixels = with_alpha("u1", channels)
    colours = COLOUR[: channels - 1]
    content = jp2(
        stream(pixels), definitions(*colours, (1, 0)), space=18 - channels // 2, channels=channels
    )
    for file in (content, saved(pixels, "JPEG2000")):
        image = read(file)
        assert image.alpha
        np.testing.assert_array_equal(image.pixels, shown(pixels))


@pytest.mark.parametrize(
    ("channels", "stated"),
    [
        (4, None),
        (2, None),
        (4, (*COLOUR, (2, 0))),  # multiplied by
        (4, (*COLOUR, (65535, 65535))),
        (4, (*COLOUR, (0, 4))),
        (4, ((0, 3), (0, 2), (0, 1), (1, 0))),
        (4, ((1, 0), (0, 1), (0, 2), (0, 3))),
        (3, ((0, 3), (0, 2), (0, 1))),
        (3, ((0, 1), (0, 2), (1, 0))),
    ],
)
def test_components_that_are_not_said_to_be_colour_and_alpha_are_refused(
    channels: int, stated: tuple[tuple[int, int], ...] | None
) -> None:
    further = [definitions(*stated)] if stated else []
    space = 17 if channels == 2 else 16
    content = jp2(stream(noise("u1", channels)), *further, space=space, channels=channels)
    assert "JPEG 2000 image of" in refusal(content)


def test_a_bare_codestream_of_four_components_is_refused() -> None:
    assert "4 components that are not colour and alpha" in refusal(stream(noise("u1", 4)))


@pytest.mark.parametrize("space", [0, 1, 14, 20, 21, 99])
def test_unknown_colour_spaces_are_refused(space: int) -> None:
    content = jp2(stream(noise("u1", 3)), space=space, channels=3)
    assert f"colour space {space}, which is not read" in refusal(content)


def test_cmyk_is_converted_and_said() -> None:
    image = read(jp2(stream(noise("u1", 4)), space=12, channels=4))
    assert image.pixels.shape == (23, 34, 3)
    assert image.warnings == ("CMYK was converted to RGB",)


def test_a_palette_is_refused() -> None:
    """Pillow merges entries that are alike, and so moves those behind them."""
    palette = box(b"pclr", struct.pack(">HBBBB", 2, 3, 7, 7, 7) + bytes(6))
    content = jp2(stream(noise("u1") & 1), palette, space=16, channels=1)
    assert "with a palette, which is not read" in refusal(content)


def test_subsampled_components_are_refused() -> None:
    content = bytearray(jp2(stream(noise("u1", 3)), space=18, channels=3))
    size = content.index(b"\xff\x51")
    content[size + 2 + 38 + 3 + 1] = 2
    assert "subsampled" in refusal(bytes(content))


def test_16_bit_gray_with_alpha_is_refused_rather_than_cut_to_8() -> None:
    codestream = bytearray(stream(noise("u1", 2)))
    size = codestream.index(b"\xff\x51")
    for component in range(2):
        codestream[size + 2 + 38 + 3 * component] = 15
    content = jp2(bytes(codestream), definitions((0, 1), (1, 0)), space=17, channels=2, bits=16)
    assert "16-bit gray with alpha" in refusal(content)


def test_16_bit_colour_is_read_whole() -> None:
    pixels = np.random.default_rng(0).integers(0, 65536, (128, 128, 3), np.uint16)
    ended, encoded = cv2.imencode(".jp2", pixels, [cv2.IMWRITE_JPEG2000_COMPRESSION_X1000, 1000])
    assert ended
    image = read(encoded.tobytes())
    assert image.pixels.dtype == np.uint16
    np.testing.assert_array_equal(image.pixels, pixels[..., ::-1])


@pytest.mark.parametrize("range_", ["full", "limited"])
@pytest.mark.parametrize("quality", [60, 100])
def test_gray_avif_is_read_as_pillow_reads_it(quality: int, range_: str) -> None:
    pixels = noise("u1")
    content = saved(pixels, "AVIF", quality=quality, subsampling="4:0:0", range=range_)
    image = read(content, "avif")
    picture = pillow.open(io.BytesIO(content))
    assert not image.alpha
    np.testing.assert_array_equal(image.pixels, np.asarray(picture))
    if picture.mode == "RGB":
        pytest.skip("gray AVIF is decoded as gray since Pillow 13")
    assert image.pixels.shape == pixels.shape
    if (quality, range_) == (100, "full"):
        np.testing.assert_array_equal(image.pixels, pixels)


def test_gray_avif_with_alpha_is_read_as_colour() -> None:
    pixels = with_alpha("u1", 2)
    content = saved(pixels, "AVIF", quality=100, subsampling="4:0:0")
    image = read(content, "avif")
    assert image.alpha
    np.testing.assert_array_equal(image.pixels, shown(pixels[:, :, [0, 0, 0, 1]]))


def test_avif_that_is_multiplied_by_its_alpha_is_divided_by_it() -> None:
    pixels = np.zeros((16, 16, 4), np.uint8)
    pixels[:] = 200, 100, 40, 128
    settings = {"quality": 100, "subsampling": "4:4:4"}
    content = saved(pixels, "AVIF", alpha_premultiplied=True, **settings)
    assert b"prem" in content
    image = read(content, "avif")
    assert image.alpha
    # Twice rounded: to multiples of what half of the light leaves.
    assert np.abs(image.pixels.astype(int) - pixels).max() <= 3


# Limits


def nested(name: bytes, own: int, depth: int) -> bytes:
    size = 8 + own
    return b"".join(
        struct.pack(">I", size * (depth - level)) + name + bytes(own) for level in range(depth)
    )


@pytest.mark.parametrize("name", [b"meta", b"iprp", b"ipco", b"jp2h"])
def test_boxes_in_boxes_are_opened_only_where_they_belong(name: bytes) -> None:
    """24 MB of them took a minute."""
    content = nested(name, 4 if name == b"meta" else 0, 1_000_000)
    tracemalloc.start()
    try:
        assert len(list(boxes(memoryview(content)))) <= 1
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("format_", ["JPEG2000", "AVIF"])
def test_a_file_of_very_many_boxes_is_refused_before_it_is_decoded(format_: str) -> None:
    whole = saved(noise("u1", 3), format_)
    start = int.from_bytes(whole[:4], "big")
    content = whole[:start] + box(b"free", b"") * (MOST_BOXES + 1) + whole[start:]
    assert "more than 10000 boxes" in refusal(content, "jp2" if format_ == "JPEG2000" else "avif")


def test_a_codestream_of_very_many_comments_is_refused() -> None:
    codestream = stream(noise("u1"))
    size = 4 + int.from_bytes(codestream[4:6], "big")
    content = codestream[:size] + b"\xff\x64\0\2" * 20_000 + codestream[size:]
    assert "header of more than 10000 parts" in refusal(content)


def test_boxes_of_64_bits_and_without_a_length_are_read() -> None:
    content = struct.pack(">I4sQ", 1, b"free", 18) + b"ab" + struct.pack(">I4s", 0, b"last") + b"c"
    found = [(name, bytes(data)) for name, data in boxes(memoryview(content))]
    assert found == [(b"free", b"ab"), (b"last", b"c")]


# Tiles


def split(codestream: bytes) -> tuple[bytes, list[bytes]]:
    """Split a codestream into its header and the parts of its tiles."""
    position = codestream.index(b"\xff\x90")
    head, parts = codestream[:position], []
    while codestream[position : position + 2] == b"\xff\x90":
        length = int.from_bytes(codestream[position + 6 : position + 10], "big")
        parts.append(codestream[position : position + length])
        position += length
    assert codestream[position:] == b"\xff\xd9"
    return head, parts


PIXELS = np.random.default_rng(4).integers(1, 256, (48, 64, 3), np.uint8)
HEAD, PARTS = split(saved(PIXELS, "JPEG2000", no_jp2=True, tile_size=(17, 13)))


def joined(parts: list[bytes], *, boxed: bool = False) -> bytes:
    codestream = HEAD + b"".join(parts) + b"\xff\xd9"
    return jp2(codestream, space=16, channels=3) if boxed else codestream


@pytest.mark.parametrize("boxed", [False, True])
@pytest.mark.parametrize("missing", [[0], [7], [15], [1, 2, 14], list(range(1, 16))])
def test_missing_tiles_are_damage(missing: list[int], *, boxed: bool) -> None:
    parts = [part for number, part in enumerate(PARTS) if number not in missing]
    content = joined(parts, boxed=boxed)
    assert refusal(content) == (
        f"is damaged: it holds {16 - len(missing)} of its 16 tiles;"
        " --tolerant reads what can be read"
    )
    image = open_source(content, "jp2", Reading(tolerant=True)).decode()
    assert image.warnings == (
        f"is damaged: it holds {16 - len(missing)} of its 16 tiles; what could be read is used",
    )
    for number in range(16):
        top, left = number // 4 * 13, number % 4 * 17
        tile = np.s_[top : top + 13, left : left + 17]
        wanted = PIXELS[tile] if number not in missing else np.zeros_like(PIXELS[tile])
        np.testing.assert_array_equal(image.pixels[tile], wanted)


def test_tiles_may_come_in_any_order_and_the_last_may_have_no_length() -> None:
    unmeasured = PARTS[15][:6] + bytes(4) + PARTS[15][10:]
    for parts in (PARTS, PARTS[::-1], [*PARTS[:15], unmeasured]):
        image = read(joined(parts))
        np.testing.assert_array_equal(image.pixels, PIXELS)
        assert not image.warnings


def test_a_tile_without_data_is_missing() -> None:
    empty = PARTS[3][:6] + struct.pack(">I", 14) + PARTS[3][10:12] + b"\xff\x93"
    content = joined([*PARTS[:3], empty, *PARTS[4:]])
    assert "it holds 15 of its 16 tiles" in refusal(content)


def test_a_file_without_tiles_proposes_no_remedy() -> None:
    assert refusal(joined([])) == "is damaged: it holds none of its tiles"


def resized(codestream: bytes, columns: int, rows: int, tile: int) -> bytes:
    size = struct.pack(">II8xII", columns, rows, tile, tile)
    return codestream[:8] + size + codestream[32:]


@pytest.mark.parametrize("tolerant", [False, True])
def test_a_few_bytes_that_claim_many_pixels_get_no_memory(*, tolerant: bool) -> None:
    content = resized(stream(np.full((64, 64), 9, np.uint8)), 15_000, 15_000, 15_000)
    assert len(content) < 250
    with pytest.raises(PoolcliError) as caught:
        open_source(content, "jp2", Reading(tolerant=tolerant)).decode()
    assert str(caught.value) == (
        f"is damaged: it claims 225,000,000 pixels, more than its {len(content)} bytes can hold"
    )


def test_missing_tiles_get_no_memory_where_damage_is_refused() -> None:
    content = resized(stream(np.full((64, 64), 9, np.uint8)), 8_000, 8_000, 59)
    with pytest.raises(PoolcliError, match=r"it holds 1 of its 18,496 tiles"):
        open_source(content, "jp2", Reading()).decode()


def test_a_picture_of_one_colour_is_read_however_small_its_file() -> None:
    pixels = np.full((2000, 2000), 128, np.uint8)
    np.testing.assert_array_equal(read(saved(pixels, "JPEG2000")).pixels, pixels)


def test_many_parts_of_tiles_cost_linear_time() -> None:
    part = PARTS[0][:6] + struct.pack(">I", 14) + PARTS[0][10:12] + b"\xff\x93"
    start = time.perf_counter()
    assert "holds none of its tiles" in refusal(joined([part] * 200_000))
    assert time.perf_counter() - start < 2
