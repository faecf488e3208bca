"""Files to arrays and back, for every kind of file in `formats`."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from helpers.formats import Case, cases, chunk, noise, npy, png, saved, tif
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - as in the package
from PIL import ImageCms

from poolcli import pool2d
from poolcli.errors import PoolcliError
from poolcli.formats import output_format
from poolcli.images import (
    Image,
    check_format,
    check_size,
    keeps_profile,
    looks_black,
    open_source,
    quantise,
)
from poolcli.images.boxes import avif_depth
from poolcli.images.deep import check_depth
from poolcli.images.pictures import SIGNATURES, is_picture

Array = NDArray[Any]

SAMPLES = Path(__file__).parent.parent / "samples"
CASES = cases()
READ = [case for case in CASES if not case.refusal]
REFUSED = [case for case in CASES if case.refusal]


def read(content: bytes, suffix: str = "png") -> Image:
    return open_source(content, suffix).decode()


def encode(image: Image, format_: str) -> tuple[bytes, float]:
    """Return the content of a file and the share of values that were clipped."""
    quantised = quantise(image, format_)
    return b"".join(quantised.encode()), quantised.clipped


def name(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("case", READ, ids=name)
def test_a_file_is_read_exactly(case: Case) -> None:
    source = open_source(case.content, case.suffix)
    image = source.decode()
    wanted = case.pixels
    assert wanted is not None
    assert image.pixels.dtype == wanted.dtype.newbyteorder("=")
    np.testing.assert_array_equal(image.pixels, wanted)
    assert source.shape == wanted.shape[:2]
    assert image.alpha is case.alpha
    assert image.depth == image.pixels.dtype
    if case.warning:
        assert [case.warning in warning for warning in image.warnings] == [True]
    else:
        assert not image.warnings


@pytest.mark.parametrize("case", REFUSED, ids=name)
def test_what_cannot_be_read_exactly_is_refused(case: Case) -> None:
    with pytest.raises(PoolcliError) as caught:
        read(case.content, case.suffix)
    assert case.refusal in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("orientation", range(10))
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_every_exif_orientation_is_turned_upright(orientation: int, format_: str) -> None:
    exif = pillow.Exif()
    exif[274] = orientation
    stored = saved(noise("u1", 3), format_, exif=exif, lossless=True)
    flat = np.asarray(pillow.open(io.BytesIO(stored)))
    # EXIF 2.32, tag 274: which row and column of the stored image is at the top and left.
    upright = {
        2: flat[:, ::-1],
        3: flat[::-1, ::-1],
        4: flat[::-1],
        5: np.transpose(flat, (1, 0, 2)),
        6: np.rot90(flat, -1),
        7: np.rot90(np.transpose(flat, (1, 0, 2)), 2),
        8: np.rot90(flat),
    }.get(orientation, flat)
    source = open_source(stored, "jpg")
    assert source.shape == upright.shape[:2]
    np.testing.assert_array_equal(source.decode().pixels, upright)


def test_deep_colour_is_turned_too() -> None:
    exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    pixels = noise("u2", 3)
    image = read(png(pixels, 16, 2, (b"eXIf", exif)))
    np.testing.assert_array_equal(image.pixels, np.rot90(pixels, -1))


def test_an_orientation_behind_the_pixels_counts_too() -> None:
    exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0\0\0\0\0"
    early = png(noise("u1"), 8, 0)
    source = open_source(early[:-12] + chunk(b"eXIf", exif) + early[-12:], "png")
    assert source.shape == noise("u1").shape[::-1]
    np.testing.assert_array_equal(source.decode().pixels, np.rot90(noise("u1")))


def test_the_header_is_read_without_decoding_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        pytest.fail("pixels were decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", refuse)
    for case in READ:
        assert case.pixels is not None
        assert open_source(case.content, case.suffix).shape == case.pixels.shape[:2], case.name


def test_a_header_bomb_costs_nothing() -> None:
    whole = png(noise("u1"), 8, 0)
    claims = struct.pack(">IIBBBBB", 65500, 65500, 8, 0, 0, 0, 0)
    bomb = whole[:8] + chunk(b"IHDR", claims) + whole[33:]
    assert open_source(bomb, "png").shape == (65500, 65500)


def test_a_nonsense_orientation_means_none() -> None:
    exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x02\0\0\0\x04six\0\0\0\0\0"
    stored = png(noise("u1"), 8, 0, (b"eXIf", exif))
    np.testing.assert_array_equal(read(stored).pixels, noise("u1"))


def test_content_decides_not_the_name() -> None:
    assert read(saved(noise("u1"), "PNG"), "jpg").pixels.shape == noise("u1").shape
    assert read(npy(noise("f4")), "png").matrix
    assert open_source(b"1 2\n3 4\n", "").kind == "csv"


def test_a_transparent_gray_key_of_16_bits_hides_one_value_only() -> None:
    pixels = np.array([[300, 301, 44]], np.uint16)
    image = read(png(pixels, 16, 0, (b"tRNS", b"\x01\x2c")))
    np.testing.assert_array_equal(image.pixels[..., 1], [[0, 65535, 65535]])


def test_premultiplied_deep_colour_is_divided_by_its_alpha() -> None:
    stored = np.array([[[100, 200, 32768, 32768], [7, 7, 7, 0]]], np.uint16)
    content = tif(stored, photometric="rgb", extrasamples=["assocalpha"])
    image = read(content, "tif")
    np.testing.assert_array_equal(image.pixels, [[[200, 400, 65535, 32768], [0, 0, 0, 0]]])


def test_no_program_is_started_for_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_settings: object) -> None:
        pytest.fail("a process was started")

    monkeypatch.setattr("subprocess.Popen.__init__", refuse)
    for case in REFUSED:
        with pytest.raises(PoolcliError):
            read(case.content, case.suffix)


def test_a_false_chunk_length_is_refused_before_opencv_reserves_it() -> None:
    whole = png(noise("u2", 3), 16, 2)
    lying = whole[:-12] + b"\x7f\xff\xff\xf0teSt" + b"\0" * 8
    tracemalloc.start()
    try:
        with pytest.raises(PoolcliError, match="damaged"):
            read(lying)
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_pixels_are_copied_band_by_band(
    channels: int, format_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a whole, Pillow would make two more copies of what it holds."""
    if (channels, format_) in {(4, "JPEG"), (1, "WEBP")}:
        return
    pixels = np.random.default_rng(0).integers(0, 256, (900, 700, channels), np.uint8)
    content = saved(pixels[..., 0] if channels == 1 else pixels, format_)
    with pillow.open(io.BytesIO(content)) as picture:
        wanted = np.asarray(picture)
    monkeypatch.setattr("poolcli.images.pillow_pictures.BAND_PIXELS", 7 * 700)
    open_source(content, "").decode()
    source = open_source(content, "")
    tracemalloc.start()
    image = source.decode()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    if channels == 4:
        wanted = np.where(wanted[..., 3:] == 0, 0, wanted)
    np.testing.assert_array_equal(image.pixels, wanted)
    # PNG is inflated and WebP decoded to a copy, and hidden colour is blanked in another one.
    copies = 1
    if format_ in ("PNG", "WEBP"):
        copies += 1
    if channels == 4:
        copies += 1
    assert peak < 900 * 700 * channels * copies + 900_000


