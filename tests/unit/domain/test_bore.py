"""The liquid in the needle's way: volumes, the column's diffusion, what leaks out on the skin."""

import dataclasses
import math

import numpy as np
import pytest
from scipy.sparse import diags_array
from scipy.sparse.linalg import splu

from meshes.outline import needle_outline
from sim.case import Case
from sim.config import default_case
from sim.domain.axisymmetric import axisymmetric_domain
from sim.domain.domain import Domain
from sim.transport.species import Species
from tests.conftest import Check

NEEDLES = {"27G": "push", "14G_coaxial": "drill"}


def domain_of(needle: str, *overrides: str) -> Domain:
    case = default_case(needle, NEEDLES[needle], ["mesh=coarse", *overrides])
    return axisymmetric_domain(case, case.target_depth)


def cone(radius: float, angle: float) -> float:
    return math.pi / 3.0 * radius**3 / math.tan(angle)


def test_void_of_the_stylet_is_its_cone_and_cylinder() -> None:
    domain = domain_of("14G_coaxial")
    stylet, tip = domain.case.needle.stylet, domain.case.needle.tip
    radius = 0.5 * stylet.diameter
    length = stylet.protrusion - radius / math.tan(tip.angle)
    expected = cone(radius, tip.angle) + math.pi * radius**2 * length
    np.testing.assert_allclose(domain.bore.volume(open_track=False).sum(), expected, rtol=1e-9)


def test_steel_fills_the_tip_of_a_hypodermic() -> None:
    assert not domain_of("27G").bore.volume(open_track=False).any()


@pytest.mark.parametrize("needle", NEEDLES)
@pytest.mark.parametrize("pulled", [0.05e-3, 2.0e-3])
def test_bare_bore_grows_by_what_the_needle_was_pulled_back(needle: str, pulled: float) -> None:
    whole = domain_of(needle)
    domain = domain_of(needle, f"injection.pull_back={pulled} m")
    radius = 0.5 * domain.case.needle.outer_diameter
    void = domain.bore.volume(open_track=False).sum()
    tip = whole.bore.volume(open_track=False).sum()
    if needle == "27G":  # the bevel, as the cone of its length, comes off its bed
        tip = 2.0 / 3.0 * math.pi * radius**3 / math.tan(domain.case.needle.tip.angle)
    np.testing.assert_allclose(void, tip + math.pi * radius**2 * pulled, rtol=1e-9)
    track = domain.bore.volume(open_track=True).sum()
    np.testing.assert_allclose(track, whole.bore.volume(open_track=True).sum(), rtol=1e-9)


@pytest.mark.parametrize("needle", NEEDLES)
def test_open_track_is_all_the_needle_took_up(needle: str) -> None:
    domain = domain_of(needle)
    outline = needle_outline(domain.case.needle, domain.case.target_depth)
    r, z = np.array(outline.radius), np.array(outline.height)
    frusta = (r[:-1] ** 2 + r[:-1] * r[1:] + r[1:] ** 2) * np.diff(z)
    expected = math.pi / 3.0 * frusta.sum()
    np.testing.assert_allclose(domain.bore.volume(open_track=True).sum(), expected, rtol=1e-9)
    gained = domain.species(None, open_track=True).capacity - sum(domain.pores().values())
    steel = expected - domain.bore.volume(open_track=False).sum()
    np.testing.assert_allclose(gained.sum(), steel, rtol=1e-6)


def steps(species: Species, start: np.ndarray, duration: float, count: int) -> tuple:
    """Backward Euler; what is left at the end, and what left on the way (kg)."""
    free = np.ones(len(start), dtype=bool)
    free[species.absorbing] = False
    size = duration / count
    matrix = diags_array(species.capacity / size) + species.operator
    solver = splu(matrix.tocsr()[free][:, free].tocsc())
    c, integral = start.copy(), np.zeros_like(start)
    c[~free] = 0.0
    for _ in range(count):
        c[free] = solver.solve((species.capacity / size * c)[free])
        integral += size * c
    return c, species.losses(integral)


def sealed(case: Case) -> Case:
    """Tissue that nothing enters: the drug stays in the column."""

    def tight(layer: object) -> object:
        return dataclasses.replace(layer, diffusion_ratio=0.0, clearance_rate=0.0)

    layers = {name: tight(getattr(case.tissue, name)) for name in ("skin", "subcutis")}
    nodule = dataclasses.replace(case.nodule, mineral=tight(case.nodule.mineral))
    tissue = dataclasses.replace(case.tissue, **layers)
    return dataclasses.replace(case, tissue=tissue, nodule=nodule)


def test_column_in_sealed_tissue_empties_like_a_rod(check: Check) -> None:
    """Uniform at first, open at one end: the loss is ``2 A c sqrt(D t / pi)`` until it is felt."""
    case = sealed(default_case("27G", "push", ["mesh=coarse", "mesh.tip_size=0.1"]))
    domain = axisymmetric_domain(case, case.target_depth)
    species = domain.species(None, open_track=True)
    # the slices are alone: what the pores beside them hold is not of the column
    species = dataclasses.replace(species, capacity=domain.bore.volume(open_track=True) + 1e-30)
    start = np.zeros(domain.cv.edges.nodes)
    start[domain.bore.volume(open_track=True) > 0.0] = 1.0
    area = 0.25 * math.pi * case.needle.outer_diameter**2
    time = (1.0e-3) ** 2 / case.drug.diffusivity  # felt over about 2 of 7.5 mm
    _, lost = steps(species, start, time, 400)
    expected = 2.0 * area * math.sqrt(case.drug.diffusivity * time / math.pi)
    what = "open track in sealed tissue: loss against that of a rod"
    check(what, abs(lost.through_track / expected - 1.0), "≤", 0.01)


@pytest.mark.parametrize("needle", NEEDLES)
def test_open_track_keeps_the_balance_and_the_range(needle: str) -> None:
    domain = domain_of(needle)
    species = domain.species(None, open_track=True)
    start = np.zeros(domain.cv.edges.nodes)
    start[domain.cv.volumes["nodule"] > 0.0] = 250.0
    start[species.absorbing] = 0.0
    c, lost = steps(species, start, 86400.0, 40)
    had = species.capacity @ start
    has = species.capacity @ c + lost.cleared + lost.left_domain + lost.through_track
    np.testing.assert_allclose(has, had, rtol=1e-11)
    assert lost.through_track > 0.0
    assert c.min() >= -1e-12
    assert c.max() <= 250.0 + 1e-9


def test_closed_track_loses_nothing_on_the_skin() -> None:
    species = domain_of("14G_coaxial").species(None)
    assert not species.supply.any()
