"""A penetration map and its folder."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from sim.case import Case, Mineral
from sim.errors import SolverError
from sim.figures.penetration_map import map_figure
from sim.figures.style import save
from sim.penetration_map import OUT_OF_REACH, Cell, penetration_map, strength_limit
from sim.report.words import number
from sim.results.files import Cell as Entry
from sim.results.files import Json, write_json, write_rows, write_text
from sim.results.folder import LOG, METRICS, log_to, new_folder
from sim.results.metrics import G_PER_CM3, MARGINS, MM, MPA
from sim.results.names import FIGURES
from sim.results.progress import DONE, Show, silent
from sim.results.provenance import Stopwatch, peak_memory, provenance
from sim.results.record import CONFIG, PROVENANCE
from sim.run import concluded

MAP, PICTURE = "map.csv", "penetration_map.png"
HEADER = (
    "needle",
    "technique",
    "free_length_mm",
    "density_g_per_cm3",
    "solid_strength_MPa",
    "crushing_strength_MPa",
    "outcome",
    "decided_by",
    "reached_depth_mm",
    "depth_in_nodule_mm",
    "peak_force_N",
    "smallest_margin",
    *(f"{name}_margin" for name in MARGINS),
    "reason",
)


def run_map(
    needles: Sequence[Case],
    minerals: Sequence[Sequence[Mineral]],
    config: str,
    folder: Path,
    show: Show = silent,
) -> tuple[str, list[str]]:
    """Evaluate a map and leave its table, numbers and picture in `folder`, however it ends.

    Parameters
    ----------
    needles, minerals
        As `sim.penetration_map.penetration_map`.
    config : str
        The resolved configuration behind them, as YAML.
    folder : Path

    Returns
    -------
    status : str
        "complete", or "failed" when a solver gave up; the table then ends before that needle.
    answer : list of str
        One sentence per needle.

    Raises
    ------
    ConfigError
        If the folder is taken.
    KeyboardInterrupt
        Passed on, after the folder has got the status "interrupted".
    """
    cells: list[Cell] = []
    watch, size = Stopwatch(), sum(map(len, minerals))
    with new_folder(folder) as aside, log_to(aside / LOG):
        write_text(aside / CONFIG, config)

        def finish(status: str, reason: str) -> None:
            write_rows(aside / MAP, HEADER, [_row(cell) for cell in cells])
            values, notes = _metrics(_by_needle(needles, cells, size))
            ending: dict[str, Json] = {
                "map.cells": len(cells),
                "run.status": status,
                "run.wall_s": watch.wall,
                "run.peak_memory_MB": peak_memory(),
                "run.notes": [f"run.status: {reason}"] * bool(reason) + notes,
            }
            write_json(aside / METRICS, values | ending)
            write_json(aside / PROVENANCE, provenance(watch))

        try:
            with concluded(finish):
                with watch.stage("map"):
                    for cell in penetration_map(needles, minerals, show):
                        cells.append(cell)
                with watch.stage("figures"):
                    save(map_figure(needles, cells), aside / FIGURES / PICTURE)
                show(DONE, 1.0)
        except SolverError:
            status = "failed"
        else:
            status = "complete"
            finish(status, "")
    return status, [_sentence(*own) for own in _by_needle(needles, cells, size)]


def _by_needle(
    needles: Sequence[Case], cells: Sequence[Cell], size: int
) -> list[tuple[Case, Sequence[Cell]]]:
    """Return each needle that was evaluated in all `size` minerals with its cells."""
    whole = len(cells) // size
    return [(case, cells[i * size : (i + 1) * size]) for i, case in enumerate(needles[:whole])]


def _row(cell: Cell) -> list[Entry]:
    margins = cell.margins or {}
    return [
        cell.needle,
        cell.technique,
        MM * cell.free_length,
        G_PER_CM3 * cell.density,
        MPA * cell.solid_strength,
        MPA * cell.crushing_strength,
        cell.outcome,
        cell.decided_by,
        _scaled(MM, cell.reached_depth),
        _scaled(MM, cell.depth_in_nodule),
        cell.peak_force,
        cell.smallest_margin,
        *(_finite(margins.get(name)) for name in MARGINS),
        cell.reason,
    ]


def _scaled(factor: float, value: float | None) -> float | None:
    return None if value is None else factor * value


def _finite(value: float | None) -> float | None:
    """A margin without any demand is infinite; its cell stays empty."""
    return value if value is not None and math.isfinite(value) else None


def _metrics(
    by_needle: Sequence[tuple[Case, Sequence[Cell]]],
) -> tuple[dict[str, Json], list[str]]:
    """Return what each needle reaches and, at the patient's density, up to which strength."""
    values: dict[str, Json] = {}
    notes = []
    for case, own in by_needle:
        key = f"map.{case.needle.name}_{MM * case.needle.free_length:.4g}mm"
        reached, limit = _reached(own), None
        if own[0].outcome == OUT_OF_REACH:
            notes.append(f"{key}.strength_limit_MPa: {own[0].reason}")
        else:
            limit = strength_limit(own, case.nodule.mineral.density)
            if not math.isfinite(limit):
                notes.append(f"{key}.strength_limit_MPa: above the map's strengths")
        values[f"{key}.reached_fraction"] = reached / len(own)
        values[f"{key}.strength_limit_MPa"] = _finite(_scaled(MPA, limit))
    return values, notes


def _reached(cells: Sequence[Cell]) -> int:
    return sum(cell.outcome == "reached_target" for cell in cells)


def _sentence(case: Case, own: Sequence[Cell]) -> str:
    """Say which minerals a needle gets through."""
    name = f"{case.needle.name.replace('_', ' ')}, {MM * case.needle.free_length:.4g} mm"
    if own[0].outcome == OUT_OF_REACH:
        return f"{name}: {own[0].reason}."
    limit = strength_limit(own, case.nodule.mineral.density)
    at = f"at {number(G_PER_CM3 * case.nodule.mineral.density)} g/cm³"
    if math.isinf(limit):
        words = f"{at} whatever the strength of the solid"
    elif limit == 0.0:
        words = f"{at} at no strength of the solid"
    else:
        words = f"{at} up to {number(MPA * limit, 2)} MPa of the solid"
    return f"{name}: reaches its target in {_reached(own)} of {len(own)} minerals, {words}."
