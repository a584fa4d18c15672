"""Everything one run of `passante compress` found, as it is written to report.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from passante.compress.cost import Fusion
from passante.compress.measure import Cost, Machine
from passante.compress.sensitivity import Sensitivity
from passante.compress.tasks.outcome import Quality

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One candidate."""

    name: str
    made_by: str
    sha256: str
    size_mb: float
    mmac: float
    parameters: int
    fusion: Fusion
    drift_db: float
    quality: Quality
    costs: Mapping[str, Cost]
    """Runtime -> measured on the target; empty where it was not."""
    predicted_ms: float
    """From the table of the device: no measurement."""
    energy_mj: float
    """By the processor's meter where it has one; else an estimate: processor time times the watts
    of one busy core, or multiplications times the energy of each where no time was measured."""
    verdict: str
    """"passed", or why not."""
    pareto: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, and why."""

    name: str
    runtime: str
    why: str
    excess: Mapping[str, float]
    """Limits of the budget that it passes, by which factor; empty where it fits."""


@dataclass(frozen=True, slots=True)
class Result:
    """One run."""

    schema: int
    model: str
    parent: str
    """Reference of its card, or the name of its file."""
    task: str
    protective: bool
    sha256: str
    """Of the network as it was brought."""
    tool: str
    command: str
    target: str
    target_words: str
    budget: str
    limits: Mapping[str, float]
    seed: int
    calibration: str
    """How many items, and the hash of their content."""
    evaluation: str
    repairs: tuple[tuple[str, str], ...]
    """What was put in order, and why."""
    difference: float
    methods: Mapping[str, float]
    sensitivity: tuple[Sensitivity, ...]
    notes: tuple[str, ...]
    machine: Machine | None
    """Where costs were measured."""
    rows: tuple[Row, ...]
    choice: Choice | None
    calibration_peak_mb: float
    """Most memory of the process until calibration was done."""
