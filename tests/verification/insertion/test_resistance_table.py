"""One dimensionless resistance for every solid strength; a few densities serve all others."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from sim.config import compose, default_case
from sim.config.penetration_map import to_map
from sim.insertion import evaluate, prepare
from sim.materials.mineral import densification_strain
from sim.mechanics.failure import OUTCOMES
from sim.mechanics.mineral import resistance
from sim.penetration_map import SPACING, STEPS, ModelTable, at_closure, with_mineral

COARSE = ["mesh=coarse", "nodule.fixation=fixed"]
NEEDLES = [("27G", "push"), ("14G_coaxial", "drill")]


def test_stresses_scale_with_the_crushing_strength(check):
    """E / sigma_c over all densities and solid strengths of the default map."""
    _, minerals = to_map(compose("penetration_map"))
    ratio = np.array([[m.youngs_modulus / m.crushing_strength for m in row] for row in minerals])
    check("map: E / crushing strength, spread over the map", np.ptp(ratio) / 131.0, "≤", 1e-12)


def interpolation_errors(
    needle: str, technique: str, strains: list[float], *overrides: str
) -> tuple[float, float]:
    """Largest error of the normal factor, and of the wall's pressure / the largest, past burial."""
    of = default_case(needle, technique, [*COARSE, *overrides])
    factor, wall = [], []
    for strain in strains:
        between = at_closure(of.nodule.mineral, strain)
        table = ModelTable(of, between.density, between.density)
        exact = prepare(with_mineral(of, between)).resistance
        s = exact.depth[exact.depth > 1.0 / np.tan(exact.half_angle)]
        true, shaft = resistance.evaluate(exact, s)
        near, near_shaft = resistance.evaluate(table.at(between).resistance, s)
        factor.append(np.abs(near / true - 1.0).max())
        wall.append(np.abs(near_shaft - shaft).max() / shaft.max())
    return max(factor), max(wall)


def test_the_cap_of_hardening_is_interpolated(check):
    """Half way between two tabulated densities, where pores close on the way and the law bends."""
    factor, wall = interpolation_errors("14G_coaxial", "drill", [0.9])
    check("map: normal force between two tabulated densities", factor, "≤", 0.02)
    check("map: wall's pressure between two tabulated densities", wall, "≤", 0.03)


@pytest.mark.slow
@pytest.mark.parametrize(("needle", "technique"), NEEDLES)
@pytest.mark.parametrize("law", ["capped", "compaction"])
def test_every_density_of_the_map_is_interpolated(needle, technique, law, check):
    spacing = SPACING[law]
    low, high = (math.log(3160.0 / density) / spacing for density in (1900.0, 800.0))
    strains = [spacing * (k + 0.5) for k in range(int(low), math.ceil(high))]
    override = f"nodule.mineral.densification={law}"
    factor, wall = interpolation_errors(needle, technique, strains, override)
    check(f"map, {needle}, {law}: normal force at all densities", factor, "≤", 0.02)
    check(f"map, {needle}, {law}: wall's pressure at all densities", wall, "≤", 0.03)


def test_a_cell_of_the_map_is_the_insertion_itself(check):
    """At a tabulated density, for another solid strength, against a run that solves its own."""
    of = default_case("14G_coaxial", "drill", COARSE)
    tabulated = at_closure(of.nodule.mineral, 0.8)
    of = with_mineral(of, replace(tabulated, crushing_strength=20e6, youngs_modulus=131.0 * 20e6))
    weaker = replace(tabulated, crushing_strength=10e6, youngs_modulus=131.0 * 10e6)
    table = ModelTable(of, tabulated.density, tabulated.density)
    assert densification_strain(weaker.porosity) == pytest.approx(0.8, rel=1e-12)
    cell = evaluate(with_mineral(of, weaker), table.at(weaker))
    own = evaluate(with_mineral(of, weaker), prepare(with_mineral(of, weaker)))
    error = max(abs(cell.margins[name] / own.margins[name] - 1.0) for name in cell.margins)
    check("map: margins of a cell against those of its own run", error, "≤", 1e-9)
    fewer = evaluate(with_mineral(of, weaker), table.at(weaker), STEPS)
    error = max(abs(fewer.margins[name] / own.margins[name] - 1.0) for name in OUTCOMES)
    check("map: its path's steps, margins of what can stop the needle", error, "≤", 5e-3)
    assert fewer.outcome == own.outcome
