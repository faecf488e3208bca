"""BMP: every header, depth and bit field is read as what it is, or refused; damage is found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from helpers.formats import noise, saved
from helpers.handmade import bmp, packed, read, refusal
from numpy.typing import NDArray

from poolcli.errors import PoolcliError
from poolcli.images import Reading, open_source

Array = NDArray[Any]


def words(numbers: list[list[int]], dtype: str) -> list[bytes]:
    """Pack rows, the last of which comes first."""
    return [np.array(row, dtype).tobytes() for row in reversed(numbers)]


PALETTE = noise("u1", 3).reshape(-1, 3)[:256]


def entries(colours: Array, size: int = 4) -> bytes:
    """Pack a palette, blue first."""
    return b"".join(colour[::-1].astype(np.uint8).tobytes() + bytes(size - 3) for colour in colours)


@pytest.mark.parametrize("header", [12, 40, 52, 56, 64, 108, 124])
@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_palettes_of_every_depth_are_expanded(bits: int, header: int) -> None:
    index = noise("u1") >> (8 - bits)
    palette = PALETTE[: 2**bits]
    rows = packed(index[::-1], bits)
    content = bmp(rows, 34, bits, header=header, palette=entries(palette, 3 + (header > 12)))
    np.testing.assert_array_equal(read(content).pixels, palette[index])


def test_a_gray_ramp_is_gray() -> None:
    gray = noise("u1")
    ramp = np.repeat(np.arange(256)[:, np.newaxis], 3, axis=1)
    content = bmp(packed(gray[::-1], 8), 34, 8, palette=entries(ramp))
    np.testing.assert_array_equal(read(content).pixels, gray)


def test_a_palette_may_be_short() -> None:
    index = noise("u1") % 5
    content = bmp(packed(index[::-1], 8), 34, 8, palette=entries(PALETTE[:5]), used=5)
    np.testing.assert_array_equal(read(content).pixels, PALETTE[index])


def test_a_colour_beyond_the_palette_is_damage() -> None:
    content = bmp(packed(np.array([[0, 5, 1]]), 8), 3, 8, palette=entries(PALETTE[:5]), used=5)
    assert "colour is not in its palette" in refusal(content)
    wanted = [[PALETTE[0], [0, 0, 0], PALETTE[1]]]
    np.testing.assert_array_equal(read(content, tolerant=True).pixels, wanted)


def test_rows_may_begin_at_the_top() -> None:
    pixels = noise("u1", 3)
    rows = [row[:, ::-1].tobytes() for row in pixels]
    np.testing.assert_array_equal(read(bmp(rows, 34, 24, height=-23)).pixels, pixels)
    np.testing.assert_array_equal(read(bmp(rows[::-1], 34, 24)).pixels, pixels)


@pytest.mark.parametrize("header", [40, 52, 56, 108, 124])
def test_bit_fields_of_565_are_scaled_by_their_white(header: int) -> None:
    content = bmp(
        words([[0xF800, 0x07E0], [0x001F, 0x8410]], "<u2"), 2, 16,
        compression=3, header=header, masks=(0xF800, 0x07E0, 0x1F, 0)[: 3 + (header > 52)],
    )  # fmt: skip
    image = read(content)
    assert not image.alpha
    # 16 of 31 is 131.6 of 255, and 32 of 63 is 129.5.
    np.testing.assert_array_equal(
        image.pixels, [[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [132, 130, 132]]]
    )


def test_16_bits_without_fields_are_5_a_colour() -> None:
    content = bmp(words([[0x7C00, 0x83E0, 0x001F]], "<u2"), 3, 16)
    np.testing.assert_array_equal(read(content).pixels, [[[255, 0, 0], [0, 255, 0], [0, 0, 255]]])


def test_the_alpha_bit_of_16_bits_is_alpha() -> None:
    content = bmp(
        words([[0xFC00, 0x7C00, 0x801F]], "<u2"), 3, 16,
        compression=3, header=124, masks=(0x7C00, 0x3E0, 0x1F, 0x8000),
    )  # fmt: skip
    image = read(content)
    assert image.alpha
    np.testing.assert_array_equal(image.pixels, [[[255, 0, 0, 255], [0] * 4, [0, 0, 255, 255]]])


@pytest.mark.parametrize(("header", "compression"), [(40, 6), (56, 3), (108, 3), (124, 3)])
@pytest.mark.parametrize(
    "masks",
    [
        (0xFF0000, 0xFF00, 0xFF, 0xFF000000),
        (0xFF, 0xFF00, 0xFF0000, 0xFF000000),
        (0xFF000000, 0xFF0000, 0xFF00, 0xFF),
    ],
)
def test_32_bit_fields_with_alpha_are_read(
    masks: tuple[int, ...], header: int, compression: int
) -> None:
    pixels = noise("u1", 4)[:2, :3] | 1
    numbers = sum(
        pixels[..., channel].astype(np.uint32) * (mask & -mask)
        for channel, mask in enumerate(masks)
    )
    rows = [row.astype("<u4").tobytes() for row in np.asarray(numbers)[::-1]]
    image = read(bmp(rows, 3, 32, compression=compression, header=header, masks=masks))
    assert image.alpha
    np.testing.assert_array_equal(image.pixels, pixels)


def test_the_fourth_byte_of_32_bits_means_nothing_without_fields() -> None:
    content = bmp(words([[0x00112233, 0x80445566]], "<u4"), 2, 32)
    np.testing.assert_array_equal(read(content).pixels, [[[17, 34, 51], [68, 85, 102]]])


def test_an_alpha_of_0_everywhere_is_taken_as_opaque_and_said() -> None:
    content = bmp(
        words([[0x00112233]], "<u4"), 1, 32,
        compression=3, header=124, masks=(0xFF0000, 0xFF00, 0xFF, 0xFF000000),
    )  # fmt: skip
    image = read(content)
    np.testing.assert_array_equal(image.pixels, [[[17, 34, 51]]])
    assert image.warnings == ("its alpha is 0 everywhere; it is taken as opaque",)


def test_fields_of_10_bits_keep_them() -> None:
    masks = (0x3FF00000, 0xFFC00, 0x3FF, 0)
    content = bmp(words([[0x3FF00001]], "<u4"), 1, 32, compression=3, header=124, masks=masks)
    image = read(content)
    assert image.pixels.dtype == np.uint16
    np.testing.assert_array_equal(image.pixels, [[[65535, 0, 64]]])


@pytest.mark.parametrize(
    ("masks", "message"),
    [
        ((0xF800, 0x0FE0, 0x1F), "overlap or have holes"),
        ((0xA800, 0x07E0, 0x1F), "overlap or have holes"),
        ((0xF80000, 0x07E0, 0x1F), "overlap or have holes"),
        ((0xF800, 0x07E0, 0), "bit fields that are not read"),
    ],
)
def test_bit_fields_that_make_no_sense_are_refused(masks: tuple[int, ...], message: str) -> None:
    assert message in refusal(bmp([bytes(4)], 2, 16, compression=3, masks=masks))


@pytest.mark.parametrize(
    ("bits", "compression", "header"),
    [(3, 0, 40), (64, 0, 40), (24, 3, 40), (8, 2, 40), (24, 4, 40), (24, 5, 40), (1, 3, 64),
     (24, 4, 64), (24, 11, 40), (8, 99, 40)],
)  # fmt: skip
def test_what_is_not_in_the_list_is_refused(bits: int, compression: int, header: int) -> None:
    content = bmp([bytes(64)], 2, bits, compression=compression, header=header, palette=bytes(64))
    assert "not read" in refusal(content)


RUNS_8 = b"\x03\x05\x00\x03\x01\x02\x03\x00\x00\x00\x02\x07\x00\x02\x01\x00\x03\x09\x00\x01"
RUNS_4 = b"\x03\x56\x00\x03\x12\x30\x00\x00\x02\x78\x00\x02\x01\x00\x03\x9a\x00\x01"


@pytest.mark.parametrize(
    ("bits", "compression", "runs", "numbers"),
    [
        (8, 1, RUNS_8, [[7, 7, -1, 9, 9, 9], [5, 5, 5, 1, 2, 3]]),
        (4, 2, RUNS_4, [[7, 8, -1, 9, 10, 9], [5, 6, 5, 1, 2, 3]]),
    ],
)
def test_run_lengths_are_expanded_and_what_they_leave_out_is_transparent(
    bits: int, compression: int, runs: bytes, numbers: list[list[int]]
) -> None:
    palette = PALETTE[: 2**bits]
    content = bmp([runs], 6, bits, compression=compression, palette=entries(palette), height=2)
    image = read(content)
    index = np.array(numbers)
    wanted = np.dstack((palette[index], np.where(index < 0, 0, 255)))
    wanted[index < 0] = 0
    assert image.alpha
    np.testing.assert_array_equal(image.pixels, wanted)


def test_run_lengths_that_draw_all_pixels_have_no_alpha() -> None:
    content = bmp([b"\4\5\0\0\4\6\0\1"], 4, 8, compression=1, palette=entries(PALETTE), height=2)
    image = read(content)
    assert not image.alpha
    np.testing.assert_array_equal(image.pixels, PALETTE[[[6] * 4, [5] * 4]])


@pytest.mark.parametrize(
    ("runs", "message"),
    [
        (b"\4\5\0\0", "ends before its pixels do"),
        (b"\5\5\0\1", "goes beyond its row"),
        (b"\4\5\0\0\4\5\0\0\4\5\0\1", "goes beyond its row"),
        (b"\0\2\0\2\4\5\0\1", "goes beyond its row"),
        (b"\0\7\1\2", "ends before its pixels do"),
        (b"\0\2", "ends before its pixels do"),
    ],
)
def test_run_lengths_that_do_not_fit_are_damage(runs: bytes, message: str) -> None:
    content = bmp([runs], 4, 8, compression=1, palette=entries(PALETTE), height=2)
    assert message in refusal(content)
    assert message in read(content, tolerant=True).warnings[0]


def test_missing_rows_are_damage() -> None:
    content = saved(noise("u1", 3), "BMP")
    assert "11 of its 23 rows are there" in refusal(content[: 54 + 11 * 104])
    image = read(content[: 54 + 11 * 104], tolerant=True)
    np.testing.assert_array_equal(image.pixels[12:], noise("u1", 3)[12:])
    assert not image.pixels[:12].any()


def test_resolution_is_read_in_pixels_an_inch() -> None:
    assert read(bmp([bytes(4)], 1, 24)).resolution == pytest.approx((300, 300), abs=0.01)


def test_any_byte_of_a_header_may_be_anything() -> None:
    rows = [row.tobytes() for row in noise("u1", 3)]
    whole = bmp(rows, 34, 24, header=124, masks=(1, 2, 4, 8))
    for position in range(138):
        for value in (0, 1, 2, 3, 12, 16, 32, 127, 128, 255):
            broken = whole[:position] + bytes([value]) + whole[position + 1 :]
            try:
                source = open_source(broken, "bmp", Reading(tolerant=True))
                if np.prod(source.shape, dtype=float) < 1e6:
                    source.decode()
            except PoolcliError as error:
                assert "\n" not in str(error)  # noqa: PT017 - most are read, some refused
