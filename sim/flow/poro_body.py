"""A patient's tissue as a poroelastic body: its supports, and how it conducts when it is strained.

Fascia fixed; the outer side drained and held against moving outwards; the skin's surface free and
sealed; the mouth's wall bears the liquid's pressure. Steel holds the tissue that touches it: it is
pressed on the shaft by what the insertion left, and the gap that liquid opens along the shaft is
the film's own law, so that its width is not counted twice.

Skin and fat conduct by ``k = k0 exp(M e)``, e the volume strain, at most `OPENED` (fat during
injections has 1e-11 to 1e-10 m2, Thomsen et al. 2014), and where they are compressed no better than
their pores do that are left, ``k0 (1 + e / porosity)^3`` (Kozeny and Carman); the mineral by its
pores and cracks.
Strains are small by assumption: where the pressure exceeds the stiffness of fat the displacements
are an extrapolation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.domain.domain import Domain
from sim.flow.biot import Biot, PoreState
from sim.flow.film import film_along
from sim.flow.fracture import Brittle, Cracks
from sim.materials.density import strength_ratio

Array = NDArray[np.float64]

SUPPORTS = {"axis": (0,), "fascia": (0, 1), "outer": (0,), "film": (0, 1), "tip": (0, 1)}
OPENED = 1e-10  # m2, most that skin or fat conduct
CLOSING = 1e-3  # share of its pores with which a cell conducts at least
CLOSED = 1e-40  # m3/(s Pa), stands for 0 in a logarithm
OPEN_CAVITY = 1e5  # conductance along the mouth / largest one from the mouth into the tissue


@dataclass(frozen=True, eq=False)
class Condition:
    """What a state makes of the tissue: how it conducts, and how far it has cracked."""

    permeability: Array  # (c,) m2
    film: Array  # (f,) m3/(s Pa), conductance of the edges along the shaft
    cracks: Cracks

    @property
    def logarithms(self) -> Array:
        """Return all conductances as logarithms, (c + f,)."""
        return np.log(np.concatenate((self.permeability, np.maximum(self.film, CLOSED))))

    def moved(self, change: Array, cracks: Cracks) -> Condition:
        """Return the condition with its logarithms changed by `change`, and with `cracks`."""
        permeability, film = np.split(np.exp(self.logarithms + change), [len(self.permeability)])
        return Condition(permeability, np.where(film > CLOSED, film, 0.0), cracks)


class PorousBody:
    """The domain's poroelastic model; ``close`` it after use."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        cv, case = domain.cv, domain.case
        mineral, layers = case.nodule.mineral, domain.layers
        young = {name: x.youngs_modulus for name, x in layers.items()}
        young["nodule"] = mineral.youngs_modulus * strength_ratio(mineral, domain.density)
        poisson = {name: x.poisson_ratio for name, x in layers.items()}
        self.biot = Biot(cv, young, poisson, SUPPORTS, domain.sink, walls=("mouth",))
        self._film = film_along(domain)
        self._rest = cv.per_cell(domain.permeability)
        self._porosity = cv.per_cell(domain.porosity)
        self._soft = cv.cell_regions != cv.regions["nodule"]
        self._brittle = self._cracking() if case.flow.hydrofracture == "smeared" else None
        edges, (i, j) = cv.edges, np.sort(cv.facets["mouth"], axis=1).T
        keys = edges.tail * edges.nodes + edges.head
        self._along_mouth = np.searchsorted(keys, i * edges.nodes + j)
        mouth = domain.mouth
        self._at_mouth = np.isin(edges.tail, mouth) | np.isin(edges.head, mouth)
        self.pores = sum(domain.pores().values())  # (n,) m3, at rest
        if self._brittle is not None:  # closed cracks stay soft: there the strain tells nothing
            self.pores[cv.volumes["nodule"] > 0.0] = np.inf
        self._damage = np.zeros((len(cv.cells), 2))  # with which the stiffness was set
        (a, b), radius = cv.points[[i, j]], cv.points[[i, j], 0].mean(axis=0)
        area = radius * np.linalg.norm(a - b, axis=1)  # up to 2 pi
        self.share = np.bincount(i, area, edges.nodes) + np.bincount(j, area, edges.nodes)
        self.share /= self.share.sum()

    def _cracking(self) -> Brittle:
        cv, mineral = self.domain.cv, self.domain.case.nodule.mineral
        density = np.where(self._soft, mineral.density, self.domain.density)
        strength = mineral.tensile_strength * strength_ratio(mineral, density)
        solid = density / mineral.density
        corners = cv.points[cv.cells]
        (a, b), (c, d) = (corners[:, k].T - corners[:, 0].T for k in (1, 2))
        return Brittle.of(
            self.biot.youngs_modulus,
            self.biot.poisson_ratio,
            np.where(self._soft, np.inf, strength),
            mineral.fracture_toughness * solid**mineral.toughness_exponent,
            cv.centres[:, 0],
            0.5 * np.abs(a * d - b * c),
        )

    @property
    def at_rest(self) -> Condition:
        """The condition before the injection."""
        count = len(self._rest)
        intact = Cracks(np.zeros((count, 2)), np.zeros(count))
        return Condition(self._rest, self._film_conductance(self.biot.at_rest.pressure), intact)

    def condition(
        self, state: PoreState, before: Cracks, during: Cracks
    ) -> tuple[Condition, float]:
        """Return the condition in `state` and the widest crack's opening (m).

        Parameters
        ----------
        before, during : Cracks
            At the step's start, and those that gave the stiffness with which `state` was found.
        """
        strain = self.biot.strain(state)
        growth = self.domain.case.flow.permeability_exponent * strain[:, :3].sum(axis=1)
        most = np.log(np.maximum(OPENED / self._rest, 1.0))
        pores = np.maximum(1.0 + strain[:, :3].sum(axis=1) / self._porosity, CLOSING)
        growth = np.minimum(growth, 3.0 * np.log(pores))
        opened = self._rest * np.exp(np.minimum(growth, most))
        permeability = np.where(self._soft, opened, self._rest)
        cracks, opening = before, 0.0
        if self._brittle is not None:
            cracks = self._brittle.loaded(strain, before, during)
            openings = self._brittle.opening(strain, during)
            permeability = permeability + self._brittle.permeability(openings)
            opening = float(openings.max())
        film = self._film_conductance(state.pressure)
        return Condition(permeability, film, cracks), opening

    def _film_conductance(self, pressure: Array) -> Array:
        """Flow along each edge of the shaft / its pressure difference, (f,)."""
        film, edges = self._film, self.domain.cv.edges
        return film.secant(pressure[edges.tail[film.edges]], pressure[edges.head[film.edges]])

    def take(self, condition: Condition) -> Array:
        """Soften the body to `condition`; return the edges' conductances (m,), m3/(s Pa)."""
        if self._brittle is not None:
            damage = self._brittle.damage(condition.cracks.history)
            if not np.array_equal(damage, self._damage):
                self.biot.stiffen(self._brittle.stiffness(condition.cracks))
                self._damage = damage
        cv, viscosity = self.domain.cv, self.domain.case.drug.viscosity
        mobility = dict.fromkeys(cv.regions, condition.permeability / viscosity)
        conductance = cv.conductances(mobility)
        np.add.at(conductance, self._film.edges, condition.film)
        conductance[self._along_mouth] += OPEN_CAVITY * conductance[self._at_mouth].max()
        return conductance

    def film_flow(self, condition: Condition, pressure: Array) -> Array:
        """Return the flow along each edge of the shaft (f,), m3/s from tail to head."""
        return condition.film * self.domain.cv.edges.difference(pressure)[self._film.edges]

    def close(self) -> None:
        """Free the solver."""
        self.biot.close()
