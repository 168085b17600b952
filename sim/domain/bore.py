"""The liquid in the needle's way: in the void beyond the steel, and in the track it leaves behind.

A column along the needle's axis, mixed across itself: each node of its wall carries a slice of it,
and the drug diffuses along it as in free solution (and into the tissue through the wall). So the
void of the withdrawn stylet and the bare bore of a needle that was pulled back hold drug that goes
on diffusing while the needle stays. Once it is out, an open track is such a column from the tip to
the skin's surface, where what arrives is gone. Liquid that the tissue squeezes back out and
convection in the column are left out; a wall held at concentration zero is an upper bound to both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.volumes.control_volume import ControlVolumes

Array = NDArray[np.float64]
Index = NDArray[np.int64]

OPEN = 1e3  # what leaves at the outlet / what its last edge conducts: practically at once


@dataclass(frozen=True, eq=False)
class Bore:
    """Slices of the column and what conducts between them; n nodes of the mesh, g edges of it."""

    edges: Index  # (g,) indices into the mesh's edges
    sections: Array  # (g,) m, area of the column / length of the edge
    void_edges: NDArray[np.bool_]  # (g,) beyond the steel while the needle is in
    void: Array  # (n,) m3, slices beyond the steel
    track: Array  # (n,) m3, slices of all that the needle took up
    outlet: Index  # (o,) nodes on the skin's surface
    outlet_section: Array  # (o,) m, what carries off all that arrives there

    def volume(self, open_track: bool) -> Array:
        """Return the liquid (n,) of each node (m3)."""
        return self.track if open_track else self.void

    def section(self, open_track: bool) -> Array:
        """Return area over length (m) of each edge, 0 where steel fills the column, (g,)."""
        return self.sections if open_track else self.sections * self.void_edges


def axisymmetric_bore(cv: ControlVolumes, void_parts: tuple[str, ...]) -> Bore:
    """Return the column in the hole of the half plane; `void_parts` of its contour bound the void.

    An edge's slice is its frustum's volume, half for either node; the column's area on it is
    ``pi r_1 r_2``, and its length that along the wall.
    """
    parts = ("mouth", "tip", "film")
    facets = np.concatenate([cv.facets[name] for name in parts])
    is_void = np.repeat([name in void_parts for name in parts], [len(cv.facets[n]) for n in parts])
    a, b = np.sort(facets, axis=1).T
    (r_a, z_a), (r_b, z_b) = cv.points[a].T, cv.points[b].T
    slices = np.pi / 3.0 * (r_a**2 + r_a * r_b + r_b**2) * np.abs(z_a - z_b)
    sections = np.pi * r_a * r_b / np.hypot(r_a - r_b, z_a - z_b)
    edges, nodes = cv.edges, cv.edges.nodes

    def spread(volumes: Array) -> Array:
        return 0.5 * (np.bincount(a, volumes, nodes) + np.bincount(b, volumes, nodes))

    outlet = np.intersect1d(cv.boundary("film"), cv.boundary("skin_surface"))
    last = np.isin(a, outlet) | np.isin(b, outlet)
    return Bore(
        edges=np.searchsorted(edges.tail * nodes + edges.head, a * nodes + b),
        sections=sections,
        void_edges=is_void,
        void=spread(slices * is_void),
        track=spread(slices),
        outlet=outlet,
        outlet_section=OPEN * sections[last],
    )
