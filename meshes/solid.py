"""The mesh of the injection in space: layered tissue, a nodule of any shape, a tilted needle.

A cylinder of skin and subcutis above the rigid fascia; steel carries no flow, so the needle is a
hole: the contour of `meshes.outline` turned about the needle's axis. An ellipsoid's surface is
drawn; the surface of any other nodule is not, its cells are those with their centre inside, and
they are smaller there.

The tetrahedra are Delaunay and stay so (no optimisation), as `sim.volumes.voronoi` needs them.
Lengths are scaled by the needle's radius inside gmsh, whose tolerances are absolute.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

import gmsh
import numpy as np
from dolfinx.cpp.mesh import GhostMode
from dolfinx.io import gmshio
from dolfinx.mesh import Mesh, MeshTags, compute_midpoints, create_cell_partitioner, meshtags
from mpi4py import MPI
from numpy.typing import NDArray

from meshes.axisymmetric import BOUNDARIES, REGIONS, InjectionMesh
from meshes.gmsh_model import gmsh_model, keep_delaunay, size_by
from meshes.outline import Outline
from sim.cache import Value, cached
from sim.case import MeshSettings, Tissue
from sim.errors import SolverError
from sim.geometry.pose import Pose
from sim.geometry.shape import Ellipsoid, NoduleShape
from sim.version import versions

GROWTH = 0.2  # element size gained per distance from mouth, shaft and nodule
SHAFT_SIZE = 0.5  # largest element on the shaft / needle radius
SURFACE_SHARE = 0.5  # element size at a surface that is not drawn / that in the nodule
GRID = 81  # most points per direction of the grid that the nodule's element size is read from
ROUND_SIZE = 0.6  # largest element at a point of the needle / distance from its axis
# Radius at which the needle's point is cut off / needle radius. At a closed tip liquid all but
# stands, and what the flow's solver leaves unbalanced in tiny cells there would show.
BLUNT = {"mouth": 0.1, "tip": 0.25}
DELAUNAY_2D = 5  # frontal triangles fold at an ellipsoid's poles, MeshAdapt may never end

Array = NDArray[np.float64]
type Key = Mapping[str, Value]


def solid_mesh(
    tissue: Tissue,
    shape: NoduleShape,
    settings: MeshSettings,
    unit: float,
    needle: tuple[Pose, Outline] | None,
    comm: MPI.Comm = MPI.COMM_SELF,
) -> InjectionMesh:
    """Build or read the mesh, distributed over `comm`.

    Parameters
    ----------
    unit : float
        The needle's radius (m).
    needle : tuple or None
        Where it stands, and its contour as if the skin's surface were above the shaft's end.

    Raises
    ------
    SolverError
        When gmsh fails; on every rank.
    """
    key = _parameters(tissue, shape, settings, unit, needle)

    def build(target: Path) -> None:
        _build(target, key, lambda points: shape.distance(points * unit) / unit)

    path, failure = None, None
    with ExitStack() as held:  # the first rank keeps the file there until it is read
        if comm.rank == 0:
            try:
                path = held.enter_context(cached("mesh", key, ".msh", build))
            except SolverError as error:
                failure = str(error)
        path, failure = comm.bcast((path, failure))
        if failure is not None:
            raise SolverError(failure)
        mesh, cell_tags, facet_tags = _read(path, comm)
    mesh.geometry.x[:] *= unit
    if not isinstance(shape, Ellipsoid):
        cell_tags = _sampled(mesh, cell_tags, shape)
    return InjectionMesh(mesh, cell_tags, facet_tags, path.stem)


def _parameters(
    tissue: Tissue,
    shape: NoduleShape,
    settings: MeshSettings,
    unit: float,
    needle: tuple[Pose, Outline] | None,
) -> Key:
    """Return everything the mesh depends on, lengths in units of the needle's radius."""
    low, high = shape.bounds
    key = {
        "code": versions("mesh"),
        "dimension": 3,
        "skin": tissue.skin.thickness / unit,
        "depth": tissue.depth / unit,
        "domain_radius": settings.domain_radius / unit,
        "tip_size": settings.tip_size,
        "nodule_size": settings.nodule_size / unit,
        "outer_size": settings.outer_size / unit,
        "growth": GROWTH,
        "shaft_size": SHAFT_SIZE,
        "round_size": ROUND_SIZE,
        "surface_share": 1.0 if isinstance(shape, Ellipsoid) else SURFACE_SHARE,
        "grid": GRID,
        "unit": unit,
        "shape": shape.key,
        "low": (low / unit).tolist(),
        "high": (high / unit).tolist(),
        "ellipsoid": None,
        "needle": None,
    }
    if isinstance(shape, Ellipsoid):
        turned_and_stretched = np.column_stack(
            (shape.rotation * (shape.semi_axes / unit), shape.centre / unit)
        )
        key["ellipsoid"] = turned_and_stretched.ravel().tolist()
    if needle is not None:
        pose, outline = needle
        key["needle"] = {
            **_blunted(outline, unit),
            "tip": (pose.tip / unit).tolist(),
            "axis": pose.axis.tolist(),
        }
    return key


