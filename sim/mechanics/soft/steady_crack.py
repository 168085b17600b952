"""The steady crack in front of a needle in soft tissue, for every toughness and Ogden exponent.

A needle that advances spends, per length, work on the crack and on the strain energy that it
leaves behind; the crack takes the size that makes the force smallest (Shergold & Fleck 2004, Proc.
R. Soc. A 460:3037). For the planar mode-I crack of a sharp tip, U(a) from the cell problem,

    F = min over a of (2 a J_IC + U(a)),   hence   J(a) = -dU/d(2a) = J_IC,   dF/dJ_IC = 2a.

So each solution of the cell problem is read as the answer for the toughness J(a) and gives F and
its slope there; cubic Hermite interpolation of ln F over ln J_IC between them keeps the optimum.
The wall presses on the needle with the mean p = dU/dR / (2 pi R) at constant a, that is
(U + a J_IC) / (pi R^2). The mode-II ring crack (`ring_crack`) fills the same table.

Everything is in units of the shear modulus mu and the needle's radius R.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicHermiteSpline, PchipInterpolator

from sim.cache import cached
from sim.errors import SolverError
from sim.materials.soft_tissue import TOUGHNESS_RANGE
from sim.mechanics.soft.cell_problem import CrackCell, Opening, Resolution
from sim.version import versions

Array = NDArray[np.float64]


EXPONENT_RANGE = (2.0, 12.0)
START = (0.5, 0.043)  # first a/R of the neo-Hookean solid; more per unit of the exponent beyond 2
FIRST_STEP, LARGEST_STEP, FINEST_STEP = 0.1, 0.7, 1e-3  # of ln a
LARGEST_GAIN = 1.0  # of ln J from one row of the table to the next


@dataclass(frozen=True)
class SteadyCrack:
    """Steady penetration over toughness, as a table with increasing toughness.

    Between its rows ln F is a cubic in ln J_IC. Past its ends the last slope of ln F is kept, and
    the last pressure and size.
    """

    toughness: Array  # J_IC / (mu R)
    force: Array  # F / (mu R^2)
    crack_share: Array  # of the crack's work in the force, d ln F / d ln J_IC
    wall_pressure: Array  # p / mu, mean over the shaft
    size: Array  # of the undeformed crack / R: half length a, or radius b of a ring

    @cached_property
    def _curve(self) -> CubicHermiteSpline:
        return CubicHermiteSpline(np.log(self.toughness), np.log(self.force), self.crack_share)

    def at(self, toughness: ArrayLike) -> tuple[Array, Array]:
        """Return F / (mu R^2) at J_IC / (mu R), and the share of the crack's work in it."""
        x = np.log(toughness)
        inside = np.clip(x, self._curve.x[0], self._curve.x[-1])
        share = self._curve(inside, nu=1)
        return np.exp(self._curve(inside) + share * (x - inside)), share

    def force_at(self, toughness: ArrayLike) -> Array:
        """Return F / (mu R^2) at J_IC / (mu R)."""
        return self.at(toughness)[0]

    def crack_share_at(self, toughness: ArrayLike) -> Array:
        """Return the share of the crack's work in the force."""
        return self.at(toughness)[1]

    def wall_pressure_at(self, toughness: ArrayLike) -> Array:
        """Return the mean pressure p / mu of the wall on the shaft."""
        return self._between(self._wall_pressure, toughness)

    def size_at(self, toughness: ArrayLike) -> Array:
        """Return the size of the undeformed crack / R."""
        return self._between(self._size, toughness)

    @cached_property
    def _wall_pressure(self) -> PchipInterpolator:
        return PchipInterpolator(np.log(self.toughness), np.log(self.wall_pressure))

    @cached_property
    def _size(self) -> PchipInterpolator:
        return PchipInterpolator(np.log(self.toughness), np.log(self.size))

    @staticmethod
    def _between(line: PchipInterpolator, toughness: ArrayLike) -> Array:
        return np.exp(line(np.clip(np.log(toughness), line.x[0], line.x[-1])))


