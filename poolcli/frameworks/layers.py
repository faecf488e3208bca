"""Which layer of a framework computes an operation."""

from __future__ import annotations

from dataclasses import dataclass

from poolcli.operations import Operation


class Unsupported(Exception):  # noqa: N818 - no error: the framework has nothing to compare with
    """A framework cannot compute a pooling; the message is the rest of a sentence about it."""


@dataclass(frozen=True)
class Layer:
    """A layer or function of a framework.

    Attributes
    ----------
    name : str
        As the framework spells it: `MaxPool2d`.
    negated : bool
        The operation is the negative of the layer, applied to the negative image.
    """

    name: str
    negated: bool


def find_layer(operation: Operation, framework: str) -> Layer:
    """Return the layer that computes an operation.

    Parameters
    ----------
    operation : Operation
        Its `layers` name the layer; a minus in front of the name negates image and result.
    framework : str
        A key of `layers`.

    Raises
    ------
    Unsupported
        If the framework has no such layer.
    """
    name = operation.layers.get(framework)
    if name is None:
        raise Unsupported(f"has no {operation.name} pooling")
    return Layer(name.removeprefix("-"), name.startswith("-"))
