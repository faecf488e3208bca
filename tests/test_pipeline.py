"""One image from start to end: files reopened and compared."""

from __future__ import annotations

import threading
import time
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import reopen
from helpers.alpha_oracle import pool_alpha_slowly
from helpers.core import NAMES, Name, pool_reference
from helpers.core import settings as make_settings
from helpers.formats import Case, cases, noise, npy, png, saved, with_alpha
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - as in the package
from PIL import ImageCms
from PIL.TiffImagePlugin import IFDRational

from poolcli.errors import PoolcliError
from poolcli.figures import Comparison
from poolcli.geometry import AdaptiveWindow, Window
from poolcli.geometry.region import Zoom
from poolcli.images import Buffer, Image, Quantised, Reading, open_source
from poolcli.operations import Max
from poolcli.pipeline import Job, Record, Settings, run, suffix_of
from poolcli.prepare import Preparation, Size

Array = NDArray[Any]

MATRICES = ("npy", "npz", "csv", "txt")
PICTURES = [case for case in cases() if not case.refusal and case.suffix not in MATRICES]


def pooled(folder: Path, content: bytes, settings: Settings, suffix: str = "png") -> Record:
    """Run one job in a folder; iteration i goes to i.SUFFIX."""
    source = folder / "input"
    source.write_bytes(content)
    paths = [str(folder / f"{i}.{suffix}") for i in range(1, settings.iterations + 1)]
    return run(Job(str(source), paths, suffix), settings)


def succeeded(record: Record) -> Record:
    assert record.status == "written", record.error
    return record


@pytest.mark.parametrize("operation", NAMES)
@pytest.mark.parametrize("case", PICTURES, ids=lambda case: case.name)
def test_every_kind_of_file_pools_to_the_references_values(
    folder: Path, case: Case, operation: Name
) -> None:
    source = folder / f"input.{case.suffix}"
    source.write_bytes(case.content)
    job = Job(str(source), [str(folder / "1.npy")], "npy")
    record = succeeded(run(job, make_settings(operation, Window.of(3, 2))))
    wanted = case.pixels
    assert wanted is not None
    state = np.load(folder / "1.npy")
    assert record.iterations[0].shape == state.shape
    if case.alpha:
        full = int(np.iinfo(wanted.dtype).max)
        reference = pool_alpha_slowly(wanted, full, operation, Window.of(3, 2), False, 2.0)
    else:
        reference = pool_reference(wanted, operation, (3, 3), (2, 2))
        assert state.dtype == reference.dtype
    # Float sums, and roots, are right to the last bits; everything else is right.
    rounded = operation == "lp" or case.alpha or wanted.dtype.kind == "f"
    tolerance = 1e-6 if rounded and operation not in ("max", "min") else 0
    np.testing.assert_allclose(state, reference, rtol=tolerance, atol=tolerance * 1000)


@pytest.mark.parametrize("dtype", ["u1", "u2"])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("suffix", ["png", "tif"])
@pytest.mark.parametrize("operation", ["max", "min", "avg"])
def test_files_hold_every_iteration_of_the_unrounded_chain(
    folder: Path, dtype: str, channels: int, suffix: str, operation: Name
) -> None:
    pixels = noise(dtype, channels) if channels > 1 else noise(dtype)
    if dtype == "u2":
        np.save(folder / "input.npy", pixels)
        content = (folder / "input.npy").read_bytes()
    else:
        content = saved(pixels, "PNG")
    succeeded(pooled(folder, content, make_settings(operation, iterations=3), suffix))
    state = pixels
    for iteration in (1, 2, 3):
        state = pool_reference(state, operation, (2, 2), (2, 2))
        written = reopen(folder / f"{iteration}.{suffix}")
        assert written.dtype == np.dtype(dtype)
        np.testing.assert_array_equal(written, np.rint(state).astype(dtype))


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize(
    ("lower", "written"), [(500, 65534), (501, 65533), (499, 65534), (1000, 65533)]
)
def test_a_mean_is_rounded_once_when_it_is_written(
    folder: Path, lower: int, written: int, alpha: bool
) -> None:
    # Of 1000 pixels; 65533.499 is 65533.5 in float32, and 65533.5 is rounded to the even one.
    pixels = np.full((25, 40), 65534, np.uint16)
    pixels.reshape(-1)[:lower] = 65533
    if alpha:
        pixels = np.dstack((pixels, pixels, pixels, np.full(pixels.shape, 1, np.uint16)))
    settings = make_settings("avg", Window.of((25, 40)))
    succeeded(pooled(folder, png(pixels, 16, 6 if alpha else 0), settings))
    assert reopen(folder / "1.png")[0, 0].ravel()[0] == written
    succeeded(pooled(folder, png(pixels, 16, 6 if alpha else 0), settings, "npy"))
    state = np.load(folder / "1.npy")
    assert state.dtype == np.float32
    assert state[0, 0].ravel()[0] == np.float32(65534 - lower / 1000)


