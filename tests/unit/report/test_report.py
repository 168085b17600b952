"""The report: self-contained, truthful in words, robust to early endings."""

from __future__ import annotations

import re

import pytest

from sim.figures.draw import draw
from sim.report import words
from sim.report.build import write_report
from sim.report.verification import parse
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
    sources = re.findall(r"""(?:src|href)=["']([^"']*)""", page)
    assert all(source.startswith(("data:image/png;base64,", "#")) for source in sources)
    assert not re.search(r"https?://|@import|url\(", page)
    alts = re.findall(r'<img [^>]*alt="([^"]*)"', page)
    assert len(alts) == len(pictures)
    assert all(len(alt) > 20 for alt in alts)
    anchors = set(re.findall(r'href="#([^"]*)"', page))
    assert anchors <= set(re.findall(r'id="([^"]*)"', page))
    assert "prefers-color-scheme: dark" in page
    assert "python -m made.up &lt;x&gt;" in page, "text must be escaped"


def test_words_say_who_got_in_and_what_stopped_the_other(records):
    a, b, _ = records
    assert "buckled at 2 mm depth and never got into the nodule" in words.insertion_words(a)
    assert "With the tip outside the nodule" in words.infiltration_words(a)
    assert "reached its target at 7.5 mm depth, 5 mm inside" in words.insertion_words(b)
    assert words.comparison_words(a, b).startswith("Only the 14G coaxial reached its target.")


def test_words_name_the_smallest_margin_first(records):
    text = words.insertion_words(records[0])
    assert re.search(
        r"margins \(limit / demand\) are 0\.99 to buckling and 2 to yield in bending", text
    )


def test_words_of_a_run_without_infiltration(tmp_path, records):
    assert "was not computed" in words.infiltration_words(records[2])
    page = write_report(tmp_path, records[1:], draw(records[1:], tmp_path), "x").read_text()
    assert "was not computed" in page


def test_every_turning_point_is_told(records):
    rows = [row for record in records[:2] for row in record.turning_points]
    turning = [row for row in rows if row["outcome_end"] != row["outcome_default"]]
    assert turning
    sentences = words.turning_words(records[:2])
    assert len(sentences) == len(turning)
    assert all(
        row["outcome_turns_at"] in text for row, text in zip(turning, sentences, strict=True)
    )


def test_an_input_that_differs_is_listed_for_each_needle(tmp_path, records):
    page = write_report(tmp_path, records[:2], {}, "x").read_text()
    assert '<td>needle.length (27G)</td><td class="n">12.7 mm</td>' in page
    assert '<td>needle.length (14G coaxial)</td><td class="n">95 mm</td>' in page
    page = write_report(tmp_path, [records[0], records[2]], {}, "x").read_text()
    assert page.count("<td>needle.length</td>") == 1


def test_the_answer_names_what_would_turn_it(records):
    (low,) = [row for row in records[0].turning_points
              if row["input"].endswith("solid_strength") and row["side"] == "low"]  # fmt: skip
    text = words.decisive_words(records[0])
    assert text.startswith("The 27G would reach its target with nodule.mineral.solid_strength")
    assert f"below {low['outcome_turns_at']}" in text


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
