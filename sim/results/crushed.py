"""The zone a needle crushed, as a VTK file for ParaView and pyvista.

Points are (r, z) in mm in the x-y plane, as in the infiltration's fields, z = 0 at the skin. The
grid is the one that travelled with the tip; further up along the bore it is as at the grid's top.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyvista as pv

from sim.mechanics.mineral.crushed_zone import CrushedZone
from sim.results.metrics import MM

FILE = "crushed_zone.vts"


def write_crushed(folder: Path, zone: CrushedZone, radius: float, tip_depth: float) -> Path:
    """Write `folder`/crushed_zone.vts and return its path.

    Parameters
    ----------
    folder : Path
    zone : CrushedZone
        In needle radii, from the tip.
    radius, tip_depth : float
        The needle's, and of its tip below the skin's surface (m).
    """
    folder.mkdir(parents=True, exist_ok=True)
    r, zeta = np.meshgrid(zone.r, zone.zeta)
    z = np.minimum(r, 1.0) / np.tan(zone.half_angle) - zeta
    grid = pv.StructuredGrid(
        MM * radius * r[..., None], MM * (radius * z - tip_depth)[..., None], 0.0 * r[..., None]
    )
    fields = {
        "plastic_volume_strain": zone.volume_strain,
        "plastic_strain": zone.plastic_strain,
        "damage": zone.damage,
    }
    for name, values in fields.items():
        grid[name] = values[..., None].ravel(order="F")
    grid.field_data["bore_radius_mm"] = np.array([MM * radius * zone.bore])
    path = folder / FILE
    aside = path.with_name("aside_" + FILE)
    grid.save(aside)
    os.replace(aside, path)
    return path
