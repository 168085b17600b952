"""The report: self-contained, truthful in words, robust to early endings."""

from __future__ import annotations

import dataclasses
import html
import re

import pytest
from justhtml import StrictModeError

from sim.case import Capsule, Dissolution
from sim.config import compose
from sim.config.infiltration import to_infiltration
from sim.figures.draw import draw
from sim.infiltration_alone import NOT_INSERTED, standing_note
from sim.report import turning, words
from sim.report.build import write_report
from sim.report.case_words import case_words
from sim.report.verdict import comparison_words
from sim.report.verification import parse
from sim.results.alternatives import HEADER, side_by_side
from sim.results.files import read_json, read_rows, write_rows
from sim.results.names import METRICS
from tests import pages
from tests.unit.results import synthetic
from tests.unit.results.records import write_record

LIMIT_BYTES = 10e6


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    folder = tmp_path_factory.mktemp("records")
    a, b = synthetic.case(), synthetic.case(synthetic.NEEDLE_14G, synthetic.DRILL)
    outside, inside = synthetic.insertion(a, 2.0e-3), synthetic.insertion(b)
    return (
        write_record(folder / "a", a, outside, synthetic.infiltration(a, 2.0e-3)),
        write_record(folder / "b", b, inside, synthetic.infiltration(b, inside.reached_depth)),
        write_record(folder / "c", a, outside, None),
    )


def test_page_needs_nothing_outside_itself(tmp_path, records):
    pictures = draw(records[:2], tmp_path)
    page = write_report(tmp_path, records[:2], pictures, "python -m made.up <x>").read_text()
    assert len(page) < LIMIT_BYTES
    assert len(pages.images(page)) == len(pictures)
    assert not pages.addresses(page)
    assert not pages.dead_links(page)
    assert "python -m made.up &lt;x&gt;" in page, "text must be escaped"


@pytest.mark.parametrize(
    "address",
    ["<img src=//x.org/a.png>", '<link rel="x" href="https://x">', "<style>@import 'a'</style>",
     "<p style='background: url(a.png)'>"],
)  # fmt: skip
def test_an_address_outside_is_found(address):
    assert pages.addresses(address)
    assert not pages.addresses('<a href="#x">1 // 2</a>')


def test_every_metric_of_the_design_is_shown_as_it_is_in_the_record(tmp_path, records):
    page = write_report(tmp_path, records[:2], {}, "x").read_text()
    columns = [read_json(record.folder / METRICS) for record in records[:2]]
    assert not pages.wrong(page, columns)
    moved = columns[0] | {"insertion.peak_force_N": 1.01 * columns[0]["insertion.peak_force_N"]}
    assert len(pages.wrong(page, [moved, columns[1]])) == 1
    lost = page.replace('data-key="insertion.work_mJ"', "")
    assert len(pages.wrong(lost, columns)) == 1
    one = write_report(tmp_path, records[1:2], {}, "x").read_text()
    assert not pages.wrong(one, columns[1:])


def test_the_page_is_html(tmp_path, records):
    for some in ([], records[:1], records[:2], records[1:]):
        page = write_report(tmp_path, some, {}, "x", ["it < failed"]).read_text()
        pages.parsed(page)
        with pytest.raises(StrictModeError):
            pages.parsed(page.replace("</figure>", "").replace("</table>", "</b>", 1))


def test_words_say_who_got_in_and_what_stopped_the_other(records):
    a, b, _ = records
    text = words.insertion_words(a)
    assert text.startswith("The 27G buckled: buckled at 2.00 mm, without getting into the nodule")
    assert "5.5 mm short of its target" in text
    assert "With the tip outside the nodule" in words.infiltration_words(a)
    assert "reached its target at 7.5 mm depth, 5 mm inside" in words.insertion_words(b)
    assert comparison_words(a, b).startswith("The 14G coaxial, by its way: only it reached")


