"""What can be measured of a report: whether it is HTML, stands alone, and says the numbers."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Mapping
from pathlib import Path

from justhtml import JustHTML
from PIL import Image

from sim.report.words import number
from sim.results.files import Json
from sim.results.metrics import MEANINGS

PREFIX = "data:image/png;base64,"
DESIGN = (Path(__file__).parent / "unit/report/metrics_of_the_design.txt").read_text().split()
# an attribute or a rule of style by which a page could ask for something outside its file
ADDRESS = re.compile(
    r"""(?:src|srcset|href|poster|data|action|xlink:href)\s*=\s*["']?\s*(?:[a-z]+:)?//"""
    r"""|https?://|@import|url\(""",
    re.IGNORECASE,
)


def parsed(page: str) -> JustHTML:
    """Parse a page; raises where it breaks a rule of HTML."""
    return JustHTML(page, strict=True, sanitize=False)


def images(page: str) -> list[Image.Image]:
    """Return the decoded pictures of a page; raises where one does not decode."""
    found = []
    for tag in parsed(page).query("img"):
        source = tag.attrs["src"]
        assert source.startswith(PREFIX), source[:60]
        image = Image.open(io.BytesIO(base64.b64decode(source.removeprefix(PREFIX), validate=True)))
        image.load()
        assert tag.attrs["alt"].strip()
        assert (int(tag.attrs["width"]), int(tag.attrs["height"])) == image.size
        found.append(image)
    return found


def addresses(page: str) -> list[str]:
    """Return what in a page points outside its file, files beside it excepted."""
    bare = re.sub(rf"{PREFIX}[A-Za-z0-9+/=]*", "", page)
    return ADDRESS.findall(bare)


def dead_links(page: str) -> set[str]:
    """Return the anchors that a page links to and does not have."""
    tree = parsed(page)
    have = {tag.attrs["id"] for tag in tree.query("[id]")}
    links = {tag.attrs["href"] for tag in tree.query("a[href]")}
    return {link for link in links if link.startswith("#") and link[1:] not in have}


def table(page: str) -> dict[str, list[str]]:
    """Return what a page shows of every metric: the texts of its row's cells but the first."""
    rows = parsed(page).query("tr[data-key]")
    return {
        row.attrs["data-key"]: [cell.to_text().strip() for cell in row.query("td")][1:]
        for row in rows
    }


def wrong(page: str, columns: list[Mapping[str, Json]]) -> list[str]:
    """Return the metrics of the design that a page lacks or shows other than as a record has them.

    Parameters
    ----------
    page : str
    columns : list of mappings
        Metrics as read from metrics.json, in the order of the page's columns.
    """
    shown, found = table(page), []
    for key in DESIGN:
        texts = shown.get(key, [])[: len(columns)]
        values = [MEANINGS[key].shown(metrics[key]) for metrics in columns]
        if len(texts) < len(columns) or not all(map(_shows, texts, values)):
            found.append(f"{key}: {texts} for {values}")
    return found


def _shows(text: str, value: Json) -> bool:
    """Tell whether a text is a value, a number rounded to three digits."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return text == number(value)
    return float(text) == float(f"{value:.3g}")
