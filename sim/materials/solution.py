"""What is injected: sodium thiosulfate (STS) solutions and saline.

Concentrations are of the pentahydrate, as the vial's label says: 250 mg/mL is 1.007 mol/L or
14.2 wt % anhydrous salt. Densities are at 37 degC. Simplification: density and viscosity stay those
of the injected solution while it dilutes.
"""

from __future__ import annotations

from sim.materials.value import Tree, Value

_LALIBERTE = "mixture model of Laliberte 2007 for Na2S2O3"
_DIFFUSIVITY = Value(
    "1.2e-9 m**2/s",
    "Nernst-Hartley limit 1.69e-9 at 37 degC, lowered for a molar solution; estimate",
    "L",
    "1.0e-9 m**2/s",
    "1.7e-9 m**2/s",
)

DRUGS: dict[str, Tree] = {
    "sts_250": {
        "name": "sts_250",
        "concentration": Value("250 mg/mL", "vial's label, pentahydrate; Helm 2023", "H"),
        "viscosity": Value("1.05 mPa*s", f"{_LALIBERTE}, 37 degC", "H"),
        "injection_viscosity": Value("1.53 mPa*s", f"{_LALIBERTE}, 20 degC", "H"),
        "density": Value("1112 kg/m**3", f"{_LALIBERTE}, 37 degC", "H"),
        "diffusivity": _DIFFUSIVITY,
        "thiosulfate": Value("4.029 mol/kg", "of the pentahydrate, 248.18 g/mol", "H"),
    },
    "sts_150": {
        "name": "sts_150",
        "concentration": Value(
            "150 mg/mL", "as injected by Baumgartner-Nielsen (EADV congress report)", "H"
        ),
        "viscosity": Value("0.89 mPa*s", f"{_LALIBERTE}, 37 degC", "H"),
        "injection_viscosity": Value("1.30 mPa*s", f"{_LALIBERTE}, 20 degC", "H"),
        "density": Value("1067 kg/m**3", f"{_LALIBERTE}, 37 degC", "H"),
        "diffusivity": _DIFFUSIVITY,
        "thiosulfate": Value("4.029 mol/kg", "of the pentahydrate, 248.18 g/mol", "H"),
    },
    # The control: its salt, as if the tissue held none, marks where the injected fluid goes.
    "saline": {
        "name": "saline",
        "concentration": Value("9 mg/mL", "isotonic saline; NaCl as a tracer", "H"),
        "viscosity": Value("0.70 mPa*s", "mixture model of Laliberte 2007 for NaCl, 37 degC", "H"),
        "injection_viscosity": Value(
            "1.01 mPa*s", "mixture model of Laliberte 2007 for NaCl, 20 degC", "H"
        ),
        "density": Value("999 kg/m**3", "mixture model of Laliberte 2007 for NaCl, 37 degC", "H"),
        "diffusivity": Value("2.0e-9 m**2/s", "NaCl, 1.5e-9 at 25 degC, scaled by T/mu", "M"),
        "thiosulfate": Value("0 mol/kg", "saline holds no thiosulfate", "H"),
    },
}
