"""One record's part of the picture: painted tissue, outlines, needle, threshold, probe, texts.

What is painted is not shaded, so that a colour means the same value everywhere; the needle is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import fill

import numpy as np
import pyvista as pv
from vtkmodules.vtkRenderingCore import (
    vtkActor2D,
    vtkBillboardTextActor3D,
    vtkCamera,
    vtkPolyDataMapper2D,
    vtkRenderer,
    vtkTextActor,
    vtkTextProperty,
)

from sim.figures.scale import NICE, SHORTEST, ColourScale
from sim.figures.style import DARK, THRESHOLD
from sim.outcome import Array
from sim.viewer.needle import Tube
from sim.viewer.surfaces import Surface

STEEL, OPENING, GONE, MARK = "#aeb6c0", "#56b4e9", "#f0f0f0", "#e69f00"
BACKGROUND = "#e9ecef"  # so that tissue without drug, which is white, is seen
EDGE = 14  # pixels from a panel's border to its texts
LETTER = 10  # pixels, more than a message's letter is wide
SHADES = 256
VALUE = "value"


@dataclass(frozen=True)
class Labels:
    """Texts of a panel."""

    title: str
    colour: str  # of the title, the needle's
    places: Sequence[tuple[str, tuple[float, float, float]]] = ()  # names of parts and where (mm)


class Panel:
    """The renderer of one record, and what in it changes."""

    def __init__(
        self,
        camera: vtkCamera,
        surface: Surface | None,
        needle: Tube | None,
        labels: Labels,
    ) -> None:
        self.renderer = vtkRenderer()
        self.renderer.SetBackground(pv.Color(BACKGROUND).float_rgb)
        self.renderer.SetActiveCamera(camera)
        self.renderer.UseFXAAOn()
        self.surface = surface
        self._actors: dict[str, pv.Actor] = {}
        self._title = self._text(labels.title, 18, labels.colour, bold=True)
        self._below = self._text("", 14, DARK)
        self._message, self._said = self._text("", 16, DARK), ""
        self._message.GetTextProperty().SetJustificationToCentered()
        self._length, self._length_text = vtkActor2D(), self._text("", 13, DARK)
        self._length.SetMapper(vtkPolyDataMapper2D())
        self._length.GetProperty().SetColor(pv.Color(DARK).float_rgb)
        self._length.GetProperty().SetLineWidth(3.0)
        self.renderer.AddViewProp(self._length)
        if surface is not None:
            self._mesh = _polydata(surface.points, surface.triangles)
            self._paint_actor(surface)
            for text, place in labels.places:
                self._name(text, place)
        if needle is not None:
            self._needle(needle)

    def paint(self, values: Array, *, on_cells: bool, scale: ColourScale) -> None:
        """Colour the surface by values of the record's nodes (n,) or cells (m,)."""
        mapper = self._actors["painted"].mapper
        if on_cells:
            self._mesh.cell_data[VALUE] = values[self.surface.cells]
        else:
            self._mesh.point_data[VALUE] = self.surface.of_nodes(values)
        data = self._mesh.cell_data if on_cells else self._mesh.point_data
        data.active_scalars_name = VALUE
        mapper.scalar_map_mode = "cell" if on_cells else "point"
        mapper.interpolate_before_map = not on_cells
        mapper.lookup_table = look_up(scale)
        mapper.scalar_visibility = True
        mapper.SetUseLookupTableScalarRange(True)

    def say(self, below: str, message: str = "") -> None:
        """Write under the title, and why there are no values, which are then not painted."""
        self._below.SetInput(below)
        self._said = message
        if message and self.surface is not None:
            self._actors["painted"].mapper.scalar_visibility = False
            self._mesh.clear_data()

    def draw_threshold(self, level: float | None) -> None:
        """Draw the line where the painted node values are `level`; None: no line."""
        self._remove("threshold")
        if level is None or VALUE not in self._mesh.point_data:
            return
        ends = self.surface.line_at(np.asarray(self._mesh.point_data[VALUE]), level).reshape(-1, 3)
        if len(ends):
            lines = pv.line_segments_from_points(ends).clean().strip(join=True)
            _in_front(self._add("threshold", lines, THRESHOLD, width=2.5), 2.0)

    def show_needle(self, shown: bool) -> None:
        """Show the needle or the hole it left."""
        for name in ("steel", "opening"):
            if name in self._actors:
                self._actors[name].visibility = shown

    def nearest(self, point: Array) -> tuple[int, Array] | None:
        """Return the surface's triangle nearest to a point (3,), and the point on it."""
        if self.surface is None:
            return None
        triangle, on = self._mesh.find_closest_cell(point, return_closest_point=True)
        return int(triangle), np.asarray(on)

    def draw_probe(self, point: Array | None) -> None:
        """Mark a point (3,) of the world, mm."""
        self._remove("probe")
        if point is None:
            return
        actor = self._add("probe", pv.PolyData(point.reshape(1, 3)), MARK)
        actor.prop.point_size, actor.prop.render_points_as_spheres = 13.0, True
        _in_front(actor, 6.0)

    def place_texts(self, columns: int, rows: int) -> None:
        """Put texts and the bar of length where they belong in a panel of so many pixels."""
        self._title.SetPosition(EDGE, rows - EDGE - 18)
        self._below.SetPosition(EDGE, rows - EDGE - 42)
        self._message.SetInput(
            "\n".join(fill(line, columns // LETTER) for line in self._said.split("\n"))
        )
        self._message.SetPosition(0.5 * columns, 0.5 * rows)
        self._length.SetVisibility(self.surface is not None)
        if self.surface is None:
            return
        pixel = 2.0 * self.renderer.GetActiveCamera().GetParallelScale() / rows  # mm
        least = SHORTEST * columns * pixel
        decade = 10.0 ** np.floor(np.log10(least))
        length = next(decade * step for step in NICE if decade * step >= least)
        right = columns - EDGE
        ends = np.array([[right - length / pixel, EDGE + 20.0, 0.0], [right, EDGE + 20.0, 0.0]])
        self._length.GetMapper().SetInputData(pv.lines_from_points(ends))
        self._length_text.SetInput(f"{length:g} mm")
        self._length_text.GetTextProperty().SetJustificationToCentered()
        self._length_text.SetPosition(right - 0.5 * length / pixel, EDGE)

    def _paint_actor(self, surface: Surface) -> None:
        actor = self._add("painted", self._mesh, GONE)
        actor.prop.lighting = False
        actor.mapper.SetResolveCoincidentTopologyToPolygonOffset()
        actor.mapper.SetRelativeCoincidentTopologyPolygonOffsetParameters(2.0, 2.0)  # behind lines
        borders = surface.borders()
        if len(borders):
            lines = np.column_stack([np.full(len(borders), 2), borders])
            mesh = pv.PolyData(surface.points, lines=lines.ravel()).strip(join=True)
            _in_front(self._add("borders", mesh, DARK, width=1.6), 1.0)

    def _needle(self, needle: Tube) -> None:
        for name, colour, kept in (
            ("steel", STEEL, ~needle.opening),
            ("opening", OPENING, needle.opening),
        ):
            mesh = _polydata(needle.points, needle.triangles[kept])
            actor = self._add(name, mesh.compute_normals(split_vertices=True), colour)
            if name == "opening":  # liquid: flat, so that a stylet's void is no tip of steel
                actor.prop.lighting, actor.prop.opacity = False, 0.6
                continue
            actor.prop.interpolation, actor.prop.ambient = "phong", 0.35
            actor.prop.diffuse = 0.75

    def _add(self, name: str, mesh: pv.PolyData, colour: str, width: float = 1.0) -> pv.Actor:
        mapper = pv.DataSetMapper(mesh)
        mapper.scalar_visibility = False
        actor = pv.Actor(mapper=mapper)
        actor.prop.color, actor.prop.line_width = colour, width
        self._actors[name] = actor
        self.renderer.AddActor(actor)
        return actor

    def _remove(self, name: str) -> None:
        if name in self._actors:
            self.renderer.RemoveActor(self._actors.pop(name))

    def _text(self, text: str, size: int, colour: str, *, bold: bool = False) -> vtkTextActor:
        actor = vtkTextActor()
        actor.SetInput(text)
        _write(actor.GetTextProperty(), size, colour, bold=bold)
        self.renderer.AddViewProp(actor)
        return actor

    def _name(self, text: str, place: tuple[float, float, float]) -> None:
        actor = vtkBillboardTextActor3D()
        actor.SetInput(text)
        actor.SetPosition(place)
        _write(actor.GetTextProperty(), 13, DARK)
        self.renderer.AddViewProp(actor)


def look_up(scale: ColourScale) -> pv.LookupTable:
    """Return a scale of colours as VTK wants it."""
    below = "white" if scale.extend in ("min", "both") else None
    table = pv.LookupTable(scale.colours, n_values=SHADES, below_range_color=below)
    table.scalar_range = scale.low, scale.high
    table.log_scale = scale.kind == "log"
    return table


def _polydata(points: Array, triangles: np.ndarray) -> pv.PolyData:
    return pv.PolyData.from_regular_faces(points, triangles)


def _in_front(actor: pv.Actor, steps: float) -> None:
    """Draw what lies in a painted surface before it."""
    mapper = actor.mapper
    mapper.SetResolveCoincidentTopologyToPolygonOffset()
    mapper.SetRelativeCoincidentTopologyLineOffsetParameters(0.0, -66.0 * steps)
    mapper.SetRelativeCoincidentTopologyPointOffsetParameter(-66.0 * steps)


def _write(text: vtkTextProperty, size: int, colour: str, *, bold: bool = False) -> None:
    text.SetFontFamilyToArial()
    text.SetFontSize(size)
    text.SetBold(bold)
    text.SetColor(pv.Color(colour).float_rgb)
