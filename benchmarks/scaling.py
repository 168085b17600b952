"""How the cost of a flow and of a step in 3-D grows with the mesh, on as many ranks as start it.

Usage: ``./run mpirun -n 2 python -m benchmarks.scaling [SIZE ...]``, element sizes of a unit cube;
0.02 makes 98k nodes, 0.0094 a million. Liquid enters in the middle of a ball of 1e-3 of the
cube's permeability until it has filled it; every step is one in which the front passes about one
element (a fixed Courant number). Then steps of diffusion over a tenth to three elements' lengths.
Meshes are kept on disk: the million takes gmsh minutes.
"""

from __future__ import annotations

import resource
import sys
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from dolfinx.io import gmshio
from mpi4py import MPI
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from meshes.box import BOUNDARIES, REGIONS, write_delaunay_box
from sim.cache import cached
from sim.flow.darcy import Flow, unit_flow
from sim.transport.injecting import InjectionStepper
from sim.transport.resting import RestingStepper
from sim.transport.species import Species
from sim.volumes.control_volume import ControlVolumes, control_volumes

Array = NDArray[np.float64]
Index = NDArray[np.int64]

SIZES = (0.04, 0.02)
BALL, POROSITY, DIFFUSIVITY, RATE = 0.3, 0.4, 1e-3, 1.0
STEPS, DIFFUSIVE = 12, 6
COMM = MPI.COMM_WORLD


@dataclass(frozen=True)
class Cost:
    """CPU seconds of the busiest rank, and memory of all of them."""

    nodes: float
    volumes: float
    flow: float
    flow_wall: float
    step: float
    iterations: float
    rest: float
    memory: float  # GB


def measure(size: float) -> Cost:
    """Return what a cube with elements of `size` costs."""
    clock = _Clock()
    cv = _cube(size)
    edges = cv.edges
    volumes, _ = clock.lap()
    middle = np.linalg.norm(cv.points - 0.5, axis=1)
    source = np.flatnonzero(middle < 0.06)
    sides = np.flatnonzero(np.any((cv.points < 1e-9) | (cv.points > 1.0 - 1e-9), axis=1))
    mobility = np.where(np.linalg.norm(cv.centres - 0.5, axis=1) < BALL, 1e-3, 1.0)
    clock.lap()
    flow = unit_flow(cv.edges, cv.conductances({"box": mobility}), source, sides)
    solving, wall = clock.lap()
    flow = flow.scaled(RATE / flow.conductance)
    duration = POROSITY * 4.0 / 3.0 * np.pi * BALL**3 / RATE
    moving = _species(cv, sides, flow)
    c = np.zeros(edges.nodes)
    clock.lap()
    with closing(InjectionStepper(moving, flow.pressure, 1.0)) as pushing:
        for _ in range(STEPS):
            c = pushing.step(c, duration * size / BALL).concentration
        iterations = pushing.iterations / STEPS
    pushed, _ = clock.lap()
    with closing(RestingStepper(_species(cv, sides, None), -1e-11)) as resting:
        for i in range(DIFFUSIVE):
            c = resting.step(c, 0.1 * 2.0**i * size**2 / DIFFUSIVITY)[0].concentration
    rested, _ = clock.lap()
    memory = COMM.allreduce(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1e6
    nodes = edges.total(np.ones(edges.nodes))
    return Cost(
        nodes, volumes, solving, wall, pushed / STEPS, iterations, rested / DIFFUSIVE, memory
    )


class _Clock:
    def __init__(self) -> None:
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def lap(self) -> tuple[float, float]:
        """CPU seconds of the busiest rank and wall seconds since the last lap."""
        cpu, wall = time.process_time(), time.perf_counter()
        spent = cpu - self._cpu, wall - self._wall
        self._cpu, self._wall = cpu, wall
        return COMM.allreduce(spent[0], MPI.MAX), COMM.allreduce(spent[1], MPI.MAX)


def _cube(size: float) -> ControlVolumes:
    def build(path: Path) -> None:
        write_delaunay_box((1.0, 1.0, 1.0), size, path)

    with ExitStack() as held:
        path: Path | None = None
        if COMM.rank == 0:
            key = {"cube": size, "version": 1}
            path = held.enter_context(cached("mesh", key, ".msh", build))
        mesh, cells, facets = gmshio.read_from_msh(COMM.bcast(path), COMM, 0, gdim=3)
    return control_volumes(mesh, cells, facets, REGIONS, BOUNDARIES)


def _species(cv: ControlVolumes, sides: Index, flow: Flow | None) -> Species:
    diffusion = cv.transmissibility({"box": POROSITY * DIFFUSIVITY})
    return Species(
        edges=cv.edges,
        capacity=POROSITY * cv.volumes["box"],
        diffusion=np.maximum(diffusion, 0.0),
        clearance=np.zeros(cv.edges.nodes),
        absorbing=sides,
        edge_flow=np.zeros_like(diffusion) if flow is None else flow.edge_flow,
        supply=np.zeros(cv.edges.nodes) if flow is None else flow.supply,
    )


def main(sizes: tuple[float, ...]) -> None:
    """Print one row per size, and the exponents of the growth from the first to the last one."""
    costs = [measure(size) for size in sizes]
    if COMM.rank > 0:
        return
    table = Table(
        "nodes", "volumes", "flow", "wall", "step", "iterations", "rest", "GB",
        title=f"{COMM.size} ranks: s, s, s, ms, -, ms",
    )  # fmt: skip
    for cost in costs:
        table.add_row(
            f"{cost.nodes:.0f}",
            f"{cost.volumes:.1f}",
            f"{cost.flow:.2f}",
            f"{cost.flow_wall:.2f}",
            f"{1e3 * cost.step:.0f}",
            f"{cost.iterations:.1f}",
            f"{1e3 * cost.rest:.0f}",
            f"{cost.memory:.2f}",
        )
    console = Console()
    console.print(table)
    logs = np.log([(cost.nodes, cost.flow, cost.step, cost.rest) for cost in costs])
    for name, column in zip(("flow", "step with flow", "step at rest"), logs.T[1:], strict=True):
        exponent = np.polyfit(logs[:, 0], column, 1)[0]
        console.print(f"{name}: cost grows with nodes^{exponent:.2f}")


if __name__ == "__main__":
    main(tuple(float(word) for word in sys.argv[1:]) or SIZES)
