"""The verb shape: sizes from arithmetic, as a table and as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from conftest import Invoke
from helpers.core import LISTED
from helpers.formats import saved
from PIL import Image as pillow  # noqa: N813 - as in the package

SCHEMA = Path(__file__).parent.parent / "docs" / "shape.schema.json"


def cells(line: str) -> list[str]:
    return line.split()


def test_a_chain_is_a_line_for_each_iteration(invoke: Invoke) -> None:
    lines = invoke("shape", "224", "-k", 3, "-s", 2, "-p", 1, "-n", 3).output.splitlines()
    assert lines[0] == "kernel 3×3, stride 2, padding 1"
    assert [cells(line) for line in lines[3:6]] == [
        ["1", "224×224", "112×112", "12,544", "0", "0", "1,1,1,1", "3×3", "2×2"],
        ["2", "112×112", "56×56", "3,136", "0", "0", "1,1,1,1", "7×7", "4×4"],
        ["3", "56×56", "28×28", "784", "0", "0", "1,1,1,1", "15×15", "8×8"],
    ]
    assert lines[2].split("  ")[0] == "iteration"
    assert lines[2].index("windows") == lines[3].index("12,544")


def test_dropped_skipped_and_same_are_told_for_each_axis(invoke: Invoke) -> None:
    lines = invoke("shape", "13,20", "-k", 3, "-s", 5, "-p", "same").output.splitlines()
    assert cells(lines[3]) == ["1", "13×20", "3×4", "12", "0,2", "4,6", "0", "3×3", "5×5"]
    lines = invoke("shape", "224", "-k", 7, "-s", 2, "-p", "same").output.splitlines()
    assert cells(lines[3])[6] == "2,3,2,3"


def test_adaptive_windows_are_told_from_the_least_to_the_largest(invoke: Invoke) -> None:
    lines = invoke("shape", "300,451", "--to", 7).output.splitlines()
    assert cells(lines[3])[:7] == ["1", "300×451", "7×7", "49", "0", "0", "0"]
    assert cells(lines[3])[7:] == ["43–44×65–66", "42–43×64–65"]
    # 299 / 7 = 42.7: windows start 42 or 43 apart and see 43 or 44 pixels.
    lines = invoke("shape", "299", "--to", 7).output.splitlines()
    assert cells(lines[3])[7:] == ["43–44×43–44", "42–43×42–43"]
    lines = invoke("shape", "299,300", "--to", "7,10").output.splitlines()
    assert cells(lines[3])[7:] == ["43–44×30", "42–43×30"]
    (record,) = json.loads(invoke("shape", "299", "--to", 7, "--json").output)["iterations"]
    assert record["receptive_field"] == [44, 44]
    assert record["receptive_field_range"] == [[43, 44], [43, 44]]
    assert record["step"] is None
    assert record["step_range"] == [[42, 43], [42, 43]]


def test_a_dilation_without_effect_hides_no_call(invoke: Invoke) -> None:
    arguments = ("shape", "6", "-k", "1,2", "--dilation", "3,1", "--ops", "avg")
    calls = invoke(*arguments).output.splitlines()[-3:]
    assert not [line for line in calls if "no call" in line or "dilation" in line]
    effective = invoke("shape", "6", "-k", "1,2", "--dilation", "1,2", "--ops", "avg").output
    assert "PyTorch dilates no avg pooling" in effective


def test_a_square_picture_is_proposed_once(invoke: Invoke) -> None:
    line = invoke("shape", "224x224", status=2).errors
    assert "'224x224': write 224; see" in line


@pytest.mark.parametrize("what", ["(224,112)", "(224, 112)", "[224,112]", "( 224 , 112 )"])
def test_a_size_may_be_written_as_a_tuple(invoke: Invoke, what: str) -> None:
    assert invoke("shape", what).output == invoke("shape", "224,112").output


def test_calls_that_change_on_the_way_are_told_apart(invoke: Invoke) -> None:
    arguments = ["13,20", "-k", 3, "-s", 2, "-p", "same", "-n", 3, "--ops", "max"]
    output = invoke("shape", *arguments).output
    max_pool = "op.MaxPool(x, kernel_shape=[3, 3], strides=[2, 2], pads"
    assert output.splitlines()[lines_after_legend(output) :] == [
        "",
        "max",
        f"  {'PyTorch':25}no call: PyTorch pads both sides of an axis alike",
        f'  {"Keras":25}keras.layers.MaxPooling2D(pool_size=3, strides=2, padding="same")(x)',
        f"  {'ONNX, iterations 1 to 2':25}{max_pool}=[1, 0, 1, 1])",
        f"  {'ONNX, iteration 3':25}{max_pool}=[0, 1, 1, 1])",
    ]


def lines_after_legend(output: str) -> int:
    return next(i for i, line in enumerate(output.splitlines()) if "In calls x is" in line) + 1


def test_every_operation_has_its_calls(invoke: Invoke) -> None:
    output = invoke("shape", 8, "--ops", "lp,median", "--norm", 3).output
    assert "nn.LPPool2d(3, kernel_size=2, stride=2)(x.abs()) / 4 ** (1 / 3)" in output
    assert "no call: ONNX has no median pooling" in output
    counted = invoke("shape", 8, "-k", 3, "-p", 1, "--count-pad").output
    assert "count_include_pad=True" in counted
    assert counted.count("count_include_pad=1") == 1
    assert counted.splitlines()[0] == "kernel 3×3, stride 3, padding 1, padding counted"


def test_an_image_is_measured_as_it_is_seen(invoke: Invoke, folder: Path, samples: Path) -> None:
    output = invoke("shape", samples / "cat.jpg").output
    assert output.splitlines()[0] == f"{samples / 'cat.jpg'}: kernel 2×2, stride 2"
    assert "300×451" in output
    turned = pillow.Exif()
    turned[0x0112] = 6
    photo = saved(np.zeros((4, 6), np.uint8), "JPEG", exif=turned)
    (folder / "turned.jpg").write_bytes(photo)
    assert "6×4" in invoke("shape", "turned.jpg").output


def test_json_says_the_same(invoke: Invoke) -> None:
    record = json.loads(invoke("shape", "9,5", "-k", 2, "-n", 2, "--ops", "max", "--json").output)
    jsonschema.validate(record, json.loads(SCHEMA.read_text()))
    assert record["input"] is None
    assert record["shape"] == [9, 5]
    first, second = record["iterations"]
    assert (first["shape"], first["windows"], first["dropped"]) == ([4, 2], 8, [1, 1])
    assert (second["receptive_field"], second["step"]) == ([4, 4], [4, 4])
    assert first["padding"] == [[0, 0], [0, 0]]
    assert first["calls"]["max"]["PyTorch"] == {
        "call": "nn.MaxPool2d(kernel_size=2, stride=2)(x)",
        "reason": None,
    }
    adaptive = json.loads(invoke("shape", 9, "--to", 2, "--json").output)
    jsonschema.validate(adaptive, json.loads(SCHEMA.read_text()))
    assert adaptive["iterations"][0]["step"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["446x550"], "write 550,446 (rows, columns) for a picture 446 wide, or 446,550"),
        (["300×451"], "write 300,451 (rows, columns)"),
        (["0"], "must be at least 1, got 0"),
        (["1,2,3"], "'1,2,3' is not a whole number or ROWS,COLUMNS"),
        (["7", "-k", "9"], "kernel 9x9 does not fit the 7x7 image; use --ceil or a smaller kernel"),
        (["7", "--ops", "mean"], f"'mean' is not one of {LISTED}"),
        (["7", "--ops", "max", "--norm", "3"], "--norm is for lp, which --ops does not name"),
        (["7", "--ops", "max", "--count-pad"], "--count-pad is for avg, which --ops does not"),
        (["7", "--exact"], "1 row and 1 column of the 7x7 image would go unused"),
        (["100000"], "more than 250,000,000; allow it with --max-pixels 10000000000"),
        (["7", "--to", "2", "--ceil"], "--to chooses the windows itself; leave out --ceil"),
    ],
)
def test_what_no_image_could_satisfy_is_refused(
    invoke: Invoke, arguments: list[str], message: str
) -> None:
    result = invoke("shape", *arguments, status=2)
    assert message in result.errors
    assert not result.output


def test_what_is_wrong_with_an_image_is_told_with_its_name(invoke: Invoke, folder: Path) -> None:
    missing = invoke("shape", "none.png", status=1)
    assert missing.errors == "poolcli: none.png: cannot be read: no such file or directory\n"
    (folder / "small.csv").write_text("1,2\n3,4\n")
    small = invoke("shape", "small.csv", "-k", 3, status=1)
    assert small.errors.startswith("poolcli: small.csv: kernel 3x3 does not fit the 2x2 image")


def test_numbers_load_no_numpy() -> None:
    program = (
        "import sys; from poolcli.cli import main; main(['shape', '224', '--json']);"
        "print([m for m in ('numpy', 'PIL', 'cv2', 'matplotlib') if m in sys.modules])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ended.stdout.splitlines()[-1] == "[]"
