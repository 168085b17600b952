"""The pictures of docs/gallery.md, and the page: ``./run python -m docs.make_gallery [NAME ...]``.

Each picture is made by the project's own code from runs that are made here, with the commands that
the page names. A run that the same command has made already is used again: delete its folder to
have it anew. Without any of them count on an hour. The pictures are reduced to `COLOURS` colours
and `WIDEST` pixels, so that all of them together stay below 1.5 MB.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from docs.screenshots import report_page, viewer_page
from sim.animation.film import pictures as frames
from sim.animation.source import acts
from sim.figures.cutaway import cutaway_figure
from sim.figures.draw import PICTURES as OF_A_RUN
from sim.figures.rounds import draw_rounds
from sim.figures.style import save
from sim.imaging.figure import radiograph_figure
from sim.imaging.make import records_of, take
from sim.imaging.settings import settings
from sim.results.files import write_text
from sim.results.names import CASE, COMPARISON, FIGURES
from sim.results.record import Record, load
from sim.rounds.record import load_treatment

DOCS = Path(__file__).parent
PAGE, FOLDER = DOCS / "gallery.md", DOCS / "gallery"
RUNS_FOLDER = Path("outputs") / "gallery"
MADE = "made.txt"  # in a run's folder: the command that has made all of it
COLOURS, WIDEST = 160, 1100  # of a picture; pixels
ROUNDS = 4  # in which the colours are fitted
STILL = 0.55  # share of the film at which it is shown: while liquid flows
HEAD = """\
# What it looks like

Every picture is drawn from the record of a run, by the command that stands below it; all runs are
of the default patient unless the command says otherwise. `./run python -m docs.make_gallery` makes
the runs, the pictures and this page again. FOLDER is what the line above it has made; what the
commands are for is in the README.
"""


@dataclass(frozen=True)
class Run:
    """What is computed: an entry point with its arguments, and which of them says where to."""

    command: tuple[str, ...]
    into: str = "hydra.run.dir"


@dataclass(frozen=True)
class Picture:
    """What is shown: how it is made from the folder of a run, and what is seen."""

    title: str
    run: str
    make: Callable[[Path, Path], Path]  # (run's folder, scratch folder) -> image
    seen: str
    then: tuple[str, ...] = ()  # the command that makes it of the run's folder


RUNS = {
    "compare": Run(("compare_gauges",)),
    "solid": Run(("infiltration", "site.geometry=3d", "mesh=solid_coarse", "site.tilt=20 deg")),
    "treatment": Run(("treatment", "mesh=coarse", "dissolution=clinical_fit")),
    "sweep": Run(
        (
            "run_case", "-m", "mesh=coarse", "needle=27G,22G,18G",
            "nodule.mineral.density=1.1 g/cm**3,1.4 g/cm**3,1.7 g/cm**3",
        ),
        "hydra.sweep.dir",
    ),
    "map": Run(("penetration_map", "map.density.count=10", "map.solid_strength.count=10")),
    "trial": Run(("trial", "trial.patients=12")),
    "sensitivity": Run(
        ("sensitivity", "mesh=coarse", "samples=4", "uncertain=[technique.*,nodule.mineral.*]")
    ),
    "design": Run(
        (
            "design", "design.needles=[30G,27G_thin,22G_thin,14G_coaxial]",
            "design.evaluations=140", "design.levels=3", "design.confirmed=3",
        )
    ),
}  # fmt: skip


def run_picture(name: str) -> Callable[[Path, Path], Path]:
    """Return what draws one of the pictures that every run or comparison has."""

    def make(folder: Path, scratch: Path) -> Path:
        return save(OF_A_RUN[name].draw(_records(folder)), scratch / f"{name}.png")

    return make


def cutaway(folder: Path, scratch: Path) -> Path:
    """Draw the tissue in space."""
    return save(cutaway_figure(_records(folder)), scratch / "cutaway.png")


def round_picture(name: str) -> Callable[[Path, Path], Path]:
    """Return what draws one of a treatment's pictures."""

    def make(folder: Path, scratch: Path) -> Path:
        sides = [path for path in sorted(folder.glob("[ab]_*")) if (path / CASE).exists()]
        treatments = [load_treatment(side, side.name[2:].replace("_", " ")) for side in sides]
        return draw_rounds(treatments, scratch)[name]

    return make


