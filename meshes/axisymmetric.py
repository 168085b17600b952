"""The mesh of the injection: the (r, z) half plane of skin, subcutis and nodule around the needle.

Steel carries no flow: the needle's way is a hole with the contour of `meshes.outline`. The nodule's
own displacement during insertion is left out, depths are in the nodule's frame.
Lengths are scaled by the needle's radius inside gmsh, whose tolerances are absolute.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import gmsh
import numpy as np
from dolfinx.io import gmshio
from dolfinx.mesh import Mesh, MeshTags
from mpi4py import MPI

from meshes.gmsh_model import gmsh_model, size_by
from meshes.outline import Outline
from sim.cache import cached
from sim.case import Case
from sim.errors import SolverError
from sim.version import versions

REGIONS = {"skin": 1, "subcutis": 2, "nodule": 3}
BOUNDARIES = {
    "mouth": 11,  # source: the liquid enters the tissue here
    "film": 12,  # steel above the mouth up to the skin's surface
    "tip": 13,  # steel below a hypodermic's mouth
    "skin_surface": 14,
    "outer": 15,
    "fascia": 16,
    "axis": 17,
}
GROWTH = 0.2  # element size gained per distance from the needle
RIM_GROWTH = 0.07  # the same outside of the nodule's rim, where the plume in fat and skin is
SHAFT_SIZE = 1.0  # largest element on the shaft / needle radius
LAYER_SIZE = 0.5  # the same on what the needle packed / that at the mouth
MOST_EDGES = 1000  # on the mouth, and on the shaft in the nodule
GAP_SIZE = 0.01  # element size where the needle crosses a bound / needle radius
GAP_SHARE = 0.5  # element size beside the needle / width of the gap to a bound
GAP_SAMPLES = 4000  # points on a curve from which distances in a gap are taken


@dataclass(frozen=True)
class InjectionMesh:
    """A dolfinx mesh in metres with its tags and the hash of the parameters it was made from."""

    mesh: Mesh
    cell_tags: MeshTags
    facet_tags: MeshTags
    digest: str


def injection_mesh(case: Case, outline: Outline | None) -> InjectionMesh:
    """Build or read the mesh for `case` with the needle at `outline`, or without a needle.

    Raises
    ------
    SolverError
        When gmsh fails.
    """
    unit = 0.5 * case.needle.outer_diameter
    key = _parameters(case, outline, unit)
    with cached("mesh", key, ".msh", lambda target: _build(target, key)) as path:
        return _made(path, unit)


@lru_cache(maxsize=4)  # cases that differ in their materials alone share it
def _made(path: Path, unit: float) -> InjectionMesh:
    """Read the mesh and scale it to metres."""
    mesh, cell_tags, facet_tags = _read(path)
    x = mesh.geometry.x
    x[:] *= unit
    np.maximum(x[:, 0], 0.0, out=x[:, 0])  # the axis, which gmsh leaves at +-1e-16
    return InjectionMesh(mesh, cell_tags, facet_tags, path.stem)


def _parameters(case: Case, outline: Outline | None, unit: float) -> dict:
    """Return everything the mesh depends on, lengths in units of the needle's radius."""
    nodule, size = case.nodule, case.mesh
    packs = case.flow.crushed_zone in ("compaction", "both")  # a thin layer seals the wall
    return {
        "code": versions("mesh"),
        "outline": outline
        and {
            "radius": tuple(r / unit for r in outline.radius),
            "height": tuple(z / unit for z in outline.height),
            "parts": outline.parts,
        },
        "skin": case.tissue.skin.thickness / unit,
        "depth": case.tissue.depth / unit,
        "domain_radius": size.domain_radius / unit,
        "nodule_radius": 0.5 * nodule.diameter / unit,
        "nodule_half_height": 0.5 * nodule.height / unit,
        "nodule_centre": -nodule.centre_depth / unit,
        "tip_size": size.tip_size * (LAYER_SIZE if packs else 1.0),
        "nodule_size": size.nodule_size / unit,
        "outer_size": size.outer_size / unit,
        "growth": GROWTH,
        "rim_growth": RIM_GROWTH,
        "shaft_size": SHAFT_SIZE,
        "wall_size": LAYER_SIZE * size.tip_size if packs else SHAFT_SIZE,
        "most_edges": MOST_EDGES,
        "gap_size": GAP_SIZE,
        "gap_share": GAP_SHARE,
    }


