"""The inputs of a run with their sources, as the report lists them."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields

from omegaconf import DictConfig, OmegaConf

from sim.config.groups import CATALOGUE, leaves
from sim.config.store import plain
from sim.materials.value import Value
from sim.results.files import Cell

CONFIDENCE = {"H": "high", "M": "medium", "L": "low", "A": "assumption"}
GIVEN = "given for this run"


@dataclass(frozen=True)
class Input:
    """One value of the configuration; texts as a user would write them."""

    key: str
    value: str
    low: str
    high: str
    source: str
    confidence: str

    def cells(self) -> tuple[Cell, ...]:
        """The input as CSV cells, in the order of `HEADER`."""
        return astuple(self)


HEADER = tuple(field.name for field in fields(Input))


def inputs(cfg: DictConfig) -> list[Input]:
    """List every value of a run's configuration that the catalogue has a source or a null for.

    A value that differs from the catalogue's has the source `GIVEN`, and keeps the range.
    """
    found = []
    for group, options in CATALOGUE.items():
        chosen = OmegaConf.select(cfg, group)
        if chosen is None:  # an infiltration alone has no technique, most nodules no image
            continue
        name = chosen.get("name") or chosen.get("texture") or chosen.get("model")
        tree = options.get(name, next(iter(options.values())))
        defaults = dict(leaves(plain(tree)))
        for key, value in leaves(tree):
            current = OmegaConf.select(chosen, key)
            if current is None:
                continue
            low = high = confidence = ""
            source = GIVEN
            if isinstance(value, Value):
                low, high = value.low or "", value.high or ""
                if current == defaults[key]:
                    source, confidence = value.source, CONFIDENCE[value.confidence]
            elif value is not None:  # a name or a kind
                continue
            found.append(Input(f"{group}.{key}", str(current), low, high, source, confidence))
    return found
