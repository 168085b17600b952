"""What follows the surface of the needle's hole in space: the film's wall, and the bore.

Both are thin layers on the surface's triangles. With linear elements an edge's width over its
length is half the sum of the cotangents opposite to it (0 where that is negative, at obtuse
angles): the off-diagonal entry of the surface's Laplace operator.

A column of liquid in the hole conducts along it like a layer of half its radius on its wall
(``2 pi r`` times ``r / 2`` is its area). A node's slice of the column is what the divergence
theorem gives its triangles, ``1/2`` of their area times their distance from the axis.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.la import InsertMode
from dolfinx.mesh import MeshTags
from numpy.typing import NDArray

from meshes.axisymmetric import BOUNDARIES
from sim import forms
from sim.domain.bore import OPEN, Bore
from sim.domain.domain import Wall
from sim.geometry.pose import Pose
from sim.volumes.control_volume import ControlVolumes

Array = NDArray[np.float64]

PARTS = ("mouth", "tip", "film")


class Hole:
    """The needle's surface in the mesh of `cv`, by the parts of its contour."""

    def __init__(self, cv: ControlVolumes, facet_tags: MeshTags, pose: Pose) -> None:
        self._cv = cv
        mesh, axis = cv.mesh, fem.Constant(cv.mesh, pose.axis)
        way = ufl.SpatialCoordinate(mesh) - fem.Constant(mesh, pose.tip)
        self._across = way - ufl.dot(way, axis) * axis
        self._surface = ufl.Measure("ds", domain=mesh, subdomain_data=facet_tags)
        self._space = fem.functionspace(mesh, ("P", 1))
        self._trial_and_test = ufl.TrialFunction(self._space), ufl.TestFunction(self._space)
        self._nothing = fem.Constant(mesh, 0.0)  # on all cells, for an entry at each edge

    def wall(self) -> Wall:
        """Return the wall that the film follows."""
        shape = self._edges(("film",), 1.0)
        index = np.flatnonzero(shape)
        areas = {name: self._areas(("film",), tag)[index] for name, tag in self._cv.regions.items()}
        whole = sum(areas.values())
        return Wall(index, shape[index], {name: own / whole for name, own in areas.items()})

    def bore(self, void_parts: Sequence[str]) -> Bore:
        """Return the column in the hole; `void_parts` of its surface bound the void."""
        cv, radius = self._cv, ufl.sqrt(ufl.dot(self._across, self._across))
        sections = self._edges(PARTS, 0.5 * radius)
        index = np.flatnonzero(sections)
        at_node = cv.edges.gathered(sections, sections)
        outlet = np.intersect1d(cv.boundary("film"), cv.boundary("skin_surface"))
        return Bore(
            edges=index,
            sections=sections[index],
            void_edges=self._edges(void_parts, 1.0)[index] > 0.0,
            void=self._slices(void_parts),
            track=self._slices(PARTS),
            outlet=outlet,
            outlet_section=OPEN * at_node[outlet],
        )

    def _on(self, parts: Sequence[str]) -> ufl.Measure:
        return self._surface(tuple(BOUNDARIES[name] for name in parts))

    def _edges(self, parts: Sequence[str], thickness: float | ufl.core.expr.Expr) -> Array:
        """Return the conductance (m,) of a layer of that thickness on each edge of the mesh."""
        normal = ufl.FacetNormal(self._cv.mesh)
        u, v = self._trial_and_test
        flux = ufl.grad(u) - ufl.dot(ufl.grad(u), normal) * normal
        values = -self._at_edges(thickness * ufl.dot(flux, ufl.grad(v)) * self._on(parts))
        return np.where(values > 1e-9 * values.max(initial=0.0), values, 0.0)

    def _areas(self, parts: Sequence[str], region: int) -> Array:
        """Return a measure (m,) of the surface of these parts at each edge that bounds a region."""
        inside = fem.Function(fem.functionspace(self._cv.mesh, ("DG", 0)))
        inside.x.array[: len(self._cv.cell_regions)] = self._cv.cell_regions == region
        u, v = self._trial_and_test
        return self._at_edges(inside * u * v * self._on(parts))

    def _at_edges(self, integral: ufl.Form) -> Array:
        """Return the entry (m,) of a bilinear form at each edge of the mesh, summed over ranks."""
        u, v = self._trial_and_test
        matrix = fem.assemble_matrix(forms.form(self._nothing * u * v * ufl.dx + integral))
        matrix.scatter_reverse()
        owned = matrix.index_map(0).size_local
        rows = np.repeat(np.arange(owned), np.diff(matrix.indptr[: owned + 1]))
        upper = matrix.indices[: len(rows)] > rows
        return matrix.data[: len(rows)][upper]

    def _slices(self, parts: Sequence[str]) -> Array:
        """Return the volume (n,) of the hole that each node of these parts carries."""
        edges, normal = self._cv.edges, ufl.FacetNormal(self._cv.mesh)
        v = ufl.TestFunction(self._space)
        slices = -0.5 * ufl.dot(self._across, normal) * v * self._on(parts)
        assembled = fem.assemble_vector(forms.form(self._nothing * v * ufl.dx + slices))
        assembled.scatter_reverse(InsertMode.add)
        values = np.zeros(edges.nodes)
        values[: edges.owned] = assembled.array[: edges.owned]
        return edges.updated(values)
