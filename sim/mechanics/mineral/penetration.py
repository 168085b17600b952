"""A rigid cone with its shaft pressed into an elastoplastic half-space: press-replace.

Each step moves the tip down by one cell row (Engin 2012; Tehrani 2016): the cells the needle has
taken in are gone and the rest finds its equilibrium, then the face of the cone is pressed along its
normal by the travel of one row. The axial force is the mean of the reactions right after the
replacement and at the end of the press; the end alone is too high by half the step's elastic rise.

The grid travels with the needle, so that a step costs the same at any depth: a step moves the state
one row up, drops the top row and takes in a virgin one. The force with which the row that leaves
held the one below it goes on acting there, and so does its pressure on the shaft.

Simplifications: small strain, so the pressed material does not move along with the needle; above
the window the mineral's last pull and pressure stay; the far field is the elastic one of a
cylindrical cavity, the bottom is held; friction on the face lags one increment; the shaft is smooth
(its friction is left to statics).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import SolverError
from sim.mechanics.mineral.cone_contact import CONTACT_STIFFNESS, ConeContact, supports
from sim.mechanics.mineral.elastoplastic import State
from sim.mechanics.mineral.equilibrium import EquilibriumSolver
from sim.mechanics.mineral.ground import UNIFORM, Ground
from sim.mechanics.mineral.penetration_mesh import ConeGrid

Array = NDArray[np.float64]

MAX_CUTS = 3  # halvings of a press that finds no equilibrium


@dataclass(frozen=True)
class Reading:
    """Reactions of one step, in units of (stress of the law) x (needle radius)^2."""

    depth: float  # of the tip below the free surface, in needle radii
    cone_force: float  # axial, of the normal pressure
    friction_force: float  # axial, of the friction on the cone
    shaft_force: float  # radial, summed around and along the whole shaft


class Penetration:
    """A needle on its way down, one row of the grid per `advance`.

    Parameters
    ----------
    grid : ConeGrid
    solver : EquilibriumSolver
        Of the body on `grid`.
    start : float
        Depth of the tip, in virgin mineral; 0: on the free surface.
    ground : Ground
        Strength of the mineral along the path.
    friction : float
        Coulomb's coefficient on the face of the cone.

    Attributes
    ----------
    tip : float
        Depth of the tip below the free surface.
    state : State
    floor : array
        Radial displacement the shaft allows the wall's nodes, top first.
    tension : (m, 4) array
        Largest mean stress so far / strength of the place; 0 where there was no tension.
    """

    def __init__(
        self,
        grid: ConeGrid,
        solver: EquilibriumSolver,
        start: float,
        ground: Ground = UNIFORM,
        friction: float = 0.0,
    ) -> None:
        self.grid, self.ground, self.friction = grid, ground, friction
        self.solver, self.solid = solver, solver.solid
        self.tip, self.state = start, self.solid.unloaded()
        self.floor = np.zeros(len(grid.wall))
        self.tension = np.zeros_like(self.solid.weight)
        self._scale = self._strength(self.state.plastic_strain)
        self._left_behind = 0.0  # radial force on the shaft above the window
        self._drag = np.zeros_like(grid.points)  # friction's nodal forces
        self._released = self._pressed = np.zeros_like(grid.points)  # increments of the last step

    def advance(self) -> Reading:
        """Move the needle down by one row.

        Raises
        ------
        SolverError
            When the press was halved `MAX_CUTS` times in vain; the needle stays where it was.
        """
        before = self.tip, self.state, self.floor, self.tension
        pull = self._travel()
        shifted, contact = self.state, self._contact(pull)
        try:
            replaced = self._find(contact, 0.0, self._released)
            self._released, start = self.state.u - shifted.u, self.state
            pressed = self._press(contact)
            self._pressed = self.state.u - start.u
        except SolverError as error:
            self.tip, self.state, self.floor, self.tension = before
            angle = math.degrees(self.grid.half_angle)
            raise SolverError(
                f"penetration of a {angle:.3g} degree cone stopped with the tip {self.tip:.3g} "
                f"radii deep (step of {self.grid.row_height:.3g} radii, halved up to {MAX_CUTS} "
                f"times): {error}"
            ) from error
        mean = self.state.stress[..., :3].mean(axis=-1)
        self.tension = np.where(self._depth() > 0.0, np.maximum(self.tension, mean), 0.0)
        cone, friction, shaft, top = 0.5 * (replaced + pressed)
        reading = Reading(self.tip, cone, friction, self._left_behind + shaft)
        self._left_behind += top
        return reading

    def plastic_strain(self) -> Array:
        """Plastic strain (m, 4, 4) at the Gauss points."""
        return self.solid.plastic_strain(self.state)

    def _travel(self) -> Array:
        """See all from a needle one row deeper; returns the pull (n, 2) of the row dropped."""
        grid, solid = self.grid, self.solid
        leaving = np.zeros_like(self._scale)
        leaving[grid.top_row] = self._scale[grid.top_row]
        pull = -(grid.shift_nodes @ solid.forces(self.state.stress, leaving))
        wall = self.state.u[:, 0].copy()
        wall[grid.wall] = self.floor
        self.floor = (grid.shift_nodes @ wall)[grid.wall]
        u, plastic = grid.shift_nodes @ self.state.u, grid.moved(self.plastic_strain())
        hardened = grid.moved(self.state.plastic_strain)
        self.state = State(u, (solid.strain(u) - plastic) @ solid.law.elasticity, hardened)
        self.tension = grid.moved(self.tension)
        self.tip += grid.row_height
        self._scale = self._strength(hardened)
        return pull

    def _strength(self, hardened: Array) -> Array:
        return self.ground.scale(self.solid.places[..., 0], self._depth(), hardened)

    def _depth(self) -> Array:
        """Depth (m, 4) of the Gauss points below the free surface."""
        return self.tip - self.solid.places[..., 1]

    def _contact(self, pull: Array) -> ConeContact:
        grid, law = self.grid, self.solid.law
        depth = self.tip - grid.points[:, 1]
        rigid = CONTACT_STIFFNESS * law.youngs_modulus
        solid = depth[grid.wall] > -1e-6  # no contact with what is not there
        return ConeContact(
            grid,
            rigid,
            np.where(solid, rigid, 0.0),
            self.state.u,
            self.floor,
            supports(grid, law, self.ground, depth),
            pull,
        )

    def _find(self, contact: ConeContact, advance: float, guess: Array) -> Array:
        """Equilibrium after the needle has gone `advance` further down; the reactions there."""
        springs, load = contact.at(advance), contact.pull + self._drag
        self.state = self.solver.solve(self.state, springs, self._scale, guess, load)
        reactions = contact.reactions(self.state.u, advance)
        friction = -self._drag[:, 1].sum()
        self._drag = self.friction * contact.drag(self.state.u, advance)
        return np.insert(reactions, 1, friction)

    def _press(self, contact: ConeContact) -> Array:
        """Press by one row; in 2, 4, ... parts where the whole finds no equilibrium."""
        start, cut = self.state, 0
        while True:
            try:
                for part in range(1, 2**cut + 1):
                    advance = self.grid.row_height * part / 2**cut
                    reactions = self._find(contact, advance, self._pressed / 2**cut)
                return reactions
            except SolverError:
                self.state, cut = start, cut + 1
                if cut > MAX_CUTS:
                    raise
