"""A treatment's pictures: the curves of its rounds, and what they do to the nodule."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.figures.mineral import dissolves
from sim.figures.mineral_rounds import mineral_rounds_figure
from sim.figures.round_curves import forces_figure, rounds_figure, weeks_figure
from sim.figures.style import save
from sim.results.names import FIGURES
from sim.rounds.record import Treatment


def draw_rounds(treatments: Sequence[Treatment], folder: Path) -> dict[str, Path]:
    """Draw the pictures if any round is finished; return their paths by name."""
    if not any(treatment.rounds for treatment in treatments):
        return {}
    figures = {
        "round_forces": forces_figure(treatments),
        "rounds": rounds_figure(treatments),
        "weeks": weeks_figure(treatments),
    }
    begun = [treatment for treatment in treatments if treatment.rounds]
    if all(dissolves(record) for treatment in begun for record in treatment.rounds):
        figures["mineral_left"] = mineral_rounds_figure(begun)
    return {
        name: save(figure, folder / FIGURES / f"{name}.png") for name, figure in figures.items()
    }