@lru_cache(maxsize=16)
def planar_crack(
    exponent: float, resolution: Resolution | None = None, root: Path | None = None
) -> SteadyCrack:
    """Return the table of a sharp tip, from the disk or by finite elements (3 CPU-seconds).

    Parameters
    ----------
    exponent : float
        alpha of the one-term Ogden solid, 2 (neo-Hookean) to 12.
    resolution : Resolution, optional
        Of the cell problem.
    root : Path, optional
        Folder instead of the user's cache.

    Raises
    ------
    SolverError
        When the exponent is outside its range or no equilibrium is found.
    """
    low, high = EXPONENT_RANGE
    if not low <= exponent <= high:
        raise SolverError(
            f"Ogden exponent {exponent:.4g}: the cell problem is verified for {low:g} to {high:g}"
        )
    grid = resolution or Resolution()

    def build(path: Path) -> None:
        openings = trace(exponent, *TOUGHNESS_RANGE["planar"], grid)
        path.write_text(json.dumps([asdict(opening) for opening in openings]))

    key = {
        "code": versions("cutting"),
        "exponent": exponent,
        "range": list(TOUGHNESS_RANGE["planar"]),
        "grid": asdict(grid),
    }
    with cached("cutting", key, ".json", build, root) as path:
        return _table([Opening(**row) for row in json.loads(path.read_text())])


def _table(openings: list[Opening]) -> SteadyCrack:
    half_length, energy, release = (
        np.array([getattr(row, name) for row in openings])
        for name in ("half_length", "energy", "release")
    )
    work = 2.0 * half_length * release
    force = energy + work
    pressure = np.array([row.wall_pressure for row in openings])
    return SteadyCrack(release, force, work / force, pressure, half_length)


def trace(exponent: float, low: float, high: float, resolution: Resolution) -> list[Opening]:
    """Open cracks of every length whose J / (mu R) covers `low` to `high`.

    Returns
    -------
    list of Opening
        Ordered by increasing release: from the longest crack to the shortest.

    Raises
    ------
    SolverError
        When a step finds no equilibrium; it carries the cracks that were opened.
    """
    with CrackCell(START[0], resolution) as cell:
        middle = _begin(cell, exponent)
        start = cell.state
        longer = list(_march(cell, middle, 1.0, lambda row: row.release <= low))
        cell.restore(start)
        shorter = list(_march(cell, middle, -1.0, lambda row: row.release >= high))
    return [*reversed(longer), middle, *shorter]


def _begin(cell: CrackCell, exponent: float) -> Opening:
    """Solve the first crack: neo-Hookean, then with the exponent raised in steps."""
    opening = cell.solve()
    if opening is None:
        raise SolverError(f"crack cell: no first equilibrium (residual {cell.residual:.2g})")
    reached, step = 2.0, 1.0
    while reached < exponent:
        aim = min(exponent, reached + step)
        further = cell.step(START[0] + START[1] * (aim - 2.0), aim)
        if further is not None:
            opening, reached, step = further, aim, 2.0 * step
            continue
        step *= 0.5
        if step < FINEST_STEP:
            raise SolverError(
                f"crack cell: no equilibrium past the Ogden exponent {reached:.4g}"
                f" (step {step:.2g}, residual {cell.residual:.2g})"
            )
    return opening


def _march(
    cell: CrackCell, start: Opening, sign: float, enough: Callable[[Opening], bool]
) -> Iterator[Opening]:
    """Lengthen (`sign` 1) or shorten (-1) the crack until it is `enough`."""
    rows, step = [start], FIRST_STEP
    crack = cell.state.half_length
    exponent = cell.state.exponent
    while not enough(rows[-1]):
        aim = crack * math.exp(sign * step)
        opening = cell.step(aim, exponent)
        if opening is None:
            step *= 0.5
            if step < FINEST_STEP:
                columns = ("half_length", "energy", "release")
                raise SolverError(
                    f"crack cell, Ogden exponent {exponent:.4g}: no equilibrium past a/R ="
                    f" {crack:.4g}, J/(mu R) = {rows[-1].release:.4g} (step {step:.2g} of ln a,"
                    f" residual {cell.residual:.2g})",
                    {name: [getattr(row, name) for row in rows] for name in columns},
                )
            continue
        gain = abs(math.log(opening.release / rows[-1].release))
        step = min(1.5 * step, LARGEST_STEP, LARGEST_GAIN * step / gain)
        crack = aim
        rows.append(opening)
        yield opening
