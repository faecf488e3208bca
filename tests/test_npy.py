"""Arrays on the command line: layouts of npy files, and npz archives."""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Invoke, reopen
from helpers.formats import noise, npy, npz
from helpers.formats import saved as picture
from numpy.typing import NDArray

from poolcli import PoolcliError, pool2d
from poolcli.cli import main
from poolcli.images import Image, Reading, open_source
from poolcli.prepare import Preparation, Size, prepare
from poolcli.vocabulary import LAYOUTS, Layout

Array = NDArray[Any]

SHAPES: dict[Layout, tuple[int, ...]] = {
    "hwc": (8, 12, 6),
    "chw": (6, 8, 12),
    "nhwc": (2, 8, 12, 3),
    "nchw": (2, 3, 8, 12),
}


def numbers(shape: tuple[int, ...], dtype: str = "f4") -> Array:
    return np.random.default_rng(0).uniform(0, 200, shape).astype(dtype)


def saved(name: str, array: Array) -> Array:
    np.save(name, array)
    return array


def read(content: bytes, suffix: str = "npy", **reading: Any) -> Image:
    return open_source(content, suffix, Reading(**reading)).decode()


def first(errors: str) -> str:
    """Return the line about the input; the summary may follow."""
    return errors.splitlines(keepends=True)[0]


# Layouts


@pytest.mark.parametrize("layout", LAYOUTS)
def test_results_keep_the_layout_at_every_iteration(
    invoke: Invoke, folder: Path, layout: Layout
) -> None:
    state = saved("fm.npy", numbers(SHAPES[layout]))
    output = invoke("avg", "fm.npy", "--layout", layout, "-n", 2, "--json").output
    record = json.loads(output)
    assert record["shape"] == list(state.shape)
    for iteration in record["iterations"]:
        state = pool2d(state, "avg", 2, layout=layout)
        assert iteration["shape"] == list(state.shape)
        written = np.load(folder / iteration["output"])
        assert written.dtype == np.float32
        np.testing.assert_array_equal(written, state)


def test_standard_output_keeps_the_layout(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    array = saved("fm.npy", numbers(SHAPES["nchw"]))
    assert folder.is_dir()
    assert main(["max", "fm.npy", "--layout", "nchw", "-f", "npy", "-o", "-"]) == 0
    written = np.load(io.BytesIO(capfdbinary.readouterr().out))
    np.testing.assert_array_equal(written, pool2d(array, "max", layout="nchw"))


@pytest.mark.parametrize(
    ("name", "content", "magic"),
    [
        ("a.npy", npy(numbers((4, 4))), b"\x93NUMPY"),
        ("a", npy(numbers((4, 4))), b"\x93NUMPY"),
        ("a.csv", b"1,2\n3,4\n", b"4\n"),
        ("a.txt", picture(noise("u1"), "JPEG"), b"\x89PNG"),
    ],
)
def test_standard_output_has_the_format_that_a_file_would_have(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes], name: str, content: bytes, magic: bytes
) -> None:
    (folder / name).write_bytes(content)
    assert main(["max", name, "-o", "-"]) == 0
    output = capfdbinary.readouterr().out
    assert output.startswith(magic)
    assert main(["max", name, "--no-figure"]) == 0
    (written,) = (folder / "pooled").iterdir()
    assert written.read_bytes() == output


@pytest.mark.parametrize(
    "command", [["max"], ["avg"], ["compare"], ["explain"], ["verify"], ["shape"]]
)
def test_every_verb_refuses_what_is_read_in_two_ways(invoke: Invoke, command: list[str]) -> None:
    saved("fm.npy", np.zeros((64, 56, 56), np.uint8))
    errors = invoke(*command, "fm.npy", status=1).errors
    assert first(errors) == (
        "poolcli: fm.npy: has shape (64, 56, 56): --layout chw reads 64 channels of 56×56,"
        " --layout hwc 56 channels of 64×56\n"
    )


@pytest.mark.parametrize("layout", ["chw", "hwc"])
def test_the_layouts_that_a_refusal_proposes_work(invoke: Invoke, layout: Layout) -> None:
    saved("fm.npy", np.zeros((5, 6, 7), np.uint8))
    size = {"chw": "6×7", "hwc": "5×6"}[layout]
    assert size in invoke("shape", "fm.npy", "--layout", layout).output
    invoke("max", "fm.npy", "--layout", layout, "--no-figure")


