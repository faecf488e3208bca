"""Layers as words: what file names say, read back."""

from __future__ import annotations

import pytest
from helpers.core import LISTED, pooling
from hypothesis import given
from hypothesis import strategies as st

from poolcli.errors import PoolcliError
from poolcli.geometry import AdaptiveWindow, AnyWindow, Window
from poolcli.operations import OPERATIONS, Average, Lp, Max, Pooling, parameters_of
from poolcli.operations.notation import read_pooling, spell_pooling

LAYERS = [
    ("max_k2", pooling("max", Window.of(2))),
    ("max_k3_s2_p1", pooling("max", Window.of(3, 2, 1))),
    ("min_k2-3_s1-3", pooling("min", Window.of((2, 3), (1, 3)))),
    ("median_k3_s1_psame", pooling("median", Window.of(3, 1, "same"))),
    ("max_k3_p1-2", pooling("max", Window.of(3, 3, (1, 2)))),
    ("max_k3_p1-0-2-0", pooling("max", Window.of(3, 3, ((1, 0), (2, 0))))),
    ("max_k3_d2_ceil", pooling("max", Window.of(3, dilation=2, ceil_mode=True))),
    ("avg_k2_p1_countpad", pooling("avg", Window.of(2, padding=1), True)),
    ("lp_k2_norm3", pooling("lp", Window.of(2), norm=3)),
    ("lp_k2_norm2.5", pooling("lp", Window.of(2), norm=2.5)),
    ("avg_to7", pooling("avg", AdaptiveWindow.of(7))),
    ("max_to7-5", pooling("max", AdaptiveWindow.of((7, 5)))),
]


@pytest.mark.parametrize(("word", "layer"), LAYERS)
def test_a_layer_and_its_word_are_read_and_spelled(word: str, layer: Pooling) -> None:
    assert spell_pooling(layer) == word
    assert read_pooling(word) == layer


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("pool_k2", f"pool_k2: 'pool' is no operation; use one of {LISTED}"),
        ("max_k", "max_k: 'k' is unknown; a layer is spelled like max_k3_s2_p1"),
        ("max_kk2", "max_kk2: 'kk2' is unknown; a layer is spelled like max_k3_s2_p1"),
        ("max_k2-3-4", "max_k2-3-4: 'k2-3-4' is unknown; a layer is spelled like max_k3_s2_p1"),
        ("max_k2_k3", "max_k2_k3: 'k3' repeats kernel"),
        ("max_k2__s1", "max_k2__s1: '' is unknown; a layer is spelled like max_k3_s2_p1"),
        ("max_k²", "max_k²: 'k²' is unknown; a layer is spelled like max_k3_s2_p1"),
        ("max_k2_norm3", "max_k2_norm3: 'norm3' is unknown; a layer is spelled like max_k3_s2_p1"),
        ("max_k2_p2", "max_k2_p2: padding must be smaller than the kernel, got 2 for a kernel of"),
        ("max_k0", "max_k0: kernel must be at least 1, got 0"),
        ("lp_k2_norm99", "lp_k2_norm99: norm must lie between 1 and 32, got 99.0"),
        ("avg_to7_s2", "avg_to7_s2: an adaptive window has no stride"),
    ],
)
def test_another_word_is_refused_with_what_is_wrong_in_it(word: str, message: str) -> None:
    with pytest.raises(PoolcliError) as caught:
        read_pooling(word)
    assert str(caught.value).startswith(message)


sizes = st.integers(1, 99)
pairs = st.tuples(sizes, sizes)


@st.composite
def windows(draw: st.DrawFn) -> AnyWindow:
    if draw(st.booleans()):
        return AdaptiveWindow.of(draw(pairs))
    rows, columns = kernel = draw(pairs)
    down, across = st.integers(0, rows - 1), st.integers(0, columns - 1)
    padding = draw(st.just("same") | st.tuples(st.tuples(down, down), st.tuples(across, across)))
    ceil_mode = padding != "same" and draw(st.booleans())
    return Window.of(kernel, draw(pairs), padding, draw(pairs), ceil_mode)


operations = (
    st.sampled_from(list(OPERATIONS.values())).map(lambda kind: kind())
    | st.builds(Lp, st.floats(1, 32).map(lambda norm: round(norm, 6)))
    | st.builds(Average, st.booleans())
)


@given(st.builds(Pooling, operations, windows()))
def test_every_layer_is_read_as_it_was_spelled(layer: Pooling) -> None:
    assert read_pooling(spell_pooling(layer)) == layer


def test_the_words_of_parameters_do_not_begin_like_those_of_windows() -> None:
    letters = ("k", "s", "p", "d", "to", "ceil")
    words = {one.word for kind in OPERATIONS.values() for one in parameters_of(kind).values()}
    assert words == {"countpad", "norm"}
    assert not [word for word in words if word.startswith(letters) and word[1:2].isdecimal()]
    assert not [kind for kind in OPERATIONS if "_" in kind]
    assert spell_pooling(Pooling(Max())) == "max_k2"
