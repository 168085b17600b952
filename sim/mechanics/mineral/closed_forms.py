"""Closed forms of elastoplasticity that the finite element parts are held against."""

from __future__ import annotations

import math

from sim.mechanics.mineral.foam import Foam


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
    return law.strength * law.hardening.largest * math.sqrt(g * (4.0 / 9.0 + 1.0 / law.shape**2))


def cone_factor_teh_houlsby(
    rigidity: float,
    face_roughness: float = 0.0,
    shaft_roughness: float = 0.0,
    anisotropy: float = 0.0,
) -> float:
    """Net axial pressure / s_u on a 60 degree cone in an incompressible clay.

    Teh & Houlsby 1991, Geotechnique 41:17: fit of strain path and finite element results in a von
    Mises clay. Its first factor is the limit of a spherical cavity, 4/3 s_u (1 + ln Ir), which
    takes s_u for half the uniaxial strength.

    Parameters
    ----------
    rigidity : float
        Ir = shear modulus / s_u.
    face_roughness, shaft_roughness : float
        Shear stress on the cone's face and on the shaft / s_u, 0 (smooth) to 1.
    anisotropy : float
        Delta = (vertical - horizontal stress in situ) / (2 s_u).
    """
    cavity = 4.0 / 3.0 * (1.0 + math.log(rigidity))
    return (
        cavity * (1.25 + rigidity / 2000.0)
        + 2.4 * face_roughness
        - 0.2 * shaft_roughness
        - 1.8 * anisotropy
    )


def cone_factor_lu(rigidity: float, face_roughness: float = 0.0, anisotropy: float = 0.0) -> float:
    """Net axial pressure / s_u on a 60 degree cone in an incompressible clay, as above.

    Lu, Randolph, Hu & Bugarski 2004, Geotechnique 54:265: fit of finite element results with
    remeshing in a Tresca clay, whose s_u is the same in every direction of loading.
    """
    return 3.4 + 1.6 * math.log(rigidity) + 1.3 * face_roughness - 1.9 * anisotropy
