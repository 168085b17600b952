"""What a sweep will cost, from what runs have cost before.

The estimate is an upper one where runs share stages: an insertion that is already kept is not
repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from statistics import fmean

from sim.cache import cache_root
from sim.sweeps.row import Row, read_row
from sim.sweeps.store import KIND

# CPU s of a run_case, measured with the tables of resistance in the cache.
UNKNOWN = {"coarse": 5.0, "default": 13.0}
MINUTE, HOUR = 60.0, 3600.0


def past_cost(experiment: str, mesh: str, root: Path | None = None) -> tuple[float, int]:
    """Return the mean CPU time (s) of the kept runs of an experiment on a mesh, and their number.

    Parameters
    ----------
    experiment, mesh : str
        Entry point, and name of the mesh.
    root : Path, optional
        Folder of the kept runs.
    """
    rows = _rows(cache_root() / KIND if root is None else root)
    times = [
        float(row.timings["cpu_s"])
        for row in rows
        if row.experiment == experiment
        and row.inputs.get("mesh.name") == mesh
        and row.status == "complete"
        and row.timings.get("cpu_s")
    ]
    return (fmean(times), len(times)) if times else (UNKNOWN.get(mesh, UNKNOWN["default"]), 0)


def cost_words(experiment: str, runs: Mapping[str, int], root: Path | None = None) -> str:
    """Return in a sentence what a number of runs on each mesh would cost."""
    found = {mesh: past_cost(experiment, mesh, root) for mesh in runs}
    total = sum(runs[mesh] * seconds for mesh, (seconds, _) in found.items())
    known = sum(number for _, number in found.values())
    each = ", ".join(f"{seconds:.3g} s on mesh {mesh}" for mesh, (seconds, _) in found.items())
    source = f"mean of {known} kept runs" if all(n for _, n in found.values()) else "a rough guess"
    time = f"{total / HOUR:.2g} h" if total >= HOUR else f"{total / MINUTE:.2g} min"
    return f"{sum(runs.values())} runs of {experiment}, about {time} of CPU time ({each}; {source})"


def _rows(folder: Path) -> list[Row]:
    rows = []
    for path in folder.glob("*/row.json"):
        try:
            rows.append(read_row(path.parent))
        except (OSError, ValueError):  # a damaged one is computed again when it is asked for
            continue
    return rows
