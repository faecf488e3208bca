"""The operations: a file and a class for each, listed here once.

To add an operation, write its class in a file of this folder and add it to `OPERATIONS`. Every
command, option, caption, file name and check follows from the class.
"""

from __future__ import annotations

from typing import Any

from poolcli.errors import PoolcliError
from poolcli.geometry.parameters import quote
from poolcli.operations.average import Average
from poolcli.operations.lp import Lp
from poolcli.operations.max import Max
from poolcli.operations.median import Median
from poolcli.operations.min import Min
from poolcli.operations.operation import Operation
from poolcli.operations.parameter import Parameter, parameters_of
from poolcli.operations.pooling import Pooling

__all__ = [
    "OPERATIONS",
    "Average",
    "Lp",
    "Max",
    "Median",
    "Min",
    "Operation",
    "Parameter",
    "Pooling",
    "make_operation",
    "owners",
    "parameters_of",
]

OPERATIONS: dict[str, type[Operation]] = {
    kind.name: kind for kind in (Max, Average, Min, Median, Lp)
}


def owners() -> dict[str, tuple[Parameter, type[Operation], str]]:
    """Return every parameter by its name in Python, with its operation and the field there."""
    return {
        parameter.name: (parameter, kind, field)
        for kind in OPERATIONS.values()
        for field, parameter in parameters_of(kind).items()
    }


def make_operation(name: Any, **parameters: Any) -> Operation:
    """Create an operation from its name.

    Parameters
    ----------
    name : str
        A key of `OPERATIONS`.
    **parameters
        Parameters of any operation by their names in Python, such as `norm=3`. One of another
        operation has to be valid, and a truth value of another operation has to be False.

    Raises
    ------
    PoolcliError
        If there is no such operation, or a parameter has a wrong type or is out of range.
    """
    if not isinstance(name, str) or name not in OPERATIONS:
        names = ", ".join(OPERATIONS)
        raise PoolcliError(f"operation must be one of {names}, got {quote(name)}")
    own = {}
    known = owners()
    for key, value in parameters.items():
        parameter, kind, field = known[key]
        parameter.check(value)
        if kind.name == name:
            own[field] = value
        elif parameter.is_flag and value:
            raise PoolcliError(f"{key} belongs to {kind.name}; {name} {parameter.remark}")
    return OPERATIONS[name](**own)
