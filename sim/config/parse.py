"""From a configuration in text to a `Case` in SI numbers, refusing what makes no sense."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sim.case import (
    Capsule,
    Case,
    DensityField,
    Dissolution,
    Drug,
    FlowSettings,
    Injection,
    MeshSettings,
    Mineral,
    Needle,
    Nodule,
    Schedule,
    SoftLayer,
    Steel,
    Stylet,
    Technique,
    Tip,
    Tissue,
)
from sim.config.limits import CHOICES, LIMITS, NAME, Flat, Limit, allowed
from sim.config.refusal import NEEDED, refusal, unknown_key
from sim.config.rules import RULES, free_length, target
from sim.config.schema import CaseConfig, ComparisonConfig, PatientConfig, SideConfig, keys
from sim.errors import ConfigError
from sim.materials import laliberte
from sim.materials import mineral as laws
from sim.materials.laliberte import SALTS
from sim.units import to_si


def to_case(cfg: DictConfig) -> Case:
    """Check a configuration of one run and convert it to SI.

    Raises
    ------
    ConfigError
        At the first key that is unknown, missing, of another dimension, outside its bounds, or
        that does not go with another one.
    """
    return case_from(read_texts(cfg, CaseConfig))


def compare_cases(cfg: DictConfig) -> tuple[Case, Case]:
    """Return the two cases of a comparison; a refused key carries its side, e.g. ``a.needle``."""
    given = read_texts(cfg, ComparisonConfig)
    return _side(given, "a"), _side(given, "b")


def one_round(cfg: DictConfig) -> None:
    """Refuse a schedule that only `experiments.treatment` follows; the rest of `cfg` is checked.

    Raises
    ------
    ConfigError
        If the schedule has more than one round.
    """
    rounds = quantity("schedule.rounds", cfg.schedule.rounds, LIMITS["schedule.rounds"])
    if rounds > 1.0:
        raise ConfigError(
            "schedule.rounds",
            f"{rounds:g}",
            "this experiment is of one round; several are what experiments.treatment runs",
        )


def _side(comparison: Mapping[str, object], side: str) -> Case:
    """Convert one side of a comparison."""
    own = {key: f"{side}.{key}" for key in keys(SideConfig)}
    shared = {key: key for key in keys(PatientConfig)}
    try:
        return case_from({key: comparison[at] for key, at in (shared | own).items()})
    except ConfigError as error:
        key = own.get(error.key, error.key)
        raise ConfigError(key, error.given, error.allowed) from error


def read_texts(cfg: DictConfig, schema: type) -> dict[str, object]:
    """Return {dotted key: value as written}, with exactly the keys of the schema.

    Hydra's own check is not enough: ``+key=value`` adds keys to typed nodes. An experiment may add
    keys of its own in a subclass of the schema, as the type of its root.
    """
    root = OmegaConf.get_type(cfg)
    if isinstance(root, type) and issubclass(root, schema):
        schema = root
    try:
        tree = OmegaConf.to_container(cfg, resolve=True, throw_on_missing=True)
    except OmegaConfBaseException as error:
        raise refusal(error) from error
    given = dict(_flatten(tree))
    known = keys(schema)
    for key in given:
        if key not in known:
            raise ConfigError(key, given[key], unknown_key(key, known))
    for key in known:
        if key not in given:
            raise ConfigError(key, None, NEEDED)
    return given


def _flatten(tree: dict, prefix: str = "") -> list[tuple[str, object]]:
    flat: list[tuple[str, object]] = []
    for name, node in tree.items():
        key = f"{prefix}{name}"
        flat += _flatten(node, f"{key}.") if isinstance(node, dict) else [(key, node)]
    return flat


def case_from(given: Mapping[str, object]) -> Case:
    """Convert the values as written to SI and check the combinations."""
    values = _read({key: given[key] for key in keys(CaseConfig)})
    for rule in RULES:
        if not rule.holds(values):
            raise ConfigError(rule.key, given[rule.key], rule.allowed.format(given))
    return _build(values)


def _read(given: Mapping[str, object]) -> dict[str, float | str]:
    """Convert every value to SI, leaving out the keys that are null."""
    values: dict[str, float | str] = {}
    for key, value in given.items():
        if key in LIMITS:
            if value is not None:
                values[key] = quantity(key, value, LIMITS[key])
            elif not LIMITS[key].null:
                raise ConfigError(key, value, allowed(key))
        elif value not in CHOICES.get(key, (value,)):
            raise ConfigError(key, value, allowed(key))
        elif key not in CHOICES and not NAME.fullmatch(str(value)):
            raise ConfigError(
                key, value, "give at most 30 letters, digits, spaces or . _ + - (it names a folder)"
            )
        else:  # a choice or a name
            values[key] = str(value)
    return values


def quantity(key: str, value: object, limit: Limit) -> float:
    """Return a value as written in SI.

    Raises
    ------
    ConfigError
        If it is no number with a unit of the limit's dimension, or outside the bounds.
    """
    try:
        number = to_si(str(value), limit.unit)
    except ValueError as error:
        raise ConfigError(key, value, f"{error}; {limit.allowed}") from error
    low, high = limit.bounds
    below, above = 1e-12 * abs(low), 1e-12 * abs(high)  # a bound in other units is still the bound
    if not low - below <= number <= high + above or (limit.above and number <= low + below):
        raise ConfigError(key, value, limit.allowed)
    return number


def _pick[T](cls: type[T], v: Flat, prefix: str, **computed: object) -> T:
    """Make a dataclass from the keys below `prefix` that have its fields' names."""
    named = {f.name: v[f"{prefix}.{f.name}"] for f in fields(cls) if f"{prefix}.{f.name}" in v}
    return cls(**named | computed)


