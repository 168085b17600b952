"""Tissue and nodule around a needle: coefficients of flow and transport, and what to read off.

Nothing here knows whether the mesh is the half plane (r, z) or a solid: `sim.domain.axisymmetric`
and `sim.domain.solid` build a `Domain` from their control volumes, the mineral's density in each
cell, the wall of the needle's track and the needle's pose.

Coordinates are those of the mesh: (r, z) or (x, y, z), z upward, the skin's surface at z = 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.case import Case, Mineral, SoftLayer
from sim.domain.bore import Bore
from sim.domain.crushing import Crushing, crushed_density, crushed_permeability, crushing
from sim.flow.stage import Stage
from sim.geometry.pose import Pose
from sim.materials.density import permeability_at, porosity_at
from sim.mechanics.mineral.crushed_zone import CrushedZone
from sim.transport.species import Species
from sim.volumes.control_volume import ControlVolumes

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Wall:
    """The mesh edges that a film between steel and tissue follows.

    A gap h along edge e conducts ``shape[e] h^3 / (12 mu)``: `shape` is the gap's width across the
    edge over its length.
    """

    edges: Index  # (f,) indices into the mesh's edges
    shape: Array  # (f,)
    beside: Mapping[str, Array]  # per region: (f,) its share of what lies beside each edge


@dataclass(frozen=True, eq=False)
class Domain:
    """A case on its mesh; `pose` is None where no needle is drawn."""

    case: Case
    cv: ControlVolumes
    density: Array  # (c,) kg/m3, apparent, before the needle came; read in the nodule's cells alone
    wall: Wall
    pose: Pose | None
    bore: Bore | None = None  # the liquid in the needle's way; None: it is left out
    crushed: CrushedZone | None = None  # around the needle; None: the nodule was not entered

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
    def _crushing(self) -> Crushing:
        inside = np.flatnonzero(self.cv.cell_regions == self.cv.regions["nodule"])
        if self.crushed is None or self.pose is None:
            return Crushing(inside[:0], np.empty((0, 1)), np.empty((0, 1)))
        corners = self.cv.points[self.cv.cells[inside]]
        radius = 0.5 * self.case.needle.outer_diameter
        mineral, pose = self.case.nodule.mineral, self.pose
        return crushing(self.crushed, mineral, corners, inside, pose.tip, pose.axis, radius)

    @property
    def plastic_volume_strain(self) -> Array:
        """Mean plastic volume strain (c,) that the needle left in each cell; compaction < 0."""
        strain = np.zeros(len(self.cv.cells))
        strain[self._crushing.cells] = self._crushing.volume_strain.mean(axis=1)
        return strain

    @cached_property
    def packed_density(self) -> Array:
        """Apparent density (c,) of the mineral as the needle packed it (kg/m3)."""
        zone, mineral = self._crushing, self.case.nodule.mineral
        density = self.density.copy()
        before = density[zone.cells]
        density[zone.cells] = crushed_density(mineral, self.case.flow, before, zone)
        return density

    @cached_property
    def porosity(self) -> dict[str, float | Array]:
        """Porosity of each region; of each cell in the nodule."""
        own = {name: layer.porosity for name, layer in self.layers.items()}
        return own | {"nodule": porosity_at(self.layers["nodule"], self.packed_density)}

    @cached_property
    def permeability(self) -> dict[str, float | Array]:
        """Permeability (m2) of each region; of each cell in the nodule."""
        zone, mineral = self._crushing, self.case.nodule.mineral
        nodule = permeability_at(mineral, self.density)
        before = self.density[zone.cells]
        nodule[zone.cells] = crushed_permeability(mineral, self.case.flow, before, zone)
        own = {name: layer.permeability for name, layer in self.layers.items()}
        return own | {"nodule": nodule}

    @property
    def mobility(self) -> dict[str, float | Array]:
        """Permeability / viscosity (m2/(Pa s)) of each region; of each cell in the nodule."""
        return {name: k / self.case.drug.viscosity for name, k in self.permeability.items()}

    def pores(self, open_track: bool = False) -> dict[str, Array]:
        """Liquid (m3) of each node in the pores of each region, and in the ``bore``.

        With an open track the bore is all that the needle took up, else what the steel leaves.
        """
        own = {name: self.cv.weighted_volume({name: x}) for name, x in self.porosity.items()}
        return own if self.bore is None else own | {"bore": self.bore.volume(open_track)}

    def mineral(self) -> Array:
        """Mass of mineral (kg) of each node."""
        return self.cv.weighted_volume({"nodule": self.packed_density})

    @cached_property
    def mouth(self) -> Index:
        """Nodes where the liquid enters the tissue."""
        return self.cv.boundary("mouth")

    @cached_property
    def outlet(self) -> Index:
        """Nodes where the film meets the skin's surface."""
        return np.intersect1d(self.cv.boundary("film"), self.cv.boundary("skin_surface"))

    @cached_property
    def sink(self) -> Index:
        """Nodes at the air's pressure with an open track: outer side and the film's outlet."""
        return np.append(self.cv.boundary("outer"), self.outlet)

    @cached_property
    def wall_modulus(self) -> Array:
        """Shear modulus (Pa) of what lies beside each edge of the wall, (f,)."""
        mineral = self.case.nodule.mineral
        soft = {"skin": self.case.tissue.skin, "subcutis": self.case.tissue.subcutis}
        modulus = {name: layer.shear_modulus for name, layer in soft.items()}
        modulus["nodule"] = 0.5 * mineral.youngs_modulus / (1.0 + mineral.poisson_ratio)
        return self._beside_wall(modulus)

    @cached_property
    def wall_is_soft(self) -> NDArray[np.bool_]:
        """Tell for each edge of the wall whether skin or subcutis lies beside it, (f,)."""
        return self._beside_wall({"skin": 1.0, "subcutis": 1.0}) > 0.5

    def species(
        self,
        stage: Stage | None,
        diffusivity: float | None = None,
        open_track: bool = False,
    ) -> Species:
        """Return the transport coefficients of a solute during `stage`, or at rest.

        Parameters
        ----------
        stage : Stage or None
            What moves the liquid; None: nothing does.
        diffusivity : float, optional
            In free solution (m2/s); that of the drug if not given.
        open_track : bool
            The needle is out and its way is open: filled with liquid, and open on the skin.
        """
        cv, layers = self.cv, self.layers
        free = self.case.drug.diffusivity if diffusivity is None else diffusivity
        effective = {
            name: self.porosity[name] * layer.diffusion_ratio * free
            for name, layer in layers.items()
        }
        clearance = {name: self.porosity[name] * x.clearance_rate for name, x in layers.items()}
        capacity = cv.weighted_volume(self.porosity)
        diffusion = cv.conductances(effective)
        supply = np.zeros(cv.edges.nodes) if stage is None else stage.supply.copy()
        drawn_in = np.zeros_like(supply)  # where tissue that swells draws liquid from around it
        drawn_in[self.sink] = np.maximum(supply[self.sink], 0.0)
        if self.bore is not None:
            capacity += self.bore.volume(open_track)
            np.add.at(diffusion, self.bore.edges, free * self.bore.section(open_track))
            if open_track:
                supply[self.bore.outlet] -= free * self.bore.outlet_section
        return Species(
            edges=cv.edges,
            capacity=capacity,
            diffusion=diffusion,
            clearance=cv.weighted_volume(clearance),
            absorbing=cv.boundary("outer"),
            edge_flow=np.zeros(len(cv.edges.tail)) if stage is None else stage.edge_flow,
            supply=supply,
            swelling=0.0 if stage is None else stage.swelling,
            drawn_in=drawn_in,
        )

    def backflow(self, film_flow: Array) -> float:
        """Flow (m3/s) that leaves the nodule along the shaft, given that of the wall's edges (f,).

        Taken on the film's last edges in the nodule, where it has converged at any mesh (just
        outside, fat drains the film within a fraction of a millimetre). Where none of the film
        lies in the nodule it is the flow that enters the film at the mouth.
        """
        edges, whole = self.cv.edges, sum(self.cv.volumes.values())
        inside = self.cv.volumes["nodule"] >= (1.0 - 1e-9) * whole
        film = np.isin(np.arange(edges.nodes), self.cv.boundary("film"))
        if edges.largest((inside & film).astype(float)) < 1.0:
            inside[self.mouth] = True
        tail, head = edges.tail[self.wall.edges], edges.head[self.wall.edges]
        outward = np.maximum(film_flow * (inside[tail].astype(float) - inside[head]), 0.0)
        leaving = np.bincount(np.where(inside[tail], tail, head), outward, edges.nodes)
        return edges.total(leaving)

    def mouth_in_nodule(self) -> bool:
        """Tell whether at least half of the mouth lies in the nodule."""
        return self.mouth_share() >= 0.5

    def mouth_share(self) -> float:
        """Share of the volume of the mouth's nodes that is the nodule's."""
        total = self.cv.edges.total
        nodule = total(self.cv.volumes["nodule"], self.mouth)
        return nodule / total(sum(self.cv.volumes.values()), self.mouth)

    def _beside_wall(self, by_region: Mapping[str, float]) -> Array:
        """Mean of a value over what lies beside each edge of the wall, (f,)."""
        return sum(value * self.wall.beside[name] for name, value in by_region.items())
