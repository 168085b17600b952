"""The report of a sweep: valid, alone in its file, with the numbers of its table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sim.report.sweep import ROWS, tell
from sim.results.files import write_json
from tests import pages
from tests.unit.sweeps.tables import TOO_DENSE, grid


def written(folder: Path, table: pd.DataFrame) -> str:
    """Write the report of a sweep and return its page."""
    about = {"experiment": "run_case", "command": "python -m x -m <y>", "points": len(table) + 2}
    write_json(folder / "sweep.json", about)
    return tell(folder, table).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> str:
    """The report of three needles in four minerals, one of them refused."""
    return written(tmp_path_factory.mktemp("sweep"), grid(densities=(0.8, 1.2, 1.6, TOO_DENSE)))


def test_the_page_is_valid_and_stands_alone(page: str) -> None:
    pages.parsed(page)
    assert len(pages.images(page)) == 4
    assert not pages.addresses(page)
    assert not pages.dead_links(page)
    assert len(page) < 10e6
    assert set(pages.DESIGN) <= set(pages.table(page))


def test_the_answer_comes_first_and_has_the_numbers(page: str) -> None:
    answer = pages.parsed(page).query(".answer")[0].to_text()
    assert "largest, 6.25 mg, with needle 27G, mineral's density 0.8 g/cm³" in answer
    assert "as much in 2 other runs" in answer
    assert "14G coaxial: 4 of 6; 27G and 25G: 2 of 6" in answer
    assert "18 of 26 runs are complete (6 refused" in answer
    assert "2 were not begun" in answer
    assert "Needle: makes no difference to it" in answer
    assert page.index('class="answer"') < page.index("<img")


def test_the_depth_of_the_target_is_no_result(tmp_path: Path) -> None:
    table = grid().drop(columns="infiltration.dose_in_nodule_mg")
    reached = table["insertion.outcome"] == "reached_target"
    depths = table["nodule.mineral.density_g_per_cm3"].rsub(4.0).where(~reached, 5.0)
    page = written(tmp_path, table.assign(**{"insertion.depth_in_nodule_mm": depths}))
    lead = pages.parsed(page).query(".answer .lead")[0].to_text()
    assert f"{reached.sum()} of {len(table)} runs reached the target" in lead
    assert "Least deep of the others: 2.4 mm" in lead
    assert "largest" not in lead


def test_failures_have_their_reason(page: str) -> None:
    rows = pages.parsed(page).query("#failures ~ .scroll tr")
    assert any("is not allowed" in row.to_text() and "6" in row.to_text() for row in rows)


def test_the_table_of_runs_has_the_first_rows(page: str, tmp_path: Path) -> None:
    cells = [tag.to_text() for tag in pages.parsed(page).query("td")]
    assert "4.17" in cells  # 5 mg / 1.2
    many = grid(needles=["27G"], densities=[0.5 + 0.01 * i for i in range(105)], volumes=(0.2, 0.5))
    long = written(tmp_path, many)
    assert f"The first {ROWS} of {len(many)} rows" in long
    assert long.count('<a href="runs/') == ROWS


def test_a_sweep_of_which_nothing_is_complete_has_a_report(tmp_path: Path) -> None:
    page = written(tmp_path, grid(densities=(TOO_DENSE,)))
    pages.parsed(page)
    assert "0 of 8 runs are complete" in page
    assert "No result differs" in page


def test_a_trial_keeps_its_own_report(tmp_path: Path) -> None:
    (tmp_path / "trial.json").write_text("{}")
    (tmp_path / "report.html").write_text("the trial's own")
    assert written(tmp_path, grid()) == "the trial's own"
