"""The real case on a coarse mesh: balance, range, and the same physics in other units."""

import dataclasses

import numpy as np
import pytest

from sim.case import Case, Mineral, SoftLayer
from sim.config import default_case
from sim.flow.dead_volume import dead_volume
from sim.infiltration import infiltrate
from sim.outcome import InfiltrationResult
from tests.conftest import Check
from tests.unit.results.synthetic import insertion

NEEDLES = {"27G": "push", "14G_coaxial": "drill"}
COARSE = ("mesh.nodule_size=0.3 mm", "mesh.tip_size=0.2", "mesh.time_tolerance=2e-3")


@pytest.fixture(scope="module", params=NEEDLES)
def run(request: pytest.FixtureRequest) -> tuple[Case, InfiltrationResult]:
    of = default_case(request.param, NEEDLES[request.param], COARSE)
    return of, infiltrate(of, insertion(of))


def test_mass_is_balanced_and_range_is_kept(
    run: tuple[Case, InfiltrationResult], check: Check
) -> None:
    of, result = run
    name = of.needle.name
    check(f"{name}, injection and 7 days: mass balance", result.mass_balance_error, "≤", 1e-10)
    check(f"{name}, injection and 7 days: range violation", result.range_violation, "≤", 1e-10)
    imbalance = result.statistics["flow_imbalance"]
    check(f"{name}: nodal imbalance of the flow", imbalance, "≤", 1e-11)


def test_history_accounts_for_every_milligram(run: tuple[Case, InfiltrationResult]) -> None:
    of, result = run
    h = result.history
    total = h.in_nodule + h.in_skin + h.in_subcutis
    total = total + h.in_bore + h.cleared + h.left_domain + h.lost_through_skin
    dead = dead_volume(of.needle) if of.needle.lumen_content == "air" else 0.0  # goes first
    flowing = (of.injection.volume - dead) / result.flow_rate
    begins = result.injection_time - flowing
    injected = np.clip((h.time - begins) / flowing, 0.0, 1.0) * result.dose
    np.testing.assert_allclose(total, injected, atol=1e-10 * result.dose)
    np.testing.assert_allclose(result.dose, result.flow_rate * flowing * of.drug.concentration)
    assert begins >= dead / of.injection.rate * (1.0 - 1e-12)
    for loss in (h.cleared, h.left_domain, h.lost_through_skin):
        assert np.all(np.diff(loss) > -1e-12 * result.dose)
    np.testing.assert_allclose(
        h.time[-1], result.injection_time + of.schedule.follow_up, rtol=1e-12
    )


def test_fields_agree_with_the_history(run: tuple[Case, InfiltrationResult]) -> None:
    of, result = run
    f = result.fields
    assert len(f.times) == len(f.concentration)
    assert np.all(np.diff(f.times) > 0.0)
    corners = f.points[f.cells]
    (r0, z0), (r1, z1), (r2, z2) = (corners[:, k].T for k in range(3))
    area = 0.5 * np.abs((r1 - r0) * (z2 - z0) - (r2 - r0) * (z1 - z0))
    in_nodule = f.cell_regions == f.regions["nodule"]
    end = int(np.argmin(np.abs(f.times - result.injection_time)))
    radii = corners[:, :, 0]
    weight = (radii.sum(axis=1)[:, None] + radii) * area[:, None] / 12.0  # of r times shape
    pore = 2.0 * np.pi * f.porosity[:, None] * weight
    mass = (pore * f.concentration[end][f.cells])[in_nodule].sum()
    np.testing.assert_allclose(mass, result.dose_in_nodule, rtol=1e-9)
    mean = (pore * f.exposure[f.cells])[in_nodule].sum() / pore[in_nodule].sum()
    np.testing.assert_allclose(mean, result.exposure, rtol=1e-9)
    fraction, volume = result.threshold_curve
    assert np.all(np.diff(volume) <= 0.0)
    at_threshold = np.interp(of.injection.threshold_fraction, fraction, volume)
    np.testing.assert_allclose(at_threshold, result.infiltrated_fraction, rtol=1e-9)


