"""Windows and iterations in words, for headings and captions."""

from __future__ import annotations

import os
from collections.abc import Sequence

from poolcli.geometry import AdaptiveWindow, AnyWindow, Pair, Step, count_lines


def name_operation(
    operation: str, window: AnyWindow, count_include_pad: bool = False, norm: float = 2.0
) -> str:
    """Name an operation and its window: `max, kernel 2×2, stride 2`."""
    name = f"{operation} with p = {norm:g}" if operation == "lp" else operation
    counted = ["padding counted"] * count_include_pad
    return ", ".join([name, name_window(window), *counted])


def name_variant(operation: str, count_include_pad: bool = False, norm: float = 2.0) -> str:
    """Name an operation among others with the same window: `avg, padding counted`."""
    power = [f"p = {norm:g}"] * (operation == "lp")
    return ", ".join([operation, *power, *["padding counted"] * count_include_pad])


def name_window(window: AnyWindow) -> str:
    """Name a window: `kernel 2×2, stride 2`."""
    if isinstance(window, AdaptiveWindow):
        return f"adaptive to {_times(window.output_size)}"
    parts = [f"kernel {_times(window.kernel)}", f"stride {_short(window.stride)}"]
    if window.padding == "same":
        parts.append("padding same")
    elif any(sides := (*window.padding[0], *window.padding[1])):
        one = len(set(sides)) == 1
        parts.append(f"padding {sides[0] if one else ','.join(map(str, sides))}")
    if window.dilation != (1, 1):
        parts.append(f"dilation {_short(window.dilation)}")
    if window.ceil_mode:
        parts.append("ceil mode")
    return ", ".join(parts)


def caption(number: int, step: Step, start: Pair) -> list[str]:
    """Say of an iteration how large it is and what one of its pixels stands for.

    `start` is the (rows, columns) of the chain's first image.
    """
    share = 100 * step.shape[0] * step.shape[1] / (start[0] * start[1])
    left = f"{share:.3g} %" if share >= 0.01 else "under 0.01 %"
    field = f"{_times(step.receptive_field)} px"
    sees = f"sees {field}, step {_short(step.jump)}" if step.jump else f"sees up to {field}"
    return [f"iteration {number}", f"{name_pixels(step.shape)}, {left} of the pixels", sees]


def name_unused(dropped: Pair, skipped: Pair) -> str:
    """Name the pixels that no window saw: `1 column dropped, 2 rows skipped`, or nothing."""
    pairs = {"dropped": dropped, "skipped": skipped}
    return ", ".join(f"{count_lines(pair)} {what}" for what, pair in pairs.items() if any(pair))


def name_pixels(shape: Sequence[int]) -> str:
    """Name an image's size: `300×451 px`, rows first as everywhere a kernel is named."""
    return f"{_times(shape[:2])} px"


def name_file(path: str) -> str:
    """Name an input without its folders."""
    return "standard input" if path == "-" else os.path.basename(path)  # noqa: PTH119 - is text


def spell_command(command: Sequence[str], path: str) -> tuple[str, ...]:
    """Give the words of a command, spelled without its input, for one input alone."""
    if not command:
        return ()
    verb, *options = command
    # A name that begins like an option would be read as one.
    hidden = path.startswith("-") and path != "-"
    return "poolcli", verb, f"./{path}" if hidden else path, *options


def name_sides(shape: Sequence[int]) -> str:
    """Name a size so that nobody takes one side for the other: `300 rows × 451 columns`."""
    return " × ".join(
        f"{count} {name}{'s' * (count != 1)}"
        for count, name in zip(shape, ("row", "column"), strict=False)
    )


def _times(numbers: Sequence[int]) -> str:
    return "×".join(map(str, numbers))


def _short(numbers: Pair) -> str:
    return str(numbers[0]) if numbers[0] == numbers[1] else _times(numbers)
