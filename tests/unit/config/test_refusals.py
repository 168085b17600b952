"""Whatever is refused: exit code 2 and one line with the key, the value and what is allowed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hydra.core.config_store import ConfigStore

from sim.config import compare_cases, to_case
from sim.config.app import hydra_main
from sim.config.penetration_map import to_map

ROOT = Path(__file__).parents[3]

RUN = [  # overrides, key, value as given, a piece of what is allowed
    (["needle=35G"], "needle", "35G", "27G, 27G_thin"),
    (["nodule=gravel"], "nodule", "gravel", "net, paste, plate, stone"),
    (["nodule=image"], "nodule", "image", "experiments.infiltration does"),
    (["experiment=long_27G"], "experiment", "long_27G", "needle@b.needle"),
    (["experiment=nix"], "experiment", "nix", "soft_paste"),
    (["needel=27G"], "needel", "27G", "did you mean needle?"),
    (["needle=null"], "the command line", "needle=null", "cannot read"),
    (["nodule=[null]"], "the command line", "nodule=[null]", "cannot read"),
    (["@a=1"], "the command line", "@a=1", "cannot read"),
    (["needle.name=../../mine"], "needle.name", "../../mine", "folder"),
    (["needle.name=/mine"], "needle.name", "/mine", "folder"),
    (["needle.name=''"], "needle.name", "", "letters"),
    ([f"needle.name={31 * 'x'}"], "needle.name", 31 * "x", "at most 30"),
    (["needle.lenght=1 mm"], "needle.lenght", "1 mm", "did you mean length?"),
    (["+needle.colour=red"], "needle.colour", "red", "outer_diameter"),
    (["+dose=1 mL"], "dose", "1 mL", "injection"),
    (["+needle._target_=os.getcwd"], "needle._target_", "os.getcwd", "instantiated"),
    (["+hydra.callbacks.x._target_=os.getcwd"], "hydra.callbacks.x._target_", "os.getcwd", "Basic"),
    (["hydra/launcher=nix"], "hydra/launcher", "nix", "basic"),
    (["needle.length=12.7"], "needle.length", "12.7", "unit is missing; give a value from 2 mm"),
    (["needle.length=12.7 kg"], "needle.length", "12.7 kg", "something else"),
    (["needle.length=0,5 mm"], "needle.length", "0,5 mm", "decimal point"),
    (["needle.length=1 mm("], "needle.length", "1 mm(", "cannot read"),
    (["drug.density=1 g/cm^3"], "drug.density", "1 g/cm^3", "** for a power"),
    (["needle.length=nan mm"], "needle.length", "nan mm", "finite number"),
    (["needle.length=1e999 mm"], "needle.length", "1e999 mm", "finite number"),
    (["needle.length=[1,2]"], "needle.length", "[1,2]", "list"),
    (["needle.length=null"], "needle.length", "null", "a value is needed here; give a value"),
    (["nodule.density_field.kind=null"], "nodule.density_field.kind", "null", "shell_core"),
    (["nodule.density_field=null"], "nodule.density_field", "null", "a value is needed"),
    (["nodule.density_fields.kind=random"], "nodule.density_fields", "random", "density_field?"),
    (["needle.length=???"], "needle.length", "None", "a value is needed"),
    (["needle.length=${nix}"], "needle.length", "", "nix"),
    (["needle.length=5 mm"], "target_depth", "None", "needle.length is 5 mm"),
    (["needle.tip.angle=11"], "needle.tip.angle", "11", "unit is missing; give a value above 5"),
    (["needle.tip.angle=5 deg"], "needle.tip.angle", "5 deg", "above 5 deg and at most 90 deg"),
    (["needle.tip.angle=91 deg"], "needle.tip.angle", "91 deg", "above 5 deg and at most 90 deg"),
    (["needle.tip.kind=blunt"], "needle.tip.kind", "blunt", "bevel, trocar"),
    (["needle.gauge=26.5"], "needle.gauge", "26.5", "whole number"),
    (["needle.gauge=22"], "needle.outer_diameter", "0.4128 mm", "within 10 %"),
    (["needle.inner_diameter=0.42 mm"], "needle.inner_diameter", "0.42 mm", "(0.4128 mm)"),
    (["needle.free_length=20 mm"], "needle.free_length", "20 mm", "needle.length (12.7 mm)"),
    (["needle.stylet.diameter=0.1 mm"], "needle.stylet.diameter", "0.1 mm", "hypodermic"),
    (["technique=drill"], "technique.kind", "drill", "hypodermic bevel"),
    (["technique=drill", "technique.rotation_speed=0 rev/s"], "technique.rotation_speed",
     "0 rev/s", "a drill turns"),
    (["technique.motion=oscillating"], "technique.motion", "oscillating", "a push does not"),
    (["technique.thread_lead=1 mm"], "technique.thread_lead", "1 mm", "a push does not"),
    (["technique.axial_speed=0 mm/s"], "technique.axial_speed", "0 mm/s", "0.001 mm/s"),
    (["needle=14G_coaxial", "technique=drill", "technique.thread_lead=1 mm"],
     "technique.thread_lead", "1 mm", "continuous"),
    (["needle=14G_coaxial", "technique=drill", "technique.motion=continuous",
      "technique.thread_lead=2 mm"], "technique.thread_lead", "2 mm", "1 rev/s"),
    (["needle=14G_coaxial", "technique=drill", "technique.motion=continuous",
      "technique.thread_lead=10 mm", "technique.axial_speed=10 mm/s",
      "nodule.mineral.friction=0.9"], "technique.thread_lead", "10 mm", "locks"),
    (["needle.tip.edge_radius=0.3 mm"], "needle.tip.edge_radius", "0.3 mm", "(0.4128 mm)"),
    (["nodule.mineral.friction=-0.1"], "nodule.mineral.friction", "-0.1", "from 0 to 1"),
    (["nodule.density_field.kind=random", "nodule.density_field.variation=0"],
     "nodule.density_field.variation", "0", "an empty field"),
    (["nodule.density_field.kind=shell_core", "nodule.density_field.shell_thickness=5 mm"],
     "nodule.density_field.shell_thickness", "5 mm", "an empty field"),
    (["nodule.density_field.seed=1.5"], "nodule.density_field.seed", "1.5", "whole number"),
    (["nodule.capsule.thickness=5 mm"], "nodule.capsule.thickness", "5 mm", "nothing inside"),
    (["nodule.mineral.densification=none"], "nodule.mineral.densification", "none", "compaction"),
    (["tissue.skin.toughness=2 J/m**2"], "tissue.skin.toughness", "2 J/m**2", "0.3 to 10000"),
    (["tissue.skin.crack=round"], "tissue.skin.crack", "round", "planar, ring"),
    (["tissue.skin.ogden_exponent=1"], "tissue.skin.ogden_exponent", "1", "neo-Hookean"),
    (["technique.axial_speed=2 Hz"], "technique.axial_speed", "2 Hz", "0.001 mm/s"),
    (["technique.force_limit=1e6 N"], "technique.force_limit", "1e6 N", "to 1000 N"),
    (["tissue=finger"], "nodule.depth", "2.5 mm", "tissue.subcutis.thickness (5 mm)"),
    (["nodule.height=12 mm"], "nodule.depth", "2.5 mm", "fascia"),
    (["nodule.diameter=49 mm"], "nodule.diameter", "49 mm", "mesh.domain_radius (30 mm)"),
    (["nodule.mineral.density=3.16 g/cm**3"], "nodule.mineral.density", "3.16 g/cm**3", "porosity"),
    (["nodule.mineral.density=0 g/cm**3"], "nodule.mineral.density", "0 g/cm**3", "porosity"),
    (["nodule.mineral.density=3 g/cm**3", "nodule.mineral.solid_density=2.8 g/cm**3"],
     "nodule.mineral.density", "3 g/cm**3", "porosity"),
    (["nodule.mineral.friction=0.3 deg"], "nodule.mineral.friction", "0.3 deg", "from 0 to 1"),
    (["nodule.mineral.friction=[0.3]"], "nodule.mineral.friction", "[0.3]", "finite number"),
    (["nodule.mineral=3"], "nodule.mineral", "3", "MineralConfig"),
    (["nodule.fixation=glued"], "nodule.fixation", "glued", "free, held, fixed"),
    (["target_depth=14 mm", "needle.length=20 mm"], "target_depth", "14 mm", "fascia"),
    (["target_depth=13 mm"], "target_depth", "13 mm", "reach"),
    (["tissue.skin.permeability=0 m**2"], "tissue.skin.permeability", "0 m**2", "1e-20 m**2"),
    (["tissue.subcutis.permeability=0 m**2"], "tissue.subcutis.permeability", "0 m**2", "from"),
    (["nodule.mineral.crystal_size=0 um"], "nodule.mineral.crystal_size", "0 um", "10 nm"),
    (["tissue.skin.porosity=0"], "tissue.skin.porosity", "0", "0.01 to 0.95"),
    (["tissue.subcutis.porosity=1"], "tissue.subcutis.porosity", "1", "0.01 to 0.95"),
    (["injection.volume=2 mL"], "injection.volume", "2 mL", "injection.syringe_volume (1 mL)"),
    (["target_depth=0 mm"], "target_depth", "0 mm", "0.2 mm"),
    (["injection.volume=-1 mL"], "injection.volume", "-1 mL", "from 0.001 mL to 20 mL"),
    (["injection.plunger_force_limit=3 N"], "injection.plunger_force_limit", "3 N", "(4 N)"),
    (["injection.threshold_fraction=100 %"], "injection.threshold_fraction", "100 %", "0.999"),
    (["injection.threshold_fraction=120 %"], "injection.threshold_fraction", "120 %", "0.999"),
    (["drug.concentration=0 mg/mL"], "drug.concentration", "0 mg/mL", "700 mg/mL"),
    (["mesh.penetration_size=1"], "mesh.penetration_size", "1", "0.34"),
    (["--experimental-rerun", "x.pickle"], "--experimental-rerun", "x.pickle", "pickle"),
    (["--config-name", "nix"], "--config-name", "nix", "no such"),
]  # fmt: skip
COMPARISON = [
    (["needle=22G"], "needle", "22G", "needle@a.needle, needle@b.needle"),
    (["needle@a.needle=null"], "the command line", "needle@a.needle=null", "cannot read"),
    (["b.needle.name=a/b"], "b.needle.name", "a/b", "folder"),
    (["+x=1"], "x", "1", "nodule"),
    (["+a.x=1"], "a.x", "1", "needle, technique"),
    (["needle.length=20 mm"], "needle", "20 mm", "a.needle or b.needle"),
    (["b.needle.length=1 m"], "b.needle.length", "1 m", "300 mm"),
    (["b.needle.length=null"], "b.needle.length", "null", "300 mm"),
    (["b.needle.stylet.diameter=1.6 mm"], "b.needle.stylet.diameter", "1.6 mm", "(1.6 mm)"),
    (["a.technique.rotation_speed=1 rev/s"], "a.technique.rotation_speed", "1 rev/s", "push"),
    (["injection.volume=1 kg"], "injection.volume", "1 kg", "20 mL"),
]


MAP = [
    (["map.needles=27G"], "map.needles", "27G", "brackets: [first,second]"),
    (["map.free_lengths=[1 mm]"], "map.free_lengths", "1 mm", "give a value from 2 mm to 300 mm"),
    (["technique@hypodermic=drill"], "hypodermic.kind", "drill", "hypodermic bevel"),
    (["technique=drill"], "technique", "drill", "technique@hypodermic"),
    (["map.density=null"], "map.density", "null", "a value is needed"),
]


SWEPT = [
    (["injection.rate=unifrom(1 mL/min, 2 mL/min)"], "injection.rate", "unifrom", "uniform(low"),
    (["injection.rate=grid(1 mL/min)"], "injection.rate", "grid(1", "grid(from, to, number)"),
    (["injection.rate=several(1)"], "injection.rate", "several(1)", "write one of grid("),
]


@pytest.fixture
def refused(monkeypatch, tmp_path, capsys):
    """Return a function that runs an experiment to its refusal and gives back its one line."""

    def run(name, check, arguments):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("HYDRA_FULL_ERROR", "0")
        monkeypatch.setattr(sys, "argv", ["experiment", *arguments])
        with pytest.raises(SystemExit) as stopped:
            hydra_main(name, check)(lambda cfg: pytest.fail("the experiment was started"))()
        assert stopped.value.code == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.endswith("\n")
        assert err.count("\n") == 1
        assert not list(tmp_path.iterdir())
        return err

    return run


@pytest.mark.parametrize(("arguments", "key", "given", "allowed"), RUN)
def test_a_run_is_refused(refused, arguments, key, given, allowed):
    line = refused("run_case", to_case, arguments)
    assert line.startswith(f"refused: {key} = ")
    assert given in line
    assert allowed in line.partition("is not allowed: ")[2]


@pytest.mark.parametrize(("arguments", "key", "given", "allowed"), SWEPT)
def test_a_sweep_is_refused(refused, arguments, key, given, allowed):
    line = refused("run_case", to_case, ["-m", *arguments])
    assert line.startswith(f"refused: {key} = ")
    assert given in line
    assert allowed in line.partition("is not allowed: ")[2]


@pytest.mark.parametrize(("arguments", "key", "given", "allowed"), COMPARISON)
def test_a_comparison_is_refused(refused, arguments, key, given, allowed):
    line = refused("compare_gauges", compare_cases, arguments)
    assert line.startswith(f"refused: {key} = ")
    assert given in line
    assert allowed in line.partition("is not allowed: ")[2]


@pytest.mark.parametrize(("arguments", "key", "given", "allowed"), MAP)
def test_a_map_is_refused(refused, arguments, key, given, allowed):
    line = refused("penetration_map", to_map, arguments)
    assert line.startswith(f"refused: {key} = ")
    assert given in line
    assert allowed in line.partition("is not allowed: ")[2]


EXPERIMENT = """
import logging, signal, sys, time
from sim.config import to_case
from sim.config.app import hydra_main
from sim.errors import SolverError

