"""The inputs of a run with their sources, as the report lists them."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields

from omegaconf import DictConfig, OmegaConf

from sim.config.groups import GROUPS, leaves
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
    """List every value of a run's configuration that the catalogue has a source for.

    A value that differs from the catalogue's has the source `GIVEN`, and keeps the range.
    """
    found = []
    for group, options in GROUPS.items():
        chosen = cfg[group]
        name = chosen.get("name") or chosen.get("texture")
        tree = options.get(name, next(iter(options.values())))
        defaults = dict(leaves(plain(tree)))
        for key, value in leaves(tree):
            current = OmegaConf.select(chosen, key)
            if isinstance(value, Value) and current is not None:
                own = current == defaults[key]
                found.append(
                    Input(
                        f"{group}.{key}",
                        str(current),
                        value.low or "",
                        value.high or "",
                        value.source if own else GIVEN,
                        CONFIDENCE[value.confidence] if own else "",
                    )
                )
    return found
