"""Table, pictures and report of a sweep's folder: ``./run python -m experiments.summarize``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sim.errors import ConfigError

DESCRIPTION = """\
Rebuild the table of a sweep from its run folders, summarise it, draw it and write its report:
results.parquet, results.csv, figures/ and report.html in the sweep's folder. What is drawn follows
from what varies; the options choose.
"""
EXAMPLES = """\
examples:
  ./run python -m experiments.summarize outputs/run_case/2026-11-22_18-00-00
  ./run python -m experiments.summarize FOLDER --metric infiltration.dose_in_nodule_mg \\
      --over nodule.mineral.density injection.volume --by needle
  ./run python -m experiments.summarize FOLDER --metric "insertion.outcome is reached_target"
"""


def main() -> None:
    """Rebuild the table, say how the runs ended, draw them and write the report."""
    parser = argparse.ArgumentParser(
        prog="./run python -m experiments.summarize",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="of the sweep; it holds runs/")
    parser.add_argument(
        "--metric", action="append", default=[], help="column of the table to draw; may be repeated"
    )
    parser.add_argument(
        "--over",
        nargs="+",
        default=[],
        metavar="KEY",
        help="one or two of the keys that were swept",
    )
    parser.add_argument("--by", metavar="KEY", help="another one: a line or a panel for each value")
    parser.add_argument("--table-only", action="store_true", help="no pictures and no report")
    asked = parser.parse_args()

    from rich.console import Console  # what takes seconds is imported after --help

    from sim.sweeps.summary import check_asked, print_summary
    from sim.sweeps.table import CSV, PARQUET, rebuild

    console = Console()
    try:
        table = rebuild(asked.folder)
        check_asked(table, asked.metric, asked.over, asked.by)
        print_summary(table, console)
        for name in (PARQUET, CSV):
            console.print(f"table: {asked.folder / name}", highlight=False, soft_wrap=True)
        if not asked.table_only:
            from sim.report.sweep import tell  # matplotlib: not for the table alone

            told = tell(asked.folder, table, asked.metric, asked.over, asked.by)
            console.print(f"report: {told}", highlight=False, soft_wrap=True)
    except ConfigError as error:
        print(f"refused: {error}", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        print(f"failed: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
