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
from sim.geometry.shape import NoduleShape
from sim.infiltration import Progress, follow
from sim.outcome import InfiltrationResult, NodalFields
from sim.volumes.control_volume import ControlVolumes


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
    if domain.cv.edges.partition is None:
        return result
    return replace(result, fields=_whole(result.fields, domain.cv, comm))


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
        pressure=joined(fields.pressure[:owned]),
        concentration=series(fields.concentration),
        largest_concentration=joined(fields.largest_concentration[:owned]),
        exposure=joined(fields.exposure[:owned]),
        mineral=None if fields.mineral is None else series(fields.mineral),
    )
