"""A case on its mesh: the tissue's coefficients, the track's film, and what to read off a flow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from meshes.axisymmetric import BOUNDARIES, REGIONS, InjectionMesh, injection_mesh
from meshes.outline import Outline, needle_outline
from sim.case import Case, Mineral, SoftLayer
from sim.flow.darcy import Film, Flow, annular_film, unit_flow
from sim.materials.density import density_at, permeability_at, porosity_at
from sim.transport.species import Species
from sim.volumes.control_volume import ControlVolumes, control_volumes

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Domain:
    """Tissue and nodule around a needle; `outline` is None where no needle is drawn."""

    case: Case
    outline: Outline | None
    cv: ControlVolumes

    @classmethod
    def around(cls, case: Case, tip_depth: float) -> Domain:
        """Build the domain with the tip's point at `tip_depth` (m).

        A mouth less than a needle's radius below the skin's surface is open to the air: the needle
        is then left out, because nothing can be injected through it.
        """
        outline: Outline | None = needle_outline(case.needle, tip_depth)
        if outline.top_of_mouth > -0.5 * case.needle.outer_diameter:
            outline = None
        return cls(case, outline, _control_volumes(injection_mesh(case, outline)))

    @property
    def layers(self) -> dict[str, SoftLayer | Mineral]:
        """Material of each region."""
        tissue = self.case.tissue
        return {
            "skin": tissue.skin,
            "subcutis": tissue.subcutis,
            "nodule": self.case.nodule.mineral,
        }

    @cached_property
    def porosity(self) -> dict[str, float | Array]:
        """Porosity of each region; of each cell in the nodule."""
        own = {name: layer.porosity for name, layer in self.layers.items()}
        return own | {"nodule": porosity_at(self.layers["nodule"], self._density)}

    @cached_property
    def _density(self) -> Array:
        """Apparent density (kg/m3) the nodule's mineral would have in each cell."""
        r, z = self.cv.centres.T
        return density_at(self.case.nodule, r, -z)

    def pores(self) -> dict[str, Array]:
        """Pore volume (m3) of each node in each region."""
        return {name: self.cv.weighted_volume({name: x}) for name, x in self.porosity.items()}

    def film(self) -> Film:
        """Return the gap along the shaft."""
        return annular_film(
            self.cv, "film", self.case.injection.track_gap, self.case.drug.viscosity
        )

    def unit_flow(self, film: Film) -> Flow:
        """Return the flow at a cavity pressure of 1 Pa, open at the outer side and the track."""
        sink = self.cv.boundary("outer")
        if self.case.injection.track_gap > 0.0:
            on_film = self.cv.boundary("film")
            sink = np.append(sink, on_film[np.argmax(self.cv.points[on_film, 1])])
        permeability = {name: layer.permeability for name, layer in self.layers.items()}
        permeability["nodule"] = permeability_at(self.layers["nodule"], self._density)
        mobility = {name: k / self.case.drug.viscosity for name, k in permeability.items()}
        return unit_flow(self.cv, mobility, self.cv.boundary("mouth"), sink, film)

    def species(self, flow: Flow | None) -> Species:
        """Return the drug's transport coefficients with `flow`, or at rest."""
        cv, layers = self.cv, self.layers
        diffusivity = {
            name: self.porosity[name] * layer.diffusion_ratio * self.case.drug.diffusivity
            for name, layer in layers.items()
        }
        clearance = {name: self.porosity[name] * x.clearance_rate for name, x in layers.items()}
        return Species(
            edges=cv.edges,
            capacity=cv.weighted_volume(self.porosity),
            diffusion=np.maximum(cv.transmissibility(diffusivity), 0.0),
            clearance=cv.weighted_volume(clearance),
            absorbing=cv.boundary("outer"),
            edge_flow=np.zeros(len(cv.edges.tail)) if flow is None else flow.edge_flow,
            supply=np.zeros(cv.edges.nodes) if flow is None else flow.supply,
        )

    def backflow(self, flow: Flow, film: Film) -> float:
        """Flow (m3/s) up the track's film where it leaves the nodule.

        Taken on the film's last edge in the nodule, where it has converged at any mesh (just
        outside, fat drains the film within a fraction of a millimetre). With a mouth above the
        nodule it is the flow that enters the film at the mouth.
        """
        cv = self.cv
        tail, head = cv.edges.tail[film.edges], cv.edges.head[film.edges]
        (r_tail, z_tail), (r_head, z_head) = cv.points[tail].T, cv.points[head].T
        middle = 0.5 * (z_tail + z_head)
        upward = np.abs(z_head - z_tail) > np.abs(r_head - r_tail)  # not the cannula's end face
        inside = upward & (middle < self._nodule_exit())
        if inside.any():
            edge = int(np.argmax(np.where(inside, middle, -np.inf)))
        else:
            edge = int(np.argmin(np.where(upward, middle, np.inf)))
        return float(flow.film_flow[edge] * np.sign(z_head[edge] - z_tail[edge]))

    def mouth_in_nodule(self) -> bool:
        """Tell whether the middle of the mouth lies in the nodule."""
        nodule, height = self.case.nodule, self.outline.middle_of_mouth
        return abs(height + nodule.centre_depth) < 0.5 * nodule.height

    def _nodule_exit(self) -> float:
        """Height z (m) at which the shaft leaves the nodule."""
        nodule = self.case.nodule
        share = self.case.needle.outer_diameter / nodule.diameter
        return -nodule.centre_depth + 0.5 * nodule.height * math.sqrt(max(1.0 - share**2, 0.0))


@lru_cache(maxsize=4)
def _control_volumes(made: InjectionMesh) -> ControlVolumes:
    return control_volumes(made.mesh, made.cell_tags, made.facet_tags, REGIONS, BOUNDARIES)
