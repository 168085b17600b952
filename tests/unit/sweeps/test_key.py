"""Equal physics has one key, however it is written; whatever a stage depends on is in its key."""

from __future__ import annotations

import dataclasses
import functools
import os

import numpy as np
import pytest

from sim.config import case_from, compose, read_texts
from sim.config.limits import CHOICES, LIMITS
from sim.config.schema import CaseConfig
from sim.errors import ConfigError
from sim.sweeps.key import described, run_key, stage_key
from sim.units import to_si
from tests.unit.results.synthetic import insertion

UNITS = {  # other ways to write a value in a unit of the limits
    "m": ("m", "mm", "cm", "um", "inch"),
    "m/s": ("m/s", "mm/s", "cm/min", "inch/s"),
    "m**3": ("m**3", "mL", "uL", "cm**3", "L", "mm**3"),
    "m**3/s": ("m**3/s", "mL/min", "mL/s", "L/h", "mm**3/s"),
    "m**2": ("m**2", "mm**2", "um**2", "cm**2"),
    "m**2/s": ("m**2/s", "mm**2/s", "cm**2/day"),
    "s": ("s", "min", "h", "day", "week", "ms"),
    "1/s": ("1/s", "1/h", "1/day"),
    "kg/m**3": ("kg/m**3", "g/cm**3", "mg/mL", "g/L"),
    "mol/kg": ("mol/kg", "mmol/kg", "mmol/g"),
    "N": ("N", "mN", "kN"),
    "N*m": ("N*m", "N*mm", "mN*m"),
    "Pa": ("Pa", "kPa", "MPa", "GPa", "bar", "N/mm**2"),
    "Pa*s": ("Pa*s", "mPa*s", "poise"),
    "Pa*m**0.5": ("Pa*m**0.5", "MPa*m**0.5"),
    "J/m**2": ("J/m**2", "kJ/m**2", "N/m"),
    "N/m": ("N/m", "N/mm"),
    "N*m/rad": ("N*m/rad", "N*mm/rad"),
    "rad": ("rad", "deg", "turn"),
    "rad/s": ("rad/s", "rpm", "rev/s", "deg/s"),
    "K": ("K",),
    "": ("", "%"),
}
COUNTS = ("needle.gauge", "nodule.density_field.seed", "schedule.rounds")
TOLD = {
    f"{group}.name" for group in ("tissue", "technique", "injection", "schedule", "flow", "mesh")
}
OPTIONS = [  # with all that may be there
    "needle=14G_coaxial",
    "nodule.capsule.thickness=0.2 mm",
    "nodule.density_field.kind=shell_core",
    "flow=poroelastic",
]
HOW = ("output.", "sweep.")  # it is computed and written
OTHERWISE = {  # for keys that are null, or whose neighbours of their value are refused
    "injection.temperature": "30 degC",
    "technique.thread_lead": "2 mm",
    "technique.grip_stiffness": "0.5 N*m/rad",
    "needle.free_length": "50 mm",
    "target_depth": "6 mm",
}
FLOW = ("porosity", "permeability", "diffusion_ratio", "clearance_half_life")
NOT_OF_INSERTION = {
    *("needle.name", "needle.gauge", "needle.kind", "needle.hub_volume", "needle.lumen_content"),
    *(f"tissue.{layer}.{name}" for layer in ("skin", "subcutis") for name in FLOW),
    *(f"nodule.mineral.{x}" for x in ("crystal_size", "diffusion_ratio", "clearance_half_life")),
    *("nodule.texture", "technique.kind", "needle.length"),  # its free length is given
    *(f"mesh.{x}" for x in ("tip_size", "nodule_size", "outer_size", "time_tolerance")),
}
GROUPS_NOT_OF_INSERTION = ("drug.", "injection.", "schedule.", "flow.", "dissolution.")
NOT_OF_INFILTRATION = {
    *("needle.name", "needle.gauge", "needle.free_length", "needle.tip.edge_radius"),
    *(
        f"tissue.{layer}.{name}"
        for layer in ("skin", "subcutis")
        for name in ("toughness", "ogden_exponent", "crack", "friction")
    ),
    *("nodule.fixation", "nodule.fixation_stiffness"),
    *(
        f"nodule.mineral.{name}"
        for name in (
            *("plastic_poisson_ratio", "hardening_ratio", "densification"),
            *("friction", "wall_pressure_ratio"),
        )
    ),
    *("drug.name", "injection.syringe_volume", "target_depth", "mesh.penetration_size"),
    *(f"schedule.{x}" for x in ("rounds", "interval", "entry", "shift")),
}
GROUPS_NOT_OF_INFILTRATION = ("technique.", "needle.steel.", "nodule.capsule.")


