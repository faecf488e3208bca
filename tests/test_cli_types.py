"""What option values may look like."""

from __future__ import annotations

import math
import time
from typing import Any

import click
import pytest
from helpers.core import LISTED

from poolcli.cli.types import (
    DecimalNumber,
    Numbers,
    OperationNames,
    PictureSize,
    Position,
    SizeOrPath,
    Text,
    WholeNumber,
    spell,
)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("3", (3, 3)), ("2,3", (2, 3)), (" 4 ", (4, 4)), ("2, 3", (2, 3)), ("2147483647", None)],
)
def test_one_number_serves_both_axes(text: str, numbers: tuple[int, int] | None) -> None:
    assert Numbers().convert(text, None, None) == (numbers or (2147483647, 2147483647))


def test_padding_takes_four_sides_and_words() -> None:
    padding = Numbers(("same", "valid"), sides=True)
    assert padding.convert("1,0,2,1", None, None) == ((1, 0), (2, 1))
    assert padding.convert("SAME", None, None) == "same"
    assert padding.convert("0", None, None) == (0, 0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2x3", "'2x3': write 2,3 (rows, columns)"),
        ("1,2,3", "'1,2,3' is not a whole number or ROWS,COLUMNS"),
        ("2x", "'2x' is not a whole number or ROWS,COLUMNS"),
        ("", "'' is not a whole number or ROWS,COLUMNS"),
        ("2.5", "'2.5' is not a whole number or ROWS,COLUMNS"),
        ("1,", "'1,' is not"),
        ("٣", "'٣' is not"),
        ("same", "'same' is not"),
    ],
)
def test_other_numbers_are_refused_with_a_hint(text: str, message: str) -> None:
    with pytest.raises(click.BadParameter) as caught:
        Numbers().convert(text, None, None)
    assert message in caught.value.message


def test_padding_says_all_that_it_takes() -> None:
    with pytest.raises(click.BadParameter) as caught:
        Numbers(("same", "valid"), sides=True).convert("full", None, None)
    assert caught.value.message == (
        "'full' is not a whole number, ROWS,COLUMNS, TOP,BOTTOM,LEFT,RIGHT, same or valid"
    )


@pytest.mark.parametrize(
    ("text", "size"), [("30x20", (30, 20)), ("30x", (30, None)), ("x20", (None, 20))]
)
def test_a_picture_size_is_width_by_height(text: str, size: tuple[int | None, int | None]) -> None:
    assert PictureSize().convert(text, None, None) == size


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("20,30", "'20,30': write 30x20 (width x height)"),
        ("x", "'x': write WxH, Wx or xH"),
        ("30", "'30': write WxH, Wx or xH"),
    ],
)
def test_other_sizes_are_refused_with_a_hint(text: str, message: str) -> None:
    with pytest.raises(click.BadParameter) as caught:
        PictureSize().convert(text, None, None)
    assert message in caught.value.message


def test_a_whole_number_is_nothing_but_digits() -> None:
    assert WholeNumber().convert("256", None, None) == 256
    for text, message in (
        ("1e2", "'1e2' is not a whole number"),
        ("", "'' is not a whole number"),
    ):
        with pytest.raises(click.BadParameter) as caught:
            WholeNumber().convert(text, None, None)
        assert caught.value.message == message


@pytest.mark.parametrize(
    ("text", "names"),
    [("max", ("max",)), ("max,avg", ("max", "avg")), (" LP, min,lp", ("lp", "min"))],
)
def test_operations_are_named_once_each_in_their_order(text: str, names: tuple[str, ...]) -> None:
    assert OperationNames().convert(text, None, None) == names


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("mean", f"'mean' is not one of {LISTED}; did you mean avg?"),
        ("max,", f"'' is not one of {LISTED}"),
        ("max avg", "'max avg': write max,avg"),
        ("max+lp", "'max+lp': write max,lp"),
        ("sobel", f"'sobel' is not one of {LISTED}"),
    ],
)
def test_another_operation_is_refused_with_those_that_there_are(text: str, wrong: str) -> None:
    with pytest.raises(click.BadParameter) as caught:
        OperationNames().convert(text, None, None)
    assert caught.value.message == wrong


