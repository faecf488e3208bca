"""Pool images the way a convolutional network does.

The modules of the public functions are imported when they are first used.
"""

from __future__ import annotations

# Not from typing, which imports modules that might lie in the current folder.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from poolcli.errors import PoolcliError
    from poolcli.operations.functions import adaptive_pool2d, pool2d

__version__ = "0.1.0"

__all__ = ["PoolcliError", "adaptive_pool2d", "pool2d"]


def __getattr__(name: str) -> object:
    """Import a public name from its module (PEP 562)."""
    if name == "PoolcliError":
        from poolcli import errors

        return errors.PoolcliError
    if name in __all__:
        from poolcli.operations import functions

        return getattr(functions, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted([*__all__, "__version__"])