def test_the_next_iteration_pools_the_state_and_not_what_was_written(folder: Path) -> None:
    pixels = np.random.default_rng(2).integers(0, 65535, (64, 64), np.uint16, endpoint=True)
    for suffix in ("png", "npy"):
        succeeded(
            pooled(
                folder, png(pixels, 16, 0), make_settings("lp", Window.of(2), iterations=3), suffix
            )
        )
    state = np.load(folder / "3.npy")
    assert state.dtype == np.float32
    np.testing.assert_array_equal(reopen(folder / "3.png"), np.rint(state))


def test_the_record_tells_what_went_unused(folder: Path) -> None:
    record = succeeded(
        pooled(folder, saved(noise("u1"), "PNG"), make_settings("max", iterations=2))
    )
    first, second = record.iterations
    assert (first.shape, first.dropped, first.skipped) == ((11, 17), (1, 0), (0, 0))
    assert (second.shape, second.dropped, second.skipped) == ((5, 8), (1, 1), (0, 0))
    assert (record.shape, record.dtype) == ((23, 34), "uint8")
    assert record.seconds > 0


def test_iterations_without_a_path_are_not_written(folder: Path) -> None:
    source = folder / "input.png"
    source.write_bytes(saved(noise("u1"), "PNG"))
    job = Job(str(source), [None, str(folder / "2.png")], "png")
    succeeded(run(job, make_settings("max", iterations=2)))
    assert sorted(path.name for path in folder.iterdir()) == ["2.png", "input.png"]
    assert job.paths == [str(folder / "2.png")]


