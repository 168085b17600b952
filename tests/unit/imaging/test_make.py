"""Pictures of made-up records: what is in them, their files, their figure."""

import dataclasses

import numpy as np
import pytest
import SimpleITK as sitk
from matplotlib import pyplot as plt

from experiments import radiograph
from sim.errors import ConfigError
from sim.images.volume import read_volume
from sim.imaging.attenuation import STEEL
from sim.imaging.contents import frame, lines
from sim.imaging.figure import radiograph_figure
from sim.imaging.folder import check_folder
from sim.imaging.make import metrics, records_of, take, write
from sim.imaging.settings import settings
from sim.imaging.states import states_of
from sim.results.files import read_json, read_rows
from tests.pictures import is_blank, outside, overlapping, pixels
from tests.unit.results import synthetic
from tests.unit.results.records import write_record

COARSE = {"pixel": "0.4", "ct-voxel": "1", "kerma": "1 mGy"}
GONE = 0.15  # of the mineral above the middle, a round


def dissolved(record):
    """The record with a share of the mineral gone above the nodule's middle at its end."""
    fields, nodule = record.fields, record.case.nodule
    start = np.full(len(fields.points), 1e-3 * nodule.mineral.density)
    upper = -fields.points[:, -1] < 1e3 * nodule.centre_depth
    series = np.linspace(0.0, GONE, len(fields.times))[:, None] * upper
    return dataclasses.replace(
        record, fields=dataclasses.replace(fields, mineral=start * (1.0 - series))
    )


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """One that reached its target, one in 3-D, one without an injection."""
    folder, case = tmp_path_factory.mktemp("records"), synthetic.case()
    insertion, result = synthetic.insertion(case), synthetic.infiltration(case, case.target_depth)
    solid = dataclasses.replace(
        result, fields=synthetic.solid_field(case, case.target_depth, 2.5e-3)
    )
    return {
        "plane": write_record(folder / "plane", case, insertion, result),
        "solid": write_record(folder / "solid", case, insertion, solid),
        "none": write_record(folder / "none", case, insertion, None),
    }


@pytest.fixture(scope="module")
def series(records):
    rounds = [dissolved(records["plane"])] * 2
    return take(rounds, settings(COARSE))


def test_states_of_a_treatment_and_of_a_run(records):
    rounds = [dissolved(records["plane"])] * 2
    names = [state.name for state in states_of(rounds, "RUN")]
    assert names == ["before", "needle_in", "after_round_1", "after_round_2"]
    assert [state.name for state in states_of(rounds[:1], "RUN")][-1] == "after"
    assert [state.name for state in states_of([records["plane"]], "RUN")] == ["before", "needle_in"]


def test_each_round_takes_its_own_change_away(records):
    one = dissolved(records["plane"])
    before, _, first, second = states_of([one, one], "RUN")
    assert before.mineral - first.mineral == pytest.approx(first.mineral - second.mineral)
    share = (before.mineral - first.mineral) / before.mineral
    assert share == pytest.approx(0.5 * GONE, rel=0.1)


def test_the_needle_is_as_wide_as_its_tube(records):
    state = states_of([records["plane"]], "RUN")[1]
    view = frame(state.case, 0.05e-3, 1)
    steel = lines(state, view, 0.04)[STEEL]
    above = steel[view.heights > 1e-3][0]
    needle = state.case.needle
    area = np.pi / 4.0 * (needle.outer_diameter**2 - needle.inner_diameter**2)
    assert above.sum() * 0.05e-3 == pytest.approx(STEEL.density * area, rel=1e-6)
    assert not steel[view.heights < -1.001 * state.needle].any()


def test_a_later_picture_shows_less_mineral_where_it_dissolved(series):
    before, after = series.pictures[0], series.pictures[-1]
    change = before.exposure.expected - after.exposure.expected
    depth = 1e3 * -series.view.heights
    upper = (depth > 4.0) & (depth < 6.0)
    lower = depth > 11.0
    middle = change.shape[1] // 2
    assert change[upper, middle].min() > 10.0 * np.abs(change[lower, middle]).max()
    first, last = series.differences["after_round_1"], series.differences["after_round_2"]
    assert 0.0 < first.ideal_snr < last.ideal_snr


def test_noise_of_two_pictures_is_not_the_same(series):
    a, b = (series.pictures[n].exposure for n in (0, 2))
    corner = (slice(-5, None), slice(0, 8))  # muscle beside the nodule: equal but for the noise
    assert np.allclose(a.mean[corner], b.mean[corner])
    assert not np.allclose(a.seen[corner], b.seen[corner])


