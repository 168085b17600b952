"""A cohort: reproducible, after its laws, and drawn without regard to the needles."""

from __future__ import annotations

import dataclasses
import functools
import math

import pytest
from scipy import stats

from sim.config import case_from, compare_cases, compose, read_texts, to_case
from sim.config.schema import CaseConfig
from sim.config.trial import Law, to_trial
from sim.errors import ConfigError
from sim.studies.cohort import Drawing, described
from sim.studies.trial_run import points

ARM = "trial.cohort.tissue='discrete(arm: 1)'"
SHALLOW = "trial.cohort.patient.nodule.depth='log_uniform(1 mm, 3 mm)'"
SMALL = "trial.cohort.patient.nodule.diameter='log_uniform(5 mm, 6 mm)'"  # every draw fits


@functools.cache
def trial(*overrides):
    return to_trial(compose("trial", overrides))


@pytest.fixture(scope="module")
def many():
    """Patients of whom no draw is refused: they follow the laws as written."""
    drawing = Drawing(trial(ARM, SHALLOW, SMALL))
    patients = [drawing.patient(number) for number in range(1, 121)]
    assert not drawing.again
    return patients


def test_textures_have_their_share(many):
    stone = sum(patient.nodule == "stone" for patient in many)
    assert stats.binomtest(stone, len(many), 105 / 154).pvalue > 0.01


@pytest.mark.parametrize(
    ("key", "law"),
    [
        ("nodule.depth", stats.loguniform(1.0, 3.0)),
        ("tissue.skin.thickness", stats.uniform(1.6, 1.2)),  # the arm's, from the catalogue
        ("tissue.subcutis.thickness", stats.loguniform(5.0, 20.0)),
        ("nodule.fixation_stiffness", stats.loguniform(1.0, 20.0)),
    ],
)
def test_quantities_follow_their_laws(many, key, law):
    assert stats.kstest([patient.number_of(key) for patient in many], law.cdf).pvalue > 0.01


@pytest.mark.parametrize(("texture", "ends"), [("stone", (0.8, 1.9)), ("paste", (0.3, 0.6))])
def test_density_is_that_of_the_texture(many, texture, ends):
    low, high = ends
    found = [p.number_of("nodule.mineral.density") for p in many if p.nodule == texture]
    assert stats.kstest(found, stats.uniform(low, high - low).cdf).pvalue > 0.01


def test_quantities_are_independent(many):
    density = [p.number_of("nodule.mineral.density") for p in many if p.nodule == "stone"]
    strength = [p.strength for p in many if p.nodule == "stone"]
    depth = [p.number_of("nodule.depth") for p in many if p.nodule == "stone"]
    for other in (strength, depth):
        assert stats.spearmanr(density, other).pvalue > 0.01


def test_one_hand_has_one_strength(many):
    for patient in many[:20]:
        u, (push, drill) = patient.strength, patient.own
        assert push["technique.force_limit"] == f"{30 + 50 * u:.4g} N"
        assert drill["technique.force_limit"] == f"{100 + 150 * u:.4g} N"
        assert drill["technique.torque_limit"] == f"{0.5 * 6**u:.4g} N*m"
        assert "technique.torque_limit" not in push, "the catalogue has no range of it"
        assert push["injection.plunger_force_limit"] == drill["injection.plunger_force_limit"]


def test_the_height_follows_from_the_diameter(many):
    for patient in many:
        flatness = patient.number_of("nodule.height") / patient.number_of("nodule.diameter")
        assert 0.3995 <= flatness <= 0.7005


def test_patients_stay_when_there_are_more_or_another_law(many):
    asked = trial(ARM, SHALLOW, SMALL)
    assert Drawing(asked).patient(3) == many[2], "whoever is drawn before"
    laws = asked.cohort.patient | {"nodule.fixation_stiffness": Law("uniform(1 N/mm, 2 N/mm)", "")}
    cohort = dataclasses.replace(asked.cohort, patient=laws)
    other = Drawing(dataclasses.replace(asked, cohort=cohort, patients=7)).patient(1)
    changed = {key for key, text in other.values.items() if text != many[0].values[key]}
    assert changed == {"nodule.fixation_stiffness"}
    reseeded = Drawing(dataclasses.replace(asked, seed=2)).patient(1)
    assert reseeded.strength != many[0].strength
    assert all(text != reseeded.values.get(key) for key, text in many[0].values.items())


def test_no_needle_chooses_its_patients():
    """Needles swapped, or one that does not reach everybody: the same patients."""
    asked = trial(ARM, "trial.cohort.patient.nodule.diameter='uniform(20 mm, 30 mm)'")
    drawing = Drawing(asked)
    patients = [drawing.patient(number) for number in range(1, 6)]
    assert drawing.again["nodule.depth"] > 0, "some do not fit above the fascia"
    a, b = asked.sides
    for changed in (
        {"sides": (b, a)},
        {"sides": ((*a, "needle.length=7.6 mm"), b)},
        {"aim": "tip"},
    ):
        other = Drawing(dataclasses.replace(asked, **changed))
        assert [other.patient(p.number).values for p in patients] == [p.values for p in patients]
        assert other.again == drawing.again
    targets = [p.number_of("nodule.depth") + 0.5 * p.number_of("nodule.height") for p in patients]
    assert max(targets) > 7.6, "the short needle cannot be used in one of them, who stays"


