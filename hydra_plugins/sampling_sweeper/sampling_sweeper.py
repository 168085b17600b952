"""``hydra/sweeper=sampling``: many runs with sampled inputs, by any launcher.

Hydra executes this file in every process that it starts, before it is a module: what takes time to
import is imported when a sweep begins, and annotations are not postponed (dataclasses would look
them up in the module).
"""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.plugins import Plugins
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf

from sim.config.sampling_schema import SamplingConfig


@dataclass
class SamplingSweeperConfig(SamplingConfig):
    """Keys of `hydra.sweeper`."""

    _target_: str = "hydra_plugins.sampling_sweeper.sampling_sweeper.SamplingSweeper"
    params: dict[str, str] = field(default_factory=dict)  # lists of values, as the basic sweeper's
    dry_run: bool = False  # print the points and what they would cost, and run nothing


ConfigStore.instance().store(
    group="hydra/sweeper", name="sampling", node=SamplingSweeperConfig, provider="sampling_sweeper"
)


class SamplingSweeper(Sweeper):
    """Every combination of the listed values, each with a design over the sampled inputs."""

    def __init__(
        self,
        method: str,
        samples: int,
        seed: int,
        uncertain: Sequence[str],
        inputs: DictConfig,
        correlations: Sequence[DictConfig],
        params: DictConfig,
        dry_run: bool,
    ) -> None:
        self.method, self.samples, self.seed, self.dry_run = method, samples, seed, dry_run
        self.uncertain, self.inputs, self.params = list(uncertain), dict(inputs), dict(params)
        self.correlations = [(pair.first, pair.second, pair.rank) for pair in correlations]

    def setup(
        self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig
    ) -> None:
        """Keep what Hydra hands over, and make the launcher."""
        self.hydra_context, self.config = hydra_context, config
        self.launcher: Launcher = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=task_function, config=config
        )

    def sweep(self, arguments: list[str]) -> object:
        """Draw the points and launch them.

        Parameters
        ----------
        arguments : list of str
            The overrides of the command line, lists of values among them.

        Raises
        ------
        ConfigError
            If the inputs, their distributions or the design are not allowed.
        """
        preset = [f"{key}={values}" for key, values in self.params.items()]
        points: list[tuple[str, ...]] = []
        runs: Counter[str] = Counter()  # by mesh
        loader = self.hydra_context.config_loader
        for combination in self._combinations([*preset, *arguments]):
            cfg = loader.load_sweep_config(self.config, combination)
            drawn = self._drawn(cfg, combination)
            points += [(*combination, *overrides) for overrides in drawn]
            runs[OmegaConf.select(cfg, "mesh.name", default="default")] += len(drawn)
        if self.dry_run:
            self._say(points, runs)
            return []
        results = self.launcher.launch(points, initial_job_idx=0)
        for result in results:
            _ = result.return_value  # raises what ended the job
        return [results]

    def _combinations(self, arguments: list[str]) -> list[list[str]]:
        """Return the product of the command line's lists, as the basic sweeper does."""
        loader = self.hydra_context.config_loader
        overrides = OverridesParser.create(config_loader=loader).parse_overrides(arguments)
        return BasicSweeper.split_arguments(overrides, max_batch_size=None)[0]

    def _drawn(self, cfg: DictConfig, combination: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the overrides of the points of one combination, whose options have own ranges."""
        from sim.sweeps.sampling import sample, sampled_inputs

        fixed = {override.partition("=")[0].lstrip("+~") for override in combination}
        inputs = sampled_inputs(cfg, self.uncertain, self.inputs, fixed)
        drawn = sample(inputs, self.method, self.samples, self.seed, self.correlations)
        return drawn.overrides()

    def _say(self, points: Sequence[Sequence[str]], runs: Mapping[str, int]) -> None:
        """Print the points as CSV, and beside it what they would cost."""
        import pandas as pd

        from sim.sweeps.cost import cost_words

        table = pd.DataFrame([dict(entry.split("=", 1) for entry in point) for point in points])
        sys.stdout.write(table.to_csv(index=False))
        print(cost_words(self.config.hydra.job.name, runs), file=sys.stderr)