def test_a_position_is_a_pixel_and_maybe_a_size() -> None:
    assert Position().convert("3,4", None, None) == (3, 4)
    assert Position().convert(" 0, 0, 20 ", None, None) == (0, 0, 20)
    assert Position().convert("None", None, None) == "none"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("3", "'3' is not ROW,COL, ROW,COL,SIZE or none"),
        ("1,2,3,4", "is not ROW,COL"),
        ("2x3", "is not ROW,COL"),
        ("", "is not ROW,COL"),
    ],
)
def test_other_positions_are_refused(text: str, message: str) -> None:
    with pytest.raises(click.BadParameter) as caught:
        Position().convert(text, None, None)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Numbers(), "3"),
        (Numbers(), "3,2"),
        (Numbers(("same",), sides=True), "1,0,2,1"),
        (Numbers(("same",), sides=True), "same"),
        (OperationNames(), "max,avg"),
        (PictureSize(), "30x20"),
        (PictureSize(), "x20"),
        (Position(), "3,3"),
        (Position(), "3,3,3"),
        (Position(), "none"),
        (WholeNumber(), "4"),
    ],
)
def test_a_value_is_spelled_as_it_was_given(kind: click.ParamType[Any], text: str) -> None:
    assert spell(kind, kind.convert(text, None, None)) == text


KINDS: list[tuple[click.ParamType[Any], str]] = [
    (Numbers(), "{}"),
    (Numbers(), "2,{}"),
    (Numbers(("same",), sides=True), "1,1,{},1"),
    (Numbers(), "{},0"),
    (SizeOrPath(), "5,{}"),
    (WholeNumber(), "{}"),
    (Position(), "1,{}"),
    (Position(), "1,1,{}"),
    (PictureSize(), "{}x"),
    (PictureSize(), "2x{}"),
    (DecimalNumber(), "{}"),
]


def refusal(kind: click.ParamType[Any], text: str) -> str:
    with pytest.raises(click.BadParameter) as caught:
        kind.convert(text, None, None)
    return caught.value.message


@pytest.mark.parametrize(("kind", "form"), KINDS)
@pytest.mark.parametrize("wrong", ["2 3", "1 0", "1_0", "٣", "²", "0x5", "+-2", "1.2.3", "1 .5"])
def test_what_only_looks_like_a_number_is_refused(
    kind: click.ParamType[Any], form: str, wrong: str
) -> None:
    if isinstance(kind, SizeOrPath):
        assert kind.convert(form.format(wrong), None, None) == form.format(wrong)
    else:
        assert "is not" in refusal(kind, form.format(wrong)) or "write " in refusal(
            kind, form.format(wrong)
        )


@pytest.mark.parametrize(("kind", "form"), KINDS)
def test_blanks_around_numbers_are_nothing(kind: click.ParamType[Any], form: str) -> None:
    if isinstance(kind, SizeOrPath):
        return
    wanted = kind.convert(form.format("7"), None, None)
    for blanks in (" {}", "{} ", "\t{}  "):
        assert kind.convert(form.format(blanks.format("7")), None, None) == wanted
    assert kind.convert(form.format("0007"), None, None) == wanted


@pytest.mark.parametrize(("kind", "form"), KINDS)
@pytest.mark.parametrize("digits", [31, 4300, 4301, 100_000])
def test_numbers_of_many_digits_are_refused_in_a_short_line(
    kind: click.ParamType[Any], form: str, digits: int
) -> None:
    if isinstance(kind, DecimalNumber):
        # Its limits are those of the operation, which refuses infinity.
        assert kind.convert("9" * digits, None, None) > 1e30
    else:
        message = refusal(kind, form.format("9" * digits))
        assert "has too many digits" in message
        assert len(message) < 120
    if not isinstance(kind, SizeOrPath):
        assert len(refusal(kind, form.format("9" * digits + "z"))) < 160


def test_zeros_in_front_take_no_time() -> None:
    start = time.monotonic()
    for kind in (Numbers(), WholeNumber(), DecimalNumber()):
        assert "0…0" in refusal(kind, f"{'0' * 100_000}x")
    assert WholeNumber().convert("0" * 100_000 + "7", None, None) == 7
    assert WholeNumber().convert("-" + "0" * 100_000, None, None) == 0
    assert time.monotonic() - start < 5


def test_a_long_picture_size_for_a_shape_is_shortened() -> None:
    assert len(refusal(SizeOrPath(), f"{'9' * 5000}x{'8' * 5000}")) < 300
    assert len(refusal(Numbers(), f"{'9' * 5000}x{'8' * 5000}")) < 300
    assert len(refusal(PictureSize(), f"{'9' * 5000},{'8' * 5000}")) < 300


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1.0),
        ("2.5", 2.5),
        (" 3. ", 3.0),
        (".5e1", 5.0),
        ("32", 32.0),
        ("1" + "0" * 4400, math.inf),
    ],
)
def test_a_decimal_number_may_have_a_fraction_and_an_exponent(text: str, number: float) -> None:
    assert DecimalNumber().convert(text, None, None) == number


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "infinity", "", "1e", "x", "1,5", "1_0.5"])
def test_what_is_no_decimal_number_is_refused(text: str) -> None:
    assert refusal(DecimalNumber(), text) == f"{text!r} is not a number"


def test_empty_text_is_refused() -> None:
    assert refusal(Text(), "") == "it is empty; leave the option out or give it a value"
    assert Text().convert(" ", None, None) == " "
