"""The sweeper of every `-m` that names no other: all combinations of the listed values.

It takes the place of Hydra's own, by its name. That one composes every configuration twice and
ends with the first one that cannot be composed; here such a point is a row like any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.config_store import ConfigStore
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig


@dataclass
class PointsConfig:
    """Keys of `hydra.sweeper`."""

    _target_: str = "hydra_plugins.points.points.PointSweeper"
    max_batch_size: int | None = None
    params: dict[str, str] | None = field(default_factory=dict)  # lists of values


ConfigStore.instance().store(
    group="hydra/sweeper", name="basic", node=PointsConfig, provider="points"
)


class PointSweeper(BasicSweeper):
    """Every combination of the listed values."""

    def setup(
        self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig
    ) -> None:
        """Make the launcher, one that composes also what makes no sense."""
        from sim.sweeps.multirun import Surviving, lenient  # Hydra executes this file at each start

        context = lenient(hydra_context)
        super().setup(hydra_context=context, task_function=task_function, config=config)
        self.launcher = Surviving(self.launcher, context.config_loader, task_function, config)

    def validate_batch_is_legal(self, batch: Sequence[Sequence[str]]) -> None:
        """Leave it to each run."""
