"""Whole infiltrations on coarse meshes: what must follow when one input changes."""

import dataclasses
from functools import cache

import numpy as np
import pytest

from sim.config import default_case
from sim.infiltration import infiltrate
from sim.outcome import InfiltrationResult
from tests.unit.results.synthetic import insertion

COARSE = ("mesh.nodule_size=0.3 mm", "mesh.tip_size=0.2", "mesh.time_tolerance=3e-3")


@cache
def run(*overrides: str, needle: str = "27G", depth: float | None = None) -> InfiltrationResult:
    technique = "push" if needle == "27G" else "drill"
    case = default_case(needle, technique, [*COARSE, *overrides])
    reached = insertion(case, depth)
    if depth is not None and depth <= case.nodule.depth:
        reached = dataclasses.replace(reached, depth_in_nodule=0.0)
    return infiltrate(case, reached)


def test_denser_nodules_take_less_drug_from_a_27g() -> None:
    runs = [run(f"nodule.mineral.density={d} g/cm**3") for d in (1.2, 1.6, 1.9, 2.2)]
    masses = np.array([r.dose_in_nodule for r in runs])
    exposures = np.array([r.exposure for r in runs])
    pressures = np.array([r.peak_pressure for r in runs])
    assert np.all(np.diff(masses) < 0.0)
    assert np.all(np.diff(exposures) < 0.0)
    assert np.all(np.diff(pressures) > 0.0)


def test_a_very_dense_nodule_without_a_track_stops_the_plunger() -> None:
    result = run("nodule.mineral.density=2.4 g/cm**3", "injection.track_gap=0 um")
    assert result.ended_by == "time_limit"
    assert result.injected_volume < 0.5e-6
    assert result.backflow_fraction < 1e-12
    np.testing.assert_allclose(result.plunger_force, 50.0)


def test_a_wider_track_loses_more() -> None:
    runs = [run(f"injection.track_gap={gap} um") for gap in (2, 6, 15)]
    assert np.all(np.diff([r.backflow_fraction for r in runs]) > 0.0)
    assert np.all(np.diff([r.lost_through_skin for r in runs]) > 0.0)
    assert np.all(np.diff([r.dose_in_nodule for r in runs]) < 0.0)


def test_stalled_at_the_surface_feeds_the_fat_instead_of_the_nodule() -> None:
    inside, outside = run(), run(depth=2.5e-3)
    assert outside.dose > 0.0
    assert outside.dose_in_nodule < 0.1 * inside.dose_in_nodule
    assert outside.exposure < 0.2 * inside.exposure
    assert not outside.hydrofracture


@pytest.mark.parametrize(
    ("needle", "depth"), [("27G", 0.3e-3), ("27G", 0.9e-3), ("14G_coaxial", 3e-3)]
)
def test_a_mouth_outside_of_the_tissue_delivers_nothing(needle: str, depth: float) -> None:
    result = run(needle=needle, depth=depth)
    assert result.dose == result.injected_volume == result.exposure == 0.0
    primed = needle == "27G"  # the coaxial cannula holds air
    assert (result.retained_in_needle > 0.0) == primed
    assert result.ended_by == "nothing_injected"
    assert any("open to the air" in note for note in result.notes)
    assert not result.fields.concentration.any()


def test_faster_clearance_shortens_what_the_nodule_sees() -> None:
    slow, fast = (
        run(f"tissue.skin.clearance_half_life={t}", f"tissue.subcutis.clearance_half_life={t}")
        for t in ("60 min", "10 min")
    )
    assert fast.exposure < slow.exposure
    np.testing.assert_allclose(fast.dose, slow.dose)
