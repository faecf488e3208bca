"""Inputs to jobs: what will be read and written, known and checked before any work."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from poolcli import storage
from poolcli.errors import PoolcliError
from poolcli.pipeline import Job, Settings
from poolcli.plan.inputs import Found, count_passed_over, find_inputs
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
from poolcli.storage import STANDARD

__all__ = ["Naming", "Plan", "count_passed_over", "name_settings", "name_untold", "plan"]


@dataclass(frozen=True)
class Plan:
    """The jobs of a run, in the order of their inputs, and the files that were passed over."""

    jobs: list[Job]
    passed_over: list[str]


def plan(
    names: Sequence[str],
    settings: Settings,
    naming: Naming,
    *,
    files_from: str | None = None,
    recursive: bool = False,
) -> Plan:
    """Turn files and folders into jobs.

    Raises
    ------
    PoolcliError
        If no input is found, the naming contradicts itself, two files would have one name, or an
        output would be the same file as an input.
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
    return Plan(jobs, found.passed_over)


class ClashError(PoolcliError):
    """Two inputs with one name for their results."""


def _make_jobs(found: Found, settings: Settings, naming: Naming) -> list[Job]:
    named = name_settings(settings)
    return [make_job(source, settings, naming, named) for source in found.inputs.values()]


def _tell_apart(found: Found, settings: Settings, naming: Naming) -> str:
    """Return what to do about a clash; the template that is proposed has been tried."""
    for template in templates_apart(naming.template):
        with suppress(PoolcliError):
            _check_paths(_make_jobs(found, settings, replace(naming, template=template)), found)
            return f"tell them apart with --name {shlex.quote(template)}"
    return "pool them in two runs, each with a -d of its own"


def _check_paths(jobs: Sequence[Job], found: Found) -> None:
    """Refuse to write over an input, or two files under one name."""
    # Paths are printed to it, if nothing else is.
    _check_stream(STANDARD, found)
    resolve = storage.resolver()
    # Where names may be one though they differ in case, what each is written for.
    writers: dict[str, dict[str, str]] = defaultdict(dict)
    for job in jobs:
        for path in job.paths:
            if storage.is_stream(path):
                _check_stream(path, found)
                continue
            real = resolve(path)
            over = found.owner(real)
            if over is not None:
                raise PoolcliError(f"{path} would replace {over}, which is read; write elsewhere")
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
    """Return the input whose result is written to a path already, if any."""
    for written, source in alike.items():
        if written == path or storage.would_be_same(path, written):
            return source
    return None


def _check_stream(path: str, found: Found) -> None:
    """Refuse to write to an open descriptor whose file is read."""
    over = found.owner(storage.STANDARD_OUTPUT if path == STANDARD else path)
    if over is not None:
        name = "standard output" if path == STANDARD else path
        raise PoolcliError(f"{name} is {over}, which is read; write elsewhere")