def test_a_layout_is_for_arrays(invoke: Invoke, samples: Path, folder: Path) -> None:
    (folder / "m.csv").write_text("1,2\n3,4\n")
    for source in (samples / "cat.jpg", "m.csv"):
        for verb in ("max", "shape", "explain", "verify"):
            errors = invoke(verb, source, "--layout", "chw", status=1).errors
            assert first(errors) == (
                f"poolcli: {source}: is no array (npy, npz), which --layout is for; leave it out\n"
            )
    errors = invoke("shape", "224", "--layout", "chw", status=2).errors
    assert errors == "poolcli: --layout is for arrays (npy, npz), not sizes; leave it out\n"


def test_gray_resize_and_filters_work_on_each_item(invoke: Invoke, folder: Path) -> None:
    array = saved("batch.npy", numbers(SHAPES["nchw"]))
    options = ["-g", "--resize", "6x4", "--filter", "prewitt", "--relu"]
    invoke("max", "batch.npy", "--layout", "nchw", *options, "-o", "out.npy")
    preparation = Preparation(True, Size(6, 4), "prewitt", True)
    wanted = np.stack(
        [
            pool2d(list(prepare(np.moveaxis(item, 0, -1), preparation))[-1], "max")[np.newaxis]
            for item in array
        ]
    )
    written = np.load(folder / "out.npy")
    assert written.shape == (2, 1, 2, 3)
    np.testing.assert_array_equal(written, wanted)


def test_resizing_keeps_channels_and_items(invoke: Invoke, folder: Path) -> None:
    saved("batch.npy", numbers((3, 8, 12, 5)))
    invoke("max", "batch.npy", "--layout", "nhwc", "--resize", "6x", "-o", "out.npy")
    assert np.load(folder / "out.npy").shape == (3, 2, 3, 5)


def test_gray_of_many_channels_is_refused(invoke: Invoke) -> None:
    saved("fm.npy", numbers(SHAPES["chw"]))
    errors = invoke("max", "fm.npy", "--layout", "chw", "-g", status=1).errors
    assert first(errors) == "poolcli: fm.npy: has 6 channels; gray is made of 1 or 3\n"


def test_one_item_of_three_channels_may_be_a_picture(invoke: Invoke, folder: Path) -> None:
    array = saved("one.npy", numbers((1, 3, 8, 12), "u1"))
    invoke("max", "one.npy", "--layout", "nchw", "-o", "one.png")
    wanted = np.moveaxis(pool2d(array, "max", layout="nchw")[0], 0, -1)
    np.testing.assert_array_equal(reopen(folder / "one.png"), wanted)
    gray = saved("gray.npy", numbers((1, 8, 12), "u1"))
    invoke("max", "gray.npy", "--layout", "chw", "-o", "gray.csv")
    np.testing.assert_array_equal(
        np.loadtxt(folder / "gray.csv", delimiter=","), pool2d(gray[0], "max")
    )


@pytest.mark.parametrize(
    ("shape", "layout", "name", "message"),
    [
        ((3, 1, 4, 4), "nchw", "x.png", "png holds one image and this is a batch of 3; use npy"),
        ((2, 4, 4, 1), "nhwc", "x.csv", "csv holds one image and this is a batch of 2; use npy"),
        ((6, 4, 4), "chw", "x.png", "png cannot hold 6 channels; use npy"),
        ((3, 4, 4), "chw", "x.csv", "csv holds one channel and this has 3; make it gray with -g"),
    ],
)
def test_what_a_format_cannot_hold_is_refused(
    invoke: Invoke, folder: Path, shape: tuple[int, ...], layout: str, name: str, message: str
) -> None:
    saved("a.npy", numbers(shape, "u1"))
    assert message in invoke("max", "a.npy", "--layout", layout, "-o", name, status=1).errors
    assert not (folder / name).exists()


