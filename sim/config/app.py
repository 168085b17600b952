"""The entry point of an experiment: Hydra around a function, refusals in one line.

Exit codes: 0 done, 1 a run failed, 2 the configuration was refused, 130 interrupted. A multirun is
a sweep (`sim.sweeps`): each of its points is this command again, in a child process, for one run.

Nothing of a configuration is instantiated by this project. Hydra itself instantiates its own
sections (launcher, sweeper, callbacks) from `hydra.*`; any `_target_` there that is none of
`INSTANTIATED` is refused before Hydra starts.
"""

from __future__ import annotations

import functools
import logging
import os
import signal
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from functools import partial
from string import Template
from typing import NoReturn

import hydra
from hydra._internal.utils import get_args_parser  # the flags that hydra.main understands
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf, open_dict

from sim.config.compose import CONFIGS
from sim.config.experiments import CHECKS, Check
from sim.config.refusal import Refused, refusal
from sim.config.store import register
from sim.errors import UNEXPECTED, ConfigError, SolverError
from sim.sweeps.command_line import for_sweeper
from sim.sweeps.grid import expand

log = logging.getLogger(__name__)

Task = Callable[[DictConfig], None]
INSTANTIATED = (
    "hydra._internal.core_plugins.basic_launcher.BasicLauncher",
    "hydra_plugins.hydra_joblib_launcher.joblib_launcher.JoblibLauncher",
    "hydra_plugins.hydra_submitit_launcher.submitit_launcher.LocalLauncher",
    "hydra_plugins.hydra_submitit_launcher.submitit_launcher.SlurmLauncher",
    "hydra_plugins.points.points.PointSweeper",
    "hydra_plugins.sampling_sweeper.sampling_sweeper.SamplingSweeper",
)


def hydra_main(config_name: str, *checks: Check) -> Callable[[Task], Callable[[], None]]:
    """Make a function of a configuration the main function of an experiment.

    Parameters
    ----------
    config_name : str
        Primary configuration in `configs/`.
    checks : callable
        Raise `ConfigError` for a configuration that cannot be run; they are called before the run's
        folder is made. For an experiment that can be swept they are in `CHECKS`.
    """

    def decorate(task: Task) -> Callable[[], None]:
        @functools.wraps(task)
        def main() -> None:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.default_int_handler)
            register()
            os.environ["HYDRA_FULL_ERROR"] = "1"  # or Hydra prints and exits by itself
            sys.argv[1:] = for_sweeper(sys.argv[1:])
            args = get_args_parser().parse_args()
            shown = args.cfg or args.hydra_help or args.info
            try:
                _refuse_both(args)
                cfg = _compose(args, config_name)
                start = hydra.main(
                    version_base="1.3", config_path=str(CONFIGS), config_name=config_name
                )
                if args.help:
                    print(_help(cfg, _overrides(args)))
                elif not shown and (args.multirun or cfg.hydra.mode is RunMode.MULTIRUN):
                    from sim.sweeps.command import sweep  # what only a sweep needs takes seconds

                    sweep(args, cfg, config_name, start)
                else:
                    if not shown:
                        for check in checks or CHECKS[config_name]:
                            check(_without_hydra(cfg))
                    start(functools.wraps(task)(partial(_run, task)))()
            except ConfigError as error:
                _stop(2, f"refused: {error}")
            except Refused as error:
                _stop(2, f"refused: {refusal(error, args.overrides)}")
            except OSError as error:  # Hydra makes the run's folder; a run's own are caught below
                _stop(1, f"failed: {UNEXPECTED}error: {error}")
            except KeyboardInterrupt:
                _stop(130, "interrupted")

        return main

    return decorate


def _refuse_both(args: Namespace) -> None:
    """Refuse what Hydra has a traceback for."""
    if args.multirun and (args.cfg or args.info or args.run):
        raise ConfigError("--multirun", "with --cfg, --info or --run", "give only one of them")


def _compose(args: Namespace, config_name: str) -> DictConfig:
    """Compose what Hydra is about to run, and look at what it would instantiate."""
    if args.experimental_rerun is not None:
        raise ConfigError("--experimental-rerun", args.experimental_rerun, "a pickle is not read")
    folder = CONFIGS if args.config_path is None else os.path.abspath(args.config_path)
    with hydra.initialize_config_dir(str(folder), version_base="1.3"):
        try:
            cfg = hydra.compose(
                args.config_name or config_name, _overrides(args), return_hydra_config=True
            )
        except Exception as error:  # for some command lines Hydra has no message of its own
            raise refusal(error, args.overrides) from error
    for key, target in _targets(OmegaConf.to_container(cfg.hydra), "hydra"):
        if target not in INSTANTIATED:
            raise ConfigError(key, target, f"choose one of {', '.join(INSTANTIATED)}")
    return cfg


def _overrides(args: Namespace) -> list[str]:
    """Return the overrides that are no sweeps, and the user's folder of configurations."""
    parsed = OverridesParser.create().parse_overrides(expand(args.overrides))
    overrides = [o.input_line for o in parsed if not (args.multirun and o.is_sweep_override())]
    if args.config_dir is not None:
        overrides.append(f"hydra.searchpath=['file://{os.path.abspath(args.config_dir)}']")
    return overrides


def _without_hydra(cfg: DictConfig) -> DictConfig:
    """Return the part of a composed configuration that is the experiment's."""
    own = cfg.copy()
    with open_dict(own):
        del own["hydra"]
    return own


def _help(cfg: DictConfig, overrides: list[str]) -> str:
    """Fill the help template; Hydra's own way takes seconds for this many options."""
    users: dict[str, list[str]] = {}  # options -> keys that choose one of them
    with hydra.initialize_config_dir(str(CONFIGS), version_base="1.3"):
        loader = GlobalHydra.instance().config_loader()
        for key in list(cfg.hydra.runtime.choices)[::-1]:
            if not key.startswith("hydra/"):
                options = loader.get_group_options(key.partition("@")[0], overrides=overrides)
                users.setdefault(", ".join(options), []).append(key)
    return Template(cfg.hydra.help.template).substitute(
        APP_CONFIG_GROUPS="\n".join(f"{', '.join(k)}: {options}" for options, k in users.items()),
        CONFIG=OmegaConf.to_yaml(_without_hydra(cfg)),
    )


def _targets(node: object, at: str) -> Iterator[tuple[str, object]]:
    """Yield (key, value) of all that would be called: Hydra's `_target_`, logging's `()`."""
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for name, child in items:
        if name in ("_target_", "()"):
            yield f"{at}.{name}", child
        elif isinstance(child, dict | list):
            yield from _targets(child, f"{at}.{name}")


def _run(task: Task, cfg: DictConfig) -> None:
    """Run the task; what goes wrong ends in one line, its traceback in the log file."""
    try:
        task(cfg)
    except ConfigError as error:
        _stop(2, f"refused: {error}")
    except KeyboardInterrupt:
        _stop(130, f"interrupted; what was reached is in {HydraConfig.get().runtime.output_dir}")
    except Exception as error:
        log.debug("stopped", exc_info=True)
        kind = "" if isinstance(error, SolverError) else f"{UNEXPECTED}{type(error).__name__}: "
        _stop(1, f"failed: {kind}{error} (details in {_log_file()})")


def _log_file() -> str:
    return os.path.join(HydraConfig.get().runtime.output_dir, f"{HydraConfig.get().job.name}.log")


def _stop(code: int, message: str) -> NoReturn:
    """Print one line and leave."""
    print(" ".join(message.split()), file=sys.stderr)
    sys.exit(code)
