"""Mass attenuation of what lies in the beam, from the tables of Elam, Ravel & Sieber.

Elam, Ravel & Sieber 2002 (Radiat. Phys. Chem. 63:121, as `xraydb` holds them), total cross section:
photoelectric, coherent and incoherent, as in NIST XCOM (Berger & Hubbell 1987). The narrow-beam
value: what is scattered by any process is lost.

Simplifications: the mineral is stoichiometric hydroxyapatite (a carbonate apatite has 3-6 % less
calcium for its mass); liquids and soft tissue do not vary from patient to patient.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import xraydb
from numpy.typing import NDArray

Array = NDArray[np.float64]

CM2_PER_G = 0.1  # in m2/kg
KEV = 1e3  # eV


@dataclass(frozen=True, eq=False)
class Material:
    """A mixture of elements; `source` of its composition and density."""

    name: str
    mass_fractions: Mapping[str, float]  # by element; they are normalised
    density: float  # kg/m3, as it stands in the body
    source: str

    def mass_attenuation(self, energy: Array) -> Array:
        """Return mu/rho (m2/kg) at photon energies (e,) in keV, 1 to 150."""
        parts = sum(w * _element(symbol, energy) for symbol, w in self.mass_fractions.items())
        return CM2_PER_G * parts / sum(self.mass_fractions.values())

    def attenuation(self, energy: Array) -> Array:
        """Return mu (1/m) at photon energies (e,) in keV."""
        return self.density * self.mass_attenuation(energy)


def compound(name: str, formula: str, density: float, source: str) -> Material:
    """Return a material of a chemical formula; `density` in kg/m3."""
    atoms = xraydb.chemparse(formula)
    fractions = {symbol: n * xraydb.atomic_mass(symbol) for symbol, n in atoms.items()}
    return Material(name, fractions, density, source)


def _element(symbol: str, energy: Array) -> Array:
    return _tabulated(symbol, tuple(np.atleast_1d(energy).tolist())).reshape(np.shape(energy))


@lru_cache(maxsize=512)
def _tabulated(symbol: str, energies: tuple[float, ...]) -> Array:
    return np.asarray(xraydb.mu_elam(symbol, KEV * np.array(energies)), dtype=float)


APATITE = compound(
    "apatite", "Ca10(PO4)6(OH)2", 3160.0, "hydroxyapatite, crystallographic density; H"
)
WATER = compound("water", "H2O", 993.0, "water at 37 degC; H")
THIOSULFATE = compound(
    "sodium thiosulfate", "Na2S2O3(H2O)5", 1690.0, "pentahydrate, crystallographic density; H"
)
STEEL = Material(
    "steel",
    {"Fe": 0.7230, "Cr": 0.183, "Ni": 0.0931, "C": 0.00085},
    8000.0,
    "type 304 as found in cannulas, iron as the balance; H",
)
SKIN = Material(
    "skin",
    {
        "H": 0.100, "C": 0.204, "N": 0.042, "O": 0.645, "Na": 0.002,
        "P": 0.001, "S": 0.002, "Cl": 0.003, "K": 0.001,
    },
    1090.0,
    "ICRU Report 46 (1992), adult skin; M",
)  # fmt: skip
FAT = Material(
    "subcutis",
    {"H": 0.114, "C": 0.598, "N": 0.007, "O": 0.278, "Na": 0.001, "S": 0.001, "Cl": 0.001},
    950.0,
    "ICRU Report 44 (1989), adipose tissue; M",
)
MUSCLE = Material(
    "muscle",
    {
        "H": 0.102, "C": 0.143, "N": 0.034, "O": 0.710, "Na": 0.001,
        "P": 0.002, "S": 0.003, "Cl": 0.001, "K": 0.004,
    },
    1050.0,
    "ICRU Report 44 (1989), skeletal muscle; what lies below the fascia: an assumption",
)  # fmt: skip
SCINTILLATOR = compound("caesium iodide", "CsI", 4510.0, "crystallographic density; H")
