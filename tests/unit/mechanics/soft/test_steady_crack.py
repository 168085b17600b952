import numpy as np
import pytest

from sim.errors import SolverError
from sim.materials.soft_tissue import TOUGHNESS_RANGE
from sim.mechanics.soft import steady_crack
from sim.mechanics.soft.cell_problem import CrackCell, Resolution
from sim.mechanics.soft.ring_crack import ring_crack

COARSE = Resolution(12, 6)


@pytest.fixture(autouse=True)
def forget():
    steady_crack.planar_crack.cache_clear()
    yield
    steady_crack.planar_crack.cache_clear()


def test_a_table_is_built_once(tmp_path, monkeypatch):
    first = steady_crack.planar_crack(2.0, COARSE, tmp_path)
    steady_crack.planar_crack.cache_clear()
    monkeypatch.setattr(steady_crack, "trace", None)
    again = steady_crack.planar_crack(2.0, COARSE, tmp_path)
    assert np.array_equal(first.force, again.force)


def test_a_table_covers_its_range_in_order(tmp_path):
    table = steady_crack.planar_crack(2.0, COARSE, tmp_path)
    low, high = TOUGHNESS_RANGE["planar"]
    assert table.toughness[0] <= low
    assert table.toughness[-1] >= high
    assert np.all(np.diff(table.toughness) > 0.0)
    assert np.all(np.diff(table.size) < 0.0)


@pytest.mark.parametrize("exponent", [1.9, 12.1])
def test_an_exponent_that_was_not_verified_is_refused(exponent, tmp_path):
    with pytest.raises(SolverError, match="2 to 12"):
        steady_crack.planar_crack(exponent, COARSE, tmp_path)


def test_a_table_passes_through_its_rows_and_goes_on_straight():
    table = ring_crack(9.0)
    inner = table.toughness[1:-1:37]
    assert np.allclose(table.force_at(inner), table.force[1:-1:37], rtol=1e-12)
    assert np.allclose(table.crack_share_at(inner), table.crack_share[1:-1:37], rtol=1e-9)
    last = table.toughness[-1]
    expected = table.force[-1] * 10.0 ** table.crack_share[-1]
    assert table.force_at(10.0 * last) == pytest.approx(expected)


def test_a_march_that_ends_early_hands_over_what_it_has(monkeypatch):
    step, steps = CrackCell.step, []

    def tires(self, half_length, exponent):
        steps.append(half_length)
        return step(self, half_length, exponent) if len(steps) <= 2 else None

    monkeypatch.setattr(CrackCell, "step", tires)
    with pytest.raises(SolverError, match="no equilibrium past a/R") as failure:
        steady_crack.trace(2.0, 0.3, 10.0, COARSE)
    assert len(failure.value.last_good["energy"]) == 3  # the first crack and two more
