"""The search for good designs: choices by successive halving, numbers by differential evolution.

Every combination of choices (needle and technique) first gets a few evaluations, the better half of
them twice as many, and so on to the last (successive halving, Jamieson & Talwalkar 2016): a single
evolution over choices and numbers settles on a wrong choice where the right one's feasible range is
narrow. Inside each, scipy's differential evolution (Storn & Price 1997) makes the gain as large as
the constraints let it; infeasible designs are compared by how much they miss (Deb 2000). With
budget enough, a simplex (Nelder & Mead 1965) goes on from the best one: evolution alone is slow to
close in on an optimum that a constraint cuts off. Both need nothing but values, of a dose that the
mesh and the rounding of the design make jump a little.

The front is the non-dominated set of everything that was evaluated. It is refined where its gap is
widest, by the same search among the best choices under a bound on the cost (epsilon-constraint
method, Haimes 1971).

Everything is seeded and asks for the same designs in the same order, whoever computes them: a
search that was cut short is gone on with by starting it again with what is known by then.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import (
    NonlinearConstraint,
    OptimizeResult,
    differential_evolution,
    minimize,
)
from scipy.stats import qmc

from sim.studies.design_front import widest_gap

Array = NDArray[np.float64]

FEWEST = 6  # evaluations of a choice, and points of a generation
GENERATIONS = 15  # for which a small budget has to last
IDLE = 4  # times the generations that a budget allows, where some points cost none
CLOSE_IN = 20  # smallest budget of which the simplex gets its half
EDGE = 0.1  # of the first simplex, in shares of the ranges
CLOSE = 5e-3  # where it is small enough
BARRIER = 1e6  # loss of what is infeasible, far beyond any gain
PROMISING = 4  # choices that a level is searched in
DIGITS = 12  # of a point: scipy scales them to and fro


@dataclass(frozen=True)
class Judged:
    """What is known of a design."""

    gain: float  # nan where it was not computed
    cost: float  # nan likewise
    excess: float  # by which the constraints are missed, relative to them; 0: feasible


@dataclass(frozen=True)
class Space:
    """Where designs lie: numbers, and choices as whole numbers."""

    low: Array  # (n,)
    high: Array  # (n,)
    whole: NDArray[np.bool_]  # (n,)

    def choices(self) -> list[tuple[float, ...]]:
        """Return every combination of the whole numbers."""
        ranges = zip(self.low[self.whole], self.high[self.whole], strict=True)
        return list(
            itertools.product(*(np.arange(low, high + 1.0).tolist() for low, high in ranges))
        )

    def fixed(self, choice: tuple[float, ...]) -> Space:
        """Return the part of the space with these whole numbers."""
        low, high = self.low.copy(), self.high.copy()
        low[self.whole] = high[self.whole] = choice
        return Space(low, high, self.whole)

    def sample(self, count: int, rng: np.random.Generator) -> Array:
        """Return a Latin hypercube (count, n) of a space whose whole numbers are fixed."""
        shares = qmc.LatinHypercube(len(self.low), rng=rng).random(count)
        return self.low + shares * (self.high - self.low)


@dataclass(frozen=True)
class Settings:
    evaluations: int  # points that are evaluated in all; those without a cost are free
    population: int
    levels: int  # of the cost; half of the evaluations go there
    seed: int
    worst_gain: float = 0.0
    best_cost: float = 0.0


class Ledger:
    """Remembers every point that was asked for, in order; asks for none twice."""

    def __init__(self, evaluate: Callable[[Array], Sequence[Judged]]) -> None:
        self._evaluate = evaluate
        self._known: dict[tuple[float, ...], Judged] = {}

    @property
    def points(self) -> Array:
        """All points, (m, n)."""
        return np.array(list(self._known))

    @property
    def judged(self) -> list[Judged]:
        """What is known of them, in the same order."""
        return list(self._known.values())

    def items(self) -> Iterable[tuple[tuple[float, ...], Judged]]:
        """Return every point with what is known of it."""
        return self._known.items()

    @property
    def spent(self) -> int:
        """Number of the points that have a cost: what is refused at once takes no time."""
        return sum(math.isfinite(judged.cost) for judged in self._known.values())

    def ask(self, points: Array) -> list[Judged]:
        """Return what is known of points (s, n), after evaluating the new ones together."""
        rows = [tuple(row) for row in np.round(points, DIGITS).tolist()]
        new = list(dict.fromkeys(row for row in rows if row not in self._known))
        if new:
            self._known |= zip(new, self._evaluate(np.array(new)), strict=True)
        return [self._known[row] for row in rows]


def feasible(judged: Sequence[Judged]) -> tuple[Array, Array, NDArray[np.int64]]:
    """Return gain, cost and index of the feasible ones."""
    index = np.array([i for i, j in enumerate(judged) if j.excess <= 0.0], dtype=np.int64)
    return (
        np.array([judged[i].gain for i in index]),
        np.array([judged[i].cost for i in index]),
        index,
    )


def search(ledger: Ledger, space: Space, settings: Settings) -> None:
    """Look for the largest gain, and for the front of gain and cost.

    What was found is in the ledger, also after an exception.
    """
    seek = _Seeker(ledger, space, settings)
    share = 2 if settings.levels else 1
    seek.halve(space.choices(), settings.evaluations // share, np.inf)
    levels: list[float] = []
    for left in range(settings.levels, 0, -1):
        gain, cost, _ = feasible(ledger.judged)
        level = widest_gap(gain, cost, settings.worst_gain, settings.best_cost, levels)
        if level is None:
            return
        levels.append(level)
        budget = (settings.evaluations - ledger.spent) // left
        seek.halve(seek.best(space.choices(), level, PROMISING), budget, level)


class _Seeker:
    """Searches one space with one stream of random numbers."""

    def __init__(self, ledger: Ledger, space: Space, settings: Settings) -> None:
        self.ledger, self.space, self.settings = ledger, space, settings
        self.rng = np.random.default_rng(settings.seed)

    def halve(self, choices: list[tuple[float, ...]], budget: int, level: float) -> None:
        """Spend a budget on choices, the more on each the fewer are left, at a cost to `level`."""
        end = self.ledger.spent + budget
        for left in range(len(choices).bit_length(), 0, -1):
            each = max(FEWEST, (end - self.ledger.spent) // (left * len(choices)))
            for choice in choices:
                self.improve(choice, each, level)
            choices = self.best(choices, level, max(1, len(choices) // 2))

    def best(
        self, choices: list[tuple[float, ...]], level: float, count: int
    ) -> list[tuple[float, ...]]:
        """Return the choices whose best point so far is best, without those always refused."""
        merit = {}
        for choice in choices:
            known = self._known(choice, level)
            if known and math.isfinite(known[0][1].cost):
                merit[choice] = _rank(known[0][1], level)
        return sorted(merit, key=merit.__getitem__)[:count]

    def improve(self, choice: tuple[float, ...], budget: int, level: float) -> None:
        """Make the gain of one choice as large as can be at a cost of at most `level`."""
        end = self.ledger.spent + budget
        close_in = budget >= CLOSE_IN
        self._evolve(choice, budget // 2 if close_in else budget, level)
        if close_in:
            self._close_in(choice, end, level)

    def _evolve(self, choice: tuple[float, ...], budget: int, level: float) -> None:
        ledger, space = self.ledger, self.space.fixed(choice)
        size = min(max(FEWEST, budget // GENERATIONS), self.settings.population)
        kept = [point for point, _ in self._known(choice, level)[: size // 2]]
        population = np.vstack([*kept, space.sample(size - len(kept), self.rng)])
        end = ledger.spent + budget
        ledger.ask(population)  # at once: scipy begins with the first alone
        hopeless = not any(math.isfinite(judged.cost) for _, judged in self._known(choice, level))
        if ledger.spent >= end or hopeless:
            return

        def excess(x: Array) -> Array:
            judged = ledger.ask(x.reshape(len(space.low), -1).T)
            return np.reshape([_excess(j, level) for j in judged], (1, *x.shape[1:]))

        def loss(x: Array) -> Array:
            return -np.array([judged.gain for judged in ledger.ask(x.T)])

        differential_evolution(
            loss,
            np.column_stack([space.low, space.high]),
            init=population,
            integrality=space.whole,
            constraints=NonlinearConstraint(excess, -np.inf, 0.0),
            vectorized=True,  # a generation at once: what computes it may do so in parallel
            updating="deferred",
            maxiter=IDLE * budget // size + 1,
            callback=lambda intermediate_result: ledger.spent >= end,
            tol=1e-6,
            polish=False,
            rng=self.rng,
        )

    def _close_in(self, choice: tuple[float, ...], end: int, level: float) -> None:
        """Go on with a simplex from the best point until `end` evaluations are spent."""
        space, known = self.space.fixed(choice), self._known(choice, level)
        free = np.flatnonzero(space.high > space.low)
        if not known or _excess(known[0][1], level) > 0.0 or free.size == 0:
            return
        best, low = np.array(known[0][0]), space.low[free]
        width = space.high[free] - low

        def loss(shares: Array) -> float:
            point = best.copy()
            point[free] = low + shares * width
            (judged,) = self.ledger.ask(point[np.newaxis])
            missed = _excess(judged, level)
            return BARRIER * (1.0 + missed) if missed > 0.0 else -judged.gain

        start = (best[free] - low) / width
        edges = np.diag(np.where(start < 0.5, EDGE, -EDGE))

        def stop(intermediate_result: OptimizeResult) -> None:
            if self.ledger.spent >= end:
                raise StopIteration

        minimize(
            loss,
            start,
            method="Nelder-Mead",
            bounds=[(0.0, 1.0)] * free.size,
            callback=stop,
            options={"initial_simplex": np.vstack([start, start + edges]), "xatol": CLOSE,
                     "fatol": np.inf, "maxfev": IDLE * max(1, end - self.ledger.spent),
                     "adaptive": True},
        )  # fmt: skip

    def _known(
        self, choice: tuple[float, ...], level: float
    ) -> list[tuple[tuple[float, ...], Judged]]:
        """Return the points with these whole numbers and what is known of them, best first."""
        own = [
            (point, judged)
            for point, judged in self.ledger.items()
            if tuple(np.array(point)[self.space.whole]) == choice
        ]
        return sorted(own, key=lambda entry: _rank(entry[1], level))


def _excess(judged: Judged, level: float) -> float:
    """By how much a design misses the constraints and a bound on its cost."""
    beyond = judged.cost / level - 1.0 if np.isfinite(judged.cost) and level > 0.0 else 0.0
    return judged.excess + max(0.0, beyond)


def _rank(judged: Judged, level: float) -> tuple[float, float]:
    """Order of merit below a level: first by what is missed, then by the gain."""
    missed = _excess(judged, level)
    return missed, -judged.gain if missed == 0.0 else 0.0
