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
from sim.figures.solid import solid_figure
from sim.figures.style import save
from sim.figures.torque import torque_figure, turns
from sim.figures.turning import turning_figure
from sim.figures.uptake import threshold_figure, uptake_figure
from sim.results.record import FIGURES, Record


@dataclass(frozen=True)
class Picture:
    """What is drawn of one or two records, of which records it can be, and what it shows."""

    draw: Callable[[Sequence[Record]], Figure]
    possible: Callable[[Record], bool]
    caption: str


def _dimension(record: Record) -> int:
    """Dimension of the infiltration's fields; 0 where there are none."""
    return 0 if record.fields is None else record.fields.points.shape[1]


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
        lambda record: _dimension(record) == 2,
        "Thiosulfate in the pore fluid in the section through the axis; one colour scale and one "
        "spatial scale, the needle drawn in where it stands.",
    ),
    "solid": Picture(
        solid_figure,
        lambda record: _dimension(record) == 3,
        "Thiosulfate in the pore fluid in the section through the mouth, along the way that the "
        "needle leans; the dark line is the nodule's surface.",
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
        "margin of the insertion. Below: the infiltrated share of the nodule.",
    ),
}


def draw(records: Sequence[Record], folder: Path) -> dict[str, Path]:
    """Draw every picture that at least one record has the data for; return their paths by name."""
    return {
        name: save(picture.draw(records), folder / FIGURES / f"{name}.png")
        for name, picture in PICTURES.items()
        if any(picture.possible(record) for record in records)
    }
