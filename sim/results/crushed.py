"""The zone a needle crushed, as a VTK file for ParaView and pyvista.

Points are (r, z) in mm in the x-y plane, as in the infiltration's fields, z = 0 at the skin. The
grid is the one that travelled with the tip; further up along the bore it is as at the grid's top.
Cells within the needle are hidden: what the tables hold there only continues its surroundings.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyvista as pv
from numpy.typing import NDArray

from sim.mechanics.mineral.crushed_zone import CrushedZone
from sim.outcome import Array
from sim.results.files import written
from sim.results.metrics import MM

FILE = "crushed_zone.vts"
BORE, CONE = "bore_radius_mm", "cone_half_angle_rad"
FIELDS = ("plastic_volume_strain", "plastic_strain", "damage")


@dataclass(frozen=True)
class Crushed:
    """The zone as read back: tables of one shape (b, a), from the bore downwards and outwards.

    Within the cone of `half_angle` and behind it there is the needle; the tables only go on there.
    """

    r: Array  # mm
    z: Array  # mm
    volume_strain: Array  # plastic; compaction < 0
    plastic_strain: Array  # equivalent
    damage: Array
    bore: float  # mm, radius
    half_angle: float  # rad, of the cone it was computed with


def write_crushed(
    folder: Path, zone: CrushedZone, radius: float, tip_depth: float, tensile_ratio: float
) -> Path:
    """Write `folder`/crushed_zone.vts and return its path.

    Parameters
    ----------
    folder : Path
    zone : CrushedZone
        In needle radii, from the tip.
    radius, tip_depth : float
        The needle's, and of its tip below the skin's surface (m).
    tensile_ratio : float
        Tensile strength / crushing strength: mean tension past it is damage.
    """
    folder.mkdir(parents=True, exist_ok=True)
    r, zeta = np.meshgrid(zone.r, zone.zeta)
    z = np.minimum(r, 1.0) / np.tan(zone.half_angle) - zeta
    grid = pv.StructuredGrid(
        MM * radius * r[..., None], MM * (radius * z - tip_depth)[..., None], 0.0 * r[..., None]
    )
    damage = (zone.tension > tensile_ratio).astype(float)
    fields = (zone.volume_strain, zone.plastic_strain, damage)
    for name, values in zip(FIELDS, fields, strict=True):
        grid[name] = values[..., None].ravel(order="F")
    grid.field_data[BORE] = np.array([MM * radius * zone.bore])
    grid.field_data[CONE] = np.array([zone.half_angle])
    grid = grid.hide_cells(_touching((r < 1.0) & (zeta < 0.0)).ravel(order="F"))
    path = folder / FILE
    with written(path) as aside:
        grid.save(aside)
        if not aside.read_bytes().rstrip().endswith(b"</VTKFile>"):  # VTK raises nothing
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    return path


def _touching(points: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Cells of a table with a corner among `points`."""
    along = points[1:] | points[:-1]
    return along[:, 1:] | along[:, :-1]


def read_crushed(folder: Path) -> Crushed:
    """Read what `write_crushed` wrote."""
    grid = pv.read(folder / FILE)
    shape = grid.dimensions[:2]
    points = grid.points.reshape(*shape, 3, order="F")
    tables = (grid[name].reshape(shape, order="F") for name in FIELDS)
    return Crushed(
        points[..., 0],
        points[..., 1],
        *tables,
        bore=float(grid.field_data[BORE][0]),
        half_angle=float(grid.field_data[CONE][0]),
    )