@functools.cache
def texts():
    return read_texts(compose("run_case", OPTIONS), CaseConfig)


def changed(given, key):
    """Return the case with one key at another admissible value."""
    for value in other_values(given, key):
        try:
            case = case_from({**given, key: value})
        except ConfigError:
            continue
        return case
    raise AssertionError(f"no other value of {key} = {given[key]} is admissible")


def other_values(given, key):
    if key in CHOICES:
        return [choice for choice in CHOICES[key] if choice != str(given[key])]
    if key not in LIMITS:
        return ["another"]
    limit = LIMITS[key]
    if key in OTHERWISE:
        return [OTHERWISE[key]]
    if key in COUNTS:
        return [str(int(given[key]) + step) for step in (1, -1, 2, -2, 4, -4, 6, -6)]
    if given[key] is None:
        return [limit.low, limit.high]
    value = to_si(str(given[key]), limit.unit)
    numbers = [value * factor for factor in (1.01, 0.99) if value]
    numbers += [to_si(limit.high, limit.unit) * factor for factor in (0.01, 0.1, 1.0)]
    return [f"{number!r} {limit.unit}" for number in numbers if number != value] + [limit.low]


@pytest.fixture(scope="module")
def keys():
    """What each key of the configuration changes: key -> which of the keys of results."""
    given = texts()
    base = case_from(given)
    arrived = dataclasses.replace(insertion(base, base.target_depth), crushed=None)

    def of(case):
        return {
            "run": run_key("run_case", case),
            "insertion": stage_key("insertion", case),
            "infiltration": stage_key("infiltration", case, arrived),
        }

    before = of(base)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.config.parse.RULES", ())  # one key alone, whatever goes with it
        cases = {key: changed(given, key) for key in given if not key.startswith(HOW)}
    after = {key: of(case) for key, case in cases.items()}
    return {
        key: {name for name in found if found[name] != before[name]} for key, found in after.items()
    }


def test_every_key_changes_the_run_s(keys):
    assert {key for key, found in keys.items() if "run" not in found} == TOLD


def test_what_leaves_the_insertion_alone(keys):
    alone = {key for key, found in keys.items() if "insertion" not in found} - TOLD
    groups = {key for key in keys if key.startswith(GROUPS_NOT_OF_INSERTION)} - TOLD
    assert alone == NOT_OF_INSERTION | groups


def test_what_leaves_the_infiltration_alone(keys):
    alone = {key for key, found in keys.items() if "infiltration" not in found} - TOLD
    groups = {key for key in keys if key.startswith(GROUPS_NOT_OF_INFILTRATION)} - TOLD
    assert alone == NOT_OF_INFILTRATION | groups


def test_every_physical_key_is_in_that_of_a_stage(keys):
    whole_run = {"needle.name", "needle.gauge", "drug.name", "injection.syringe_volume"}
    whole_run |= {f"schedule.{x}" for x in ("rounds", "interval", "entry", "shift")}
    whole_run |= {"technique.kind"}
    assert {key for key, found in keys.items() if found == {"run"}} == whole_run


@pytest.mark.parametrize("seed", range(4))
def test_values_in_other_units_have_the_same_keys(seed):
    random = np.random.default_rng(seed)
    given = drawn(random)
    other = {key: rewritten(key, text, random) for key, text in given.items()}
    assert sum(str(other[key]) != str(given[key]) for key in given) > 40
    case, same = case_from(given), case_from(other)
    assert run_key("run_case", case) == run_key("run_case", same)
    assert stage_key("insertion", case) == stage_key("insertion", same)
    arrived, again = (insertion(each, each.target_depth) for each in (case, same))
    assert stage_key("infiltration", case, arrived) == stage_key("infiltration", same, again)


