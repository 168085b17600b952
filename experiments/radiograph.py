"""What a radiograph and a CT would show of a run: ``./run python -m experiments.radiograph``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sim.errors import ConfigError
from sim.imaging.folder import check_folder
from sim.imaging.settings import ENERGY, OPTIONS, settings


def main() -> None:
    """Take the pictures, write them and say where they are."""
    arguments = _parser().parse_args()
    given = {name: getattr(arguments, name.replace("-", "_")) for name in OPTIONS}
    try:
        check_folder(arguments.folder)
        chosen = settings(
            {name: text for name, text in given.items() if text is not None}, arguments.energy
        )
        # imported when there is something to do: --help and a refusal do without
        from sim.imaging.make import FOLDER, records_of, take, write

        series = take(records_of(arguments.folder), chosen)
        paths = write(series, chosen, arguments.output or arguments.folder / FOLDER)
    except ConfigError as error:
        print(f"refused: {error}", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        print(f"failed: {error}", file=sys.stderr)
        sys.exit(1)
    for path in paths:
        print(path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run python -m experiments.radiograph",
        description="Radiographs and a CT volume of a run, or of one needle's treatment, before "
        "and after each round, with the differences, as PNG, NIfTI and metrics.",
    )
    parser.add_argument("folder", type=Path, metavar="RUN_OR_TREATMENT", help="of a finished run")
    parser.add_argument(
        "--output", type=Path, metavar="FOLDER", help="where to write (default: imaging/ in it)"
    )
    for name, option in OPTIONS.items():
        usual = f"{option.default.text} {option.unit}".strip()
        text = f"{option.meaning} ({option.allowed}; default {usual})"
        parser.add_argument(f"--{name}", metavar=option.unit or "N", help=text)
    text = f"{ENERGY.meaning} ({ENERGY.allowed})"
    parser.add_argument("--energy", metavar=ENERGY.unit, help=text)
    return parser


if __name__ == "__main__":
    main()