def test_a_figure_shows_the_picture_before_and_after_a_filter(folder: Path) -> None:
    source = folder / "input.png"
    source.write_bytes(saved(noise("u1", 3), "PNG"))
    figure = folder / "figure.svg"
    settings = make_settings("max", preparation=Preparation(filter="prewitt"))
    succeeded(run(Job(str(source), [None], None, str(figure)), settings))
    assert figure.read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("suffix", "zoom", "tiers"),
    [
        (".png", Zoom(), 2),
        (".png", None, 1),
        (".gif", Zoom(), 1),
        (".webp", Zoom((30, 40), 10), 2),
        (".svg", Zoom((30, 40)), 2),
    ],
)
def test_an_animation_zooms_only_if_it_is_asked_to(
    folder: Path, suffix: str, zoom: Zoom | None, tiers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = folder / "input.png"
    source.write_bytes(saved(np.random.default_rng(1).integers(0, 255, (90, 120), "u1"), "PNG"))
    drawn = []

    def render(figure: Comparison) -> bytes:
        drawn.append(figure.figure())
        return b""

    monkeypatch.setattr(Comparison, "render", render)
    job = Job(str(source), [None], None, str(folder / f"figure{suffix}"))
    succeeded(run(job, make_settings("max", zoom=zoom)))
    assert len(drawn[0].axes) == 2 * tiers


def test_a_path_to_zoom_in_on_lies_in_the_prepared_image(folder: Path) -> None:
    source = folder / "input.png"
    source.write_bytes(saved(noise("u1"), "PNG"))
    job = Job(str(source), [str(folder / "1.png")], "png", str(folder / "figure.png"))
    larger = Preparation(size=Size(100, 100))
    succeeded(run(job, make_settings("max", zoom=Zoom((50, 50)), preparation=larger)))
    (folder / "1.png").unlink()
    record = run(job, make_settings("max", zoom=Zoom((50, 50))))
    assert record.error == (
        "the 23-row, 34-column image has no pixel 50,50 to zoom in on; the last is 22,33"
    )
    assert not (folder / "1.png").exists()


def test_preparation_comes_first_and_in_order(folder: Path) -> None:
    settings = make_settings(
        "max", preparation=Preparation(gray=True, size=Size(10, None), filter="prewitt-v")
    )
    record = succeeded(pooled(folder, saved(noise("u1", 3), "PNG"), settings))
    assert (record.shape, record.dtype) == ((7, 10), "float32")
    assert record.iterations[0].shape == (3, 5)


def test_clipped_values_are_warned_of_with_their_share(folder: Path) -> None:
    edge = np.zeros((4, 4), np.uint8)
    edge[:, 2:] = 255
    settings = make_settings("max", Window.of(1), preparation=Preparation(filter="prewitt-v"))
    record = succeeded(pooled(folder, saved(edge, "PNG"), settings))
    assert record.warnings == (
        "50.00% of the values lie outside the range of png and were clipped",
    )
    assert record.iterations[0].clipped == 0.5


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            make_settings("max", Window.of(9), iterations=3),
            "kernel 9x9 does not fit the 2-row, 3-column image of iteration 2; use -n 1, --ceil or",
        ),
        (make_settings("max", exact=True), "1 row of the 23-row, 34-column image would go unused"),
        (
            make_settings("max", reading=Reading(max_pixels=100)),
            "the image has 782 pixels (23 rows, 34 columns)",
        ),
        (
            make_settings(
                "max",
                preparation=Preparation(size=Size(500, None)),
                reading=Reading(max_pixels=1000),
            ),
            "the image has 169,000 pixels",
        ),
    ],
)
def test_a_chain_that_cannot_end_writes_nothing(
    folder: Path, settings: Settings, message: str
) -> None:
    record = pooled(folder, saved(noise("u1"), "PNG"), settings)
    assert record.status == "failed"
    assert record.error is not None
    assert record.error.startswith(message)
    assert [path.name for path in folder.iterdir()] == ["input"]


def test_a_format_that_cannot_hold_the_image_writes_nothing(folder: Path) -> None:
    record = pooled(folder, saved(with_alpha("u1", 4), "PNG"), make_settings("max"), "jpg")
    assert record.error == "jpg cannot hold alpha; use png, tif or webp"
    assert [path.name for path in folder.iterdir()] == ["input"]


def test_sizes_beyond_the_limit_are_refused_before_an_image_is_read() -> None:
    with pytest.raises(PoolcliError, match="the result of --to has 10,000,000,000 pixels"):
        make_settings("max", AdaptiveWindow.of(100000))
    with pytest.raises(PoolcliError, match="the image of --resize has"):
        make_settings("max", preparation=Preparation(size=Size(100000, 100000)))


def test_no_trace_of_a_hidden_colour_is_left(folder: Path) -> None:
    pixels = np.full((8, 8, 4), 200, np.uint8)
    pixels[:, :4] = (255, 0, 255, 0)
    for operation in NAMES:
        settings = make_settings(operation, Window.of(2, 1), iterations=2)
        succeeded(pooled(folder, saved(pixels, "PNG"), settings))
        for iteration in (1, 2):
            result = np.asarray(pillow.open(folder / f"{iteration}.png"))
            visible = result[result[..., 3] > 0]
            np.testing.assert_array_equal(np.unique(visible[:, :3]), [200])
            assert not result[result[..., 3] == 0].any()


