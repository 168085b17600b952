"""An infiltration alone: what its configuration becomes, and what is refused by which name."""

import math

import numpy as np
import pytest

from sim.config import compose, default_case
from sim.config.infiltration import to_infiltration
from sim.errors import ConfigError
from sim.geometry.shape import Ellipsoid
from sim.infiltration_alone import NeedleInPlace

SOLID = ("site.geometry=3d", "mesh=solid")


def asked(*overrides: str) -> NeedleInPlace:
    return to_infiltration(compose("infiltration", overrides))


def test_by_default_the_tip_is_at_the_centre_of_the_same_patient() -> None:
    given = asked()
    assert given.solid is None
    assert given.tip_depth == given.case.nodule.centre_depth
    assert given.case == default_case()


def test_place_and_nodule_in_space() -> None:
    given = asked(
        *SOLID, "site.tip_depth=6 mm", "site.offset_x=3 mm", "site.offset_y=-1 mm",
        "site.tilt=20 deg", "site.width=9 mm", "site.yaw=30 deg", "site.pitch=10 deg",
    )  # fmt: skip
    shape, pose = given.solid
    np.testing.assert_allclose(pose.tip, [3e-3, -1e-3, -6e-3])
    tilt = math.radians(20.0)
    np.testing.assert_allclose(pose.axis, [math.sin(tilt), 0.0, math.cos(tilt)])
    turned = Ellipsoid(given.case.nodule, 9e-3, math.radians(30.0), math.radians(10.0))
    np.testing.assert_allclose(shape.rotation, turned.rotation)
    np.testing.assert_allclose(shape.semi_axes, [7.5e-3, 4.5e-3, 5e-3])


def test_of_a_tilted_needle_the_length_in_the_tissue_counts() -> None:
    asked(*SOLID, "site.tilt=45 deg")
    with pytest.raises(ConfigError, match="along the needle"):
        asked(*SOLID, "site.tilt=60 deg")


@pytest.mark.parametrize(
    ("key", "overrides"),
    [
        ("site.geometry", ["site.geometry=2d"]),
        ("target_depth", ["target_depth=5 mm"]),
        ("site.tip_depth", ["site.tip_depth=1 mm"]),  # the mouth is open to the air
        ("site.tip_depth", ["site.tip_depth=13.4 mm"]),  # in the fascia
        ("site.tip_depth", ["site.tip_depth=12.9 mm"]),  # beyond the needle's reach
        ("site.tip_depth", [*SOLID, "site.tip_depth=0.6 mm", "site.tilt=70 deg"]),
        ("site.tilt", [*SOLID, "site.tilt=80 deg"]),
        ("site.tilt", ["site.tilt=20"]),  # no unit
        ("site.tilt", ["site.tilt=20 deg"]),  # r-z
        ("site.offset_x", ["site.offset_x=1 mm"]),
        ("site.yaw", ["site.yaw=10 deg"]),
        ("site.width", ["site.width=9 mm"]),
        ("site.offset_x", [*SOLID, "site.offset_x=29.9 mm"]),  # beside the tissue
        ("site.tilt", [*SOLID, "needle.length=95 mm", "site.tilt=75 deg", "site.tip_depth=9 mm"]),
        ("nodule.depth", [*SOLID, "nodule.depth=0.2 mm", "site.pitch=90 deg"]),
        ("site.width", [*SOLID, "site.width=49 mm", "mesh.domain_radius=25 mm"]),
        (
            "mesh.nodule_size",
            ["site.geometry=3d", "mesh=solid", "mesh.nodule_size=0.05 mm"],
        ),  # millions of nodes
        ("mesh", ["site.geometry=3d"]),  # one for r-z
        ("mesh", ["mesh=solid_coarse"]),  # one for 3-D
        ("flow.kind", [*SOLID, "flow=poroelastic"]),
        ("injection.volume", ["injection.volume=2 mL"]),  # rules of any case hold
    ],
)
def test_refused_by_name(key: str, overrides: list[str]) -> None:
    with pytest.raises(ConfigError) as refused:
        asked(*overrides)
    assert refused.value.key == key
