"""Records as JSON, as docs/json.md describes them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from poolcli.geometry import AdaptiveWindow, AnyWindow
from poolcli.operations import Operation, owners

if TYPE_CHECKING:
    from poolcli.pipeline import Record, Settings


def as_dict(record: Record, settings: Settings) -> dict[str, Any]:
    """Return a record for JSON."""
    return {
        "input": record.job.source,
        "status": record.status,
        "operation": _operation(settings),
        "settings": settings_as_dict(settings),
        "shape": list(record.shape),
        "dtype": record.dtype or None,
        "iterations": [
            {
                "output": iteration.output,
                "shape": list(iteration.shape),
                "dropped": list(iteration.dropped),
                "skipped": list(iteration.skipped),
                "clipped": iteration.clipped,
            }
            for iteration in record.iterations
        ],
        "figure": None if record.status == "failed" else record.job.figure,
        "warnings": list(record.warnings),
        "error": record.error,
        "seconds": round(record.seconds, 6),
    }


def _operation(settings: Settings) -> str | list[str]:
    names = [operation.name for operation in settings.operations]
    return names if settings.beside else names[0]


def as_number(value: float) -> float | str:
    """Return a number for JSON: NaN and infinity as text."""
    if isinstance(value, int):
        return value
    # JSON has the range of float64, and a long double may lie beyond it.
    near = float(value)
    return near if math.isfinite(near) else str(value)


def settings_as_dict(settings: Settings) -> dict[str, Any]:
    """Return every setting, for JSON."""
    preparation = settings.preparation
    return {
        **_window(settings.window),
        "iterations": settings.iterations,
        "exact": settings.exact,
        **_parameters(settings.operations),
        "gray": preparation.gray,
        "resize": str(preparation.size) if preparation.size else None,
        "filter": preparation.filter,
        "relu": preparation.relu,
        "scale": settings.scale,
    }


def _window(window: AnyWindow) -> dict[str, Any]:
    if isinstance(window, AdaptiveWindow):
        return {"output_size": list(window.output_size)}
    is_same = window.padding == "same"
    return {
        "kernel": list(window.kernel),
        "stride": list(window.stride),
        "padding": "same" if is_same else [list(sides) for sides in window.padding],
        "dilation": list(window.dilation),
        "ceil_mode": window.ceil_mode,
    }


def _parameters(operations: Sequence[Operation]) -> dict[str, Any]:
    """Return the parameters of all operations; of those that are not used False or None."""
    found: dict[str, Any] = {}
    for name, (parameter, kind, field) in owners().items():
        used = [getattr(each, field) for each in operations if isinstance(each, kind)]
        unused = False if parameter.is_flag else None
        found[name] = used[0] if used else unused
    return found
