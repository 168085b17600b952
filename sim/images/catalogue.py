"""How a nodule is read from an image: what ``nodule=image`` adds to the option ``stone``."""

from __future__ import annotations

from sim.materials.value import Tree, Value

IMAGE: Tree = {
    "path": "",  # must be given
    "labels": None,
    "label": None,
    "slope": Value(
        "1.35",
        "assumption: calcium phosphate at 120 kVp has 1.2-1.5 HU per mg HA/cm3; calibrate",
        "A",
        "1.2",
        "1.5",
    ),
    "intercept": Value("0", "assumption: soft tissue without mineral is water, 0 HU", "A"),
    "threshold": None,
    "smoothing": Value("0.3 mm", "assumption: about a voxel of a clinical CT", "A"),
    "component": Value("largest", "assumption: one nodule", "A"),
    "gap": Value("1 mm", "assumption: components this close are confluent", "A"),
    "unit": Value("1 mm", "assumption: what surfaces of medical images are written in", "A"),
    "up": Value("anterior", "assumption: the skin above the nodule faces the front", "A"),
    "entry": None,
    "direction": None,
}
