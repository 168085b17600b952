"""Tissue, film and syringe as one network: Darcy flow beside a film that opens with its pressure.

The tissue is linear, the film is not. In the half plane the tissue is reduced to what the mouth and
the film's nodes see of it (Schur complement: one factorisation); a step of Newton's method is then
a dense system of one or two hundred unknowns. The mouth is one of them, and its equation is the
syringe's: what enters the tissue is what the needle lets through at that pressure. The one rises
with the pressure and the other falls, so there is one solution.

A solid has too many nodes on its film for that, and may be spread over ranks. There the film's
conductances are held, the flow is solved with them, and they follow it by a share of their change
in the logarithm (Picard). The nodes are balanced exactly, and the film's law is met to a tolerance.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from sim.errors import SolverError
from sim.flow.balance import balanced
from sim.flow.darcy import unit_flow
from sim.flow.film import Film
from sim.flow.syringe import Syringe
from sim.volumes.control_volume import Edges
from sim.volumes.linear import LinearSystem

Array = NDArray[np.float64]
Index = NDArray[np.int64]

BALANCE = 1e-12  # Newton: largest error of an unknown's balance / flow of the syringe
NEWTON_STEPS = 100
EVEN = 1e-2, 1.0  # pressures of further starts / largest in the barrel
SHORTEST = 2.0**-12  # share of a Newton step below which the equations count as unsolved
SETTLED = 1e-6  # Picard: largest change of a film edge's flow / flow of the syringe
PICARD_STEPS = 100
START = 1e-3  # pressure for which the film is open at first / largest in the barrel
CLOSED = 1e-24  # smallest conductance of the film / that at the largest pressure
STEEPEST, SHALLOWEST = -3.0, -0.5  # of the logarithmic answer of an edge to its last change


@dataclass(frozen=True, eq=False)
class Tissue:
    """The tissue's conductances, where the liquid enters and leaves, and the film beside it."""

    edges: Edges
    conductances: Array  # (m,) m3/(s Pa), none negative
    mouth: Index  # nodes at the cavity's pressure
    sink: Index  # nodes at that of the air
    film: Film


@dataclass(frozen=True, eq=False)
class SteadyFlow:
    """What passes between nodes, and what enters the tissue at each node."""

    pressure: Array  # (n,) Pa
    edge_flow: Array  # (m,) m3/s, from tail to head, film included
    film_flow: Array  # (f,) m3/s, from tail to head, the film's edges alone
    supply: Array  # (n,) m3/s into the domain: > 0 at the mouth, < 0 where the liquid leaves
    cavity: float  # Pa, in the mouth
    rate: float  # m3/s through the mouth
    film_share: float  # of it, that enters the film at the mouth
    imbalance: float  # largest error of an inner node's balance / rate
    iterations: int


def by_newton(tissue: Tissue, syringe: Syringe) -> SteadyFlow:
    """Solve for the flow that `syringe` drives through `tissue`, on one process.

    Newton's method with steps halved until the balance is better. It sets out from the pressures
    beside a film that is hardly open: 7 steps on average. Where the film takes nearly all of the
    flow it may get stuck from there, and sets out anew from the same pressure everywhere.

    Raises
    ------
    SolverError
        When the tissue's matrix cannot be factored, or the balance cannot be met.
    """
    net = _reduced(tissue)
    even = np.full(len(net.matrix), syringe.pressure_limit)
    hardly = net.jacobian(syringe, START * even)
    beside = np.linalg.solve(hardly, -net.residual(syringe, 0.0 * even))
    tries = 0
    for start in (np.minimum(beside, even), *(share * even for share in EVEN)):
        unknowns, iterations = _newton(net, syringe, start)
        tries += iterations
        if unknowns is not None:
            flow = tissue.film.flow(*net.ends(unknowns))
            return _steady(tissue, net.lift @ unknowns, flow, tries)
    raise SolverError(f"film and tissue: no balance in {tries} Newton steps, whatever their start")


