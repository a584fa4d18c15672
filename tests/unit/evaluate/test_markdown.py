from __future__ import annotations

from passante.evaluate import markdown
from unit.evaluate.reports import report


def test_every_figure_stands_with_n_and_interval() -> None:
    page = markdown.render(report())
    assert "| a <blur> | net, parrot | 75.0 % (59.8 to 85.8; 30 of 40) | 98 % | 2.5 % |" in page
    assert "| **policy street** | net, parrot | 0.0 % (0.0 to 8.8; 0 of 40) | 98 % | - |" in page
    assert "| **policy street** | covered | 12.5 % | 40 |" in page


def test_what_was_left_out_is_said_with_its_reason() -> None:
    page = markdown.render(report())
    assert "Left out: reader <x> (passante models pull x)." in page


def test_who_attacks_is_said_once_for_each_attack() -> None:
    page = markdown.render(report())
    assert page.count("Wants to name the person; knows the method") == 1
