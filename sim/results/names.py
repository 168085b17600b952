"""What the folders of a record and the files in them are called."""

from __future__ import annotations

from pathlib import Path

METRICS, CASE, CONFIG, PROVENANCE = "metrics.json", "case.json", "config.yaml", "provenance.json"
COMPARISON = "comparison.json"
FIGURES = "figures"


def partial_of(folder: Path) -> Path:
    """Where the files of `folder` are written until they are all there."""
    return folder.with_name(f"{folder.name}.partial")
