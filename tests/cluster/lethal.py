"""A job that kills the worker it runs on."""

from __future__ import annotations

import os
import signal

from poolcli.pipeline import Job, Record, Settings, run


def run_or_die(job: Job, settings: Settings) -> Record:
    """Run a job, but die of one whose name says so."""
    if "lethal" in job.source:
        os.kill(os.getpid(), signal.SIGKILL)
    return run(job, settings)
