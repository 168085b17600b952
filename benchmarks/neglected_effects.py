"""Density-driven and osmotic effects: how large they are beside what the model computes.

Usage: ``./run python -m benchmarks.neglected_effects``. Conclusions: docs/infiltration.md.

* Gravity. The solution is heavier than the tissue's liquid. In pores it sinks with at most
  ``u = k drho g / (mu phi)`` (undiluted); the Rayleigh number ``Ra = u L / D`` compares that with
  diffusion over L, and cells form from ``Ra = 4 pi^2`` on (Horton and Rogers 1945, Lapwood 1948).
  `settling` goes further: the buoyant flow of the drug as it lies when the injection ends, kept up
  for days although the drug thins out, and what that does to the nodule's exposure.
* Osmosis in the pores. No pore of skin, fat or mineral holds back a small salt but by its fixed
  charges. The pressure that they can make is at most the Donnan pressure of the tissue's own salt,
  ``R T (sqrt(X^2 + 4 c^2) - 2 c)``: concentrated salt only takes it away (Overbeek 1956).
* Osmosis across capillaries, in skin and fat alone: ``Lp S/V sigma dPi`` (Starling, Kedem and
  Katchalsky 1958) draws water into the depot.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import diags_array
from scipy.sparse.linalg import splu

from sim.config import default_case
from sim.domain.axisymmetric import axisymmetric_domain
from sim.domain.domain import Domain
from sim.flow.balance import balanced
from sim.infiltration import follow
from sim.materials.mineral import kozeny_carman
from sim.transport.species import Species

Array = NDArray[np.float64]

NEEDLES = (("27G", "push"), ("14G_coaxial", "drill"))
GRAVITY = 9.81  # m/s2
TISSUE_LIQUID = 1000.0  # kg/m3 at 37 degC, interstitial liquid (assumption, 993 to 1005)
HEAT = 8.314 * 310.15  # J/mol, R T at 37 degC
OSMOLALITY = 2.3  # Osm per kg of water in 250 mg/mL, from three ions and an osmotic coefficient
TISSUE_OSMOLALITY = 0.29
WATER = 953.0  # kg of water per m3 of the solution: its density less the anhydrous salt
SALT = 150.0  # mol/m3, of the tissue's own liquid
FIXED_CHARGE = {"skin": 50.0, "subcutis": 10.0}  # mol/m3 (assumption: tissue with proteoglycans)
CAPILLARIES = 2.7e-12 * 7e3  # 1/(Pa s), Lp S/V of normal tissue, Baxter and Jain 1989
REFLECTION = 0.05  # of a small salt at a capillary's wall (assumption, 0.02 to 0.1)
SCALE = 5e-3  # m, half of the nodule's height
STEPS = 120


@dataclass(frozen=True)
class Medium:
    """What the liquid moves through."""

    name: str
    permeability: float  # m2
    porosity: float
    diffusivity: float  # m2/s, in the pore liquid
    half_life: float  # s, of the drug; inf: not cleared


def sinking_speed(medium: Medium, excess: float, viscosity: float) -> float:
    """Return the largest pore velocity (m/s) of liquid `excess` kg/m3 heavier than around it."""
    return medium.permeability * excess * GRAVITY / (viscosity * medium.porosity)


def rayleigh(medium: Medium, excess: float, viscosity: float, length: float) -> float:
    """Return the Rayleigh number over `length` (m)."""
    return sinking_speed(medium, excess, viscosity) * length / medium.diffusivity


def donnan_pressure(fixed_charge: float, salt: float) -> float:
    """Return the swelling pressure (Pa) of fixed charges among a 1:1 salt (mol/m3 both)."""
    return HEAT * (math.hypot(fixed_charge, 2.0 * salt) - 2.0 * salt)


def osmotic_pressure() -> float:
    """Return that of the solution above the tissue's own (Pa), van 't Hoff."""
    return HEAT * (OSMOLALITY - TISSUE_OSMOLALITY) * WATER


def buoyant_flow(domain: Domain, concentration: Array, excess_per_drug: float) -> Array:
    """Return the flow (m,) in m3/s that the drug's weight drives in open tissue.

    ``q = -k/mu (grad p + drho g)`` with div q = 0: two solutions of Darcy's law share the matrix,
    here written with the flows that the weight alone would drive as sources.
    """
    cv = domain.cv
    edges = cv.edges
    conductance = cv.conductances(domain.mobility)
    heavier = excess_per_drug * 0.5 * (concentration[edges.tail] + concentration[edges.head])
    driven = conductance * heavier * GRAVITY * edges.difference(cv.points[:, -1])
    return balanced(edges, conductance, driven, cv.boundary("outer"))


def exposure(domain: Domain, species: Species, start: Array, duration: float) -> float:
    """Return the nodule's mean exposure (kg s/m3) from rest; backward Euler, steps growing."""
    free = np.ones(len(start), dtype=bool)
    free[species.absorbing] = False
    capacity, operator = species.capacity[free], species.operator[free][:, free]
    c, integral = start[free], np.zeros(len(start))
    for size in np.diff(duration * np.linspace(0.0, 1.0, STEPS) ** 3):
        c = splu((diags_array(capacity / size) + operator).tocsc()).solve(capacity / size * c)
        integral[free] += size * c
    pores = domain.pores()["nodule"]
    return float(pores @ integral / pores.sum())


