"""The field files open in pyvista in two and three dimensions: every value, unit, time and name."""

import numpy as np
import pytest
import pyvista

from sim.outcome import NodalFields
from sim.results.fields import XDMF, read_fields, write_fields
from tests.full_disk import full_disk

SQUARE = (
    np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]),
    np.array([[0, 1, 2], [0, 2, 3]]),
)
BRICK = (
    np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]]),
    np.array([[0, 1, 2, 3], [1, 2, 3, 4]]),
)


TOLERANCE = 1e-12


def same(found, expected):
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE, atol=0.0)


def made(points, cells, mineral):
    random = np.random.default_rng(1)
    nodal, own = (3, len(points)), len(cells)
    return NodalFields(
        points=points,
        cells=cells,
        regions={"skin": 1, "nodule": 3},
        cell_regions=np.array([1, 3]),
        porosity=random.random(own),
        plastic_volume_strain=random.random(own),
        permeability=1e-14 * random.random(own),
        pressure=random.random(len(points)),
        times=np.array([0.0, 30.0, 604800.0]),
        concentration=random.random(nodal),
        largest_concentration=random.random(len(points)),
        exposure=random.random(len(points)),
        mineral=1e3 * random.random(nodal) if mineral else None,
    )


@pytest.mark.parametrize("mineral", [False, True])
@pytest.mark.parametrize("mesh", [SQUARE, BRICK], ids=["rz", "3d"])
def test_every_field_at_every_time_opens_in_pyvista(tmp_path, mesh, mineral):
    fields = made(*mesh, mineral)
    reader = pyvista.get_reader(write_fields(tmp_path, fields))
    np.testing.assert_allclose(reader.time_values, fields.times, rtol=TOLERANCE)
    shape = pyvista.CellType.TRIANGLE if mesh is SQUARE else pyvista.CellType.TETRA
    for step, time in enumerate(reader.time_values):
        reader.set_active_time_value(time)
        grid = reader.read()
        points = np.zeros((len(fields.points), 3))
        points[:, : fields.points.shape[1]] = 1e3 * fields.points
        same(grid.points, points)
        np.testing.assert_array_equal(grid.cells_dict[shape], fields.cells)
        nodal = {
            "concentration_mg_per_mL": fields.concentration[step],
            "largest_concentration_mg_per_mL": fields.largest_concentration,
            "pressure_kPa": 1e-3 * fields.pressure,
            "exposure_mg_h_per_mL": fields.exposure / 3600.0,
        } | ({"mineral_g_per_cm3": 1e-3 * fields.mineral[step]} if mineral else {})
        own = {
            "porosity": fields.porosity,
            "plastic_volume_strain": fields.plastic_volume_strain,
            "permeability_m2": fields.permeability,
            "region": fields.cell_regions,
        }
        for data, expected in ((grid.point_data, nodal), (grid.cell_data, own)):
            assert set(data) == set(expected)
            for name, values in expected.items():
                same(data[name], values)
        assert {name: int(data[0]) for name, data in grid.field_data.items()} == {
            "region_skin": 1, "region_nodule": 3,
        }  # fmt: skip


@pytest.mark.parametrize("mineral", [False, True])
@pytest.mark.parametrize("mesh", [SQUARE, BRICK], ids=["rz", "3d"])
def test_fields_read_back(tmp_path, mesh, mineral):
    fields = made(*mesh, mineral)
    write_fields(tmp_path, fields)
    again = read_fields(tmp_path)
    same(again.points, 1e3 * fields.points)
    assert again.regions == fields.regions
    for name in ("cells", "cell_regions", "times"):
        np.testing.assert_array_equal(getattr(again, name), getattr(fields, name))
    for name in ("porosity", "plastic_volume_strain", "permeability", "concentration"):
        same(getattr(again, name), getattr(fields, name))
    same(again.largest_concentration, fields.largest_concentration)
    same(again.pressure, 1e-3 * fields.pressure)
    same(again.exposure, fields.exposure / 3600.0)
    if mineral:
        same(again.mineral, 1e-3 * fields.mineral)
    else:
        assert again.mineral is None


def test_fields_survive_a_rename_of_their_folder(tmp_path):
    write_fields(tmp_path / "before", made(*SQUARE, mineral=False))
    (tmp_path / "before").rename(tmp_path / "after")
    mesh = pyvista.get_reader(tmp_path / "after" / XDMF).read()
    assert mesh.n_points == len(SQUARE[0])


def test_a_full_disk_leaves_no_part_of_the_fields(tmp_path):
    with full_disk(), pytest.raises(OSError, match="too large"):
        write_fields(tmp_path, made(*SQUARE, mineral=True))
    assert not list(tmp_path.iterdir())
