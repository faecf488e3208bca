"""Windows and iterations in words, for headings and captions."""

from __future__ import annotations

from collections.abc import Sequence

from poolcli.geometry import AdaptiveWindow, AnyWindow, Pair, Step


def name_operation(
    operation: str, window: AnyWindow, count_include_pad: bool = False, norm: float = 2.0
) -> str:
    """Name an operation and its window: `max, kernel 2×2, stride 2`."""
    parts = [f"{operation} with p = {norm:g}" if operation == "lp" else operation]
    if isinstance(window, AdaptiveWindow):
        return f"{parts[0]}, adaptive to {_times(window.output_size)}"
    parts += [f"kernel {_times(window.kernel)}", f"stride {_short(window.stride)}"]
    if window.padding == "same":
        parts.append("padding same")
    elif any(sides := (*window.padding[0], *window.padding[1])):
        one = len(set(sides)) == 1
        parts.append(f"padding {sides[0] if one else ','.join(map(str, sides))}")
    if count_include_pad:
        parts.append("padding counted")
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
    sees = f"sees {_times(step.receptive_field)} px"
    if step.jump:
        sees += f", step {_short(step.jump)}"
    return [f"iteration {number}", f"{name_pixels(step.shape)}, {left} of the pixels", sees]


def name_pixels(shape: Sequence[int]) -> str:
    """Name an image's size: `300×451 px`, rows first as everywhere a kernel is named."""
    return f"{_times(shape[:2])} px"


def _times(numbers: Sequence[int]) -> str:
    return "×".join(map(str, numbers))


def _short(numbers: Pair) -> str:
    return str(numbers[0]) if numbers[0] == numbers[1] else _times(numbers)
