"""Line integrals and masses against a ball's chords and closed forms."""

from itertools import pairwise

import numpy as np
import pytest

from sim.imaging.attenuation import APATITE, WATER
from sim.imaging.beam import monochromatic, tube
from sim.imaging.contents import Frame, frame, lines
from sim.imaging.ct import CALIBRATION, Grid, hounsfield, per_density, scan
from sim.imaging.exposure import blurred, expose
from sim.imaging.measure import mineral_mass
from sim.imaging.revolved import Pieces, Revolved
from sim.imaging.solid import Solid
from sim.imaging.states import MINERAL
from tests.unit.imaging.made_up import RADIUS, ball, half_disc, sphere, state

THICKNESS, PIXEL = 40e-3, 0.1e-3
MASS = 4.0 / 3.0 * np.pi * RADIUS**3 * 1600.0


def order(sizes, errors):
    """Slope of the errors over how fine it is."""
    return -np.polyfit(np.log(sizes), np.log(errors), 1)[0]


def test_chord_through_a_ball(check):
    """Profile beside the centre: density times chord; the mesh's facets give second order."""
    edges, off = np.linspace(0.0, RADIUS, 41), 0.05 * RADIUS  # a plane that is none of the mesh's
    rim = np.sqrt(RADIUS**2 - off**2)
    y = np.minimum(edges, rim)
    below = y * np.sqrt(rim**2 - y**2) + rim**2 * np.arcsin(y / rim)
    exact = 1600.0 * np.diff(below) / np.diff(edges)
    rings, errors = (6, 12, 24, 48), []
    for n in rings:
        body = state(sphere(), n).terms[0].body
        profile = body.cut(off - sphere().nodule.centre_depth).columns(edges)[:, MINERAL]
        errors.append(np.abs(profile - exact).max() / exact.max())
    check("ball's chord profile, 24 rings: largest error / largest", errors[2], "≤", 0.01)
    check("ball's chord profile: order over the mesh", order(rings, errors), "≥", 1.8)


def test_mass_of_a_ball_by_projection(check):
    """The picture's sum: exact across the axis, second order in the planes' spacing."""
    of, errors = sphere(), []
    made, pixels = state(of, 48), (1.6e-3, 0.4e-3, 0.1e-3)
    for pixel in pixels:
        view, off = frame(of, pixel, 1), []
        for shift in np.linspace(0.0, 1.0, 7)[:-1]:  # where the planes lie by chance
            moved = Frame(view.x, view.z - shift * pixel)
            mass = lines(made, moved, THICKNESS)[APATITE].sum() * pixel**2
            off.append(mass / made.mineral - 1.0)
        errors.append(np.sqrt(np.mean(np.square(off))))
    check("ball's projected mass, planes 0.1 mm apart: error", errors[-1], "≤", 1e-3)
    found = -order(pixels, errors)
    check("ball's projected mass: order over the planes' spacing", found, "≥", 1.7)
    seen = lines(made, frame(of, PIXEL, 2), THICKNESS)[APATITE].sum() * (PIXEL / 2) ** 2
    check("ball's mass by projection against 4/3 pi R^3 rho", abs(seen / MASS - 1.0), "≤", 0.01)


def test_linear_density_across_a_cylinder(check):
    """f = a + b r in a cylinder: the Abel transform in closed form, on no mesh node."""
    a, b, radius = 3.0, 400.0, 2e-3
    pieces = Pieces(np.array([[0.0, radius]]), np.array([[[a], [a + b * radius]]]))
    y, width = 0.7e-3, 1e-7
    found = pieces.columns(np.array([y - width, y + width]))[0, 0]
    s = np.sqrt(radius**2 - y**2)
    exact = 2 * a * s + b * (radius * s + y**2 * np.arccosh(radius / y))
    check("Abel transform of a linear piece: error", abs(found / exact - 1.0), "≤", 1e-6)


@pytest.mark.parametrize("energy", [40.0, 60.0])
def test_mass_from_a_radiograph_of_one_energy(check, energy):
    error = radiograph_error(monochromatic(energy, 1e-4, 0.5e-3))
    check(f"ball's mass from a radiograph at {energy:g} keV: error", abs(error), "≤", 0.01)


def test_mass_from_a_radiograph_of_a_tube(check):
    """60 kV: hardening is in the wedge's curve; the nodule's pores hold what is around it."""
    error = radiograph_error(tube(60.0, 2.5e-3, 12.0, 1e-4, 0.5e-3))
    check("ball's mass from a radiograph at 60 kV: error", abs(error), "≤", 0.01)


def radiograph_error(beam):
    """Without pores: the wedge is then exact, and what is left is the chain's own error."""
    of = sphere(density=3160.0)
    made = state(of, 48)
    contents = lines(made, frame(of, PIXEL, 2), THICKNESS)
    exposure = expose(beam, contents, PIXEL, 2, 0.1e-3, np.random.default_rng(1))
    mass = mineral_mass(exposure, beam, frame(of, PIXEL, 1), of, THICKNESS)
    return mass.expected / (4.0 / 3.0 * np.pi * RADIUS**3 * 3160.0) - 1.0


