import pytest

from sim.errors import ConfigError
from sim.imaging.settings import OPTIONS, settings


def test_every_default_can_be_read_and_has_a_source():
    assert set(settings({}).values) == set(OPTIONS)
    for option in OPTIONS.values():
        assert option.default.source
        assert option.default.confidence in "HMLA"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("kvp", "70", 70.0), ("kvp", "70kV", 70.0), ("kvp", "70 kVp", 70.0),
        ("filter-al", "2.5mm", 2.5), ("pixel", "100 um", 0.1), ("thickness", "4 cm", 40.0),
        ("kerma", "0.2 mGy", 200.0), ("kerma", "5 µGy", 5.0), ("ct-noise", "0", 0.0),
    ],
)  # fmt: skip
def test_units_may_be_written_or_left_out(name, text, value):
    assert settings({name: text}).values[name] == pytest.approx(value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("kvp", "500"), ("kvp", "60 mm"), ("pixel", "0"), ("pixel", "a"), ("kerma", "-1"),
        ("seed", "1.5"), ("thickness", "1 m"), ("pixel", "nan"),
    ],
)  # fmt: skip
def test_a_refusal_is_one_line_with_option_value_and_what_is_allowed(name, text):
    with pytest.raises(ConfigError) as refused:
        settings({name: text})
    message = str(refused.value)
    assert "\n" not in message
    assert f"--{name}" in message
    assert text in message
    assert "give" in message


def test_one_energy_is_checked_too():
    assert settings({}, "40 keV").energy == 40.0
    with pytest.raises(ConfigError, match="--energy"):
        settings({}, "4")
