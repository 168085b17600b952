"""What a sweep costs beyond its physics, and what a second worker gains.

Usage: ``./run python -m benchmarks.sweeps [--runs 20] [--rows 10000]``. Wall times: they mean
something on a machine that does nothing else. The runs are of `run_case` at mesh=coarse with a
different volume each, so that all have one insertion: the first repeats it, and it is computed
before the clock starts. Finished runs are kept in a folder of the benchmark's own.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sim.cache import PLACE, cache_dir
from sim.results import load
from sim.sweeps.row import read_row, write_row
from sim.sweeps.table import rebuild

WORKERS = 2
PARTS = ("mesh", "forms", "resistance", "cutting")
ALMOST = 1e-9  # mL, sets the volumes of one sweep apart from those of another


def main() -> None:
    """Print what was measured beside what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--rows", type=int, default=10_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        measured = _runs(Path(name), args.runs) + _rows(Path(name), args.rows)
    table = Table("what", "measured", "asked")
    for what, value, relation, bound in measured:
        table.add_row(what, f"{value:.3g}", f"{relation} {bound:g}")
    Console().print(table)


def _runs(folder: Path, runs: int) -> list[tuple[str, float, str, float]]:
    environment = _environment(folder / "cache")
    _sweep(folder / "first", environment, 2, 1, 2.0 * ALMOST)
    alone = _sweep(folder / "alone", environment, runs, 1, 0.0)
    together = _sweep(folder / "together", environment, runs, WORKERS, ALMOST)
    found = _sweep(folder / "found", environment, runs, 1, 0.0)
    two_found = _sweep(folder / "two_found", environment, 2, 1, 0.0)  # what starting takes
    table = load(folder / "alone")
    physics = table["run.wall_s"].sum()
    return [
        (f"parallel efficiency, {runs} runs", alone / (WORKERS * together), "≥", 0.9),
        ("ms a run that is found", 1e3 * (found - two_found) / (runs - 2), "≤", 300.0),
        ("s a computed run beyond its physics", (alone - physics) / runs, "≤", 3.0),
        ("s of physics a run", physics / runs, "", 0.0),
        ("s to start and end a sweep", two_found, "", 0.0),
    ]


def _rows(folder: Path, rows: int) -> list[tuple[str, float, str, float]]:
    """Write the first run's row many times with its inputs changed, and read the table."""
    row = read_row(next((folder / "alone" / "runs").iterdir()))
    many = folder / "many"
    for number in range(rows):
        run = many / "runs" / f"{number:032x}"
        run.mkdir(parents=True)
        inputs = {**row.inputs, "injection.volume_mL": 1.0 + number}
        write_row(run, replace(row, key=run.name, inputs=inputs))
    begun = time.perf_counter()
    rebuild(many)
    rebuilt = time.perf_counter() - begun
    begun = time.perf_counter()
    load(many)
    return [
        (f"s to load a table of {rows} rows", time.perf_counter() - begun, "≤", 1.0),
        (f"s to rebuild a table of {rows} rows", rebuilt, "", 0.0),
    ]


def _environment(cache: Path) -> dict[str, str]:
    """Return an environment with the caches of parts in use, but without runs and their stages."""
    cache.mkdir()
    for kind in PARTS:
        if cache_dir(kind).exists():
            (cache / kind).symlink_to(cache_dir(kind))
    return os.environ | {PLACE: str(cache)}


def _sweep(
    folder: Path, environment: dict[str, str], runs: int, workers: int, shift: float
) -> float:
    """Return the seconds of a sweep over volumes, `shift` mL from those of others."""
    volumes = f"grid({0.1 + shift:.12g} mL, {0.3 + shift:.12g} mL, {runs})"
    begun = time.perf_counter()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "experiments.run_case", "-m", "mesh=coarse"),
            *(f"injection.volume={volumes}", f"hydra.sweep.dir={folder}"),
            *("hydra/launcher=cores", f"hydra.launcher.n_jobs={workers}"),
        ],
        env=environment, stdout=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"{folder}: the sweep failed")
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
