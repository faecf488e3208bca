"""Records as JSON: what docs/json.md describes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from poolcli.geometry import AdaptiveWindow

if TYPE_CHECKING:
    from poolcli.pipeline import Record, Settings


def as_dict(record: Record, settings: Settings) -> dict[str, Any]:
    """Give a record as what JSON holds."""
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
    names: list[str] = [one.operation for one in settings.each]
    return names if settings.beside else names[0]


def as_number(value: float) -> float | str:
    """Give a number as JSON can hold it: NaN and infinity as text."""
    if isinstance(value, int):
        return value
    # JSON has the range of float64, and a long double may lie beyond it.
    near = float(value)
    return near if math.isfinite(near) else str(value)


def settings_as_dict(settings: Settings) -> dict[str, Any]:
    """Spell out every setting."""
    window, preparation = settings.window, settings.preparation
    if isinstance(window, AdaptiveWindow):
        where: dict[str, Any] = {"output_size": list(window.output_size)}
    else:
        same = window.padding == "same"
        where = {
            "kernel": list(window.kernel),
            "stride": list(window.stride),
            "padding": "same" if same else [list(sides) for sides in window.padding],
            "dilation": list(window.dilation),
            "ceil_mode": window.ceil_mode,
        }
    return {
        **where,
        "iterations": settings.iterations,
        "exact": settings.exact,
        "count_include_pad": any(one.count_include_pad for one in settings.each),
        "norm": next((one.norm for one in settings.each if one.operation == "lp"), None),
        "gray": preparation.gray,
        "resize": str(preparation.size) if preparation.size else None,
        "filter": preparation.filter,
        "relu": preparation.relu,
        "scale": settings.scale,
    }
