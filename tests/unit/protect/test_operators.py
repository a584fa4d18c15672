from passante.core.names import Sensitive
from passante.protect.operators import OPERATORS
from passante.protect.policy import OTHERWISE, RULES
from passante.protect.rules import ALLOWED, OperatorName


def test_the_table_is_whole() -> None:
    assert set(OPERATORS) == set(RULES) == set(OperatorName)
    assert {name for names in ALLOWED.values() for name in names} == set(OperatorName)
    assert set(ALLOWED) == set(OTHERWISE) == set(Sensitive)


def test_every_operator_says_what_it_does_and_what_it_leaks() -> None:
    for name, operator in OPERATORS.items():
        assert operator.name is name
        assert operator.ref == f"{name}@{operator.version}"
        assert operator.does.endswith(".")
        assert operator.leaks.endswith(".")
        assert "anonym" not in operator.does + operator.leaks


def test_the_strongest_rule_is_one_that_tells_nothing_of_what_is_hidden() -> None:
    for kind, rule in OTHERWISE.items():
        assert rule.operator in ALLOWED[kind]
        assert OPERATORS[rule.operator].non_interfering
