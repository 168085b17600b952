"""Designs over the unit cube: which points are looked at, before any distribution."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, qmc

type Array = NDArray[np.float64]

LEVELS = 4  # of a Morris design, with which SALib takes steps of 2/3


def latin_hypercube(samples: int, inputs: int, seed: int) -> Array:
    """Return a Latin hypercube (samples, inputs): every input once in each of `samples` shares."""
    return qmc.LatinHypercube(inputs, rng=seed).random(samples)


def sobol(samples: int, inputs: int, seed: int) -> Array:
    """Return the first points of a scrambled Sobol sequence (samples, inputs).

    Its balance holds for powers of two (Owen 2022, arXiv:2008.08051).

    Raises
    ------
    ValueError
        If `samples` is no power of two.
    """
    if samples < 1 or samples & (samples - 1):
        raise ValueError(f"a power of two is needed, e.g. {2 ** max(samples - 1, 0).bit_length()}")
    return qmc.Sobol(inputs, rng=seed).random(samples)


def morris(samples: int, inputs: int, seed: int) -> Array:
    """Return `samples` trajectories of Morris (1991), (samples (inputs + 1), inputs).

    Each changes one input after the other by 2/3 of the cube's side.
    """
    from SALib.sample.morris import sample  # here: half a second to import

    return sample(_cube(inputs), samples, num_levels=LEVELS, seed=seed)


def saltelli(samples: int, inputs: int, seed: int) -> Array:
    """Return the radial design of Saltelli et al. (2010), (samples (inputs + 2), inputs).

    A block of rows for each of `samples` base points: A, then A with one column after the other
    from B, then B. A and B are one scrambled Sobol sequence.

    Raises
    ------
    ValueError
        If `samples` is no power of two.
    """
    from SALib.sample.sobol import sample

    if samples < 1 or samples & (samples - 1):
        raise ValueError(f"a power of two is needed, e.g. {2 ** max(samples - 1, 0).bit_length()}")
    return sample(_cube(inputs), samples, calc_second_order=False, seed=seed)


DESIGNS: dict[str, Callable[[int, int, int], Array]] = {
    "latin_hypercube": latin_hypercube,
    "sobol": sobol,
    "morris": morris,
    "saltelli": saltelli,
}


def runs(method: str, samples: int, inputs: int) -> int:
    """Return how many points a design has."""
    return samples * {"morris": inputs + 1, "saltelli": inputs + 2}.get(method, 1)


def correlated(cube: Array, spearman: Array) -> Array:
    """Give independent columns of a design a rank correlation, by a Gaussian copula.

    Parameters
    ----------
    cube : array (points, inputs)
        Independent, uniform on the open unit cube.
    spearman : array (inputs, inputs)
        Rank correlations wanted; 1 on the diagonal.

    Returns
    -------
    array (points, inputs)
        Uniform in every column. The first input of a correlated set keeps its values exactly; the
        others lose the even spacing of a Latin hypercube.

    Raises
    ------
    ValueError
        If no joint distribution has these correlations.

    Notes
    -----
    The normal scores correlate by r = 2 sin(pi rho / 6) (Kruskal 1958, J. Am. Stat. Assoc. 53:814).
    """
    scores = 2.0 * np.sin(np.pi * spearman / 6.0)
    try:
        factor = np.linalg.cholesky(scores)
    except np.linalg.LinAlgError as error:
        raise ValueError("no joint distribution has all these correlations") from error
    return norm.cdf(norm.ppf(cube) @ factor.T)


def _cube(inputs: int) -> dict[str, object]:
    """Describe the unit cube to SALib."""
    return {
        "num_vars": inputs,
        "names": [str(number) for number in range(inputs)],
        "bounds": [[0.0, 1.0]] * inputs,
    }
