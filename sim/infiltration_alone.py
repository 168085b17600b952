"""An infiltration without an insertion, on one process or several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from mpi4py import MPI
from numpy.typing import NDArray

from sim.case import Case
from sim.domain.axisymmetric import axisymmetric_domain
from sim.domain.domain import Domain
from sim.domain.solid import solid_domain
from sim.geometry.pose import Pose
from sim.geometry.shape import Ellipsoid, NoduleShape
from sim.infiltration import Progress, follow
from sim.outcome import InfiltrationResult, NodalFields
from sim.volumes.control_volume import ControlVolumes

STANDS = "infiltration: the needle stands "
NOT_INSERTED = (
    "infiltration: no insertion led there, so that no core of mineral is in the lumen and no "
    "mineral around the needle is crushed"
)


@dataclass(frozen=True)
class NeedleInPlace:
    """A case and where its needle is; `solid` is None in r-z."""

    case: Case
    tip_depth: float  # m
    solid: tuple[NoduleShape, Pose] | None
    measured: Mapping[str, str] = field(default_factory=dict)  # keys whose values an image gives

    def domain(self, comm: MPI.Comm) -> Domain:
        """Build the domain; in 3-D it is distributed over `comm`.

        Raises
        ------
        SolverError
            When gmsh fails.
        """
        if self.solid is None:
            return axisymmetric_domain(self.case, self.tip_depth)
        return solid_domain(self.case, *self.solid, comm)


def infiltrate_alone(asked: NeedleInPlace, comm: MPI.Comm, show: Progress) -> InfiltrationResult:
    """Inject at the stated place and follow the drug; collective over `comm`.

    Returns
    -------
    InfiltrationResult
        The same numbers on all ranks, the fields of the whole mesh on the first one.

    Raises
    ------
    SolverError
        When the mesh, a linear system or a time step fails.
    """
    show("mesh", 0.0)
    domain = asked.domain(comm)
    result = follow(domain, progress=show)
    result = replace(result, notes=(standing_note(asked), NOT_INSERTED, *result.notes))
    if domain.cv.edges.partition is None:
        return result
    return replace(result, fields=_whole(result.fields, domain.cv, comm))


def standing_note(asked: NeedleInPlace) -> str:
    """Say where the needle stands, and in which geometry."""
    deep = f"its tip {1e3 * asked.tip_depth:.3g} mm deep"
    if asked.solid is None:
        return f"{STANDS}in r-z on the nodule's axis, {deep}"
    shape, pose = asked.solid
    nodule = "a nodule from an image"
    if isinstance(shape, Ellipsoid):
        x, y, z = 2e3 * shape.semi_axes
        turned = ", turned" if shape.turned else ""
        nodule = f"an ellipsoid of {x:.3g} by {y:.3g} by {z:.3g} mm{turned}"
    beside = round(1e3 * float(np.hypot(*pose.tip[:2])), 3)
    tilt = round(float(np.degrees(np.arccos(min(float(pose.axis[2]), 1.0)))), 2)
    return (
        f"{STANDS}in 3-D ({nodule}), {deep}, {beside:.3g} mm beside the line through the nodule's "
        f"centre, tilted by {tilt:.3g} degrees"
    )


def _whole(fields: NodalFields, cv: ControlVolumes, comm: MPI.Comm) -> NodalFields:
    """Return the fields of all ranks together on the first rank, its own on the others."""
    owned = cv.edges.owned
    numbers = cv.edges.partition.numbers(np.arange(owned))

    def joined(values: NDArray, axis: int = 0) -> NDArray:
        parts = comm.gather(values)
        return values if parts is None else np.concatenate(parts, axis=axis)

    def series(values: NDArray) -> NDArray:
        return joined(values[:, :owned], axis=1)

    return replace(
        fields,
        points=joined(fields.points[:owned]),
        cells=joined(numbers[fields.cells]),
        cell_regions=joined(fields.cell_regions),
        porosity=joined(fields.porosity),
        plastic_volume_strain=joined(fields.plastic_volume_strain),
        permeability=joined(fields.permeability),
        pressure=joined(fields.pressure[:owned]),
        concentration=series(fields.concentration),
        largest_concentration=joined(fields.largest_concentration[:owned]),
        exposure=joined(fields.exposure[:owned]),
        mineral=None if fields.mineral is None else series(fields.mineral),
    )