def test_the_same_seed_gives_the_same_pictures(records):
    coarser = {"pixel": "1", "ct-voxel": "1.5"}
    first, again = (take([records["plane"]], settings(coarser)) for _ in range(2))
    other = take([records["plane"]], settings(coarser | {"seed": "2"}))
    assert np.array_equal(first.before.exposure.seen, again.before.exposure.seen)
    assert not np.array_equal(first.before.exposure.seen, other.before.exposure.seen)


def test_files_hold_what_was_taken(series, tmp_path):
    chosen = settings(COARSE)
    write(series, chosen, tmp_path / "out")
    volume = series.before.volume
    image = sitk.ReadImage(str(tmp_path / "out" / "ct_before.nii"))
    assert np.array_equal(sitk.GetArrayFromImage(image).transpose(2, 1, 0), volume.hounsfield)
    assert image.GetSpacing() == pytest.approx([1e3 * s for s in volume.spacing], rel=1e-6)
    assert image.GetOrigin() == pytest.approx([1e3 * o for o in volume.origin], rel=1e-6)
    assert np.allclose(image.GetDirection(), np.eye(3).ravel())
    again = read_volume(tmp_path / "out" / "ct_before.nii", "nodule.image.path")
    assert np.array_equal(again.values, volume.hounsfield)

    values = read_json(tmp_path / "out" / "metrics.json")
    assert values == metrics(series, chosen)
    assert all(key.startswith("imaging.") for key in values)
    rows = {row["metric"]: row["value"] for row in read_rows(tmp_path / "out" / "metrics.csv")}
    key = "imaging.before.true_mineral_mg"
    assert float(rows[key]) == values[key]
    assert not is_blank(pixels(tmp_path / "out" / "radiograph.png"))


def test_the_volume_lies_as_the_simulation_does(series):
    """Depth is the second axis: air above, the nodule's middle where the case has it."""
    volume, case = series.before.volume, series.before.state.case
    depth = volume.origin[1] + np.arange(volume.hounsfield.shape[1]) * volume.spacing[1]
    assert volume.hounsfield[0, depth < -1.5e-3].max() < -900
    weight = volume.nodule.sum(axis=(0, 2))
    assert weight @ depth / weight.sum() == pytest.approx(case.nodule.centre_depth, abs=0.2e-3)
    across = volume.origin[0] + np.arange(volume.hounsfield.shape[0]) * volume.spacing[0]
    weight = volume.nodule.sum(axis=(1, 2))
    assert weight @ across / weight.sum() == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("which", ["run", "many", "solid"])
def test_texts_of_the_figure_are_within_and_apart(records, which):
    chosen = settings(COARSE)
    rounds = {
        "run": [records["plane"]],
        "many": [dissolved(records["plane"])] * 5,
        "solid": [dissolved(records["solid"])],
    }
    made = take(rounds[which], chosen)
    made = dataclasses.replace(made, name="a needle with a name as long as they are let to be")
    figure = radiograph_figure(made, chosen)
    assert not outside(figure)
    assert not overlapping(figure)
    plt.close(figure)


def test_without_fields_there_is_one_line(records):
    with pytest.raises(ConfigError, match="no injection was computed") as refused:
        take([records["none"]], settings(COARSE))
    assert "\n" not in str(refused.value)


def test_a_body_thinner_than_the_nodule_is_refused(records):
    with pytest.raises(ConfigError, match="--thickness"):
        take([records["plane"]], settings(COARSE | {"thickness": "5"}))


def test_the_command_writes_beside_the_run_and_refuses_in_one_line(records, monkeypatch, capsys):
    folder = records["plane"].folder
    options = ["--pixel", "0.5mm", "--energy", "40", "--ct-voxel", "1"]
    monkeypatch.setattr("sys.argv", ["radiograph", str(folder), *options])
    radiograph.main()
    paths = capsys.readouterr().out.split()
    assert str(folder / "imaging" / "metrics.json") in paths
    assert read_json(folder / "imaging" / "metrics.json")["imaging.setting.energy_keV"] == 40.0
    monkeypatch.setattr("sys.argv", ["radiograph", str(folder), "--kvp", "5 mm"])
    with pytest.raises(SystemExit) as ended:
        radiograph.main()
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith("refused: --kvp")
    assert told.count("\n") == 1


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="no folder of a run"):
        records_of(tmp_path)


def test_a_comparison_is_refused_before_anything_is_read(tmp_path):
    for name in ("comparison.json", "a_27G/case.json", "b_14G/case.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{")
    with pytest.raises(ConfigError, match="two needles; give one of a_27G, b_14G"):
        check_folder(tmp_path)


def test_fields_that_are_gone_are_said_to_be(records):
    gone = dataclasses.replace(records["plane"], fields=None)
    with pytest.raises(ConfigError, match="its fields are not there"):
        states_of([records["plane"], gone], "key")
