"""Cutting, spreading and wall pressure in soft layers (Shergold & Fleck 2004).

Where the needle has the radius r a layer's steady force is F(r) = mu r^2 f(J_IC/(mu r)), from the
table of its crack (`steady_crack`: a sharp tip's planar mode-I crack; `ring_crack`: a flat punch).
Section by section along the tip the crack has the length that J_IC allows at that radius; the
tissue's pressure on the part of the tip between two radii then amounts to F(outer) - F(inner), so
that a layer takes F(R) when it holds the whole tip and the work F(R) per thickness in all cases.
Crack work and strain energy reach the needle as this pressure on its faces, which rub under it.

Where a cone's radius is so small that J_IC/(mu r) leaves the table the last slope of ln F is kept;
the needle itself has to be inside it.

A rounded point has to enter before the crack can run ahead of it: while it is in the layer the
force on the tip is at least that of a flat punch of the edge's radius.

Left out: the dimple before puncture, the layer's finite thickness (plane strain, deep penetration),
relaxation and rates, anisotropy (Langer's lines), edges that cut without wedging.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.case import SoftLayer
from sim.errors import SolverError
from sim.mechanics.needle.contact import Engagement
from sim.mechanics.soft.ring_crack import ring_crack
from sim.mechanics.soft.steady_crack import SteadyCrack, planar_crack

Array = NDArray[np.float64]

SMALLEST_RADIUS = 1e-9  # m; the force vanishes with the radius


def face_pressure(layer: SoftLayer, part: Engagement) -> Array:
    """Return the mean pressure (Pa) of the tissue on each face of the tip inside, (k, n).

    Raises
    ------
    SolverError
        When J_IC / (mu R) of the needle is outside the crack's table.
    """
    crack = layer_crack(layer)
    _require(layer, crack, part.profile.radius)
    areas = part.areas
    force, _ = _on_faces(layer, crack, part)
    return np.divide(force, areas, out=np.zeros_like(areas), where=areas > 0.0)


def crack_force(layer: SoftLayer, part: Engagement, edge_radius: float) -> Array:
    """Return the axial force (N) on the tip that drives the crack, (n,).

    The work of the crack, and what a point of `edge_radius` (m) lacks to enter.
    """
    force, work = _on_faces(layer, layer_crack(layer), part)
    point_inside = (part.inner == 0.0) & (part.outer > 0.0)
    lacking = np.maximum(puncture_force(layer, edge_radius) - force.sum(axis=0), 0.0)
    return work.sum(axis=0) + np.where(point_inside, lacking, 0.0)


def spread_force(layer: SoftLayer, part: Engagement) -> Array:
    """Return the axial force (N) on the tip that the strain energy left behind takes, (n,)."""
    force, work = _on_faces(layer, layer_crack(layer), part)
    return (force - work).sum(axis=0)


def puncture_force(layer: SoftLayer, edge_radius: float) -> float:
    """Return the force (N) with which a point of `edge_radius` (m) enters: a flat punch's."""
    force, _ = _steady(layer, ring_crack(layer.ogden_exponent), np.array(edge_radius))
    return float(force)


def wall_pressure(layer: SoftLayer, radius: Array) -> Array:
    """Return the pressure (Pa) of the cut wall on cylinders of `radius` (m)."""
    ratio = toughness_ratio(layer, radius)
    return layer.shear_modulus * layer_crack(layer).wall_pressure_at(ratio)


def layer_crack(layer: SoftLayer) -> SteadyCrack:
    """Return the table of the layer's crack."""
    build = {"planar": planar_crack, "ring": ring_crack}[layer.crack]
    return build(layer.ogden_exponent)


def toughness_ratio(layer: SoftLayer, radius: Array) -> Array:
    """Return J_IC / (mu r)."""
    return layer.toughness / (layer.shear_modulus * np.maximum(radius, SMALLEST_RADIUS))


def _on_faces(layer: SoftLayer, crack: SteadyCrack, part: Engagement) -> tuple[Array, Array]:
    """Axial force (N) on each face inside and the crack's work in it, (k, n)."""
    force, work = _steady(layer, crack, np.stack([part.narrow, part.wide]))
    return force[1] - force[0], work[1] - work[0]


def _steady(layer: SoftLayer, crack: SteadyCrack, radius: Array) -> tuple[Array, Array]:
    """Force (N) where the needle has `radius` (m), and the crack's work in it."""
    force, share = crack.at(toughness_ratio(layer, radius))
    force = layer.shear_modulus * radius**2 * force
    return force, share * force


def _require(layer: SoftLayer, crack: SteadyCrack, radius: float) -> None:
    ratio = float(toughness_ratio(layer, np.array(radius)))
    low, high = crack.toughness[[0, -1]]
    if not low <= ratio <= high:
        raise SolverError(
            f"soft layer: J_IC / (mu R) = {ratio:.3g} for the needle's R = {radius * 1e3:.3g} mm;"
            f" the crack's table holds {low:.3g} to {high:.3g}"
        )
