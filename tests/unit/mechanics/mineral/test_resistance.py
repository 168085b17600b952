"""The resistance curve's interpolation, its cache and its independence of units."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest

from sim.case import Mineral
from sim.mechanics.mineral import resistance
from sim.mechanics.mineral.crushed_zone import CrushedZone
from sim.mechanics.mineral.ground import Ground, Rind, StrengthTable
from sim.mechanics.mineral.penetration import Reading
from sim.mechanics.mineral.penetration_run import Run
from sim.mechanics.mineral.resistance import (
    ResistanceCurve,
    curve_of,
    evaluate,
    mineral_resistance,
    resistance_along,
)
from tests.unit.mechanics.patient import case

ANGLE = math.radians(20.0)
BURIED = 1.0 / math.tan(ANGLE)


@pytest.fixture
def mineral() -> Mineral:
    return case().nodule.mineral


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """Replaces the finite elements by a made-up curve and lists what was asked for."""
    asked: list[tuple[object, ...]] = []

    def compute(*parameters: object) -> ResistanceCurve:
        asked.append(parameters)
        return made_up()

    monkeypatch.setattr(resistance, "compute_resistance", compute)
    return asked


def made_up() -> ResistanceCurve:
    entry = np.linspace(0.0, 1.0, 21)
    travel = np.array([0.5, 1.0, 2.0])
    return ResistanceCurve(
        depth=np.concatenate([BURIED * entry, BURIED + travel]),
        normal_factor=np.concatenate([1.2 * entry**2, [1.2, 1.3, 1.4]]),
        wall_pressure=np.concatenate([0.0 * entry, [0.4, 0.5, 0.6]]),
        half_angle=ANGLE,
        steady_factor=1.4,
        steady_wall_pressure=0.8,
        drift=0.01,
        crushed=CrushedZone(
            ANGLE,
            np.array([0.1, 2.0]),
            np.array([-2.0, 0.1, 3.0]),
            -0.3 * np.ones((3, 2)),
            0.5 * np.ones((3, 2)),
            np.zeros((3, 2)),
            1.0,
        ),
        statistics={"penetration_steps": 3.0},
    )


def test_entry_goes_with_the_contact_area() -> None:
    s = BURIED * np.array([0.0, 1e-6, 0.013, 0.5, 1.0])
    factor, wall = evaluate(made_up(), s)
    np.testing.assert_allclose(factor, 1.2 * (s / BURIED) ** 2, rtol=1e-12)
    np.testing.assert_array_equal(wall, 0.0)


@pytest.mark.parametrize("lead_in", [0.0, 0.7])  # past burial: a paste has none
def test_entry_and_lead_in_take_the_factor_found_after(lead_in: float) -> None:
    readings = tuple(
        Reading(BURIED + 0.1 * n, math.pi * (1.0 + 0.1 * n), 0.0, 0.0) for n in range(1, 11)
    )
    run = Run(ANGLE, BURIED + lead_in, readings, made_up().crushed, 6, {})
    s = BURIED * np.array([0.01, 0.5, 1.0])
    factor, _ = evaluate(curve_of(run), s)
    first = 1.0 + max(lead_in, 0.1)
    np.testing.assert_allclose(factor, first * (s / BURIED) ** 2, rtol=1e-9)


def test_beyond_the_run_added_shaft_carries_the_steady_pressure() -> None:
    factor, wall = evaluate(made_up(), BURIED + np.array([2.0, 2.0 + 1e-9, 6.0]))
    np.testing.assert_allclose(factor, 1.4)
    np.testing.assert_allclose(wall[:2], 0.6, rtol=1e-8)
    np.testing.assert_allclose(wall[2] * 6.0, 0.6 * 2.0 + 0.8 * 4.0)


def test_cached_by_dimensionless_parameters(
    mineral: Mineral, runs: list[tuple[object, ...]], tmp_path
) -> None:
    first = mineral_resistance(mineral, ANGLE, 0.2, tmp_path)
    third = 1.0 / 3.0  # other units: not exact in binary
    other = replace(
        mineral,
        youngs_modulus=mineral.youngs_modulus * third,
        crushing_strength=mineral.crushing_strength * third,
        tensile_strength=mineral.tensile_strength * third,
        friction=0.5 * mineral.friction,
    )
    second = mineral_resistance(other, math.radians(20.0 * third) * 3.0, 0.2, tmp_path)
    assert len(runs) == 1
    assert_same(first, second)
    assert_same(first, made_up())
    mineral_resistance(replace(mineral, hardening_ratio=0.9), ANGLE, 0.2, tmp_path)
    mineral_resistance(mineral, ANGLE, 0.1, tmp_path)
    assert len(runs) == 3


def assert_same(one: ResistanceCurve, other: ResistanceCurve) -> None:
    for field in fields(ResistanceCurve):
        if field.name != "crushed":
            np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name))
    for field in fields(CrushedZone):
        np.testing.assert_array_equal(
            getattr(one.crushed, field.name), getattr(other.crushed, field.name)
        )


def test_what_the_needle_meets_is_part_of_the_key(
    mineral: Mineral, runs: list[tuple[object, ...]], tmp_path
) -> None:
    def table(strength: float) -> StrengthTable:
        ends = np.array([0.0, 5.0])
        return StrengthTable(ends, ends, np.array([[1.0, 2.0], [1.0, strength]]))

    grounds = [
        Ground(),
        Ground(table(2.0)),
        Ground(table(2.1)),
        Ground(rind=Rind(1.0, 2.0, 0.05)),
        Ground(rind=Rind(1.0, 2.1, 0.05)),
    ]
    for _ in range(2):
        for ground in grounds:
            resistance_along(mineral, ANGLE, 0.2, ground, 6.0, tmp_path)
        resistance_along(mineral, ANGLE, 0.2, Ground(), 7.0, tmp_path)
    assert len(runs) == 6


@pytest.mark.parametrize("damage", [b"", b"{", b"PK\x03\x04"])
def test_damaged_cache_is_computed_anew(
    mineral: Mineral, runs: list[tuple[object, ...]], tmp_path, damage: bytes
) -> None:
    mineral_resistance(mineral, ANGLE, 0.2, tmp_path)
    (file,) = tmp_path.glob("resistance/*.npz")
    file.write_bytes(damage)
    again = mineral_resistance(mineral, ANGLE, 0.2, tmp_path)
    assert len(runs) == 2
    np.testing.assert_array_equal(again.depth, made_up().depth)


def test_slenderest_cone(mineral: Mineral, runs: list[tuple[object, ...]], tmp_path) -> None:
    mineral_resistance(mineral, math.radians(1.0), 0.2, tmp_path)
    assert runs[0][1] == resistance.SMALLEST_ANGLE