def own_picture(name: str) -> Callable[[Path, Path], Path]:
    """Return what finds a picture that the study has written itself."""

    def make(folder: Path, _: Path) -> Path:
        return next(folder.rglob(f"{FIGURES}/{name}"))

    return make


def summarized(name: str) -> Callable[[Path, Path], Path]:
    """Return what summarises a sweep and finds one of its pictures."""

    def make(folder: Path, _: Path) -> Path:
        subprocess.run([sys.executable, "-m", "experiments.summarize", str(folder)], check=True)
        return folder / FIGURES / name

    return make


def still(folder: Path, scratch: Path) -> Path:
    """Keep one frame of the film."""
    (act,) = acts(_pair(folder))
    shown = next(pixels for _, share, pixels in frames([act], 12.0, 4) if share >= STILL)
    path = scratch / "film.png"
    Image.fromarray(np.asarray(shown)).convert("RGB").save(path)
    return path


def radiograph(folder: Path, scratch: Path) -> Path:
    """Expose what the thicker needle's treatment leaves."""
    chosen = settings({})
    series = take(records_of(next(folder.glob("b_*"))), chosen)
    return save(radiograph_figure(series, chosen), scratch / "radiograph.png")


def _pair(folder: Path) -> Path:
    """Return the comparison's folder in the folder that its run was given."""
    return next(path.parent for path in sorted(folder.rglob(COMPARISON)))


def _records(folder: Path) -> Sequence[Record]:
    """Return the record of a run, or both of a comparison."""
    return [load(path.parent) for path in sorted(folder.rglob(CASE))]


PICTURES: dict[str, Picture] = {
    "infiltration": Picture(
        "Where the drug goes", "compare", run_picture("infiltration"),
        "Thiosulfate in the section through the axis, the thin needle on the left and the coaxial "
        "one on the right, on one scale; the bright line is the concentration that counts as "
        "infiltrated.",
    ),
    "cutaway": Picture(
        "The same in space", "compare", cutaway,
        "The half plane turned about its axis, a quarter cut away: steel and lumen, the nodule, "
        "and the threshold's surface with a line per mm of depth.",
        ("cutaway",),
    ),
    "solid": Picture(
        "A needle that leans", "solid", cutaway,
        "A result in 3-D: the needle stands 20 degrees off the skin's normal, and the drug is no "
        "body of revolution any more.",
        ("cutaway",),
    ),
    "pressure": Picture(
        "What drives it", "compare", run_picture("pressure"),
        "Pressure as the injection ends, with the streamlines of the liquid that is pushed out.",
    ),
    "force": Picture(
        "The way in", "compare", run_picture("force"),
        "Force at the hand against depth through skin, subcutis and nodule: what the tip and the "
        "shaft take, what limits it, and where the insertion ends.",
    ),
    "crushed": Picture(
        "What the tip does to the mineral", "compare", run_picture("crushed"),
        "Mineral compacted around the tip where it stopped.",
    ),
    "course": Picture(
        "Where the drug is over time", "compare", run_picture("course"),
        "Both needles on one axis: drug in the nodule, and the exposure that it leaves behind.",
    ),
    "turning_points": Picture(
        "What the answer hangs on", "compare", run_picture("turning_points"),
        "The insertion's smallest margin and the infiltrated share as each uncertain input goes "
        "through its range.",
    ),
    "film": Picture(
        "A still of the film", "compare", still,
        "One moment of the film of both needles side by side: first the way in, then the drug.",
        ("animate",),
    ),
    "report": Picture(
        "The report", "compare", report_page,
        "How the page that each run writes begins: the answer, and how sure it is.",
    ),
    "viewer": Picture(
        "The viewer", "compare", viewer_page,
        "The page in the browser: fields over time, also in space; both needles are linked.",
        ("view",),
    ),
    "rounds": Picture(
        "A treatment", "treatment", round_picture("rounds"),
        "Round by round: what reaches the nodule, and what it takes away.",
    ),
    "mineral_left": Picture(
        "The mineral before and after each round", "treatment", round_picture("mineral_left"),
        "A scenario of the closure for dissolution, no prediction.",
    ),
    "radiograph": Picture(
        "What the clinic would see", "treatment", radiograph,
        "Synthetic radiographs before and after the rounds with the 14G coaxial, what differs, and "
        "a slice of the CT.",
        ("radiograph",),
    ),
    "map": Picture(
        "Which mineral lets which needle through", "map", own_picture("penetration_map.png"),
        "How insertions end, over the mineral's density and strength.",
    ),
    "sweep": Picture(
        "A sweep", "sweep", summarized("trends.png"),
        "Three needles in nodules of three densities.",
        ("summarize",),
    ),
    "trial": Picture(
        "A trial on drawn patients", "trial", own_picture("pairs.png"),
        "Each patient is a line between what the two needles bring about in the same nodule.",
    ),
    "sensitivity": Picture(
        "Which inputs matter", "sensitivity", own_picture("sensitivity.png"),
        "Each input's effect on what the insertion ends with, the largest first.",
    ),
    "design": Picture(
        "Which needle would be best", "design", own_picture("front.png"),
        "The front of most drug against least force, over needles, depths, volumes and rates.",
    ),
}  # fmt: skip


