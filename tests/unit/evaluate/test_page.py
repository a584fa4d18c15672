from __future__ import annotations

import dataclasses
import re
from xml.etree import ElementTree as ET

from passante.evaluate import page
from passante.evaluate.rates import Rate
from passante.evaluate.results import PEOPLE_FOUND, Figure, Finding, Section
from passante.evaluate.threat import Knows, ThreatModel, Wants
from unit.evaluate.reports import STREET, report


def test_the_page_needs_nothing_but_itself() -> None:
    text = page.render(report())
    assert not re.search(r"(src|href)=|url\(|<script|@import", text)


def test_names_are_text_and_never_markup() -> None:
    text = page.render(report())
    assert "<blur>" not in text
    assert "a &lt;blur&gt;" in text


def test_a_plot_shows_attack_interval_control_and_guessing() -> None:
    svg = ET.fromstring(page.plot(report().findings))  # our own text
    first, second = svg.findall("g")
    dot, ring = first.findall("circle")
    assert float(dot.attrib["cx"]) == 290 + 0.75 * 620
    assert abs(float(ring.attrib["cx"]) - (290 + 0.975 * 620)) < 0.1
    assert len(first.findall("line")) == 2
    assert len(second.findall("line")) == 1  # where nothing can be guessed there is no stroke


def test_verdicts_on_our_own_methods_are_counted_at_the_top() -> None:
    assert "1 RESISTED, 0 LEAKED, 0 INCONCLUSIVE" in page.render(report())


def test_privacy_stands_against_use_where_both_were_measured() -> None:
    assert page.trade(report()) == ""
    threat = ThreatModel(Wants.LINK, Knows.NOTHING, "clothes")
    walk = Finding(
        Section.PERSONS, "clothes", threat, STREET, Rate.of(3, 4), Rate.of(4, 4), None, "people"
    )
    found = Figure(Section.COUNTS, STREET, PEOPLE_FOUND, 50.0, "%", 9)
    both = dataclasses.replace(report(), findings=(walk,), figures=(found,))
    (dot,) = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', page.trade(both))
    assert [float(end) for end in dot] == [290 + 310, 300 - 0.75 * 290]
