"""CPU time of both needles through 15 mm of the default stone, and how it grows with the way.

Usage: ``./run python -m benchmarks.penetration``. Nothing is cached; element size R / 10.
"""

from __future__ import annotations

import math

from rich.console import Console
from rich.table import Table

from sim.mechanics.mineral.foam import Foam
from sim.mechanics.mineral.hardening import Capped
from sim.mechanics.mineral.resistance import compute_resistance

STONE = Foam(131.0, 0.25, 1.655, 1.0, Capped(0.5, 0.68))
NEEDLES = {"27G": (5.55, 0.2064), "14G": (20.0, 1.054)}  # half-angle (degrees), radius (mm)
WAYS = (7.5, 15.0)  # mm
SIZE = 0.1


def main() -> None:
    """Print one row per needle and way: counters, cost, and what the last radii settle on."""
    table = Table("needle", "mm", "steps", "iterations", "CPU s", "ms a step", "N", "wall")
    for name, (degrees, radius) in NEEDLES.items():
        for way in WAYS:
            curve = compute_resistance(STONE, math.radians(degrees), SIZE, depth=way / radius)
            spent = {key.removeprefix("penetration_"): x for key, x in curve.statistics.items()}
            table.add_row(
                name,
                f"{way:g}",
                f"{spent['steps']:.0f}",
                f"{spent['iterations']:.0f}",
                f"{spent['cpu_s']:.1f}",
                f"{1e3 * spent['cpu_s'] / spent['steps']:.0f}",
                f"{curve.steady_factor:.4f}",
                f"{curve.steady_wall_pressure:.3f}",
            )
    Console().print(table)


if __name__ == "__main__":
    main()
