"""The configuration of an infiltration alone: a needle in a stated place, in r-z or in 3-D."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from omegaconf import DictConfig

from meshes.outline import needle_outline
from sim.case import Case
from sim.config.groups import GROUPS, leaves
from sim.config.infiltration_schema import InfiltrationConfig
from sim.config.limits import Limit
from sim.config.parse import case_from, quantity, read_texts
from sim.config.schema import TechniqueConfig, keys
from sim.config.store import plain
from sim.domain.solid import mouth_cover, whole_outline
from sim.errors import ConfigError
from sim.geometry.pose import Pose, tilted
from sim.geometry.shape import Ellipsoid, NoduleShape
from sim.images.config import read_image
from sim.infiltration_alone import NeedleInPlace

SITE = "site"
GEOMETRIES = ("rz", "3d")
MARGIN = 0.2e-3  # m, smallest layer of tissue that is meshed
MOST_NODES = 3e6
NODES_PER_CELL = 1.4  # nodes / (volume / element size cubed) of a mesh of tetrahedra, measured

_ANGLE = Limit("rad", "-180 deg", "180 deg")
_OFFSET = Limit("m", "-50 mm", "50 mm")
_LIMITS = {
    "tip_depth": Limit("m", "0.2 mm", "60 mm", null="the nodule's centre"),
    "offset_x": _OFFSET,
    "offset_y": _OFFSET,
    "tilt": Limit("rad", "0 deg", "75 deg", "flatter, the shaft would run along the skin"),
    "width": Limit("m", "1 mm", "50 mm", null="nodule.diameter"),
    "yaw": _ANGLE,
    "pitch": _ANGLE,
    "roll": _ANGLE,
}
HALF_PLANE_MESHES, SOLID_MESHES = ("coarse", "default", "fine"), ("solid", "solid_coarse")
_OFF_AXIS = ("offset_x", "offset_y", "tilt", "yaw", "pitch", "roll")
_BY_IMAGE = "the image says it: nodule.image.entry and .direction; leave this at its default"
_ON_AXIS = "in r-z the nodule is a body of revolution about the needle; or choose site.geometry=3d"

type Texts = Mapping[str, object]  # dotted key -> value as written


def to_infiltration(cfg: DictConfig) -> NeedleInPlace:
    """Check the configuration and convert it to SI.

    Raises
    ------
    ConfigError
        At the first key that is unknown, missing or not allowed.
    """
    given = read_texts(cfg, InfiltrationConfig)
    geometry = given["site.geometry"]
    if geometry not in GEOMETRIES:
        raise ConfigError("site.geometry", geometry, f"choose one of {', '.join(GEOMETRIES)}")
    if given["target_depth"] is not None:
        raise ConfigError("target_depth", given["target_depth"], "the tip is at site.tip_depth")
    image = read_image(given)
    if image is not None:
        given |= image[0]
    site = _site(given)
    case = _case(given, site)
    site.setdefault("tip_depth", case.target_depth)
    if geometry == "rz":
        return _axisymmetric(given, site, case, with_image=image is not None)
    if case.flow.kind == "poroelastic":
        raise ConfigError("flow.kind", given["flow.kind"], "in 3-D the tissue is rigid")
    if image is None:
        shape: NoduleShape = _ellipsoid(given, site, case)
        pose = tilted(site["tip_depth"], (site["offset_x"], site["offset_y"]), site["tilt"])
    else:
        _refuse_given(given, (*_OFF_AXIS, "width"), _BY_IMAGE)
        shape = image[1]
        pose = image[2].pose(shape, site["tip_depth"])
        if case.nodule.density_field.kind != "uniform":
            key = "nodule.density_field.kind"
            raise ConfigError(key, given[key], "the image gives the density; choose uniform")
    _check_place(given, case, pose)
    _check_size(given, case, shape)
    measured = {} if image is None else image[0]
    return NeedleInPlace(case, site["tip_depth"], (shape, pose), measured)


def _site(given: Texts) -> dict[str, float]:
    """Return the site in SI, without the keys that are null."""
    site = {}
    for name, limit in _LIMITS.items():
        value = given[f"{SITE}.{name}"]
        if value is not None:
            site[name] = quantity(f"{SITE}.{name}", value, limit)
        elif not limit.null:
            raise ConfigError(f"{SITE}.{name}", value, limit.allowed)
    return site


def _case(given: Texts, site: Mapping[str, float]) -> Case:
    """Return the case, with any technique: the insertion is over."""
    technique = dict(leaves(plain(GROUPS["technique"]["push"])))
    texts = {**given, "target_depth": given["site.tip_depth"]}
    texts |= {f"technique.{key}": technique[key] for key in keys(TechniqueConfig)}
    try:
        case = case_from(texts)
    except ConfigError as error:
        key = "site.tip_depth" if error.key == "target_depth" else error.key
        raise ConfigError(key, error.given, error.allowed) from error
    reach = case.target_depth / math.cos(site["tilt"])
    if reach >= case.needle.free_length:
        raise ConfigError(
            "site.tip_depth",
            given["site.tip_depth"],
            f"at site.tilt ({given['site.tilt']}) the tip lies {1e3 * reach:.3g} mm along the "
            f"needle, beyond its reach of {1e3 * case.needle.free_length:.3g} mm",
        )
    return case


def _axisymmetric(
    given: Texts, site: Mapping[str, float], case: Case, *, with_image: bool
) -> NeedleInPlace:
    if with_image:
        raise ConfigError("site.geometry", "rz", "a nodule from an image needs site.geometry=3d")
    if given["mesh.name"] in SOLID_MESHES:
        raise ConfigError(
            "mesh",
            given["mesh.name"],
            "it is one for tetrahedra, too coarse for r-z; choose mesh=coarse, default or fine, or "
            "site.geometry=3d",
        )
    _refuse_given(given, _OFF_AXIS, f"give 0: {_ON_AXIS}")
    if site.get("width", case.nodule.diameter) != case.nodule.diameter:
        _refuse_given(given, ("width",), f"give null: {_ON_AXIS}")
    outline = needle_outline(case.needle, site["tip_depth"], case.injection.pull_back)
    _check_mouth(given, case, -outline.top_of_mouth)
    return NeedleInPlace(case, site["tip_depth"], None)


def _refuse_given(given: Texts, names: tuple[str, ...], why: str) -> None:
    """Refuse the first of these keys of the site that is given and not 0."""
    for name in names:
        text = given[f"{SITE}.{name}"]
        if text is not None and quantity(f"{SITE}.{name}", text, _LIMITS[name]) != 0.0:
            raise ConfigError(f"{SITE}.{name}", text, why)


def _ellipsoid(given: Texts, site: Mapping[str, float], case: Case) -> Ellipsoid:
    width = site.get("width", case.nodule.diameter)
    shape = Ellipsoid(case.nodule, width, site["yaw"], site["pitch"], site["roll"])
    low, high = shape.bounds
    if high[2] > -MARGIN or low[2] < -case.tissue.depth + MARGIN:
        raise ConfigError(
            "nodule.depth",
            given["nodule.depth"],
            f"as it is turned, the nodule lies from {-1e3 * high[2]:.3g} to {-1e3 * low[2]:.3g} mm "
            "below the skin's surface; it must lie 0.2 mm below that and above the fascia at "
            f"{1e3 * case.tissue.depth:.3g} mm",
        )
    if max(*high[:2]) > 0.8 * case.mesh.domain_radius:
        key = "site.width" if "width" in site else "nodule.diameter"
        raise ConfigError(
            key, given[key], "the nodule must lie within 0.8 mesh.domain_radius "
            f"({given['mesh.domain_radius']}) of its centre"
        )  # fmt: skip
    field = case.nodule.density_field
    if field.kind == "shell_core" and field.shell_thickness >= 0.5 * width:
        key = "nodule.density_field.shell_thickness"
        raise ConfigError(key, given[key], f"the shell leaves no core in {1e3 * width:.3g} mm")
    return shape


def _check_place(given: Texts, case: Case, pose: Pose) -> None:
    """Refuse a tip or a shaft that is not where the tissue is."""
    radius = 0.5 * case.needle.outer_diameter
    inside = case.mesh.domain_radius - 2.0 * radius - MARGIN

    def key(name: str) -> str:
        return f"{SITE}.{name}" if given["nodule.image.path"] is None else "nodule.image.entry"

    if math.hypot(*pose.tip[:2]) > inside:
        raise ConfigError(
            key("offset_x"), given[key("offset_x")], "the inlet would lie outside the tissue, "
            f"whose radius is mesh.domain_radius ({given['mesh.domain_radius']})"
        )  # fmt: skip
    exit_point = pose.tip - pose.axis * (pose.tip[2] / pose.axis[2])
    if math.hypot(*exit_point[:2]) + radius / pose.axis[2] > inside:
        raise ConfigError(
            key("tilt"), given[key("tilt")], "the shaft would not leave through the skin's surface "
            f"but {1e3 * math.hypot(*exit_point[:2]):.3g} mm from the middle, outside of "
            f"mesh.domain_radius ({given['mesh.domain_radius']})"
        )  # fmt: skip
    _check_mouth(given, case, mouth_cover(whole_outline(case, pose), pose))


def _check_mouth(given: Texts, case: Case, cover: float) -> None:
    radius = 0.5 * case.needle.outer_diameter
    if cover < radius:
        raise ConfigError(
            "site.tip_depth",
            given["site.tip_depth"],
            f"the inlet would lie outside the tissue: the mouth's upper edge is {1e3 * cover:.3g} "
            "mm below the skin's surface, and tissue must cover it by a needle's radius "
            f"({1e3 * radius:.3g} mm)",
        )


def _check_size(given: Texts, case: Case, shape: NoduleShape) -> None:
    if given["mesh.name"] in HALF_PLANE_MESHES:
        raise ConfigError(
            "mesh",
            given["mesh.name"],
            "it is one for r-z; in 3-D choose mesh=solid or solid_coarse",
        )
    low, high = shape.bounds
    volume = math.pi / 6.0 * float(np.prod(high - low))
    nodes = NODES_PER_CELL * volume / case.mesh.nodule_size**3
    if nodes > MOST_NODES:
        least = (NODES_PER_CELL * volume / MOST_NODES) ** (1.0 / 3.0)
        raise ConfigError(
            "mesh.nodule_size",
            given["mesh.nodule_size"],
            f"in 3-D the nodule alone would have about {nodes:.1g} nodes; give at least "
            f"{1e3 * least:.2g} mm, or choose mesh=solid",
        )
