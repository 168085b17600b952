"""All pictures of one run or of a comparison, as files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from sim.figures.course import course_figure, injected
from sim.figures.crushed import crushed_figure
from sim.figures.force import force_figure
from sim.figures.infiltration import infiltration_figure
from sim.figures.mineral import dissolves, mineral_figure
from sim.figures.pressure import pressure_figure, pushed
from sim.figures.style import save
from sim.figures.torque import torque_figure, turns
from sim.figures.turning import turning_figure
from sim.figures.uptake import threshold_figure, uptake_figure
from sim.results.names import FIGURES
from sim.results.record import Record


@dataclass(frozen=True)
class Picture:
    """What is drawn of one or two records, of which records it can be, and what it shows."""

    draw: Callable[[Sequence[Record]], Figure]
    possible: Callable[[Record], bool]
    caption: str


PICTURES = {
    "force": Picture(
        force_figure,
        lambda record: record.force is not None,
        "Axial force at the hand against depth. Of two needles both on one axis above; below, each "
        "on a force axis of its own, split into tip and shaft friction, with the limits that can "
        "end it. A curve ends where the insertion ended.",
    ),
    "torque": Picture(
        torque_figure,
        turns,
        "Torque at the hand against depth, of what is turned. Its limit is the hand's or, where "
        "that is less, the cannula's torsional yield.",
    ),
    "crushed": Picture(
        crushed_figure,
        lambda record: record.crushed is not None,
        "Mineral compacted around the tip where the needle stopped: plastic volume strain "
        "(logarithmic, compaction positive) in one half of the section, as it is once the force is "
        "steady. Each needle has its own spatial scale; what stood where the bore is, is not "
        "followed.",
    ),
    "infiltration": Picture(
        infiltration_figure,
        lambda record: record.fields is not None,
        "Thiosulfate in the pore fluid in the section through the needle; one logarithmic colour "
        "scale and one spatial scale. The needle is drawn where it stands. In 3-D the section lies "
        "along the way that the needle leans.",
    ),
    "pressure": Picture(
        pressure_figure,
        pushed,
        "Pressure of the liquid as the injection ends, on one logarithmic colour scale, and where "
        "it flows in the tissue (Darcy): between two lines passes the same share of what comes out "
        "of mouth and shaft. The flow in the gap along the shaft is not drawn; in 3-D only what "
        "flows in the plane is.",
    ),
    "uptake": Picture(
        uptake_figure,
        lambda record: record.uptake is not None,
        "Where the delivered drug is over time (stacked); the needle's way is what liquid stands "
        "in where steel was.",
    ),
    "course": Picture(
        course_figure,
        injected,
        "The drug in the nodule over time, the nodule's mean exposure to it and, where a closure "
        "is chosen, the mineral that it takes away.",
    ),
    "threshold": Picture(
        threshold_figure,
        lambda record: record.threshold is not None,
        "Share of the nodule's volume that ever exceeded a concentration.",
    ),
    "mineral": Picture(
        mineral_figure,
        dissolves,
        "Above: share of the mineral that is gone by the end of the run, of what was there when "
        "its injection began. Below: its mass over time. A scenario of the closure, no prediction.",
    ),
    "turning_points": Picture(
        turning_figure,
        lambda record: bool(record.turning_points),
        "Over each uncertain input's range, the others at their defaults. Above: the smallest "
        "margin of the insertion. Below: the infiltrated share of the nodule. A bar spans both "
        "ends and the default, which can lie outside of them.",
    ),
}


def possible(records: Sequence[Record]) -> list[str]:
    """Return the names of the pictures that at least one record has the data for."""
    return [
        name
        for name, picture in PICTURES.items()
        if any(picture.possible(record) for record in records)
    ]


def draw(
    records: Sequence[Record], folder: Path, names: Sequence[str] | None = None
) -> dict[str, Path]:
    """Draw the pictures of these names, or all that are possible; return their paths by name."""
    return {
        name: save(PICTURES[name].draw(records), folder / FIGURES / f"{name}.png")
        for name in (possible(records) if names is None else names)
    }
