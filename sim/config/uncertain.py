"""Which inputs of a case are uncertain, and by how much."""

from __future__ import annotations

from dataclasses import dataclass

from omegaconf import DictConfig, OmegaConf

from sim.config.groups import GROUPS, leaves
from sim.materials.value import Value


@dataclass(frozen=True)
class UncertainInput:
    """A value of the catalogue that has a range; all texts as a user would write them."""

    key: str  # dotted, e.g. "nodule.mineral.density"
    default: str  # the value in the configuration at hand
    low: str
    high: str
    source: str
    confidence: str


def uncertain_inputs(cfg: DictConfig) -> list[UncertainInput]:
    """List the inputs of a run, or of a comparison, that have a range in the catalogue.

    The range is that of the group option in use (of the group's first one for a name that is not in
    the catalogue), whatever value the configuration has. An end of a range can contradict another
    value, e.g. a nodule that no longer fits above the fascia; `to_case` then refuses it.
    """
    found = []
    for prefix in ("", "a.", "b."):
        for group, options in GROUPS.items():
            chosen = OmegaConf.select(cfg, prefix + group)
            if chosen is None:
                continue
            name = chosen.get("name") or chosen.get("texture") or chosen.get("model")
            tree = options.get(name, next(iter(options.values())))
            for key, value in leaves(tree):
                current = OmegaConf.select(chosen, key)
                if isinstance(value, Value) and value.low and value.high and current is not None:
                    found.append(
                        UncertainInput(
                            f"{prefix}{group}.{key}",
                            str(current),
                            value.low,
                            value.high,
                            value.source,
                            value.confidence,
                        )
                    )
    return found
