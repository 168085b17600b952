"""What is sampled on a command line, before Hydra reads it."""

from __future__ import annotations

from hydra.core.override_parser.overrides_parser import OverridesParser

from sim.sweeps.command_line import for_study, for_sweeper

RATE = "injection.rate=normal(1 mL/min, 0.2 mL/min)"


def test_sampled_inputs_and_a_dry_run_choose_the_sampling_sweeper():
    found = for_sweeper(["-m", "mesh=coarse", RATE, "--dry-run", "needle=27G,22G"])
    assert found == [
        "-m",
        "mesh=coarse",
        "needle=27G,22G",
        "hydra/sweeper=sampling",
        "+hydra.sweeper.inputs={injection.rate: 'normal(1 mL/min, 0.2 mL/min)'}",
        "hydra.sweeper.dry_run=true",
    ]
    assert "hydra/sweeper=sampling" in for_sweeper(["-m", "hydra/sweeper=sampling", RATE])
    for untouched in (["-m", "needle=27G,22G"], ["mesh=coarse", RATE]):
        assert for_sweeper(untouched) == untouched


def test_what_is_not_the_studys_own_belongs_to_its_runs():
    own = ["of", "samples", "output", "dry_run"]
    given = ["of=insertion", "samples=4", "output.fields=none", "hydra.run.dir=here", "--dry-run"]
    found = for_study([*given, "needle=22G", 'site.name="it\'s"', RATE], own)
    assert found[:5] == [*given[:4], "dry_run=true"]
    inputs, overrides = OverridesParser.create().parse_overrides(found[5:])
    assert inputs.key_or_group == "inputs"
    assert inputs.value() == {"injection.rate": "normal(1 mL/min, 0.2 mL/min)"}
    assert overrides.value() == ["needle=22G", 'site.name="it\'s"']
