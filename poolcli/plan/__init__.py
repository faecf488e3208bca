"""Inputs to jobs: what will be read and written, known and checked before any work."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from poolcli import storage
from poolcli.errors import PoolcliError
from poolcli.pipeline import Job, Settings
from poolcli.plan.inputs import Input, find_inputs
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
    check_naming(naming, settings)
    output_folder = (naming.folder or FOLDER) if naming.output is None else None
    found = find_inputs(names, files_from, recursive=recursive, output_folder=output_folder)
    check_single(naming, list(found.inputs.values()))
    named = name_settings(settings)
    jobs = [make_job(source, settings, naming, named) for source in found.inputs.values()]
    _check_places(jobs, found.inputs)
    return Plan(jobs, found.passed_over)


def _check_places(jobs: Sequence[Job], inputs: Mapping[object, Input]) -> None:
    """Refuse to write over an input, or two files under one name."""
    real_folder = cache(os.path.realpath)
    writers: dict[tuple[str, str], str] = {}
    for job in jobs:
        for place in job.places:
            if place == STANDARD:
                continue
            over = inputs.get(storage.identity(place))
            if over is not None:
                raise PoolcliError(
                    f"{place} would replace the input {over.place}; write somewhere else"
                )
            folder, name = os.path.split(place)
            key = (real_folder(folder), name)
            other = writers.get(key)
            writers[key] = job.source
            if other == job.source:
                raise PoolcliError(f"{job.source}: two of its results have the name {place}")
            if other is not None:
                raise PoolcliError(
                    f"{other} and {job.source} would both be written to {place};"
                    " tell them apart with --name '{stem}_{suffix}_{op}_{settings}_{i}'"
                )
