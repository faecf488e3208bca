"""Poolings and iterations in words, for headings and captions."""

from __future__ import annotations

import os
from collections.abc import Sequence

from poolcli.geometry import AdaptiveWindow, AnyWindow, Pair, Step
from poolcli.operations import Pooling
from poolcli.spelling import spell_lines, spell_numbers, spell_pair, spell_size


def name_pooling(pooling: Pooling) -> str:
    """Return the operation and its window: `max, kernel 2×2, stride 2`."""
    operation = pooling.operation
    return ", ".join([operation.title, name_window(pooling.window), *operation.remarks])


def name_window(window: AnyWindow) -> str:
    """Return a window in words: `kernel 2×2, stride 2`."""
    if isinstance(window, AdaptiveWindow):
        return f"adaptive to {spell_size(window.output_size)}"
    parts = [f"kernel {spell_size(window.kernel)}", f"stride {spell_pair(window.stride)}"]
    if window.padding == "same":
        parts.append("padding same")
    elif any(sides := (*window.padding[0], *window.padding[1])):
        one = len(set(sides)) == 1
        parts.append(f"padding {sides[0] if one else spell_numbers(sides)}")
    if window.dilation != (1, 1):
        parts.append(f"dilation {spell_pair(window.dilation)}")
    if window.ceil_mode:
        parts.append("ceil mode")
    return ", ".join(parts)


def caption(number: int, step: Step, start: Pair) -> list[str]:
    """Return the caption of an iteration: its number, its size, its receptive field.

    Parameters
    ----------
    number : int
        From 1.
    start : (rows, columns)
        The size of the first image of the chain.
    """
    share = 100 * step.shape[0] * step.shape[1] / (start[0] * start[1])
    left = f"{share:.0f} %" if share >= 100 else f"{share:.3g} %"
    if share < 0.01:
        left = "under 0.01 %"
    field = f"{spell_size(step.receptive_field)} px"
    sees = f"sees {field}, step {spell_pair(step.jump)}" if step.jump else f"sees up to {field}"
    return [f"iteration {number}", f"{name_pixels(step.shape)}, {left} of the pixels", sees]


def name_unused(dropped: Pair, skipped: Pair) -> str:
    """Return the unused pixels in words, if any: `1 column dropped, 2 rows skipped`."""
    pairs = {"dropped": dropped, "skipped": skipped}
    return ", ".join(f"{spell_lines(pair)} {what}" for what, pair in pairs.items() if any(pair))


def name_pixels(shape: Sequence[int]) -> str:
    """Return the size of an image in pixels, rows first: `300×451 px`."""
    return f"{spell_size(shape[:2])} px"


def name_file(path: str) -> str:
    """Return the name of an input without its folders."""
    return "standard input" if path == "-" else os.path.basename(path)  # noqa: PTH119 - is text


def spell_command(command: Sequence[str], path: str) -> tuple[str, ...]:
    """Return the words of a command with one input; `command` is its verb and its options."""
    if not command:
        return ()
    verb, *options = command
    # A name that begins like an option would be read as one.
    hidden = path.startswith("-") and path != "-"
    return "poolcli", verb, f"./{path}" if hidden else path, *options
