"""What is injected: sodium thiosulfate (STS) solutions and saline.

Concentrations are of the pentahydrate, as the vial's label says: 250 mg/mL is 1.007 mol/L or
14.2 wt % anhydrous salt. Density and viscosity follow temperature and concentration
(`sim.materials.laliberte`) where they are null. Simplification: they stay those of the injected
solution while it dilutes.
"""

from __future__ import annotations

from sim.materials.value import Tree, Value

_BY_LAW: Tree = {"viscosity": None, "injection_viscosity": None, "density": None}
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
        "salt": "sodium_thiosulfate",
        "concentration": Value("250 mg/mL", "vial's label, pentahydrate; Helm 2023", "H"),
        **_BY_LAW,
        "diffusivity": _DIFFUSIVITY,
        "thiosulfate": Value("4.029 mol/kg", "of the pentahydrate, 248.18 g/mol", "H"),
    },
    "sts_150": {
        "name": "sts_150",
        "salt": "sodium_thiosulfate",
        "concentration": Value(
            "150 mg/mL", "as injected by Baumgartner-Nielsen (EADV congress report)", "H"
        ),
        **_BY_LAW,
        "diffusivity": _DIFFUSIVITY,
        "thiosulfate": Value("4.029 mol/kg", "of the pentahydrate, 248.18 g/mol", "H"),
    },
    # The control: its salt, as if the tissue held none, marks where the injected fluid goes.
    "saline": {
        "name": "saline",
        "salt": "sodium_chloride",
        "concentration": Value("9 mg/mL", "isotonic saline; NaCl as a tracer", "H"),
        **_BY_LAW,
        "diffusivity": Value("2.0e-9 m**2/s", "NaCl, 1.5e-9 at 25 degC, scaled by T/mu", "M"),
        "thiosulfate": Value("0 mol/kg", "saline holds no thiosulfate", "H"),
    },
}
