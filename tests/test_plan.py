"""Names, formats and clashes, all before any work."""

from __future__ import annotations

import io
import os
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
from helpers.core import settings as make_settings
from helpers.formats import noise, npy, saved

from poolcli.errors import PoolcliError
from poolcli.geometry import AdaptiveWindow, Window
from poolcli.operations import Average, Lp
from poolcli.pipeline import Settings
from poolcli.plan import Naming, name_settings, plan
from poolcli.prepare import Preparation, Size

TWICE = make_settings("max", iterations=2)


def outputs(*inputs: str, settings: Settings = TWICE, **naming: Any) -> list[list[str]]:
    return [job.paths for job in plan(inputs, settings, Naming(**naming)).jobs]


def refusal(*inputs: str, settings: Settings = TWICE, **naming: Any) -> str:
    with pytest.raises(PoolcliError) as caught:
        plan(inputs, settings, Naming(**naming))
    return str(caught.value)


def test_every_iteration_and_the_figure_have_a_name() -> None:
    assert outputs("photos/cat.jpg") == [
        [
            "pooled/cat_max_k2_1.png",
            "pooled/cat_max_k2_2.png",
            "pooled/cat_max_k2_n2_comparison.png",
        ]
    ]


def test_last_keeps_its_number() -> None:
    assert outputs("cat.jpg", last=True, draw=False) == [["pooled/cat_max_k2_2.png"]]


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (make_settings("max"), "k2"),
        (make_settings("max", Window.of((2, 3))), "k2-3"),
        (make_settings("max", Window.of(3, (2, 1))), "k3_s2-1"),
        (make_settings("max", Window.of(3, 3, 1)), "k3_p1"),
        (make_settings("max", Window.of(3, 3, (1, 2))), "k3_p1-2"),
        (make_settings("max", Window.of(3, 3, ((1, 0), (2, 0)))), "k3_p1-0-2-0"),
        (make_settings("max", Window.of(3, 3, 0, 2, ceil_mode=True)), "k3_d2_ceil"),
        (make_settings("max", AdaptiveWindow.of((7, 5))), "to7-5"),
        (make_settings("avg", Window.of(2, 2, 1), count_include_pad=True), "k2_p1_countpad"),
        (make_settings("lp", norm=3.5), "k2_norm3.5"),
        (
            make_settings(
                "max",
                Window.of(3, 2, "same"),
                preparation=Preparation(True, Size(224, 224), "prewitt-v", relu=True),
            ),
            "k3_s2_psame_gray_224x224_prewitt-v_relu",
        ),
        (make_settings("max", preparation=Preparation(size=Size(None, 9))), "k2_x9"),
    ],
)
def test_settings_are_named_by_what_is_not_as_usual(settings: Settings, name: str) -> None:
    assert name_settings(settings) == name


@pytest.mark.parametrize(
    ("source", "chosen", "suffix"),
    [
        ("a.jpg", None, "png"),
        ("a.npy", None, "npy"),
        ("a.csv", None, "csv"),
        ("a.txt", None, "csv"),
        ("a.bmp", "same", "png"),
        ("a.jpeg", "same", "jpeg"),
        ("A.TIFF", "same", "tiff"),
        ("a.csv", "png", "png"),
        ("a", None, "png"),
    ],
)
def test_the_format_follows_the_input_unless_it_is_chosen(
    source: str, chosen: str | None, suffix: str
) -> None:
    ((path,),) = outputs(source, settings=make_settings("max"), format=chosen, draw=False)
    assert path == f"pooled/{Path(source).stem}_max_k2_1.{suffix}"


