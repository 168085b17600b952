"""The closures that take mineral away, with their constants. None of them is a prediction."""

from __future__ import annotations

from dataclasses import replace

from sim.materials.value import Tree, Value

_PHREEQC = "PHREEQC, 37 degC, pH 7.4, ThermoChimie SIT database; other databases differ by 2-3"
_CONSTANTS: dict[str, Value | str] = {
    "solubility": Value("9 mg/kg", f"in saline; {_PHREEQC}", "M", "9 mg/kg", "23 mg/kg"),
    "solubility_molal": Value(
        "43 mg/kg", f"in 1 mol/kg Na2S2O3; {_PHREEQC}", "M", "38 mg/kg", "112 mg/kg"
    ),
    "reprecipitation": "no",
    "complex_diffusivity": Value(
        "0.8e-9 m**2/s",
        "assumption: as Ca2+ at 25 degC, 0.79e-9",
        "L",
        "0.5e-9 m**2/s",
        "1.2e-9 m**2/s",
    ),
    "rate": Value(
        "1 1/hour", "assumption: no measurement in thiosulfate", "A", "0.1 1/hour", "100 1/hour"
    ),
    "yield_ratio": Value(
        "0.35",
        "calibration: middle of 0.11-1.1 that Baumgartner-Nielsen's lesions would imply at assumed "
        "volumes; equilibrium gives 1.7e-4, one Ca per thiosulfate 0.40",
        "L",
        "1.7e-4",
        "1.1",
    ),
    "removal_rate": Value(
        "0.28 1/week",
        "calibration: -67 % in 4 weeks, Baumgartner-Nielsen; -90 % in 12 weeks gives 0.19",
        "L",
        "0.19 1/week",
        "0.28 1/week",
    ),
}
_USED = {  # by each model: what it does not use has no range to be varied over
    "none": (),
    "equilibrium": ("solubility", "solubility_molal", "complex_diffusivity"),
    "effective_yield": ("complex_diffusivity", "rate", "yield_ratio"),
    "clinical_fit": ("removal_rate",),
}


def _constants(used: tuple[str, ...]) -> Tree:
    return {key: leaf if key in used else _fixed(leaf) for key, leaf in _CONSTANTS.items()}


def _fixed(leaf: Value | str) -> Value | str:
    return replace(leaf, low=None, high=None) if isinstance(leaf, Value) else leaf


DISSOLUTIONS: dict[str, Tree] = {
    model: {"model": model, **_constants(used)} for model, used in _USED.items()
}
