"""One picture of one or two records side by side: one camera, one scale of colours and of length.

It is rendered in memory, no display is needed. Parallel projection: lengths in the picture compare.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkRenderingCore import (
    vtkCamera,
    vtkCellPicker,
    vtkRenderWindow,
    vtkWindowToImageFilter,
)
from vtkmodules.vtkRenderingOpenGL2 import vtkEGLRenderWindow, vtkOSOpenGLRenderWindow

from sim.figures.offscreen import CannotRender
from sim.figures.scale import ColourScale
from sim.figures.style import DPI
from sim.outcome import Array
from sim.viewer.needle import Tube
from sim.viewer.panel import Labels, Panel
from sim.viewer.surfaces import Surface

type Picture = NDArray[np.uint8]  # (rows, columns, 3)

BAR = 70  # pixels of height under the panels, for the bar of colours
LEAST = 200  # pixels of a picture's sides
SPARE = 1.06  # room around what is shown
NEAREST, FURTHEST = 0.02, 5.0  # of the whole: how far one may zoom
ASIDE, HEIGHT = np.radians(25.0), np.radians(28.0)  # from which a block is seen first
STEEPEST = np.radians(88.0)
QUICK = 1  # of zlib's levels: a picture is sent to this machine


class Scene:
    """What is drawn, kept between pictures so that a time step paints values alone."""

    def __init__(self, size: tuple[int, int] = (1200, 640)) -> None:
        self._window = _window()
        self._camera = vtkCamera()
        self._camera.ParallelProjectionOn()
        self._legend: tuple[ColourScale, str] | None = None
        self._strip: tuple[object, Picture] | None = None
        self._whole = 10.0  # mm, half the height of what is shown
        self.panels: list[Panel] = []
        self.resize(*size)

    def resize(self, columns: int, rows: int) -> None:
        """Give the picture its size in pixels."""
        self._window.SetSize(max(columns, LEAST), max(rows, LEAST) - BAR)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows of the picture."""
        return self._window.GetSize()[0], self.rows + BAR

    @property
    def rows(self) -> int:
        """Rows of the panels, without the bar of colours."""
        return self._window.GetSize()[1]

    def arrange(
        self,
        surfaces: Sequence[Surface | None],
        needles: Sequence[Tube | None],
        labels: Sequence[Labels],
    ) -> None:
        """Make a panel of each record, from left to right."""
        for panel in self.panels:
            self._window.RemoveRenderer(panel.renderer)
        self.panels = [
            Panel(self._camera, *parts) for parts in zip(surfaces, needles, labels, strict=True)
        ]
        for n, panel in enumerate(self.panels):
            panel.renderer.SetViewport(n / len(self.panels), 0, (n + 1) / len(self.panels), 1)
            self._window.AddRenderer(panel.renderer)

    def look(self, centre: Array, size: tuple[float, float], *, from_aside: bool) -> None:
        """Put the camera before a centre (3,), so that `size` (mm, width and height) fits."""
        columns, rows = self._window.GetSize()
        aspect = columns / len(self.panels or "1") / rows
        across, up = size
        if from_aside:
            up += across * np.sin(HEIGHT)
        self._whole = 0.5 * SPARE * max(up, across / aspect)
        camera = self._camera
        camera.SetFocalPoint(*centre)
        camera.SetPosition(centre[0], centre[1], centre[2] + 10.0 * self._whole)
        camera.SetViewUp(0.0, 1.0, 0.0)
        camera.SetParallelScale(self._whole)
        if from_aside:
            self.turn(ASIDE / np.pi, -HEIGHT / np.pi)

    def pan(self, right: float, up: float) -> None:
        """Move what is seen, by shares of a panel's height."""
        camera = self._camera
        over = np.array(camera.GetViewTransformMatrix().GetData()[4:7])
        along = np.array(camera.GetViewTransformMatrix().GetData()[0:3])
        way = -2.0 * camera.GetParallelScale() * (right * along + up * over)
        camera.SetFocalPoint(*(camera.GetFocalPoint() + way))
        camera.SetPosition(*(camera.GetPosition() + way))

    def turn(self, right: float, up: float) -> None:
        """Turn what is seen about the vertical and towards the viewer, half a turn a height."""
        camera = self._camera
        focus = np.array(camera.GetFocalPoint())
        x, y, z = camera.GetPosition() - focus
        far = np.sqrt(x * x + y * y + z * z)
        round_, above = np.arctan2(x, z) - np.pi * right, np.arcsin(y / far) - np.pi * up
        above = np.clip(above, -STEEPEST, STEEPEST)
        way = np.array(
            [np.cos(above) * np.sin(round_), np.sin(above), np.cos(above) * np.cos(round_)]
        )
        camera.SetPosition(*(focus + far * way))
        camera.SetViewUp(0.0, 1.0, 0.0)

    def zoom(self, factor: float) -> None:
        """Enlarge what is seen."""
        scale = self._camera.GetParallelScale() / factor
        self._camera.SetParallelScale(
            min(max(scale, NEAREST * self._whole), FURTHEST * self._whole)
        )

    def clear_legend(self) -> None:
        """Draw no bar of colours: nothing is painted."""
        self._legend = None

    def paint(
        self, values: Sequence[Array | None], *, on_cells: bool, scale: ColourScale, legend: str
    ) -> None:
        """Colour each record's surface by values of its nodes or cells; None: it has none."""
        self._legend = scale, legend
        for panel, own in zip(self.panels, values, strict=True):
            if panel.surface is not None and own is not None:
                panel.paint(own, on_cells=on_cells, scale=scale)

    def pick(self, x: float, y: float) -> Array | None:
        """Return the point (3,) of a surface under a point of the picture (shares, y downwards)."""
        columns, rows = self._window.GetSize()
        over = self.panels[min(int(x * len(self.panels)), len(self.panels) - 1)]
        picker = vtkCellPicker()
        picker.SetTolerance(0.0)
        height = rows - y * (rows + BAR)
        if not picker.Pick(x * columns, height, 0.0, over.renderer):
            return None
        return np.array(picker.GetPickPosition())

    def picture(self) -> Picture:
        """Render everything as it is now."""
        columns, rows = self._window.GetSize()
        for panel in self.panels:
            panel.place_texts(columns // len(self.panels), rows)
            panel.renderer.ResetCameraClippingRange()
        self._window.Render()
        grabbed = vtkWindowToImageFilter()
        grabbed.SetInput(self._window)
        grabbed.ReadFrontBufferOff()
        grabbed.ShouldRerenderOff()
        grabbed.Update()
        flat = vtk_to_numpy(grabbed.GetOutput().GetPointData().GetScalars())
        above = flat.reshape(rows, columns, 3)[::-1]
        if len(self.panels) > 1:
            above = above.copy()
            above[:, columns // 2] = 204
        return np.vstack([above, self._bar(columns)])

    def png(self) -> bytes:
        """Return the picture as a PNG file."""
        content = io.BytesIO()
        Image.fromarray(self.picture()).save(content, "PNG", compress_level=QUICK)
        return content.getvalue()

    def _bar(self, columns: int) -> Picture:
        """Return the bar of colours with its unit; it is drawn anew when it changes."""
        if self._legend is None:
            return np.full((BAR, columns, 3), 255, dtype=np.uint8)
        key = (*self._legend, columns)
        if self._strip is None or self._strip[0] != key:
            self._strip = key, colour_bar(*self._legend, columns)
        return self._strip[1]


def colour_bar(scale: ColourScale, text: str, columns: int) -> Picture:
    """Return a horizontal bar of colours of `BAR` rows."""
    with mpl.rc_context(
        {
            "figure.constrained_layout.use": False,
            "font.size": 6.0,
            "axes.labelsize": 6.5,
            "axes.linewidth": 0.5,
        }
    ):
        figure = Figure(figsize=(columns / DPI, BAR / DPI), dpi=DPI)
        canvas = FigureCanvasAgg(figure)
        inches = min(5.0, 0.8 * columns / DPI)
        share = inches * DPI / columns
        ax = figure.add_axes((0.5 * (1.0 - share), 0.66, share, 0.18))
        bar = figure.colorbar(
            ScalarMappable(scale.norm, scale.colours),
            cax=ax,
            orientation="horizontal",
            extend=scale.extend,
        )
        bar.ax.xaxis.set_major_formatter("{x:g}")
        bar.ax.tick_params(length=2.0, pad=1.0)
        bar.set_label(text, labelpad=1.0)
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def _window() -> vtkRenderWindow:
    """Return a window in memory, Mesa's in software first: it needs no driver and no permission."""
    for kind in (vtkOSOpenGLRenderWindow, vtkEGLRenderWindow):
        window = kind()
        if window.SupportsOpenGL():
            window.SetOffScreenRendering(True)
            window.SetMultiSamples(0)
            return window
    raise CannotRender("nothing can be rendered here: no working OpenGL (install libosmesa6)")
