"""The explanation of a small image as a whole, and of one pixel of a large image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product

from poolcli.explanation.cells import Stage, overlaps, trace
from poolcli.explanation.diagram import PADDING, Diagram, becomes, beside, draw_image
from poolcli.explanation.sentences import sentence
from poolcli.geometry import AnyAxis, Axis, Pair, around, near, views
from poolcli.operations.cell import Cell
from poolcli.spelling import count, spell_number, spell_range, spell_sides

WIDTH = 96
MOST_DRAWINGS = 16  # of windows that overlap; more would tell less than the first
LARGEST_DRAWING = 16  # rows or columns
MOST_RUNS = 6  # of unused rows or columns that are listed
COUNTED = (
    "Rows and columns are counted from 0. A range leaves out its end: rows 0:2 are rows 0 and 1."
)


def explain_all(chain: Sequence[Stage], given: str = "the input") -> list[str]:
    """Return drawings of every iteration of a small gray image, and a sentence per value.

    Parameters
    ----------
    chain : sequence of Stage
        Of images with one channel, each kept whole.
    given : str
        The name of the input of the first iteration.
    """
    lines = [COUNTED]
    for stage in chain:
        name = _name(stage, chain)
        rows, columns = stage.step.shape
        numbered = f"iteration {stage.number}: " if len(chain) > 1 else ""
        windows = count(rows * columns, "window")
        sizes = [spell_sides(shape) for shape in (stage.step.input_shape, stage.step.shape)]
        heading = f"{_input(stage, given)}, {sizes[0]}, becomes {name}, {sizes[1]}, by {windows}"
        lines += ["", numbered + heading, "", *_draw(stage, name), ""]
        for index in product(range(rows), range(columns)):
            lines.append(_derive(stage.cell(index, 0), chain, given))
        lines += ["", _left_out(stage, given)]
    return lines


def explain_cell(
    chain: Sequence[Stage], index: Pair, channels: Sequence[str], given: str = "the input"
) -> list[str]:
    """Return the derivation of one value of the last iteration, back to the input, per channel."""
    steps = [stage.step for stage in chain]
    rows, columns = views(steps, index)[-1]
    last = _name(chain[-1], chain)
    sight = (
        f"{last}[{index[0]},{index[1]}] sees rows {spell_range(rows)}, cols {spell_range(columns)}"
        f" of {given}: {spell_sides((len(rows), len(columns)))}"
    )
    lines = [COUNTED, "", sight]
    for channel, name in enumerate(channels):
        cells = trace(chain, index, channel)
        lines.append("")
        if name:
            lines.append(f"{name}:")
        lines += [_derive(cell, chain, given) for cell in cells]
        lines += _origin(cells, len(chain), given)
        if max(len(rows), len(columns)) <= LARGEST_DRAWING:
            lines += ["", *_draw_view(chain[0], cells[-1], rows, columns)]
    return [*lines, "", *(_left_out(stage, given) for stage in chain)]


def _derive(cell: Cell, chain: Sequence[Stage], given: str) -> str:
    """Return the sentence of a cell; it names iterations only if there are several."""
    stage = chain[cell.iteration - 1]
    return sentence(cell, _name(stage, chain), _input(stage, given) if len(chain) > 1 else "")


def _origin(cells: Sequence[Cell], iterations: int, given: str) -> Iterator[str]:
    """Yield a line on the path through the iterations that the sentences took."""
    row, column = cells[-1].followed
    value = spell_number(cells[0].value)
    if all(cell.winners for cell in cells) and cells[0].operation.keeps_pixels:
        yield f"so this {value} is the pixel at ({row}, {column}) of {given}"
    elif iterations > 1:
        yield "each line explains one value of the line above it: that in the window's middle"


def _name(stage: Stage, chain: Sequence[Stage]) -> str:
    """Return the name of the output of an iteration."""
    return f"out{stage.number}" if len(chain) > 1 else "out"


def _input(stage: Stage, given: str) -> str:
    return f"out{stage.number - 1}" if stage.number > 1 else given


def _draw(stage: Stage, name: str) -> list[str]:
    """Draw the input with its windows, and the output."""
    output = [[spell_number(value) for value in row] for row in stage.output[:, :, 0].tolist()]
    rows, columns = stage.step.shape
    drawing = draw_image(output)
    drawing.box(range(rows), range(columns))
    result = [f"{name}:", *drawing.lines()]
    indices = [(row, column) for row in range(rows) for column in range(columns)]
    if _is_tiled(stage):
        pairs = f"Each box is a window, and makes the value of {name} at the same position."
        return [*becomes(_drawing(stage, indices), result, WIDTH), "", pairs, *_legend(stage)]
    drawn = indices if len(indices) <= MOST_DRAWINGS else indices[:1]
    pictures = [[f"{name}[{r},{c}] sees:", *_drawing(stage, [(r, c)])] for r, c in drawn]
    lines = beside(pictures, WIDTH)
    if drawn != indices:
        lines += ["", _further(stage)]
    if legend := _legend(stage):
        lines += ["", *legend]
    return [*lines, "", *result]


def _draw_view(stage: Stage, cell: Cell, rows: range, columns: range) -> list[str]:
    """Draw the pixels of the input that a value sees, and the window that was traced."""
    pixels = stage.image[rows.start : rows.stop, columns.start : columns.stop, cell.channel]
    drawing = draw_image(
        [[spell_number(p) for p in row] for row in pixels.tolist()], (rows[0], columns[0])
    )
    for box in _boxes(cell.rows, cell.columns):
        drawing.box(*box)
    return ["these pixels, with the window of the last line above:", *drawing.lines()]


def _is_tiled(stage: Stage) -> bool:
    """Return whether one drawing can show all windows."""
    whole = all(axis.window(0).step == 1 for axis in stage.step.axes)
    return whole and not any(map(overlaps, stage.step.axes))


def _drawing(stage: Stage, windows: Sequence[Pair]) -> list[str]:
    """Draw the input with some windows: padding as dots, unseen pixels in parentheses."""
    axes = stage.step.axes
    rows, columns = map(_drawn, axes)
    unseen = [{position for run in axis.unused() for position in run} for axis in axes]
    words = {}
    for row, column in product(rows, columns):
        if 0 <= row < axes[0].size and 0 <= column < axes[1].size:
            word = spell_number(stage.image[row, column, 0].item())
            if row in unseen[0] or column in unseen[1]:
                word = f"({word})"
            elif any(unseen):
                word += " "
            words[row, column] = word
        elif row < axes[0].size + axes[0].after and column < axes[1].size + axes[1].after:
            words[row, column] = PADDING
    drawing = Diagram(rows, columns, words)
    for index in windows:
        sides = (near(axis.window(i), axis.size) for axis, i in zip(axes, index, strict=True))
        for box in _boxes(*sides):
            drawing.box(*box)
    return drawing.lines()


def _drawn(axis: AnyAxis) -> range:
    """Return the positions to draw: the image and, near it, the padding that windows see."""
    most = around(axis.size)
    end = max(axis.size + axis.after, axis.window(axis.output - 1)[-1] + 1)
    return range(-min(axis.before, most), min(end, axis.size + most))


def _boxes(rows: range, columns: range) -> list[tuple[range, range]]:
    """Return the rectangle of a window, or a square per pixel of a dilated window."""
    if rows.step == columns.step == 1:
        return [(rows, columns)]
    return [(range(r, r + 1), range(c, c + 1)) for r in rows for c in columns]


def _further(stage: Stage) -> str:
    """Return a line on the positions of the windows that are not drawn."""
    down, right = (
        axis.window(1)[0] - axis.window(0)[0] if axis.output > 1 else 0 for axis in stage.step.axes
    )
    return f"The next window lies {right} to the right, the next row of windows {down} below."


def _legend(stage: Stage) -> list[str]:
    """Return the legend of the marks in a drawing."""
    axes, operation = stage.step.axes, stage.operation
    legend = []
    if any(axis.before or axis.after for axis in axes):
        effect = "never added or counted" if operation.chosen is None else "never chosen"
        if operation.padding_counts:
            effect = "counted in averages, as 0"
        legend.append(f"{PADDING} is padding, a position without a pixel: {effect}.")
    if any(max(axis.before, axis.after) > around(axis.size) for axis in axes):
        legend.append("Padding and windows go on beyond what is drawn.")
    if any(axis.dropped + axis.skipped for axis in axes):
        legend.append("A pixel in parentheses is in no window.")
    return legend


def _left_out(stage: Stage, given: str) -> str:
    """Return a line on the pixels that are in no window, with the reason."""
    axes, of = stage.step.axes, _input(stage, given)
    parts = []
    for axis, name in zip(axes, ("row", "column"), strict=True):
        runs = axis.unused()
        first = list(islice(runs, MOST_RUNS))
        if first:
            listed = [str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in first]
            if more := sum(1 for _ in runs):
                listed.append(f"… {more} more")
            names = name if len(first) == len(first[0]) == 1 else f"{name}s"
            parts.append(f"all of {names} {', '.join(listed)}")
    if not parts:
        return f"left out of {of}: nothing"
    seen = [axis.size - axis.dropped - axis.skipped for axis in axes]
    pixels = axes[0].size * axes[1].size
    reasons = {
        "the next window would reach beyond the edge": any(axis.dropped for axis in axes),
        "the stride leaves gaps between the windows": any(map(_strides_over, axes)),
        "dilation leaves gaps within the windows": any(map(_looks_past, axes)),
    }
    why = " and ".join(reason for reason, holds in reasons.items() if holds)
    lost = f"{pixels - seen[0] * seen[1]:,} of {pixels:,} pixels"
    return f"left out of {of}: {lost}, {' and '.join(parts)}, since {why}"


def _strides_over(axis: AnyAxis) -> bool:
    return isinstance(axis, Axis) and axis.output > 1 and axis.stride > axis.extent


def _looks_past(axis: AnyAxis) -> bool:
    return isinstance(axis, Axis) and axis.dilation > 1 and axis.skipped > 0
