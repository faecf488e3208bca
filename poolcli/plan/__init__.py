"""Inputs to jobs: what will be read and written, known and checked before any work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from poolcli import storage
from poolcli.errors import PoolcliError
from poolcli.pipeline import Job, Settings
from poolcli.plan.inputs import Found, find_inputs
from poolcli.plan.naming import (
    FOLDER,
    Naming,
    check_naming,
    check_single,
    make_job,
    name_settings,
)
from poolcli.storage import STANDARD

__all__ = ["Naming", "Plan", "name_settings", "plan"]


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
    for place in (naming.folder, naming.output, naming.figure):
        if place is not None:
            storage.check(place)
    check_naming(naming, settings)
    output_folder = (naming.folder or FOLDER) if naming.output is None else None
    found = find_inputs(names, files_from, recursive=recursive, output_folder=output_folder)
    check_single(naming, list(found.inputs.values()))
    named = name_settings(settings)
    jobs = [make_job(source, settings, naming, named) for source in found.inputs.values()]
    _check_places(jobs, found)
    return Plan(jobs, found.passed_over)


def _check_places(jobs: Sequence[Job], found: Found) -> None:
    """Refuse to write over an input, or two files under one name."""
    resolve = storage.resolver()
    writers: dict[str, str] = {}
    for job in jobs:
        for place in job.places:
            if place == STANDARD:
                continue
            real = resolve(place)
            over = found.owner(real)
            if over is not None:
                raise PoolcliError(f"{place} would replace {over}, which is read; write elsewhere")
            other = writers.get(real)
            writers[real] = job.source
            if other == job.source:
                raise PoolcliError(f"{job.source}: two of its results have the name {place}")
            if other is not None:
                raise PoolcliError(
                    f"{other} and {job.source} would both be written to {place};"
                    " tell them apart with --name '{stem}_{suffix}_{op}_{settings}_{i}'"
                )
