"""The notation of a layer, as in file names: `max_k3_s2_p1`, `lp_k2_norm3`, `avg_to7`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from poolcli.errors import PoolcliError
from poolcli.geometry import AdaptiveWindow, AnyWindow, Window
from poolcli.geometry.window import Padding
from poolcli.operations import OPERATIONS, Operation, Pooling, parameters_of
from poolcli.spelling import read_dashed, spell_dashed

# The words of a window by the parameters of `Window.of`, in their order.
_LETTERS = {"k": "kernel", "s": "stride", "p": "padding", "d": "dilation"}


def spell_pooling(pooling: Pooling) -> str:
    """Return the word of a layer: the operation, then what differs from its default."""
    words = [*window_words(pooling.window), *pooling.operation.words]
    return "_".join([pooling.operation.name, *words])


def read_pooling(text: str) -> Pooling:
    """Return the layer that `spell_pooling` spells as `text`.

    Raises
    ------
    PoolcliError
        If a word is unknown or repeated, or a value is out of range; the message names the word.
    """
    name, *words = text.split("_")
    if name not in OPERATIONS:
        raise PoolcliError(f"{text}: {name!r} is no operation; use one of {', '.join(OPERATIONS)}")
    window: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    for word in words:
        key, value = _read_parameter(OPERATIONS[name], word) or (None, None)
        found = parameters
        if key is None:
            key, value = _read_window(text, word)
            found = window
        if key in found:
            raise PoolcliError(f"{text}: {word!r} repeats {key}")
        found[key] = value
    try:
        return Pooling(OPERATIONS[name](**parameters), _make_window(window))
    except PoolcliError as error:
        raise PoolcliError(f"{text}: {error}") from None


def window_words(window: AnyWindow) -> list[str]:
    """Return the words of a window: the kernel, then what differs from its default."""
    if isinstance(window, AdaptiveWindow):
        return [f"to{spell_dashed(window.output_size)}"]
    words = [f"k{spell_dashed(window.kernel)}"]
    if window.stride != window.kernel:
        words.append(f"s{spell_dashed(window.stride)}")
    if window.padding != ((0, 0), (0, 0)):
        words.append(f"p{_spell_padding(window.padding)}")
    if window.dilation != (1, 1):
        words.append(f"d{spell_dashed(window.dilation)}")
    if window.ceil_mode:
        words.append("ceil")
    return words


def parameter_words(operations: Sequence[Operation]) -> list[str]:
    """Return the words of the parameters of operations that differ from their defaults."""
    return [word for operation in operations for word in operation.words]


def _read_parameter(kind: type[Operation], word: str) -> tuple[str, Any] | None:
    """Return the field and the value of a parameter; None for a word of something else."""
    for field, parameter in parameters_of(kind).items():
        if parameter.is_flag and word == parameter.word:
            return field, True
        number = word.removeprefix(parameter.word)
        if not parameter.is_flag and re.fullmatch(r"\d+(\.\d+)?", number, re.ASCII):
            return field, float(number)
    return None


def _read_window(text: str, word: str) -> tuple[str, Any]:
    """Return the parameter of a window that a word spells, and its value."""
    if word == "ceil":
        return "ceil_mode", True
    if word == "psame":
        return "padding", "same"
    key = "output_size" if word.startswith("to") else _LETTERS.get(word[:1])
    numbers = word.removeprefix("to") if key == "output_size" else word[1:]
    try:
        values = read_dashed(numbers)
    except ValueError:
        values = ()
    if key is None or len(values) not in ((1, 2, 4) if key == "padding" else (1, 2)):
        raise PoolcliError(f"{text}: {word!r} is unknown; a layer is spelled like max_k3_s2_p1")
    if len(values) == 4:
        top, bottom, left, right = values
        return key, ((top, bottom), (left, right))
    return key, values[0] if len(values) == 1 else values


def _make_window(values: dict[str, Any]) -> AnyWindow:
    if "output_size" not in values:
        return Window.of(**values)
    if others := [name for name in values if name != "output_size"]:
        raise PoolcliError(f"an adaptive window has no {others[0].replace('_', ' ')}")
    return AdaptiveWindow.of(values["output_size"])


def _spell_padding(padding: Padding) -> str:
    if padding == "same":
        return "same"
    (top, bottom), (left, right) = padding
    if top == bottom and left == right:
        return spell_dashed((top, left))
    return f"{top}-{bottom}-{left}-{right}"
