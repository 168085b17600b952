"""Known strength and friction come back out of synthetic curves with 5 % noise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.config import compose
from sim.config.calibrate import to_calibration
from sim.insertion import prepare
from sim.results.files import write_rows
from sim.studies.calibrate import calibrate, simulated

STRENGTH, FRICTION = "nodule.mineral.solid_strength", "nodule.mineral.friction"
TRUTH = {STRENGTH: 300e6, FRICTION: 0.25}  # the run's own: 240 MPa and 0.35
NOISE = 0.05  # of the force
READINGS = 120
SAMPLE = Path(__file__).parents[3] / "docs/data/synthetic_force_depth_27G.csv"
COARSE = ("mesh=coarse", "calibration.noise=proportional")


def asked(path, *overrides):
    return to_calibration(compose("calibrate", [f"calibration.data={path}", *overrides]))


def synthetic(path, seeds, *overrides, deepest=9e-3, offset=0.0, noise=NOISE, even=False):
    """Write curves of the run with the values `TRUTH`, one repetition per seed.

    The noise is in proportion to the force, or, `even`, to the largest one.
    """
    depth = np.linspace(0.0, deepest, READINGS)
    rows = [(1e3 * z, 1.0) for z in depth]
    write_rows(path, ("depth_mm", "force_N"), rows)
    problem = asked(path, *overrides, "calibration.offset=0 mm")
    case = problem.case(np.array([TRUTH[p.name] for p in problem.parameters]))
    way, force = simulated(problem, case, prepare(case))
    exact = np.interp(depth - offset, way, force, left=0.0)
    size = noise * (exact.max() if even else exact)
    rows = [
        (seed, 1e3 * z, value)
        for seed in seeds
        for z, value in zip(
            depth,
            exact + size * np.random.default_rng(seed).standard_normal(READINGS),
            strict=True,
        )
    ]
    write_rows(path, ("repetition", "depth_mm", "force_N"), rows)
    return path


def test_known_values_come_back_from_one_curve(tmp_path, check):
    problem = asked(synthetic(tmp_path / "s.csv", [1], *COARSE), *COARSE)
    found = calibrate(problem)
    for parameter, value, interval in zip(
        problem.parameters, found.fit.values, found.fit.intervals, strict=True
    ):
        true = TRUTH[parameter.name]
        name = parameter.name.rpartition(".")[2]
        assert interval.low <= true <= interval.high
        check(f"calibration, 5 % noise: {name}, relative error", abs(value / true - 1), "≤", 0.15)
    assert found.fit.deviation == pytest.approx(NOISE, rel=0.3)
    assert found.fit.inflation == 1.0
    assert not any(found.fit.undetermined)


@pytest.mark.slow
@pytest.mark.parametrize("noise", ["proportional", "constant"])
def test_intervals_cover_the_known_values(tmp_path, check, noise):
    """40 seeds: with a coverage of 0.95, 34 or more are inside with probability 0.997."""
    overrides = ("mesh=coarse", f"calibration.noise={noise}")
    inside = np.zeros((40, 2))
    for seed in range(len(inside)):
        path = synthetic(tmp_path / "s.csv", [seed], *overrides, even=noise == "constant")
        problem = asked(path, *overrides)
        intervals = calibrate(problem).fit.intervals
        inside[seed] = [i.low <= TRUTH[p.name] <= i.high
                        for p, i in zip(problem.parameters, intervals, strict=True)]  # fmt: skip
    for name, share in zip(("strength", "friction"), inside.mean(axis=0), strict=True):
        check(f"calibration, {noise} noise: 40 seeds, {name} inside its 95 % interval",
              share, "≥", 0.85)  # fmt: skip


def test_without_noise_the_values_are_exact(tmp_path, check):
    path = synthetic(tmp_path / "s.csv", [0], *COARSE, noise=0.0)
    problem = asked(path, *COARSE)
    values = calibrate(problem).fit.values
    error = np.abs(values / np.array([TRUTH[p.name] for p in problem.parameters]) - 1).max()
    check("calibration without noise: largest relative error", error, "≤", 1e-4)


def test_where_only_the_tip_is_resisted_strength_and_friction_trade_off(tmp_path):
    """Where the wall gives way, both do nothing but scale the nodule's force on the tip."""
    overrides = (*COARSE, "nodule.mineral.wall_pressure_ratio=0")
    found = calibrate(asked(synthetic(tmp_path / "s.csv", [1], *overrides), *overrides))
    assert found.fit.trading == ((0, 1),)
    assert found.fit.correlation[0, 1] < -0.9999
    assert found.fit.undetermined[1]
    assert any(f"{STRENGTH} and {FRICTION} trade off" in said for said in found.warnings)
    assert any(f"leave {FRICTION} almost anywhere" in said for said in found.warnings)


