"""A run's tissue in space, a quarter cut away: ``./run python -m experiments.cutaway``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from rich.console import Console

from sim.errors import ConfigError
from sim.results.names import CASE, FIGURES

if TYPE_CHECKING:
    from sim.results.record import Record

NAME = "cutaway.png"
EXAMPLES = """\
example:
  ./run python -m experiments.cutaway outputs/compare_gauges/27G_against_14G_coaxial
"""


def main() -> None:
    """Draw the picture and say where it is."""
    asked = _arguments()
    try:
        if asked.output is not None and asked.output.suffix != ".png":
            raise ConfigError("--output", str(asked.output), "its name must end in .png")
        records = _records(asked.folder)
        from sim.figures.cutaway import cutaway_figure
        from sim.figures.style import save

        path = save(cutaway_figure(records), asked.output or asked.folder / FIGURES / NAME)
    except ConfigError as error:
        _stop(2, f"refused: {error}")
    except (OSError, RuntimeError) as error:
        _stop(1, f"failed: {error}")
    Console().print(f"picture: {path}", highlight=False, soft_wrap=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run python -m experiments.cutaway",
        description="Draw where the drug is as the injection ends, in space, a quarter cut away.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="of a run or of a comparison")
    parser.add_argument(
        "--output", type=Path, help=f"the picture, .png (default: {FIGURES}/{NAME} in the folder)"
    )
    return parser.parse_args()


def _records(folder: Path) -> list[Record]:
    """Return the folder's record, or both of a comparison; at least one has fields."""
    from sim.results.record import load  # brings VTK, which --help does without

    inside = sorted(path.parent for path in folder.glob(f"*/{CASE}"))
    runs = [folder] if (folder / CASE).exists() else inside
    allowed = "give the folder of a run or of a comparison"
    if not 1 <= len(runs) <= 2:
        raise ConfigError("folder", str(folder), allowed)
    records = [load(run) for run in runs]
    if all(record.fields is None for record in records):
        why = " and ".join(dict.fromkeys(record.no_fields for record in records))
        raise ConfigError("folder", str(folder), f"{allowed} that was written with fields ({why})")
    return records


def _stop(code: int, message: str) -> NoReturn:
    """Print one line and leave."""
    print(" ".join(message.split()), file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
