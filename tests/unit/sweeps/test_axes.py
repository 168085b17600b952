"""What was swept, which needle arrives, what one input does: of tables with known numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.errors import ConfigError
from sim.studies.metric import meaning
from sim.sweeps.axes import DEVICE, swept
from sim.sweeps.effects import correlations, star
from sim.sweeps.marginal import marginal
from sim.sweeps.ranking import DOSE, ranking
from tests.unit.sweeps.tables import TOO_DENSE, compared, grid


def test_an_option_of_a_group_is_one_axis_and_a_technique_that_follows_is_none() -> None:
    found = swept(grid())
    assert [axis.key for axis in found.axes] == [
        "needle", "nodule.mineral.density", "injection.volume",
    ]  # fmt: skip
    needle, density, _ = found.axes
    assert needle.levels == ("27G", "25G", "14G_coaxial")  # from thin to thick
    assert density.levels == (0.8, 1.2, 1.6)
    assert density.title == "mineral's density (g/cm³)"
    assert set(found.runs[DEVICE]) == {"27G", "25G", "14G coaxial"}


def test_the_same_value_in_another_unit_is_no_axis() -> None:
    table = grid(needles=["27G"], densities=[0.8, 1.2], volumes=[0.5])
    table.loc[1, "overrides"] = table.loc[1, "overrides"].replace("0.5\\ mL", "500\\ uL")
    assert [axis.key for axis in swept(table).axes] == ["nodule.mineral.density"]


def test_a_side_that_is_the_same_run_counts_once() -> None:
    found = swept(compared())
    assert found.sided
    assert sorted(found.runs[DEVICE]) == ["14G coaxial", "25G", "27G"]
    assert [axis.key for axis in found.axes] == ["needle"]


def test_a_metric_of_a_side_and_of_a_round_is_told_in_words() -> None:
    assert meaning("a.round_2.insertion.peak_force_N").label == "a: round 2: Peak axial force"
    assert meaning(f"round_1.{DOSE}").unit == "mg"


def test_an_unknown_axis_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ConfigError, match=r"--by.*nodule.mineral.density"):
        swept(grid()).axis("nodule.density", "--by")


def test_needles_are_ranked_in_the_conditions_that_all_share() -> None:
    table = grid()
    easy = table[(table["needle.name"] != "25G") | (table["injection.volume_mL"] == 0.2)]
    easy = easy[
        ~((easy["needle.name"] == "27G") & (easy["nodule.mineral.density_g_per_cm3"] > 1.3))
    ]
    found = ranking(swept(easy))
    assert found.paired
    assert found.conditions == 2  # 0.2 mL at 0.8 and 1.2 g/cm3
    assert [rank.device for rank in found.ranks] == ["14G coaxial", "27G", "25G"]
    assert [int(rank.reached.sum()) for rank in found.ranks] == [2, 1, 1]
    assert found.ranks[1].median_force == pytest.approx(8.0)  # of the run that arrived alone


def test_runs_that_are_not_complete_are_counted_and_compared_with_nothing() -> None:
    found = ranking(swept(grid(densities=[0.8, TOO_DENSE])))
    assert {rank.asked for rank in found.ranks} == {4}
    assert {rank.complete for rank in found.ranks} == {2}
    assert {rank.compared for rank in found.ranks} == {2}


def test_without_shared_conditions_the_ranking_says_so() -> None:
    table = grid(needles=["27G", "25G"], volumes=[0.5])
    own = table["nodule.mineral.density_g_per_cm3"].where(table["needle.name"] == "27G", 0.9)
    table = table.assign(**{"nodule.mineral.density_g_per_cm3": own})
    assert not ranking(swept(table)).paired
    assert ranking(swept(grid(needles=["27G"]))) is None


def test_the_star_is_one_at_a_time_about_the_middle() -> None:
    found = star(swept(grid(volumes=(0.2, 0.3, 0.5))), DOSE)
    assert found.base["nodule.mineral.density"] == 1.2
    assert found.base["injection.volume"] == 0.3
    assert found.value == pytest.approx(10.0 * 0.3 / 1.2)
    sizes = {swing.axis.key: swing.size for swing in found.swings}
    assert sizes["needle"] == 0.0
    assert sizes["injection.volume"] == pytest.approx(3.0 / 1.2)
    assert [swing.size for swing in found.swings] == sorted(sizes.values(), reverse=True)


def test_the_base_of_a_one_at_a_time_design_is_its_hub() -> None:
    table = grid(needles=["27G", "25G"], densities=[0.8, 1.6], volumes=[0.2, 0.5])
    hub = (table["needle.name"] == "25G").astype(int) + (table["injection.volume_mL"] == 0.5)
    hub += table["nodule.mineral.density_g_per_cm3"] == 0.8
    found = star(swept(table[hub >= 2]), DOSE)  # the hub and what is one step from it
    assert dict(found.base) == {
        "needle": "25G",
        "nodule.mineral.density": 0.8,
        "injection.volume": 0.5,
    }
    assert len(found.swings) == 3


def test_samples_have_rank_correlations_and_no_star() -> None:
    rng = np.random.default_rng(1)
    rows = grid(needles=["27G"], densities=rng.uniform(0.5, 1.9, 40).round(4), volumes=[0.5])
    rows["injection.volume_mL"] = rng.uniform(0.1, 1.0, 40).round(4)
    rows["overrides"] = [
        f"nodule.mineral.density={d}\\ g/cm**3 injection.volume={v}\\ mL"
        for d, v in zip(rows["nodule.mineral.density_g_per_cm3"], rows["injection.volume_mL"],
                        strict=True)
    ]  # fmt: skip
    found = swept(rows)
    assert all(found.sampled(axis) for axis in found.axes)
    assert star(found, "insertion.peak_force_N") is None
    first, second = correlations(found, "insertion.peak_force_N")
    assert (first[0].key, first[1].value) == ("nodule.mineral.density", pytest.approx(1.0))
    assert second[1].low < 0.0 < second[1].high


def test_values_are_compared_where_all_of_them_were_tried() -> None:
    table = grid(needles=["27G"])
    hard = (table["injection.volume_mL"] == 0.2) & (
        table["nodule.mineral.density_g_per_cm3"] == 0.8
    )
    found = swept(table[~hard])  # 0.2 mL was tried in dense mineral alone
    volume = marginal(found, DOSE, found.axis("injection.volume", "--by"))
    assert volume.shared
    assert [level.compared for level in volume.levels] == [2, 2]
    assert volume.levels[1].median == pytest.approx(np.median([5.0 / 1.2, 5.0 / 1.6]))
    assert volume.known[0].level == 0.5
    assert volume.matters
    needle = pd.concat([table, grid(needles=["25G"])])
    same = swept(needle)
    assert not marginal(same, DOSE, same.axis("needle", "--by")).matters
