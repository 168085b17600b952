"""A film of a run, a comparison or a treatment: ``./run python -m experiments.animate``."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from typing import NoReturn

from rich.console import Console

from sim.errors import ConfigError
from sim.results.names import FIGURES
from sim.results.progress import bars

NAME = "film.mp4"
SECONDS, FPS = (4.0, 600.0), (1, 60)  # allowed
EXAMPLES = """\
example:
  ./run python -m experiments.animate outputs/compare_gauges/27G_against_14G_coaxial --seconds 20
"""


def main() -> None:
    """Write the film and say where it is."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    asked = _arguments()
    console = Console()
    try:
        _check(asked)
        from sim.animation.film import film  # brings matplotlib, which --help does without
        from sim.animation.source import acts

        parts = acts(asked.folder)
        path = asked.output or asked.folder / FIGURES / NAME
        path.parent.mkdir(parents=True, exist_ok=True)
        with bars(["film"], console) as (show,):
            frames = film(parts, path, asked.seconds, asked.fps, show)
    except ConfigError as error:
        _stop(2, f"refused: {error}")
    except KeyboardInterrupt:
        _stop(130, "interrupted; no film was written")
    except (OSError, RuntimeError) as error:
        _stop(1, f"failed: {str(error).partition('FFMPEG')[0]}")  # its command is no help
    said = f"film: {path} ({frames / asked.fps:.0f} s, {path.stat().st_size / 1e6:.1f} MB)"
    console.print(said, highlight=False, soft_wrap=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run python -m experiments.animate",
        description="Film what a run computed: the needle's way in, then where the drug goes.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="of a run, a comparison or a treatment")
    parser.add_argument(
        "--seconds", type=float, default=30.0,
        help="length of the film, of each round in a treatment; the insertion alone may take less "
        f"({SECONDS[0]:g} to {SECONDS[1]:g} s; default %(default)g)",
    )  # fmt: skip
    parser.add_argument(
        "--fps", type=int, default=25,
        help=f"frames per second ({FPS[0]} to {FPS[1]}; default %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--output", type=Path, help=f"the film, .mp4 (default: {FIGURES}/{NAME} in the folder)"
    )
    return parser.parse_args()


def _check(asked: argparse.Namespace) -> None:
    """Refuse what cannot be made before anything is read."""
    for name, (low, high) in {"seconds": SECONDS, "fps": FPS}.items():
        given = getattr(asked, name)
        if not low <= given <= high:
            raise ConfigError(f"--{name}", given, f"give {low:g} to {high:g}")
    if asked.output is not None and asked.output.suffix != ".mp4":
        raise ConfigError("--output", str(asked.output), "its name must end in .mp4")


def _stop(code: int, message: str) -> NoReturn:
    """Print one line and leave."""
    print(" ".join(message.split()), file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
