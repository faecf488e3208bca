"""Matrices of numbers as text: exact or refused, in time and memory that their size bounds."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Invoke
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from poolcli import PoolcliError
from poolcli.errors import shorten
from poolcli.images import check_head, open_source
from poolcli.images.matrices import format_text, parse_text

MOST = 10**9


def parsed(text: str | bytes, most: int = MOST) -> NDArray[Any]:
    return parse_text(text if isinstance(text, bytes) else text.encode(), most)


def refusal(text: str | bytes, most: int = MOST) -> str:
    with pytest.raises(PoolcliError) as caught:
        parsed(text, most)
    return str(caught.value)


# Extremes


@pytest.mark.parametrize(
    ("token", "problem"),
    [
        ("1e400", "large"),
        ("-1E+0400", "large"),
        ("2e308", "large"),
        ("1e-400", "small"),
        ("-1e-324", "small"),
        ("0." + "0" * 330 + "1", "small"),
        ("9" * 310 + ".0", "large"),
        ("9" * 250 + "e99", "large"),
        ("0." + "0" * 240 + "1e-99", "small"),
    ],
)
def test_floats_beyond_64_bits_are_refused(token: str, problem: str) -> None:
    meant = {"large": "inf", "small": "0"}[problem]
    message = refusal(f"1.5,2\n\n3,{token}\n")
    assert message == (
        f"line 3, column 2: {shorten(token)!r} is too {problem} for a 64-bit number;"
        f" write {meant} if that is meant"
    )
    assert len(message) < 140
    assert parsed(f"1.5,2\n\n3,{meant}\n")[1, 1] == float(meant)


@pytest.mark.parametrize(
    ("token", "value"),
    [
        ("1.7976931348623157e308", sys.float_info.max),
        ("4.9e-324", 5e-324),
        ("3e-310", 3e-310),
        ("0e400", 0.0),
        ("-0.0e-999", 0.0),
        ("0." + "0" * 400, 0.0),
        ("inf", np.inf),
        ("-Infinity", -np.inf),
        ("1" + "0" * 300 + ".", 1e300),
        ("0" * 400 + "1.5", 1.5),
    ],
)
def test_the_ends_of_the_range_are_read(token: str, value: float) -> None:
    assert parsed(f"1.5,{token}\n1e999,2\n".replace("1e999", "0"))[0, 1] == value


@given(st.floats(allow_nan=False))
def test_every_float_is_read_exactly(value: float) -> None:
    assert parsed(f"{value!r} 0.5").tolist() == [[value, 0.5]]


@pytest.mark.parametrize("digits", [19, 20, 4300, 5000, 100_000])
def test_long_integers_are_refused_in_a_short_line(digits: int) -> None:
    message = refusal(f"1,2\n3,{'9' * digits}\n")
    assert message.startswith("line 2, column 2: '9999")
    assert message.endswith("is no 64-bit number; add .0 to read it as a rounded float")
    assert len(message) < 160
    assert refusal(f"{'-' + '9' * 19}").startswith("line 1, column 1: ")
    assert parsed("-9223372036854775808,0009223372036854775807").dtype == np.int64


# What is no matrix


@pytest.mark.parametrize(
    ("text", "message", "mended"),
    [
        (
            "1,5;2,5\n3;4\n",
            "line 1, column 1: '1,5' is no number; write decimals with a point",
            "1.5;2.5\n3;4\n",
        ),
        (
            "1,5 2,5\n3 4\n",
            (
                "line 1, column 2: '5 2' is no number; separate all numbers by ',', and write"
                " decimals with a point"
            ),
            "1.5,2.5\n3,4\n",
        ),
        (
            '"1","2"\n',
            "line 1, column 1: '\"1\"' is no number; write numbers without quotes",
            "1,2\n",
        ),
        (
            "a,b\n1,2\n",
            "line 1, column 1: 'a' is no number; if the first line is a heading, delete it",
            "1,2\n",
        ),
        (
            "1,2,\n3,4,\n",
            ("line 1, column 3: '' is no number; leave out the delimiter at the end of the line"),
            "1,2\n3,4\n",
        ),
        (
            "1,,2\n",
            "line 1, column 2: '' is no number; write nan where a number is missing",
            "1,nan,2\n",
        ),
        ("1,2\n3,x\n", "line 2, column 2: 'x' is no number", "1,2\n3,4\n"),
        ("1\u00a02\n3 4\n", "line 1, column 1: '1\\xa02' is no number", "1 2\n3 4\n"),
        ("1,2\n3\n", "line 2 has 1 numbers where line 1 has 2", "1,2\n3,4\n"),
        ("1_0 2\n", "line 1, column 1: '1_0' is no number", "10 2\n"),
        ("7;٣\n", "line 1, column 2: '٣' is no number", "7;3\n"),
        ("1 2\n3 4e\n", "line 2, column 2: '4e' is no number", "1 2\n3 4e0\n"),
        ("\n \n\t\n", "is empty", "1"),
    ],
)
def test_what_is_no_matrix_says_what_to_do(text: str, message: str, mended: str) -> None:
    assert refusal(text) == message
    assert parsed(mended).size > 0


def test_latin_1_is_no_text() -> None:
    assert refusal("Größe\n1\n".encode("latin-1")) == "is neither an image nor a text matrix"


def test_a_long_token_is_shortened_and_refused_at_once() -> None:
    start = time.monotonic()
    message = refusal(f"1 {'1' * 1_000_000}x\n")
    assert message == f"line 1, column 2: '{'1' * 20}…{'1' * 18}x' is no number"
    assert refusal("1 " + "." * 1_000_000).endswith("is no number")
    assert refusal("1 " + "1e" * 500_000).endswith("is no number")
    assert refusal(f"1,{'x' * 1_000_000}").endswith("is no number")
    assert len(refusal(f"1,{'5 ' * 500_000}")) < 200
    assert refusal("1.5e" + "0" * 1_000_000 + "400").endswith("write inf if that is meant")
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_do_anywhere(end: str) -> None:
    assert parsed(end.join(["1,2", "", "3,4", ""])).tolist() == [[1, 2], [3, 4]]


# Encodings


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_read_by_its_mark(invoke: Invoke, folder: Path, encoding: str) -> None:
    content = ("\ufeff" + "1;2\r\n3;4\r\n" * 300).encode(encoding)
    (folder / "m.csv").write_bytes(content)
    check_head(content[:511], "csv")
    assert open_source(content, "csv").decode().pixels.shape == (600, 2)
    assert invoke("max", "m.csv", "--to", 1, "-o", "-").output == "4\n"
    half = content[:-1]
    assert refusal(half) == "is neither an image nor a text matrix"


def test_a_utf_8_mark_is_left_out() -> None:
    assert parsed("\ufeff1 2\n".encode()).tolist() == [[1, 2]]


# Limits


@pytest.mark.parametrize(
    ("text", "most", "shape"),
    [
        ("1 2 3 4\n" * 4, 15, "16 pixels (4 rows, 4 columns)"),
        ("1,2,3,4\r\n" * 4, 15, "16 pixels (4 rows, 4 columns)"),
        ("1 " * 5000, 100, "5,000 pixels (1 row, 5000 columns)"),
        ("1;" * 4999 + "1", 100, "5,000 pixels (1 row, 5000 columns)"),
        ("7\n" * 5000, 4999, "5,000 pixels (5000 rows, 1 column)"),
    ],
)
def test_a_text_beyond_the_limit_is_refused_and_the_remedy_works(
    text: str, most: int, shape: str
) -> None:
    message = refusal(text, most)
    assert message.startswith(f"the image has {shape}, more than {most:,}; allow it with")
    assert parsed(text, int(message.rpartition(" ")[2])).size > most


def test_blank_lines_and_wide_numbers_do_not_count() -> None:
    assert parsed("\n" * 1000 + "1 2\n3 4\n", 4).size == 4
    assert parsed(f"{'0' * 500}1 2\n", 2).tolist() == [[1, 2]]


MEASURE = """
import resource, sys
from pathlib import Path
from poolcli.cli import main
import poolcli.pipeline, poolcli.images.matrices, numpy
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
status = main(sys.argv[1:])
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
sys.exit(status)
"""


@pytest.mark.parametrize("text", ["1\n", "1 ", "1,", "\n"])
def test_a_limit_holds_before_memory_is_taken(folder: Path, text: str) -> None:
    times = 1 << (20 if text == "\n" else 24)
    (folder / "m.csv").write_text(text * times + "1\n2,2\n")
    command = [sys.executable, "-c", MEASURE, "max", "m.csv", "--max-pixels", "100", "--no-figure"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 1, ran
    assert int(ran.stdout.split()[-1]) < 300
    assert len(ran.stderr) < 400


def test_memory_is_in_proportion_to_the_numbers(folder: Path) -> None:
    (folder / "m.csv").write_text(("1," * 999 + "1\n") * 4000)
    command = [sys.executable, "-c", MEASURE, "max", "m.csv", "--to", "1", "-o", "out.csv"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran
    # 8 MB of text and 32 MB of numbers.
    assert int(ran.stdout.split()[-1]) < 160


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_floats_are_written_as_the_numbers_they_are(dtype: str) -> None:
    largest = np.finfo(dtype).max
    matrix = np.array([[50331648, 0.1, largest]], np.float64).clip(-largest, largest).astype(dtype)
    np.testing.assert_array_equal(parse_text(format_text(matrix), 10), matrix.astype(np.float64))
