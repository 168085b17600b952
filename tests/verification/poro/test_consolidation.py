"""Biot consolidation against closed forms: Terzaghi, Mandel, a point that injects.

Units: Young's modulus, mobility and lengths of 1; the plane problem is a thin ring of radius 1e4.
"""

from contextlib import closing

import numpy as np
from scipy.optimize import brentq
from scipy.special import erfc

from meshes.spheres import BOUNDARIES, concentric_shells
from sim.flow.biot import Biot
from sim.volumes.control_volume import ControlVolumes, control_volumes
from tests.conftest import Check
from tests.verification.poro.columns import rectangle

POISSON = 0.25
OEDOMETRIC = (1.0 - POISSON) / ((1.0 + POISSON) * (1.0 - 2.0 * POISSON))  # lambda + 2 G = c
RING = 1e4


def series(cv: ControlVolumes, body: Biot, force: float, plate: str, times: np.ndarray) -> list:
    """Pressures at `times`, one step between each two, under a constant force on a plate."""
    conductance = cv.conductances({"body": 1.0})
    load = np.zeros(len(body.at_rest.displacement))
    load[body.degrees_of_freedom(plate, 1)[0]] = force
    state, pressures = body.at_rest, []
    for duration in np.diff(times):
        supplied = np.zeros(cv.edges.nodes)
        state = body.step(state, float(duration), conductance, supplied, load=load).state
        pressures.append(state.pressure)
    return pressures


def terzaghi(cells: int, steps: int, time: float) -> tuple[np.ndarray, np.ndarray]:
    """Depth below the drained top and pressure of a column under pressure 1, at `time`."""
    width = 1.0 / cells
    cv = rectangle(RING, width, 1.0, (1, cells))
    fixed = {"left": (0,), "right": (0,), "bottom": (1,)}
    body = Biot(
        cv, {"body": 1.0}, {"body": POISSON}, fixed, cv.boundary("top"), plates={"top": (1,)}
    )
    with closing(body):
        force = -2.0 * np.pi * (RING + 0.5 * width) * width
        pressure = series(cv, body, force, "top", np.linspace(0.0, time, steps + 1))[-1]
    return 1.0 - cv.points[:, 1], pressure


def terzaghi_exact(depth: np.ndarray, time: float) -> np.ndarray:
    odd = 0.5 * np.pi * (2.0 * np.arange(60)[:, None] + 1.0)
    return (2.0 / odd * np.sin(odd * depth) * np.exp(-(odd**2) * OEDOMETRIC * time)).sum(axis=0)


def test_terzaghi(check: Check) -> None:
    time = 0.15 / OEDOMETRIC

    def error(pressure: np.ndarray, depth: np.ndarray) -> float:
        exact = terzaghi_exact(depth, time)
        return float(np.linalg.norm(pressure - exact) / np.linalg.norm(exact))

    steps = (10, 20, 40)
    in_time = []
    for count in steps:
        depth, pressure = terzaghi(16, count, time)
        in_time.append(error(pressure, depth))
    in_space = []
    for cells in (4, 8, 16):  # extrapolated to infinitely short steps
        depth, fine = terzaghi(cells, 80, time)
        in_space.append(error(2.0 * fine - terzaghi(cells, 40, time)[1], depth))
    check("Terzaghi: error of the pressure, 16 cells, 40 steps", in_time[-1], "≤", 0.01)
    check("Terzaghi: order in time", np.log2(np.divide(in_time[:-1], in_time[1:])).min(), "≥", 0.9)
    orders = np.log2(np.divide(in_space[:-1], in_space[1:]))
    check("Terzaghi: order in space", orders.min(), "≥", 1.9)


def mandel_exact(x: np.ndarray, time: float) -> np.ndarray:
    """Pressure between plates pressed with force 1 per side and unit length (Mandel 1953)."""
    ratio = (1.0 - POISSON) / (0.5 - POISSON)  # undrained Poisson ratio 1/2

    def balance(a: float) -> float:
        return np.sin(a) - ratio * a * np.cos(a)

    lows = np.maximum(np.pi * np.arange(40), 0.1)
    a = np.array([brentq(balance, low, np.pi * (i + 0.5)) for i, low in enumerate(lows)])[:, None]
    shape = np.sin(a) / (a - np.sin(a) * np.cos(a)) * (np.cos(a * x) - np.cos(a))
    return (shape * np.exp(-(a**2) * OEDOMETRIC * time)).sum(axis=0)


