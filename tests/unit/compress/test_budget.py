import pytest

from passante.compress.budget import Budget
from passante.core.errors import SettingsError


def test_limits_are_read_from_words_and_said_again():
    budget = Budget.parse("latency_ms=15, size_mb=3,ram_mb=60")
    assert (budget.latency_ms, budget.size_mb, budget.ram_mb) == (15, 3, 60)
    assert Budget.parse(budget.words()) == budget


def test_no_words_are_no_limits():
    assert Budget.parse("") == Budget()
    assert Budget().excess({"latency_ms": 1e9}) == {}


def test_what_passes_a_limit_is_told_with_its_factor():
    budget = Budget.parse("latency_ms=10, size_mb=3")
    assert budget.excess({"latency_ms": 15, "size_mb": 2}) == {"latency_ms": 1.5}


@pytest.mark.parametrize(
    "text",
    [
        "latency=3",
        "latency_ms",
        "latency_ms=fast",
        "size_mb=-1",
        "size_mb=inf",
        "latency_ms=0",
        "size_mb=3, size_mb=4",
    ],
)
def test_words_nobody_knows_are_errors(text):
    with pytest.raises(SettingsError):
        Budget.parse(text)