@pytest.mark.parametrize(
    ("layout", "part"),
    [
        ("hwc", "the first of 6 channels"),
        ("chw", "the first of 6 channels"),
        ("nhwc", "the first of 2 items"),
        ("nchw", "the first of 2 items"),
    ],
)
def test_figures_and_explanations_say_what_they_show(
    invoke: Invoke, layout: Layout, part: str
) -> None:
    array = saved("fm.npy", numbers(SHAPES[layout]))
    pooled = invoke("max", "fm.npy", "--layout", layout)
    assert pooled.errors == f"poolcli: fm.npy: warning: the figure shows {part}\n"
    compared = invoke("compare", "fm.npy", "--layout", layout)
    assert f"warning: the figure shows {part}\n" in compared.errors
    explained = invoke("explain", "fm.npy", "--layout", layout, "--ops", "max", "--at", "1,2")
    assert explained.errors == f"poolcli: fm.npy: warning: this explains {part}\n"
    # Of the first item and channel.
    place: list[Any] = [{"n": 0, "c": 0}.get(axis, slice(None)) for axis in layout]
    assert f"{np.max(array[tuple(place)][2:4, 4:6]):.4g}"[:4] in explained.output


def test_a_first_item_of_many_channels_shows_the_first(invoke: Invoke) -> None:
    saved("fm.npy", numbers((2, 6, 8, 12)))
    errors = invoke("max", "fm.npy", "--layout", "nchw").errors
    assert errors == (
        "poolcli: fm.npy: warning: the figure shows the first of 6 channels of the first of 2"
        " items\n"
    )


@pytest.mark.parametrize("layout", LAYOUTS)
def test_all_items_and_channels_are_verified(invoke: Invoke, layout: Layout) -> None:
    array = saved("fm.npy", numbers(SHAPES[layout]))
    command = ["verify", "fm.npy", "--layout", layout, "--ops", "max"]
    record = json.loads(invoke(*command, "--json").output)
    assert record["shape"] == list(array.shape)
    assert record["shapes"] == [list(pool2d(array, "max", layout=layout).shape)]
    assert record["comparisons"][0]["compared"] == array.size // 4
    words = {
        "hwc": "8×12 px, 6 channels",
        "chw": "8×12 px, 6 channels",
        "nhwc": "2 items of 8×12 px, 3 channels",
        "nchw": "2 items of 8×12 px, 3 channels",
    }
    assert invoke(*command).output.startswith(f"fm.npy: {words[layout]}, float32\n")


def test_channels_count_for_the_limit(invoke: Invoke) -> None:
    saved("fm.npy", numbers((50, 4, 4), "u1"))
    command = ["max", "fm.npy", "--layout", "chw", "--no-figure", "--resize", "20x20"]
    errors = invoke(*command, "--max-pixels", 4999, status=1).errors
    assert first(errors) == (
        "poolcli: fm.npy: has 50 channels, of 20x20 pixels in this chain, more than 4 times 4,999"
        " values; allow it with --max-pixels 5000\n"
    )
    invoke(*command, "--max-pixels", 5000)
    wide = ["max", "fm.npy", "--layout", "chw", "--to", "100", "--max-pixels", 10_000]
    assert "has 50 channels, of 100x100 pixels" in invoke(*wide, status=1).errors


# Headers


