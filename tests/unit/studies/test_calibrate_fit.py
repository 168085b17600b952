"""Intervals against their closed forms, and what the data cannot tell apart."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import linregress, t

from sim.studies.calibrate_fit import fit
from sim.studies.calibrate_problem import Parameter

X = np.linspace(0.0, 1.0, 40)
ONE = np.zeros(40, dtype=int)
LINE = (Parameter("slope", -10.0, 10.0, 1.0), Parameter("intercept", -10.0, 10.0))


def line(values):
    return values[0] * X + values[1]


def noisy(seed, size=0.1, values=(2.0, 0.5)):
    return line(np.array(values)) + size * np.random.default_rng(seed).standard_normal(len(X))


def test_a_straight_line_has_the_intervals_of_linear_regression():
    measured = noisy(1)
    known, found = linregress(X, measured), fit(line, measured, LINE, ONE)
    np.testing.assert_allclose(found.values, [known.slope, known.intercept], rtol=1e-6)
    half = t.ppf(0.975, len(X) - 2) * np.array([known.stderr, known.intercept_stderr])
    for j in range(2):
        for interval, accuracy in ((found.linear[j], 1e-5), (found.intervals[j], 1e-3)):
            ends = np.array([interval.low, interval.high]) - found.values[j]
            np.testing.assert_allclose(ends, [-half[j], half[j]], rtol=accuracy)
    mean = X.mean()
    known_correlation = -mean / np.sqrt((X**2).mean())
    assert found.correlation[0, 1] == pytest.approx(known_correlation, rel=1e-6)
    assert found.worse[0] == pytest.approx(1.0 / np.sqrt(1.0 - known_correlation**2), rel=1e-6)
    assert found.trading == ()


def test_the_intervals_of_a_straight_line_cover_what_they_say(check):
    inside = [
        any_in.low <= 2.0 <= any_in.high
        for any_in in (fit(line, noisy(seed), LINE, ONE).intervals[0] for seed in range(40))
    ]
    # 40 draws of 0.95: 34 or more with probability 0.986
    check("calibration: 40 straight lines, slope inside its 95 % interval", sum(inside), "≥", 34)


def test_a_profile_sees_what_curvature_does_not():
    """Of exp(-k x) with k hardly seen, the profile's upper end is open; that of curvature is not.

    Closed form: S(k) is known on a line, so tau is too.
    """
    parameter = Parameter("rate", 1.0, 1000.0, 20.0)
    rng = np.random.default_rng(3)
    measured = np.exp(-60.0 * X) + 0.05 * rng.standard_normal(len(X))

    def curve(values):
        return np.exp(-values[0] * X)

    found = fit(curve, measured, (parameter,), ONE)
    least = np.sum((measured - found.fitted) ** 2)
    known = [
        np.sign(k - found.values[0])
        * np.sqrt(max(np.sum((measured - curve([k])) ** 2) - least, 0.0))
        / found.deviation
        for k in found.profiles[0].value
    ]
    np.testing.assert_allclose(found.profiles[0].tau, known, atol=1e-6)
    assert found.intervals[0].open_high
    assert not found.linear[0].open_high
    assert not found.undetermined[0]  # its lower end is the data's


def test_what_trades_off_exactly_is_named():
    def product(values):
        return values[0] * values[1] * X

    parameters = tuple(Parameter(name, 0.1, 10.0) for name in ("one", "other"))
    found = fit(product, 2.0 * X + 0.01 * np.cos(40.0 * X), parameters, ONE)
    assert found.trading == ((0, 1),)
    assert found.collinearity > 1e3
    assert found.correlation[0, 1] == pytest.approx(-1.0, abs=1e-6)
    assert found.undetermined == (True, True)


def test_what_has_no_influence_is_named_alone():
    parameters = (*LINE, Parameter("none", 0.0, 1.0))
    found = fit(lambda values: line(values[:2]), noisy(4), parameters, ONE)
    assert found.trading == ((2,),)
    assert found.undetermined == (False, False, True)
    assert found.values[0] == pytest.approx(fit(line, noisy(4), LINE, ONE).values[0], rel=1e-4)


def test_noise_in_proportion_weighs_small_forces_more():
    rng = np.random.default_rng(5)
    truth = 100.0 * X + 1.0
    measured = truth * (1.0 + 0.05 * rng.standard_normal(len(X)))
    parameters = (Parameter("slope", 10.0, 1000.0), Parameter("intercept", -10.0, 10.0))
    even = fit(line, measured, parameters, ONE)
    weighted = fit(line, measured, parameters, ONE, "proportional")
    width = [i.high - i.low for i in (even.intervals[1], weighted.intervals[1])]
    assert width[1] < 0.5 * width[0]
    assert weighted.intervals[1].low <= 1.0 <= weighted.intervals[1].high
    assert weighted.deviation == pytest.approx(0.05, rel=0.3)


def test_residuals_that_follow_one_another_widen_the_intervals():
    rng = np.random.default_rng(6)
    noise = np.zeros(len(X))
    for i, kick in enumerate(rng.standard_normal(len(X))):
        noise[i] = 0.8 * noise[i - 1] + kick if i else kick
    found = fit(line, line([2.0, 0.5]) + 0.1 * noise, LINE, ONE)
    assert found.autocorrelation > 0.5
    known = (1.0 + found.autocorrelation) / (1.0 - found.autocorrelation)
    assert found.inflation == pytest.approx(known, rel=1e-12)
    plain = linregress(X, line([2.0, 0.5]) + 0.1 * noise)
    width = found.linear[0].high - found.linear[0].low
    assert width > 2.0 * plain.stderr * 1.96 * np.sqrt(known) * 0.99
    alone = fit(line, line([2.0, 0.5]) + 0.1 * noise, LINE, np.arange(len(X)))
    assert alone.autocorrelation == 0.0  # of readings that do not follow one another


def test_a_value_beyond_a_bound_is_said_to_be_at_it():
    parameters = (Parameter("slope", -10.0, 1.0), LINE[1])
    found = fit(line, noisy(7), parameters, ONE)
    assert found.at_bound == (True, False)
    assert found.intervals[0].open_high
