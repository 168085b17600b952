"""The sweeper of every `-m` that names no other: all combinations of the listed values.

It takes the place of Hydra's own, by its name. That one composes every configuration twice and
ends with the first one that cannot be composed; here such a point is a row like any other.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.types import Override
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
        self.job = task_function

    def sweep(self, arguments: list[str]) -> object:
        """Launch all points."""
        with ExitStack() as self.work:
            return super().sweep(arguments)

    def split_arguments(
        self, overrides: list[Override], max_batch_size: int | None
    ) -> list[list[list[str]]]:
        """Return the points in batches for the launcher; from here on the sweep is at work."""
        from sim.sweeps.command import at_work

        points = self.points(overrides)
        self.work.enter_context(at_work(self.job, len(points)))
        return list(self.split_overrides_to_chunks(points, max_batch_size))

    def points(self, overrides: list[Override]) -> list[list[str]]:
        """Return the overrides of every point."""
        return BasicSweeper.split_arguments(overrides, max_batch_size=None)[0]

    def validate_batch_is_legal(self, batch: Sequence[Sequence[str]]) -> None:
        """Leave it to each run."""