def lying(shape: str, content: bytes) -> bytes:
    """Write an npy file of bytes whose header tells a shape of its own."""
    head = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}"
    padded = head.ljust(117) + "\n"
    return b"\x93NUMPY\1\0" + len(padded).to_bytes(2, "little") + padded.encode() + content


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lying("(-2, -2)", bytes(4)), "has shape (-2, -2); an image has rows and columns"),
        (lying("(0, 4)", b""), "has shape (0, 4); an image has rows and columns"),
        (lying("(2, 10**9)", bytes(4)), "is damaged: "),
        (lying("(2, 4)", bytes(4)), "is damaged: shape (2, 4) does not match 4 bytes"),
        (b"\x93NUMPY\2\0\xff\xff\xff\xff{", "is damaged: "),
        (b"\x93NUMPY\x09\0\x10\0{}", "is damaged: "),
        (b"\x93NUMPY", "is damaged: "),
        (npy(np.zeros((2, 2), "M8[s]")), "holds datetime64[s]; an image is made of real numbers"),
        (
            npy(np.zeros((2, 2), [(f"field{i}", "u1") for i in range(90)])),
            "an image is made of real numbers",
        ),
    ],
)
def test_headers_that_lie_cost_one_line(content: bytes, message: str) -> None:
    with pytest.raises(PoolcliError) as caught:
        read(content)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("dtype", ["?", "<f2", ">f2", ">f4", ">f8", ">i2", ">u8", "g"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_every_real_type_is_read_exactly(dtype: str, order: Any) -> None:
    array = np.asarray(numbers((5, 7, 3)) > 99 if dtype == "?" else numbers((5, 7, 3)), dtype)
    pixels = read(npy(np.asarray(array, order=order))).pixels
    assert pixels.dtype == array.dtype.newbyteorder("=")
    np.testing.assert_array_equal(pixels, array)


def test_truth_values_are_true_or_false() -> None:
    content = npy(np.array([[True, False]]))
    image = read(content[:-2] + b"\x07\x00")
    assert image.pixels.tolist() == [[True, False]]
    assert image.pixels.view(np.uint8).max() == 1


@pytest.mark.parametrize(
    ("dtype", "signalling"), [("u2", 0x7C01), ("u4", 0x7F800001), ("u8", 0x7FF0000000000001)]
)
def test_a_signalling_nan_is_pooled_without_a_word(
    invoke: Invoke, folder: Path, dtype: str, signalling: int
) -> None:
    values = np.zeros((4, 4), dtype)
    values[0, 0] = signalling
    floats = values.view(f"f{values.itemsize}")
    floats[3, 3] = -0.0
    np.save("nan.npy", floats)
    for verb in ("max", "avg", "median", "lp"):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            assert invoke(verb, "nan.npy").errors == ""
            invoke("explain", "nan.npy", "--ops", verb)
            invoke("verify", "nan.npy", "--ops", verb)
        assert not caught
        assert np.isnan(np.load(folder / f"pooled/nan_{verb}_k2_1.npy")).tolist() == [
            [True, False],
            [False, False],
        ]
    assert np.signbit(read((folder / "nan.npy").read_bytes()).pixels[3, 3])


# Archives


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_an_archive_of_one_array_is_that_array(invoke: Invoke, save: Callable[..., None]) -> None:
    array = numbers((6, 8, 3))
    save("one.npz", only=array)
    invoke("max", "one.npz", "--no-figure")
    np.testing.assert_array_equal(np.load("pooled/one_max_k2_1.npy"), pool2d(array, "max"))


def test_an_archive_of_several_needs_a_name(invoke: Invoke) -> None:
    maps = numbers((5, 6, 8))
    np.savez("several.npz", image=numbers((6, 8)), maps=maps, label=np.arange(3))
    for verb in ("max", "explain", "verify", "shape", "compare"):
        errors = invoke(verb, "several.npz", status=1).errors
        assert first(errors) == (
            "poolcli: several.npz: holds 3 arrays; choose one with --array: image, maps, label\n"
        )
    errors = invoke("max", "several.npz", "--array", "map", status=1).errors
    assert first(errors) == (
        "poolcli: several.npz: holds no array 'map'; --array can be: image, maps, label\n"
    )
    invoke("max", "several.npz", "--array", "maps", "--layout", "chw", "-o", "out.npy")
    np.testing.assert_array_equal(np.load("out.npy"), pool2d(maps, "max", layout="chw"))
    assert "6×8" in invoke("shape", "several.npz", "--array", "image").output
    label = invoke("max", "several.npz", "--array", "label", status=1).errors
    assert "several.npz: has shape (3,); an image is" in label


def test_an_array_by_name_is_for_archives(invoke: Invoke, samples: Path) -> None:
    saved("a.npy", numbers((4, 4)))
    for source in ("a.npy", samples / "cat.jpg"):
        errors = invoke("max", source, "--array", "x", status=1).errors
        assert first(errors) == (
            f"poolcli: {source}: is no npz archive, which --array is for; leave it out\n"
        )
    errors = invoke("shape", "224", "--array", "x", status=2).errors
    assert errors == "poolcli: --array is for arrays (npy, npz), not sizes; leave it out\n"


def test_a_list_of_names_is_bounded() -> None:
    content = npz(**{f"{i}_{'n' * 300}": np.zeros((1, 1)) for i in range(100)})
    with pytest.raises(PoolcliError, match=r"holds 100 arrays; .* and 88 more$") as caught:
        read(content, "npz")
    assert len(str(caught.value)) < 700
    with pytest.raises(PoolcliError) as caught:
        read(content, "npz", array="x" * 9999)
    assert len(str(caught.value)) < 700


def test_an_archive_of_other_files_is_no_image(invoke: Invoke, folder: Path) -> None:
    with zipfile.ZipFile(folder / "a.npz", "w") as archive:
        archive.writestr("a.txt", "1 2")
    assert "a.npz: is no image that can be read" in invoke("max", "a.npz", status=1).errors


def test_objects_in_an_archive_are_not_unpickled() -> None:
    stream = io.BytesIO()
    np.savez(stream, a=np.array([[None]], object))
    with pytest.raises(PoolcliError, match="holds object; an image is made of real numbers"):
        read(stream.getvalue(), "npz")


def bomb(shape: tuple[int, ...], size: int) -> bytes:
    """Write an archive of one array of zeros that deflates to a thousandth."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        head, {"descr": "|u1", "fortran_order": False, "shape": shape}
    )
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.npy", "w") as entry,
    ):
        entry.write(head.getvalue())
        for _ in range(size >> 20):
            entry.write(bytes(1 << 20))
    return stream.getvalue()


def test_a_bomb_is_refused_before_it_is_inflated(
    invoke: Invoke, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "wide.npz").write_bytes(bomb((1 << 14, 1 << 12), 1 << 26))
    (folder / "deep.npz").write_bytes(bomb((1, 1, 1 << 27), 1 << 27))
    monkeypatch.setattr("poolcli.images.npy._inflate", lambda *_: pytest.fail("inflated"))
    errors = invoke("max", "wide.npz", "--max-pixels", 100, status=1).errors
    assert "wide.npz: the image has 67,108,864 pixels" in errors
    errors = invoke("max", "deep.npz", "--layout", "hwc", "--max-pixels", 100, status=1).errors
    assert "deep.npz: holds an array of 134,217,728 bytes, more than any image that" in errors


def test_an_archive_that_lies_about_its_size_is_refused() -> None:
    content = bomb((1 << 10, 1 << 10), 1 << 20)
    whole = read(content, "npz")
    assert whole.pixels.shape == (1024, 1024)
    size = (128 + (1 << 20)).to_bytes(4, "little")
    assert content.count(size) >= 1
    for shape in ((1 << 10, 1 << 9), (1 << 10, 1 << 11)):
        with pytest.raises(PoolcliError, match="is damaged: shape"):
            read(bomb(shape, 1 << 20), "npz")
    claimed = content.replace(size, (128 + (1 << 21)).to_bytes(4, "little"))
    with pytest.raises(PoolcliError, match="is damaged: "):
        read(claimed, "npz")


def test_damage_in_an_archive_costs_one_line() -> None:
    content = bytearray(npz(a=numbers((30, 30))))
    content[len(content) // 2] ^= 0xFF
    with pytest.raises(PoolcliError, match="is damaged: "):
        read(bytes(content), "npz")
    with pytest.raises(PoolcliError, match="is damaged: "):
        read(bytes(content[:-40]), "npz")


def test_a_decoder_that_quotes_the_file_is_cut_short() -> None:
    content = bytearray(npz(a=np.random.default_rng(0).random((40, 40))))
    content[26:28] = (9000).to_bytes(2, "little")  # the length of the name before the array
    with pytest.raises(PoolcliError, match="is damaged: File name in directory") as caught:
        read(bytes(content), "npz")
    assert len(str(caught.value)) < 250


def test_a_directory_without_end_is_refused() -> None:
    with pytest.raises(PoolcliError, match="is an archive of more than 10,000 files"):
        read(b"PK\3\4" + b"PK\1\2" * 20_000, "npz")


def test_a_truth_value_is_no_size(folder: Path) -> None:
    header = {"descr": "|u1", "fortran_order": False, "shape": (True, 12)}
    with open("a.npy", "wb") as stream:  # noqa: PTH123 - NumPy writes to streams
        np.lib.format.write_array_header_1_0(stream, header)
        stream.write(bytes(12))
    with pytest.raises(PoolcliError, match=r"is damaged: its header has shape \(True, 12\)"):
        open_source((folder / "a.npy").read_bytes(), "npy")
