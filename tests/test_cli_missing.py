"""What may be meant by the name of an input that does not exist."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Invoke
from helpers.formats import noise, saved

from poolcli.cli.missing import suggest

CAUSE = "cannot be read: no such file or directory"


@pytest.fixture
def _pictures(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = saved(noise("u1", 3), "PNG")
    monkeypatch.setenv("HOME", str(folder))
    for name in ("cat.png", "my cat.png", "photos/dog.png", "photos/below/x.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "out").mkdir()


@pytest.mark.usefixtures("_pictures")
@pytest.mark.parametrize(
    ("inputs", "path", "remedy"),
    [
        (["cats.png"], "cats.png", "did you mean cat.png?"),
        (["cat.PNG"], "cat.PNG", "did you mean cat.png?"),
        (["cat.jpg"], "cat.jpg", "did you mean cat.png?"),
        (["cat"], "cat", "did you mean cat.png?"),
        (["my-cat.png"], "my-cat.png", "did you mean 'my cat.png'?"),
        (["photos/dogs.png"], "photos/dogs.png", "did you mean photos/dog.png?"),
        (["./cats.png"], "./cats.png", "did you mean cat.png?"),
        (["photo"], "photo", "did you mean photos?"),
        (["nosuch/a/b.png"], "nosuch/a/b.png", "there is no folder nosuch"),
        (["photos/no/b.png"], "photos/no/b.png", "there is no folder photos/no"),
        (["photos/*.png"], "photos/*.png", "leave out the quotes, so that the shell expands it"),
        (["photos/*.jpg"], "photos/*.jpg", "no file matches"),
        (["~/cat.png"], "~/cat.png", "leave out the quotes, so that the shell expands ~"),
        (
            ["cat.png -k 2"],
            "cat.png -k 2",
            "leave out the quotes, so that the shell splits it into words",
        ),
        (["cat.png,photos"], "cat.png,photos", "inputs are separated by blanks: cat.png photos"),
        (["my", "cat.png"], "my", "quote the name: 'my cat.png'"),
        (["cat.png", "out.png"], "out.png", "a result goes to a file with -o out.png"),
        (["cat.png", "a.npy"], "a.npy", "a result goes to a file with -o a.npy"),
        (["photos", "results"], "results", "results go to a folder with -d results"),
        # Nothing is guessed for these.
        (["cat.png", "cats.png"], "cats.png", "a result goes to a file with -o cats.png"),
        (["cat.png", "a.png", "b.png"], "b.png", None),
        (["a.png", "b.png"], "b.png", None),
        (["zzz"], "zzz", None),
        (["cat.png/x.png"], "cat.png/x.png", None),
        (["cat.png"], "cat.png", None),
        (["-"], "-", None),
        (["s3://b/a.png"], "s3://b/a.png", None),
    ],
)
def test_a_guess(inputs: list[str], path: str, remedy: str | None) -> None:
    assert suggest(path, inputs) == remedy


@pytest.mark.usefixtures("_pictures")
def test_nothing_is_guessed_for_a_link_that_leads_nowhere() -> None:
    Path("cats.png").symlink_to("cats.png")
    Path("cat2.png").symlink_to("nowhere")
    assert suggest("cats.png", ["cats.png"]) is None
    assert suggest("cat2.png", ["cat2.png"]) is None
    assert suggest("c" * 300, ["c" * 300]) is None
    assert suggest("cat\0.png", ["cat\0.png"]) is None


@pytest.mark.usefixtures("_pictures")
def test_errors_and_records_hold_the_guess(invoke: Invoke) -> None:
    line = f"poolcli: cats.png: {CAUSE}; did you mean cat.png?"
    assert invoke("max", "cats.png", status=1).errors.splitlines()[0] == line
    for command in ("explain", "verify", "shape"):
        assert invoke(command, "cats.png", status=1).errors == f"{line}\n"
    (record,) = invoke("max", "cats.png", "--json", status=1).output.splitlines()
    assert f'"error": "{CAUSE}; did you mean cat.png?"' in record


@pytest.mark.usefixtures("_pictures")
def test_only_the_first_of_many_are_guessed(invoke: Invoke) -> None:
    missing = [f"cat{number}.png" for number in range(20)]
    lines = invoke("max", *missing, status=1).errors.splitlines()
    assert sum("did you mean" in line for line in lines) == 10


@pytest.mark.usefixtures("_pictures")
def test_other_failures_are_as_before(invoke: Invoke) -> None:
    Path("bad.png").write_bytes(b"no image")
    assert "did you mean" not in invoke("max", "bad.png", status=1).errors


def test_what_a_list_names_gets_no_advice_about_the_shell(invoke: Invoke, folder: Path) -> None:
    (folder / "b.png").write_bytes(saved(noise("u1"), "PNG"))
    (folder / "d").mkdir()
    (folder / "d" / "b.png").touch()
    (folder / "list").write_text("*.png\nb.png \nd/b.pn\n")
    errors = invoke("max", "--files-from", "list", status=1).errors.splitlines()
    assert errors[0].endswith("; did you mean b.png?")
    assert errors[1].endswith("; leave out the blanks around the name")
    assert errors[2].endswith("; did you mean d/b.png?")
