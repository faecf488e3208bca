"""The base class of the types of options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

# Click's class is generic since 8.4; before, a subscript raises when the module is imported.
if TYPE_CHECKING:
    ParameterType = click.ParamType[Any]
else:
    ParameterType = click.ParamType