def test_what_stopped_it_comes_before_a_smaller_margin(records):
    """A mechanism further down the path can have the smaller margin."""
    values = records[0].metrics | {"insertion.operator_margin": 0.5}
    text = words.insertion_words(dataclasses.replace(records[0], metrics=values))
    assert "would be 0.99 to buckling, which stopped it, and 0.5 to the operator's force" in text
    assert "margins (limit / demand) were" in words.insertion_words(records[1])


def test_a_nodule_that_cracks_and_a_tip_beyond_it_are_told(records):
    b = records[1]
    assert "crack" not in words.insertion_words(b)
    values = b.metrics | {"insertion.splitting_margin": 0.8, "insertion.reached_depth_mm": 13.2}
    changed = dataclasses.replace(b, metrics=values)
    assert "the nodule would crack (margin 0.8)" in words.insertion_words(changed)
    assert "13.2 mm depth, past the nodule" in words.insertion_words(changed)
    assert "With the tip past the nodule" in words.infiltration_words(changed)


def test_the_fate_of_the_drug_adds_up(records):
    for record in records[:2]:
        (fate,) = re.findall(r"mg delivered (.*?);", words.infiltration_words(record))
        assert sum(int(share) for share in re.findall(r"(\d+) %", fate)) == 100
        m = {key.removeprefix("infiltration."): value for key, value in record.metrics.items()}
        parts = ("dose_in_nodule_mg", "dose_in_soft_tissue_mg", "lost_through_skin_mg")
        assert sum(m[part] for part in parts) == pytest.approx(m["dose_mg"], rel=1e-12)


def test_words_of_the_syringe(records):
    """0.1 mg of 250 mg/mL stay in the needle: not worth saying; 50 mg are 0.2 mL."""
    assert "stay in hub and lumen" not in words.infiltration_words(records[1])
    values = records[1].metrics | {"infiltration.retained_in_needle_mg": 50.0}
    record = dataclasses.replace(records[1], metrics=values)
    assert "Another 0.2 mL (50 mg) of drug stay in hub and lumen, with which the needle was" in (
        words.infiltration_words(record)
    )
    needle = dataclasses.replace(record.case.needle, lumen_content="air")
    full = dataclasses.replace(record, case=dataclasses.replace(record.case, needle=needle))
    assert words.infiltration_words(full).endswith(
        "Of the 0.5 mL that the plunger pushed, 0.2 mL (50 mg) of drug stay in hub and lumen, "
        "which held air at the start: only 0.3 mL of drug reached the tissue."
    )


@pytest.mark.parametrize("ended_by", ["nothing_injected", "volume"])
def test_words_of_a_dose_that_stays_in_the_dead_volume(records, ended_by):
    """Air: nothing enters the tissue; blood: that alone does."""
    values = records[1].metrics | {
        "infiltration.ended_by": ended_by,
        "infiltration.displaced_volume_mL": 0.2,
        "infiltration.dose_mg": 0.0,
        "infiltration.dose_in_nodule_mg": 0.0,
    }
    record = dataclasses.replace(records[1], metrics=values)
    text = words.infiltration_words(record)
    assert "no drug reached the tissue: the plunger pushed 0.2 mL" in text
    assert "mg of drug in the nodule, the other none" in comparison_words(records[0], record)


def test_words_of_another_content_of_the_lumen(records):
    row = dict(records[1].turning_points[0]) | {
        "input": turning.LUMEN,
        "default": "air",
        "end": "drug",
        "infiltrated_default": "0.44",
        "infiltrated_end": "0.65",
    }
    text = turning.lumen_words(dataclasses.replace(records[1], turning_points=[row]))
    assert "assumed to hold air at the start: 44 % of the nodule are infiltrated" in text
    assert "against 65 % with drug." in text
    assert turning.lumen_words(records[1]) == ""


