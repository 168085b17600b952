"""One run: a needle through insertion, and infiltration if asked for, into a run folder.

The one code path behind `experiments.run_case`, `experiments.insertion` and both sides of
`experiments.compare_gauges`.
"""

from __future__ import annotations

import dataclasses
import functools
import logging
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np

from sim.case import Case
from sim.errors import UNEXPECTED, SolverError
from sim.infiltration import infiltrate
from sim.insertion import evaluate, prepare
from sim.outcome import InfiltrationResult, InsertionResult, NodalFields, TissueState
from sim.results import metrics, tables
from sim.results.alternatives import HEADER as ALTERNATIVES_HEADER
from sim.results.alternatives import alternatives, side_by_side
from sim.results.crushed import write_crushed
from sim.results.fields import write_fields
from sim.results.files import Json, write_json, write_rows, write_table, write_text
from sim.results.folder import LOG, METRICS, log_to, new_folder
from sim.results.inputs import HEADER as INPUTS_HEADER
from sim.results.inputs import Input
from sim.results.progress import DONE, Show, silent
from sim.results.provenance import Stopwatch, mesh_hash, peak_memory, provenance, seeds
from sim.results.record import (
    ALTERNATIVES,
    CASE,
    CONFIG,
    EVENTS,
    FIELDS,
    FORCE,
    INPUTS,
    PROVENANCE,
    THRESHOLD,
    TURNING_POINTS,
    UPTAKE,
)
from sim.sensitivity import HEADER as TURNING_HEADER
from sim.sensitivity import Row
from sim.sweeps.stages import kept_infiltration, kept_insertion
from sim.walk import InsertionModels

log = logging.getLogger(__name__)

LAST_GOOD = "last_good.csv"  # what a solver that gave up had reached
NOT_ASKED = {
    "insertion": "only the infiltration was asked for",
    "infiltration": "only the insertion was asked for",
}

type Keep = Callable[[Path, TissueState], None]  # (run folder, what the round left)
type Finish = Callable[[str, str], None]  # (status, reason)
type Alone = Callable[[Case, Show], InfiltrationResult]
type Sweep = Callable[[Case, InsertionModels, Show], tuple[list[Row], list[str]]]


@dataclasses.dataclass(frozen=True)
class Job:
    """What to compute and where to leave it.

    `config` is the resolved configuration behind `case`, as YAML; `inputs` are its values with
    their sources; `command` repeats the run; `sweep` is the one-at-a-time pass over the case's
    uncertain inputs, None to leave it out. `infiltration` is False for the insertion alone; `alone`
    computes an infiltration without an insertion. A round of a treatment starts from `before`, ends
    `until` s after its start, and has `keep` write what it left. `fields` are written at "none" of
    the times, the "final" one or "all"; `report` is False for no figures and no report.
    """

    case: Case
    config: str
    folder: Path
    command: str
    inputs: Sequence[Input] = ()
    sweep: Sweep | None = None
    infiltration: bool = True
    alone: Alone | None = None
    before: TissueState | None = None
    until: float | None = None
    keep: Keep | None = None
    fields: str = "all"
    report: bool = True


def begin(job: Job, folder: Path) -> None:
    """Write what is known before anything is computed."""
    write_text(folder / CONFIG, job.config)
    nodule = dataclasses.replace(job.case.nodule, left=None)  # a table, not for people
    write_json(folder / CASE, dataclasses.asdict(dataclasses.replace(job.case, nodule=nodule)))
    write_rows(folder / INPUTS, INPUTS_HEADER, [entry.cells() for entry in job.inputs])


