"""The flow that is drawn is Darcy's, and starts in equal parts around the needle."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from matplotlib import pyplot as plt

from sim.figures.cut import cut
from sim.figures.draw import PICTURES
from sim.figures.pressure import LINES, flow_of, pressure_figure
from sim.figures.pressure import _starts as starts_of
from tests.unit.results import synthetic
from tests.unit.results.records import write_record

REACHED = 5.5e-3  # m
FALL = np.array([3.0, -7.0])  # kPa/mm, of the pressure across and up


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """In the half plane, and in 3-D."""
    folder, case = tmp_path_factory.mktemp("records"), synthetic.case()
    made = synthetic.infiltration(case, REACHED)
    solid = dataclasses.replace(made, fields=synthetic.solid_field(case, REACHED, 2.5e-3))
    inserted = synthetic.insertion(case, REACHED)
    return [
        write_record(folder / name, case, inserted, result)
        for name, result in (("a", made), ("b", solid))
    ]


@pytest.mark.parametrize("which", [0, 1], ids=["rz", "3d"])
def test_darcys_flow_of_an_even_fall_of_pressure(records, which):
    fields = records[which].fields
    pressure = 1e3 + fields.points[:, [0, -1]] @ FALL
    record = dataclasses.replace(
        records[which], fields=dataclasses.replace(fields, pressure=pressure)
    )
    flow = flow_of(record)
    k_over_mu = fields.permeability / record.case.drug.viscosity  # m2/(Pa s)
    expected = -k_over_mu[:, None] * FALL * 1e3 / 1e-3 * 1e3  # kPa/mm to Pa/m, m/s to mm/s
    np.testing.assert_allclose(flow[:, [0, -1]], expected, rtol=1e-6)
    if which == 1:
        np.testing.assert_allclose(flow[:, 1], 0.0, atol=1e-9 * np.abs(flow).max())


def test_lines_start_beside_the_needle_alike_on_both_sides(records):
    record = records[0]
    starts = starts_of(cut(record, {}, {"flow": flow_of(record)}))
    assert len(starts) == 2 * LINES
    right, left = starts[:LINES], starts[LINES:]
    np.testing.assert_allclose(right * (-1.0, 1.0), left)
    assert np.all(right[:, 0] > 0.0)
    assert np.all(right[:, 0] < 0.5e3 * record.case.needle.outer_diameter + 1.5)
    assert np.all((right[:, 1] > 0.0) & (right[:, 1] < 1e3 * REACHED + 0.7))


def test_more_lines_start_where_more_flows_out(records):
    """A hundredfold pressure gradient in one quarter of the wall takes nearly all lines."""
    fields = records[0].fields
    depth = -fields.points[:, 1]
    steep = np.where(depth > 1e3 * REACHED - 1.0, 100.0, 1.0)
    pressure = steep * np.exp(-fields.points[:, 0])
    record = dataclasses.replace(records[0], fields=dataclasses.replace(fields, pressure=pressure))
    starts = starts_of(cut(record, {}, {"flow": flow_of(record)}))
    assert np.mean(starts[:, 1] > 1e3 * REACHED - 1.3) > 0.9


@pytest.mark.parametrize("kind", ["log", "linear"])
def test_either_scale_ends_at_the_highest_pressure(records, kind):
    figure = pressure_figure(records[:1], kind)
    highest = records[0].fields.pressure.max()
    low, high = figure.axes[-1].get_ylim()
    assert high == pytest.approx(highest)
    assert low == pytest.approx(1e-3 * highest if kind == "log" else 0.0)
    arrows = figure.axes[0].patches
    assert len(arrows) > LINES
    plt.close(figure)


def test_a_record_without_permeability_shows_the_pressure_alone(records):
    fields = dataclasses.replace(records[0].fields, permeability=None)
    old = dataclasses.replace(records[0], fields=fields)
    with pytest.raises(ValueError, match="no permeability was recorded"):
        flow_of(old)
    figure = pressure_figure([old])
    assert len(figure.axes[0].patches) < LINES
    plt.close(figure)


def test_it_is_drawn_where_liquid_was_pressed_in(records):
    possible = PICTURES["pressure"].possible
    still = dataclasses.replace(records[0].fields, pressure=0.0 * records[0].fields.pressure)
    assert possible(records[0])
    assert not possible(dataclasses.replace(records[0], fields=still))
    assert not possible(dataclasses.replace(records[0], fields=None))
