"""The operator: how the needle is moved, what a hand can do, and the syringe behind the needle."""

from __future__ import annotations

from sim.materials.value import Tree, Value

_AIM = {
    "incidence_angle": Value("5 deg", "assumption: nearly normal", "A", "0 deg", "20 deg"),
    "tip_eccentricity": Value("0.25", "assumption, in outer diameters", "A", "0", "0.5"),
    "side_force_ratio": Value(
        "0.1", "assumption: share of the bevel's side force not guided", "A", "0", "0.2"
    ),
    "thread_lead": None,  # the letter's threaded stylet may mean its hub
    "grip_stiffness": None,  # clamped in the hub or the handle
}
_SPEED = Value("1 mm/s", "assumption; bone needles are tested at 1 mm/s (Mulligan 2010)", "A")
_PUSH = {
    "kind": "push",
    "axial_speed": _SPEED,
    "rotation_speed": Value("0 rev/s", "a push does not turn", "H"),
    "motion": "continuous",
    "cutting_coefficient": Value("0", "a push does not cut by turning", "H"),
    **_AIM,
}
_PALM = Value("150 N", "palm push 100-250 N, handbook ranges", "L", "100 N", "250 N")
_FINGER_TORQUE = Value("0.2 N*m", "assumption: twist between finger tips", "A")

TECHNIQUES: dict[str, Tree] = {
    "push": {
        "name": "push",
        **_PUSH,
        "force_limit": Value("40 N", "thumb and pinch 30-80 N", "L", "30 N", "80 N"),
        "torque_limit": _FINGER_TORQUE,
    },
    "push_palm": {
        "name": "push_palm",
        **_PUSH,
        "force_limit": _PALM,
        "torque_limit": _FINGER_TORQUE,
    },
    "drill": {
        "name": "drill",
        "kind": "drill",
        "axial_speed": _SPEED,
        "rotation_speed": Value(
            "1 rev/s", "assumption: mean of +-90 deg twists", "A", "0.3 rev/s", "2 rev/s"
        ),
        "motion": "oscillating",
        "cutting_coefficient": Value(
            "0.3", "assumption; coefficient of sliding friction in Teale 1965", "A", "0.2", "0.5"
        ),
        **_AIM,
        "force_limit": _PALM,
        "torque_limit": Value("1.0 N*m", "T-handle 1-3 N m, handbook", "L", "0.5 N*m", "3 N*m"),
    },
}

_SYRINGE_1ML = Value("4.78 mm", "bore of a plastic 1 mL syringe, pump tables", "H")
_SYRINGE_3ML = Value("8.66 mm", "bore of a plastic 3 mL syringe, pump tables", "H")
_INJECTION = {
    "volume": Value("0.5 mL", "0.1-1 mL per lesion in practice", "L", "0.1 mL", "1 mL"),
    "rate": Value("1 mL/min", "assumption", "A", "0.2 mL/min", "3 mL/min"),
    "time_limit": Value("120 s", "assumption", "A", "30 s", "600 s"),
    "syringe_bore": _SYRINGE_1ML,
    "syringe_volume": Value("1 mL", "its nominal volume", "H"),
    "plunger_force_limit": Value("50 N", "thumb 25-80 N", "L", "25 N", "80 N"),
    "stopper_friction": Value("4 N", "2-6 N; two-part syringes 4.5-5.5 N", "M", "2 N", "6 N"),
    "temperature": Value(
        "20 degC", "assumption: drug and needle at room temperature", "A", "15 degC", "37 degC"
    ),
    "control": "flow",
    "track_gap": Value(
        "6 um", "assumption: roughness and overcut of a few micrometres", "A", "2 um", "20 um"
    ),
    "track_prestress": Value(
        "0.8 kPa",
        "agarose 0.6 % on a needle inserted at 1.8 mm/s, Casanova 2012; a cut in fat: 0.1 MPa",
        "L",
        "0 kPa",
        "100 kPa",
    ),
    "pull_back": Value("0 mm", "assumption: injected where the tip stopped", "A"),
    "dwell": Value("0 s", "assumption: withdrawn at once", "A"),
    "track": Value(
        "closes", "assumption: soft tissue closes behind the needle", "A", "closes", "leaks"
    ),
    "threshold_fraction": Value("0.1", "assumption: 'infiltrated'", "A", "0.01", "0.5"),
}
INJECTIONS: dict[str, Tree] = {
    "default": {"name": "default", **_INJECTION},
    "slow": {
        "name": "slow",
        **_INJECTION,
        "rate": Value("0.2 mL/min", "assumption", "A", "0.1 mL/min", "0.5 mL/min"),
        "time_limit": Value("600 s", "assumption", "A", "300 s", "900 s"),
    },
    "syringe_3mL": {
        "name": "syringe_3mL",
        **_INJECTION,
        "syringe_bore": _SYRINGE_3ML,
        "syringe_volume": Value("3 mL", "its nominal volume", "H"),
    },
}
_WEEK = Value("7 days", "three rounds one week apart, Helm 2023", "H")
SCHEDULES: dict[str, Tree] = {
    "single": {
        "name": "single",
        "rounds": Value("1", "one injection alone", "H"),
        "interval": _WEEK,
        "entry": "same",
        "shift": Value("3 mm", "assumption; used by shifted entry points", "A"),
        "follow_up": Value("7 days", "the next round would follow a week later, Helm 2023", "H"),
    },
    "three_weekly": {
        "name": "three_weekly",
        "rounds": Value("3", "Helm 2023", "H"),
        "interval": _WEEK,
        "entry": "same",
        "shift": Value("3 mm", "assumption; used by shifted entry points", "A"),
        "follow_up": Value("7 days", "assumption: looked at a week after the last round", "A"),
    },
}