def test_what_a_push_does_not_feel_is_named(tmp_path):
    """Cutting edges do nothing without rotation."""
    path = synthetic(tmp_path / "s.csv", [1], *COARSE)
    edges = "technique.cutting_coefficient"
    strength = f"{{key: {STRENGTH}, low: 20 MPa, high: 3 GPa}}"
    fit = f"calibration.fit=[{strength},{{key: {edges}, low: 0, high: 1}}]"
    found = calibrate(asked(path, *COARSE, fit))
    assert f"not identifiable: the curve hardly depends on {edges}" in found.warnings


def test_a_run_that_stalls_is_compared_as_far_as_it_comes_and_beyond(tmp_path):
    weak = (*COARSE, "technique.force_limit=20 N")
    path = synthetic(tmp_path / "s.csv", [1], *COARSE)
    found = calibrate(asked(path, *weak))
    assert found.run.outcome == "stalled"
    assert 0.2 < found.reached.mean() < 0.9
    assert found.fit.fitted[~found.reached].min() > 20.0 > found.fit.fitted[found.reached].max()
    # what the hand can give changes no force on the way: the values come back all the same
    for interval, true in zip(found.fit.intervals, TRUTH.values(), strict=True):
        assert interval.low <= true <= interval.high
    assert any("the run ends at" in said for said in found.warnings)


def test_readings_deeper_than_the_needle_reaches_are_left_out(tmp_path):
    path = tmp_path / "s.csv"
    write_rows(path, ("depth_mm", "force_N"), [(z, z) for z in np.linspace(0.0, 20.0, 41)])
    problem = asked(path, *COARSE)
    assert problem.measured.depth.max() == pytest.approx(12.5e-3)  # of 12.7 mm
    assert problem.left_out == 41 - 26


@pytest.mark.slow
def test_an_unknown_contact_with_the_skin_is_fitted_too(tmp_path, check):
    path = synthetic(tmp_path / "s.csv", [3], *COARSE, offset=0.2e-3)
    found = calibrate(asked(path, *COARSE, "calibration.offset=0.5 mm"))
    check("calibration: offset of 0.2 mm, error (mm)", 1e3 * abs(found.offset - 0.2e-3), "≤", 0.02)
    for interval, true in zip(found.fit.intervals, (*TRUTH.values(), 0.2e-3), strict=True):
        assert interval.low <= true <= interval.high
    ignored = calibrate(asked(path, *COARSE))
    assert ignored.fit.deviation > 1.2 * found.fit.deviation
    assert ignored.fit.inflation > 1.0
    assert any("the residuals follow one another" in said for said in ignored.warnings)


@pytest.mark.slow
def test_repetitions_count_as_readings(tmp_path):
    one = calibrate(asked(synthetic(tmp_path / "one.csv", [1], *COARSE), *COARSE))
    four = calibrate(asked(synthetic(tmp_path / "four.csv", [1, 2, 3, 4], *COARSE), *COARSE))
    width = [c.fit.intervals[0].high - c.fit.intervals[0].low for c in (one, four)]
    assert width[1] == pytest.approx(0.5 * width[0], rel=0.3)
