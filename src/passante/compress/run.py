"""One run of `passante compress`, from a network to a smaller one that passed the gate."""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache as once
from functools import partial
from pathlib import Path

from passante import __version__
from passante.compress import bundle, measure, ship, site
from passante.compress.budget import Budget
from passante.compress.build import Builder, Built, Wanted
from passante.compress.cache import Cache
from passante.compress.candidate import Candidate
from passante.compress.centres import Course
from passante.compress.choose import choose, loss_of, pareto
from passante.compress.data import Collection, digest_of, near_duplicates
from passante.compress.gate import Limits, Passed, Refused, judge
from passante.compress.result import SCHEMA, Choice, Result, Row
from passante.compress.subject import Subject
from passante.compress.target import THIS, Device
from passante.compress.tasks.looking import Looking
from passante.compress.tasks.outcome import Answer, Quality, Task, What
from passante.core.errors import CompressionError, SettingsError

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for."""

    subject: Subject
    device: Device
    budget: Budget
    limits: Limits
    calibration: Collection
    evaluation: Collection
    wanted: Wanted
    out: Path
    command: str
    seed: int = 0
    rounds: int = 20
    measured: Path | None = None
    """What a bundle brought back from the device."""
    course: Course | None = None
    """How a student is taught for one camera; None: no student, the network itself is made
    smaller."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run ends with."""

    result: Result
    files: tuple[Path, ...]


def compress(order: Order, tell: Tell) -> Outcome:
    """Make candidates, judge and measure them, choose one and write it.

    Raises:
        PassanteError: Something is wrong with the network, the data or the order.
    """
    # First of all: nobody is to wait for what cannot be written.
    cache = Cache(order.out / ".work")
    evaluation, notes = _apart(order)
    key = (
        __version__,
        "build",
        order.subject.repaired.graph.to_bytes().hex(),
        digest_of(order.calibration),
        *map(repr, (order.wanted, order.wanted.also, order.subject.task, order.course)),
    )
    built = cache.get(Built, key, partial(_built, order, tell))
    qualities = _judged(order, built, evaluation, cache, tell)
    costs, machine, files = _measured(order, built.candidates, tell, notes)
    verdicts = _verdicts(order, built, qualities, costs)
    passed = [verdict for verdict in verdicts.values() if isinstance(verdict, Passed)]
    smaller = [one for one in passed if not one.candidate.is_parent]
    chosen = choose(smaller or passed, order.budget, order.device)
    front = pareto({p.candidate.name: (p.cost.at(1).cpu_ms, loss_of(p)) for p in passed})
    rows = tuple(
        _row(
            order, qualities[c.name], costs.get(c.name, {}), verdicts[c.name], best=c.name in front
        )
        for c in built.candidates
    )
    choice = chosen[1] if chosen else None
    # What was brought is there already.
    if (
        chosen
        and not chosen[0].candidate.is_parent
        and (chosen[0].candidate.data != order.subject.data)
    ):
        files += ship.write(
            chosen[0], order.subject, order.out, device=order.device, command=order.command,
            calibration=_words(order.calibration), on=_words(evaluation),
        )  # fmt: skip
    result = _result(
        order, built, evaluation,
        rows=rows, choice=choice, notes=notes, machine=machine,
    )  # fmt: skip
    return Outcome(result, files)


def _built(order: Order, tell: Tell) -> Built:
    if order.course is not None:
        built = site.build(order.subject, order.calibration, order.course, order.wanted, tell)
    else:
        built = Builder(order.subject, order.calibration, order.wanted, tell).build()
    return replace(built, peak_mb=_peak_mb())


def _apart(order: Order) -> tuple[Collection, list[str]]:
    """The evaluation without what is in the calibration as well, where it was split by us."""
    if order.calibration.form is not order.subject.task.form:
        raise SettingsError(
            f"this network looks at {order.subject.task.form}, "
            f"the calibration holds {order.calibration.form}"
        )
    if order.evaluation.form is not order.calibration.form:
        raise SettingsError(f"the evaluation holds {order.evaluation.form}")
    double = near_duplicates(order.calibration, order.evaluation)
    if not double:
        return order.evaluation, []
    split = order.evaluation.path == order.calibration.path
    if not split or len(double) == len(order.evaluation):
        named = ", ".join(f"{a} and {b}" for a, b in double[:3])
        raise SettingsError(
            f"{len(double)} items of the evaluation are in the calibration as well: {named}",
            hint="a network is not judged on what it was made with: take them out of one of them",
        )
    rest = order.evaluation.without(frozenset(name for _, name in double))
    return rest, [f"{len(double)} items left out of the evaluation: nearly the same as others"]


