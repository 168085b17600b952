"""Cannula steel: type 304, welded and cold-drawn to needle temper."""

from __future__ import annotations

from sim.materials.value import Value

STEEL = {
    "youngs_modulus": Value("193 GPa", "type 304, handbook", "H", "190 GPa", "200 GPa"),
    "poisson_ratio": Value("0.29", "type 304, handbook", "H"),
    "yield_strength": Value(
        "1.0 GPa", "hard-drawn needle temper, ASTM A908 and ISO 9626", "M", "0.9 GPa", "1.1 GPa"
    ),
    "hardness": Value("3.8 GPa", "HV 330-450 of hard-drawn 304", "M", "3.3 GPa", "4.4 GPa"),
}
