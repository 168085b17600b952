"""Mass of each material in every ray of a parallel beam, or in every voxel.

The beam is perpendicular to the needle's axis, as in a tangential view of the skin. The body is a
slab of one thickness along it, flat on top: skin, subcutis and, below the fascia, muscle. Where the
nodule is, it takes their place; its pores hold water, and so does dissolved drug displace water.

Simplifications: no scatter; no divergence (a nodule that lies 5 cm above the detector at 1 m from
the focus appears 5 % larger); no bone; no movement. A bevel is a cone, as in the injection's mesh,
its lumen in proportion; a withdrawn stylet's void and the lumen hold the drug as injected.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from meshes.outline import Outline, needle_outline
from sim.case import Case
from sim.imaging.attenuation import APATITE, FAT, MUSCLE, SKIN, STEEL, THIOSULFATE, WATER, Material
from sim.imaging.revolved import Pieces, Revolved
from sim.imaging.states import DRUG, MINERAL, NODULE, State, Term

Array = NDArray[np.float64]

ABOVE, BELOW, BESIDE = 3e-3, 3e-3, 5e-3  # m of air, of muscle, of tissue beside the nodule
HOLE, METAL = range(2)  # the fields of a needle's cut

type Contents = dict[Material, Array]


@dataclass(frozen=True, eq=False)
class Frame:
    """The pixels (or voxels of a slice): edges in m, z upward, the skin's surface at 0."""

    x: Array  # (columns + 1,)
    z: Array  # (rows + 1,) falling, as rows of a picture do

    @property
    def heights(self) -> Array:
        """Middle of each row, (rows,)."""
        return 0.5 * (self.z[1:] + self.z[:-1])

    @property
    def places(self) -> Array:
        """Middle of each column, (columns,)."""
        return 0.5 * (self.x[1:] + self.x[:-1])


def frame(case: Case, pixel: float, parts: int) -> Frame:
    """Return the field of view around a nodule, each pixel (m) divided into `parts`."""
    columns = 2 * int(np.ceil((0.5 * case.nodule.diameter + BESIDE) / pixel))
    rows = int(np.ceil((ABOVE + case.tissue.depth + BELOW) / pixel))
    x = (np.arange(columns * parts + 1) / parts - 0.5 * columns) * pixel
    return Frame(x, ABOVE - np.arange(rows * parts + 1) / parts * pixel)


def lines(state: State, view: Frame, thickness: float) -> Contents:
    """Return the mass per area (rows, columns), kg/m2, of each material along y."""
    own = sum(_projected(term, view) for term in state.terms)
    needle = _needle(state, view)
    return mixed(state.case, view.heights, thickness, own, needle)


def mixed(case: Case, heights: Array, extent: float, own: Array, needle: Array) -> Contents:
    """Return each material's mass for what the fields say, over an `extent` of the body.

    Parameters
    ----------
    heights : (rows,)
        z (m).
    extent : float
        Length of the ray in the body (m), or 1 for the mean over a voxel.
    own : (rows, ..., 3)
        Nodule, mineral and drug, integrated along the ray, or their mean over a voxel.
    needle : (rows, ..., 2)
        The same of the needle's place and of its steel.
    """
    drug, liquid = own[..., DRUG], needle[..., HOLE] - needle[..., METAL]
    mineral, nodule = own[..., MINERAL], own[..., NODULE]
    strength, density = case.drug.concentration, case.drug.density
    displaced = (WATER.density + strength - density) / strength  # water, by mass of drug
    water = WATER.density * (nodule - mineral / case.nodule.mineral.solid_density)
    water += (density - strength) * liquid - displaced * drug
    contents = {
        APATITE: mineral,
        WATER: water,
        THIOSULFATE: drug + strength * liquid,
        STEEL: STEEL.density * needle[..., METAL],
    }
    soft = extent - nodule - needle[..., HOLE]
    for material, lower, upper in layers(case):
        inside = (heights >= lower) & (heights < upper)
        contents[material] = material.density * soft * inside.reshape(-1, *[1] * (soft.ndim - 1))
    return contents


def layers(case: Case) -> list[tuple[Material, float, float]]:
    """Return the soft tissues with the heights between which they lie (m)."""
    skin, fascia = -case.tissue.skin.thickness, -case.tissue.depth
    return [(SKIN, skin, 0.0), (FAT, fascia, skin), (MUSCLE, -np.inf, fascia)]


@lru_cache(maxsize=16)  # the states of a treatment share terms
def _projected(term: Term, view: Frame) -> Array:
    """Integrals (rows, columns, 3) along y."""
    if not isinstance(term.body, Revolved):
        reach = float(np.abs(term.body.corners[..., 1]).max())
        upward = term.body.lines(view.places, view.heights[::-1], (-reach, reach))
        return upward[::-1]
    right = view.x[view.x >= 0.0]  # the picture is symmetric about the axis
    found = np.empty((len(view.heights), len(right) - 1, 3))
    for row, z in enumerate(view.heights):
        cut = term.body.cut(z)
        found[row] = cut.with_axis(filling(cut, term.fill)).columns(right)
    return np.concatenate((found[:, ::-1], found), axis=1)


def filling(cut: Pieces, fill: Array) -> Array:
    """Return what stands in the needle's place (3,): the fill where the nodule is beside it."""
    return cut.values[0, 0, NODULE] * fill if len(cut.radii) else np.zeros(3)


def _needle(state: State, view: Frame) -> Array:
    """Integrals (rows, columns, 2) along y of the needle that is in."""
    found = np.zeros((len(view.heights), len(view.places), 2))
    if state.needle is None:
        return found
    case = state.case
    top = state.needle + ABOVE  # the outline is drawn as if the air were tissue
    outline = needle_outline(case.needle, top, case.injection.pull_back)
    for row, z in enumerate(view.heights):
        outer, lumen = _radii(case, outline, z - ABOVE)
        if outer > 0.0:
            bands = np.array([[0.0, lumen], [lumen, outer]])
            inside = np.array([[[1.0, 0.0]] * 2, [[1.0, 1.0]] * 2])
            found[row] = Pieces(bands, inside).columns(view.x)
    return found


def _radii(case: Case, outline: Outline, z: float) -> tuple[float, float]:
    """Return the radius (m) of the needle's place at a height of its outline, and of no steel."""
    needle = case.needle
    outer = float(np.interp(z, outline.height, outline.radius, left=0.0))
    if needle.kind == "coaxial":
        steel_from = outline.height[0] + needle.stylet.protrusion + case.injection.pull_back
        return outer, 0.5 * needle.inner_diameter if z >= steel_from else outer
    bare = z < outline.height[0] + case.injection.pull_back
    return outer, outer if bare else outer * needle.inner_diameter / needle.outer_diameter
