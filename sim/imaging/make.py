"""The pictures of a run or of a treatment, with their files and metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.case import Case
from sim.errors import ConfigError
from sim.imaging.attenuation import APATITE
from sim.imaging.beam import Beam, monochromatic, tube
from sim.imaging.contents import Frame, frame, lines
from sim.imaging.ct import Grid, Volume, per_density, scan, write_nifti
from sim.imaging.exposure import Exposure, expose
from sim.imaging.folder import KEY, check_folder
from sim.imaging.measure import Difference, Mass, difference, mineral_mass
from sim.imaging.score import Score, score
from sim.imaging.settings import OPTIONS, PARTS, SLICE, SLICES, Settings
from sim.imaging.states import BEFORE, NEEDLE_IN, State, states_of
from sim.results.files import Json, write_json, write_rows
from sim.results.metrics import MG
from sim.results.names import METRICS
from sim.results.record import Record, load

FOLDER, FIGURE, TABLE = "imaging", "radiograph.png", "metrics.csv"
MM3 = 1e9
CT_SCINTILLATOR = 3e-3  # m: a CT's detector absorbs nearly all; assumption
UNIT_KERMA = 1e-6  # Gy: an effective energy does not depend on it
NOTHING_DISSOLVES = "nothing dissolved in the record: there is no picture after it"


@dataclass(frozen=True, eq=False)
class Picture:
    """All that was taken of one state; no CT and no scores where the needle is in."""

    state: State
    exposure: Exposure
    mass: Mass | None
    volume: Volume | None
    score: Score | None


@dataclass(frozen=True, eq=False)
class Series:
    """The pictures of a needle's run or treatment, and what sets the later from the first."""

    name: str
    view: Frame  # of the radiographs' pixels
    pictures: Sequence[Picture]
    differences: Mapping[str, Difference]  # by the later state's name
    energy: float  # keV, effective, of the radiograph behind the body
    ct_energy: float  # keV

    @property
    def before(self) -> Picture:
        """The first picture."""
        return self.pictures[0]


def records_of(folder: Path) -> list[Record]:
    """Read the rounds in a folder: those of a treatment, or the one of a run.

    Raises
    ------
    ConfigError
        If the folder is neither.
    DamagedError
        If a file in it is not what was written.
    """
    check_folder(folder)
    rounds = sorted(folder.glob("round_*"), key=lambda path: int(path.name.removeprefix("round_")))
    return [load(path) for path in rounds if (path / METRICS).exists()] or [load(folder)]


def take(rounds: Sequence[Record], settings: Settings) -> Series:
    """Take all pictures.

    Raises
    ------
    ConfigError
        If the records hold no fields, or the body is thinner than the nodule is wide.
    """
    case, thickness = rounds[0].case, settings.length("thickness")
    if thickness < case.nodule.diameter:
        widest = f"the nodule is {1e3 * case.nodule.diameter:g} mm wide along the beam; give more"
        raise ConfigError("--thickness", f"{settings.values['thickness']:g} mm", widest)
    states = states_of(rounds, KEY)
    beam, ct_energy = _beam(settings), _ct_energy(settings)
    pixel = settings.length("pixel")
    fine, view = frame(case, pixel, PARTS), frame(case, pixel, 1)
    grid = Grid.around(case, settings.length("ct-voxel"), 1e-3 * SLICE, SLICES)
    pictures = []
    for n, state in enumerate(states):
        noise = np.random.default_rng([int(settings.values["seed"]), n])
        contents = lines(state, fine, thickness)
        exposure = expose(beam, contents, pixel, PARTS, settings.length("blur"), noise)
        if state.needle is not None:
            pictures.append(Picture(state, exposure, None, None, None))
            continue
        blur, deviation = settings.length("ct-blur"), settings.values["ct-noise"]
        volume = scan(state, grid, ct_energy, blur, deviation, noise)
        scored = score(volume.thicker(SLICES), _per_density(ct_energy, case))
        mass = mineral_mass(exposure, beam, view, case, thickness)
        pictures.append(Picture(state, exposure, mass, volume, scored))
    return Series(
        name=rounds[0].name,
        view=view,
        pictures=pictures,
        differences=_differences(pictures, view, case),
        energy=beam.effective_energy(thickness),
        ct_energy=ct_energy,
    )