def _judged(
    order: Order, built: Built, items: Collection, cache: Cache, tell: Tell
) -> dict[str, Quality]:
    parent = next(c for c in built.candidates if c.is_parent)
    data = digest_of(items)
    known: dict[str, list[Answer]] = {}

    def answers(candidate: Candidate) -> list[Answer]:
        subject = replace(order.subject, published=False) if candidate.student else order.subject
        runner = subject.runner(candidate.name, candidate.data)
        task = _task(order, candidate)
        return [task.ask(runner, item) for item in items]

    @once
    def moved() -> Quality:
        task = order.subject.task
        assert isinstance(task, Looking)
        runner = order.subject.runner(parent.name, parent.data)
        given = [site.swayed(task, number).ask(runner, item) for number, item in enumerate(items)]
        return site.student_task(task).judge(items, known["parent"], given)

    def judged(candidate: Candidate) -> Quality:
        if not known:
            known["parent"] = answers(parent)
        given = known["parent"] if candidate is parent else answers(candidate)
        quality = _task(order, candidate).judge(items, known["parent"], given)
        return site.beside_itself(quality, moved()) if candidate.student else quality

    found = {}
    for number, candidate in enumerate(built.candidates, 1):
        tell(f"judging {candidate.name} on {len(items)} items ({number}/{len(built.candidates)})")
        key = (__version__, "quality", order.subject.task_name, repr(order.subject.task), data,
               parent.sha256, candidate.sha256, str(candidate.size))  # fmt: skip
        found[candidate.name] = cache.get(Quality, key, partial(judged, candidate))
    return found


def _task(order: Order, candidate: Candidate) -> Task:
    task = order.subject.task
    if candidate.student:
        assert isinstance(task, Looking)
        return site.student_task(task)
    if isinstance(task, Looking) and candidate.size and candidate.size != task.size:
        return order.subject.at(candidate.size)
    return task


def _measured(
    order: Order, worth: Sequence[Candidate], tell: Tell, notes: list[str]
) -> tuple[dict[str, dict[str, measure.Cost]], measure.Machine | None, tuple[Path, ...]]:
    """Costs on the target: measured here, read from a file, or none and a bundle for it."""
    networks = {candidate.name: candidate.data for candidate in worth}
    inputs = {candidate.name: _inputs(order, candidate) for candidate in worth}
    if order.device.name == THIS:
        tell(f"measuring {len(worth)} networks on {', '.join(measure.runtimes())}")
        parent = next(candidate.name for candidate in worth if candidate.is_parent)
        text = measure.plan(
            networks, inputs, on=measure.runtimes(), rounds=order.rounds, seed=order.seed,
            also=[(parent, measure.BFLOAT16)] if measure.halved() else [],
        )  # fmt: skip
        found = measure.here(networks, text)
    elif order.measured is not None:
        found = measure.read(order.measured, networks)
    else:
        text = measure.plan(
            networks, inputs, on=("onnxruntime",), rounds=order.rounds, seed=order.seed
        )
        return {}, None, (bundle.write(order.out / "bundle.zip", networks, text),)
    costs: dict[str, dict[str, measure.Cost]] = {}
    for (name, runtime), cost in found.costs.items():
        if runtime == measure.BFLOAT16:
            notes.append(
                f"bfloat16 in OpenVINO, which this processor has: {name} takes "
                f"{cost.at(1).cpu_ms:.2f} ms of processor and {cost.grown_mb:.0f} MB; what it "
                "still does was not judged, so it is no candidate"
            )
        else:
            costs.setdefault(name, {})[runtime] = cost
    return costs, found.machine, ()