def _newton(net: _Reduced, syringe: Syringe, start: Array) -> tuple[Array | None, int]:
    """Return the balanced pressures (g,), None where they are not found, and the steps it took."""
    unknowns = start
    residual, missed = net.balances(syringe, unknowns)
    for iteration in range(NEWTON_STEPS):
        error = missed.sum()
        if np.all(missed <= BALANCE * syringe.flow(unknowns[-1])[0]):
            return unknowns, iteration
        step = np.linalg.solve(net.jacobian(syringe, unknowns), -residual)
        share = 2.0
        while not missed.sum() < error and share > SHORTEST:  # a long step may overflow
            share *= 0.5
            tried = unknowns + share * step
            residual, missed = net.balances(syringe, tried)
        unknowns = tried
    return None, NEWTON_STEPS


def by_picard(tissue: Tissue, syringe: Syringe) -> SteadyFlow:
    """Solve for the same flow on a mesh of any kind, on any number of ranks: 10 to 40 solves.

    Each edge of the film follows by 1 / (1 - s) of its change, s how it answered its last change
    (Aitken, in the logarithm): -3 where the film alone decides, 0 where it does not open.

    Raises
    ------
    SolverError
        When a flow cannot be solved, or the film does not settle.
    """
    edges, film = tissue.edges, tissue.film
    tail, head = edges.tail[film.edges], edges.head[film.edges]
    highest = np.full(len(tail), syringe.pressure_limit)
    closed = CLOSED * film.slope(highest)
    held = np.log(np.maximum(film.slope(START * highest), closed))
    before: Array | None = None
    step = np.zeros(len(tail))
    for iteration in range(PICARD_STEPS):
        beside = tissue.conductances.copy()
        np.add.at(beside, film.edges, np.exp(held))
        unit = unit_flow(edges, beside, tissue.mouth, tissue.sink)
        pressure = syringe.cavity_pressure(unit.conductance) * unit.pressure
        secant = film.secant(pressure[tail], pressure[head])
        missed = np.zeros(edges.nodes)
        along = unit.pressure[tail] - unit.pressure[head]
        np.maximum.at(missed, tail, np.abs((secant - np.exp(held)) * along))
        error = edges.largest(missed) / unit.conductance
        if error <= SETTLED:
            flow = np.exp(held) * (pressure[tail] - pressure[head])
            return _steady(tissue, pressure, flow, iteration)
        answer = np.log(np.maximum(secant, closed))
        slope = np.full(len(tail), SHALLOWEST)
        if before is not None:
            np.divide(answer - before, step, out=slope, where=np.abs(step) > 1e-9)
        step = (answer - held) / (1.0 - np.clip(slope, STEEPEST, SHALLOWEST))
        before, held = answer, held + step
    raise SolverError(
        f"film and tissue: {PICARD_STEPS} solves leave {error:.3g} of the flow unsettled"
    )


@dataclass(frozen=True, eq=False)
class _Reduced:
    """Balances of the film's nodes and of the mouth, which is the last; the air is at 0 Pa."""

    film: Film
    matrix: Array  # (g, g) m3/(s Pa): flow into the tissue at the unknowns
    lift: Array  # (n, g): nodal pressures from the unknowns
    tail: Index  # (f,) unknown at the tail of each film edge, g where it is at 0 Pa
    head: Index  # (f,)

    def ends(self, unknowns: Array) -> tuple[Array, Array]:
        """Return the pressures (f,) at the tails and heads of the film's edges."""
        padded = np.append(unknowns, 0.0)
        return padded[self.tail], padded[self.head]

    def balances(self, syringe: Syringe, unknowns: Array) -> tuple[Array, Array]:
        """Return the residual (g,), and by how much it is larger than rounding makes it (g,)."""
        residual = self.residual(syringe, unknowns)
        return residual, np.maximum(np.abs(residual) - self.rounding(syringe, unknowns), 0.0)

    def residual(self, syringe: Syringe, unknowns: Array) -> Array:
        """Return the flow (g,) that leaves each node and that nothing supplies, m3/s."""
        size = len(unknowns)
        film = self.film.flow(*self.ends(unknowns))
        leaving = np.bincount(self.tail, film, size + 1) - np.bincount(self.head, film, size + 1)
        residual = self.matrix @ unknowns + leaving[:size]
        residual[-1] -= syringe.flow(unknowns[-1])[0]
        return residual

    def rounding(self, syringe: Syringe, unknowns: Array) -> Array:
        """Return what rounding leaves of the balances (g,), m3/s."""
        size = len(unknowns)
        tail, head = (self.film.slope(p) * np.abs(p) for p in self.ends(unknowns))
        film = np.bincount(self.tail, tail + head, size + 1)
        film += np.bincount(self.head, tail + head, size + 1)
        terms = np.abs(self.matrix) @ np.abs(unknowns) + film[:size]
        terms[-1] -= syringe.flow(unknowns[-1])[1] * syringe.pressure_limit
        return 4.0 * np.finfo(float).eps * terms

    def jacobian(self, syringe: Syringe, unknowns: Array) -> Array:
        """Return the derivative (g, g) of the residual."""
        size = len(unknowns)
        tail, head = (self.film.slope(pressure) for pressure in self.ends(unknowns))
        jacobian = np.pad(self.matrix, (0, 1))
        np.add.at(jacobian, (self.tail, self.tail), tail)
        np.add.at(jacobian, (self.tail, self.head), -head)
        np.add.at(jacobian, (self.head, self.tail), -tail)
        np.add.at(jacobian, (self.head, self.head), head)
        jacobian[size - 1, size - 1] -= syringe.flow(unknowns[-1])[1]
        return jacobian[:size, :size]