@pytest.mark.parametrize(
    ("content", "suffix"), [(b"1 2\n3 4\n", "csv"), (b"\x93NUMPY\x01\0", "png"), (b"junk\0", "png")]
)
def test_standard_input_is_named_after_what_it_holds(
    monkeypatch: pytest.MonkeyPatch, content: bytes, suffix: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert outputs("-", draw=False, last=True) == [[f"pooled/stdin_max_k2_2.{suffix}"]]


JPEG = saved(noise("u1"), "JPEG")


@pytest.mark.parametrize(
    ("name", "content", "chosen", "suffix"),
    [
        ("photo.txt", JPEG, None, "png"),
        ("photo.txt", JPEG, "same", "png"),
        ("photo", JPEG, None, "png"),
        ("photo.npy", JPEG, None, "png"),
        ("numbers", b"1 2\n3 4\n", None, "csv"),
        ("numbers", b"1 2\n3 4\n", "same", "csv"),
        ("numbers.txt", b"1 2\n3 4\n", "same", "txt"),
        ("array.txt", npy(noise("u1")), None, "npy"),
        ("array.dat", npy(noise("u1")), None, "npy"),
        ("array.dat", npy(noise("u1")), "same", "npy"),
        ("arrays.npz", b"PK\3\4", None, "npy"),
        ("arrays.npz", b"PK\3\4", "same", "npy"),
    ],
)
def test_content_decides_where_a_name_could_mean_more(
    folder: Path, name: str, content: bytes, chosen: str | None, suffix: str
) -> None:
    (folder / name).write_bytes(content)
    ((path,),) = outputs(name, settings=make_settings("max"), format=chosen, draw=False)
    assert path == f"pooled/{Path(name).stem}_max_k2_1.{suffix}"


@pytest.mark.parametrize(
    ("name", "suffix"), [("a", "png"), ("a.csv", "csv"), ("a.npz", "npy"), ("a.npy", "npy")]
)
def test_a_pipe_is_not_read_to_name_its_results(folder: Path, name: str, suffix: str) -> None:
    os.mkfifo(folder / name)
    ((path,),) = outputs(name, settings=make_settings("max"), draw=False)
    assert path == f"pooled/a_max_k2_1.{suffix}"


COMPARED = make_settings("max", iterations=3, beside=(Average(),))


def test_operations_compared_are_one_picture_with_a_name_of_its_own() -> None:
    (job,) = plan(["photos/cat.jpg"], COMPARED, Naming(results=False)).jobs
    assert list(job.outputs) == [None, None, None]
    assert job.figure == "pooled/cat_compare_max-avg_k2_n3_comparison.png"
    assert outputs("cat.jpg", settings=COMPARED, results=False, template="{stem}") == [
        ["pooled/cat.png"]
    ]
    assert outputs("cat.jpg", settings=COMPARED, results=False, output="x.pdf") == [["x.pdf"]]
    assert outputs("cat.jpg", settings=COMPARED, results=False, output="-") == [["-"]]


def test_what_belongs_to_one_of_several_operations_is_named() -> None:
    both = make_settings("max", beside=(Average(count_padding=True), Lp(3)))
    assert name_settings(both) == "k2_countpad_norm3"


@pytest.mark.parametrize(
    ("naming", "part"),
    [
        ({"output": "x.tif"}, "-o x.tif: a figure's name ends with .png, .svg, .pdf, .gif, .webp"),
        ({"output": "x.png", "folder": "d"}, "leave out -d d"),
        ({"template": "{n}"}, "the fields are"),
    ],
)
def test_contradictions_of_a_comparison_are_refused(naming: dict[str, Any], part: str) -> None:
    assert part in refusal("cat.jpg", settings=COMPARED, results=False, **naming)
    assert "there are 2 inputs" in refusal(
        "a.jpg", "b.jpg", settings=COMPARED, results=False, output="x.png"
    )


def test_a_template_names_files_and_figure() -> None:
    assert outputs("cat.jpg", template="{i}-{op}-{stem}-{suffix}", folder="x") == [
        ["x/1-max-cat-jpg.png", "x/2-max-cat-jpg.png", "x/n2_comparison-max-cat-jpg.png"]
    ]


def test_a_template_without_number_serves_one_file() -> None:
    assert outputs("cat.jpg", template="{stem}", last=True, draw=False) == [["pooled/cat.png"]]
    assert "need {i}" in refusal("cat.jpg", template="{stem}", last=True)


@pytest.mark.parametrize(
    ("template", "part"),
    [
        ("{stem}_{n}", "the fields are {stem} {suffix} {parent} {op} {settings} {i}"),
        ("{stem.x}{i}", "the fields are"),
        ("{i:03}", "the fields are"),
        ("{", "--name {: "),
        ("a/{i}", "a name holds no folders"),
    ],
)
def test_a_template_that_means_nothing_is_refused(template: str, part: str) -> None:
    assert part in refusal("cat.jpg", template=template)


def test_one_output_holds_the_last_iteration_and_no_figure() -> None:
    (job,) = plan(["cat.jpg"], TWICE, Naming(output="x/small.webp")).jobs
    assert list(job.outputs) == [None, "x/small.webp"]
    assert job.format == "webp"
    assert job.figure is None


@pytest.mark.parametrize(
    ("naming", "part"),
    [
        ({"output": "a.png", "folder": "d"}, "-o names the file itself; leave out -d d"),
        ({"output": "a.png", "template": "{i}"}, "leave out --name {i}"),
        ({"output": "a.png", "format": "jpg"}, "-o a.png and -f jpg disagree"),
        ({"output": "a.png", "format": "same"}, "-o a.png and -f same disagree"),
        ({"output": "a.xyz"}, "-o a.xyz: the suffix names no format; use png, tif, jpg"),
        ({"figure": "f.bmp"}, "--figure f.bmp: a figure's name ends with .png, .svg, .pdf, .gif, "),
        ({"figure": "f.png", "draw": False}, "--figure and --no-figure contradict"),
        ({"output": "f.png", "figure": "f.png"}, "two of its results have the name f.png"),
    ],
)
def test_contradictions_are_refused(naming: dict[str, Any], part: str) -> None:
    assert part in refusal("cat.jpg", **naming)


def test_a_format_may_be_chosen_where_the_suffix_says_nothing() -> None:
    (job,) = plan(["cat.jpg"], TWICE, Naming(output="/dev/null", format="tif")).jobs
    assert job.format == "tif"
    (job,) = plan(["cat.jpg"], TWICE, Naming(output="-")).jobs
    assert job.format is None


def test_one_output_or_one_figure_needs_one_input() -> None:
    assert refusal("a.jpg", "b.jpg", output="x.png") == (
        "-o names one file and there are 2 inputs; use -d"
    )
    assert "there are 2 inputs" in refusal("a.jpg", "b.jpg", figure="x.png")


def test_a_file_given_twice_counts_once(folder: Path) -> None:
    (folder / "b.jpg").symlink_to("a.jpg")
    names = ["a.jpg", "./a.jpg", "c.jpg", str(folder / "a.jpg"), "b.jpg"]
    jobs = plan(names, TWICE, Naming()).jobs
    assert [job.source for job in jobs] == ["a.jpg", "c.jpg", "b.jpg"]


@pytest.mark.parametrize(
    ("inputs", "template", "remedy"),
    [
        (["x/a.jpg", "x/a.png"], None, "{stem}_{suffix}_{op}_{settings}_{i}"),
        (["x/a.jpg", "y/a.jpg"], None, "{parent}_{stem}_{op}_{settings}_{i}"),
        (["x/a.jpg", "y/a.png"], None, "{stem}_{suffix}_{op}_{settings}_{i}"),
        (["x/a.jpg", "x/a.png", "y/a.jpg"], None, "{parent}_{stem}_{suffix}_{op}_{settings}_{i}"),
        (["x/a.jpg", "y/b.jpg"], "{i}", "{stem}_{i}"),
        (["x/a.jpg", "x/a.png"], "{i}", "{stem}_{suffix}_{i}"),
        (["x/a.jpg", "x/a.png"], "{i}-{stem}", "{i}-{stem}_{suffix}"),
        (["x/a.jpg", "x/a.png"], "{{stem}}{i}", "{stem}_{suffix}_{{stem}}{i}"),
        (["x/a.jpg", "y/a.jpg"], "{suffix}{i}", "{parent}_{stem}_{suffix}{i}"),
    ],
)
def test_the_remedy_for_two_inputs_with_one_name_works(
    inputs: list[str], template: str | None, remedy: str
) -> None:
    message = refusal(*inputs, template=template)
    assert message.startswith(f"{inputs[0]} and ")
    assert " would both be written to pooled/" in message
    proposed = shlex.split(message.partition("tell them apart with ")[2])
    assert proposed[0] == "--name"
    paths = [path for job in outputs(*inputs, template=proposed[1]) for path in job]
    assert len(set(paths)) == 3 * len(inputs)
    assert proposed == ["--name", remedy]


def test_inputs_that_no_template_tells_apart_go_to_folders_of_their_own() -> None:
    names = ["x/a/i.jpg", "y/a/i.jpg"]
    assert refusal(*names).endswith("; pool them in two runs, each with a -d of its own")
    assert outputs(names[0], folder="first") != outputs(names[1], folder="second")


def test_a_template_may_name_the_folder_of_an_input() -> None:
    assert outputs("x/y/a.jpg", template="{parent}-{i}", draw=False) == [
        ["pooled/y-1.png", "pooled/y-2.png"]
    ]


def test_a_list_keeps_the_folders_of_relative_names(folder: Path) -> None:
    (folder / "list").write_text("x/a.jpg\ny/a.jpg\n../a.jpg\n")
    found = plan([], make_settings("max"), Naming(draw=False), files_from="list")
    assert [path for job in found.jobs for path in job.paths] == [
        "pooled/x/a_max_k2_1.png",
        "pooled/y/a_max_k2_1.png",
        "pooled/a_max_k2_1.png",
    ]


@pytest.mark.parametrize("way", ["same", "link", "hard link", "other spelling"])
def test_an_output_that_is_an_input_is_refused(folder: Path, way: str) -> None:
    source = folder / "cat.png"
    source.write_bytes(b"x")
    path = folder / "out.png"
    if way == "link":
        path.symlink_to(source)
    elif way == "hard link":
        path.hardlink_to(source)
    else:
        path = source if way == "same" else folder / "." / "x" / ".." / "cat.png"
        (folder / "x").mkdir()
    assert "would replace" in refusal(str(source), output=str(path))
    assert "would replace" in refusal(str(source), figure=str(path), draw=True)


def test_results_may_be_inputs_of_the_next_run(folder: Path) -> None:
    (folder / "pooled").mkdir()
    (folder / "pooled" / "a_max_k2_1.png").write_bytes(b"x")
    ((path, *_),) = outputs("pooled/a_max_k2_1.png")
    assert path == "pooled/a_max_k2_1_max_k2_1.png"
    assert "would replace" in refusal("pooled/a_max_k2_1.png", "a.jpg")


def images(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(b"x")


def paths(*names: str, recursive: bool = False, **naming: Any) -> list[str]:
    found = plan(names, make_settings("max"), Naming(draw=False, **naming), recursive=recursive)
    return [path for job in found.jobs for path in job.paths]


@pytest.mark.usefixtures("folder")
def test_a_folder_is_placed_under_the_output_folder_by_its_paths() -> None:
    images("photos/b.jpg", "photos/a.png", "photos/x/c.tif", "photos/notes.md")
    assert paths("photos") == ["pooled/a_max_k2_1.png", "pooled/b_max_k2_1.png"]
    assert paths("photos", recursive=True, folder="out") == [
        "out/a_max_k2_1.png",
        "out/b_max_k2_1.png",
        "out/x/c_max_k2_1.png",
    ]
    found = plan(["photos"], TWICE, Naming(), recursive=True)
    assert found.ignored == ["photos/notes.md"]


@pytest.mark.usefixtures("folder")
def test_names_that_meet_in_different_folders_do_not_clash() -> None:
    images("photos/x/a.jpg", "photos/y/a.jpg")
    assert len(paths("photos", recursive=True)) == 2
    assert "would both be written to pooled/a_max_k2_1.png" in refusal(
        "photos/x/a.jpg", "photos/y/a.jpg"
    )


@pytest.mark.usefixtures("folder")
def test_results_are_no_inputs_of_the_same_command() -> None:
    images("a.png", "pooled/a_max_k2_1.png", "pooled/below/b.png")
    assert paths(".", recursive=True) == ["pooled/a_max_k2_1.png"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ["pooled", "pooled/below", "./pooled/", "link"])
def test_a_folder_of_results_is_refused(name: str) -> None:
    images("pooled/below/b.png")
    Path("link").symlink_to("pooled")
    assert "is the output folder or in it; use another -d" in refusal(name)


@pytest.mark.usefixtures("folder")
def test_one_output_cannot_hold_a_folder() -> None:
    images("photos/a.png")
    assert refusal("photos", output="x.png") == "-o names one file and photos is a folder; use -d"


@pytest.mark.usefixtures("folder")
def test_no_input_at_all_is_refused() -> None:
    images("photos/x/notes.md")
    assert refusal("photos") == "no image found in photos"
    with pytest.raises(
        PoolcliError, match=r"in photos; 1 file skipped, not an image suffix: 1 md$"
    ):
        plan(["photos"], TWICE, Naming(), recursive=True)


def test_a_long_list_is_planned_in_its_order(folder: Path) -> None:
    many = [f"photos/{number:05}.jpg" for number in range(20000)]
    (folder / "list").write_text("\n".join(many))
    found = plan([], TWICE, Naming(), files_from="list")
    assert [job.source for job in found.jobs] == many


@pytest.mark.parametrize("path", ["nx/../cat.png", "nx/../hard.png"])
def test_a_folder_that_is_yet_to_be_made_hides_no_input(folder: Path, path: str) -> None:
    (folder / "cat.png").write_bytes(b"x")
    (folder / "hard.png").hardlink_to(folder / "cat.png")
    assert "would replace cat.png, which is an input" in refusal("cat.png", output=path)


def test_the_list_of_inputs_is_not_written_over(folder: Path) -> None:
    (folder / "list.csv").write_text("cat.png\n")
    with pytest.raises(PoolcliError, match=r"list\.csv would replace list\.csv, which is an input"):
        plan([], TWICE, Naming(output="list.csv"), files_from="list.csv")


def test_results_that_meet_through_a_link_are_refused(folder: Path) -> None:
    (folder / "pooled").mkdir()
    (folder / "pooled" / "b_max_k2_1.png").symlink_to("a_max_k2_1.png")
    assert "a.png and b.png would both be written to" in refusal("a.png", "b.png")
    (folder / "link.png").symlink_to("out.png")
    assert "two of its results" in refusal("a.png", output="out.png", figure="link.png")


def test_norms_that_differ_have_names_that_differ() -> None:
    names = {name_settings(make_settings("lp", norm=norm)) for norm in (3.0, 2.0000001, 2.00000012)}
    assert names == {"k2_norm3", "k2_norm2.0000001", "k2_norm2.00000012"}


def test_an_empty_name_is_refused() -> None:
    assert refusal("") == "an input has an empty name"


ALIKE = [
    ("Cat.jpg", "cat.png"),
    ("stra\u00dfe.jpg", "STRASSE.png"),
    ("caf\u00e9.jpg", "cafe\u0301.png"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_names_that_a_folder_takes_for_one_are_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, one: str, other: str
) -> None:
    """tests/filesystems mounts such a folder; here the answer of its trial is given."""
    images(one, other)
    assert len(outputs(one, other)) == 2
    asked = []

    def trial(where: Path, *names: str) -> bool:
        asked.append((where, *names))
        return True

    monkeypatch.setattr("poolcli.storage.sameness._are_one_name", trial)
    message = refusal(one, other)
    assert message.startswith(f"{one} and {other} would both be written to pooled/")
    first, second = (f"{Path(name).stem}_max_k2_1.png" for name in (other, one))
    assert asked == [(folder, first, second)]
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


@pytest.mark.usefixtures("folder")
def test_names_that_differ_in_case_are_two_where_the_folder_tells_them_apart() -> None:
    images("Cat.jpg", "cat.png", "cAt.png")
    Path("pooled").mkdir()
    assert len(outputs("Cat.jpg", "cat.png", "cAt.png")) == 3
    assert list(Path("pooled").iterdir()) == []
    images("x/Cat.bmp")
    assert "Cat.jpg and x/Cat.bmp would both" in refusal("Cat.jpg", "cat.png", "x/Cat.bmp")


def test_an_input_under_another_case_is_no_output_even_with_an_inode_of_its_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """tests/filesystems mounts such a folder; here the answer of its trial is given."""
    images("in.png", "IN.png")
    assert (folder / "in.png").stat().st_ino != (folder / "IN.png").stat().st_ino
    plan(["in.png"], TWICE, Naming(output="IN.png"))
    monkeypatch.setattr("poolcli.storage.sameness._are_one_name", lambda *_names: True)
    with pytest.raises(PoolcliError, match=r"IN\.png would replace in\.png, which is an input"):
        plan(["in.png"], TWICE, Naming(output="IN.png"))
