"""Records in the browser: ``./run python -m experiments.view outputs/compare_gauges/...``."""

from __future__ import annotations

import argparse
import errno
import sys
from pathlib import Path

from sim.errors import ConfigError

LARGEST_PORT = 65535


def main() -> None:
    """Open a folder and serve its page until it is interrupted."""
    parser = argparse.ArgumentParser(
        prog="./run python -m experiments.view",
        description="Look at runs in the browser; nothing is written. Ctrl-C ends it.",
        epilog="./run python -m experiments.view outputs/compare_gauges/2026-01-31_12-00-00",
    )
    parser.add_argument(
        "folder", type=Path, help="of a run, a comparison, a treatment, a sweep, or of several"
    )
    parser.add_argument("--port", type=_port, default=0, help="0, the default: one that is free")
    parser.add_argument("--no-browser", action="store_true", help="only print the page's address")
    args = parser.parse_args()

    from sim.figures.offscreen import CannotRender  # what takes long is imported after --help
    from sim.viewer.control import view

    try:
        view(args.folder, args.port, browser=not args.no_browser)
    except ConfigError as error:
        print(f"refused: {error}", file=sys.stderr)
        sys.exit(2)
    except (CannotRender, OSError) as error:
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        told = f"port {args.port} is taken; leave out --port for a free one" if taken else error
        print(f"failed: {told}", file=sys.stderr)
        sys.exit(1)


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= LARGEST_PORT:
        raise argparse.ArgumentTypeError(f"{port} is no port: give 0 to {LARGEST_PORT}")
    return port


if __name__ == "__main__":
    main()
