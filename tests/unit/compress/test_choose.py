from passante.compress.budget import Budget
from passante.compress.choose import choose, costs_of, loss_of, pareto
from passante.compress.gate import Limits, judge
from passante.compress.target import find
from unit.compress.made import candidate, cost, quality, share


def passed(name, cpu_ms, lost=0, size=1000):
    found = quality(share(1000 - lost, 1000))
    one = candidate(name, data=b"x" * size)
    return judge(
        one, found, {"onnxruntime": cost(cpu_ms)}, {"onnxruntime": cost(1e3)},
        limits=Limits.parse("recall=5"), protective=True,
    )  # fmt: skip


DEVICE = find("rpi4")


def test_without_a_budget_the_cheapest_is_taken():
    best, choice = choose([passed("a", 20), passed("b", 10, 5)], Budget(), DEVICE)
    assert best.candidate.name == choice.name == "b"
    assert not choice.excess


def test_within_a_budget_the_one_that_loses_least_is_taken():
    options = [passed("a", 14), passed("b", 10, 5), passed("c", 20)]
    best, _ = choose(options, Budget.parse("latency_ms=15"), DEVICE)
    assert best.candidate.name == "a"


def test_where_none_fits_the_nearest_is_named_with_what_it_passes():
    best, choice = choose([passed("a", 20), passed("b", 30)], Budget.parse("cpu_ms=10"), DEVICE)
    assert best.candidate.name == "a"
    assert choice.excess == {"cpu_ms": 2}
    assert "none fits" in choice.why


def test_of_none_none_is_taken():
    assert choose([], Budget(), DEVICE) is None


def test_costs_have_the_names_of_a_budget():
    costs = costs_of(passed("a", 20), DEVICE)
    assert set(costs) == set(Budget.__dataclass_fields__)
    assert costs["energy_mj"] == 20 * DEVICE.watt_per_core


def test_what_nothing_beats_is_the_front():
    points = {"a": (1.0, 3.0), "b": (2.0, 2.0), "c": (3.0, 3.0), "d": (2.0, 2.0)}
    assert pareto(points) == {"a", "b"}


def test_a_gain_is_no_loss():
    assert loss_of(passed("a", 1)) == 0


def test_of_those_that_cost_about_the_same_the_one_that_loses_least_is_taken():
    best, _ = choose([passed("a", 10.3), passed("b", 10, 5)], Budget(), DEVICE)
    assert best.candidate.name == "a"