def test_tetrahedra_along_rays(check):
    """The same ball of tetrahedra: each ray's chord, and the sum over the rays."""
    points, cells = ball(8)
    corners = (RADIUS * points)[cells]
    body = Solid(corners, np.full((*cells.shape, 1), 1600.0))
    through = body.lines(np.array([0.3e-3]), np.array([0.2e-3]), (-1.0, 1.0))[0, 0, 0]
    plane = np.linspace(-RADIUS, RADIUS, 7)
    parts = sum(
        body.lines(np.array([0.3e-3]), np.array([0.2e-3]), (a, b))[0, 0, 0]
        for a, b in pairwise(plane)
    )
    check("tetrahedra: a ray in parts against the whole ray", abs(parts / through - 1.0), "≤", 1e-9)
    exact = 3200.0 * np.sqrt(RADIUS**2 - 0.3e-3**2 - 0.2e-3**2)
    check("tetrahedra: chord through the ball", abs(through / exact - 1.0), "≤", 0.01)
    errors = []
    for step in (0.4e-3, 0.2e-3, 0.1e-3):
        at = (np.arange(round(2.4 * RADIUS / step)) + 0.5) * step - 1.2 * RADIUS
        seen = body.lines(at, at, (-1.0, 1.0)).sum() * step**2
        errors.append(abs(seen / body.integral()[0] - 1.0))
    check("tetrahedra: mass by rays 0.1 mm apart", errors[-1], "≤", 2e-3)
    order = np.log2(errors[0] / errors[-1]) / 2.0
    check("tetrahedra: order over the rays' spacing", order, "≥", 1.0)


def test_blur_keeps_the_sum(check):
    picture = np.random.default_rng(1).random((40, 60))
    for width in (0.7, 3.0, 30.0):
        kept = abs(blurred(picture, width).sum() / picture.sum() - 1.0)
        check(f"blur of {width:g} pixels: change of the sum", kept, "≤", 1e-12)


def test_noise_is_that_of_the_photons(check):
    """One energy: the signal is counts times E, so variance / mean is E; and many energies."""
    of = sphere()
    contents = {m: mass * 0.0 for m, mass in lines(state(of, 6), frame(of, PIXEL, 1), 0.04).items()}
    one = expose(monochromatic(40.0, 1e-7, 5e-4), contents, PIXEL, 1, 0.0, np.random.default_rng(2))
    ratio = one.seen.var() / (40.0 * one.seen.mean())
    check("noise at one energy: variance / Poisson", abs(ratio - 1.0), "≤", 0.03)
    beam = tube(60.0, 2.5e-3, 12.0, 1e-6, 5e-4)
    many = expose(beam, contents, PIXEL, 1, 0.0, np.random.default_rng(3))
    ratio = many.seen.var() / many.variance.mean()
    check("noise of a tube: variance / sum N E^2", abs(ratio - 1.0), "≤", 0.03)
    shift = abs(many.seen.mean() / many.open_field - 1.0)
    check("noise of a tube: mean against the open field", shift, "≤", 1e-3)


def test_noise_falls_with_the_dose(check):
    of = sphere()
    contents = lines(state(of, 6), frame(of, PIXEL, 1), THICKNESS)
    noise = [
        expose(
            monochromatic(40.0, kerma, 5e-4), contents, PIXEL, 1, 0.0, np.random.default_rng(1)
        ).noise.mean()
        for kerma in (1e-4, 4e-4)
    ]
    check("noise at four times the dose / half", abs(2.0 * noise[1] / noise[0] - 1.0), "≤", 1e-9)


def test_hounsfield_of_water_and_air(check):
    """Water of the phantom 0, nothing -1000, water with mineral by the calibration."""
    for energy in (45.0, 65.0):
        water = hounsfield({WATER: np.array(CALIBRATION)}, energy)
        check(f"HU of water at {energy:g} keV", abs(float(water)), "≤", 1e-9)
        air = hounsfield({WATER: np.array(0.0)}, energy)
        check(f"HU of air at {energy:g} keV: off -1000", abs(float(air) + 1000.0), "≤", 1e-9)
        mixed = {
            APATITE: np.array(800.0),
            WATER: WATER.density * np.array(1.0 - 800.0 / 3160.0),
        }
        nothing = hounsfield({WATER: np.array(WATER.density)}, energy)
        found = float(hounsfield(mixed, energy) - nothing) / 800.0
        wanted = per_density(energy, APATITE, 3160.0)
        check("HU per mineral in water: error", abs(found / wanted - 1.0), "≤", 1e-9)


def test_ct_of_a_ball(check):
    """HU within, and the mineral of all its voxels by the calibration, blur and all."""
    of, energy = sphere(), 65.0
    made, blank = state(of, 48), state(sphere(), 48)
    grid = Grid.around(of, 0.5e-3, 3e-3, 5)
    volume = np.prod(grid.spacing)

    def seen(of):
        return scan(of, grid, energy, 0.4e-3, 0.0, np.random.default_rng(1))

    found = seen(made)
    pore = 1.0 - 1600.0 / 3160.0
    expected = hounsfield(
        {APATITE: np.array(1600.0), WATER: np.array(WATER.density * pore)}, energy
    )
    middle = tuple(n // 2 for n in found.hounsfield.shape)
    middle = (middle[0], round((of.nodule.centre_depth + 3e-3) / 0.5e-3), middle[2])
    check("CT: HU at the ball's centre, off", abs(found.hounsfield[middle] - expected), "≤", 2.0)
    share = found.nodule.sum() * volume / (MASS / 1600.0)
    check("CT: volume of the ball's voxels, error", abs(share - 1.0), "≤", 0.01)
    blank.terms[0].body.values[..., MINERAL] = 0.0
    more = found.hounsfield.sum(dtype=float) - seen(blank).hounsfield.sum(dtype=float)
    mass = more * volume / per_density(energy, APATITE, 3160.0)
    check("CT: mineral of the ball's voxels, error", abs(mass / MASS - 1.0), "≤", 0.01)


def test_integral_of_a_linear_field(check):
    """Mass of a ball whose density rises along z: the slope cancels."""
    points, cells = half_disc(48)
    corners = (RADIUS * points)[cells]
    body = Revolved(corners, 1600.0 + 1e5 * corners[..., 1:])
    check("ball's mass by its triangles", abs(body.integral()[0] / MASS - 1.0), "≤", 0.002)
