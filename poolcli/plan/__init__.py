"""Make jobs of inputs: all files that will be read and written, checked before any work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from poolcli import storage
from poolcli.errors import PoolcliError
from poolcli.pipeline import Job, Settings
from poolcli.plan.inputs import Found, count_ignored, find_inputs
from poolcli.plan.naming import (
    FOLDER,
    Naming,
    check_naming,
    check_single,
    make_job,
    name_settings,
    name_untold,
    templates_apart,
)
from poolcli.quoting import SHELL
from poolcli.storage import STANDARD

__all__ = ["Naming", "Plan", "count_ignored", "name_settings", "name_untold", "plan"]


@dataclass(frozen=True)
class Plan:
    """The jobs of a run.

    Attributes
    ----------
    jobs : list of Job
        One per input, in order.
    ignored : list of str
        Files in folders that are not read.
    """

    jobs: list[Job]
    ignored: list[str]


def plan(
    names: Sequence[str],
    settings: Settings,
    naming: Naming,
    *,
    files_from: str | None = None,
    recursive: bool = False,
) -> Plan:
    """Make one job per input.

    Parameters
    ----------
    names : sequence of str
        Files, folders, or `-` for standard input.
    settings : Settings
    naming : Naming
    files_from : str or None
        A list of further names.
    recursive : bool
        Whether to include folders within folders.

    Returns
    -------
    Plan

    Raises
    ------
    PoolcliError
        If no input is found, the naming contradicts itself, two files would have the same name, or
        an output would replace an input.
    """
    for path in (naming.folder, naming.output, naming.figure):
        if path is not None:
            storage.check(path)
    check_naming(naming, settings)
    output_folder = (naming.folder or FOLDER) if naming.output is None else None
    found = find_inputs(names, files_from, recursive=recursive, output_folder=output_folder)
    check_single(naming, list(found.inputs.values()))
    jobs = _make_jobs(found, settings, naming)
    try:
        _check_paths(jobs, found)
    except ClashError as clash:
        remedy = _tell_apart(found, settings, naming)
        raise PoolcliError(f"{clash}; {remedy}") from None
    return Plan(jobs, found.ignored)


class ClashError(PoolcliError):
    """Results of two inputs with the same name."""


def _make_jobs(found: Found, settings: Settings, naming: Naming) -> list[Job]:
    named = name_settings(settings)
    return [make_job(source, settings, naming, named) for source in found.inputs.values()]


def _tell_apart(found: Found, settings: Settings, naming: Naming) -> str:
    """Return the remedy for a clash: a template without clashes, if there is one."""
    for template in templates_apart(naming.template):
        with suppress(PoolcliError):
            _check_paths(_make_jobs(found, settings, replace(naming, template=template)), found)
            return f"tell them apart with --name {SHELL.quote(template)}"
    return "pool them in two runs, each with a -d of its own"


def _check_paths(jobs: Sequence[Job], found: Found) -> None:
    """Raise PoolcliError if an output would replace an input or another output."""
    # Paths are printed to standard output.
    _check_stream(STANDARD, found)
    resolve = storage.resolver()
    # By folded name: the resolved paths of outputs, and the input of each.
    writers: dict[str, dict[str, str]] = defaultdict(dict)
    for job in jobs:
        for path in job.paths:
            if storage.is_stream(path):
                _check_stream(path, found)
                continue
            real = resolve(path)
            over = found.owner(real)
            if over is not None:
                raise PoolcliError(
                    f"{path} would replace {over}, which is an input; write elsewhere"
                )
            alike = writers[storage.fold(real)]
            other = _writer(real, alike)
            alike[real] = job.source
            if other == job.source:
                raise PoolcliError(
                    f"{job.source}: two of its results have the name {path};"
                    " use another name for --figure"
                )
            if other is not None:
                raise ClashError(f"{other} and {job.source} would both be written to {path}")


def _writer(path: str, alike: dict[str, str]) -> str | None:
    """Return the input of an output with the same path, or None."""
    for written, source in alike.items():
        if written == path or storage.would_be_same(path, written):
            return source
    return None


def _check_stream(path: str, found: Found) -> None:
    """Raise PoolcliError if an open descriptor to write to is an input."""
    over = found.owner(storage.STANDARD_OUTPUT if path == STANDARD else path)
    if over is not None:
        name = "standard output" if path == STANDARD else path
        raise PoolcliError(f"{name} is {over}, which is an input; write elsewhere")
