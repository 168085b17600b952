"""What was verified to what error: the dated tables committed under docs/, never retyped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"


@dataclass(frozen=True)
class Verified:
    """One Markdown table with the heading above it."""

    heading: str
    header: list[str]
    rows: list[list[str]]


def tables(folder: Path = DOCS) -> list[Verified]:
    """Read every table of docs/verification*.md, in the files' order."""
    found = []
    for path in sorted(folder.glob("verification*.md")):
        found += parse(path.read_text(encoding="utf-8"))
    return found


def parse(text: str) -> list[Verified]:
    """Return the pipe tables of a Markdown text."""
    found, heading, block = [], "", []
    for line in [*text.splitlines(), ""]:
        if line.lstrip().startswith("|"):
            cells = line.replace("`", "").strip().strip("|").split("|")
            block.append([cell.strip() for cell in cells])
            continue
        if len(block) > 2:
            found.append(Verified(heading, block[0], block[2:]))
        block = []
        if line.startswith("#"):
            heading = line.lstrip("#").strip()
    return found
