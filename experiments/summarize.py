"""The table of a sweep, rebuilt from its run folders: ``./run python -m experiments.summarize``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console

from sim.errors import ConfigError
from sim.sweeps.summary import print_summary
from sim.sweeps.table import CSV, PARQUET, rebuild


def main() -> None:
    """Rebuild the table, say how the runs ended and where the table is."""
    parser = argparse.ArgumentParser(
        prog="./run python -m experiments.summarize",
        description="Rebuild the table of a sweep from its run folders and summarise it.",
    )
    parser.add_argument("folder", type=Path, help="of the sweep; it holds runs/")
    folder = parser.parse_args().folder
    console = Console()
    try:
        print_summary(rebuild(folder), console)
    except ConfigError as error:
        print(f"refused: {error}", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        print(f"failed: {error}", file=sys.stderr)
        sys.exit(1)
    for name in (PARQUET, CSV):
        console.print(f"table: {folder / name}", highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
