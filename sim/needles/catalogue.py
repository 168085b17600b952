"""Every needle that can be chosen: gauges 10 to 34, regular and thin wall, and the coaxial set."""

from __future__ import annotations

from sim.materials.value import Confidence, Tree, Value
from sim.needles.steel import STEEL

# gauge: (outer diameter, inner diameter of the regular wall, of the thin wall), mm
_TUBES: dict[int, tuple[float, float, float | None]] = {
    10: (3.404, 2.692, 2.90),
    11: (3.048, 2.388, 2.54),
    12: (2.769, 2.159, 2.31),
    13: (2.413, 1.803, 1.96),
    14: (2.108, 1.600, 1.70),
    15: (1.829, 1.372, 1.50),
    16: (1.651, 1.194, 1.32),
    17: (1.473, 1.067, 1.17),
    18: (1.270, 0.838, 0.965),
    19: (1.067, 0.686, 0.813),
    20: (0.9081, 0.603, 0.699),
    21: (0.8192, 0.514, 0.584),
    22: (0.7176, 0.413, 0.495),
    23: (0.6414, 0.337, 0.432),
    24: (0.5652, 0.311, 0.368),
    25: (0.5144, 0.260, 0.305),
    26: (0.4636, 0.260, 0.305),
    27: (0.4128, 0.210, 0.26),
    28: (0.3620, 0.184, 0.216),
    29: (0.3366, 0.184, 0.203),
    30: (0.3112, 0.159, 0.19),
    31: (0.2604, 0.133, 0.16),
    32: (0.2350, 0.108, 0.13),
    33: (0.2096, 0.108, None),
    34: (0.1842, 0.083, None),
}
_CHART = "needle gauge chart (tubing tolerances), within ISO 9626:2016"
_THIN = "thin-wall tubing chart"

OUTER_DIAMETERS = {gauge: outer for gauge, (outer, _, _) in _TUBES.items()}  # mm, nominal


def _tolerances(gauge: int) -> tuple[float, float]:
    """Return the tolerance of the outer and of the inner diameter (mm)."""
    if gauge <= 14:
        return 0.025, 0.076
    return (0.013, 0.038) if gauge <= 19 else (0.0064, 0.019)


def _diameter(nominal: float, tolerance: float, source: str, confidence: Confidence) -> Value:
    low, high = nominal - tolerance, nominal + tolerance
    return Value(f"{nominal:g} mm", source, confidence, f"{low:.4g} mm", f"{high:.4g} mm")


def _tube(gauge: int, thin: bool) -> Tree:
    """Return outer and inner diameter with their tolerances."""
    outer, regular, thinner = _TUBES[gauge]
    outer_tolerance, inner_tolerance = _tolerances(gauge)
    confidence: Confidence = "H" if gauge <= 31 else "M"
    return {
        "outer_diameter": _diameter(outer, outer_tolerance, _CHART, confidence),
        "inner_diameter": _diameter(thinner, inner_tolerance, _THIN, "M")
        if thin and thinner
        else _diameter(regular, inner_tolerance, _CHART, confidence),
    }


def _length(gauge: int) -> Value:
    """Return the commonest length of that gauge; any other can be chosen."""
    inches = 0.5 if gauge >= 26 else 1.0 if gauge >= 24 else 1.5
    return Value(f"{25.4 * inches:g} mm", f"common catalogue length, {inches:g} inch", "H")


_EDGE = Value("10 um", "assumption, new needles 5-15 um, used ones 20-50 um", "A", "5 um", "50 um")
_HUB = Value(
    "50 uL", "Luer hub and syringe nozzle, handbook; low-dead-space 5-10 uL", "L", "5 uL", "90 uL"
)
_BEVEL = {
    "kind": "bevel",
    "angle": Value(
        "11 deg", "lancet primary grind, ISO 7864 regular bevel", "M", "9 deg", "13 deg"
    ),
    "edge_radius": _EDGE,
}
_TROCAR = {
    "kind": "trocar",
    "angle": Value("20 deg", "assumption: half-angle of 3 trocar faces", "A", "15 deg", "25 deg"),
    "edge_radius": _EDGE,
}


def _hypodermic(gauge: int, thin: bool = False) -> Tree:
    name = f"{gauge}G_thin" if thin else f"{gauge}G"
    return {
        "name": name,
        "gauge": gauge,
        "kind": "hypodermic",
        **_tube(gauge, thin),
        "length": _length(gauge),
        "free_length": None,  # the length: it is held by its hub
        "hub_volume": _HUB,
        "lumen_content": Value("drug", "assumption: primed before the puncture", "A"),
        "tip": _BEVEL,
        "steel": STEEL,
        "stylet": {"diameter": None, "protrusion": None},
    }


_COAXIAL_14G = {
    "name": "14G_coaxial",
    "gauge": 14,
    "kind": "coaxial",
    **_tube(14, thin=False),
    "inner_diameter": Value(
        "1.6 mm", f"{_CHART}; a stylet of 1.55 mm passes", "H", "1.562 mm", "1.638 mm"
    ),
    "length": Value("95 mm", "penetration cannula of a 14G bone-biopsy set", "M"),
    "free_length": Value("60 mm", "assumption: gripped by the handle", "A", "50 mm", "95 mm"),
    "hub_volume": _HUB,
    "lumen_content": Value(
        "air",
        "assumption: withdrawing the stylet draws in air from the hub",
        "A",
        "drug",
        "blood",
    ),
    "tip": _TROCAR,
    "steel": STEEL,
    "stylet": {
        "diameter": Value("1.55 mm", "solid stylet of a 14G set, 0.05 mm clearance", "M"),
        "protrusion": Value("3 mm", "assumption: bone-biopsy sets 2-5 mm", "A", "2 mm", "5 mm"),
    },
}

NEEDLES: dict[str, Tree] = {
    **{f"{gauge}G": _hypodermic(gauge) for gauge in _TUBES},
    **{f"{g}G_thin": _hypodermic(g, thin=True) for g, tube in _TUBES.items() if tube[2]},
    "14G_coaxial": _COAXIAL_14G,
}