def main() -> None:
    """Make the pictures that are asked for, all without names, and the page of those there are."""
    parser = argparse.ArgumentParser(prog="./run python -m docs.make_gallery")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(PICTURES)}")
    asked = parser.parse_args()
    unknown = sorted(set(asked.names) - set(PICTURES))
    if unknown:
        parser.error(f"no picture is called {', '.join(unknown)}; there are {', '.join(PICTURES)}")
    FOLDER.mkdir(exist_ok=True)
    for name in asked.names or PICTURES:
        picture = PICTURES[name]
        with tempfile.TemporaryDirectory() as scratch:
            made = picture.make(_made(picture.run), Path(scratch))
            path = _small(made, FOLDER / f"{name}.png")
        print(f"{path} {path.stat().st_size / 1e3:.0f} kB", flush=True)
    shown = [name for name in PICTURES if (FOLDER / f"{name}.png").exists()]
    write_text(PAGE, HEAD + "".join(_section(name, PICTURES[name]) for name in shown))


def _made(name: str) -> Path:
    """Return the folder of a run, which is computed unless the same command has made it before."""
    folder, run = RUNS_FOLDER / name, RUNS[name]
    said = _written(run.command)
    if not (folder / MADE).exists() or (folder / MADE).read_text(encoding="utf-8") != said:
        module, *values = run.command
        command = [sys.executable, "-m", f"experiments.{module}", *values, f"{run.into}={folder}"]
        print(shlex.join(command), flush=True)
        subprocess.run(command, check=True)
        write_text(folder / MADE, said)
    return folder


def _written(command: Sequence[str]) -> str:
    """Return how a user types an entry point and its arguments."""
    return f"./run python -m experiments.{shlex.join(command)}"


def _small(image: Path, path: Path) -> Path:
    """Write an image with fewer pixels and colours."""
    with Image.open(image) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((WIDEST, 2 * WIDEST), Image.Resampling.LANCZOS)
    # chosen to leave no colour out: thin lines and legends keep theirs
    few = picture.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, ROUNDS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    return path


def _section(name: str, picture: Picture) -> str:
    lines = [_written(RUNS[picture.run].command)]
    if picture.then:
        lines.append(f"{_written(picture.then)} FOLDER")
    commands = "\n".join(lines)
    image = f"![{picture.title}]({FOLDER.name}/{name}.png)"
    return f"\n## {picture.title}\n\n{picture.seen}\n\n{image}\n\n```\n{commands}\n```\n"


if __name__ == "__main__":
    main()
