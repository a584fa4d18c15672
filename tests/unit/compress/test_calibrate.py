import pytest

from passante.compress import calibrate
from passante.compress.histogram import Method
from passante.core.errors import SettingsError
from unit.compress.networks import pictures, street


def test_ranges_are_those_of_every_tensor_over_all_inputs():
    graph, feeds = street(), pictures(3)
    names = ["first.relu", "maps"]
    found = calibrate.histograms(graph, names, feeds)
    seen = {name: [] for name in names}
    calibrate.watch(graph, names, feeds, lambda name, values: seen[name].append(values))
    for name in names:
        low, high = found[name].range(Method.MIN_MAX)
        assert low == min(float(values.min()) for values in seen[name])
        assert high == max(float(values.max()) for values in seen[name])


def test_tensors_too_large_to_be_held_together_are_watched_in_turns(monkeypatch):
    graph, feeds = street(), pictures(2)
    names = ["first", "expand", "maps"]
    whole = calibrate.histograms(graph, names, feeds)
    monkeypatch.setattr(calibrate, "_MOST_BYTES", 1)
    parts = calibrate.histograms(graph, names, feeds)
    for name in names:
        assert parts[name].range(Method.PERCENTILE) == whole[name].range(Method.PERCENTILE)
        assert parts[name].values == whole[name].values


def test_nothing_to_calibrate_on_is_an_error():
    with pytest.raises(SettingsError, match="nothing to calibrate"):
        calibrate.histograms(street(), ["maps"], [])
