"""What time a film shows when: the hand's way, the phases, the clock."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sim.animation.thrust import Thrust
from sim.animation.timeline import HOLD, Phase, phases, stamp
from tests.unit.results import synthetic
from tests.unit.results.records import write_record


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    folder = tmp_path_factory.mktemp("records")
    a, b = synthetic.case(), synthetic.case(synthetic.NEEDLE_14G, synthetic.DRILL)
    early, whole = synthetic.insertion(a, 2.9e-3), synthetic.insertion(b)
    return (
        write_record(folder / "a", a, early, synthetic.infiltration(a, 2.9e-3)),
        write_record(folder / "b", b, whole, synthetic.infiltration(b, whole.reached_depth)),
        write_record(folder / "c", b, whole, None),
    )


def springing_back(record):
    """A record whose nodule springs back at a depth of 1 mm, by 0.5 mm."""
    depth = np.array([0.0, 1.0, 1.1, 1.2, 3.0])
    displacement = np.array([0.0, 0.6, 0.1, 0.2, 0.3])
    table = {
        "depth_mm": depth,
        "travel_mm": depth + displacement,
        "force_N": np.array([0.0, 6.0, 1.0, 2.0, 3.0]),
        "nodule_displacement_mm": displacement,
    }
    return dataclasses.replace(record, force=table)


def test_the_hand_moves_at_its_set_speed(records):
    record = records[1]
    thrust = Thrust.of(record)
    speed = 1e3 * record.case.technique.axial_speed
    for time in np.linspace(0.0, thrust.duration, 7):
        row = thrust.row(time)
        travel = thrust.at(row, thrust.depth) + thrust.at(row, thrust.displacement)
        assert travel == pytest.approx(speed * time, abs=1e-9)


def test_where_the_nodule_springs_back_the_tip_jumps_and_the_hand_does_not(records):
    thrust = Thrust.of(springing_back(records[1]))
    assert np.all(np.diff(thrust.travel) > 0.0)
    jump = 1.6 / thrust.speed
    before, after = (thrust.row(jump + shift / thrust.speed) for shift in (-1e-9, 1.7))
    assert thrust.at(before, thrust.depth) == pytest.approx(1.0, abs=1e-6)
    assert thrust.at(after, thrust.depth) == pytest.approx(3.0)
    assert np.all(np.diff([thrust.row(t) for t in np.linspace(0.0, thrust.duration, 50)]) >= 0.0)
    assert thrust.row(1e9) == 4.0


def test_the_phases_fill_the_film(records):
    insertion, injection, afterwards = made = phases(records[:2], 30.0)
    assert sum(phase.length for phase in made) == pytest.approx(30.0)
    assert insertion.scale == "real time"
    slower = max(Thrust.of(record).duration for record in records[:2])
    assert insertion.length == pytest.approx(slower + HOLD)
    assert (insertion.time(0.0), insertion.time(slower)) == (0.0, pytest.approx(slower))
    assert insertion.time(insertion.length) == insertion.time(slower) == insertion.end
    assert (injection.start, injection.end) == (0.0, 30.0)
    assert injection.time(0.5 * injection.length) == pytest.approx(15.0)
    last = max(record.fields.times[-1] for record in records[:2])
    assert (afterwards.start, afterwards.end) == (30.0, last)
    middle = afterwards.time(0.5 * afterwards.length)
    assert middle == pytest.approx(np.sqrt(30.0 * last))


def test_a_short_film_states_that_the_insertion_runs_faster(records):
    insertion, *_ = phases(records[:2], 6.0)
    moving = insertion.length - insertion.hold
    assert insertion.length <= 0.4 * 6.0 + 1e-9
    assert insertion.scale == f"{insertion.end / moving:.2g} × real time"


def test_the_scale_of_a_logarithmic_phase_is_its_growth_per_second():
    assert Phase("afterwards", 5.0, 1.0, 32.0, "log").scale.endswith("×2 per second of film")


def test_an_insertion_alone_is_over_when_it_is_over(records):
    (only,) = phases(records[2:], 60.0)
    assert only.length == pytest.approx(Thrust.of(records[2]).duration + HOLD)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0, "0.0 s"), (119.0, "119.0 s"), (120.0, "120.0 s"), (180.0, "3.0 min"),
     (5400.0, "90.0 min"), (10800.0, "3.0 h"), (86400.0, "24.0 h"), (604800.0, "7.0 d")],
)  # fmt: skip
def test_the_clock_is_in_the_unit_people_count_in(seconds, words):
    assert stamp(seconds) == words


def test_an_even_phase_keeps_the_unit_of_its_end():
    injection = Phase("injection", 10.0, 0.0, 240.0)
    assert (injection.clock(60.0), injection.clock(240.0)) == ("1.0 min", "4.0 min")
    assert Phase("afterwards", 5.0, 1.0, 604800.0, "log").clock(60.0) == "60.0 s"


def test_where_nothing_was_injected_time_begins_soon_after_zero(records):
    """A mouth in the air: the injection takes no time, whose logarithm is none."""
    metrics = records[0].metrics | {"infiltration.injection_time_s": 0.0}
    made = phases([dataclasses.replace(records[0], metrics=metrics)], 20.0)
    assert [phase.name for phase in made] == ["insertion", "afterwards"]
    assert sum(phase.length for phase in made) == pytest.approx(20.0)
    last = made[-1]
    assert 0.0 < last.time(0.0) < 1.0
    assert last.time(last.length) == pytest.approx(records[0].fields.times[-1])
