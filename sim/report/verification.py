"""What was verified to what error: the dated tables committed under docs/, never retyped."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
BOUND = re.compile(r"[≤≥] ([\d.e+-]+)")
COLUMNS = ["check", "reached", "required", "test"]


@dataclass(frozen=True)
class Part:
    """The checks of one part of the model."""

    name: str
    checks: int
    missed: int  # of goals that are tighter than what is asserted
    nearest: list[str]  # the row that uses most of its bound


@dataclass(frozen=True)
class Verified:
    """One Markdown table with the heading and the words above it."""

    heading: str
    words: str
    header: list[str]
    rows: list[list[str]]

    @property
    def missed(self) -> list[list[str]]:
        """The rows whose goal is missed; what is asserted instead holds."""
        return [row for row in self.rows if any("goal" in c and "missed" in c for c in row)]

    @property
    def parts(self) -> list[Part]:
        """The checks by the folder or file of their tests; empty for a table of another form."""
        if self.header != COLUMNS:
            return []
        by_part: dict[str, list[list[str]]] = {}
        for row in self.rows:
            by_part.setdefault(part_of(row[3]), []).append(row)
        missed = self.missed
        return [
            Part(name, len(rows), sum(row in missed for row in rows), max(rows, key=used))
            for name, rows in by_part.items()
        ]


def part_of(test: str) -> str:
    """Return the part of the model that a test is about: its folder, or its file's name."""
    return test.partition("/")[0].partition(".py")[0].removeprefix("test_").replace("_", " ")


def used(row: list[str]) -> float:
    """Return the share of a check's bound that its value uses; 0 where there is none."""
    found = BOUND.match(row[2])
    reached = float(row[1])
    if found is None or min(bound := float(found[1]), reached) <= 0.0:
        return 0.0
    return reached / bound if row[2].startswith("≤") else bound / reached


def tables(folder: Path = DOCS) -> list[Verified]:
    """Read every table of docs/verification*.md, in the files' order."""
    found = []
    for path in sorted(folder.glob("verification*.md")):
        found += parse(path.read_text(encoding="utf-8"))
    return found


def parse(text: str) -> list[Verified]:
    """Return the pipe tables of a Markdown text."""
    found, heading, words, block = [], "", [], []
    for line in [*text.splitlines(), ""]:
        if line.lstrip().startswith("|"):
            cells = line.replace("`", "").strip().strip("|").split("|")
            block.append([cell.strip() for cell in cells])
            continue
        if len(block) > 2:
            found.append(Verified(heading, " ".join(words), block[0], block[2:]))
        block = []
        if line.startswith("#"):
            heading, words = line.lstrip("#").strip(), []
        elif line.strip():
            words.append(line.strip())
    return found
