"""The figure of an explanation: what each image of the chain shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from poolcli.captions import name_sides, name_window
from poolcli.explanation.cells import Array, Cell, Stage, trace
from poolcli.explanation.sentences import number
from poolcli.geometry import Pair, views

if TYPE_CHECKING:
    from poolcli.figures import Scene

LARGE = 16  # rows or columns; a larger image is shown whole before its part


def draw(
    heading: str,
    chains: Mapping[str, Sequence[Stage]],
    at: Pair,
    *,
    full: float | None,
    alpha: bool = False,
    footer: Sequence[str] = (),
    suffix: str = ".png",
) -> bytes:
    """Draw how one value of the last iteration came about, by each operation.

    Parameters
    ----------
    chains : mapping of str to sequence of Stage
        By operation.
    at : (row, column)
        Of the last result.
    full : float or None
        The value of white; None for a matrix.
    alpha : bool
        Whether the last channel is α.
    """
    from poolcli.figures import draw_explanation

    scenes = {name: _scenes(chain, at, alpha) for name, chain in chains.items()}
    first = next(iter(chains.values()))
    titles = _titles(first, at, several=len(chains) > 1)
    titles[0] += [name_window(first[0].pooling.window), *_legend(chains, scenes)]
    return draw_explanation(heading, titles, scenes, full=full, footer=footer, suffix=suffix)


def _scenes(chain: Sequence[Stage], at: Pair, alpha: bool) -> list[Scene]:
    """Show the input, every iteration's window in what goes into it, and the value itself."""
    from poolcli.figures import Scene

    channels = chain[0].image.shape[2] - alpha
    traces = [trace(chain, at, channel)[::-1] for channel in range(channels)]
    found = []
    if _is_large(chain[0]):
        sight = views([stage.step for stage in chain], at)[-1]
        found.append(Scene(visible(chain[0].image, alpha), None, sight, whole=True))
    for number_, stage in enumerate(chain):
        cells = [cells[number_] for cells in traces]
        found.append(
            Scene(visible(stage.image, alpha), stage.step, cells[0].window, _chosen(cells))
        )
    row, column = at
    value = range(row, row + 1), range(column, column + 1)
    found.append(Scene(visible(chain[-1].output, alpha), None, value))
    return found


def _chosen(cells: Sequence[Cell]) -> list[Pair | None]:
    """Give the pixel that each channel chose, as far as the channels look at one window."""
    return [
        cell.winners[0] if cell.winners and cell.window == cells[0].window else None
        for cell in cells
    ]


def _is_large(stage: Stage) -> bool:
    return max(stage.step.input_shape) > LARGE


def _titles(chain: Sequence[Stage], at: Pair, *, several: bool) -> list[list[str]]:
    """Caption every column."""
    large = _is_large(chain[0])
    titles = [["input", name_sides(chain[0].step.input_shape)]] if large else []
    for stage in chain:
        name = f"iteration {stage.number - 1}" if stage.number > 1 else "input"
        size = name_sides(stage.step.input_shape)
        titles.append([f"{name}, around the window" if large else name, size])
    last = f"iteration {len(chain)}" if len(chain) > 1 else "result"
    value = chain[-1].output[at]
    shown = "" if several or len(value) > 1 else f" = {number(value[0].item())}"
    titles.append([last, f"out[{at[0]},{at[1]}]{shown}"])
    return titles


def _legend(
    chains: Mapping[str, Sequence[Stage]], scenes: Mapping[str, Sequence[Scene]]
) -> list[str]:
    """Say what is outlined."""
    chosen = [scene.chosen for row in scenes.values() for scene in row if any(scene.chosen)]
    names = {"max": "largest", "min": "smallest", "median": "middle"}
    kinds = " or ".join(word for name, word in names.items() if name in chains)
    colours = "blue" if chosen and len(chosen[0]) == 1 else "red, green, blue"
    return ["orange: the window", *[f"{colours}: its {kinds} pixel"] * bool(chosen)]


def visible(layers: Array, alpha: bool) -> Array:
    """Give pixels that a figure can show of (H, W, C): gray, RGB or RGBA."""
    channels = layers.shape[2]
    if alpha:
        return layers[:, :, [0, 0, 0, 1]] if channels == 2 else layers
    return np.ascontiguousarray(layers if channels == 3 else layers[:, :, 0])
