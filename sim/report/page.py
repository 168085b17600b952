"""What every report is made with: a page that needs nothing outside its own file."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from PIL import Image

from sim.report.verification import tables
from sim.report.words import number
from sim.results.files import write_text
from sim.results.labels import label, typeset
from sim.results.record import REPORT


@dataclass(frozen=True)
class Shown:
    """A picture inside a page; `alt` stands for it where it cannot be seen."""

    name: str
    caption: str
    alt: str
    data: str  # base64 of a PNG
    width: int  # pixels
    height: int


def shown(name: str, path: Path, caption: str, of: str = "") -> Shown:
    """Read a PNG file to be shown on a page.

    Parameters
    ----------
    name : str
    path : Path
    caption : str
        What it shows and how to read it.
    of : str, optional
        Whose data it shows: the alternative text names them.
    """
    with Image.open(path) as image:
        width, height = image.size
    alt = f"{caption} Shown for {of}." if of else caption
    return Shown(name, caption, alt, base64.b64encode(path.read_bytes()).decode(), width, height)


def environment() -> Environment:
    """Return the templates of this folder, strict about names and with the reports' filters."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "number": number,
        "label": label,
        "typeset": typeset,
        "headings": headings,
    }
    made.tests["match"] = lambda text, beginning: str(text).startswith(beginning)
    return made


def headings(content: str) -> list[tuple[str, Markup]]:
    """Return anchor and text of every second-level heading of a page, in order."""
    found = re.findall(r'<h2 id="([^"]+)">(.*?)</h2>', content)
    return [(anchor, Markup(text)) for anchor, text in found]


def write_page(folder: Path, template: str, made: Environment, **content: object) -> Path:
    """Fill a template that extends ``page.html`` and write it as `folder`/report.html.

    Parameters
    ----------
    folder : Path
    template : str
        Name of a file beside this module.
    made : Environment
        As `environment` returns it, with the filters that the template adds.
    content : object
        What the template names; ``page.html`` says what it needs itself.
    """
    page = made.get_template(template).render(verification=tables(), **content)
    write_text(folder / REPORT, page)
    return folder / REPORT
