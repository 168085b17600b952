"""Put every option of every group, and the roots' types, where Hydra finds them."""

from __future__ import annotations

import functools

from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf

from sim.config.calibrate_schema import CalibrateConfig
from sim.config.design_schema import DesignConfig
from sim.config.groups import GROUPS, IMAGE_NODULE
from sim.config.infiltration_schema import InfiltrationConfig
from sim.config.map_schema import PenetrationMapConfig
from sim.config.schema import CaseConfig, ComparisonConfig, TreatmentConfig
from sim.config.sensitivity_schema import SensitivityConfig
from sim.config.trial_schema import TrialConfig
from sim.materials.value import Tree, Value


def plain(tree: Tree) -> dict:
    """Return a tree with the texts of its values, plain numbers as numbers."""
    return {key: _plain(node) for key, node in tree.items()}


def _plain(node: Value | str | float | Tree | None) -> object:
    if isinstance(node, Value):
        try:
            return float(node.text)
        except ValueError:
            return node.text
    return plain(node) if isinstance(node, dict) else node


@functools.cache
def register() -> None:
    """Register groups and root types, once; the roots' types check what the groups hold.

    They also refuse ``nodule=image`` where the nodule is no image's.
    """
    store = ConfigStore.instance()
    for group, options in GROUPS.items():
        for name, tree in options.items():
            store.store(group=group, name=name, node=OmegaConf.create(plain(tree)))
    store.store(group="nodule", name="image", node=OmegaConf.create(plain(IMAGE_NODULE)))
    store.store(name="case_type", node=CaseConfig)
    store.store(name="comparison_type", node=ComparisonConfig)
    store.store(name="penetration_map_type", node=PenetrationMapConfig)
    store.store(name="infiltration_type", node=InfiltrationConfig)
    store.store(name="treatment_type", node=TreatmentConfig)
    store.store(name="sensitivity_type", node=SensitivityConfig)
    store.store(name="design_type", node=DesignConfig)
    store.store(name="trial_type", node=TrialConfig)
    store.store(name="calibrate_type", node=CalibrateConfig)
