"""What the table knows of one run, kept in its folder as `row.json`.

A row is made from what an entry point left: one record in a folder of its own (a run, an
insertion, an infiltration, a map), or the records of two sides, whose metrics then begin with
``a.`` and ``b.``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from omegaconf import OmegaConf

from sim.errors import UNEXPECTED
from sim.results.files import Cell, Json, read_json, write_json
from sim.results.names import COMPARISON, CONFIG, METRICS, PROVENANCE
from sim.side_by_side import Ending
from sim.sweeps.columns import input_columns

ROW = "row.json"
STATUS, NOTES = "run.status", "run.notes"
SIDES = ("a", "b")
OF_A_SIDE = ("needle", "technique")  # groups of the configuration that the sides do not share
UNREADABLE = "row unreadable"

type Timing = float | bool


@dataclass(frozen=True)
class Row:
    """One run of a sweep."""

    key: str
    experiment: str
    status: str  # complete | failed | refused | interrupted | killed | time_limit | memory_limit
    reason: str = ""  # empty when complete
    overrides: Sequence[str] = ()
    inputs: Mapping[str, Cell] = field(default_factory=dict)  # as `sim.sweeps.columns`
    metrics: Mapping[str, Json] = field(default_factory=dict)
    timings: Mapping[str, Timing] = field(default_factory=dict)  # wall_s, cpu_s, computed, ...


def make_row(
    folder: Path,
    *,
    key: str,
    experiment: str,
    overrides: Sequence[str],
    ending: Ending,
    config: Mapping[str, object],
    timings: Mapping[str, Timing],
) -> Row:
    """Return the row of a run that has ended.

    Parameters
    ----------
    folder : Path
        What Hydra's folder of the single run was, with the record in it, if there is one.
    key, experiment, overrides
        Of the run, as the sweep knows it.
    ending : Ending
        How its process ended; a solver's own reason takes the place of a "failed" one's.
    config : mapping
        The resolved configuration as nested plain containers; empty if it could not be composed.
    timings : mapping
    """
    sides = _sides(folder)
    told = {side: str(found.get(STATUS)) for side, found in sides.items()}
    reasons = "; ".join(filter(None, (_reason(side, found) for side, found in sides.items())))
    status, reason = ending.status, ending.reason
    if status == "complete" and set(told.values()) != {"complete"}:
        status, reason = "failed", reason or f"{UNEXPECTED}end: it left no complete record"
    if status == "failed" or not reason:
        reason = reasons or reason
    metrics = {
        f"{side}.{name}" if side else name: value
        for side, found in sides.items()
        for name, value in found.items()
        if name != NOTES and (side or name != STATUS) and not isinstance(value, list | dict)
    }
    return Row(
        key=key,
        experiment=experiment,
        status=status,
        reason="" if status == "complete" else reason,
        overrides=tuple(overrides),
        inputs=input_columns(config),
        metrics=metrics,
        timings=dict(timings),
    )


def write_row(folder: Path, row: Row) -> None:
    """Write `row.json` into the run's folder, whole or not at all."""
    write_json(folder / ROW, asdict(row))


def read_row(folder: Path) -> Row:
    """Read `row.json` of a run's folder.

    Raises
    ------
    OSError
        If there is none.
    ValueError
        If it is damaged.
    """
    try:
        return Row(**read_json(folder / ROW))
    except (ValueError, TypeError) as error:
        raise ValueError(f"{folder / ROW}: {UNREADABLE} ({error})") from error


def recovered(folder: Path) -> Row:
    """Return the row of a run whose `row.json` is damaged or lost, as its record tells it.

    Without a whole record it is a failed row that says so; the run is then not finished, and the
    sweep's command computes it again.
    """
    lost = Row(folder.name, "", "failed", f"{UNREADABLE}, and the run left no whole record")
    try:
        sides = _sides(folder)
        made = read_json(next(folder.glob(f"**/{PROVENANCE}")))
        config = _configuration(records(folder))
    except (OSError, ValueError, StopIteration):
        return lost
    told = [str(metrics.get(STATUS)) for metrics in sides.values()]
    status = next((status for status in told if status != "complete"), "complete")
    if not told or status not in ("complete", "failed", "interrupted"):
        return lost
    module, *overrides = made["command"]
    return make_row(
        folder,
        key=folder.name,
        experiment=Path(module).stem,
        overrides=[o for o in overrides if not o.startswith(("hydra.", "output."))],
        ending=Ending(status, "" if status == "complete" else UNREADABLE),
        config=config,
        timings={name: made[name] for name in ("wall_s", "cpu_s")},
    )


def records(folder: Path) -> dict[str, Path]:
    """Return the folders with a record in a run's folder, by side; by "" where there is one."""
    compared = [path.parent for path in folder.glob(f"**/{COMPARISON}")]
    patterns = {side: f"{side}_*/{METRICS}" for side in SIDES} if compared else {"": f"*/{METRICS}"}
    at = min(compared, default=folder)
    found = {side: sorted(at.glob(pattern)) for side, pattern in patterns.items()}
    return {side: paths[0].parent for side, paths in found.items() if paths}


def _sides(folder: Path) -> dict[str, dict[str, Json]]:
    return {side: read_json(record / METRICS) for side, record in records(folder).items()}


def _configuration(found: Mapping[str, Path]) -> dict[str, object]:
    """Return the configuration of a run from those of its records."""
    trees = {
        side: OmegaConf.to_container(OmegaConf.load(record / CONFIG))
        for side, record in found.items()
    }
    if "" in trees:
        return trees[""]
    own = {side: {name: tree.pop(name) for name in OF_A_SIDE} for side, tree in trees.items()}
    return next(iter(trees.values())) | own


def _reason(side: str, metrics: Mapping[str, Json]) -> str:
    """Return the reason that a record notes for its status."""
    notes = metrics.get(NOTES) or []
    own = [n.removeprefix(f"{STATUS}: ") for n in notes if n.startswith(f"{STATUS}: ")]
    return f"{side}: {own[0]}" if own and side else "".join(own[:1])
