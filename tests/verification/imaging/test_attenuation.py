"""Attenuation, kerma and spectrum against published numbers."""

import numpy as np
import pytest

from sim.imaging.attenuation import FAT, STEEL, WATER, Material, compound
from sim.imaging.beam import kerma_per_photon, monochromatic, tube

BONE = Material(
    "cortical bone",
    {
        "H": 0.034, "C": 0.155, "N": 0.042, "O": 0.435, "Na": 0.001,
        "Mg": 0.002, "P": 0.103, "S": 0.003, "Ca": 0.225,
    },
    1920.0,
    "ICRU Report 44",
)  # fmt: skip
IRON = compound("iron", "Fe", 7874.0, "")

# keV: mu/rho in cm2/g with coherent scatter; Hubbell & Seltzer 1995, NIST tables 3 and 4
NIST = {
    WATER: {30: 0.3756, 60: 0.2059, 100: 0.1707},
    FAT: {30: 0.3063, 60: 0.1974, 100: 0.1688},
    BONE: {30: 1.331, 60: 0.3148, 100: 0.1855},
    IRON: {30: 8.176, 60: 1.205, 100: 0.3717},
}


@pytest.mark.parametrize("material", NIST, ids=lambda material: material.name)
def test_mass_attenuation_is_that_of_nist(check, material):
    for energy, published in NIST[material].items():
        found = 10.0 * float(material.mass_attenuation(np.array(float(energy))))
        error = abs(found / published - 1.0)
        check(f"mu/rho of {material.name}, {energy} keV, against NIST", error, "≤", 0.01)


def test_steel_is_about_iron(check):
    ratio = STEEL.mass_attenuation(np.array(60.0)) / IRON.mass_attenuation(np.array(60.0))
    check("mu/rho of steel against iron, 60 keV", abs(float(ratio) - 1.0), "≤", 0.05)


def test_kerma_of_a_spectrum(check):
    """The table of air's absorption against what the spectrum's own model takes for it."""
    for voltage in (50.0, 60.0, 120.0):
        beam = tube(voltage, 2.5e-3, 12.0, 1e-4, 5e-4)
        found = float(beam.fluence @ kerma_per_photon(beam.energy))
        error = abs(found / beam.air_kerma - 1.0)
        check(f"air kerma of a {voltage:g}-kV spectrum, by NIST's table", error, "≤", 0.02)


def test_effective_energy(check):
    one = monochromatic(40.0, 1e-4, 5e-4)
    check("effective energy of one energy", abs(one.effective_energy(0.04) - 40.0), "≤", 1e-9)
    beam = tube(60.0, 2.5e-3, 12.0, 1e-4, 5e-4)
    thin, thick = beam.effective_energy(0.0), beam.effective_energy(0.2)
    check("a 60-kV beam hardens: effective energy behind 200 mm - thin (keV)", thick - thin, "≥", 1)
    assert 28.0 < thin < thick < 60.0