def _rate(v: Flat, key: str) -> float:
    """Return the first-order rate (1/s) of a half-life; none if that is null."""
    return math.log(2.0) / v[key] if key in v else 0.0


def _build(v: Flat) -> Case:
    skin, subcutis = (
        _pick(
            SoftLayer,
            v,
            f"tissue.{layer}",
            clearance_rate=_rate(v, f"tissue.{layer}.clearance_half_life"),
        )
        for layer in ("skin", "subcutis")
    )
    return Case(
        needle=_pick(
            Needle,
            v,
            "needle",
            gauge=int(v["needle.gauge"]),
            free_length=free_length(v),
            tip=_pick(Tip, v, "needle.tip"),
            steel=_pick(Steel, v, "needle.steel"),
            stylet=_pick(Stylet, v, "needle.stylet") if "needle.stylet.diameter" in v else None,
        ),
        technique=_pick(Technique, v, "technique"),
        tissue=Tissue(skin=skin, subcutis=subcutis),
        nodule=_pick(
            Nodule,
            v,
            "nodule",
            mineral=_mineral(v, "nodule.mineral"),
            density_field=_pick(
                DensityField,
                v,
                "nodule.density_field",
                seed=int(v["nodule.density_field.seed"]),
            ),
            capsule=_pick(Capsule, v, "nodule.capsule")
            if "nodule.capsule.thickness" in v
            else None,
        ),
        drug=_drug(v),
        injection=_pick(Injection, v, "injection"),
        schedule=_pick(Schedule, v, "schedule", rounds=int(v["schedule.rounds"])),
        flow=_pick(FlowSettings, v, "flow"),
        dissolution=_pick(Dissolution, v, "dissolution"),
        mesh=_pick(MeshSettings, v, "mesh"),
        target_depth=target(v),
    )


def _drug(v: Flat) -> Drug:
    """Evaluate the salt's laws where density or viscosity are not given."""
    salt = SALTS[v["drug.salt"]]
    fraction = laliberte.mass_fraction(salt, v["drug.concentration"])
    by_law = {
        "viscosity": laliberte.viscosity(salt, fraction, laliberte.TISSUE),
        "injection_viscosity": laliberte.viscosity(salt, fraction, v["injection.temperature"]),
        "density": laliberte.density(salt, fraction, laliberte.TISSUE),
    }
    return _pick(Drug, v, "drug", **{k: v.get(f"drug.{k}", law) for k, law in by_law.items()})


def _mineral(v: Flat, at: str) -> Mineral:
    """Evaluate the material laws at the nodule's density."""
    porosity = laws.porosity(v[f"{at}.density"], v[f"{at}.solid_density"])
    by_law = laws.crushing_strength(porosity, v[f"{at}.solid_strength"], v[f"{at}.strength_decay"])
    strength = v.get(f"{at}.crushing_strength", by_law)
    return _pick(
        Mineral,
        v,
        at,
        porosity=porosity,
        youngs_modulus=v[f"{at}.modulus_ratio"] * strength,
        crushing_strength=strength,
        tensile_strength=v[f"{at}.tensile_ratio"] * strength,
        fracture_toughness=laws.fracture_toughness(
            porosity, v[f"{at}.dense_toughness"], v[f"{at}.toughness_exponent"]
        ),
        foam_shape=laws.foam_shape(v[f"{at}.plastic_poisson_ratio"]),
        densification_strain=v[f"{at}.densification_factor"] * laws.densification_strain(porosity),
        permeability=laws.kozeny_carman(v[f"{at}.crystal_size"], porosity),
        clearance_rate=_rate(v, f"{at}.clearance_half_life"),
    )