def test_patients_can_be_run(many):
    patient = many[0]
    asked = points(trial(ARM, SHALLOW, SMALL), [patient])
    cases = [to_case(compose("run_case", point.overrides)) for point in asked]
    assert [case.needle.name for case in cases] == ["27G", "14G_coaxial"]
    assert cases[0].nodule == cases[1].nodule
    assert cases[0].tissue == cases[1].tissue
    assert 1e3 * cases[0].nodule.depth == pytest.approx(patient.number_of("nodule.depth"))
    assert math.isclose(1e3 * cases[0].nodule.height, patient.number_of("nodule.height"))


def test_each_needle_has_its_mouth_at_the_centre_but_its_tip_in_the_nodule(many):
    """The 14G's tip lies 3 mm below its mouth: nodules of up to 4.2 mm height are too small."""
    asked = trial(ARM, SHALLOW, SMALL)
    bevel = 0.5 * 0.4128 / math.tan(math.radians(11.0))
    for patient in many[:3]:
        cases = [to_case(compose("run_case", p.overrides)) for p in points(asked, [patient])]
        nodule = cases[0].nodule
        for case, above in zip(cases, (bevel, 3.0), strict=True):
            aimed = 1e3 * nodule.centre_depth + above
            far = 1e3 * (nodule.depth + nodule.height) - 0.2
            assert 1e3 * case.target_depth == pytest.approx(min(aimed, far), abs=1e-3)
    first = Drawing(dataclasses.replace(asked, aim="tip")).patient(1)
    assert first.values == many[0].values
    for point in points(asked, [first]):
        case = to_case(compose("run_case", point.overrides))
        assert case.target_depth == case.nodule.centre_depth, "the tip, whatever the needle"


def test_needles_are_checked_in_the_patients_that_are_drawn():
    """Too short for the default nodule is no matter, too short for every patient is."""
    small = (ARM, SHALLOW, SMALL, "trial.patients=3")
    assert len(Drawing(trial(*small, "a.needle.length=7.4 mm")).cohort()) == 3
    with pytest.raises(ConfigError, match=r"none of 3 patients, first: target_depth") as error:
        Drawing(trial(*small, "b.needle.free_length=2 mm")).cohort()
    assert error.value.key == "b.needle"


def test_sides_are_the_runs_of_the_comparison():
    """Overrides that stand for a side make run_case's configuration the same case."""
    cfg = compose(
        "trial",
        [
            "needle@b.needle=22G",
            "technique@b.technique=push_palm",
            "b.needle.length=31.75 mm",
            "injection.volume=0.3 mL",
            "dissolution=effective_yield",
            "injection.dwell=10 s",
        ],
    )
    wanted = compare_cases(
        compose("compare_gauges", ["needle@b.needle=22G", "technique@b.technique=push_palm",
                "b.needle.length=31.75 mm", "injection.volume=0.3 mL", "injection.dwell=10 s",
                "dissolution=effective_yield", "mesh=coarse"])
    )  # fmt: skip
    for overrides, case in zip(to_trial(cfg).sides, wanted, strict=True):
        found = case_from(read_texts(compose("run_case", overrides), CaseConfig))
        assert dataclasses.asdict(found) == dataclasses.asdict(case)


def test_laws_are_told_with_their_sources(many):
    told = described(Drawing(trial(ARM, SHALLOW, SMALL)), many[:1])
    rows = {key: (law, source) for key, law, source in told}
    assert "Bartoli 2016" in rows["nodule"][1]
    law, source = rows["technique.force_limit"]
    assert law == "30 N – 80 N (27G); 100 N – 250 N (14G_coaxial)"
    assert "thumb and pinch" in source
    assert rows["tissue.skin.thickness"][0] == "1.6 mm – 2.8 mm"


DEPTH = "trial.cohort.patient.nodule.depth"


@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("trial.patients=1", "trial.patients"),
        ("trial.cohort.nodule='discrete(rock: 1)'", "trial.cohort.nodule"),
        ("trial.cohort.tissue=arm", "trial.cohort.tissue"),
        (f"{DEPTH}='uniform(1 s, 2 s)'", DEPTH),
        ("+trial.cohort.patient.nodule.height='uniform(1 mm, 2 mm)'", "nodule.height"),
        ("+trial.cohort.patient.technique.axial_speed=null", "patient.technique.axial_speed"),
        ("+trial.cohort.patient.nodule.colour=null", "trial.cohort.patient.nodule.colour"),
        ("trial.density_bounds=[2 g/cm**3,1 g/cm**3]", "trial.density_bounds"),
        ("trial.density_bounds=[2 mm]", "trial.density_bounds"),
        ("trial.aim=hub", "trial.aim"),
        ("target_depth=4 mm", "target_depth"),
        ("+trial.cohort.patient.target_depth='uniform(3 mm, 4 mm)'", "patient.target_depth"),
        ("a.needle.length=2 s", "a.needle.length"),
        ("schedule=three_weekly", "schedule.rounds"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_key(override, key):
    with pytest.raises(ConfigError) as error:
        trial(override)
    assert error.value.key.endswith(key)


def test_patients_that_never_fit_are_refused(monkeypatch):
    monkeypatch.setattr("sim.studies.cohort.MOST_DRAWS", 20)
    law = "trial.cohort.patient.nodule.diameter='uniform(40 mm, 45 mm)'"
    with pytest.raises(ConfigError, match=r"none of .* can be used"):
        Drawing(trial(ARM, law, "trial.cohort.flatness='uniform(1, 1.1)'")).patient(1)