def test_every_result_names_its_closure(tmp_path, records):
    page = write_report(tmp_path, records[:1], {}, "x").read_text()
    assert "No dissolution is computed: the closure is none." in page
    case = dataclasses.replace(
        records[1].case, dissolution=Dissolution(model="effective_yield", yield_ratio=0.5)
    )
    known = {"treatment.mineral_removed_mg": 8.3, "treatment.mineral_removed_fraction": 0.0044}
    record = dataclasses.replace(records[1], case=case, metrics=records[1].metrics | known)
    assert "closure effective_yield, no prediction, 0.44 % of the mineral (8.3 mg) are gone 7" in (
        words.infiltration_words(record)
    )
    page = write_report(tmp_path, [record], {}, "x").read_text()
    assert "effective_yield, calibrated or assumed, not a prediction" in page
    assert "takes 0.5 mg of mineral along" in page


SITE = """
site: {geometry: 3d, tip_depth: 7 mm, offset_x: 3 mm, offset_y: 0 mm, tilt: 20 deg, width: 9 mm,
  yaw: 30 deg, pitch: 0 deg, roll: 0 deg}
"""


def test_a_needle_that_was_put_in_place_has_no_hand(tmp_path, records):
    values = {key: None for key in records[0].metrics if key.startswith("insertion.")}
    record = dataclasses.replace(
        records[0], config=SITE, metrics=records[0].metrics | values, turning_points=[]
    )
    text = case_words([record])
    assert "15 mm by 9 mm across and 10 mm high, turned" in text
    assert "stands with its tip 7.5 mm deep, 3 mm beside the nodule's centre, the needle" in text
    assert "push" not in text
    page = write_report(tmp_path, [record], {}, "x").read_text()
    assert "<h1>27G: where does the drug go?</h1>" in page
    assert "Hand&#39;s force limit" not in page
    assert ">Insertion</th>" not in page
    imaged = dataclasses.replace(record, config=SITE + "nodule: {image: {path: scans/ct.nii.gz}}")
    assert "One nodule from the image ct.nii.gz, 1.18 mL with 1900 mg of mineral, up to 15 mm" in (
        case_words([imaged])
    )


def test_words_of_the_needles_rest_and_its_open_way(records):
    assert "stays" not in case_words(records[:1])
    assert "leaked" not in words.infiltration_words(records[0])
    injection = dataclasses.replace(
        records[0].case.injection, dwell=300.0, track="leaks", pull_back=1e-3
    )
    case = dataclasses.replace(records[0].case, injection=injection)
    values = records[0].metrics | {"infiltration.leaked_later_mg": 1.25}
    record = dataclasses.replace(records[0], case=case, metrics=values)
    assert case_words([record]).endswith(
        "; through the needle pulled back by 1 mm; the needle stays for 5 min after it; the way "
        "that it leaves stays open to the skin."
    )
    assert "Another 1.25 mg leaked through the skin later" in words.infiltration_words(record)


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        ([], "With the needle in r-z on the nodule's axis, its tip 7.5 mm deep, "),
        (
            ["site.geometry=3d", "mesh=solid", "site.offset_x=3 mm", "site.offset_y=4 mm",
             "site.tilt=20 deg", "site.width=9 mm", "site.yaw=30 deg", "site.tip_depth=7 mm"],
            "With the needle in 3-D (an ellipsoid of 15 by 9 by 10 mm, turned), its tip 7 mm deep, "
            "5 mm beside the line through the nodule's centre, tilted by 20 degrees, ",
        ),
    ],
)  # fmt: skip
def test_words_of_a_needle_in_place_say_where_and_what_is_left_out(records, overrides, told):
    notes = [standing_note(to_infiltration(compose("infiltration", overrides))), NOT_INSERTED]
    values = {key: None for key in records[0].metrics if key.startswith("insertion.")}
    values = records[0].metrics | values | {"run.notes": notes}
    text = words.infiltration_words(dataclasses.replace(records[0], metrics=values))
    assert text.startswith(told)
    assert text.endswith(
        " No insertion led there, so that no core of mineral is in the lumen and no mineral "
        "around the needle is crushed."
    )


