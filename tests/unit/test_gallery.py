"""The gallery's page and its pictures belong together, and are small enough to be kept."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image

from tests.pictures import is_blank, pixels

DOCS = Path(__file__).parents[2] / "docs"
LARGEST, ALL = 120_000, 1_500_000  # bytes


def test_every_picture_is_shown_and_small():
    page = (DOCS / "gallery.md").read_text(encoding="utf-8")
    shown = re.findall(r"!\[[^\]]+\]\(gallery/([^)]+)\)", page)
    there = {path.name: path for path in (DOCS / "gallery").iterdir()}
    assert len(shown) == len(set(shown))
    assert set(shown) == set(there)
    for path in there.values():
        assert path.stat().st_size < LARGEST, path.name
        assert Image.open(path).mode == "P", path.name
        assert not is_blank(pixels(path)), path.name
    assert sum(path.stat().st_size for path in there.values()) < ALL


def test_every_picture_has_a_sentence_and_its_command():
    page = (DOCS / "gallery.md").read_text(encoding="utf-8")
    for section in page.split("\n## ")[1:]:
        title, text, image, commands = (part.strip() for part in section.split("\n\n", 3))
        assert text.endswith("."), title
        assert image.startswith(f"![{title}]")
        assert commands.startswith("```\n./run python -m experiments.")
