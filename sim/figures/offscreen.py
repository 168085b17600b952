"""VTK without a display: whether this machine can render, found out once and before it matters.

Where there is no X server, VTK takes EGL and then Mesa's software renderer (OSMesa). Without them,
or with a broken driver, rendering may end the process instead of raising: a process of its own
tries first (0.3 s), and what worked there is then asked for by its name.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys

import pyvista as pv

TRIAL = """
import vtkmodules.vtkRenderingOpenGL2
from vtkmodules.vtkRenderingCore import vtkRenderWindow
window = vtkRenderWindow()
window.SetOffScreenRendering(1)
window.SetShowWindow(False)
supported = window.SupportsOpenGL()
window.Initialize()
print(window.GetClassName() if supported else "")
"""
WINDOW = "VTK_DEFAULT_OPENGL_WINDOW"  # VTK's own variable for the kind of window it makes
PATIENCE = 60.0  # s


class CannotRender(RuntimeError):
    """This machine cannot draw in three dimensions; the message is one line."""


@functools.cache
def window_kind() -> str:
    """Return VTK's name of the window that it can render in here; "": in none."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", TRIAL],
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def check() -> None:
    """Have VTK take what works here.

    Raises
    ------
    CannotRender
        Where it finds no working OpenGL.
    """
    kind = window_kind()
    if not kind:
        raise CannotRender(
            "3-D pictures cannot be drawn here, there is no working OpenGL; install libegl1 or "
            "libosmesa6, everything else works without"
        )
    os.environ[WINDOW] = kind


def plotter(size: tuple[int, int], columns: int = 1) -> pv.Plotter:
    """Return an empty scene of `columns` panels side by side, `size` pixels (width, height) in all.

    Raises
    ------
    CannotRender
        See `check`.
    """
    check()
    return pv.Plotter(off_screen=True, window_size=size, shape=(1, columns), border=False)
