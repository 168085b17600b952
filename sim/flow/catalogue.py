"""Options of the flow during the injection."""

from __future__ import annotations

from sim.materials.value import Tree, Value

_FLOW: Tree = {
    "hydrofracture": "none",
    "crushed_zone": Value(
        "both",
        "assumption: crushing closes pores and opens micro-cracks",
        "A",
        "compaction",
        "cracks",
    ),
    "crack_opening": Value("1 um", "assumption: about a crystal's size", "A", "0.3 um", "3 um"),
    "crack_spacing": Value("100 um", "assumption", "A"),
    "permeability_exponent": Value("0", "rigid tissue", "H"),
}
_OPENING = Value(
    "5",
    "assumption: k = k0 exp(M e); fat opened by an injection has 1e-11-1e-10 m2, Thomsen 2014",
    "A",
    "0",
    "10",
)
FLOWS: dict[str, Tree] = {
    "rigid": {"name": "rigid", "kind": "rigid", **_FLOW},
    "poroelastic": {
        "name": "poroelastic",
        "kind": "poroelastic",
        **_FLOW,
        "permeability_exponent": _OPENING,
    },
    "poroelastic_fracture": {
        "name": "poroelastic_fracture",
        "kind": "poroelastic",
        **_FLOW,
        "hydrofracture": "smeared",
        "permeability_exponent": _OPENING,
    },
}
