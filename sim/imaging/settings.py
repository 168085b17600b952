"""How the pictures are taken: every value with its source, and the bounds it is checked against."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sim.errors import ConfigError
from sim.materials.value import Value

_FACTORS = {  # units that may be written, in the option's own
    "mm": {"mm": 1.0, "um": 1e-3, "µm": 1e-3, "cm": 10.0},
    "kV": {"kV": 1.0, "kVp": 1.0},
    "keV": {"keV": 1.0},
    "deg": {"deg": 1.0, "°": 1.0},
    "uGy": {"uGy": 1.0, "µGy": 1.0, "mGy": 1e3},
    "HU": {"HU": 1.0},
    "": {},
}
_QUANTITY = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([A-Za-zµ°]*)\s*")


@dataclass(frozen=True)
class Option:
    """One setting: what it is, its unit, default and bounds (inclusive)."""

    meaning: str
    unit: str
    low: float
    high: float
    default: Value

    def read(self, key: str, text: str) -> float:
        """Return a value as written, e.g. ``"2.5mm"``, ``"0.1"``, in the option's unit.

        Raises
        ------
        ConfigError
            If it is no number, has another unit or lies outside the bounds.
        """
        match = _QUANTITY.fullmatch(text.replace("μ", "µ"))
        factors = _FACTORS[self.unit] | {"": 1.0}
        if match is None or match[2] not in factors:
            raise ConfigError(key, text, f"give a number{self._in_unit}; {self.allowed}")
        number = float(match[1]) * factors[match[2]]
        if not self.low * (1 - 1e-12) <= number <= self.high * (1 + 1e-12):
            raise ConfigError(key, text, f"give {self.allowed}")
        return number

    @property
    def allowed(self) -> str:
        """The bounds in words."""
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.low:g} to {self.high:g}{unit}"

    @property
    def _in_unit(self) -> str:
        return f" in {' or '.join(_FACTORS[self.unit])}" if self.unit else ""


OPTIONS: Mapping[str, Option] = {
    "kvp": Option(
        "tube voltage, peak", "kV", 40, 150,
        Value("60", "elbow, wrist and hand are taken at 50-66 kV; handbook", "M"),
    ),
    "filter-al": Option(
        "total filtration of the tube, as aluminium", "mm", 0.5, 20,
        Value("2.5", "least total filtration from 50 kV on, IEC 60601-1-3", "H"),
    ),
    "anode-angle": Option(
        "of the tungsten anode", "deg", 6, 22, Value("12", "general radiography 10-16 deg", "M")
    ),
    "kerma": Option(
        "air kerma of one picture, free in air at the skin", "uGy", 0.1, 100000,
        Value("100", "assumption: extremities are taken with 50-300 uGy", "A"),
    ),
    "pixel": Option(
        "pixel pitch", "mm", 0.02, 1, Value("0.1", "flat panels 0.1-0.2 mm", "M")
    ),
    "blur": Option(
        "spread of the detector, standard deviation of a Gaussian", "mm", 0, 1,
        Value("0.1", "assumption: its MTF is 50 % at 1.9 per mm, as caesium iodide's is", "A"),
    ),
    "scintillator": Option(
        "thickness of caesium iodide", "mm", 0.05, 2, Value("0.5", "flat panels 0.4-0.6 mm", "M")
    ),
    "thickness": Option(
        "soft tissue along the beam", "mm", 5, 300,
        Value("40", "assumption: a forearm; a finger 15, a thigh 150 mm", "A"),
    ),
    "seed": Option("of the noise", "", 0, 2**31, Value("1", "any whole number", "A")),
    "ct-kvp": Option("CT: tube voltage", "kV", 70, 150, Value("120", "calcium scoring", "H")),
    "ct-filter-al": Option(
        "CT: filtration, as aluminium", "mm", 1, 20,
        Value("7", "assumption: half-value layers of 7-8 mm at 120 kV", "A"),
    ),
    "ct-voxel": Option(
        "CT: voxel in the slice's plane", "mm", 0.1, 1.5,
        Value("0.5", "260-mm field of 512 pixels, Agatston 1990", "M"),
    ),
    "ct-blur": Option(
        "CT: spread, standard deviation of a Gaussian", "mm", 0, 2,
        Value("0.4", "assumption: 0.9 mm full width at half maximum, a standard kernel", "A"),
    ),
    "ct-noise": Option(
        "CT: noise in a slice of 3 mm, standard deviation", "HU", 0, 200,
        Value("20", "assumption: what calcium scoring is set up for", "A"),
    ),
}  # fmt: skip
ENERGY = Option(
    "photons of this energy instead of a tube's spectrum", "keV", 15, 150,
    Value("", "not used by default", "A"),
)  # fmt: skip
SLICE = 3.0  # mm, of the slices that are scored: part of Agatston's definition
SLICES = 5  # of the volume in one of them: 0.6 mm
PARTS = 2  # into which a pixel's sides are divided before Beer-Lambert


@dataclass(frozen=True)
class Settings:
    """Values in the options' units; `energy` None: the tube's spectrum."""

    values: Mapping[str, float]
    energy: float | None = None

    def length(self, key: str) -> float:
        """Return an option in mm as m."""
        return 1e-3 * self.values[key]


def settings(given: Mapping[str, str], energy: str | None = None) -> Settings:
    """Return the options as `given` (text by name), the others at their defaults.

    Raises
    ------
    ConfigError
        At the first that is refused; its key is the option's, e.g. ``--kvp``.
    """
    values = {
        name: option.read(f"--{name}", given.get(name, option.default.text))
        for name, option in OPTIONS.items()
    }
    if values["seed"] != int(values["seed"]):
        raise ConfigError("--seed", given["seed"], "give a whole number")
    return Settings(values, None if energy is None else ENERGY.read("--energy", energy))