def _build(path: Path, key: dict) -> None:
    try:
        with gmsh_model():
            gmsh.model.add("injection")
            _draw(key)
            _set_sizes(key)
            gmsh.model.mesh.generate(2)
            gmsh.write(str(path))
    except Exception as error:  # gmsh raises nothing more specific
        raise SolverError(f"gmsh could not mesh the injection: {error}") from error


def _read(path: Path) -> tuple[Mesh, MeshTags, MeshTags]:
    with gmsh_model():
        gmsh.merge(str(path))
        return gmshio.model_to_mesh(gmsh.model, MPI.COMM_SELF, 0, gdim=2)


def _draw(key: dict) -> None:
    """Draw the regions without the needle and name their surfaces and lines."""
    occ = gmsh.model.occ
    width, depth, skin = key["domain_radius"], key["depth"], key["skin"]
    layers = [
        (2, occ.addRectangle(0.0, -skin, 0.0, width, skin)),
        (2, occ.addRectangle(0.0, -depth, 0.0, width, depth - skin)),
    ]
    disk = [(2, occ.addDisk(0.0, 0.0, 0.0, 1.0, 1.0))]
    occ.dilate(disk, 0, 0, 0, key["nodule_radius"], key["nodule_half_height"], 1.0)
    occ.translate(disk, 0, key["nodule_centre"], 0)
    half = [(2, occ.addRectangle(0.0, -depth, 0.0, width, depth))]
    nodule, _ = occ.intersect(disk, half)
    layers, _ = occ.cut(layers, nodule, removeTool=False)
    regions = layers + nodule
    if key["outline"]:
        outline = list(zip(key["outline"]["radius"], key["outline"]["height"], strict=True))
        points = [occ.addPoint(r, z, 0.0) for r, z in [*outline, (0.0, 0.0)]]
        lines = [occ.addLine(a, b) for a, b in zip(points, points[1:] + points[:1], strict=True)]
        hole = [(2, occ.addPlaneSurface([occ.addCurveLoop(lines)]))]
        regions, _ = occ.cut(regions, hole)
    occ.fragment(regions, [])
    occ.synchronize()

    surfaces: dict[str, list[int]] = {name: [] for name in REGIONS}
    for _, tag in gmsh.model.getEntities(2):
        surfaces[_region_of(key, tag)].append(tag)
    curves: dict[str, list[int]] = {name: [] for name in BOUNDARIES}
    for _, tag in gmsh.model.getEntities(1):
        name = _boundary_of(key, tag)
        if name:
            curves[name].append(tag)
    for dim, groups, tags in ((2, surfaces, REGIONS), (1, curves, BOUNDARIES)):
        for name, entities in groups.items():
            if entities:
                gmsh.model.addPhysicalGroup(dim, entities, tags[name], name)


def _region_of(key: dict, surface: int) -> str:
    """Name a surface by the middles of its boundary lines: all on or in the ellipse, or not."""
    curves = gmsh.model.getBoundary([(2, surface)], oriented=False)
    middles = np.array([_middle(tag) for _, tag in curves])
    r = middles[:, 0] / key["nodule_radius"]
    z = (middles[:, 1] - key["nodule_centre"]) / key["nodule_half_height"]
    if np.all(np.hypot(r, z) < 1.0 + 1e-6):
        return "nodule"
    return "skin" if middles[:, 1].min() > -key["skin"] * (1.0 + 1e-6) else "subcutis"


def _boundary_of(key: dict, curve: int) -> str | None:
    """Name a line by its middle; None for a line between two regions."""
    r, z = _middle(curve)
    tolerance = 1e-6
    if key["outline"]:
        part = _part_of_needle(key["outline"], r, z, tolerance)
        if part:
            return part
    if abs(z) < tolerance:
        return "skin_surface"
    if abs(r - key["domain_radius"]) < tolerance:
        return "outer"
    if abs(z + key["depth"]) < tolerance:
        return "fascia"
    return "axis" if abs(r) < tolerance else None