def write(series: Series, settings: Settings, folder: Path) -> list[Path]:
    """Write figure, volumes and metrics into a folder; return their paths."""
    from sim.figures.style import save
    from sim.imaging.figure import radiograph_figure

    folder.mkdir(parents=True, exist_ok=True)
    paths = [save(radiograph_figure(series, settings), folder / FIGURE)]
    for picture in series.pictures:
        if picture.volume is not None:
            paths.append(folder / f"ct_{picture.state.name}.nii")
            volume = picture.volume
            write_nifti(paths[-1], volume.hounsfield, volume.origin, volume.spacing)
    values = metrics(series, settings)
    write_json(folder / METRICS, values)
    numbers = [(key, value) for key, value in values.items() if key != "imaging.notes"]
    write_rows(folder / TABLE, ["metric", "value"], numbers)
    return [*paths, folder / METRICS, folder / TABLE]


def metrics(series: Series, settings: Settings) -> dict[str, Json]:
    """Return the flat metrics ``imaging.*``; every dimensional key ends in its unit."""
    values: dict[str, Json] = {
        f"imaging.setting.{name.replace('-', '_')}{'_' if option.unit else ''}{option.unit}":
        settings.values[name]
        for name, option in OPTIONS.items()
    }  # fmt: skip
    values["imaging.setting.energy_keV"] = settings.energy
    values["imaging.radiograph_effective_energy_keV"] = series.energy
    values["imaging.ct_effective_energy_keV"] = series.ct_energy
    for picture in series.pictures:
        if picture.score is None or picture.mass is None:
            continue
        at, scored, mass = f"imaging.{picture.state.name}", picture.score, picture.mass
        true = picture.state.mineral
        values |= {
            f"{at}.nodule_mean_HU": scored.mean,
            f"{at}.nodule_standard_deviation_HU": scored.deviation,
            f"{at}.agatston_score_mm2": scored.agatston,
            f"{at}.volume_score_mm3": MM3 * scored.volume,
            f"{at}.mass_score_mg": MG * scored.mass,
            f"{at}.true_mineral_mg": MG * true,
            f"{at}.radiograph_mineral_mg": MG * mass.seen,
            f"{at}.radiograph_mineral_without_noise_mg": MG * mass.expected,
            f"{at}.radiograph_mineral_noise_mg": MG * mass.noise,
            f"{at}.radiograph_mineral_error": mass.expected / true - 1.0,
        }
    before = series.before.state.mineral
    for name, found in series.differences.items():
        at = f"imaging.difference_{name}"
        later = next(p for p in series.pictures if p.state.name == name)
        values |= {
            f"{at}.true_mineral_removed_mg": MG * (before - later.state.mineral),
            f"{at}.contrast_to_noise_mean": found.contrast_to_noise,
            f"{at}.contrast_to_noise_largest": found.largest,
            f"{at}.ideal_observer_snr": found.ideal_snr,
        }
    values["imaging.notes"] = [] if series.differences else [NOTHING_DISSOLVES]
    return values


def _beam(settings: Settings) -> Beam:
    kerma, scintillator = 1e-6 * settings.values["kerma"], settings.length("scintillator")
    if settings.energy is not None:
        return monochromatic(settings.energy, kerma, scintillator)
    voltage, angle = settings.values["kvp"], settings.values["anode-angle"]
    return tube(voltage, settings.length("filter-al"), angle, kerma, scintillator)


def _ct_energy(settings: Settings) -> float:
    voltage, angle = settings.values["ct-kvp"], settings.values["anode-angle"]
    beam = tube(voltage, settings.length("ct-filter-al"), angle, UNIT_KERMA, CT_SCINTILLATOR)
    return beam.effective_energy(settings.length("thickness"))


def _per_density(energy: float, case: Case) -> float:
    return per_density(energy, APATITE, case.nodule.mineral.solid_density)


def _differences(pictures: Sequence[Picture], view: Frame, case: Case) -> dict[str, Difference]:
    """Compare each later picture with the first, over the nodule's outline."""
    nodule = case.nodule
    across = view.places / (0.5 * nodule.diameter)
    along = (view.heights + nodule.centre_depth) / (0.5 * nodule.height)
    inside = across**2 + along[:, None] ** 2 < 1.0
    return {
        picture.state.name: difference(pictures[0].exposure, picture.exposure, inside)
        for picture in pictures
        if picture.state.name not in (BEFORE, NEEDLE_IN)
    }
