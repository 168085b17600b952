"""The field files open in pyvista, in two and three dimensions, with the values that were given."""

import numpy as np
import pytest
import pyvista

from sim.outcome import NodalFields
from sim.results.fields import CONCENTRATION, MINERAL, read_fields, write_fields
from tests.full_disk import full_disk

SQUARE = (
    np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]),
    np.array([[0, 1, 2], [0, 2, 3]]),
)
BRICK = (
    np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]]),
    np.array([[0, 1, 2, 3], [1, 2, 3, 4]]),
)


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
def test_fields_open_in_pyvista(tmp_path, mesh, mineral):
    fields = made(*mesh, mineral)
    reader = pyvista.get_reader(str(write_fields(tmp_path, fields)))
    assert reader.number_time_points == 3
    reader.set_active_time_point(2)
    grid = reader.read()
    grid = grid[0] if isinstance(grid, pyvista.MultiBlock) else grid
    np.testing.assert_allclose(
        grid.points[:, : fields.points.shape[1]], 1e3 * fields.points, rtol=1e-12
    )
    np.testing.assert_array_equal(grid.point_data[CONCENTRATION], fields.concentration[2])
    assert (MINERAL in grid.point_data) == mineral
    again = read_fields(tmp_path)
    np.testing.assert_array_equal(again.concentration, fields.concentration)
    np.testing.assert_array_equal(again.cells, fields.cells)
    np.testing.assert_array_equal(again.permeability, fields.permeability)
    if mineral:
        np.testing.assert_allclose(again.mineral, 1e-3 * fields.mineral, rtol=1e-15)


def test_a_full_disk_leaves_no_part_of_the_fields(tmp_path):
    with full_disk(), pytest.raises(OSError, match="too large"):
        write_fields(tmp_path, made(*SQUARE, mineral=True))
    assert not list(tmp_path.iterdir())