def drawn(random):
    """Return texts with the numbers moved by up to a tenth, as far as they are admissible."""
    given = texts()
    numbers = [key for key in given if key in LIMITS and key not in COUNTS and given[key]]
    for some in np.array_split(random.permutation(numbers), 20):
        moved = dict(given)
        for key in some:
            value = to_si(str(given[key]), LIMITS[key].unit) * random.uniform(0.9, 1.1)
            moved[str(key)] = f"{value:.5g} {LIMITS[key].unit}"
        try:
            case_from(moved)
        except ConfigError:
            continue
        given = moved
    return given


def rewritten(key, text, random):
    """Return a value's text in a unit that is drawn."""
    if key not in LIMITS or key in COUNTS or text is None or LIMITS[key].unit not in UNITS:
        return text
    unit = str(random.choice(UNITS[LIMITS[key].unit]))
    number = to_si(str(text), LIMITS[key].unit) / to_si(f"1 {unit}", LIMITS[key].unit)
    return f"{number!r} {unit}"


@pytest.mark.parametrize("text", ["1.7 mm", "0.17 cm", "1.6999999999999997 mm", "0.0017 m"])
def test_rounding_errors_of_a_conversion(text):
    given = texts()
    one = case_from({**given, "nodule.depth": "1.7 mm"})
    assert case_from({**given, "nodule.depth": text}) == one


def test_a_difference_in_the_twelfth_digit_counts():
    given = texts()
    one = case_from({**given, "nodule.depth": "1.7 mm"})
    other = case_from({**given, "nodule.depth": "1.70000000002 mm"})
    assert run_key("run_case", one) != run_key("run_case", other)


def test_experiment_options_and_code_count(monkeypatch):
    case = case_from(texts())
    base = run_key("run_case", case, {"fields": "final"})
    assert run_key("run_case", case, {"fields": "final"}) == base
    assert run_key("run_case", case, {"fields": "all"}) != base
    assert run_key("insertion", case, {"fields": "final"}) != base
    assert len(base) == 32
    monkeypatch.setattr("sim.sweeps.key.versions", lambda *_: {"insertion": "2:changed"})
    assert run_key("run_case", case, {"fields": "final"}) != base


def test_where_the_needle_arrived_counts_and_how_hard_it_was_does_not():
    case = case_from(texts())
    arrived = insertion(case, case.target_depth)
    base = stage_key("infiltration", case, arrived)

    def key(**changes):
        return stage_key("infiltration", case, dataclasses.replace(arrived, **changes))

    assert key(peak_force=99.0, reason="other words", statistics={"cpu_s": 1.0}) == base
    for name, value in {"reached_depth": 1e-3, "core_length": 1e-3, "crushed": None}.items():
        assert key(**{name: value}) != base


def test_files_count_by_their_content(tmp_path):
    one, two = tmp_path / "one.nii", tmp_path / "two.nii"
    one.write_bytes(b"voxels")
    two.write_bytes(b"voxels")
    assert described(one) == described(two)
    before = described(one)
    one.write_bytes(b"others")
    os.utime(one, ns=(1, 1))
    assert described(one) != before


def test_folders_count_by_their_files(tmp_path):
    for folder, names in (("a", "xy"), ("b", "yz")):
        (tmp_path / folder).mkdir()
        for number, name in enumerate(names):
            (tmp_path / folder / name).write_text(str(number))
    assert described(tmp_path / "a") == described(tmp_path / "b")
    (tmp_path / "b" / "y").write_text("2")
    assert described(tmp_path / "a") != described(tmp_path / "b")


def test_arrays_count_to_twelve_digits():
    one = np.array([0.1 + 0.2, -0.0, np.inf])
    assert described(one) == described(np.array([0.3, 0.0, np.inf]))
    assert described(np.array([4.0 - 4e-16, 1e-310])) == described(np.array([4.0, 1e-310]))
    assert described(np.array([1.0 + 1e-11])) != described(np.array([1.0]))
    assert described(one) != described(one[::-1])
    assert described(one) != described(one[:, None])


def test_what_has_no_key_is_refused():
    with pytest.raises(TypeError):
        described(object())