def _inputs(order: Order, candidate: Candidate) -> tuple[measure.Input, ...]:
    if candidate.student:
        assert isinstance(order.subject.task, Looking)
        wide, high = order.subject.task.size
        return (measure.Input("image", "uint8", (1, high, wide, 3)),)
    first = next(iter(order.calibration))
    feed = next(order.subject.feeds([first], _task(order, candidate)))
    return order.subject.inputs(feed)


def _verdicts(
    order: Order,
    built: Built,
    qualities: Mapping[str, Quality],
    costs: Mapping[str, Mapping[str, measure.Cost]],
) -> dict[str, Passed | Refused]:
    parent = next(c for c in built.candidates if c.is_parent)
    return {
        candidate.name: judge(
            candidate,
            qualities[candidate.name],
            costs.get(candidate.name, {}),
            costs.get(parent.name, {}),
            limits=order.limits,
            protective=order.subject.task.protective,
        )
        for candidate in built.candidates
    }


def _row(
    order: Order,
    quality: Quality,
    costs: Mapping[str, measure.Cost],
    verdict: Passed | Refused,
    *,
    best: bool,
) -> Row:
    candidate = verdict.candidate
    device = order.device
    metered = [cost.energy_mj for cost in costs.values() if cost.energy_mj is not None]
    if metered:
        energy = min(metered)
    elif costs:
        energy = min(cost.at(1).cpu_ms for cost in costs.values()) * device.watt_per_core
    else:
        energy = candidate.mmac / 1000 * device.energy_mj_gmac
    words = "passed" if isinstance(verdict, Passed) else f"{verdict.reason}: {verdict.words}"
    return Row(
        candidate.name, candidate.made_by, candidate.sha256, candidate.size_mb, candidate.mmac,
        candidate.parameters, candidate.fusion, candidate.drift_db, quality, costs,
        device.predicted_ms(int(candidate.mmac * 1e6), whole=candidate.whole), energy, words,
        best,
    )  # fmt: skip


def _result(
    order: Order,
    built: Built,
    evaluation: Collection,
    *,
    rows: tuple[Row, ...],
    choice: Choice | None,
    notes: list[str],
    machine: measure.Machine | None,
) -> Result:
    subject = order.subject
    parent = next(c for c in built.candidates if c.is_parent)
    return Result(
        schema=SCHEMA,
        model=subject.name,
        parent=str(subject.card.ref) if subject.card else f"{subject.name}.onnx",
        task=subject.task_name,
        protective=subject.task.protective,
        sha256=parent.sha256,
        tool=f"passante {__version__}",
        command=order.command,
        target=order.device.name,
        target_words=order.device.summary,
        budget=order.budget.words(),
        limits={what: order.limits.of(what) for what in What},
        seed=order.seed,
        calibration=_words(order.calibration),
        evaluation=_words(evaluation),
        repairs=tuple((change.what, change.why) for change in subject.repaired.changes),
        difference=subject.repaired.difference,
        methods={str(method): distance for method, distance in built.methods.items()},
        sensitivity=tuple(built.sensitivity[:20]),
        notes=(*notes, *built.notes),
        machine=machine,
        rows=rows,
        choice=choice,
        calibration_peak_mb=built.peak_mb,
    )


def _words(items: Collection) -> str:
    return f"{len(items)} {items.form} of {items.path.name}, sha256 {digest_of(items)[:16]}"


def _peak_mb() -> float:
    per_mb = 1024 if sys.platform.startswith("linux") else 1024 * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / per_mb


def unmet(outcome: Outcome, order: Order) -> CompressionError | None:
    """The error that a run ends with where what was asked for could not be had."""
    choice = outcome.result.choice
    if choice is None:
        if order.device.name != THIS and order.measured is None:
            return None
        return CompressionError("no network passed the gate", hint="the report says why")
    if choice.excess:
        over = ", ".join(f"{name} {factor:.2f} times" for name, factor in choice.excess.items())
        return CompressionError(
            f"no network that passed fits the budget; nearest is {choice.name}: {over}",
            hint="allow more, lose more with --max-loss, or look at a smaller view with --size",
        )
    return None
