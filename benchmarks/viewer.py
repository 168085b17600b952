"""What a time step costs in the viewer: two records of 50,000 nodes at 200 times, side by side.

Usage: ``./run python -m benchmarks.viewer [--nodes 50000] [--times 200] [--steps 20]``. The records
are made up; the section, the block and their pictures are the viewer's own. From the change of time
to the PNG file that the browser gets, and, where Chromium is installed, to the picture in the page.
CPU times count all threads: they say what the step takes on a machine that does other things too.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from sim.outcome import InfiltrationResult
from sim.viewer.session import Session
from tests.system.chromium import browser, find_chromium, served
from tests.unit.results.records import write_record
from tests.unit.results.synthetic import DRILL, NEEDLE_14G, case, field, infiltration, insertion

ASKED = 200.0  # ms a time step
LOADED = """
return window.trame?.state && !trame.state.get('busy')
    && document.getElementById('view')?.naturalWidth > 0;
"""
STEP = """
const [step, done] = arguments, begin = performance.now();
document.getElementById('view').addEventListener(
    'load', () => done(performance.now() - begin), {once: true});
trame.state.set('step', step);
"""


def main() -> None:
    """Print what was measured beside what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=50_000)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--steps", type=int, default=20, help="fewer than the times")
    args = parser.parse_args()
    table = Table("what", "median (ms)", "largest (ms)", "CPU, median (ms)", "asked (ms)")
    with tempfile.TemporaryDirectory() as name:
        folder, profile = Path(name) / "runs", Path(name) / "profile"
        for side, of in (("a_27G", case()), ("b_14G", case(NEEDLE_14G, DRILL))):
            write_record(folder / side, of, insertion(of), _result(of, args.nodes, args.times))
        session = Session(folder)
        begin = time.perf_counter()
        session.show(session.load([0, 1]))
        loading = time.perf_counter() - begin
        for view, in_space in (("section", False), ("block", True)):
            session.in_space = in_space
            session.arrange()
            walls, cpus = _steps(session, args.steps)
            row = (statistics.median(walls), max(walls), statistics.median(cpus))
            table.add_row(f"{view}, to the PNG", *(f"{value:.0f}" for value in row), f"{ASKED:g}")
        if find_chromium() is not None:
            walls = _in_page(folder, profile, args.times, args.steps)
            row = (statistics.median(walls), max(walls))
            shown = (f"{value:.0f}" for value in row)
            table.add_row("section, in the page", *shown, "", f"{ASKED:g}")
    Console().print(table)
    print(f"loading both records: {loading:.1f} s")


def _result(of: object, nodes: int, times: int) -> InfiltrationResult:
    """Return a made-up infiltration with so many nodes and times."""
    made = infiltration(of, of.target_depth)
    fields = field(of, of.target_depth, 2.5e-3, n=round((nodes / 2) ** 0.5))
    at = np.geomspace(30.0, 7 * 86400.0, times)
    shares = np.linspace(1.0, 0.05, times)[:, None]
    fields = dataclasses.replace(fields, times=at, concentration=shares * fields.concentration[1:2])
    return dataclasses.replace(made, fields=fields)


def _steps(session: Session, steps: int) -> tuple[list[float], list[float]]:
    """Return wall and CPU time (ms) of each of some time steps."""
    walls, cpus = [], []
    for when in np.linspace(0, len(session.times) - 1, steps + 1).astype(int):
        wall, cpu = time.perf_counter(), time.process_time()
        session.go_to(float(session.times[when]))
        session.scene.png()
        walls.append(1e3 * (time.perf_counter() - wall))
        cpus.append(1e3 * (time.process_time() - cpu))
    return walls[1:], cpus[1:]  # the first one makes the bar of colours and VTK's programs


def _in_page(folder: Path, profile: Path, times: int, steps: int) -> list[float]:
    """Return the time (ms) from the slider's change to the picture in the page."""
    with served(folder) as address, browser(profile) as driver:
        driver.get(address)
        while not driver.execute_script(LOADED):
            time.sleep(0.2)
        time.sleep(2.0)
        chosen = np.linspace(0, times - 1, steps + 1).astype(int)[1:]  # each another than the last
        return [float(driver.execute_async_script(STEP, int(step))) for step in chosen]


if __name__ == "__main__":
    main()
