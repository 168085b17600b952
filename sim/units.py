"""Text with units to SI numbers; the only place where pint is used.

The registry is a small one of its own: the units of this field and nothing else, with the angle as
a dimension. In pint's default registry ``"2 Hz"`` passes as 2 rad/s and ``"11"`` as 11 rad.
"""

from __future__ import annotations

import functools
import math
import re

import pint

_DEFINITIONS = """
nano- = 1e-9 = n-
micro- = 1e-6 = µ- = μ- = u-
milli- = 1e-3 = m-
centi- = 1e-2 = c-
kilo- = 1e3 = k-
mega- = 1e6 = M-
giga- = 1e9 = G-
meter = [length] = m = metre
inch = 0.0254 * meter = in
second = [time] = s
minute = 60 * second = min
hour = 60 * minute = h
day = 24 * hour = d
week = 7 * day
gram = [mass] = g
mole = [substance] = mol
kelvin = [temperature] = K
degree_Celsius = kelvin; offset: 273.15 = degC = degreeC
newton = kilogram * meter / second ** 2 = N
pascal = newton / meter ** 2 = Pa
bar = 1e5 * pascal
joule = newton * meter = J
liter = 1e-3 * meter ** 3 = L = l = litre
poise = 0.1 * pascal * second = P
radian = [angle] = rad
degree = 0.017453292519943295 * radian = deg
revolution = 6.283185307179586 * radian = rev = turn
revolution_per_minute = revolution / minute = rpm
hertz = 1 / second = Hz
percent = 0.01 = pct
byte = [information] = B
""".strip().splitlines()

CONVERSION_ERROR = 1e-15  # relative

_UNIT = r"(?:[A-Za-zµμ]+|[%°])(?:(?:\*\*|\^)-?\d(?:\.\d)?|[²³])?"
_QUANTITY = re.compile(
    r"\s*(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    rf"\s*(?P<unit>(?:1\s*/\s*)?{_UNIT}(?:(?:\s*[*/·]\s*|\s+){_UNIT})*)?\s*"
)


@functools.cache
def registry() -> pint.UnitRegistry:
    """Return the registry of units that a configuration may use."""
    units = pint.UnitRegistry(None)
    units.load_definitions(_DEFINITIONS)
    units.preprocessors += [lambda text: text.replace("%", "percent").replace("°", "degree")]
    return units


@functools.lru_cache(maxsize=4096)
def to_si(text: str, unit: str) -> float:
    """Convert a number with a unit, e.g. ``"12.7 mm"``, to a float in `unit`.

    Parameters
    ----------
    text : str
        ``<number> <unit>``; no arithmetic. A plain number or a percentage if `unit` is ``""``.
    unit : str
        The unit wanted, e.g. ``"m"``; ``""`` for a dimensionless value.

    Raises
    ------
    ValueError
        If `text` is no number, not finite, has no unit where one is needed, an unknown one, or one
        of another dimension. The message says which.
    """
    match = _QUANTITY.fullmatch(str(text).replace("\N{MINUS SIGN}", "-"))
    if match is None or not math.isfinite(float(match["number"])):
        raise ValueError("it is not a finite number" + (" followed by a unit" if unit else ""))
    if unit and not match["unit"]:
        raise ValueError("the unit is missing")
    try:
        given = registry().parse_units((match["unit"] or "").replace("·", "*"))
        return _snapped(registry().Quantity(float(match["number"]), given).m_as(unit))
    except pint.DimensionalityError as error:
        raise ValueError(f"{match['unit']!r} measures something else") from error
    except pint.UndefinedUnitError as error:
        raise ValueError(f"{match['unit']!r} is not a known unit") from error


def _snapped(number: float) -> float:
    """Return the number of 12 digits that a conversion's rounding error missed, if there is one.

    1.7 mm comes out as 0.0016999999999999997 m, 0.17 cm as 0.0017 m.
    """
    short = float(f"{number:.12g}")
    return short if math.isclose(short, number, rel_tol=CONVERSION_ERROR) else float(number)
