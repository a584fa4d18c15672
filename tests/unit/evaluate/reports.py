"""A small report with a leak, something that held, and something left out."""

from __future__ import annotations

from passante.evaluate.rates import Rate
from passante.evaluate.report import Report
from passante.evaluate.results import Figure, Finding, LeftOut, Section, Subject
from passante.evaluate.threat import Knows, ThreatModel, Wants

STREET = Subject("policy street", ours=True)
BLUR = Subject("a <blur>", ours=False)


def report() -> Report:
    threat = ThreatModel(Wants.IDENTITY, Knows.METHOD, "one photograph of everybody")
    return Report(
        software="passante 0.1.0",
        command="passante evaluate faces --policy street",
        quick=False,
        seed=7,
        policies={"street": "ef" * 32},
        models={"net@1": "ab" * 32},
        data={"faces/MANIFEST.csv": "cd" * 32},
        findings=(
            Finding(
                Section.FACES, "net, parrot", threat, BLUR,
                Rate.of(30, 40), Rate.of(39, 40), Rate.of(1, 40), "pictures",
            ),
            Finding(
                Section.FACES, "net, parrot", threat, STREET,
                Rate.of(0, 40), Rate.of(39, 40), None, "pictures",
            ),
        ),
        figures=(Figure(Section.FACES, STREET, "covered", 12.5, "%", 40),),
        left_out=(LeftOut(Section.PLATES, "reader <x>", "passante models pull x"),),
    )  # fmt: skip
