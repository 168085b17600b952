"""Cells, interpolation between densities, and the strength up to which a needle arrives."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from sim import penetration_map as module
from sim.insertion import evaluate
from sim.mechanics.failure import OUTCOMES
from sim.mechanics.mineral import resistance
from sim.penetration_map import (
    OUT_OF_REACH,
    Cell,
    ModelTable,
    at_closure,
    blend,
    penetration_map,
    strength_limit,
    with_mineral,
)
from sim.results.progress import silent
from tests.unit.mechanics.patient import STONE, analytic_curve, case, models

SOLID = [20e6, 60e6, 240e6, 1200e6]  # Pa


def mineral(density: float, solid: float):
    """The stone at another density and strength of its solid, by the catalogue's law."""
    porosity = 1.0 - density / STONE.solid_density
    crushing = solid * math.exp(-STONE.strength_decay * porosity)
    return replace(
        STONE, density=density, porosity=porosity, solid_strength=solid,
        crushing_strength=crushing, youngs_modulus=131.0 * crushing,
        densification_strain=-math.log1p(-porosity),
    )  # fmt: skip


MINERALS = [[mineral(density, solid) for solid in SOLID] for density in (900.0, 1600.0)]


@pytest.fixture
def prepared(monkeypatch):
    """Analytic curves whose factor tells the density they are of."""
    asked = []

    def prepare(of):
        asked.append(of)
        return models(analytic_curve(factor=1.0 + of.nodule.mineral.porosity))

    monkeypatch.setattr(module, "prepare", prepare)
    return asked


def test_each_cell_is_an_insertion_of_its_own(prepared):
    cells = list(penetration_map([case()], MINERALS, silent))
    assert [(c.density, c.solid_strength) for c in cells] == [
        (m.density, m.solid_strength) for column in MINERALS for m in column
    ]
    table = ModelTable(case(), 900.0, 1600.0)
    for cell, of in zip(cells, [m for column in MINERALS for m in column], strict=True):
        own = with_mineral(case(), of)
        result = evaluate(own, table.at(of), module.STEPS, module.TOLERANCE)
        assert cell.outcome == result.outcome
        assert cell.margins == result.margins
        assert cell.reached_depth == result.reached_depth
        assert cell.smallest_margin == min(result.margins[name] for name in OUTCOMES)
        assert (cell.smallest_margin >= 1.0) == (cell.outcome == "reached_target")
        assert OUTCOMES[cell.decided_by] == cell.outcome or cell.outcome in (
            "reached_target", "buckled",
        )  # fmt: skip
    assert len({cell.outcome for cell in cells}) > 1
    assert all(of.nodule.fixation == "fixed" for of in prepared[: len(prepared) // 2])


def test_a_needle_too_short_for_the_target_says_so_and_solves_nothing(prepared):
    of = case()
    short = replace(of, needle=replace(of.needle, free_length=of.target_depth))
    cells = list(penetration_map([short], MINERALS, silent))
    assert {cell.outcome for cell in cells} == {OUT_OF_REACH}
    assert all("7.5 mm" in cell.reason and cell.margins is None for cell in cells)
    assert not prepared


def test_a_cell_without_a_solution_is_that_cell_alone(prepared, monkeypatch):
    def evaluated(of, have, steps, exact):
        if of.nodule.mineral.solid_strength == SOLID[1]:
            raise module.SolverError("made up")
        return evaluate(of, have, steps, exact)

    monkeypatch.setattr(module, "evaluate", evaluated)
    cells = list(penetration_map([case()], MINERALS[:1], silent))
    assert [cell.outcome == "failed" for cell in cells] == [False, True, False, False]
    assert cells[1].reason == "made up"


def test_progress_only_grows_and_ends(prepared):
    shown = []
    list(penetration_map([case(), case()], MINERALS[:1], lambda stage, done: shown.append(done)))
    assert np.all(np.diff(shown) >= 0.0)
    assert shown[-1] == 1.0


def test_the_table_spans_the_densities_and_meets_its_own(prepared):
    ModelTable(case(), 900.0, 1600.0)
    strains = [-math.log1p(-of.nodule.mineral.porosity) for of in prepared]
    np.testing.assert_allclose(np.diff(strains), module.SPACING[STONE.densification], rtol=1e-12)
    ends = [math.log(STONE.solid_density / density) for density in (1600.0, 900.0)]
    assert strains[0] <= ends[0] < strains[1]
    assert strains[-2] < ends[1] <= strains[-1]
    for of in prepared[1:-1]:
        own = of.nodule.mineral
        assert ModelTable(case(), 900.0, 1600.0).at(own).resistance.steady_factor == pytest.approx(
            1.0 + own.porosity, rel=1e-12
        )


def test_one_density_still_has_two_neighbours(prepared):
    table = ModelTable(case(), 1600.0, 1600.0)
    assert len(prepared) == 2
    assert table.at(mineral(1600.0, 1e8)).resistance.steady_factor == pytest.approx(
        1.0 + mineral(1600.0, 1e8).porosity, abs=5e-3
    )


def test_a_density_keeps_the_factor_of_the_densification_strain():
    stretched = replace(STONE, densification_strain=1.3 * -math.log1p(-STONE.porosity))
    other = at_closure(stretched, 0.9)
    assert other.densification_strain == pytest.approx(1.3 * 0.9, rel=1e-12)
    assert -math.log1p(-other.porosity) == pytest.approx(0.9, rel=1e-12)
    assert other.density == pytest.approx(STONE.solid_density * math.exp(-0.9), rel=1e-12)


@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
def test_blended_curves_are_blended_everywhere(weight):
    one, other = analytic_curve(factor=1.5, wall=0.3), analytic_curve(factor=2.5, wall=0.9)
    other = replace(other, depth=np.append(other.depth[:-1], 60.0))  # it was steady sooner
    s = np.linspace(0.0, 150.0, 301)
    both = [np.array(resistance.evaluate(curve, s)) for curve in (one, other)]
    mixed = np.array(resistance.evaluate(blend(one, other, weight), s))
    np.testing.assert_allclose(mixed, (1.0 - weight) * both[0] + weight * both[1], rtol=1e-9)


def cells_with(margin) -> list[Cell]:
    return [
        Cell("27G", "push", 0.0127, d, s, s, "bent", "", "", smallest_margin=margin(d, s))
        for d in (800.0, 1200.0, 1900.0)
        for s in (70e6, 200e6, 800e6)
    ]


def test_the_strength_limit_of_a_power_law_is_exact():
    cells = cells_with(lambda density, strength: (123e6 / strength) ** 0.7)
    for density in (800.0, 1000.0, 1900.0):
        assert strength_limit(cells, density) == pytest.approx(123e6, rel=1e-12)
    assert strength_limit(cells_with(lambda d, s: 1.01), 1000.0) == math.inf
    assert strength_limit(cells_with(lambda d, s: 0.99), 1000.0) == 0.0


def test_the_strength_limit_follows_the_density():
    cells = cells_with(
        lambda density, strength: 200e6 / strength * math.exp((1200 - density) / 1e3)
    )
    assert strength_limit(cells, 1200.0) == pytest.approx(200e6, rel=1e-12)
    assert strength_limit(cells, 1000.0) == pytest.approx(200e6 * math.exp(0.2), rel=1e-12)