def _part_of_needle(outline: dict, r: float, z: float, tolerance: float) -> str | None:
    radius, height = np.array(outline["radius"]), np.array(outline["height"])
    a = np.column_stack((radius[:-1], height[:-1]))
    b = np.column_stack((radius[1:], height[1:]))
    share = np.clip(np.sum(((r, z) - a) * (b - a), axis=1) / np.sum((b - a) ** 2, axis=1), 0, 1)
    distance = np.linalg.norm(a + share[:, None] * (b - a) - (r, z), axis=1)
    return outline["parts"][int(distance.argmin())] if distance.min() < tolerance else None


def _middle(curve: int) -> tuple[float, float]:
    low, high = gmsh.model.getParametrizationBounds(1, curve)
    r, z, _ = gmsh.model.getValue(1, curve, [0.5 * (low[0] + high[0])])
    return r, z


def _length(curves: list[int]) -> float:
    return sum(gmsh.model.occ.getMass(1, tag) for tag in curves)


def _set_sizes(key: dict) -> None:
    """Grade from the mouth and the shaft outwards; the nodule has its own upper bound.

    Where the needle runs beside a bound between two regions, the elements fit between them: a
    triangle that spans the gap has an obtuse angle, across which two nodes conduct backwards.
    """
    field = gmsh.model.mesh.field

    def lines(name: str) -> list[int]:
        group = gmsh.model.getEntitiesForPhysicalGroup(1, BOUNDARIES[name])
        return [int(tag) for tag in group]

    def distance(curves: list[int], samples: int = 400) -> int:
        tag = field.add("Distance")
        field.setNumbers(tag, "CurvesList", curves)
        field.setNumber(tag, "Sampling", samples)
        return tag

    def graded(curves: list[int], smallest: float, growth: float) -> int:
        threshold = field.add("Threshold")
        field.setNumber(threshold, "InField", distance(curves))
        field.setNumber(threshold, "SizeMin", smallest)
        field.setNumber(threshold, "SizeMax", key["outer_size"])
        field.setNumber(threshold, "DistMin", 0.0)
        reach = (key["outer_size"] - smallest) / growth
        field.setNumber(threshold, "DistMax", max(reach, 1e-3))
        return threshold

    nodule = [int(t) for t in gmsh.model.getEntitiesForPhysicalGroup(2, REGIONS["nodule"])]
    rim = gmsh.model.getBoundary([(2, tag) for tag in nodule], combined=True, oriented=False)
    bound = field.add("Constant")
    field.setNumbers(bound, "SurfacesList", nodule)
    field.setNumber(bound, "VIn", key["nodule_size"])
    field.setNumber(bound, "VOut", key["outer_size"])
    fields = [graded([tag for _, tag in rim], key["nodule_size"], key["rim_growth"]), bound]
    if key["outline"]:
        walls = (
            (lines("mouth"), key["tip_size"]),
            (sorted({tag for _, tag in rim}.intersection(lines("film"))), key["wall_size"]),
        )
        for curves, asked in walls:
            size = max(asked, _length(curves) / key["most_edges"])
            fields.append(graded(curves, min(size, key["outer_size"]), key["growth"]))
        shaft_size = min(key["shaft_size"], key["outer_size"])
        fields.append(graded(lines("film"), shaft_size, key["growth"]))
        between = [tag for _, tag in gmsh.model.getEntities(1) if not _boundary_of(key, tag)]
        needle = distance(lines("mouth") + lines("film"), GAP_SAMPLES)
        gap = field.add("MathEval")
        width = f"F{needle} + F{distance(between, GAP_SAMPLES)}"
        field.setString(gap, "F", f"{key['gap_size']} + {key['gap_share']} * ({width})")
        fields.append(gap)
    smallest = field.add("Min")
    field.setNumbers(smallest, "FieldsList", fields)
    size_by(smallest)
