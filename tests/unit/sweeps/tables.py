"""Tables of sweeps as `sim.results.load` returns them, with numbers that tests know."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pandas as pd

DIAMETERS = {"27G": 0.41, "25G": 0.51, "14G_coaxial": 2.1}
TOO_DENSE = 9.0


def outcome(needle: str, density: float) -> str:
    """Thin needles stall in dense mineral; the 14G buckles in the densest."""
    if needle == "14G_coaxial":
        return "buckled" if density > 1.5 else "reached_target"
    return "stalled" if density > 1.0 else "reached_target"


def row(number: int, needle: str, density: float, volume: float) -> dict[str, object]:
    """Return a run: refused at `TOO_DENSE`, its dose 10 mg per mL over the density."""
    refused = bool(density == TOO_DENSE)
    return {
        "key": f"{number:032x}",
        "experiment": "run_case",
        "status": "refused" if refused else "complete",
        "reason": f"nodule.mineral.density = '{density} g/cm³' is not allowed" * refused,
        "needle.name": needle,
        "needle.outer_diameter_mm": DIAMETERS[needle],
        "technique.name": "drill" if needle == "14G_coaxial" else "push",
        "nodule.mineral.density_g_per_cm3": density,
        "injection.volume_mL": volume,
        "insertion.outcome": None if refused else outcome(needle, density),
        "insertion.peak_force_N": None if refused else 10.0 * density,
        "infiltration.dose_in_nodule_mg": None if refused else 10.0 * volume / density,
        "folder": f"runs/{number:032x}",
        "overrides": f"mesh=coarse needle={needle} technique={'drill' if 'c' in needle else 'push'}"
        f" nodule.mineral.density={density}\\ g/cm**3 injection.volume={volume}\\ mL",
    }


def grid(
    needles: Sequence[str] = tuple(DIAMETERS),
    densities: Sequence[float] = (0.8, 1.2, 1.6),
    volumes: Sequence[float] = (0.2, 0.5),
) -> pd.DataFrame:
    """Return a run for each combination."""
    points = itertools.product(needles, densities, volumes)
    return pd.DataFrame([row(i, *point) for i, point in enumerate(points)])


def compared() -> pd.DataFrame:
    """Return two comparisons of a 27G, always the same run, with another needle."""
    rows = []
    for i, other in enumerate(("25G", "14G_coaxial")):
        a, b = row(0, "27G", 0.8, 0.5), row(i, other, 0.8, 0.5)
        shared = {name: b[name] for name in ("key", "experiment", "status", "reason", "folder")}
        sides = {
            f"{side}.{name}": value
            for side, own in (("a", a), ("b", b))
            for name, value in own.items()
            if name.startswith(("needle.", "technique.", "insertion.", "infiltration."))
        }
        rows.append(shared | sides | {"overrides": f"mesh=coarse needle@b.needle={other}"})
    return pd.DataFrame(rows)