def run_case(job: Job, show: Show = silent) -> str:
    """Run a case and leave its record in its folder, however it ends.

    Returns
    -------
    str
        "complete", or "failed" when a solver gave up; the folder then holds what was reached.

    Raises
    ------
    ConfigError
        If the folder is taken.
    KeyboardInterrupt
        Passed on, after the folder has got the status "interrupted".
    """
    with new_folder(job.folder) as aside, log_to(aside / LOG):
        begin(job, aside)
        writer = _Writer(aside, job.case, job.fields)
        try:
            with concluded(writer.finish):
                _stages(job, writer, show)
            writer.finish("complete", "")
            if job.report:
                with writer.watch.stage("figures_and_report"):
                    _tell(job, aside, writer, show)
            show(DONE, 1.0)
        except SolverError as error:
            if error.last_good:
                columns = {name: np.asarray(values) for name, values in error.last_good.items()}
                write_table(aside / LAST_GOOD, columns)
            return "failed"
        writer.finish("complete", "")
    return "complete"


def _tell(job: Job, aside: Path, writer: _Writer, show: Show) -> None:
    """Draw and write the report; what was computed is whole also where that fails."""
    from sim.report.own import write_own_report  # half of all imports' time; a sweep spares it

    show("report", 0.0)
    try:
        write_own_report(aside, job.command)
    except Exception as error:
        log.exception("figures or report failed")
        writer.notes.append(f"run.report: not written, {type(error).__name__}: {error}")


@contextmanager
def concluded(finish: Finish) -> Iterator[None]:
    """Have the ending recorded of what does not come to its end inside; its exception goes on."""
    try:
        yield
    except KeyboardInterrupt:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # a second one must not tear the record
        log.info("interrupted")
        finish("interrupted", "the run was interrupted")
        raise
    except SolverError as error:
        log.error("%s", error)
        finish("failed", str(error))
        raise
    except Exception as error:
        log.exception("the run failed")
        finish("failed", f"{UNEXPECTED}{type(error).__name__}: {error}")
        raise


def _stages(job: Job, writer: _Writer, show: Show) -> None:
    case, watch = job.case, writer.watch
    if job.alone is not None:
        _injections(job, lambda case, _: (job.alone(case, show), True), writer)
        return
    log.info("needle %s, target %.2f mm", case.needle.name, 1e3 * case.target_depth)
    models = functools.cache(partial(prepare, case, show))
    with watch.stage("insertion"):
        insertion, computed = kept_insertion(case, lambda: evaluate(case, models()))
    writer.note_origin("insertion", computed)
    writer.insertion(insertion)
    log.info("%s: %s", insertion.outcome, insertion.reason)
    if not job.infiltration:
        return
    infiltration = _injections(job, partial(_inject, job, show), writer, insertion)
    if job.keep is not None:
        job.keep(writer.folder, infiltration.tissue)
    if job.sweep is not None:
        with watch.stage("turning_points"):
            rows, notes = job.sweep(case, models(), show)
        write_rows(writer.folder / TURNING_POINTS, TURNING_HEADER, [row.cells() for row in rows])
        writer.notes += notes


def _inject(
    job: Job, show: Show, case: Case, insertion: InsertionResult
) -> tuple[InfiltrationResult, bool]:
    """Inject into fresh tissue, whose results are kept, or into what the last round left."""
    inject = partial(infiltrate, case, insertion, show, job.before, job.until)
    if job.keep is not None:
        return inject(), True
    return kept_infiltration(case, insertion, inject)


def _injections(
    job: Job,
    inject: Callable[[Case, InsertionResult | None], tuple[InfiltrationResult, bool]],
    writer: _Writer,
    insertion: InsertionResult | None = None,
) -> InfiltrationResult:
    """Inject and return the result; but in a round, under other assumptions as well."""
    with writer.watch.stage("infiltration"):
        result, computed = inject(job.case, insertion)
    writer.note_origin("infiltration", computed)
    writer.infiltration(result)
    volume = metrics.ML * result.injected_volume
    log.info("%.3f mL injected, ended by %s", volume, result.ended_by)
    if job.keep is not None:
        return result
    results = {"as_configured": result}
    for name, case, arrived in alternatives(job.case, insertion):
        try:
            with writer.watch.stage(name):
                results[name], computed = inject(case, arrived)
            writer.note_origin(name, computed)
        except SolverError as error:  # of a comparison: the run itself is whole
            writer.notes.append(f"{name}.*: not computed, {error}")
    if len(results) > 1:
        writer.alternatives(results)
    return result


