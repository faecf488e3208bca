"""Pool images the way a convolutional network does.

The public functions are loaded when they are first used, so that `import poolcli` costs
next to nothing.
"""

from __future__ import annotations

from importlib import import_module

# Of typing, which imports much that might lie in the current folder.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from poolcli.errors import PoolcliError
    from poolcli.operations.functions import adaptive_pool2d, pool2d

__version__ = "0.1.0"

_HOMES = {
    "PoolcliError": "poolcli.errors",
    "adaptive_pool2d": "poolcli.operations.functions",
    "pool2d": "poolcli.operations.functions",
}

__all__ = ["PoolcliError", "adaptive_pool2d", "pool2d"]


def __getattr__(name: str) -> object:
    """Load a public name from its module (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted([*__all__, "__version__"])
