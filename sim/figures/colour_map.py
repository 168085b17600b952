"""A colour map whose equal steps look equal: a known map, re-spaced by its own colour differences.

Colour difference: Euclidean distance in CIELAB (CIE 1976) under D65, from sRGB by IEC 61966-2-1.
ColorBrewer's YlGnBu (Harrower and Brewer 2003) starts nearly white, so that nothing looks like
nothing, and goes by way of green to dark blue, which readers with a colour deficiency tell apart;
but as shipped its steps differ by a factor of 2.3.
"""

from __future__ import annotations

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import Colormap, ListedColormap
from numpy.typing import NDArray

Array = NDArray[np.float64]

TO_XYZ = np.array(  # linear sRGB to CIE XYZ
    [[0.4124564, 0.3575761, 0.1804375],
     [0.2126729, 0.7151522, 0.0721750],
     [0.0193339, 0.1191920, 0.9503041]]
)  # fmt: skip
WHITE = TO_XYZ.sum(axis=1)  # D65
SHADES, FINE = 256, 4096  # of the map, and of what it is picked from


def lab(rgb: Array) -> Array:
    """Return lightness, green-red and blue-yellow (n, 3) in CIELAB of sRGB (n, 3), 0 to 1."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    ratio = linear @ TO_XYZ.T / WHITE
    edge = 6.0 / 29.0
    root = np.where(ratio > edge**3, np.cbrt(ratio), ratio / (3.0 * edge**2) + 4.0 / 29.0)
    x, y, z = root.T
    return np.column_stack([116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)])


def evenly_spaced(name: str) -> Colormap:
    """Return the map of matplotlib `name`, re-spaced to equal colour differences.

    It is called "even " and the name.
    """
    colours = colormaps[name].resampled(FINE)(np.linspace(0.0, 1.0, FINE))[:, :3]
    steps = np.linalg.norm(np.diff(lab(colours), axis=0), axis=1)
    way = np.append(0.0, np.cumsum(steps))
    even = np.linspace(0.0, way[-1], SHADES)
    picked = np.column_stack([np.interp(even, way, channel) for channel in colours.T])
    return ListedColormap(picked, f"even {name}")