def attempt(content: bytes, suffix: str) -> Image | None:
    """Read a file that may be damaged; None if it is refused in one line."""
    try:
        source = open_source(content, suffix)
        return source.decode() if np.prod(source.shape) < 10_000_000 else None
    except PoolcliError as error:
        message = str(error)
    assert "\n" not in message
    return None


BINARY = [case for case in READ if case.suffix not in ("csv", "txt")]


@pytest.mark.parametrize("case", BINARY, ids=name)
def test_a_file_cut_anywhere_is_complete_or_refused(case: Case) -> None:
    wanted = case.pixels
    assert wanted is not None
    for end in range(0, len(case.content), max(1, len(case.content) // 60)):
        image = attempt(case.content[:end], case.suffix)
        if image is not None:
            np.testing.assert_array_equal(image.pixels, wanted)


def test_flipped_bits_never_escape_as_another_exception() -> None:
    numbers = np.random.default_rng(5)
    for case in READ:
        for _ in range(20):
            broken = bytearray(case.content)
            for position in numbers.integers(0, len(broken), 3):
                broken[position] ^= 1 << int(numbers.integers(8))
            attempt(bytes(broken), case.suffix)


WRITTEN = {
    "uint8 gray": noise("u1"),
    "uint8 RGB": noise("u1", 3),
    "uint16 gray": noise("u2"),
    "uint16 RGB": noise("u2", 3),
    "uint8 gray with alpha": noise("u1", 2),
    "uint8 RGBA": noise("u1", 4),
    "uint16 RGBA": noise("u2", 4),
}


@pytest.mark.parametrize("format_", ["png", "tif", "webp"])
@pytest.mark.parametrize("kind", WRITTEN)
def test_what_is_written_reads_back_to_the_same_pixels(kind: str, format_: str) -> None:
    pixels = WRITTEN[kind]
    alpha = pixels.ndim == 3 and pixels.shape[2] in (2, 4)
    if alpha:
        pixels = np.where(pixels[..., -1:] == 0, 0, pixels).astype(pixels.dtype)
    image = Image(pixels, pixels.dtype, alpha=alpha)
    if format_ == "webp" and pixels.dtype == np.uint16:
        with pytest.raises(PoolcliError, match="webp cannot hold uint16 pixels; use png or tif"):
            check_format(image, format_)
        return
    check_format(image, format_)
    content, clipped = encode(image, format_)
    back = read(content, format_)
    shown = back.pixels
    if format_ == "webp":  # it knows no gray
        shown = (
            shown[..., [0, *range(3, shown.shape[2])]] if kind.startswith("uint8 gray") else shown
        )
        shown = shown[..., 0] if pixels.ndim == 2 else shown
    assert clipped == 0
    assert back.depth == pixels.dtype
    np.testing.assert_array_equal(shown, pixels)


def test_16_bit_gray_with_alpha_is_colour_of_the_same_values_in_tif() -> None:
    pixels = np.array([[[7, 65535], [65535, 1]]], np.uint16)
    image = Image(pixels, pixels.dtype, alpha=True)
    tif, _ = encode(image, "tif")
    np.testing.assert_array_equal(read(tif).pixels, pixels[..., [0, 0, 0, 1]])
    png, _ = encode(image, "png")
    np.testing.assert_array_equal(read(png).pixels, pixels)


@pytest.mark.parametrize("dtype", ["int32", "float32"])
def test_wide_pixels_go_to_tif_alone(dtype: str) -> None:
    pixels = noise(dtype)
    image = Image(pixels, pixels.dtype)
    content, _ = encode(image, "tif")
    np.testing.assert_array_equal(tifffile.imread(io.BytesIO(content)), pixels)
    with pytest.raises(PoolcliError, match=f"png cannot hold {dtype} pixels; use tif or npy"):
        check_format(image, "png")


def test_files_hold_values_rounded_half_to_even_and_clipped() -> None:
    state = np.array([[0.5, 1.5, 2.5, -3.0, 255.4, 256.0]], np.float32)
    content, clipped = encode(Image(state, np.dtype(np.uint8)), "png")
    np.testing.assert_array_equal(read(content).pixels, [[0, 2, 2, 0, 255, 255]])
    assert clipped == pytest.approx(2 / 6)


@pytest.mark.parametrize("format_", ["png", "tif"])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_every_band_is_rounded_and_clipped(
    depth: type[np.uint8 | np.uint16], channels: int, format_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = np.iinfo(depth)
    random = np.random.default_rng(0)
    state = random.uniform(-9, limits.max + 9, (23, 7, channels)).astype(np.float32)
    wanted = np.rint(state).clip(0, limits.max)
    monkeypatch.setattr("poolcli.images.writing.BAND_BYTES", 5 * state[0].nbytes)
    content, clipped = encode(Image(state, np.dtype(depth), alpha=channels == 4), format_)
    back = read(content, format_).pixels.reshape(state.shape)
    hidden = (wanted[..., -1:] == 0) & (channels == 4)
    np.testing.assert_array_equal(back, np.where(hidden, 0, wanted))
    assert clipped == np.mean(np.rint(state) != wanted)
    state[22, 3] = np.nan
    with pytest.raises(PoolcliError, match="holds NaN after pooling"):
        quantise(Image(state, np.dtype(depth), alpha=channels == 4), format_)


@pytest.mark.parametrize("dtype", ["u1", "f4"])
def test_nothing_of_an_images_size_is_made_but_what_its_file_holds(dtype: str) -> None:
    state = np.zeros((4000, 1000, 3), dtype)
    encode(Image(state[:1], np.dtype(np.uint8)), "png")
    tracemalloc.start()
    quantised = quantise(Image(state, np.dtype(np.uint8)), "png")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    own = 0 if dtype == "u1" else quantised.size
    assert peak - own < 4e6


@pytest.mark.parametrize("name", ["brick.png", "cat.jpg", "coffee.jpg", "rocket.jpg"])
def test_a_png_is_little_larger_than_pillows(name: str) -> None:
    pixels = np.asarray(pillow.open(SAMPLES / name))
    for stage in (pixels, pool2d(pixels, "max")):
        content, _ = encode(Image(stage, stage.dtype), "png")
        assert len(content) < 1.2 * len(saved(stage, "PNG"))


def test_repeated_pixels_make_a_small_png() -> None:
    pixels = np.tile(noise("u1", 3), (20, 20, 1))
    content, _ = encode(Image(pixels, pixels.dtype), "png")
    assert len(content) < pixels.nbytes / 3


def test_npy_and_csv_hold_the_state_itself() -> None:
    state = np.array([[0.1, -3.0], [np.nan, 256.0]], np.float32)
    image = Image(state, np.dtype(np.uint8))
    np.testing.assert_array_equal(np.load(io.BytesIO(encode(image, "npy")[0])), state)
    back = read(encode(image, "csv")[0], "csv").pixels.astype(np.float32)
    np.testing.assert_array_equal(back, state)


def test_whole_numbers_stay_whole_in_csv() -> None:
    content, _ = encode(Image(np.array([[1, -2], [3, 4]]), np.dtype(np.int64), matrix=True), "csv")
    assert content == b"1,-2\n3,4\n"
    truths = np.array([[True, False]])
    assert encode(Image(truths, truths.dtype, matrix=True), "csv")[0] == b"1,0\n"


def test_a_matrix_becomes_a_picture_of_bytes() -> None:
    matrix = Image(np.array([[0, 300]]), np.dtype(np.int64), matrix=True)
    content, clipped = encode(matrix, "png")
    np.testing.assert_array_equal(read(content).pixels, np.array([[0, 255]], np.uint8))
    assert clipped == 0.5


@pytest.mark.parametrize(
    ("pixels", "alpha", "format_", "message"),
    [
        (
            noise("u1", 3),
            False,
            "csv",
            "csv holds one channel and this has 3; make it gray with -g",
        ),
        (noise("u1", 4), True, "jpg", "jpg cannot hold alpha; use png, tif or webp"),
        (noise("u1", 5), False, "png", "png cannot hold 5 channels; use npy"),
        (noise("u2"), False, "jpg", "jpg cannot hold uint16 pixels; use png or tif or npy"),
    ],
)
def test_a_format_that_cannot_hold_an_image_names_one_that_can(
    pixels: Array, alpha: bool, format_: str, message: str
) -> None:
    with pytest.raises(PoolcliError, match=message):
        check_format(Image(pixels, pixels.dtype, alpha=alpha), format_)


def test_nan_goes_to_no_picture() -> None:
    image = Image(np.array([[np.nan]]), np.dtype(np.float64), matrix=True)
    with pytest.raises(PoolcliError, match="holds NaN"):
        check_format(image, "png")


PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize("format_", ["png", "tif", "jpg", "webp"])
def test_profile_and_resolution_are_kept_and_nothing_else(format_: str) -> None:
    exif = pillow.Exif()
    exif[0x010E] = "a description"
    stored = saved(noise("u1", 3), "JPEG", icc_profile=PROFILE, dpi=(300, 300), exif=exif)
    image = read(stored)
    assert image.profile == PROFILE
    content, _ = encode(image, format_)
    back = pillow.open(io.BytesIO(content))
    assert back.info["icc_profile"] == PROFILE
    if format_ != "webp":
        assert back.info["dpi"] == pytest.approx((300, 300), abs=0.01)
    assert 0x010E not in back.getexif()
    assert keeps_profile(image, format_)


def test_deep_colour_tif_cannot_keep_a_profile() -> None:
    image = Image(noise("u2", 3), np.dtype(np.uint16), profile=PROFILE)
    assert not keeps_profile(image, "tif")
    assert keeps_profile(image, "png")
    back = pillow.open(io.BytesIO(encode(image, "png")[0]))
    assert back.info["icc_profile"] == PROFILE


def test_the_same_pixels_give_the_same_bytes() -> None:
    image = Image(noise("u1", 3), np.dtype(np.uint8), profile=PROFILE)
    for format_ in ("png", "tif", "jpg", "webp", "npy"):
        assert encode(image, format_) == encode(image, format_)


def test_suffixes_name_formats() -> None:
    assert [output_format(s) for s in ("png", "jpeg", "tiff", "txt", "bmp")] == [
        "png",
        "jpg",
        "tif",
        "csv",
        None,
    ]


def test_white_is_known_for_pictures_only() -> None:
    byte, deep = np.dtype(np.uint8), np.dtype(np.uint16)
    assert Image(noise("u1"), byte).full == 255
    assert Image(noise("u2"), deep).full == 65535
    assert Image(noise("u1"), byte, matrix=True).full is None
    assert Image(noise("f4"), np.dtype(np.float32)).full is None


def test_the_samples_are_read_as_pillow_reads_them(samples: Path) -> None:
    for path in sorted(samples.glob("*.[jp][pn]g")):
        image = read(path.read_bytes(), path.suffix)
        np.testing.assert_array_equal(image.pixels, np.asarray(pillow.open(path)))


def test_a_chunk_helper_writes_true_checksums() -> None:
    assert chunk(b"IEND", b"") == bytes.fromhex("0000000049454e44ae426082")


def test_a_png_with_a_wrong_checksum_is_refused() -> None:
    whole = bytearray(png(noise("u1", 3), 8, 2))
    whole[-13] ^= 1  # the end of IDAT: its pixels still inflate, and Pillow takes them
    with pillow.open(io.BytesIO(bytes(whole))) as picture:
        picture.load()
    with pytest.raises(PoolcliError, match="is damaged: a chunk has a wrong checksum"):
        read(bytes(whole))


def jp2_box(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", 8 + len(data)) + name + data


def test_a_jp2_tells_its_depth_in_its_codestream_and_nowhere_else() -> None:
    content = saved(noise("u2"), "JPEG2000")
    at = content.index(b"jp2c") - 4
    decoy = jp2_box(b"uuid", b"\0" * 16 + b"\xff\x51" + b"\0" * 38 + b"\x07" + b"\0" * 20)
    image = read(content[:at] + decoy + content[at:])
    np.testing.assert_array_equal(image.pixels, noise("u2"))


@pytest.mark.parametrize(
    ("depth", "message"),
    [
        (0x00, "holds 1 bits per channel"),
        (0x03, "holds 4 bits per channel"),
        (0x0B, "holds 12 bits per channel"),
        (0x87, "components that are signed or unlike"),
    ],
)
def test_a_jp2_of_other_depths_is_refused(depth: int, message: str) -> None:
    content = bytearray(saved(noise("u1"), "JPEG2000"))
    content[content.index(b"\xff\x4f\xff\x51") + 42] = depth
    with pytest.raises(PoolcliError, match=message):
        read(bytes(content))


def test_a_codestream_without_its_end_is_refused() -> None:
    content = saved(noise("u1"), "JPEG2000", no_jp2=True)
    assert read(content).pixels.shape == noise("u1").shape
    with pytest.raises(PoolcliError, match="is not complete"):
        read(content[:-2])


def test_a_mode_of_pillow_that_is_not_in_the_list_is_refused() -> None:
    for format_, mode in (("PNG", "L"), ("JPEG2000", "RGB"), ("WEBP", "RGB"), ("AVIF", "RGB")):
        picture = pillow.open(io.BytesIO(saved(pillow.new(mode, (4, 4)), format_)))
        check_depth(picture, 8)
    with pytest.raises(PoolcliError, match="holds pixels of Pillow's mode L, which are not read"):
        check_depth(pillow.open(io.BytesIO(saved(noise("u1"), "TIFF"))), 8)


def test_an_avif_of_10_bits_is_refused() -> None:
    content = bytearray(saved(noise("u1", 3), "AVIF"))
    assert avif_depth(bytes(content)) == 8
    content[content.index(b"av1C") + 6] |= 0x40
    assert avif_depth(bytes(content)) == 10
    picture = pillow.open(io.BytesIO(saved(noise("u1", 3), "AVIF")))
    with pytest.raises(PoolcliError, match="holds 10 bits per channel"):
        check_depth(picture, 10)


@pytest.mark.parametrize("token", ["1_000", "1_0.5", "٣", "0x10", "1e", "--1", "1.2.3", "#"])
def test_what_only_looks_like_a_number_is_refused(token: str) -> None:
    with pytest.raises(PoolcliError, match=r"line 1, column 2: .* is no number"):
        read(f"7;{token}\n".encode(), "csv")


@pytest.mark.parametrize(
    ("format_", "longest"), [("png", 1_000_000), ("jpg", 65_500), ("webp", 16_383)]
)
def test_an_image_too_long_for_its_format_is_refused(format_: str, longest: int) -> None:
    check_size((1, longest), format_)
    with pytest.raises(PoolcliError, match="rows and columns, not"):
        check_size((longest + 1, 1), format_)
    check_size((longest + 1, 1), "tif")


def test_nan_made_by_pooling_goes_to_no_picture() -> None:
    state = np.array([[np.nan, 1.0]])
    with pytest.raises(PoolcliError, match="holds NaN after pooling"):
        encode(Image(state, np.dtype(np.float64), matrix=True), "png")


def test_a_tif_read_by_strips_keeps_profile_resolution_and_pages() -> None:
    settings: dict[str, Any] = {"photometric": "minisblack", "extrasamples": ["unassalpha"]}
    gray_profile = PROFILE[:16] + b"GRAY" + PROFILE[20:]
    stored = tif(
        np.stack([noise("u2", 2)] * 2),
        planarconfig="contig",
        resolution=(100, 50),
        resolutionunit="CENTIMETER",
        iccprofile=gray_profile,
        **settings,
    )
    image = read(stored, "tif")
    assert image.profile == gray_profile
    assert image.resolution == pytest.approx((254, 127))
    assert image.warnings == ("only the first of 2 frames or pages is used",)
    plain = tif(noise("u2", 2), planarconfig="contig", resolutionunit="NONE", **settings)
    assert read(plain, "tif").resolution is None


def test_premultiplied_gray_by_strips_is_divided_by_its_alpha() -> None:
    stored = np.array([[[100, 32768], [7, 0]]], np.uint16)
    settings: dict[str, Any] = {"photometric": "minisblack", "planarconfig": "contig"}
    image = read(tif(stored, extrasamples=["assocalpha"], **settings), "tif")
    np.testing.assert_array_equal(image.pixels, [[[200, 32768], [0, 0]]])


def reopened(image: Image, format_: str) -> tuple[float, float] | None:
    """Return the pixels per inch of an image's file, as Pillow reads them."""
    resolution = pillow.open(io.BytesIO(encode(image, format_)[0])).info.get("dpi")
    return None if resolution is None else (float(resolution[0]), float(resolution[1]))


def test_resolution_follows_the_pixels() -> None:
    image = Image(noise("u1", 3), np.dtype(np.uint8), resolution=(300.0, 100.0))
    # Half as many rows, a third of the columns.
    pooled = image.resampled(image.pixels[::2, ::3], (1 / 2, 1 / 3))
    assert pooled.resolution == pytest.approx((100, 50))
    assert reopened(pooled, "tif") == pytest.approx((100, 50))
    assert reopened(pooled, "jpg") == (100, 50)
    # Whole pixels a metre: 3937 and 1969 for 3937.01 and 1968.50.
    assert reopened(pooled, "png") == pytest.approx((3937 * 0.0254, 1969 * 0.0254))
    assert Image(noise("u1"), np.dtype(np.uint8)).resampled(noise("u1"), (1, 1)).resolution is None


@pytest.mark.parametrize(
    ("resolution", "formats"),
    [
        ((72.0, 72.0), {"png", "tif", "jpg"}),
        ((0.5, 72.0), {"png", "tif"}),
        ((72.0, 1e5), {"png", "tif"}),
        ((0.01, 0.01), {"tif"}),
        ((1e-300, 72.0), set()),
        ((1e300, 72.0), set()),
    ],
)
def test_a_resolution_goes_where_it_fits(
    resolution: tuple[float, float], formats: set[str]
) -> None:
    image = Image(noise("u1"), np.dtype(np.uint8), resolution=resolution)
    for format_ in ("png", "tif", "jpg", "webp"):
        told = reopened(image, format_)
        assert (told == pytest.approx(resolution, rel=0.02)) == (format_ in formats)


def test_sideways_pixels_swap_the_axes_of_their_resolution() -> None:
    exif = pillow.Exif()
    exif[274] = 6
    for format_ in ("JPEG", "PNG"):
        content = saved(noise("u1", 3), format_, exif=exif, dpi=(300, 100))
        assert read(content).resolution == pytest.approx((100, 300), abs=0.01)


def test_a_gray_profile_goes_to_no_webp_which_knows_no_gray() -> None:
    gray = Image(noise("u1"), np.dtype(np.uint8), profile=PROFILE[:16] + b"GRAY" + PROFILE[20:])
    assert not keeps_profile(gray, "webp")
    assert "icc_profile" not in pillow.open(io.BytesIO(encode(gray, "webp")[0])).info
    assert keeps_profile(gray, "png")


def test_scaled_values_fill_the_range_of_the_file() -> None:
    matrix = Image(np.array([[0.0, 0.5, 1.0, 1.5, -0.5]]), np.dtype(np.float64), matrix=True)
    quantised = quantise(matrix, "png", scale=True)
    content = b"".join(quantised.encode())
    # Half of 255 is rounded half to even.
    np.testing.assert_array_equal(read(content).pixels, [[0, 128, 255, 255, 0]])
    assert quantised.clipped == 2 / 5


@pytest.mark.parametrize("format_", ["png", "tif"])
@pytest.mark.parametrize(
    ("pixels", "white"),
    [
        (np.array([[False, True]]), 255),
        (np.array([[0, 1]], np.uint8), 255),
        (np.array([[0, 1]], np.uint16), 65535),
        (np.array([[0, 1]], np.int64), 255),
        (np.array([[0, 1]], np.float32), 255),
    ],
)
def test_truth_is_white_when_scaled(pixels: Array, white: int, format_: str) -> None:
    quantised = quantise(Image(pixels, pixels.dtype, matrix=True), format_, scale=True)
    content = b"".join(quantised.encode())
    back = read(content).pixels
    np.testing.assert_array_equal(back, [[0, white]])
    assert back.dtype == (np.uint8 if white == 255 else np.uint16)


def test_a_float_image_goes_to_png_when_scaled() -> None:
    image = Image(np.array([[0.25, 1]], np.float32), np.dtype(np.float32))
    with pytest.raises(PoolcliError, match=r"or --scale if 0\.\.1 is its range"):
        check_format(image, "png")
    check_format(image, "png", scale=True)
    quantised = quantise(image, "png", scale=True)
    content = b"".join(quantised.encode())
    np.testing.assert_array_equal(read(content).pixels, [[64, 255]])


@pytest.mark.parametrize(
    ("pixels", "black"),
    [
        (np.array([[0.0, 0.7]]), True),
        (np.array([[False, True]]), True),
        (np.array([[0, 1]]), True),
        (np.array([[0, 2]]), False),
        (np.array([[-1.0, 1.0]]), False),
        (np.array([[0.0, 0.0]]), False),
        (np.array([[0, 255]], np.uint8), False),
    ],
)
def test_what_looks_black_is_known(pixels: Array, *, black: bool) -> None:
    matrix = Image(pixels, pixels.dtype, matrix=True)
    assert looks_black(matrix, "png") is black
    assert not looks_black(matrix, "npy")
    assert not looks_black(Image(pixels, pixels.dtype), "png")


@pytest.mark.parametrize("quote", ['"', "'"])
def test_the_orientation_of_a_webp_may_stand_in_xmp(quote: str) -> None:
    xmp = f"<rdf:Description tiff:Orientation={quote}6{quote}/>".encode()
    source = open_source(saved(noise("u1", 3), "WEBP", lossless=True, xmp=xmp), "webp")
    assert source.shape == noise("u1", 3).shape[1::-1]
    np.testing.assert_array_equal(source.decode().pixels, np.rot90(noise("u1", 3), -1))


def test_a_file_is_identified_as_pillow_would() -> None:
    heads = {case.content[:16] for case in CASES}
    heads |= {b"MM\0+" + bytes(12), b"II\0*" + bytes(12), b"GIF87a" + bytes(10), b"Py" + bytes(14)}
    heads |= {bytes(4) + b"ftyp" + brand + bytes(4) for brand in (b"avis", b"mif1", b"heic")}
    heads |= {b"RIFF\nabcWEBPVP8" + kind for kind in (b" ", b"X", b"L", b"Z")}
    identifiers = pillow.registered_extensions()
    for head in heads:
        accepts = {name: pillow.OPEN[identifiers[f".{name}"]][1] for name in SIGNATURES}
        names = [name for name, accept in accepts.items() if accept and accept(head) is True]
        assert is_picture(head) == bool(names), head
        for name in SIGNATURES:
            assert bool(SIGNATURES[name].match(head)) == (name in names), (name, head)


def test_a_jpeg_is_read_without_pillow() -> None:
    code = (
        "import sys; from poolcli.images import open_source;"
        f"open_source(open({str(SAMPLES / 'cat.jpg')!r}, 'rb').read(), 'jpg').decode();"
        "print('PIL.Image' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
