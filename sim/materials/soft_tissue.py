"""Skin and subcutis by body site.

Simplifications: two uniform, isotropic layers on a rigid fascia; muscle, vessels and the nodule's
fibrous capsule are left out. The mechanical properties do not change with the site.
"""

from __future__ import annotations

from sim.materials.value import Tree, Value

# J_IC / (mu R) between which a crack in front of a needle of radius R is tabulated and verified
TOUGHNESS_RANGE = {"planar": (0.3, 1e4), "ring": (0.05, 1e5)}

_FIT = "two-layer poroelastic fit of human arm skin in vivo, Lavigne 2024 (arXiv:2412.07374)"
_FRICTION = Value(
    "0.2",
    "siliconised steel on skin and fat; dry forces are 1.5-3 times lubricated, Schneider 1978",
    "M",
    "0.05",
    "0.3",
)
_DIFFUSION = Value("0.35", "porosity/tortuosity**2, assumption", "A", "0.2", "0.5")
_CLEARANCE = Value(
    "30 min", "assumption; depot loss of small solutes 10-60 min", "A", "10 min", "60 min"
)

SKIN = {
    "youngs_modulus": Value("684 kPa", _FIT, "M", "0.1 MPa", "2 MPa"),
    "poisson_ratio": Value("0.48", _FIT, "M"),
    "toughness": Value(
        "2.5 kJ/m**2",
        "human skin, Pereira 1997; the range is an assumption",
        "M",
        "1 kJ/m**2",
        "6 kJ/m**2",
    ),
    "shear_modulus": Value(
        "110 kPa", "Ogden fit of human skin, Shergold & Fleck 2005", "M", "50 kPa", "400 kPa"
    ),
    "ogden_exponent": Value("9", "human skin, Shergold & Fleck 2005; pig skin 12", "M", "6", "12"),
    "crack": Value("planar", "sharp tips cut skin in mode I, Shergold & Fleck 2004", "M"),
    "friction": _FRICTION,
    "porosity": Value("0.2", _FIT, "M"),
    "permeability": Value(
        "9.4e-15 m**2", f"{_FIT}; dermis 1e-18-1e-15, Swabb 1974", "M", "1e-18 m**2", "1e-14 m**2"
    ),
    "diffusion_ratio": _DIFFUSION,
    "clearance_half_life": _CLEARANCE,
}
SUBCUTIS = {
    "youngs_modulus": Value("47.8 kPa", _FIT, "M", "1 kPa", "100 kPa"),
    "poisson_ratio": Value("0.30", _FIT, "M"),
    "toughness": Value(
        "0.6 kJ/m**2",
        "assumption: human skin (Pereira 1997) times adipose/dermis in the trouser tear, 4.1/17 "
        "kJ/m2 (Comley & Fleck 2010, porcine)",
        "A",
        "0.15 kJ/m**2",
        "4.1 kJ/m**2",
    ),
    "shear_modulus": Value("18 kPa", f"E/2(1 + nu) of the {_FIT}", "L", "0.4 kPa", "40 kPa"),
    "ogden_exponent": Value(
        "2", "assumption: neo-Hookean; porcine fat stiffens far more at large strain", "A"
    ),
    "crack": Value(
        "planar",
        "assumption: sharp tip; a 45 degree cone makes a ring crack in fat, Comley & Fleck 2010",
        "A",
        "planar",
        "ring",
    ),
    "friction": _FRICTION,
    "porosity": Value("0.4", _FIT, "M"),
    "permeability": Value(
        "5.0e-13 m**2",
        f"{_FIT}; opened by an injection 1e-11-1e-10, Thomsen 2014",
        "M",
        "1e-13 m**2",
        "1e-10 m**2",
    ),
    "diffusion_ratio": _DIFFUSION,
    "clearance_half_life": _CLEARANCE,
}

_TEXTBOOK = "dermis 1-2 mm, hypodermis 3-20 mm"
_GIBNEY = "ultrasound of 388 adults, Gibney 2010"


def _site(name: str, skin: Value, subcutis: Value) -> Tree:
    return {
        "name": name,
        "skin": {"thickness": skin, **SKIN},
        "subcutis": {"thickness": subcutis, **SUBCUTIS},
    }


SITES: dict[str, Tree] = {
    "default": _site(
        "default",
        Value("1.5 mm", _TEXTBOOK, "H", "1 mm", "2 mm"),
        Value("12 mm", _TEXTBOOK, "M", "3 mm", "20 mm"),
    ),
    "arm": _site(
        "arm",
        Value("2.2 mm", _GIBNEY, "H", "1.6 mm", "2.8 mm"),
        Value("10.8 mm", _GIBNEY, "H", "5 mm", "20 mm"),
    ),
    "thigh": _site(
        "thigh",
        Value("1.9 mm", _GIBNEY, "H", "1.3 mm", "2.5 mm"),
        Value("10.4 mm", _GIBNEY, "H", "5 mm", "20 mm"),
    ),
    "abdomen": _site(
        "abdomen",
        Value("2.2 mm", _GIBNEY, "H", "1.6 mm", "2.8 mm"),
        Value("13.9 mm", _GIBNEY, "H", "5 mm", "25 mm"),
    ),
    "buttocks": _site(
        "buttocks",
        Value("2.4 mm", _GIBNEY, "H", "1.8 mm", "3.0 mm"),
        Value("15.4 mm", _GIBNEY, "H", "7 mm", "25 mm"),
    ),
    "finger": _site(
        "finger",
        Value("1.2 mm", "assumption: glabrous skin of the pulp", "A", "0.8 mm", "1.6 mm"),
        Value("5 mm", "assumption: pulp down to the bone", "A", "3 mm", "7 mm"),
    ),
}
