"""What a reader of the radiographs would measure: mineral mass, and what a difference shows.

Mineral mass, as by a calibration wedge: the logarithmic signal beyond that of the tissue beside the
nodule, row by row, is turned into mass per area by the curve that solid apatite in the place of
that row's tissue has in the same beam (so a wide beam's hardening is in the curve), and summed.
What the nodule's pores hold is water instead of fat, which the wedge does not know: a bias.

Difference of two pictures: contrast-to-noise per pixel, and the signal-to-noise ratio of the ideal
observer who knows where and what to look for, ``sqrt(sum (change / noise)^2)`` over the pixels. 5
is what Rose (1948, J. Opt. Soc. Am. 38:196) found needed to see something with certainty; it is an
upper bound of what is detectable here, for patient and needle never lie twice in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.case import Case
from sim.imaging.attenuation import APATITE, Material
from sim.imaging.beam import Beam
from sim.imaging.contents import BESIDE, Frame, layers
from sim.imaging.exposure import LEAST, Exposure

Array = NDArray[np.float64]

STEPS = 200  # of the calibration curve
EDGE = 0.5  # of the width beside the nodule: what is tissue alone, beyond any blur
MOST = 1.5  # end of the curve / mineral that a nodule of pore-free apatite would hold


@dataclass(frozen=True)
class Mass:
    """Mineral (kg) that a radiograph shows and its standard deviation by the photons' noise."""

    expected: float
    seen: float
    noise: float


@dataclass(frozen=True)
class Difference:
    """What sets two pictures of a nodule apart."""

    contrast_to_noise: float  # mean over the nodule's pixels / noise of one pixel there
    largest: float  # contrast-to-noise of the strongest pixel
    ideal_snr: float


def mineral_mass(exposure: Exposure, beam: Beam, view: Frame, case: Case, thickness: float) -> Mass:
    """Return the mineral's mass that the picture shows; `view` is that of its pixels."""
    pixel = (view.x[1] - view.x[0]) * (view.z[0] - view.z[1])
    beside = np.abs(view.places) > 0.5 * case.nodule.diameter + EDGE * BESIDE
    totals = np.zeros(3)
    for tissue, lower, upper in layers(case):
        rows = (view.heights >= lower) & (view.heights < upper)
        if not rows.any():
            continue
        mass, depth = wedge(beam, tissue, thickness, MOST * case.nodule.diameter)
        for n, picture in enumerate((exposure.expected, exposure.logarithm)):
            own = picture[rows]
            own = own - np.median(own[:, beside], axis=1, keepdims=True)
            totals[n] += np.interp(own, depth, mass)[:, ~beside].sum()
        own = exposure.expected[rows] - np.median(
            exposure.expected[rows][:, beside], axis=1, keepdims=True
        )
        slope = np.interp(own, depth, np.gradient(mass, depth))
        totals[2] += ((slope * exposure.noise[rows])[:, ~beside] ** 2).sum()
    return Mass(*(pixel * totals[:2]), pixel * float(np.sqrt(totals[2])))


def wedge(beam: Beam, tissue: Material, thickness: float, most: float) -> tuple[Array, Array]:
    """Return masses per area (kg/m2) of solid apatite and the logarithmic signal that each adds.

    From as much below zero as noise may show, up to `most` (m) of apatite.
    """
    solid = np.linspace(-0.2, 1.0, STEPS) * most
    own = APATITE.attenuation(beam.energy) - tissue.attenuation(beam.energy)
    behind = beam.signal * np.exp(-tissue.attenuation(beam.energy) * thickness)
    seen = behind > LEAST * behind.sum()
    passed = np.exp(-np.outer(solid, own[seen])) @ behind[seen] / behind[seen].sum()
    return APATITE.density * solid, -np.log(passed)


def difference(first: Exposure, second: Exposure, nodule: NDArray[np.bool_]) -> Difference:
    """Return what sets the second picture apart from the first over the `nodule`'s pixels."""
    change = first.expected - second.expected
    noise = np.hypot(first.noise, second.noise)
    ratio = (change / noise)[nodule]
    mean = change[nodule].mean() / np.sqrt((noise[nodule] ** 2).mean())
    strongest = ratio[np.abs(ratio).argmax()]
    return Difference(float(mean), float(strongest), float(np.sqrt((ratio**2).sum())))