def settling(needle: str, technique: str, *overrides: str) -> dict[str, float]:
    """Return by how much the nodule's exposure changes (relative) with gravity down, and up."""
    case = default_case(needle, technique, ["mesh=coarse", *overrides])
    case = replace(case, dissolution=replace(case.dissolution, model="none"))
    domain = axisymmetric_domain(case, case.target_depth)
    fields = follow(domain, until=case.injection.time_limit).fields
    at_end = int(np.argmin(np.abs(fields.times - case.injection.time_limit)))
    start = fields.concentration[at_end]
    weight = (case.drug.density - TISSUE_LIQUID) / case.drug.concentration
    rest = domain.species(None)
    plain = exposure(domain, rest, start, case.schedule.follow_up)
    changes = {}
    for name, sign in (("down", 1.0), ("up", -1.0)):
        flow = -sign * buoyant_flow(domain, start, weight)
        moved = replace(rest, edge_flow=flow)
        changes[name] = exposure(domain, moved, start, case.schedule.follow_up) / plain - 1.0
    return changes


def media() -> list[Medium]:
    """Return the tissues of the default patient and their extremes."""
    case = default_case()
    free = case.drug.diffusivity
    skin, fat, mineral = case.tissue.skin, case.tissue.subcutis, case.nodule.mineral
    loose, coarse = 0.75, 3e-6
    return [
        Medium("skin", skin.permeability, skin.porosity, 0.35 * free, 1800.0),
        Medium("fat", fat.permeability, fat.porosity, 0.35 * free, 1800.0),
        Medium("fat opened by an injection", 1e-11, fat.porosity, 0.35 * free, 1800.0),
        Medium("stone", mineral.permeability, mineral.porosity, 0.15 * free, math.inf),
        Medium(
            "stone of 0.8 g/cm3, crystals of 3 um",
            kozeny_carman(coarse, loose),
            loose,
            0.15 * free,
            math.inf,
        ),
        Medium("paste", kozeny_carman(1e-6, 0.86), 0.86, 0.15 * free, math.inf),
    ]


def main() -> None:
    """Print the numbers that the documentation quotes."""
    drug = default_case().drug
    excess = drug.density - TISSUE_LIQUID
    print("medium                                 sinks (um/s)  Ra over 5 mm  way in its life (mm)")
    for medium in media():
        speed = sinking_speed(medium, excess, drug.viscosity)
        life = min(medium.half_life / math.log(2.0), SCALE**2 / medium.diffusivity)
        ra = rayleigh(medium, excess, drug.viscosity, SCALE)
        print(f"{medium.name:38} {1e6 * speed:12.3g} {ra:13.3g} {1e3 * speed * life:21.3g}")
    for needle in NEEDLES:
        for density in ("1.6", "0.8"):
            overrides = (f"nodule.mineral.density={density} g/cm**3",)
            change = settling(*needle, *overrides)
            print(f"{needle[0]}, {density} g/cm3: exposure of the nodule {change} (relative)")
    pressure = osmotic_pressure()
    print(f"osmotic pressure {1e-6 * pressure:.3g} MPa above that of tissue")
    for name, charge in FIXED_CHARGE.items():
        print(f"{name}: Donnan pressure at most {1e-3 * donnan_pressure(charge, SALT):.3g} kPa")
    influx = CAPILLARIES * REFLECTION * pressure
    print(f"capillaries draw {influx:.3g} 1/s of the tissue's volume while it is undiluted")


if __name__ == "__main__":
    main()
