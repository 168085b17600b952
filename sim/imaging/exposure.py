"""What a flat-panel detector reads behind the body: Beer-Lambert, blur, pixels, quantum noise.

Every 1-keV bin is attenuated on its own (``exp(-sum (mu/rho)_i m_i)``), on a grid finer than the
pixels, because the mean of an exponential is not the exponential of a mean. The scintillator's
spread of light is a Gaussian. The photons that each pixel absorbs in a bin are Poisson distributed;
its signal is the energy they leave, so its variance is ``sum N_E E^2``.

Simplification: noise is drawn after the blur and so is white; light that spreads to several pixels
correlates it, which makes it smoother and weaker in a single pixel than here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sim.imaging.attenuation import Material
from sim.imaging.beam import Beam

Array = NDArray[np.float64]

LEAST = 1e-12  # of the open beam's signal, behind steel: keeps the logarithm finite


@dataclass(frozen=True, eq=False)
class Exposure:
    """A picture; per pixel (rows, columns) in keV."""

    mean: Array  # expected signal
    variance: Array  # of the signal (keV^2)
    seen: Array  # one draw of the noise
    open_field: float  # signal of a pixel with nothing in the beam

    @property
    def expected(self) -> Array:
        """Logarithmic signal ``-ln(I / I0)`` without noise: the line integral of attenuation."""
        return -np.log(np.maximum(self.mean / self.open_field, LEAST))

    @property
    def logarithm(self) -> Array:
        """The same of what is seen."""
        return -np.log(np.maximum(self.seen / self.open_field, LEAST))

    @property
    def noise(self) -> Array:
        """Standard deviation of `logarithm`, to first order."""
        return np.sqrt(self.variance) / np.maximum(self.mean, LEAST * self.open_field)


def expose(
    beam: Beam,
    contents: dict[Material, Array],
    pixel: float,
    parts: int,
    blur: float,
    noise: np.random.Generator,
) -> Exposure:
    """Take a picture.

    Parameters
    ----------
    beam : Beam
    contents : {material: (rows * parts, columns * parts)}
        Mass per area in the beam (kg/m2).
    pixel : float
        Pitch (m), square.
    parts : int
        Into which a pixel's sides are divided in `contents`.
    blur : float
        Standard deviation of the detector's spread (m).
    noise : Generator
    """
    table = [material.mass_attenuation(beam.energy) for material in contents]
    shape = np.array(next(iter(contents.values())).shape) // parts
    signal, variance, seen = (np.zeros(shape) for _ in range(3))
    for n, energy in enumerate(beam.energy):
        depth = sum(mu[n] * mass for mu, mass in zip(table, contents.values(), strict=True))
        passed = _coarser(blurred(np.exp(-depth), blur * parts / pixel), parts)
        count = beam.fluence[n] * beam.absorbed[n] * pixel**2 * passed
        signal += energy * count
        variance += energy**2 * count
        seen += energy * noise.poisson(count)
    return Exposure(signal, variance, seen, float(beam.signal.sum()) * pixel**2)


def blurred(picture: Array, width: float) -> Array:
    """Return a picture spread by a Gaussian of standard deviation `width` (pixels).

    At the border it is mirrored, so that its sum is kept.
    """
    return ndimage.gaussian_filter(picture, width, mode="reflect") if width > 0.0 else picture


def _coarser(fine: Array, parts: int) -> Array:
    rows, columns = (n // parts for n in fine.shape)
    return fine.reshape(rows, parts, columns, parts).mean(axis=(1, 3))
