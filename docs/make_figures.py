"""The figures of docs/insertion.md: ``./run python -m docs.make_figures [name ...]``.

Every curve is computed by the code it describes, for the default patient unless a title says
otherwise. What is expensive comes from the tables on disk; without them, count on ten minutes.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullFormatter
from PIL import Image

from sim.case import Case
from sim.config import compose, default_case
from sim.config.penetration_map import to_map
from sim.figures.penetration_map import map_figure
from sim.figures.style import DARK, GREY, NEEDLE_COLOURS, SEQUENTIAL, label, legend_below, save
from sim.insertion import STEPS, evaluate, prepare
from sim.mechanics.loads import LayerLoad, path_loads, turning_point_loads
from sim.mechanics.mineral.closed_forms import crushing_bound
from sim.mechanics.mineral.foam import Foam
from sim.mechanics.mineral.hardening import hardening_of
from sim.mechanics.mineral.resistance import ResistanceCurve, mineral_resistance
from sim.mechanics.soft.cutting import toughness_ratio
from sim.mechanics.soft.ring_crack import ring_crack
from sim.mechanics.soft.steady_crack import planar_crack
from sim.needles.tip import Profile, tip_profile
from sim.outcome import Array
from sim.penetration_map import penetration_map
from sim.results.metrics import MM
from sim.results.progress import silent
from sim.walk import InsertionModels, Walk, path_depths
from tests.validation import test_bone, test_skin

FOLDER = Path(__file__).parent / "figures"
COLOURS = 96  # of a picture: a third of its size
WIDE = (8.2, 3.3)  # inches
GREEN, SKY, PURPLE, ORANGE = "#009e73", "#56b4e9", "#cc79a7", "#e69f00"  # Okabe and Ito
ANGLES = np.array([2.5, 4.0, 5.55, 8.0, 11.0, 15.0, 20.0, 30.0, 45.0, 60.0, 75.0, 90.0])  # degrees
MARGINS = {  # colour, line; those that end an insertion are solid
    "operator": (DARK, "-"),
    "buckling": ("#0072b2", "-"),
    "bending": ("#d55e00", "-"),
    "blunting": (ORANGE, "-"),
    "torque": (PURPLE, "-"),
    "splitting": (GREEN, "--"),
    "bearing": (SKY, "--"),
}
MEASURED = re.compile(r"measured (?:about )?(\d+)(?:-(\d+))?")
COMPACTION = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
SHOWN = (0.4, 40.0)  # of the margins
MAP = [
    "map.needles=[27G,22G,14G_coaxial]",
    "map.free_lengths=[12.7 mm,31.75 mm]",
    "map.density.count=10",
    "map.solid_strength.count=10",
]


def needles() -> tuple[Case, Case]:
    """The default patient with the two needles that are compared."""
    return default_case("27G", "push"), default_case("14G_coaxial", "drill")


def cone_figure() -> Figure:
    """Cone factor, pressure on the wall and travel until both are steady, over the half-angle."""
    cases = needles()
    mineral, size = cases[0].nodule.mineral, cases[0].mesh.penetration_size
    curves = [mineral_resistance(mineral, math.radians(angle), size) for angle in ANGLES]
    law = Foam(1.0, 0.0, mineral.foam_shape, 1.0, hardening_of(mineral))
    figure, (left, right) = plt.subplots(1, 2, figsize=WIDE)
    left.axhline(crushing_bound(law), color=GREY, ls=":", lw=1.2)
    label(left, "crushing bound", (90.0, crushing_bound(law)), (0, 4), ha="right")
    left.plot(ANGLES, [c.steady_factor for c in curves], "o-", color="#0072b2", ms=3.5)
    left.plot(ANGLES, [c.steady_wall_pressure for c in curves], "s-", color="#d55e00", ms=3.5)
    label(left, "face: cone factor $N$", (62.0, 1.35), (0, -12), color="#0072b2")
    label(left, "wall behind: $w$", (45.0, 0.41), (6, 4), color="#d55e00")
    left.set(
        title="Pressure on face and wall", ylabel="mean pressure / crushing strength", ylim=(0, 1.6)
    )
    travel = [c.depth[-1] - 1.0 / math.tan(c.half_angle) for c in curves]
    right.plot(ANGLES, travel, "o-", color="#0072b2", ms=3.5)
    right.plot(ANGLES, 1.0 / np.tan(np.radians(ANGLES)), color=GREY, ls="--")
    label(right, "length of the cone itself", (8.0, 7.1), (8, 2), color=GREY)
    label(right, "travel past burial", (45.0, travel[8]), (0, 8), color="#0072b2")
    right.set(
        title="Until force and wall are steady", ylabel="travel / needle radius", ylim=(0, 24)
    )
    for ax in (left, right):
        for case, colour in zip(cases, NEEDLE_COLOURS, strict=True):
            angle = math.degrees(tip_profile(case.needle).half_angle)
            ax.axvline(angle, color=colour, lw=0.8, ls=":", zorder=0)
            at = (angle, 0.04 if ax is left else 0.6)
            label(ax, short(case), at, (3, 0), xycoords=ax.get_xaxis_transform(), color=colour)
        ax.set(xlabel="half-angle of the cone (degrees)", xlim=(0, 92))
    return figure


def crack_figure() -> Figure:
    """Steady crack in soft tissue over toughness, the needles in skin and fat marked."""
    figure, axes = plt.subplots(1, 3, figsize=(9.6, 3.6))
    toughness = np.geomspace(0.3, 1e4, 300)
    lines = (
        (planar_crack(2.0), "sharp tip, α = 2", {"color": "#0072b2"}),
        (planar_crack(9.0), "sharp tip, α = 9", {"color": "#d55e00"}),
        (ring_crack(9.0), "flat punch, α = 9", {"color": GREY, "ls": "--", "lw": 1.2}),
    )
    entries = {}
    for crack, name, style in lines:
        quantities = (crack.size_at, crack.force_at, crack.wall_pressure_at)
        for ax, quantity in zip(axes, quantities, strict=True):
            (entries[name],) = ax.loglog(toughness, quantity(toughness), **style)
    for case, marker in zip(needles(), "oD", strict=True):
        for layer, name in ((case.tissue.skin, "skin"), (case.tissue.subcutis, "fat")):
            x = float(toughness_ratio(layer, np.array(0.5 * case.needle.outer_diameter)))
            crack = planar_crack(layer.ogden_exponent)
            colour = "#0072b2" if layer.ogden_exponent == 2.0 else "#d55e00"
            face = colour if name == "skin" else "white"
            key = f"{short(case)}, {name}"
            quantities = (crack.size_at, crack.force_at, crack.wall_pressure_at)
            for ax, quantity in zip(axes, quantities, strict=True):
                ax.plot(x, quantity(x), marker, color=colour, mfc=face, ms=6, zorder=5)
            entries[key] = Line2D([], [], marker=marker, color=colour, mfc=face, ms=6, ls="")
    for ax, name in zip(
        axes,
        ("half length, or radius, / $R$", "force / $\\mu R^2$", "wall pressure / $\\mu$"),
        strict=True,
    ):
        ax.set(xlabel="$J_{IC}/(\\mu R)$", ylabel=name)
    for ax, title in zip(axes, ("Crack", "Force on the tip", "Pressure on the shaft"), strict=True):
        ax.set_title(title)
    legend_below(figure, entries)
    return figure


def margin_figure() -> Figure:
    """Axial force against buckling load, and every margin, along the whole way to the target."""
    figure, axes = plt.subplots(2, 2, figsize=(8.2, 5.6), sharex="col", sharey="row")
    entries = {}
    for (top, bottom), case, colour in zip(axes.T, needles(), NEEDLE_COLOURS, strict=True):
        models = prepare(case)
        walk, stop = _way(case, models)
        depth = MM * walk.loads.depth
        (entries["axial force"],) = top.semilogy(depth, walk.loads.total.force, color=DARK)
        (entries["buckling load"],) = top.semilogy(
            depth, walk.use.buckling_load, "--", color="#0072b2"
        )
        entries["hand's limit"] = top.axhline(case.technique.force_limit, color=DARK, ls=":")
        for name, (shade, style) in MARGINS.items():
            ratio = walk.use.ratio[name]
            margin = 1.0 / np.where(ratio > 0.0, ratio, np.nan)
            margin = np.where(margin < 2.0 * SHOWN[1], margin, np.nan)
            (entries[f"margin: {name}"],) = bottom.semilogy(
                depth, margin, color=shade, ls=style, lw=1.3
            )
        bottom.axhline(1.0, color=GREY, lw=0.8)
        for ax in (top, bottom):
            ax.axvline(MM * case.nodule.depth, color=GREY, lw=0.6, ls=":")
            ax.axvline(stop, color=colour, lw=0.8, ls=":")
        label(
            top, "nodule", (MM * case.nodule.depth, 0.0), (3, 4), xycoords=top.get_xaxis_transform()
        )
        ending = "target" if stop >= MM * case.target_depth - 1e-6 else "stops"
        label(
            top,
            ending,
            (stop, 0.0),
            (-3, 4),
            xycoords=top.get_xaxis_transform(),
            color=colour,
            ha="right",
        )
        top.set_title(f"{short(case)}, {case.technique.kind}")
        bottom.set(ylim=SHOWN, xlabel="tip's depth in the undisplaced anatomy (mm)")
        bottom.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}"))
    axes[0, 0].set(ylabel="force (N)", ylim=(0.3, 4000.0))
    axes[1, 0].set_ylabel("margin = limit / demand")
    legend_below(figure, entries)
    return figure


def _way(case: Case, models: InsertionModels) -> tuple[Walk, float]:
    """The whole way to the target, and the depth (mm) at which the needle stops."""
    walk = Walk.along(case, models, path_depths(case, STEPS))
    return walk, MM * evaluate(case, models).reached_depth


def drill_figure() -> Figure:
    """Thrust and torque of the 14G against its rate of rotation."""
    case = needles()[1]
    curve, depth = prepare(case).resistance, np.array([case.target_depth])
    turns = np.geomspace(0.01, 20.0, 80)
    figure, (left, right) = plt.subplots(1, 2, figsize=WIDE)
    edges = {"cutting edges": case.technique.cutting_coefficient, "smooth tip": 0.0}
    for (name, coefficient), colour, style in zip(
        edges.items(), NEEDLE_COLOURS[::-1], ["-", "--"], strict=True
    ):
        technique = replace(case.technique, cutting_coefficient=coefficient)
        loads = [_turned(replace(case, technique=technique), curve, rate) for rate in turns]
        left.semilogx(turns, [load.force[0] for load in loads], style, color=colour, label=name)
        torque = [1e3 * load.torque[0] for load in loads]
        right.semilogx(turns, torque, style, color=colour, label=name)
    pushed = turning_point_loads(case, curve, depth).total.force[0]
    left.axhline(pushed, color=GREY, ls=":")
    label(left, f"pushed: {pushed:.0f} N", (20.0, pushed), (0, 4), ha="right")
    default = case.technique.rotation_speed / (2.0 * math.pi)
    own = path_loads(case, curve, depth).total
    left.plot(default, own.force[0], "o", color=DARK, ms=5)
    right.plot(default, 1e3 * own.torque[0], "o", color=DARK, ms=5)
    label(left, f"default: {own.force[0]:.0f} N", (default, own.force[0]), (5, 5))
    label(
        right, f"default: {1e3 * own.torque[0]:.0f} N mm", (default, 1e3 * own.torque[0]), (5, -12)
    )
    speed = 1e3 * case.technique.axial_speed
    for ax, title, unit in ((left, "Thrust", "N"), (right, "Torque", "N mm")):
        ax.set(
            title=f"{title} at the target", ylabel=f"{title.lower()} ({unit})", ylim=(0, None),
            xlabel=f"turns per second, at {speed:g} mm/s along",
        )  # fmt: skip
        ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
        ax.legend(loc="lower left" if ax is left else "upper left")
    left.set_ylim(0, 1.15 * pushed)
    return figure


def _turned(case: Case, curve: ResistanceCurve, rate: float) -> LayerLoad:
    """Loads with the tip at the target, turning at `rate` (1/s)."""
    technique = replace(case.technique, rotation_speed=2.0 * math.pi * rate)
    turning = replace(case, technique=technique)
    return path_loads(turning, curve, np.array([case.target_depth])).total


def validation_figure() -> Figure:
    """Simulated against measured, of what the literature gives a number for."""
    figure, ax = plt.subplots(figsize=(6.4, 4.8))
    line = np.array([0.2, 3000.0])
    ax.fill_between(line, 0.5 * line, 2.0 * line, color="#eeeeee", lw=0)
    ax.loglog(line, line, color=GREY, lw=0.8)
    label(ax, "factor 2", (0.3, 0.6), (0, 0), rotation=42, ha="center", va="bottom", color=GREY)
    groups = {
        "suture needle in skin, peak (N)": (_skin(test_skin.peak), "#0072b2", "o"),
        "suture needle in skin, steady (N)": (_skin(test_skin.steady), SKY, "s"),
        "8G biopsy needle in trabecular bone (N)": (_bone("Jamshidi"), GREEN, "D"),
        "drill in cortical bone, thrust (N)": (_bone("thrust"), "#d55e00", "^"),
        "drill in cortical bone, torque (N mm)": (_bone("torque"), PURPLE, "v"),
    }
    entries = {}
    for name, (points, colour, marker) in groups.items():
        for (low, high), simulated in points:
            middle = math.sqrt(low * high)
            entries[name] = ax.errorbar(
                middle, simulated, xerr=[[middle - low], [high - middle]],
                fmt=marker, color=colour, ms=6, lw=1.2,
            )  # fmt: skip
    ax.set(
        xlim=line, ylim=line, xlabel="measured; bars: range of the measurements",
        ylabel="simulated", title="Experiments in tissue",
    )  # fmt: skip
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
        axis.set_minor_formatter(NullFormatter())
    legend_below(figure, entries)
    return figure


type Comparison = tuple[tuple[float, float], float]  # measured from, to; simulated


def _skin(model: Callable[[str], float]) -> list[Comparison]:
    """Suture needles of three sizes; the range is that of taper point and reverse cutting."""
    return [
        (tuple(sorted((test_skin.TAPER[size], test_skin.CUTTING[size]))), model(size))
        for size in test_skin.DIAMETER
    ]


def _bone(kind: str) -> list[Comparison]:
    """Comparisons of `kind` that the validation in bone makes, as it states them."""
    found: dict[str, Comparison] = {}

    def record(what: str, value: float, relation: str, bound: float) -> None:
        low, high = MEASURED.search(what).groups()
        found[what] = (float(low), float(high or low)), float(value)

    test_bone.test_a_jamshidi_needle_in_trabecular_bone(record)
    for diameter in (2.5e-3, 4e-3):
        test_bone.test_a_drill_in_cortical_bone(diameter, record)
    return [comparison for what, comparison in found.items() if kind in what]


def crushed_figure() -> Figure:
    """Compaction around the two cones; both axes in needle radii, on one scale."""
    figure, axes = plt.subplots(2, 1, figsize=(7.6, 3.5), sharex=True, sharey=True)
    x, r = np.linspace(-1.0, 12.5, 541), np.linspace(0.0, 2.0, 161)
    for ax, case in zip(axes, needles(), strict=True):
        radius, zone = 0.5 * case.needle.outer_diameter, prepare(case).resistance.crushed
        cone = 1.0 / math.tan(zone.half_angle)
        strain = -zone.at(*np.broadcast_arrays(r[:, None], x[None, :])).volume_strain
        image = ax.contourf(x, r, strain, COMPACTION, cmap=SEQUENTIAL, extend="both")
        ax.fill([0.0, cone, x[-1], x[-1]], [0.0, 1.0, 1.0, 0.0], color="#c8c8c8", ec=DARK, lw=0.6)
        ax.plot(*(a / radius for a in _outline(tip_profile(case.needle))), "--", color=DARK, lw=0.8)
        ax.set(
            title=f"{short(case)}: radius $R$ = {MM * radius:.3g} mm",
            ylabel="from the axis / $R$", aspect="equal", xlim=x[[0, -1]], ylim=(0.0, 2.0),
        )  # fmt: skip
    axes[1].set_xlabel("behind the tip / $R$")
    figure.colorbar(image, ax=axes, label="plastic compaction\n(logarithmic volume strain)")
    return figure


def _outline(profile: Profile) -> tuple[Array, Array]:
    """Distance from the tip and radius (m) along the outline."""
    z = np.stack([profile.start, profile.end]).T.ravel()
    r = np.stack([profile.narrow, profile.wide]).T.ravel()
    return np.append(z, 1.0), np.append(r, r[-1])


def map_small_figure() -> Figure:
    """How insertions end over density and strength, for three of the map's needles."""
    cases, minerals = to_map(compose("penetration_map", MAP))
    return map_figure(cases, list(penetration_map(cases, minerals, silent)))


def short(case: Case) -> str:
    """Name of a needle in a figure."""
    return case.needle.name.split("_")[0]


FIGURES: dict[str, Callable[[], Figure]] = {
    "cone": cone_figure,
    "crack": crack_figure,
    "margins": margin_figure,
    "drilling": drill_figure,
    "validation": validation_figure,
    "crushed": crushed_figure,
    "map": map_small_figure,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or FIGURES:
        path = save(FIGURES[name](), FOLDER / f"{name}.png")
        Image.open(path).convert("RGB").quantize(COLOURS).save(path, optimize=True)
        print(path)
