"""How a nodule is read from an image: what ``nodule=image`` adds to the option ``stone``.

It is an option of the experiments that work in 3-D alone, so it is not among `sim.config.groups`;
they put it where Hydra finds it with `register`.
"""

from __future__ import annotations

import functools

from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf

from sim.config.groups import GROUPS
from sim.config.limits import Limit
from sim.config.store import plain
from sim.images.frame import DIRECTIONS
from sim.materials.nodule import TEXTURES
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

LIMITS = {
    "label": Limit("", "1", "65535", null="any label but 0"),
    "slope": Limit("", "0.1", "10", "HU per mg/cm3 of mineral"),
    "intercept": Limit("", "-1100", "500", "HU without mineral"),
    "threshold": Limit(
        "kg/m**3",
        "20 mg/cm**3",
        "3000 mg/cm**3",
        null="halfway between the nodule and its surroundings",
    ),
    "smoothing": Limit("m", "0 mm", "3 mm"),
    "gap": Limit("m", "0.01 mm", "10 mm"),
    "unit": Limit("m", "1 um", "1 m"),
}
CATALOGUE = {**GROUPS, "nodule.image": {"image": IMAGE}}  # all values that have a source
CHOICES = {"component": ("largest", "cluster"), "up": tuple(DIRECTIONS)}


@functools.cache
def register() -> None:
    """Register the option ``nodule=image``, once."""
    node = plain({**TEXTURES["stone"], "image": IMAGE})
    ConfigStore.instance().store(group="nodule", name="image", node=OmegaConf.create(node))
