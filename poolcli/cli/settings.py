"""What options mean: settings made of the values that Click has read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from poolcli.errors import PoolcliError
from poolcli.geometry import AdaptiveWindow, AnyWindow, Window

if TYPE_CHECKING:
    from poolcli.geometry.region import Zoom
    from poolcli.images import Reading
    from poolcli.pipeline import Settings
    from poolcli.pooling import Operation

# Options that one operation has; beside `--ops` they are for that one alone.
OWNERS: dict[str, Operation] = {"--count-pad": "avg", "--norm": "lp"}


def settings_of(operation: Operation, values: dict[str, Any]) -> Settings:
    """Make the settings of one operation."""
    from poolcli.pipeline import Settings
    from poolcli.prepare import Preparation, Size

    if values.get("cmap"):
        from poolcli.figures import check_colormap

        check_colormap(values["cmap"])
    return Settings(
        operation=operation,
        window=window_of(values),
        iterations=values["iterations"],
        exact=values["exact"],
        count_include_pad=operation == "avg" and values["count_pad"],
        norm=(operation == "lp" and values["norm"]) or Settings.norm,
        preparation=Preparation(
            gray=values["gray"],
            size=Size(*values["size"]) if values["size"] else None,
            filter=values["filter"],
            relu=values["relu"],
        ),
        reading=reading_of(values),
        scale=values.get("scale", False),
        colormap=values.get("cmap"),
        zoom=zoom_of(values.get("zoom")),
        histogram=values.get("histogram", False),
    )


def reading_of(values: dict[str, Any]) -> Reading:
    """Make what says how inputs are read."""
    from poolcli.images import Reading

    return Reading(
        max_pixels=values["max_pixels"],
        tolerant=values["tolerant"],
        layout=values["layout"],
        array=values["array"],
    )


def zoom_of(value: tuple[int, ...] | str | None) -> Zoom | None:
    """Make what a figure shows enlarged; without an option that is for the figure to choose."""
    from poolcli.geometry.region import Zoom

    if value == "none":
        return None
    if value is None:
        return Zoom()
    row, column, *size = map(int, value)
    return Zoom((row, column), *size)


def window_of(values: dict[str, Any]) -> AnyWindow:
    """Make the window, which `--to` chooses in the place of other options."""
    kernel, stride, padding, dilation = (
        values[name] for name in ("kernel", "stride", "padding", "dilation")
    )
    if values["output_size"] is not None:
        given = {
            "-k": kernel,
            "-s": stride,
            "-p": padding,
            "--dilation": dilation,
            "--ceil": values["ceil_mode"],
            "--exact": values["exact"],
            "--count-pad": values.get("count_pad"),
            "-n": values["iterations"] > 1,
        }
        conflicts = [option for option, value in given.items() if value]
        if conflicts:
            raise PoolcliError(f"--to chooses the windows itself; leave out {', '.join(conflicts)}")
        return AdaptiveWindow.of(values["output_size"])
    return Window.of(kernel or 2, stride, padding or 0, dilation or 1, values["ceil_mode"])


def check_owners(operations: Sequence[Operation], values: dict[str, Any]) -> None:
    """Refuse an option whose operation is not among those that `--ops` names."""
    for option, owner in OWNERS.items():
        if values[option.strip("-").replace("-", "_")] and owner not in operations:
            raise PoolcliError(f"{option} is for {owner}, which --ops does not name")