def _blunted(outline: Outline, unit: float) -> dict[str, Value]:
    """Return the contour, heights from the tip on, its point cut off so that triangles fit."""
    radius = np.array(outline.radius) / unit
    height = (np.array(outline.height) - outline.height[0]) / unit
    parts = list(outline.parts)
    blunt = BLUNT[parts[0]]
    if radius[1] > blunt and height[1] > 0.0:
        cut = height[1] * blunt / radius[1]
        radius, height = np.insert(radius, 1, blunt), np.insert(height, 1, cut)
        height[0] = cut
        parts.insert(0, parts[0])
    return {"radius": radius.tolist(), "height": height.tolist(), "parts": parts}


def _build(path: Path, key: Key, distance: Callable[[Array], Array]) -> None:
    try:
        with gmsh_model():
            gmsh.model.add("injection")
            _draw(key)
            with tempfile.TemporaryDirectory() as folder:
                _set_sizes(key, distance, Path(folder) / "sizes")
                gmsh.option.setNumber("Mesh.Algorithm", DELAUNAY_2D)
                keep_delaunay()
                gmsh.model.mesh.generate(3)
            gmsh.option.setNumber("Mesh.Binary", 1)
            gmsh.write(str(path))
    except Exception as error:  # gmsh raises nothing more specific
        raise SolverError(f"gmsh could not mesh the injection in 3-D: {error}") from error


def _read(path: Path, comm: MPI.Comm) -> tuple[Mesh, MeshTags, MeshTags]:
    partitioner = create_cell_partitioner(GhostMode.none)
    with gmsh_model():
        if comm.rank == 0:
            gmsh.merge(str(path))
        return gmshio.model_to_mesh(gmsh.model, comm, 0, gdim=3, partitioner=partitioner)


def _sampled(mesh: Mesh, cell_tags: MeshTags, shape: NoduleShape) -> MeshTags:
    """Return the tags with the cells inside `shape` as the nodule's."""
    inside = shape.inside(compute_midpoints(mesh, 3, cell_tags.indices))
    values = np.where(inside, REGIONS["nodule"], cell_tags.values).astype(np.int32)
    return meshtags(mesh, 3, cell_tags.indices, values)


def _draw(key: Key) -> None:
    """Draw the regions around the needle and name their volumes and outer surfaces."""
    occ = gmsh.model.occ
    radius, depth, skin = key["domain_radius"], key["depth"], key["skin"]
    layers = {
        "skin": (3, occ.addCylinder(0, 0, -skin, 0, 0, skin, radius)),
        "subcutis": (3, occ.addCylinder(0, 0, -depth, 0, 0, depth - skin, radius)),
    }
    tools = {}
    if key["ellipsoid"]:
        tools["nodule"] = (3, occ.addSphere(0, 0, 0, 1))
        occ.affineTransform([tools["nodule"]], key["ellipsoid"])
    if key["needle"]:
        tools["needle"] = _revolved(key["needle"])
    _, parts = occ.fragment(list(layers.values()), list(tools.values()))
    found = dict(zip([*layers, *tools], parts, strict=True))
    needle = set(found.pop("needle", []))
    if needle:
        occ.remove(list(needle), recursive=True)
    occ.synchronize()

    nodule = set(found.pop("nodule", [])) - needle
    regions = {name: set(own) - needle - nodule for name, own in found.items()}
    for name, volumes in (regions | {"nodule": nodule}).items():
        if volumes:
            gmsh.model.addPhysicalGroup(3, [tag for _, tag in volumes], REGIONS[name], name)
    surfaces: dict[str, list[int]] = {name: [] for name in BOUNDARIES}
    for _, tag in gmsh.model.getBoundary(gmsh.model.getEntities(3), oriented=False):
        surfaces[_boundary_of(key, _point_on(tag))].append(tag)
    for name, tags in surfaces.items():
        if tags:
            gmsh.model.addPhysicalGroup(2, tags, BOUNDARIES[name], name)


def _revolved(needle: Mapping[str, Value]) -> tuple[int, int]:
    """Draw the needle up to its end in the air and return its volume."""
    occ = gmsh.model.occ
    contour = list(zip(needle["radius"], needle["height"], strict=True))
    points = [occ.addPoint(r, 0, s) for r, s in [*contour, (0.0, contour[-1][1])]]
    lines = [occ.addLine(a, b) for a, b in zip(points, points[1:] + points[:1], strict=True)]
    section = [(2, occ.addPlaneSurface([occ.addCurveLoop(lines)]))]
    volume = next(e for e in occ.revolve(section, 0, 0, 0, 0, 0, 1, 2.0 * np.pi) if e[0] == 3)
    occ.remove(section, recursive=True)
    axis = np.array(needle["axis"])
    across = np.cross([0.0, 0.0, 1.0], axis)
    if np.linalg.norm(across) > 1e-9:
        occ.rotate([volume], 0, 0, 0, *across, float(np.arccos(axis[2])))
    occ.translate([volume], *needle["tip"])
    return volume