@pytest.mark.parametrize("operation", NAMES)
def test_an_opaque_rgba_photo_gives_its_rgbs_pixels(
    folder: Path, samples: Path, operation: Name
) -> None:
    photo = pillow.open(samples / "cat.jpg").resize((90, 60))
    settings = make_settings(operation, Window.of(3, 2, 1), 2, count_include_pad=operation == "avg")
    results = []
    for mode in ("RGB", "RGBA"):
        succeeded(pooled(folder, saved(photo.convert(mode), "PNG"), settings))
        results.append([np.asarray(pillow.open(folder / f"{i}.png")) for i in (1, 2)])
    for opaque, plain in zip(results[1], results[0], strict=True):
        np.testing.assert_array_equal(opaque[..., :3], plain)
        assert (opaque[..., 3] == 255).all()


def test_a_profile_stays_while_the_colour_space_does(folder: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = saved(noise("u1", 3), "PNG", icc_profile=profile)
    succeeded(pooled(folder, content, make_settings("max")))
    assert open_source((folder / "1.png").read_bytes(), "png").decode().profile == profile
    succeeded(pooled(folder, content, make_settings("max", preparation=Preparation(gray=True))))
    assert open_source((folder / "1.png").read_bytes(), "png").decode().profile is None


def test_a_profile_of_other_channels_is_not_written(folder: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = saved(noise("u1"), "PNG", icc_profile=profile)
    for format_ in ("png", "tif", "jpg", "webp"):
        record = pooled(folder, content, make_settings("max"), format_)
        assert record.warnings == ("its colour profile does not fit its channels and is left out",)
        with pillow.open(folder / f"1.{format_}") as picture:
            assert "icc_profile" not in picture.info


@pytest.mark.parametrize("format_", ["png", "tif", "jpg", "webp"])
def test_senseless_metadata_stops_no_file(format_: str, folder: Path) -> None:
    exif = pillow.Exif()
    exif[282], exif[283], exif[296] = IFDRational(1, 0), IFDRational(0, 0), 2
    content = saved(noise("u1", 3), "JPEG", exif=exif, icc_profile=b"no profile")
    record = pooled(folder, content, make_settings("max"), format_)
    assert record.status == "written"
    assert sorted(record.warnings) == [
        "its colour profile is no profile and is left out",
        "its resolution means nothing and is left out",
    ]


def test_a_profile_that_cannot_be_kept_is_warned_of(folder: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = png(noise("u2", 3), 16, 2, (b"iCCP", b"p\0\0" + zlib.compress(profile)))
    record = succeeded(pooled(folder, content, make_settings("max"), "tif"))
    assert record.warnings == ("tif cannot hold the colour profile of this image",)


def test_a_bug_of_ours_is_a_failed_record_with_its_traceback(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(*_arguments: object, **_settings: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Max, "reduce", bug)
    record = pooled(folder, npy(noise("u1")), make_settings("max"), "npy")
    assert record.status == "failed"
    assert record.error == (
        "internal error: ZeroDivisionError in operations.images.pool_image; please report it"
    )
    assert record.trace is not None
    assert record.trace.endswith("\nZeroDivisionError")


def test_a_suffix_is_lower_case_and_without_its_dot() -> None:
    assert [suffix_of(name) for name in ("a/b.JPG", "x.tar.gz", ".hidden", "-", "a.b/c")] == [
        "jpg",
        "gz",
        "",
        "",
        "",
    ]


def test_the_files_of_one_input_are_written_one_after_the_other(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("poolcli.pipeline.THREADED_PIXELS", 0)
    (folder / "a.png").write_bytes(saved(np.zeros((32, 32), np.uint8), "PNG"))
    events: list[str] = []

    def write(path: str, *_parts: Buffer) -> None:
        events.append(f"begin {path}")
        time.sleep(0.05)
        events.append(f"end {path}")

    monkeypatch.setattr("poolcli.storage.write", write)
    outputs = [f"{i}.png" for i in range(3)]
    record = run(Job("a.png", outputs), make_settings("max", Window.of(2), 3, threads=4))
    assert record.status == "written"
    assert events == [f"{what} {path}" for path in outputs for what in ("begin", "end")]


def test_the_files_of_one_input_are_encoded_at_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("poolcli.pipeline.THREADED_PIXELS", 0)
    (folder / "a.png").write_bytes(saved(np.zeros((32, 32), np.uint8), "PNG"))
    together = threading.Barrier(3, timeout=10)

    def encode() -> list[Buffer]:
        together.wait()
        return [b"content"]

    def quantise(_image: Image, _format: str, **_settings: bool) -> Quantised:
        return Quantised(1, 0.0, encode)

    monkeypatch.setattr("poolcli.pipeline.quantise", quantise)
    outputs = [f"{i}.png" for i in range(3)]
    record = run(Job("a.png", outputs), make_settings("max", Window.of(2), 3, threads=3))
    assert record.status == "written"
    assert [Path(path).read_bytes() for path in outputs] == [b"content"] * 3


@pytest.mark.parametrize(("stride", "most"), [(1, 0), (2, 2)])
def test_files_wait_for_their_encoder_only_while_they_are_small(
    folder: Path, stride: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("poolcli.pipeline.THREADED_PIXELS", 0)
    (folder / "a.png").write_bytes(saved(np.zeros((64, 64), np.uint8), "PNG"))
    waiting: list[int] = []
    written: list[str] = []

    reduce = Max.reduce

    def pool_and_count(*arguments: Any, **settings: Any) -> Array:
        waiting.append(len(waiting) - len(written))
        return reduce(*arguments, **settings)

    monkeypatch.setattr(Max, "reduce", pool_and_count)
    monkeypatch.setattr("poolcli.storage.write", lambda path, *_parts: written.append(path))
    outputs = [f"{i}.png" for i in range(3)]
    run(Job("a.png", outputs), make_settings("max", Window.of(2, stride), 3, threads=2))
    assert written == outputs
    assert max(waiting) == most


def test_one_thread_writes_each_file_before_it_pools_the_next(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.png").write_bytes(saved(np.zeros((32, 32), np.uint8), "PNG"))
    events = []

    reduce = Max.reduce

    def pool_and_note(*arguments: Any, **settings: Any) -> Array:
        events.append("pooled")
        return reduce(*arguments, **settings)

    monkeypatch.setattr(Max, "reduce", pool_and_note)
    monkeypatch.setattr("poolcli.storage.write", lambda *_content: events.append("written"))
    run(Job("a.png", ["1.png", "2.png"]), make_settings("max", iterations=2))
    assert events == ["pooled", "written"] * 2


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        (make_settings("max", Window.of(2), 2), (75, 25)),
        (make_settings("max", Window.of((3, 4), (1, 4))), (75, 100)),
        (make_settings("avg", Window.of(3, 2, 1)), (150, 50)),
        (make_settings("max", AdaptiveWindow.of((23, 17))), (150, 100)),
        (
            make_settings("max", Window.of(1), preparation=Preparation(size=Size(17, 46))),
            (150, 200),
        ),
        (
            make_settings(
                "max", Window.of(2), preparation=Preparation(size=Size(17, 46), gray=True)
            ),
            (75, 100),
        ),
    ],
)
def test_pixels_an_inch_follow_the_step(
    settings: Settings, wanted: tuple[float, float], folder: Path
) -> None:
    content = saved(noise("u1", 3), "TIFF", dpi=(300, 100))
    for format_ in ("png", "tif", "jpg"):
        assert pooled(folder, content, settings, format_).status == "written"
        with pillow.open(folder / f"{settings.iterations}.{format_}") as picture:
            assert picture.info["dpi"] == pytest.approx(wanted, abs=0.02)


def test_a_resolution_that_a_format_cannot_hold_is_warned_of(folder: Path) -> None:
    content = saved(noise("u1", 3), "PNG", dpi=(10, 10))
    record = pooled(folder, content, make_settings("max", Window.of(16)), "jpg")
    assert record.warnings == ("jpg cannot hold the resolution of this image",)
