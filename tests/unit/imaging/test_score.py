import numpy as np
import pytest

from sim.imaging.ct import Volume
from sim.imaging.score import score

SPACING = (0.5e-3, 0.5e-3, 3e-3)


def volume(*regions):
    """Slices of -100 HU with square regions: (slice, size in voxels, HU)."""
    values = np.full((20, 20, 3), -100, dtype=np.int16)
    for at, size, hounsfield in regions:
        values[2 : 2 + size, 2 : 2 + size, at] = hounsfield
    return Volume(values, (values > 0).astype(float), (0.0, 0.0, 0.0), SPACING)


@pytest.mark.parametrize(
    ("hounsfield", "weight"), [(129, 0), (130, 1), (199, 1), (200, 2), (300, 3), (399, 3), (400, 4)]
)
def test_a_region_weighs_by_its_peak(hounsfield, weight):
    assert score(volume((1, 4, hounsfield)), 1.3).agatston == pytest.approx(4.0 * weight)


def test_a_speck_below_one_square_millimetre_does_not_count():
    assert score(volume((1, 1, 900)), 1.3).agatston == 0.0
    assert score(volume((1, 2, 900)), 1.3).agatston == pytest.approx(4.0)


def test_slices_and_regions_add_up_each_with_its_own_weight():
    found = score(volume((0, 4, 250), (2, 6, 450)), 1.3)
    assert found.agatston == pytest.approx(4.0 * 2 + 9.0 * 4)
    assert found.volume == pytest.approx((4.0 + 9.0) * 3e-9)
    assert found.mass == pytest.approx((4.0 * 250 + 9.0 * 450) * 3e-9 / 1.3)


def test_touching_corners_are_one_region():
    made = volume((1, 2, 150))
    made.hounsfield[4:6, 4:6, 1] = 500
    assert score(made, 1.3).agatston == pytest.approx(2.0 * 4)


def test_mean_is_over_the_nodule():
    found = score(volume((0, 4, 250), (2, 4, 450)), 1.3)
    assert (found.mean, found.deviation) == (350.0, 100.0)
