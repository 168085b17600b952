"""The X-rays that fall on the patient and what of them a detector absorbs.

Spectrum: `spekpy` (Poludniowski et al. 2021, Med. Phys. 48:3630; tungsten anode, its default model
of electron penetration and bremsstrahlung with the characteristic lines), for tube voltage, anode
angle and aluminium filtration, in bins of 1 keV. It is scaled to the air kerma free in air where
the patient's skin is, without back-scatter.

Detector: caesium iodide that absorbs ``1 - exp(-mu t)`` of the photons and gives a signal in
proportion to their energy. Fluorescence that escapes, Swank noise and electronic noise are left
out, so real noise is higher.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq

from sim.imaging.attenuation import CM2_PER_G, SCINTILLATOR, WATER, Material

Array = NDArray[np.float64]

CENTRE = 100.0  # cm from the focus; the spectrum's shape is that of all places
PACKING = 0.75  # of the columnar scintillator, share of its crystal's density; M
LOWEST, HIGHEST = 10.0, 150.0  # keV, where an effective energy is looked for
JOULE_PER_KEV = 1.602176634e-16
BIN = 1.0  # keV
AIR_ABSORPTION = np.array(  # keV, mu_en/rho of dry air in cm2/g: Hubbell & Seltzer 1995, NIST
    [
        (10.0, 4.742), (15.0, 1.334), (20.0, 0.5389), (30.0, 0.1537), (40.0, 0.06833),
        (50.0, 0.04098), (60.0, 0.03041), (80.0, 0.02407), (100.0, 0.02325), (150.0, 0.02496),
    ]
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Beam:
    """Photons on the patient, and the detector's share and weight of each that reaches it."""

    energy: Array  # (e,) keV
    fluence: Array  # (e,) photons per m2, free in air at the skin
    absorbed: Array  # (e,) share that the detector absorbs
    air_kerma: float  # Gy, free in air at the skin

    @property
    def signal(self) -> Array:
        """Energy (keV/m2) per bin (e,) that the detector would take up with nothing in between."""
        return self.fluence * self.absorbed * self.energy

    def transmitted(self, material: Material, thickness: float) -> float:
        """Return the share of the signal that passes a `thickness` (m) of a material."""
        passed = np.exp(-material.attenuation(self.energy) * thickness)
        return float(self.signal @ passed / self.signal.sum())

    def effective_energy(self, thickness: float) -> float:
        """Return the energy (keV) of photons that water attenuates as it does this beam.

        Parameters
        ----------
        thickness : float
            Of the water (m); 0: the limit of a thin layer.
        """
        if len(self.energy) == 1:
            return float(self.energy[0])
        if thickness > 0.0:
            wanted = -np.log(self.transmitted(WATER, thickness)) / thickness
        else:
            wanted = float(self.signal @ WATER.attenuation(self.energy) / self.signal.sum())
        return float(brentq(lambda e: float(WATER.attenuation(e)) - wanted, LOWEST, HIGHEST))


def tube(
    voltage: float, filtration: float, anode_angle: float, air_kerma: float, scintillator: float
) -> Beam:
    """Return the beam of a tube.

    Parameters
    ----------
    voltage : float
        kV, peak.
    filtration : float
        Of aluminium (m), the tube's own included.
    anode_angle : float
        deg.
    air_kerma : float
        Gy, free in air at the patient's skin.
    scintillator : float
        Thickness (m).
    """
    import spekpy

    spectrum = spekpy.Spek(kvp=voltage, th=anode_angle, dk=BIN, z=CENTRE)
    spectrum.filter("Al", 1e3 * filtration)
    energy, fluence = spectrum.get_spectrum()  # photons per cm2 and keV
    scale = air_kerma / (1e-6 * spectrum.get_kerma())
    photons = 1e4 * BIN * scale * fluence
    return Beam(energy, photons, _absorbed(energy, scintillator), air_kerma)


def monochromatic(energy: float, air_kerma: float, scintillator: float) -> Beam:
    """Return a beam of one photon `energy` (keV); the other parameters as of `tube`."""
    one = np.array([energy])
    return Beam(one, air_kerma / kerma_per_photon(one), _absorbed(one, scintillator), air_kerma)


def kerma_per_photon(energy: Array) -> Array:
    """Return the air kerma (Gy m2) of one photon per m2 at energies (e,), keV: E mu_en/rho."""
    curve = CubicSpline(*np.log(AIR_ABSORPTION).T)
    return JOULE_PER_KEV * energy * CM2_PER_G * np.exp(curve(np.log(energy)))


def _absorbed(energy: Array, scintillator: float) -> Array:
    return -np.expm1(-PACKING * scintillator * SCINTILLATOR.attenuation(energy))