def _reduced(tissue: Tissue) -> _Reduced:
    """Eliminate the nodes that are neither at the mouth nor on the film."""
    edges, film, conductances = tissue.edges, tissue.film, tissue.conductances
    along = edges.tail[film.edges], edges.head[film.edges]
    held = np.zeros(edges.nodes, dtype=bool)
    held[tissue.mouth] = held[tissue.sink] = True
    kept = np.zeros(edges.nodes, dtype=bool)
    kept[np.concatenate(along)] = True
    inner = ~kept & ~held
    own = np.flatnonzero(kept & ~held)
    size = len(own) + 1
    place = np.full(edges.nodes, size)
    place[own] = np.arange(size - 1)
    place[tissue.mouth] = size - 1

    matrix = edges.matrix(edges.gathered(conductances, conductances), -conductances, -conductances)
    nodes = np.flatnonzero(place < size)
    select = csr_array((np.ones(len(nodes)), (nodes, place[nodes])), shape=(edges.nodes, size))
    lift = select.toarray()
    if inner.any():
        rows, scale = matrix[inner], conductances.max()  # 1e-18 would look like 0 to a solver
        with closing(LinearSystem(rows[:, inner] / scale, "cholesky")) as system:
            lift[inner] = -system.solve_many((rows @ select).toarray() / scale)
    return _Reduced(film, select.T @ (matrix @ lift), lift, *(place[nodes] for nodes in along))


def _steady(tissue: Tissue, pressure: Array, film_flow: Array, iterations: int) -> SteadyFlow:
    edges = tissue.edges
    in_film = np.zeros(len(edges.tail))
    np.add.at(in_film, tissue.film.edges, film_flow)
    edge_flow = tissue.conductances * edges.difference(pressure) + in_film
    film, conductances = tissue.film, tissue.conductances.copy()
    ends = pressure[edges.tail[film.edges]], pressure[edges.head[film.edges]]
    np.add.at(conductances, film.edges, film.secant(*ends))
    held = np.concatenate((tissue.mouth, tissue.sink))
    edge_flow = balanced(edges, conductances, edge_flow, held)
    supply = edges.divergence(edge_flow)
    rate = edges.total(supply, tissue.mouth)
    inner = np.ones(edges.nodes)
    inner[tissue.mouth] = inner[tissue.sink] = 0.0
    imbalance = edges.largest(np.abs(supply * inner)) / rate
    return SteadyFlow(
        pressure=pressure,
        edge_flow=edge_flow,
        film_flow=film_flow,
        supply=supply * (1.0 - inner),
        cavity=edges.largest(pressure),
        rate=rate,
        film_share=edges.total(edges.divergence(in_film), tissue.mouth) / rate,
        imbalance=imbalance,
        iterations=iterations,
    )
