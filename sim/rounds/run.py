"""One needle's treatment into a folder: a run record per round, taken up where it was left.

A round's folder appears when the round is finished, with its checkpoint inside; what was written of
an unfinished one is cleared away when the treatment is taken up again.
"""

from __future__ import annotations

import dataclasses
import logging
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from sim.cache import digest
from sim.case import Case
from sim.errors import SolverError
from sim.outcome import TissueState
from sim.results.files import Json, read_json, synchronise, write_json, write_rows
from sim.results.folder import LOG, METRICS, log_to, partial_of
from sim.results.progress import DONE, Show, silent
from sim.results.provenance import Stopwatch, peak_memory
from sim.results.record import PROVENANCE
from sim.rounds import metrics
from sim.rounds.checkpoint import FILE, Checkpoint, read_checkpoint, write_checkpoint
from sim.run import Job, begin, concluded, run_case
from sim.treatment.rounds import ends, follows

log = logging.getLogger(__name__)

ROUNDS = "rounds.csv"


def round_folder(folder: Path, number: int) -> Path:
    """Where the record of a round is."""
    return folder / f"round_{number}"


def configuration(case: Case) -> str:
    """Return the digest of all that a treatment is computed from."""
    return digest(dataclasses.asdict(case))


def run_treatment(job: Job, show: Show = silent) -> str:
    """Run the rounds of ``job.case.schedule`` that are not finished yet.

    Returns
    -------
    str
        "complete", or "failed" when a solver gave up; finished rounds stay in any case.

    Raises
    ------
    ConfigError
        If a round in the folder belongs to another configuration.
    KeyboardInterrupt
        Passed on, after the folder has got the status "interrupted".
    """
    folder = job.folder
    folder.mkdir(parents=True, exist_ok=True)
    with log_to(folder / LOG):
        begin(job, folder)
        (folder / METRICS).unlink(missing_ok=True)  # of an earlier attempt
        finish = partial(conclude, job, Stopwatch())
        try:
            with concluded(finish):
                _rounds(job, show)
        except SolverError:
            return "failed"
        finish("complete", "")
        show(DONE, 1.0)
    return "complete"


def finished(folder: Path) -> bool:
    """Tell whether the record of a round is whole and the next one can start from it."""
    if not (folder / FILE).exists() or not (folder / METRICS).exists():
        return False
    return read_json(folder / METRICS)["run.status"] == "complete"


def conclude(job: Job, watch: Stopwatch, status: str, reason: str) -> None:
    """Write what is known of the treatment from the rounds that are finished in its folder."""
    numbers = range(1, job.case.schedule.rounds + 1)
    folders = [round_folder(job.folder, number) for number in numbers]
    rounds: list[metrics.Round] = []
    for folder in folders:
        if not finished(folder):
            break
        checkpoint = read_checkpoint(folder / FILE, configuration(job.case))
        rounds.append(metrics.Round(read_json(folder / METRICS), checkpoint))
    write_rows(job.folder / ROUNDS, *metrics.table(job.case, rounds))
    ending: dict[str, Json] = {
        "run.status": status,
        "run.wall_s": watch.wall,
        "run.peak_memory_MB": peak_memory(),
    }
    values, notes = metrics.flat(job.case, rounds)
    notes = [f"run.status: {reason}"] * bool(reason) + _mixed(folders[: len(rounds)]) + notes
    write_json(job.folder / METRICS, values | ending | {"run.notes": notes})


def _mixed(folders: Sequence[Path]) -> list[str]:
    """Say so where finished rounds come from different states of the software."""
    commits = {str(read_json(folder / PROVENANCE)["commit"]) for folder in folders}
    if len(commits) < 2:
        return []
    return [f"run: rounds of different versions of the software ({', '.join(sorted(commits))})"]


def check(job: Job) -> None:
    """Read the checkpoint of every finished round in the job's folder.

    Raises
    ------
    ConfigError
        If one belongs to another configuration or cannot be read.
    """
    for number in range(1, job.case.schedule.rounds + 1):
        folder = round_folder(job.folder, number)
        if finished(folder):
            read_checkpoint(folder / FILE, configuration(job.case))


def _rounds(job: Job, show: Show) -> None:
    rounds, fits = job.case.schedule.rounds, configuration(job.case)
    last: Checkpoint | None = None
    for number in range(1, rounds + 1):
        folder = round_folder(job.folder, number)
        if not finished(folder):
            for unfinished in (folder, partial_of(folder)):
                if unfinished.exists():
                    shutil.rmtree(unfinished)
            log.info("round %d of %d", number, rounds)
            _round(job, number, last, partial(_scaled, show, number, rounds))
        last = read_checkpoint(folder / FILE, fits)


def _round(job: Job, number: int, last: Checkpoint | None, show: Show) -> None:
    """Compute a round that follows on `last`; its folder is there when it ends."""
    case, before, corrections = job.case, None, {}
    if last is not None:
        case, before, corrections = follows(job.case, last.state)

    def keep(folder: Path, tissue: TissueState) -> None:
        write_checkpoint(folder / FILE, Checkpoint(tissue, corrections), configuration(job.case))

    folder = round_folder(job.folder, number)
    entry = dataclasses.replace(
        job,
        case=case,
        folder=folder,
        before=before,
        until=ends(job.case.schedule, number),
        keep=keep,
    )
    status = run_case(entry, show)
    synchronise(job.folder)
    if status != "complete":
        reason = str(read_json(folder / METRICS)["run.notes"][0]).removeprefix("run.status: ")
        raise SolverError(f"round {number}: {reason}")


def _scaled(show: Show, number: int, rounds: int, stage: str, fraction: float) -> None:
    """Show a round's progress as that of the treatment."""
    if stage != DONE:
        show(f"round {number}: {stage}", (number - 1 + fraction) / rounds)