def _kept(fields: NodalFields, kept: str) -> NodalFields:
    """Return the fields at "all" their times or at the "final" one."""
    if kept == "all":
        return fields
    last = slice(-1, None)
    mineral = None if fields.mineral is None else fields.mineral[last]
    concentration = fields.concentration[last]
    return dataclasses.replace(
        fields, times=fields.times[last], concentration=concentration, mineral=mineral
    )


class _Writer:
    """Collects what a run knows so far; `finish` writes it and may be called again."""

    def __init__(self, folder: Path, case: Case, fields: str) -> None:
        self.folder, self.case, self.fields = folder, case, fields
        self.watch = Stopwatch()
        self.values: dict[str, Json] = {}
        self.notes: list[str] = []
        self.statistics: dict[str, float] = {}
        self.mesh: str | None = None
        self._infiltration: InfiltrationResult | None = None

    def note_origin(self, stage: str, computed: bool) -> None:
        """Say in the record whether a stage was computed in this run."""
        self.watch.stages[stage]["computed"] = computed
        if not computed:
            log.info("%s: computed in an earlier run, taken from the cache", stage)

    def insertion(self, result: InsertionResult) -> None:
        self._add(metrics.insertion_metrics(self.case, result), result, "insertion")
        write_table(self.folder / FORCE, tables.force_table(result))
        if result.crushed is not None and self.fields != "none":
            radius, mineral = 0.5 * self.case.needle.outer_diameter, self.case.nodule.mineral
            tensile_ratio = mineral.tensile_strength / mineral.crushing_strength
            at = (radius, result.reached_depth, tensile_ratio)
            write_crushed(self.folder / FIELDS, result.crushed, *at)
        write_rows(self.folder / EVENTS, tables.EVENTS_HEADER, tables.event_rows(result))

    def infiltration(self, result: InfiltrationResult) -> None:
        self._infiltration = result
        self._add(metrics.infiltration_metrics(result), result, "infiltration")
        self.mesh = mesh_hash(result.fields)
        write_table(self.folder / UPTAKE, tables.uptake_table(result))
        write_table(self.folder / THRESHOLD, tables.threshold_table(result))
        if self.fields != "none":
            write_fields(self.folder / FIELDS, _kept(result.fields, self.fields))

    def alternatives(self, results: dict[str, InfiltrationResult]) -> None:
        values, rows = side_by_side(results)
        self.values |= values
        write_rows(self.folder / ALTERNATIVES, ALTERNATIVES_HEADER, rows)

    def finish(self, status: str, reason: str) -> None:
        values, notes = dict(self.values), list(self.notes)
        for stage in ("insertion", "infiltration"):
            if not any(key.startswith(f"{stage}.") for key in values):
                nulls, why = metrics.missing_metrics(
                    stage, f"not computed, {reason or NOT_ASKED[stage]}"
                )
                values |= nulls
                notes += why
        treatment, why = metrics.treatment_metrics(self.case, self._infiltration)
        ending: dict[str, Json] = {
            "run.status": status,
            "run.wall_s": self.watch.wall,
            "run.peak_memory_MB": peak_memory(),
            "run.notes": [f"run.status: {reason}"] * bool(reason) + notes + why,
        }
        write_json(self.folder / METRICS, values | treatment | ending)
        made = provenance(self.watch, self.mesh, self.statistics, seeds(self.case))
        write_json(self.folder / PROVENANCE, made)

    def _add(
        self,
        found: tuple[dict[str, Json], list[str]],
        result: InsertionResult | InfiltrationResult,
        stage: str,
    ) -> None:
        values, notes = found
        self.values |= values
        self.notes += [*notes, *result.notes]
        self.statistics |= {f"{stage}.{name}": x for name, x in result.statistics.items()}
