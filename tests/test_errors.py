"""Errors that a user can correct."""

from __future__ import annotations

import errno
import pickle

import pytest

from poolcli.cli.running import Run
from poolcli.cli.settings import Poolings
from poolcli.errors import ParameterError, PoolcliError, name_bug
from poolcli.geometry import Window, check_limit
from poolcli.geometry.region import Zoom
from poolcli.images import Reading
from poolcli.operations import Lp, Pooling
from poolcli.pipeline import Settings
from poolcli.prepare import Size


@pytest.mark.parametrize(
    ("make", "name", "message"),
    [
        (lambda: Window.of(0), "kernel", "kernel must be at least 1, got 0"),
        (lambda: Lp(33), "norm", "norm must lie between 1 and 32, got 33"),
        (lambda: Size(0, None), "size", "size must be at least 1, got 0"),
        (lambda: Zoom((0, -1)), "zoom", "zoom must be at least 0, got -1"),
        (lambda: Zoom((0, 0), 0), "zoom", "zoom must be at least 1, got 0"),
        (lambda: Reading(0), "max_pixels", "max_pixels must be at least 1, got 0"),
        (lambda: check_limit(2**53 + 1), "max_pixels", "max_pixels must be at most 90"),
        (
            lambda: Settings(Pooling(Lp()), 257),
            "iterations",
            "iterations must be at most 256, got 257",
        ),
        (
            lambda: Poolings((Lp(),), Window(), 0),
            "iterations",
            "iterations must be at least 1, got 0",
        ),
        (lambda: Run(("a",), jobs=0), "jobs", "jobs must be at least 1, got 0"),
    ],
)
def test_a_value_out_of_range_is_refused_where_it_is_made(
    make: object, name: str, message: str
) -> None:
    assert callable(make)
    with pytest.raises(ParameterError) as caught:
        make()
    assert caught.value.name == name
    assert str(caught.value).startswith(message)
    assert isinstance(caught.value, PoolcliError)


def test_a_parameter_error_survives_another_process() -> None:
    error = pickle.loads(pickle.dumps(ParameterError("kernel", "must be odd")))  # noqa: S301
    assert (error.name, error.rule, str(error)) == ("kernel", "must be odd", "kernel must be odd")


def test_the_limit_of_open_files_is_no_internal_error() -> None:
    error = OSError(errno.EMFILE, "Too many open files")
    assert name_bug(error) == "too many open files; allow more (ulimit -n)"
