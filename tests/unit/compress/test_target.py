import platform

import pytest

from passante.compress import target
from passante.core.errors import SettingsError


@pytest.mark.parametrize("name", target.known())
def test_every_device_says_where_its_figures_come_from(name):
    device = target.find(name)
    assert device.name == name
    assert all(text.strip() for text in device.sources.values())
    assert device.watt_per_core > 0


def test_this_machine_is_one_of_them():
    device = target.find("this")
    assert device.architecture == platform.machine()
    assert device.cores >= 1
    assert device.ram_mb > 100


def test_a_prediction_follows_from_the_table():
    device = target.find("rpi4")
    slow = device.predicted_ms(600_000_000, whole=False)
    assert slow == pytest.approx(600 / device.gmac_s_float)
    assert device.predicted_ms(600_000_000, whole=True) < slow


def test_a_table_of_ones_own_is_read(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'name="mine"\nsummary="s"\narchitecture="aarch64"\ncores=2\nram_mb=500\nnetwork_mbit=10\n'
        "idle_w=1\nbusy_w=3\ngmac_s_float=5\ngmac_s_whole=9\nenergy_mj_gmac=100\n"
        '[sources]\nram_mb="a"\nbusy_w="b"\ngmac_s_float="c"\ngmac_s_whole="d"\n'
    )
    assert target.find(str(path)).watt_per_core == 1


@pytest.mark.parametrize(
    ("text", "word"),
    [("name=", "no TOML"), ('name="x"', "missing"), (None, "cannot be read")],
)
def test_a_table_that_is_wrong_is_an_error(tmp_path, text, word):
    path = tmp_path / "bad.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SettingsError, match=word):
        target.find(str(path))


def test_a_figure_without_a_source_is_refused(tmp_path):
    path = tmp_path / "bare.toml"
    path.write_text(
        'name="mine"\nsummary="s"\narchitecture="a"\ncores=2\nram_mb=500\nnetwork_mbit=10\n'
        "idle_w=1\nbusy_w=3\ngmac_s_float=5\ngmac_s_whole=9\nenergy_mj_gmac=100\n"
    )
    with pytest.raises(SettingsError, match="sources say nothing"):
        target.find(str(path))


def test_an_unknown_device_is_an_error_with_the_nearest():
    with pytest.raises(SettingsError) as caught:
        target.find("rpi")
    assert "rpi" in caught.value.hint
