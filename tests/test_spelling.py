"""Numbers, sizes and ranges as text."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolcli import spelling


def test_a_size_has_one_spelling_for_each_use() -> None:
    assert spelling.spell_size((3, 4)) == "3×4"
    assert spelling.spell_size((3, 3)) == "3×3"
    assert [spelling.spell_pair(pair) for pair in ((2, 2), (2, 3))] == ["2", "2×3"]
    assert spelling.spell_numbers((2, 2)) == "2,2"
    assert [spelling.spell_dashed(pair) for pair in ((2, 2), (2, 3))] == ["2", "2-3"]
    assert spelling.spell_shape((7, 7)) == "7x7"
    assert spelling.spell_shape((7, 9, 3)) == "7-row, 9-column"
    assert spelling.spell_sides((1, 451)) == "1 row × 451 columns"


@pytest.mark.parametrize(
    ("numbers", "text"),
    [((1, 0), "1 row"), ((0, 2), "2 columns"), ((3, 1), "3 rows and 1 column"), ((0, 0), "")],
)
def test_rows_and_columns_are_counted_where_there_are_some(
    numbers: Sequence[int], text: str
) -> None:
    assert spelling.spell_lines(numbers) == text


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=4))
def test_numbers_with_dashes_are_read_as_they_were_spelled(numbers: list[int]) -> None:
    read = spelling.read_dashed(spelling.spell_dashed(numbers))
    assert read == (tuple(numbers) if len(set(numbers)) > 1 else (numbers[0],))


@pytest.mark.parametrize("text", ["", "-", "1-", "a", "1--2", "²", "+1", " 1"])
def test_other_text_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="holds no numbers"):
        spelling.read_dashed(text)


def test_a_number_has_at_most_six_digits_but_an_integer_all() -> None:
    assert [spelling.spell_number(n) for n in (123456789, 1 / 3, 2.0, True)] == [
        "123456789",
        "0.333333",
        "2",
        "1",
    ]
    assert spelling.spell_number(Decimal("1.5e4000")) == "1.5e+4000"


def test_long_lists_are_shortened_in_the_middle() -> None:
    words = [str(number) for number in range(30)]
    assert spelling.join(words[:16], " ") == " ".join(words[:16])
    assert spelling.join(words, " ") == "0 1 2 3 4 5 6 7 … 20 more … 28 29"
    middle = spelling.join_around_middle(words)
    assert middle.startswith("0, 1, … 9 more …, 11, 12")
    assert middle.endswith("18, … 9 more …, 28, 29")
    assert spelling.spell_set([1, 2.5]) == "{1, 2.5}"


def test_a_range_is_a_slice() -> None:
    assert spelling.spell_range(range(2)) == "0:2"
    assert spelling.spell_range(range(0, 5, 2)) == "0:5:2"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("2", (2,)), (" 2, -3 ", (2, -3)), ("1,0,2,1", (1, 0, 2, 1)), ("2,", None), ("2x3", None)],
)
def test_numbers_are_read_from_text(text: str, numbers: tuple[int, ...] | None) -> None:
    assert spelling.read_numbers(text) == numbers


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=4))
def test_numbers_with_commas_are_read_as_they_were_spelled(numbers: list[int]) -> None:
    assert spelling.read_numbers(spelling.spell_numbers(numbers)) == tuple(numbers)


SIDES = st.integers(1, 10**9)


@given(st.one_of(st.tuples(SIDES, SIDES | st.none()), st.tuples(st.none(), SIDES)))
def test_the_size_of_a_picture_is_read_as_it_was_spelled(
    sides: tuple[int | None, int | None],
) -> None:
    assert spelling.read_picture_size(spelling.spell_picture_size(sides)) == sides


@given(st.floats(1, 32))
def test_a_decimal_number_is_read_as_it_was_spelled(number: float) -> None:
    assert spelling.read_decimal(spelling.spell_decimal(number)) == number


def test_the_columns_of_a_table_are_aligned() -> None:
    assert spelling.align([["a", "b"], ["long", ""], ["", "c"]]) == ["a     b", "long", "      c"]


def test_a_decimal_number_has_no_exponent() -> None:
    numbers = (3, 2.5, 2.0, 1e-5, 0.0, -0.0)
    assert [spelling.spell_decimal(n) for n in numbers] == ["3", "2.5", "2", "0.00001", "0", "0"]
