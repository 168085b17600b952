"""A treatment's configuration: its schedule makes sense, and its folder gives it back."""

from __future__ import annotations

import pytest
from omegaconf import OmegaConf

from sim.config import compose
from sim.config.treatment import comparison, to_treatment
from sim.errors import ConfigError
from sim.rounds.run import configuration

REFUSED = [  # overrides, key, a piece of what is allowed
    (["schedule.interval=1 hour", "injection.time_limit=3600 s"], "schedule.interval",
     "a round must end before the next one begins"),
    (["schedule.interval=90 min", "injection.time_limit=3000 s", "injection.dwell=2400 s"],
     "schedule.interval", "injection.dwell (2400 s)"),
    (["schedule.interval=61 day"], "schedule.interval", "1 hour to 60 day"),
    (["schedule.entry=shifted", "schedule.shift=4 mm"], "schedule.shift", "miss the nodule"),
    (["schedule.entry=shifted", "schedule.shift=0 mm"], "schedule.shift", "above 0"),
    (["schedule.entry=beside"], "schedule.entry", "same, shifted"),
    (["schedule.rounds=0"], "schedule.rounds", "from 1 to 20"),
    (["schedule.rounds=2.5"], "schedule.rounds", "whole number"),
    (["schedule.follow_up=0 s"], "schedule.follow_up", "1 min"),
    (["dissolution=equilibrium", "dissolution.solubility_molal=1 mg/kg"],
     "dissolution.solubility_molal", "must not lower"),
    (["drug.thiosulfate=0 mol/kg"], "dissolution.model", "no thiosulfate"),
]  # fmt: skip


@pytest.mark.parametrize(("overrides", "key", "allowed"), REFUSED)
def test_refused_by_name(overrides, key, allowed):
    with pytest.raises(ConfigError) as refused:
        to_treatment(compose("treatment", overrides))
    assert refused.value.key == key
    assert allowed in refused.value.allowed


def test_the_default_is_three_weekly_rounds_with_both_needles():
    cases = to_treatment(compose("treatment"))
    assert [case.needle.name for case in cases] == ["27G", "14G_coaxial"]
    for case in cases:
        assert (case.schedule.rounds, case.schedule.interval) == (3, 7 * 86400.0)
        assert case.dissolution.model == "effective_yield"


def test_a_folder_gives_back_the_configuration_to_the_last_bit(tmp_path):
    cfg = comparison(compose("treatment", ["dissolution.rate=3 1/hour", "mesh=coarse"]))
    text = OmegaConf.to_yaml(cfg, resolve=True)
    (tmp_path / "config.yaml").write_text(text)
    resumed = compose("treatment", [f"resume={tmp_path}"])
    assert OmegaConf.to_yaml(comparison(resumed), resolve=True) == text
    digests = [[configuration(case) for case in to_treatment(c)] for c in (cfg, resumed)]
    assert digests[0] == digests[1]
    assert digests[0][0] != digests[0][1]


@pytest.mark.parametrize("content", [None, "a: [", "[1, 2]"])
def test_a_folder_without_a_treatment_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "config.yaml").write_text(content)
    with pytest.raises(ConfigError, match=r"resume|needed"):
        to_treatment(compose("treatment", [f"resume={tmp_path}"]))


def test_what_a_folders_configuration_holds_is_checked(tmp_path):
    cfg = comparison(compose("treatment"))
    cfg.schedule.rounds = 0
    (tmp_path / "config.yaml").write_text(OmegaConf.to_yaml(cfg, resolve=True))
    with pytest.raises(ConfigError, match=r"schedule\.rounds"):
        to_treatment(compose("treatment", [f"resume={tmp_path}"]))
