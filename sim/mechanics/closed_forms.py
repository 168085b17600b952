"""Closed forms of elastoplasticity that the finite element parts are held against."""

from __future__ import annotations

import math

from sim.mechanics.foam import Foam


def spherical_cavity(law: Foam, plastic_radius: float) -> tuple[float, float]:
    """Pressure and relative wall displacement of a spherical cavity in an infinite von Mises body.

    Hill 1950, The Mathematical Theory of Plasticity, ch. V: small strain, no hardening.

    Parameters
    ----------
    law : Foam
        With shape 0 and no hardening.
    plastic_radius : float
        Outer radius of the plastic zone / radius of the cavity, at least 1.

    Returns
    -------
    pressure : float
        In the unit of `law`.
    displacement : float
        Of the wall / radius of the cavity.
    """
    shell = 1.0 + 3.0 * math.log(plastic_radius)
    volumetric = 2.0 / 3.0 * (1.0 - 2.0 * law.poisson_ratio) * shell
    strain = law.strength / law.youngs_modulus
    displacement = strain * ((1.0 - law.poisson_ratio) * plastic_radius**3 - volumetric)
    return 2.0 / 3.0 * law.strength * shell, displacement


def cylindrical_cavity(law: Foam, plastic_radius: float) -> tuple[float, float]:
    """Pressure and relative wall displacement of a cylindrical cavity, plane strain, as above.

    Exact for an elastically incompressible body (Hill 1950), whatever `law` says.
    """
    shear = law.strength / math.sqrt(3.0)
    pressure = shear * (1.0 + 2.0 * math.log(plastic_radius))
    return pressure, shear * plastic_radius**2 / (2.0 * law.shear_modulus)


def crushing_bound(law: Foam) -> float:
    """Upper bound of the pressure that drives a smooth rigid face of any shape into a foam.

    Crushing in a layer on the face, uniaxial strain along its normal, is a kinematically
    admissible mechanism; its dissipation per volume is Y sqrt(g (4/9 + 1/alpha^2)),
    g = 1 + (alpha/3)^2, with Y at its largest. Without hardening it is the exact limit of a small
    strain theory when the layer is thin (limit theorem, Drucker, Prager & Greenberg 1952).
    """
    g = 1.0 + (law.shape / 3.0) ** 2
    hardened = law.strength
    if law.hardening > 0.0:
        hardened += law.hardening * law.densification_strain
    return hardened * math.sqrt(g * (4.0 / 9.0 + 1.0 / law.shape**2))


def cone_factor(rigidity: float) -> float:
    """Axial pressure / shear strength on a smooth 60 degree cone in an incompressible clay.

    Fit of finite element and strain path results by Teh & Houlsby 1991, Geotechnique 41:17, in an
    unstressed soil; `rigidity` is the shear modulus / shear strength.
    """
    return 4.0 / 3.0 * (1.0 + math.log(rigidity)) * (1.25 + rigidity / 2000.0)