def test_alternatives_stand_side_by_side(tmp_path, records):
    values, rows = side_by_side(
        {
            name: synthetic.infiltration(records[0].case, 2e-3)
            for name in ("as_configured", "without_core", "with_cracks")
        }
    )
    assert values["with_cracks.injected_volume_mL"] == pytest.approx(0.5)
    path = tmp_path / "alternatives.csv"
    write_rows(path, HEADER, rows)
    record = dataclasses.replace(records[0], alternatives=read_rows(path))
    page = write_report(tmp_path, [record], {}, "x").read_text()
    table = page[page.index('id="alternatives"') : page.index('id="table"')]
    assert "27G, core blown out" in table
    assert "under other assumptions: core blown out, " in words.infiltration_words(record)
    assert "27G, as configured" in table
    assert re.search(r"Volume into the tissue</td>\s*<td class=\"n\">0.5</td>\s*<td", table)
    assert 'id="alternatives"' not in write_report(tmp_path, records[:1], {}, "x").read_text()


def test_words_of_a_core_in_the_lumen(records):
    core = {
        "insertion.lumen_plugged": True,
        "insertion.core_length_mm": 0.42,
        "run.notes": [f"{words.CORE} of 0.42 mm; it stays (permeability of the mineral)"],
    }
    record = dataclasses.replace(records[1], metrics=records[1].metrics | core)
    assert "takes up a plug of mineral, 0.42 mm long." in words.insertion_words(record)
    told = words.infiltration_words(record)
    assert told.startswith("The lumen took up a core of 0.42 mm; it stays. With the tip in the")
    late = record.metrics | {"infiltration.ended_by": "time_limit"}
    told = words.infiltration_words(dataclasses.replace(record, metrics=late))
    assert "in the nodule, only 0.5 mL of the 0.5 mL ordered went in within" in told
    assert "lumen" not in words.infiltration_words(records[1])


def test_steel_that_may_stay_is_told_with_its_reason(records):
    why = "The point gives way with 2 mm of it held."
    risk = {"insertion.fragment_risk": True, "run.notes": [f"insertion.fragment_risk: {why}"]}
    record = dataclasses.replace(records[0], metrics=records[0].metrics | risk)
    assert f"Steel may stay in the nodule. {why}" in words.insertion_words(record)
    assert "Steel" not in words.insertion_words(records[0])


def test_a_tip_beside_the_axis_and_a_seated_nodule_are_told(records):
    b = records[1]
    case, plain = b.case, words.insertion_words(b)
    assert "beside the axis" not in plain
    assert "fascia" not in plain
    fat = 1e3 * (case.tissue.depth - case.nodule.depth - case.nodule.height)
    values = {
        "insertion.tip_deflection_mm": 2.23,
        "insertion.nodule_displacement_mm": fat - 1e-4,
    }
    text = words.insertion_words(dataclasses.replace(b, metrics=b.metrics | values))
    assert "up to 2.23 mm beside the axis" in text
    assert "pictures draw the needle straight" in text
    assert "the whole gap between nodule and fascia" in text
    short = b.metrics | {"insertion.nodule_displacement_mm": 0.99 * fat}
    assert "fascia" not in words.insertion_words(dataclasses.replace(b, metrics=short))


def test_the_jump_of_the_force_is_explained_where_a_mouth_met_the_mineral(tmp_path, records):
    def told(events: list[str], record: int) -> str:
        rows = [{"depth_mm": "5", "event": event, "force_N": "70"} for event in events]
        return words.step_words([dataclasses.replace(records[record], events=rows)])

    assert "14G coaxial jumps at 'tip buried'" in told(["tip_held", "tip_buried"], 1)
    assert told(["tip_held"], 1) == ""
    assert told(["tip_buried"], 0) == "", "no stylet, no step"
    event = [{"depth_mm": "5", "event": "tip_buried", "force_N": "70"}]
    record = dataclasses.replace(records[1], events=event)
    page = write_report(tmp_path, [record], draw([record], tmp_path, ["force"]), "x").read_text()
    assert "a flat step of 90°" in page


