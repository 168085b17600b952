"""A small case in 3-D on as many ranks as start it: ``mpirun -n 2 python -m … FILE [STEPS]``.

Liquid enters in the middle of a ball of low permeability that swells; then all is at rest. Writes
totals and the steps taken as JSON; given STEPS, such a file, it takes the same steps again.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
from mpi4py import MPI
from numpy.typing import NDArray

from meshes.box import BOUNDARIES, REGIONS, delaunay_box
from sim.flow.darcy import unit_flow
from sim.transport.injecting import InjectionStepper
from sim.transport.resting import RestingStepper
from sim.transport.species import Species
from sim.volumes.control_volume import ControlVolumes, control_volumes
from sim.volumes.nodal import balances

Array = NDArray[np.float64]
type Metrics = dict[str, float]

RADIUS, POROSITY, DIFFUSIVITY, CLEARANCE = 0.3, 0.4, 1e-3, 0.02
RATE, SWELLING, INJECTION, REST = 1.0, 0.4, 0.03, 2.0
TOLERANCE = 1e-3  # error of a step / dose


def run(recorded: list[float] | None) -> tuple[Metrics, list[float]]:
    """Return totals and the sizes of the steps, those `recorded` where given."""
    steps = None if recorded is None else iter(recorded)
    cv = control_volumes(*delaunay_box((1.0, 1.0, 1.0), 0.1, MPI.COMM_WORLD), REGIONS, BOUNDARIES)
    edges, everywhere = cv.edges, cv.volumes["box"]
    middle = np.linalg.norm(cv.points - 0.5, axis=1)
    source = np.flatnonzero(middle < 0.12)
    sides = np.flatnonzero(np.any((cv.points < 1e-9) | (cv.points > 1.0 - 1e-9), axis=1))
    mobility = np.where(np.linalg.norm(cv.centres - 0.5, axis=1) < RADIUS, 1e-3, 1.0)
    conductances = cv.conductances({"box": mobility})
    conductance = unit_flow(edges, conductances, source, sides).conductance
    across = unit_flow(edges, conductances, cv.boundary("inflow"), cv.boundary("outflow"))

    ball = cv.weighted_volume({"box": (mobility < 1.0).astype(float)})
    pushing, pressure = _injection(cv, mobility, ball, source, sides)
    c, taken, lost = np.zeros(edges.nodes), [], np.zeros(3)
    with closing(InjectionStepper(pushing, pressure, 1.0)) as stepper:
        for size, elapsed in _sizes(INJECTION, steps):
            step = stepper.step(c, size, elapsed)
            c, lost = step.concentration, lost + _losses(pushing, step.integral)
            taken.append(size)
    pores = pushing.capacity_at(INJECTION)
    metrics = {
        "conductance": conductance,
        "conductance_across": across.conductance,
        "imbalance": across.imbalance,
        "injected": edges.total(pores * c),
        "in_ball": edges.total(ball * c),
        "lost_injecting": lost.sum(),
    }
    resting = Species(
        edges, pores, pushing.diffusion, pushing.clearance, sides, 0.0 * pushing.edge_flow,
        np.zeros(edges.nodes),
    )  # fmt: skip
    dose, time, size = RATE * INJECTION, 0.0, 1e-2 * REST
    with closing(RestingStepper(resting, -1e-11)) as stepper:
        while time < REST:
            size = min(size, REST - time) if steps is None else next(steps)
            step, error = stepper.step(c, size)
            if steps is None and error > TOLERANCE * dose:
                size *= 0.5
                continue
            c, lost = step.concentration, lost + _losses(resting, step.integral)
            taken.append(size)
            time = REST if step.duration == REST - time else time + step.duration
            if error < 0.1 * TOLERANCE * dose:
                size *= 2.0
    remains = edges.total(pores * c)
    largest, smallest = edges.largest(c), -edges.largest(-c)
    metrics |= {
        "remains": remains,
        "in_ball_at_last": edges.total(ball * c),
        "largest": largest,
        "cleared": lost[0],
        "left_domain": lost[1],
        "volume": edges.total(everywhere),
        "range_violation": max(-smallest, largest - 1.0),
        "unbalanced": abs(remains + lost.sum() - dose) / dose,
    }
    return metrics, taken


def _injection(
    cv: ControlVolumes, mobility: Array, ball: Array, source: Array, sides: Array
) -> tuple[Species, Array]:
    edges, everywhere = cv.edges, cv.volumes["box"]
    conductances = cv.conductances({"box": mobility})
    supply = np.zeros(edges.nodes)
    supply[source] = everywhere[source] * RATE / edges.total(everywhere, source)
    swelling = SWELLING * RATE * ball / edges.total(ball)
    with closing(balances(edges, conductances, sides)) as system:
        pressure = system.solve(supply - swelling)
    flow = conductances * edges.difference(pressure)
    supply[sides] = (edges.divergence(flow) + swelling)[sides]
    diffusion = cv.transmissibility({"box": POROSITY * DIFFUSIVITY})
    species = Species(
        edges=edges,
        capacity=POROSITY * everywhere,
        diffusion=np.maximum(diffusion, 0.0),
        clearance=CLEARANCE * POROSITY * (everywhere - ball),
        absorbing=sides,
        edge_flow=flow,
        supply=supply,
        swelling=swelling,
    )
    return species, pressure


def _sizes(duration: float, steps: Iterator[float] | None) -> Iterator[tuple[float, float]]:
    """Yield step sizes and when they begin."""
    time = 0.0
    size = duration / 64.0
    while time < (1.0 - 1e-9) * duration:
        size = min(1.1 * size, duration - time) if steps is None else next(steps)
        yield size, time
        time += size


def _losses(species: Species, integral: Array) -> Array:
    lost = species.losses(integral)
    return np.array([lost.cleared, lost.left_domain, lost.through_track])


if __name__ == "__main__":
    recorded = None
    if len(sys.argv) > 2:
        recorded = json.loads(Path(sys.argv[2]).read_text())["steps"]
    metrics, taken = run(recorded)
    if MPI.COMM_WORLD.rank == 0:
        Path(sys.argv[1]).write_text(json.dumps({"metrics": metrics, "steps": taken}))