@hydra_main("run_case", to_case)
def main(cfg):
    logging.getLogger("sim").info("started %s", to_case(cfg).needle.name)
    if cfg.needle.name == "stuck":
        raise SolverError("no equilibrium at 3 mm")
    if cfg.needle.name == "buggy":
        raise IndexError("seven")
    if cfg.needle.name == "slow":
        print("ready", flush=True)
        time.sleep(60)

main()
"""


@pytest.fixture
def command(tmp_path):
    """Return the start of a command line that runs a small experiment in an empty folder."""
    script = tmp_path / "experiment.py"
    script.write_text(EXPERIMENT, encoding="utf-8")
    return [sys.executable, str(script)]


def run(command, *arguments):
    return subprocess.run(
        [*command, *arguments, "hydra.run.dir=out"],
        cwd=Path(command[1]).parent,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_run_leaves_its_log(command):
    done = run(command)
    assert (done.returncode, done.stderr) == (0, "")
    log = Path(command[1]).parent / "out" / "run_case.log"
    assert "started 27G" in log.read_text(encoding="utf-8")


def test_a_sweep_is_not_also_shown(command):
    done = run(command, "-m", "--cfg", "job")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "give only one of them" in done.stderr


def test_a_refusal_in_a_process_of_its_own(command):
    done = run(command, "needle.length=1 kg")
    assert done.returncode == 2
    assert done.stderr.startswith("refused: needle.length = '1 kg'")
    assert done.stderr.count("\n") == 1
    assert not (Path(command[1]).parent / "out").exists()


@pytest.mark.parametrize(
    ("name", "message", "kind"),
    [
        ("stuck", "failed: no equilibrium at 3 mm (details in ", "SolverError"),
        ("buggy", "failed: unexpected IndexError: seven (details in ", "IndexError"),
    ],
)
def test_a_failure_is_one_line_and_its_traceback_is_in_the_log(command, name, message, kind):
    done = run(command, f"needle.name={name}")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(message)
    log = Path(line.partition("details in ")[2].rstrip(")")).read_text(encoding="utf-8")
    assert f"started {name}" in log
    assert "Traceback" in log
    assert kind in log


def test_an_interrupted_run_says_so(command):
    process = subprocess.Popen(
        [*command, "needle.name=slow", "hydra.run.dir=out"],
        cwd=Path(command[1]).parent,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    out = Path(command[1]).parent / "out"
    assert (process.returncode, err) == (130, f"interrupted; what was reached is in {out}\n")


def test_a_folder_that_cannot_be_made_is_one_line(command):
    (Path(command[1]).parent / "out").write_text("a file is in the way", encoding="utf-8")
    done = run(command)
    assert done.returncode == 1
    assert done.stderr.startswith("failed: unexpected error: ")  # a sweep tries such a run again
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("run_case", ("needle: 10G", "technique: drill")),
        ("insertion", ("needle: 10G", "technique: drill")),
        (
            "compare_gauges",
            (
                "needle@a.needle, needle@b.needle: 10G",
                "technique@a.technique, technique@b.technique: ",
            ),
        ),
        ("penetration_map", ("technique@hypodermic, technique@coaxial: drill, push",)),
    ],
)
def test_help_names_groups_and_examples(monkeypatch, tmp_path, capsys, name, choices):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HYDRA_FULL_ERROR", "0")
    monkeypatch.setattr(sys, "argv", ["experiment", "--help"])
    nodules = ConfigStore.instance().repo["nodule"]  # an infiltration alone adds one of its own
    monkeypatch.delitem(nodules, "image.yaml", raising=False)
    hydra_main(name, to_case)(lambda cfg: pytest.fail("the experiment was started"))()
    text = capsys.readouterr().out
    assert f"./run python -m experiments.{name}" in text
    for piece in ("nodule: net, paste, plate, stone", "height: 10 mm", "Examples:", "--cfg job"):
        assert piece in text
    listed = text[: text.index("Values, change any")].splitlines()
    groups = [line for line in listed if line.startswith(("needle", "technique"))]
    assert len(groups) == len(choices)
    assert all(line.startswith(start) for line, start in zip(groups, choices, strict=True))
    assert not list(tmp_path.iterdir())


def test_an_own_option_is_listed_and_used(command):
    folder = Path(command[1]).parent / "mine" / "nodule"
    folder.mkdir(parents=True)
    text = "defaults: [stone]\nmineral:\n  density: 1.2 g/cm**3\n"
    (folder / "patient.yaml").write_text(text, encoding="utf-8")
    arguments = ["--config-dir", "mine", "nodule=patient"]
    helped = run(command, "--help", *arguments)
    assert "nodule: image, net, paste, patient, plate, stone" in helped.stdout
    assert run(command, *arguments).returncode == 0
    assert "density: 1.2 g/cm**3" in run(command, "--cfg", "job", *arguments).stdout


@pytest.mark.parametrize(
    ("hidden", "key"),
    [
        ("callbacks: {x: {_target_: os.getcwd}}", "callbacks.x._target_"),
        ("job_logging: {handlers: {x: {(): os.getcwd}}}", "job_logging.handlers.x.()"),
    ],
)
def test_what_is_called_from_an_own_file_is_refused(command, hidden, key):
    folder = Path(command[1]).parent / "mine" / "experiment"
    folder.mkdir(parents=True)
    text = f"# @package _global_\nhydra:\n  {hidden}\n"
    (folder / "bad.yaml").write_text(text, encoding="utf-8")
    done = run(command, "--config-dir", "mine", "experiment=bad")
    assert done.returncode == 2
    assert done.stderr.startswith(f"refused: hydra.{key} = 'os.getcwd'")
