"""The figure of an explanation: the scenes and captions of each image of the chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from poolcli.arrays import Array
from poolcli.explanation.cells import Stage, trace
from poolcli.explanation.sentences import derivation
from poolcli.geometry import Pair, views
from poolcli.operations.cell import Cell
from poolcli.spelling import spell_sides

if TYPE_CHECKING:
    from poolcli.figures import Scene, Sheet

LARGE = 16  # rows or columns; a larger image is shown whole before its part


def draw(
    heading: str,
    chains: Mapping[str, Sequence[Stage]],
    at: Pair,
    *,
    window: str,
    full: float | None,
    alpha: bool = False,
    prepared: str = "",
    footer: Sequence[str] = (),
    suffix: str = ".png",
) -> bytes:
    """Return the content of a file with the figure of an explanation.

    Parameters
    ----------
    heading, chains, at, window, full, alpha, prepared, footer
        As in `sheet`.
    suffix : str
        Of the file: `.png`, `.svg` or `.pdf`.
    """
    from poolcli.figures import render

    made = sheet(
        heading,
        chains,
        at,
        window=window,
        full=full,
        alpha=alpha,
        prepared=prepared,
        footer=footer,
    )
    return render(made, suffix)


def sheet(
    heading: str,
    chains: Mapping[str, Sequence[Stage]],
    at: Pair,
    *,
    window: str,
    full: float | None,
    alpha: bool = False,
    prepared: str = "",
    footer: Sequence[str] = (),
) -> Sheet:
    """Return the figure of the windows of one value of the last iteration, for each operation.

    Parameters
    ----------
    heading : str
        The line on top.
    chains : mapping of str to sequence of Stage
        By operation.
    at : (row, column)
        The position of the value in the last result.
    window : str
        In words.
    full : float or None
        The value of white; None for a matrix.
    alpha : bool
        Whether the last channel is α.
    prepared : str
        The preparation of the input; empty for none.
    footer : sequence of str
        The words of the command.
    """
    from poolcli.figures import explanation

    scenes = {name: _scenes(chain, at, alpha) for name, chain in chains.items()}
    first = next(iter(chains.values()))
    titles = _titles(first, at, prepared=bool(prepared), several=len(chains) > 1)
    remarks = [remark for chain in chains.values() for remark in chain[0].operation.remarks]
    if prepared:
        titles[0].append(prepared)
    titles[0].append(", ".join([window, *remarks]))
    titles[0] += _legend(chains, scenes)
    return explanation(heading, titles, scenes, white=full, footer=footer)


def _scenes(chain: Sequence[Stage], at: Pair, alpha: bool) -> list[Scene]:
    """Return the scenes of the input, of each iteration's window and of the value itself."""
    from poolcli.figures import Scene

    channels = chain[0].image.shape[2] - 1 if alpha else chain[0].image.shape[2]
    traces = [trace(chain, at, channel)[::-1] for channel in range(channels)]
    found = []
    if _is_large(chain[0]):
        sight = views([stage.step for stage in chain], at)[-1]
        found.append(Scene(visible(chain[0].image, alpha), None, sight, whole=True))
    for index, stage in enumerate(chain):
        cells = [cells[index] for cells in traces]
        found.append(
            Scene(
                visible(stage.image, alpha),
                stage.step,
                cells[0].window,
                _chosen(cells),
                first=stage.image_first,
                shape=stage.step.input_shape,
            )
        )
    row, column = at
    value = range(row, row + 1), range(column, column + 1)
    last = chain[-1]
    pixels = visible(last.output, alpha)
    found.append(Scene(pixels, None, value, first=last.output_first, shape=last.step.shape))
    return found


def _chosen(cells: Sequence[Cell]) -> list[Pair | None]:
    """Return the pixel that each channel chose, or None if its window is not the first one's."""
    return [
        cell.winners[0] if cell.winners and cell.window == cells[0].window else None
        for cell in cells
    ]


def _is_large(stage: Stage) -> bool:
    return max(stage.step.input_shape) > LARGE


def _titles(chain: Sequence[Stage], at: Pair, *, prepared: bool, several: bool) -> list[list[str]]:
    """Return the caption of every column."""
    large = _is_large(chain[0])
    given = "prepared input" if prepared else "input"
    titles = [[given, spell_sides(chain[0].step.input_shape)]] if large else []
    for stage in chain:
        name = f"out{stage.number - 1}" if stage.number > 1 else given
        size = spell_sides(stage.step.input_shape)
        titles.append([f"{name}, around the window" if large else name, size])
    last = f"out{len(chain)}" if len(chain) > 1 else "out"
    titles.append([last, spell_sides(chain[-1].step.shape)])
    if not several and chain[-1].output.shape[2] == 1:
        titles[-1].append(f"{last}[{at[0]},{at[1]}] {derivation(chain[-1].cell(at, 0))}")
    return titles


def _legend(
    chains: Mapping[str, Sequence[Stage]], scenes: Mapping[str, Sequence[Scene]]
) -> list[str]:
    """Return caption lines that explain the colours of outlines."""
    chosen = {
        name: [scene.chosen for scene in row if any(scene.chosen)] for name, row in scenes.items()
    }
    words = {name: chain[0].operation.chosen for name, chain in chains.items()}
    kinds = " or ".join(word for name, word in words.items() if word and chosen[name])
    legend = ["orange: the window"]
    if kinds:
        several = any(len(pixels) > 1 for found in chosen.values() for pixels in found)
        legend.append(f"{'red, green, blue' if several else 'blue'}: its {kinds} pixel")
        if several and len(next(iter(chains.values()))) > 1:
            legend.append("before the last image: what red came from")
    return legend


def visible(layers: Array, alpha: bool) -> Array:
    """Return pixels that a figure can show of (H, W, C): gray, RGB or RGBA."""
    channels = layers.shape[2]
    if alpha:
        return layers[:, :, [0, 0, 0, 1]] if channels == 2 else layers
    return np.ascontiguousarray(layers if channels == 3 else layers[:, :, 0])
