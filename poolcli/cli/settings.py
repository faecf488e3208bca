"""The values that options make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from poolcli.errors import PoolcliError
from poolcli.geometry import AdaptiveWindow, AnyWindow, Pair, Window
from poolcli.geometry.parameters import whole
from poolcli.operations import OPERATIONS, Operation, Pooling, owners, parameters_of
from poolcli.vocabulary import LARGEST_ITERATIONS

if TYPE_CHECKING:
    from poolcli.geometry import PaddingLike
    from poolcli.geometry.region import Zoom
    from poolcli.images import Reading
    from poolcli.pipeline import Settings
    from poolcli.plan import Naming
    from poolcli.prepare import Preparation


@dataclass(frozen=True)
class Poolings:
    """One or more operations over the same windows.

    Attributes
    ----------
    operations : tuple of Operation
        At least one.
    window : Window or AdaptiveWindow
        Of every iteration.
    iterations : int
    exact : bool
        Refuse an image of which a pixel would go unused.

    Raises
    ------
    PoolcliError
        If the number of iterations is not 1 to 256.
    """

    operations: tuple[Operation, ...]
    window: AnyWindow
    iterations: int = 1
    exact: bool = False

    def __post_init__(self) -> None:
        """Raise PoolcliError for a number of iterations that is out of range."""
        whole(self.iterations, "iterations", minimum=1, maximum=LARGEST_ITERATIONS)

    @property
    def each(self) -> tuple[Pooling, ...]:
        """Return each operation with the window."""
        return tuple(Pooling(operation, self.window) for operation in self.operations)


def _usual_zoom() -> Zoom:
    """Return the zoom that the figure chooses."""
    from poolcli.geometry.region import Zoom

    return Zoom()


@dataclass(frozen=True)
class Look:
    """The look of a figure.

    Attributes
    ----------
    colormap : str or None
        The colours for one channel, a name of matplotlib; None for the usual ones.
    zoom : Zoom or None
        The part of the image that is enlarged; None for no enlarged part.
    histogram : bool
        Whether the distribution of intensities is shown.

    Raises
    ------
    PoolcliError
        If matplotlib has no such colours.
    """

    colormap: str | None = None
    zoom: Zoom | None = field(default_factory=_usual_zoom)
    histogram: bool = False

    def __post_init__(self) -> None:
        """Raise PoolcliError for colours that do not exist."""
        if self.colormap is not None:
            from poolcli.figures import check_colormap

            check_colormap(self.colormap)


@dataclass(frozen=True)
class Results:
    """The files that a run writes.

    Attributes
    ----------
    naming : Naming
    scale : bool
        Map 0..1 to the range of the files.
    look : Look
        Of figures.
    """

    naming: Naming
    scale: bool = False
    look: Look = field(default_factory=Look)


def make_poolings(
    *,
    operations: Sequence[str],
    kernel: Pair | None,
    stride: Pair | None,
    padding: PaddingLike | None,
    dilation: Pair | None,
    ceil_mode: bool,
    exact: bool,
    iterations: int,
    output_size: Pair | None,
    **parameters: Any,
) -> Poolings:
    """Return operations and their window, made of the values of options.

    None and False are the values of options that are not given.

    Parameters
    ----------
    operations : sequence of str
        Names.
    **parameters
        Those of operations, by their names in Python.

    Raises
    ------
    PoolcliError
        If a parameter is given whose operation is not among `operations`, or an option beside
        `output_size`, which chooses the windows; or if a value is out of range.
    """
    given = {
        name: value
        for name, value in parameters.items()
        if value is not None and value is not False
    }
    _check_owners(operations, given)
    made = tuple(_make_operation(OPERATIONS[name], given) for name in operations)
    if output_size is None:
        window = Window.of(kernel or 2, stride, padding or 0, dilation or 1, ceil_mode)
        return Poolings(made, window, iterations, exact)
    options = {
        "-k": kernel,
        "-s": stride,
        "-p": padding,
        "--dilation": dilation,
        "--ceil": ceil_mode,
        "--exact": exact,
    }
    conflicts = [option for option, value in options.items() if value]
    known = [owners()[name][0] for name in given]
    conflicts += [parameter.option for parameter in known if not parameter.adaptive]
    if iterations > 1:
        conflicts.append("-n")
    if conflicts:
        raise PoolcliError(f"--to chooses the windows itself; leave out {', '.join(conflicts)}")
    return Poolings(made, AdaptiveWindow.of(output_size), iterations)


def _check_owners(operations: Sequence[str], given: dict[str, Any]) -> None:
    """Raise PoolcliError for a parameter of an operation that is not used."""
    for name in given:
        parameter, kind, _ = owners()[name]
        if kind.name not in operations:
            raise PoolcliError(f"{parameter.option} is for {kind.name}, which --ops does not name")


def _make_operation(kind: type[Operation], given: dict[str, Any]) -> Operation:
    parameters = parameters_of(kind).items()
    return kind(
        **{field_: given[known.name] for field_, known in parameters if known.name in given}
    )


def make_settings(
    poolings: Poolings,
    preparation: Preparation,
    reading: Reading,
    results: Results | None = None,
    command: tuple[str, ...] = (),
) -> Settings:
    """Return the settings of a pipeline.

    Parameters
    ----------
    results : Results or None
        None for a command that writes no images.
    command : tuple of str
        The command to print in figures.
    """
    from poolcli.pipeline import Settings

    look = results.look if results else Look()
    first, *others = poolings.operations
    return Settings(
        Pooling(first, poolings.window),
        poolings.iterations,
        tuple(others),
        poolings.exact,
        preparation,
        reading,
        scale=results.scale if results else False,
        colormap=look.colormap,
        zoom=look.zoom,
        histogram=look.histogram,
        command=command,
    )