def mandel(cells: int, times: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """Distance from the centre and pressures after each step between rigid, smooth plates."""
    cv = rectangle(RING, 1.0, 0.125, (cells, max(cells // 8, 1)))
    fixed = {"left": (0,), "bottom": (1,)}
    body = Biot(
        cv, {"body": 1.0}, {"body": POISSON}, fixed, cv.boundary("right"), plates={"top": (1,)}
    )
    with closing(body):
        force = -2.0 * np.pi * (RING + 0.5)
        return cv.points[:, 0] - RING, series(cv, body, force, "top", times)


def test_mandel(check: Check) -> None:
    times = np.concatenate(([0.0], 0.4 / OEDOMETRIC * np.linspace(0.0, 1.0, 101)[1:] ** 2))
    x, pressures = mandel(32, times)
    course = np.array([p[x < 1e-9].mean() for p in pressures])
    errors = []
    for time, pressure in zip(times[1:], pressures, strict=True):
        if time > 0.02 / OEDOMETRIC:
            exact = mandel_exact(x, time)
            errors.append(np.abs(pressure - exact).max() / 0.5)
    check("Mandel: largest error after t = 0.02 a2/c / initial pressure", max(errors), "≤", 0.01)
    check("Mandel: highest pressure at the centre / initial", course.max() / 0.5, "≥", 1.05)
    peak = int(course.argmax())
    assert 5 < peak < len(course) - 5, "the pressure must rise before it falls"
    np.testing.assert_allclose(course[0], 0.5, rtol=5e-3)


def test_rates_of_mandel(check: Check) -> None:
    end = 0.15 / OEDOMETRIC

    def last(cells: int, steps: int) -> tuple[np.ndarray, np.ndarray]:
        x, pressures = mandel(cells, np.linspace(0.0, end, steps + 1))
        return x, pressures[-1]

    def error(x: np.ndarray, pressure: np.ndarray) -> float:
        exact = mandel_exact(x, end)
        return float(np.linalg.norm(pressure - exact) / np.linalg.norm(exact))

    in_time = [error(*last(16, steps)) for steps in (10, 20, 40)]
    in_space = []
    for cells in (8, 16):  # square ones; extrapolated to infinitely short steps
        (x, fine), (_, coarse) = last(cells, 80), last(cells, 40)
        in_space.append(error(x, 2.0 * fine - coarse))
    for where, errors, least in (("time", in_time, 0.9), ("space", in_space, 1.9)):
        orders = np.log2(np.divide(errors[:-1], errors[1:]))
        check(f"Mandel: order in {where}", orders.min(), "≥", least)


def point_source(size: float, steps: tuple[int, ...]) -> tuple[float, np.ndarray, int]:
    """Largest error / largest value between 0.25 and 1 about a source of 1, at infinitely short
    steps; what doubling the number of steps changes; the nodes."""
    radii, sizes = (0.02, 1.0, 12.0), (0.04 * size, size, 12.0 * size)
    cv = control_volumes(*concentric_shells(radii, sizes), BOUNDARIES)
    names = cv.regions
    body = Biot(
        cv,
        dict.fromkeys(names, 1.0),
        dict.fromkeys(names, POISSON),
        {"outer": (0, 1)},
        cv.boundary("outer"),
        walls=("inner",),
    )
    i, j = cv.facets["inner"].T
    area = cv.points[[i, j], 0].mean(axis=0) * np.linalg.norm(cv.points[i] - cv.points[j], axis=1)
    share = np.bincount(i, area, cv.edges.nodes) + np.bincount(j, area, cv.edges.nodes)
    share /= share.sum()
    conductance = cv.conductances(dict.fromkeys(names, 1.0))
    time = 0.1 / OEDOMETRIC
    pressures = []
    with closing(body):
        for count in steps:
            state = body.at_rest
            for _ in range(count):
                state = body.step(state, time / count, conductance, share).state
            pressures.append(state.pressure)
    radius = np.linalg.norm(cv.points, axis=1)
    seen = (radius > 0.25) & (radius < 1.0)
    changes = np.diff([p[seen] for p in pressures], axis=0)
    exact = erfc(radius[seen] / np.sqrt(4.0 * OEDOMETRIC * time)) / (4.0 * np.pi * radius[seen])
    error = float(np.abs(pressures[-1][seen] + changes[-1] - exact).max() / exact.max())
    return error, np.linalg.norm(changes, axis=1), cv.edges.nodes


def test_point_source(check: Check) -> None:
    coarse, changes, _ = point_source(0.2, (10, 20, 40))
    fine, _, nodes = point_source(0.1, (20, 40))
    check(f"poroelastic point source: largest error, {nodes} nodes", fine, "≤", 0.01)
    check("poroelastic point source: order in space", np.log2(coarse / fine), "≥", 1.5)
    check("poroelastic point source: order in time", np.log2(changes[0] / changes[1]), "≥", 0.9)