def _point_on(surface: int) -> Array:
    """Return a point inside a trimmed surface."""
    low, high = gmsh.model.getParametrizationBounds(2, surface)
    shares = (np.arange(15) + 0.5) / 15.0
    for u in low[0] + shares * (high[0] - low[0]):
        for v in low[1] + shares * (high[1] - low[1]):
            if gmsh.model.isInside(2, surface, [u, v], parametric=True):
                return np.array(gmsh.model.getValue(2, surface, [u, v]))
    raise SolverError(f"surface {surface} of the drawing is too thin to be named")


def _boundary_of(key: Key, point: Array) -> str:
    """Name the outer surface that holds a point."""
    tolerance = 1e-6 * key["domain_radius"]
    if abs(point[2]) < tolerance:
        return "skin_surface"
    if abs(point[2] + key["depth"]) < tolerance:
        return "fascia"
    if abs(np.hypot(point[0], point[1]) - key["domain_radius"]) < tolerance:
        return "outer"
    needle = key["needle"]
    way = point - np.array(needle["tip"])
    s = float(way @ needle["axis"])
    rho = float(np.sqrt(max(way @ way - s * s, 0.0)))
    contour = np.column_stack((needle["radius"], needle["height"]))
    start, along = contour[:-1], np.diff(contour, axis=0)
    share = np.sum(((rho, s) - start) * along, axis=1) / np.sum(along**2, axis=1)
    gap = np.linalg.norm(start + np.clip(share, 0, 1)[:, None] * along - (rho, s), axis=1)
    return needle["parts"][int(gap.argmin())]


def _set_sizes(key: Key, distance: Callable[[Array], Array], path: Path) -> None:
    """Grade from the mouth, the shaft and the nodule outwards."""
    field = gmsh.model.mesh.field
    _write_sizes(key, distance, path)
    tissue = field.add("Structured")
    field.setString(tissue, "FileName", str(path))
    field.setNumber(tissue, "TextFormat", 0)
    field.setNumber(tissue, "SetOutsideValue", 1)
    field.setNumber(tissue, "OutsideValue", key["outer_size"])
    fields = [tissue]
    if key["needle"]:
        needle = field.add("MathEval")
        field.setString(needle, "F", _needle_size(key))
        fields.append(needle)
    smallest = field.add("Min")
    field.setNumbers(smallest, "FieldsList", fields)
    size_by(smallest)


def _write_sizes(key: Key, distance: Callable[[Array], Array], path: Path) -> None:
    """Write the element size around the nodule on a regular grid, in gmsh's binary format."""
    margin = (key["outer_size"] - key["surface_share"] * key["nodule_size"]) / key["growth"]
    low, high = np.array(key["low"]) - margin, np.array(key["high"]) + margin
    low[2], high[2] = max(low[2], -key["depth"]), min(high[2], 0.0)
    count = np.clip(np.ceil((high - low) / key["nodule_size"]) + 1, 2, key["grid"]).astype(int)
    axes = [np.linspace(*ends, n) for *ends, n in zip(low, high, count, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    away = distance(points)
    surface = key["surface_share"] * key["nodule_size"]
    graded = surface + key["growth"] * np.abs(away)
    size = np.minimum(graded, np.where(away < 0.0, key["nodule_size"], key["outer_size"]))
    with path.open("wb") as file:
        low.tofile(file)
        ((high - low) / (count - 1)).tofile(file)
        count.astype(np.int32).tofile(file)
        size.tofile(file)


def _needle_size(key: Key) -> str:
    """Return the element size by the distance from mouth and shaft, in gmsh's formula language.

    Nowhere is it so large that triangles around the needle would meet those on its other side.
    """
    needle = key["needle"]
    x, y, z = (f"({name}-({at:.12g}))" for name, at in zip("xyz", needle["tip"], strict=True))
    a, b, c = (f"({part:.12g})" for part in needle["axis"])
    s = f"({a}*{x}+{b}*{y}+{c}*{z})"
    rho = f"sqrt(max({x}^2+{y}^2+{z}^2-{s}^2,0))"
    start, end = needle["parts"].index("mouth"), needle["parts"].index("film")
    radius = max(needle["radius"][start : end + 1])
    low, high = needle["height"][start], needle["height"][end]
    outside = f"max({rho}-{radius:.12g},0)"
    beyond = f"max(max({s}-{high:.12g},{low:.12g}-{s}),0)"
    mouth = f"{key['tip_size']:.12g}+{key['growth']}*sqrt({outside}^2+{beyond}^2)"
    below = f"max({high:.12g}-{s},0)"
    smallest = min(key["shaft_size"], key["outer_size"])
    shaft = f"{smallest:.12g}+{key['growth']}*sqrt(max({rho}-1,0)^2+{below}^2)"
    thin = f"{ROUND_SIZE}*max({min(BLUNT.values())},sqrt({rho}^2+min({s},0)^2))"
    return f"min(min({mouth},{shaft}),{thin})"
