"""Meshes are made from shapes and places; what is made from meshes is not known to them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_meshes_know_nothing_of_what_is_made_from_them() -> None:
    program = (
        "import sys; import meshes.solid, meshes.image, meshes.axisymmetric, meshes.pushaway; "
        "print([n for n in sys.modules if n.startswith(('sim.domain', 'sim.volumes', 'sim.flow'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