# One unit of length, mass and time in the other system; dimensions as powers of (L, M, T).
LENGTH, MASS, TIME = 1e3, 1e6, 1.0 / 60.0  # metres -> mm, kg -> mg, s -> min
DIMENSIONS = {
    "length": (1, 0, 0), "area": (2, 0, 0), "volume": (3, 0, 0), "pressure": (-1, 1, -2),
    "density": (-3, 1, 0), "rate": (3, 0, -1), "time": (0, 0, 1), "per_time": (0, 0, -1),
    "viscosity": (-1, 1, -1), "diffusivity": (2, 0, -1), "force": (1, 1, -2), "mass": (0, 1, 0),
    "per_mass": (0, -1, 0),
    "conductance": (4, -1, 1), "exposure": (-3, 1, 1), "pure": (0, 0, 0),
}  # fmt: skip


def scaled(value: float, kind: str) -> float:
    a, b, c = DIMENSIONS[kind]
    return value * LENGTH**a * MASS**b * TIME**c


def convert(record: object, **kinds: str) -> object:
    changes = {name: scaled(getattr(record, name), kind) for name, kind in kinds.items()}
    return dataclasses.replace(record, **changes)


def material(layer: SoftLayer | Mineral, **kinds: str) -> object:
    return convert(
        layer, permeability="area", clearance_rate="per_time", youngs_modulus="pressure", **kinds
    )


def in_other_units(of: Case) -> Case:
    needle = convert(of.needle, outer_diameter="length", inner_diameter="length", length="length",
                     hub_volume="volume")  # fmt: skip
    if of.needle.stylet:
        stylet = convert(of.needle.stylet, diameter="length", protrusion="length")
        needle = dataclasses.replace(needle, stylet=stylet)
    layers = {
        name: material(getattr(of.tissue, name), thickness="length", shear_modulus="pressure")
        for name in ("skin", "subcutis")
    }
    nodule = convert(of.nodule, diameter="length", height="length", depth="length")
    mineral = material(of.nodule.mineral, tensile_strength="pressure", density="density",
                       solid_density="density")  # fmt: skip
    return dataclasses.replace(
        of,
        needle=needle,
        tissue=dataclasses.replace(of.tissue, **layers),
        nodule=dataclasses.replace(nodule, mineral=mineral),
        drug=convert(of.drug, concentration="density", viscosity="viscosity",
                     injection_viscosity="viscosity", density="density",
                     diffusivity="diffusivity", thiosulfate="per_mass"),
        injection=convert(of.injection, volume="volume", rate="rate", time_limit="time",
                          syringe_bore="length", plunger_force_limit="force",
                          stopper_friction="force", track_gap="length", syringe_volume="volume",
                          track_prestress="pressure", pull_back="length", dwell="time"),
        schedule=convert(of.schedule, follow_up="time"),
        mesh=convert(of.mesh, nodule_size="length", outer_size="length", domain_radius="length"),
        target_depth=scaled(of.target_depth, "length"),
        flow=convert(of.flow, crack_opening="length", crack_spacing="length"),
    )  # fmt: skip


RESULTS = {
    "injected_volume": "volume", "injection_time": "time", "flow_rate": "rate",
    "peak_pressure": "pressure", "plunger_force": "force", "conductance": "conductance",
    "retained_in_needle": "mass", "lost_through_skin": "mass", "dose": "mass",
    "dose_in_nodule": "mass", "exposure": "exposure", "backflow_fraction": "pure",
    "infiltrated_fraction": "pure",
}  # fmt: skip


def test_same_physics_in_other_units(run: tuple[Case, InfiltrationResult], check: Check) -> None:
    of, result = run
    reached = insertion(of)
    moved = dataclasses.replace(
        reached,
        reached_depth=scaled(reached.reached_depth, "length"),
        depth_in_nodule=scaled(reached.depth_in_nodule, "length"),
    )
    other = infiltrate(in_other_units(of), moved)
    differences = {
        name: abs(getattr(other, name) / scaled(getattr(result, name), kind) - 1.0)
        for name, kind in RESULTS.items()
    }
    what = f"{of.needle.name}, infiltration in mm, mg and minutes"
    check(f"{what}: largest relative difference", max(differences.values()), "≤", 1e-9)
    inlet = scaled(of.drug.concentration, "density")
    expected = scaled(result.fields.concentration, "density")
    difference = np.abs(other.fields.concentration - expected).max() / inlet
    check(f"{what}: largest difference of concentrations", difference, "≤", 1e-9)
    assert other.hydrofracture == result.hydrofracture
