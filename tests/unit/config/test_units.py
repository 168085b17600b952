"""Text to SI."""

from __future__ import annotations

import math

import pytest

from sim.units import to_si


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("12.7 mm", "m", 12.7e-3),
        ("12.7mm", "m", 12.7e-3),
        ("0.5 inch", "m", 12.7e-3),
        ("1e1 um", "m", 1e-5),
        ("3 µm", "m", 3e-6),
        ("−1 mm", "m", -1e-3),
        ("0.5 mL/min", "m**3/s", 0.5e-6 / 60.0),
        ("250 mg/mL", "kg/m**3", 250.0),
        ("1.6 g/cm^3", "kg/m**3", 1600.0),
        ("9.4e-15 m²", "m**2", 9.4e-15),
        ("0.5 MPa*m**0.5", "Pa*m**0.5", 5e5),
        ("0.5 MPa m^0.5", "Pa*m**0.5", 5e5),
        ("1.05 mPa*s", "Pa*s", 1.05e-3),
        ("1.05 cP", "Pa*s", 1.05e-3),
        ("1 rev/s", "rad/s", 2.0 * math.pi),
        ("60 rpm", "rad/s", 2.0 * math.pi),
        ("90 deg", "rad", 0.5 * math.pi),
        ("5 N/mm", "N/m", 5e3),
        ("7 days", "s", 604800.0),
        ("10 %", "", 0.1),
        ("0.35", "", 0.35),
    ],
)
def test_conversion(text, unit, value):
    assert to_si(text, unit) == pytest.approx(value, rel=1e-14, abs=0.0)


@pytest.mark.parametrize(
    ("text", "unit", "reason"),
    [
        ("12.7", "m", "unit is missing"),
        ("11", "rad", "unit is missing"),
        ("12.7 kg", "m", "something else"),
        ("2 Hz", "rad/s", "something else"),
        ("0.3 deg", "", "something else"),
        ("3 furlong", "m", "not a known unit"),
        ("0,5 mL", "m**3", "not a finite number"),
        ("nan mm", "m", "not a finite number"),
        ("inf mm", "m", "not a finite number"),
        ("1e999 mm", "m", "not a finite number"),
        ("2 * 3 mm", "m", "not a finite number"),
        ("9 m**9**9**9", "m", "not a finite number"),
        ("__import__('os')", "m", "not a finite number"),
        ("None", "", "not a finite number"),
        ("True", "", "not a finite number"),
        ("", "m", "not a finite number"),
    ],
)
def test_refusal(text, unit, reason):
    with pytest.raises(ValueError, match=reason):
        to_si(text, unit)