def test_two_shares_are_told_apart_or_once(records):
    a = records[0]
    row = a.turning_points[0] | {"infiltrated_default": "0.1829"}

    def told(share: float) -> str:
        known = a.metrics | {"infiltration.infiltrated_fraction_of_nodule": share}
        return turning.settings_words([dataclasses.replace(a, metrics=known, turning_points=[row])])

    assert "18.3 % against 18 % (27G)" in told(0.1798)
    assert "18.3 % (27G)" in told(0.1829)
    assert "against" not in told(0.1829)


def test_margins_told_are_of_what_can_stop_the_needle(records):
    values = records[1].metrics | {
        "insertion.bearing_margin": 0.3,
        "insertion.folding_margin": 0.11,
    }
    text = words.insertion_words(dataclasses.replace(records[1], metrics=values))
    assert "would yield (margin 0.3), so that the tip can wander" in text
    assert "0.11" not in text


def test_words_of_the_case(records):
    text = case_words(records[:2])
    assert "stone nodule, 15 mm across and 10 mm high, its top 2.5 mm below" in text
    assert "The 27G, 0.413 mm outside, 0.21 mm inside and 12.7 mm long, is pushed with at" in text
    assert "is drilled at 1 rev/s with at most 150 N" in text
    assert "0.5 mL of 250 mg/mL at up to 1 mL/min" in text


def test_words_of_an_uneven_nodule(records):
    def told(**changes: object) -> str:
        nodule = dataclasses.replace(records[0].case.nodule, **changes)
        case = dataclasses.replace(records[0].case, nodule=nodule)
        return case_words([dataclasses.replace(records[0], case=case)])

    field = records[0].case.nodule.density_field
    shell = dataclasses.replace(field, kind="shell_core", core_density=1e3, shell_thickness=2e-3)
    assert "1.6 g/cm³ dense in a shell of 2 mm and 1 g/cm³ inside" in told(density_field=shell)
    random = dataclasses.replace(field, kind="random", variation=0.15, correlation_length=1e-3)
    assert "with random deviations of 15 % over 1 mm" in told(density_field=random)
    rind = Capsule(0.3e-3, 2.0, 0.02)
    assert "1.6 g/cm³ dense, under a brittle rind of 0.3 mm, held" in told(capsule=rind)


def test_words_of_a_run_without_infiltration(tmp_path, records):
    assert "was not computed" in words.infiltration_words(records[2])
    page = write_report(tmp_path, records[1:], draw(records[1:], tmp_path), "x").read_text()
    assert "was not computed" in page


def test_every_turning_point_is_told(records):
    rows = [row for record in records[:2] for row in record.turning_points]
    turn = [row for row in rows if row["outcome_end"] != row["outcome_default"]]
    assert turn
    sentences = turning.turning_words(records[:2])
    assert len(sentences) == len(turn)
    assert all(any(row["reached_turns_at"] in text for text in sentences) for row in turn)


def test_an_outcome_on_the_way_is_never_told_as_the_end(records):
    """Below 200 it stalls instead of buckling, and only below 100 does it arrive."""
    (row,) = [row for row in records[0].turning_points
              if row["input"].endswith("solid_strength") and row["side"] == "low"]  # fmt: skip
    row |= {
        "outcome_turns_at": "200 MPa", "outcome_beyond": "stalled", "reached_turns_at": "100 MPa",
        "outcome_end": "reached_target",
    }  # fmt: skip
    record = dataclasses.replace(records[0], turning_points=[row])
    reaches, stalls = turning.turning_words([record])
    assert "below about 100 MPa" in reaches
    assert reaches.endswith("the 27G reaches its target.")
    assert "below about 200 MPa" in stalls
    assert stalls.endswith("the 27G stalls instead of buckling.")
    assert "below about 100 MPa" in turning.decisive_words(record)
    assert "200" not in turning.decisive_words(record)


