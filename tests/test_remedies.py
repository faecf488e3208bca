"""Every remedy that a message proposes is followed, and works."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import Invoke
from helpers.documents import ROOT
from helpers.formats import noise, saved

from poolcli.cli import main

# A line that is refused, what its message says, and lines that follow it: {0} is the first group.
FOLLOWED = [
    # The format of results: of -f, or of the suffix of -o.
    ("max colour.png -f csv", "gray with (-g) or use (npy)",
     ["max colour.png -f csv {0}", "max colour.png -f {1}"]),
    ("max colour.png -o a.csv", "gray with (-g) or use (npy)",
     ["max colour.png -o a.csv {0}", "max colour.png -o a.{1}"]),
    ("max alpha.png -f jpg", "use (png), (tif) or (webp)",
     ["max alpha.png -f {0}", "max alpha.png -f {1}", "max alpha.png -f {2}"]),
    ("max alpha.png -o a.jpg", "use (png), (tif) or (webp)",
     ["max alpha.png -o a.{0}", "max alpha.png -o a.{1}", "max alpha.png -o a.{2}"]),
    ("max five.npy --layout hwc -f png", "use (npy)", ["max five.npy --layout hwc -f {0}"]),
    ("max batch.npy --layout nchw -f png", "batch of 2; use (npy)",
     ["max batch.npy --layout nchw -f {0}"]),
    ("max float.tif --scale -f npy", "use (png), or leave it out",
     ["max float.tif --scale -f {0}", "max float.tif -f npy"]),
    ("max cat.png --scale", "float images; leave it out", ["max cat.png"]),
    ("max alpha.png -f csv", "has 4; use (npy)", ["max alpha.png -f {0}"]),
    ("max nan.npy -f png", "holds NaN, which png cannot; use (npy) or (csv)",
     ["max nan.npy -f {0}", "max nan.npy -f {1}"]),
    ("max colour_nan.npy -f png", "holds NaN, which png cannot; use (npy)$",
     ["max colour_nan.npy -f {0}"]),
    ("max deep.png -f jpg", "jpg cannot hold uint16 pixels; use (png) or (tif) or (npy)",
     ["max deep.png -f {0}", "max deep.png -f {1}", "max deep.png -f {2}"]),
    ("max float.tif -f jpg", "use (tif) or (npy)",
     ["max float.tif -f {0}", "max float.tif -f {1}"]),
    ("max wide.npy -f webp -k 1", "use (tif) or (npy)",
     ["max wide.npy -k 1 -f {0} --no-figure", "max wide.npy -k 1 -f {1} --no-figure"]),
    # Where results go.
    ("max cat.png -o a.xyz", "use (png), (tif), (jpg), (webp), (npy), csv, or (-f)",
     ["max cat.png -o a.{0}", "max cat.png -o a.{4}", "max cat.png -o a.xyz {5} png"]),
    ("max cat.png -o a.png -f jpg", "use one of them",
     ["max cat.png -o a.png", "max cat.png -f jpg"]),
    ("max cat.png -o folder", "use (-d folder)", ["max cat.png {0}"]),
    ("compare cat.png -o folder", "use (-d folder)", ["compare cat.png {0}"]),
    ("max cat.png -d ''", "leave the option out or give it a value",
     ["max cat.png", "max cat.png -d a"]),
    ("max cat.png -d text", "is no folder; use another", ["max cat.png -d other"]),
    ("max cat.png -o a.png -d b --name c", "leave out -d b and --name c", ["max cat.png -o a.png"]),
    ("max cat.png colour.png -o a.png", "there are 2 inputs; use (-d)",
     ["max cat.png colour.png {0} a"]),
    ("max cat.png colour.png --figure a.png", "there are 2 inputs; use (-d)",
     ["max cat.png colour.png {0} a"]),
    ("max photos -o a.png", "is a folder; use (-d)", ["max photos {0} a"]),
    ("max cat.png -o cat.png", "write elsewhere", ["max cat.png -o a.png"]),
    ("max cat.png -o a.png --figure a.png", "use another name for (--figure)",
     ["max cat.png -o a.png {0} b.png"]),
    ("max folder -d folder", "use another (-d)", ["max folder {0} elsewhere"]),
    ("max cat.png --name a/{i}", "use (-d)", ["max cat.png --name {{i}} {0} a"]),
    ("max cat.png --name {stem}", "need (.i.) .*with (--last --no-figure), or with (-o) FILE",
     ["max cat.png --name {{stem}}{0}", "max cat.png --name {{stem}} {1}",
      "max cat.png {2} a.png"]),
    ("max cat.png --name {name}", "the fields are (.*), and",
     ["max cat.png --name '{0}'"]),
    ("max a/x.png b/x.png", "tell them apart with (--name .*)", ["max a/x.png b/x.png {0}"]),
    ("max a/x.png a/x.jpg", "tell them apart with (--name .*)", ["max a/x.png a/x.jpg {0}"]),
    ("max a b", "tell them apart with (--name .*)", ["max a b {0}"]),
    ("max a/x.png c/a/x.png", "two runs, each with a (-d) of its own",
     ["max a/x.png {0} one", "max c/a/x.png {0} two"]),
    # The figure.
    ("max cat.png --figure a.bmp", "ends with (.png), (.svg), (.pdf), (.gif), (.webp)",
     [f"max cat.png --figure a{{{number}}}" for number in range(5)]),
    ("explain cat.png --figure a.gif", "ends with (.png), (.svg), (.pdf)",
     [f"explain cat.png --figure a{{{number}}}" for number in range(3)]),
    ("max cat.png --figure a.png --no-figure", "contradict each other",
     ["max cat.png --figure a.png", "max cat.png --no-figure"]),
    ("max cat.png --zoom 1,1 --no-figure", "none is drawn; leave it out",
     ["max cat.png --no-figure"]),
    ("max cat.png --histogram -o a.png", "none is drawn; leave it out", ["max cat.png -o a.png"]),
    ("explain cat.png --figure cat.png", "would replace the input",
     ["explain cat.png --figure a.png"]),
    # Windows and sizes.
    ("max cat.png -k 2 -n 9", "use (-n [0-9]+), (--ceil) or a smaller kernel",
     ["max cat.png -k 2 {0}", "max cat.png -k 2 -n 9 {1}"]),
    ("max cat.png -k 99", "use (--ceil) or a smaller kernel",
     ["max cat.png -k 99 {0}", "max cat.png -k 3"]),
    ("max cat.png -k 3 --dilation 50", "use a smaller kernel or dilation",
     ["max cat.png -k 1 --dilation 50", "max cat.png -k 3 --dilation 2"]),
    ("max cat.png -k 5 --exact", "leave out (--exact)", ["max cat.png -k 5"]),
    ("max cat.png -p same --ceil", "leave out ceil mode", ["max cat.png -p same"]),
    ("max cat.png --to 2 -k 2 -n 2", "leave out -k, -n", ["max cat.png --to 2"]),
    ("max cat.png --max-pixels 5", "with (--max-pixels [0-9]+)", ["max cat.png {0}"]),
    ("max cat.png --resize 60x --max-pixels 5", "with (--max-pixels [0-9]+)",
     ["max cat.png --resize 60x {0}"]),
    ("max cat.png -k 3 -s 1 -p 2 -n 4 --max-pixels 5", "with (--max-pixels [0-9]+)",
     ["max cat.png -k 3 -s 1 -p 2 -n 4 {0}"]),
    ("shape 9 -k 3 -s 1 -p 2 -n 4 --max-pixels 100", "with (--max-pixels [0-9]+)",
     ["shape 9 -k 3 -s 1 -p 2 -n 4 {0}"]),
    ("shape 9 --max-pixels 5", "with (--max-pixels [0-9]+)", ["shape 9 {0}"]),
    ("max cat.png --to 60 --max-pixels 1000", "with (--max-pixels [0-9]+)",
     ["max cat.png --to 60 {0}"]),
    ("max cat.png -k 2x3", "write ([0-9],[0-9])", ["max cat.png -k {0}"]),
    ("max cat.png --resize 6,5", "write ([0-9]x[0-9])", ["max cat.png --resize {0}"]),
    ("explain cat.png --at 99,99", "use ([0-9,]+) to ([0-9,]+)",
     ["explain cat.png --at {0}", "explain cat.png --at {1}"]),
    # Operations.
    ("compare cat.png --ops max", "use poolcli (max)", ["{0} cat.png", "compare cat.png"]),
    ("compare cat.png --ops mean", "did you mean (avg)", ["compare cat.png --ops max,{0}"]),
    ("compare cat.png --norm 3", "--norm is for (lp), which",
     ["compare cat.png --norm 3 --ops max,{0}"]),
    ("max cat.png --cmap jett", "did you mean (jet),", ["max cat.png -g --cmap {0}"]),
    # How inputs are read.
    ("max five.npy", "(--layout chw) reads .*, (--layout hwc) 5",
     ["max five.npy {0}", "max five.npy {1}"]),
    ("max cat.png --layout chw", "which --layout is for; leave it out", ["max cat.png"]),
    ("max two.npz", r"choose one with (--array): (\w+), (\w+)",
     ["max two.npz {0} {1}", "max two.npz {0} {2}"]),
    ("max two.npz --array z", r"(--array) can be: (\w+)", ["max two.npz {0} {1}"]),
    ("max cat.png --array a", "which --array is for; leave it out", ["max cat.png"]),
    ("max hole.jpg", "(--tolerant) reads what can be read", ["max hole.jpg {0}"]),
    ("max five.npy --layout hwc --max-pixels 64", "with (--max-pixels [0-9]+)",
     ["max five.npy --layout hwc {0}"]),
    # Inputs and streams.
    ("max", "name files, folders or '-', or use --files-from",
     ["max cat.png", "max photos", "max --files-from list"]),
    ("max deep_folder", "(-r) includes", ["max deep_folder {0}"]),
    ("max matrices", "one by one: (.*)", ["max {0}"]),
    ("explain photos", "name one image in it", ["explain photos/x.png"]),
    ("max cat.png -q -v", "use one of them", ["max cat.png -q", "max cat.png -v"]),
    ("max m.csv -o - --json -u", "leave out --json.* and -u", ["max m.csv -o -"]),
    ("max - --files-from -", "cannot be both", ["max cat.png --files-from list"]),
]  # fmt: skip

# Messages whose remedies need more than a folder; the reason stands beside each.
ELSEWHERE = {
    "cannot be written on Windows": "Windows: tests/test_paths.py",
    "an image cannot be shown": "a terminal: test_process",
    "is for this machine, and a scheduler has workers": "Dask: tests/cluster",
    "write the address of a Dask scheduler": "Dask: tests/cluster",
    "--scheduler needs Dask": "an installation",
    "matplotlib does not load": "an installation",
    "its listing is incomplete": "object storage: tests/cluster",
    ":// is not supported; use ": "object storage: tests/cluster",
    "cannot be encoded as": "OpenCV refuses what the checks before it let pass",
    "which tif files get wrong; use npy": "about the program that wrote the input",
    "more than any image that --max-pixels allows": "a file of 64 MiB and more",
    "holds NaN after pooling": "the extremes of float64",
    "--files-from : ": "holds the message of the list",
    "which is an input; write elsewhere": "a redirection: test_streams",
    "python -E needs -P too": "an option of the interpreter: test_executors",
    "for a 64-bit number; write": "an edit of the text: test_matrices",
    "which are not read": "about the program that wrote the input",
    " is no operation; use one of ": "a layer, which no option takes: test_notation",
}


@pytest.fixture
def _inputs(folder: Path) -> None:
    pixels = noise("u1", 3)
    for path in ("cat.png", "colour.png", "a/x.png", "b/x.png", "c/a/x.png", "photos/x.png",
                  "deep_folder/below/x.png", "folder/x.png"):  # fmt: skip
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(saved(pixels, "PNG"))
    (folder / "a/x.jpg").write_bytes(saved(pixels, "JPEG"))
    (folder / "alpha.png").write_bytes(saved(noise("u1", 4), "PNG"))
    (folder / "deep.png").write_bytes(saved(noise("u2", 1)[..., 0], "PNG"))
    (folder / "text").write_text("")
    (folder / "list").write_text("cat.png\n")
    (folder / "matrices").mkdir()
    for path in ("m.csv", "matrices/n.csv"):
        (folder / path).write_text("1,2\n3,4\n")
    values = np.ones((8, 8), np.float32)
    (folder / "float.tif").write_bytes(saved(values, "TIFF"))
    photo = saved(noise("u1", 3).repeat(4, axis=0), "JPEG")
    (folder / "hole.jpg").write_bytes(photo[: len(photo) // 2] + photo[len(photo) // 2 + 99 :])
    np.save("five.npy", np.ones((8, 8, 5), np.uint8))
    np.save("batch.npy", np.ones((2, 1, 8, 8), np.uint8))
    np.savez("two.npz", a=np.ones((4, 4)), b=np.ones((4, 4)))
    np.save("wide.npy", np.ones((1, 20000), np.uint8))
    values[0, 0] = np.nan
    np.save("nan.npy", values.astype(np.float64))
    np.save("colour_nan.npy", np.dstack([values] * 3).astype(np.float64))


Refuse = Callable[[str], str]


@pytest.fixture
def refuse(_inputs: None, capfd: pytest.CaptureFixture[str]) -> Refuse:
    """Run a line that is to be refused, and return its first message."""

    def run(line: str) -> str:
        capfd.readouterr()
        status = main(shlex.split(line))
        errors = capfd.readouterr().err
        assert status in (1, 2), f"{line} ended with {status}"
        return errors.splitlines()[0]

    return run


@pytest.mark.usefixtures("_inputs")
@pytest.mark.parametrize(("line", "remedy", "followed"), FOLLOWED, ids=[c[0] for c in FOLLOWED])
def test_a_remedy_works(
    invoke: Invoke, refuse: Refuse, line: str, remedy: str, followed: list[str]
) -> None:
    message = refuse(line)
    found = re.search(remedy, message)
    assert found is not None, message
    for follow in followed:
        invoke(*shlex.split(follow.format(*found.groups())))


def test_no_remedy_is_left_out(refuse: Refuse) -> None:
    """The messages in the code that name an option or say what to write are those above."""
    messages = [refuse(line) for line, *_ in FOLLOWED]
    left = [
        template
        for template in _templates()
        if not any(known in "".join(template) for known in ELSEWHERE)
        and not any(re.search(".*".join(map(re.escape, template)), line) for line in messages)
    ]
    assert not left


PROPOSES = re.compile(r"(?<![\w-])--?[a-zA-Z][\w-]*|leave out|\bwrite |\buse |did you mean")


def _templates() -> Iterator[list[str]]:
    """Yield the constant parts of every message of an error that proposes something."""
    for path in sorted((ROOT / "poolcli").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            first = node.args[0]
            if not name.endswith("Error") or not isinstance(first, ast.JoinedStr | ast.Constant):
                continue
            values = first.values if isinstance(first, ast.JoinedStr) else [first]
            parts = [str(part.value) for part in values if isinstance(part, ast.Constant)]
            if PROPOSES.search("".join(parts)):
                yield parts
