"""All pictures of one run or of a comparison, as files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from sim.figures.crushed import crushed_figure
from sim.figures.force import force_figure
from sim.figures.infiltration import infiltration_figure
from sim.figures.mineral import dissolves, mineral_figure
from sim.figures.solid import solid_figure
from sim.figures.style import save
from sim.figures.turning import turning_figure
from sim.figures.uptake import threshold_figure, uptake_figure
from sim.results.record import FIGURES, Record

PICTURES: dict[str, Callable[[Sequence[Record]], Figure]] = {
    "force": force_figure,
    "crushed": crushed_figure,
    "infiltration": infiltration_figure,
    "solid": solid_figure,
    "uptake": uptake_figure,
    "threshold": threshold_figure,
    "mineral": mineral_figure,
    "turning_points": turning_figure,
}
NEEDS = {
    "force": lambda record: record.force is not None,
    "crushed": lambda record: record.crushed is not None,
    "infiltration": lambda record: _dimension(record) == 2,
    "solid": lambda record: _dimension(record) == 3,
    "uptake": lambda record: record.uptake is not None,
    "threshold": lambda record: record.threshold is not None,
    "mineral": dissolves,
    "turning_points": lambda record: bool(record.turning_points),
}


def draw(records: Sequence[Record], folder: Path) -> dict[str, Path]:
    """Draw every picture that at least one record has the data for; return their paths by name."""
    return {
        name: save(picture(records), folder / FIGURES / f"{name}.png")
        for name, picture in PICTURES.items()
        if any(NEEDS[name](record) for record in records)
    }


def _dimension(record: Record) -> int:
    """Dimension of the infiltration's fields; 0 where there are none."""
    return 0 if record.fields is None else record.fields.points.shape[1]