def test_the_nearest_turning_points_lead_the_answer(records):
    def row(key: str, at: str) -> dict[str, str]:
        known = {"default": "1", "end": "0", "side": "low", "outcome_default": "bent",
                 "outcome_end": "reached_target"}  # fmt: skip
        return known | {"input": key, "reached_turns_at": at}

    rows = [row("far", "0.1"), row("near", "0.9"), row("middle", "0.5"), row("next", "0.8")]
    text = turning.decisive_words(dataclasses.replace(records[0], turning_points=rows))
    assert text.index("near") < text.index("next") < text.index("middle")
    assert "far" not in text
    assert text.endswith("; 1 more under turning points.")


def test_ends_that_were_left_out_are_listed(tmp_path, records):
    notes = ["turning points: nodule.depth = 6 mm was not evaluated: too deep"]
    record = dataclasses.replace(records[0], metrics=records[0].metrics | {"run.notes": notes})
    page = write_report(tmp_path, [record], {}, "x").read_text()
    assert "<li>27G: nodule.depth = 6 mm was not evaluated: too deep</li>" in page


def test_shares_are_percentages_and_cost_has_no_ratio(tmp_path, records):
    page = write_report(tmp_path, records[:2], {}, "x").read_text()
    rows = re.findall(r"<tr[^>]*><td>(.*?)</td>(.*?)</tr>", page, re.DOTALL)
    cells = {name: re.findall(r"<td[^>]*>(.*?)</td>", rest) for name, rest in rows}
    assert cells["Infiltrated share of the nodule"] == ["30", "30", "1", "%"]
    assert cells["Wall time"] == ["1", "1", "—", "s"]
    assert cells["Outer diameter"] == ["0.413", "2.11", "5.11", "mm"]
    assert re.findall(r'<th colspan="5">(.*?)</th>', page) == [
        "Needle and hand", "Insertion", "Infiltration", "Treatment", "Numerics",
    ]  # fmt: skip


def test_an_input_that_differs_is_listed_for_each_needle(tmp_path, records):
    page = html.unescape(write_report(tmp_path, records[:2], {}, "x").read_text())
    assert re.search(r"needle's length \(27G\)<br>.*?12\.7 mm</td>", page, re.DOTALL)
    assert re.search(r"needle's length \(14G coaxial\)<br>.*?95 mm</td>", page, re.DOTALL)
    page = write_report(tmp_path, [records[0], records[2]], {}, "x").read_text()
    assert page.count("<code>needle.length</code>") == 1


def test_the_answer_names_what_would_turn_it(records):
    (low,) = [row for row in records[0].turning_points
              if row["input"].endswith("solid_strength") and row["side"] == "low"]  # fmt: skip
    text = turning.decisive_words(records[0])
    assert text.startswith("The 27G would reach its target with ")
    assert f"strength of the pore-free mineral below about {low['reached_turns_at']}" in text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "—"), (True, "yes"), (12345.6, "12300"), (0.001234, "0.00123"), (0.0, "0"),
     (1e-12, "1e-12"), ("reached_target", "reached target")],
)  # fmt: skip
def test_numbers_as_people_read_them(value, text):
    assert words.number(value) == text


def test_verification_tables_are_read_from_markdown():
    text = "# A\nwords\n\n| case | error |\n|---|---|\n| sphere | 1e-3 |\n\n## B\n| only | head |\n"
    (table,) = parse(text)
    assert table.heading == "A"
    assert table.header == ["case", "error"]
    assert table.rows == [["sphere", "1e-3"]]
