"""Drug-free water washing a saturated column, convection and dispersion in 1-D (Ogata, Banks)."""

from collections.abc import Callable
from contextlib import closing

import numpy as np
import pytest
from dolfinx.mesh import CellType, create_rectangle, locate_entities_boundary, meshtags
from mpi4py import MPI

from meshes.box import BOUNDARIES, REGIONS, delaunay_box
from sim.flow.darcy import unit_flow
from sim.transport.closed_forms import washed_column
from sim.transport.injecting import InjectionStepper
from sim.transport.species import Species
from sim.volumes.control_volume import ControlVolumes, control_volumes
from tests.conftest import Check

LENGTH, WIDTH, POROSITY = 1.0, 0.12, 0.4
SPEED, DISPERSION, TIME = 1.0, 0.02, 0.4
COURANT = 0.5


def solid_column(size: float) -> ControlVolumes:
    """A bar along x."""
    return control_volumes(*delaunay_box((LENGTH, WIDTH, WIDTH), size), REGIONS, BOUNDARIES)


def round_column(size: float) -> ControlVolumes:
    """A cylinder along z, (z, r) turned to (r, z)."""
    counts = round(WIDTH / size), round(LENGTH / size)
    corners = ((0.0, 0.0), (WIDTH, LENGTH))
    mesh = create_rectangle(MPI.COMM_SELF, corners, counts, CellType.triangle)
    count = mesh.topology.index_map(2).size_local
    cells = meshtags(mesh, 2, np.arange(count, dtype=np.int32), np.full(count, 1, dtype=np.int32))
    ends = [
        locate_entities_boundary(mesh, 1, lambda x, z=z: np.isclose(x[1], z)) for z in (0.0, LENGTH)
    ]
    tags = np.repeat(list(BOUNDARIES.values()), [len(end) for end in ends]).astype(np.int32)
    facets = np.concatenate(ends)
    order = np.argsort(facets)
    return control_volumes(
        mesh, cells, meshtags(mesh, 1, facets[order], tags[order]), REGIONS, BOUNDARIES
    )


def error(cv: ControlVolumes, along: int, size: float) -> float:
    """L1 error / what the column held at the start."""
    flow = unit_flow(
        cv.edges, cv.conductances({"box": 1.0}), cv.boundary("inflow"), cv.boundary("outflow")
    )
    section = cv.volumes["box"].sum() / LENGTH
    flow = flow.scaled(SPEED * POROSITY * section / flow.conductance)
    species = Species(
        edges=cv.edges,
        capacity=POROSITY * cv.volumes["box"],
        diffusion=cv.conductances({"box": POROSITY * DISPERSION}),
        clearance=np.zeros(cv.edges.nodes),
        absorbing=cv.boundary("inflow"),
        edge_flow=flow.edge_flow,
        supply=flow.supply,
    )
    steps = round(TIME * SPEED / (COURANT * size))
    c = np.ones(cv.edges.nodes)
    c[species.absorbing] = 0.0
    with closing(InjectionStepper(species, flow.pressure, 0.0)) as stepper:
        for _ in range(steps):
            c = stepper.step(c, TIME / steps).concentration
    assert c.min() > -1e-10
    assert c.max() < 1.0 + 1e-10
    exact = washed_column(cv.points[:, along], TIME, SPEED, DISPERSION)
    return float(species.capacity @ np.abs(c - exact) / species.capacity.sum())


@pytest.mark.parametrize(
    ("name", "column", "along", "sizes"),
    [
        ("r-z", round_column, 1, (0.04, 0.02, 0.01)),
        ("3-D", solid_column, 0, (0.04, 0.02, 0.0133)),
    ],
)
def test_ogata_banks(
    name: str,
    column: Callable[[float], ControlVolumes],
    along: int,
    sizes: tuple[float, ...],
    check: Check,
) -> None:
    errors = np.array([error(column(size), along, size) for size in sizes])
    orders = np.log(errors[:-1] / errors[1:]) / np.log(np.array(sizes[:-1]) / sizes[1:])
    check(f"Ogata and Banks, {name}: L1 error / content", errors[-1], "≤", 0.01)
    check(f"Ogata and Banks, {name}: order", orders.min(), "≥", 1.3)
