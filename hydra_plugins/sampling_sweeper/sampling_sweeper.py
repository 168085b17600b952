"""``hydra/sweeper=sampling``: many runs with sampled inputs, by any launcher.

Hydra executes this file in every process that it starts, before it is a module: what takes time to
import is imported when a sweep begins, and annotations are not postponed (dataclasses would look
them up in the module).
"""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from omegaconf import DictConfig, OmegaConf

from hydra_plugins.points.points import PointSweeper
from sim.config.sampling_schema import SamplingConfig


@dataclass
class SamplingSweeperConfig(SamplingConfig):
    """Keys of `hydra.sweeper`."""

    _target_: str = "hydra_plugins.sampling_sweeper.sampling_sweeper.SamplingSweeper"
    max_batch_size: int | None = None
    params: dict[str, str] | None = field(default_factory=dict)  # lists of values
    dry_run: bool = False  # print the points and what they would cost, and run nothing


ConfigStore.instance().store(
    group="hydra/sweeper", name="sampling", node=SamplingSweeperConfig, provider="sampling_sweeper"
)


class SamplingSweeper(PointSweeper):
    """Every combination of the listed values, each with a design over the sampled inputs."""

    def __init__(
        self,
        method: str,
        samples: int,
        seed: int,
        uncertain: Sequence[str],
        inputs: DictConfig,
        correlations: Sequence[DictConfig],
        dry_run: bool,
        max_batch_size: int | None,
        params: DictConfig | None,
    ) -> None:
        super().__init__(max_batch_size, params)
        self.method, self.samples, self.seed, self.dry_run = method, samples, seed, dry_run
        self.uncertain, self.inputs = list(uncertain), dict(inputs)
        self.correlations = [(pair.first, pair.second, pair.rank) for pair in correlations]

    def sweep(self, arguments: list[str]) -> object:
        """Draw the points and launch them, or print them.

        Parameters
        ----------
        arguments : list of str
            The overrides of the command line, lists of values among them.

        Raises
        ------
        ConfigError
            If the inputs, their distributions or the design are not allowed.
        """
        if not self.dry_run:
            return super().sweep(arguments)
        written = [*self._parse_config(), *arguments]
        loader = self.hydra_context.config_loader
        overrides = OverridesParser.create(config_loader=loader).parse_overrides(written)
        self._say(self._points(overrides))
        return []

    def points(self, overrides: list[Override]) -> list[list[str]]:
        """Return the overrides of every point."""
        return [list(point) for point, _ in self._points(overrides)]

    def _points(self, overrides: list[Override]) -> list[tuple[tuple[str, ...], str]]:
        """Return the overrides and the mesh of every point; options have ranges of their own."""
        from sim.sweeps.sampling import sample, sampled_inputs

        points: list[tuple[tuple[str, ...], str]] = []
        for combination in super().points(overrides):
            cfg = self.hydra_context.config_loader.load_sweep_config(self.config, combination)
            fixed = {override.partition("=")[0].lstrip("+~") for override in combination}
            inputs = sampled_inputs(cfg, self.uncertain, self.inputs, fixed)
            drawn = sample(inputs, self.method, self.samples, self.seed, self.correlations)
            mesh = str(OmegaConf.select(cfg, "mesh.name", default="default"))
            points += [((*combination, *own), mesh) for own in drawn.overrides()]
        return points

    def _say(self, points: Sequence[tuple[Sequence[str], str]]) -> None:
        """Print the points as CSV, and beside it what they would cost."""
        import pandas as pd

        from sim.sweeps.cost import cost_words

        rows = [dict(override.split("=", 1) for override in point) for point, _ in points]
        table = pd.DataFrame(rows).apply(lambda column: column.str.strip("'"))
        sys.stdout.write(table.to_csv(index=False))
        runs: Mapping[str, int] = Counter(mesh for _, mesh in points)
        print(cost_words(self.config.hydra.job.name, runs), file=sys.stderr)
