import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_bvp

from sim.mechanics.stability import (
    Column,
    Push,
    amplification,
    bending_moment,
    critical_load,
    tip_deflection,
    yield_utilisation,
)
from sim.needles.section import section
from tests.unit.mechanics.patient import COAXIAL, HYPODERMIC, STEEL

NEEDLE = Column(section(HYPODERMIC), STEEL)
CANNULA = Column(section(replace(COAXIAL, stylet=None)), STEEL)
SET = Column(section(COAXIAL), STEEL)
FREE, HELD = np.array([0.0]), np.array([np.inf])


def load(column, length, support):
    return critical_load(column, np.array([length]), support)[0]


@pytest.mark.parametrize(
    ("column", "length", "support", "expected"),
    [
        (NEEDLE, 12.7e-3, HELD, 32.1),
        (NEEDLE, 25.4e-3, HELD, 8.0),
        (NEEDLE, 31.75e-3, HELD, 5.1),
        (CANNULA, 95e-3, HELD, 279.0),
        (CANNULA, 50e-3, HELD, 936.0),  # Johnson
        (SET, 95e-3, HELD, 401.0),
        (NEEDLE, 12.7e-3, FREE, 3.9),
        (NEEDLE, 25.4e-3, FREE, 0.98),
        (NEEDLE, 31.75e-3, FREE, 0.63),
        (CANNULA, 95e-3, FREE, 34.0),
    ],
)
def test_buckling_loads_of_real_needles(column, length, support, expected):
    assert load(column, length, support) == pytest.approx(expected, rel=0.012)


def test_euler_and_johnson():
    euler = math.pi**2 * NEEDLE.stiffness / (2.0 * 20e-3) ** 2
    assert load(NEEDLE, 20e-3, FREE) == pytest.approx(euler, rel=1e-9)
    assert load(NEEDLE, 1e-6, HELD) == pytest.approx(NEEDLE.squash_load, rel=1e-6)
    # both meet at half the squash load with equal slope
    limit = math.sqrt(2.0 * math.pi**2 * NEEDLE.stiffness / NEEDLE.squash_load) / 2.0
    below, above = (load(NEEDLE, limit * f, FREE) for f in (1.0 - 1e-6, 1.0 + 1e-6))
    assert below == pytest.approx(above, rel=1e-5)
    assert above == pytest.approx(0.5 * NEEDLE.squash_load, rel=1e-5)


def test_a_lateral_spring_raises_the_buckling_load_from_free_to_held():
    support = np.concatenate([FREE, np.logspace(-1, 8, 40), HELD])
    loads = critical_load(NEEDLE, np.full(support.size, 25.4e-3), support)
    assert np.all(np.diff(loads) >= 0.0)
    assert loads[-2] == pytest.approx(loads[-1], rel=1e-4)


def push_at(ratio, support, length=12.7e-3):
    """A needle at `ratio` of its buckling load, with an eccentric tip and a side force."""
    axial = ratio * load(NEEDLE, length, np.array([support]))
    entries = (axial, axial * 0.1e-3, 0.05 * axial * (support < math.inf), length, support)
    return Push(*(np.array([entry]) for entry in entries))


@pytest.mark.parametrize("support", [0.0, 100.0, 1e3, math.inf])
@pytest.mark.parametrize("ratio", [0.1, 0.5, 0.9])
def test_bending_solves_the_beam_column_equation(ratio, support):
    """EI w'''' + P w'' = 0: M_e and H - k w at the tip, clamped at the grip."""
    push = push_at(ratio, support)
    axial, eccentric, side, length, spring = (getattr(push, n)[0] for n in vars(push))
    ei = NEEDLE.stiffness

    def equation(x, y):
        return np.vstack([y[1], y[2], y[3], -axial * length**2 / ei * y[2]])

    def ends(tip, grip):  # w and x in units of L; EI w'' = M_e + P (w(0) - w) + (H - k w(0)) x
        moment = tip[2] - eccentric * length / ei
        shear = ei / length**2 * tip[3] + axial * tip[1]
        sideways = tip[0] if math.isinf(spring) else shear - side + spring * length * tip[0]
        return np.array([moment, sideways, grip[0], grip[1]])

    x = np.linspace(0.0, 1.0, 201)
    solution = solve_bvp(equation, ends, x, np.zeros((4, x.size)), tol=1e-9, max_nodes=20000)
    assert solution.success
    w, _, curvature, _ = solution.sol(np.linspace(0.0, 1.0, 20001))
    moment = np.abs(curvature).max() * ei / length
    np.testing.assert_allclose(bending_moment(NEEDLE, push), moment, rtol=1e-5)
    np.testing.assert_allclose(tip_deflection(NEEDLE, push), abs(w[0]) * length, atol=1e-9)


def test_secant_formula():
    push = replace(push_at(0.6, 0.0), side=np.array([0.0]))
    phi = push.length * np.sqrt(push.axial / NEEDLE.stiffness)
    np.testing.assert_allclose(
        bending_moment(NEEDLE, push), push.eccentric / np.cos(phi), rtol=1e-12
    )
    np.testing.assert_allclose(amplification(NEEDLE, push), 1.0 / np.cos(phi), rtol=1e-5)


@pytest.mark.parametrize("support", [0.0, math.inf])
def test_bending_diverges_at_the_buckling_load(support):
    assert np.isfinite(bending_moment(NEEDLE, push_at(0.9999, support)))
    assert np.isinf(bending_moment(NEEDLE, push_at(1.0001, support)))


@pytest.mark.parametrize("support", [0.0, 500.0, math.inf])
def test_the_outer_fibre_yields_at_the_factor_on_all_loads(support):
    push = push_at(0.3, support)
    factor = 1.0 / yield_utilisation(NEEDLE, push)
    scaled = replace(
        push, axial=factor * push.axial, eccentric=factor * push.eccentric, side=factor * push.side
    )
    stress = scaled.axial / NEEDLE.section.area
    stress = stress + bending_moment(NEEDLE, scaled) / NEEDLE.section.section_modulus
    np.testing.assert_allclose(stress, STEEL.yield_strength, rtol=1e-6)


def test_yield_of_a_stub_is_linear_in_the_load():
    push = Push(*(np.array([entry]) for entry in (10.0, 1e-3, 0.0, 0.1e-3, 0.0)))
    stress = 10.0 / NEEDLE.section.area + 1e-3 / NEEDLE.section.section_modulus
    np.testing.assert_allclose(
        yield_utilisation(NEEDLE, push), stress / STEEL.yield_strength, rtol=1e-3
    )
    unloaded = replace(push, axial=np.array([0.0]), eccentric=np.array([0.0]))
    assert yield_utilisation(NEEDLE, unloaded) == 0.0
