"""Writing a network that passed, with its card. Nothing else can be written."""

from __future__ import annotations

import json
from pathlib import Path

from passante.compress.choose import costs_of
from passante.compress.gate import Passed
from passante.compress.subject import Subject
from passante.compress.target import Device
from passante.compress.tasks.outcome import Share
from passante.core.errors import SinkError
from passante.models.card import Card, parse


def write(
    passed: Passed,
    subject: Subject,
    folder: Path,
    *,
    device: Device,
    command: str,
    calibration: str,
    on: str,
) -> tuple[Path, ...]:
    """Write the network, and its card where its parent has one.

    Args:
        passed: What the gate let through.
        subject: What it was made from.
        folder: Where it goes.
        device: What its cost was measured on.
        command: What makes it again.
        calibration: What it was calibrated on, for people, with its hash.
        on: What it was judged on, for people.

    Raises:
        SinkError: It cannot be written.
    """
    name = f"{subject.name}-{passed.candidate.name}"
    model = folder / f"{name}.onnx"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        model.write_bytes(passed.candidate.data)
        files = [model]
        if passed.candidate.recipe is not None:
            files.append(folder / f"{name}.recipe.json")
            files[-1].write_bytes(passed.candidate.recipe.to_json())
        if subject.card is None:
            return tuple(files)
        text = card_text(
            passed, subject.card, name,
            device=device, command=command, calibration=calibration, on=on,
        )  # fmt: skip
        card = folder / f"{name}.toml"
        parse(text, where=card.name)
        card.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SinkError(f"{folder}: cannot be written: {error.strerror}") from error
    return (*files, card)


def gate_words(passed: Passed) -> str:
    """What the gate found, in a line."""
    shares = [share for share in passed.quality.shares if share.group == "all"]
    worst = max(passed.quality.judged, key=lambda share: share.loss)
    said = [
        f"{share.what} {100 * share.rate.share:.1f} % of {share.rate.trials} "
        f"(parent {100 * share.before.share:.1f} %{_apart(share)})"
        for share in shares
    ]
    return "; ".join(
        [*said, f"worst class {worst.what} {worst.group}: {worst.loss:.2f} points less"]
    )


def _apart(share: Share) -> str:
    """What was lost and won, thing by thing, and the interval of the loss."""
    ends = share.between
    if ends is None:
        return ""
    return (
        f"; {share.lost} lost, {share.won} won: "
        f"{share.loss:.1f} points less, {ends[0]:.1f} to {ends[1]:.1f}"
    )


def card_text(
    passed: Passed,
    parent: Card,
    name: str,
    *,
    device: Device,
    command: str,
    calibration: str,
    on: str,
) -> str:
    """The card of a smaller network, as TOML."""
    candidate = passed.candidate
    costs = costs_of(passed, device)
    lines = [
        f"name = {_word(name.lower())}",
        f"version = {_word(parent.version)}",
        f"task = {_word(parent.task)}",
        f"summary = {_word(f'{parent.summary}; made smaller: {candidate.made_by}')}",
        f"licence = {_word(parent.licence)}",
        f"origin = {_word(parent.origin)}",
        f"limits = {_word(parent.limits)}",
        f"sha256 = {_word(candidate.sha256)}",
        f"size_bytes = {len(candidate.data)}",
        *(['convert = "passante-compress"'] if parent.parts else []),
        f"parent = {_word(parent.ref)}",
        f"gate = {_word(f'{gate_words(passed)}, judged on {on}')}",
        "optional = true",
    ]
    for part in parent.parts:
        lines += [
            "\n[[parts]]", f"package = {_word(part.package)}", f"version = {_word(part.version)}",
            f"member = {_word(part.member)}", f"sha256 = {_word(part.sha256)}",
            f"size_bytes = {part.size_bytes}", f"registry = {_word(part.registry)}",
        ]  # fmt: skip
    for what, tensors in (("inputs", parent.inputs), ("outputs", parent.outputs)):
        for tensor in tensors:
            lines += [
                f"\n[[{what}]]", f"name = {_word(tensor.name)}", f"dtype = {_word(tensor.dtype)}",
                f"shape = {json.dumps(list(tensor.shape))}", f"meaning = {_word(tensor.meaning)}",
                f"multiple = {tensor.multiple}",
            ]  # fmt: skip
    trained = [(one.name, one.licence) for one in parent.data if one.use == "trained"]
    own = "the user's own: none of it is in the network but ranges of numbers"
    for title, licence, use in (
        *((*one, "trained") for one in trained),
        (calibration, own, "calibrated"),
        (on, own, "measured"),
    ):
        lines += ["\n[[data]]", f"name = {_word(title)}", f"licence = {_word(licence)}",
                  f"use = {_word(use)}"]  # fmt: skip
    for share in passed.quality.shares:
        rate = share.rate
        what = f"{share.what} {share.group}"
        lines += _figure(what, on, (rate.share, "share"), rate.trials, command)
        lines += [f"low = {rate.low:.4f}", f"high = {rate.high:.4f}"]
    words = f"{device.summary}, {passed.runtime}, one thread"
    runs = passed.cost.runs
    lines += _figure("processor time of a run", words, (costs["cpu_ms"], "ms"), runs, command)
    lines += _figure("memory that comes with it", words, (costs["ram_mb"], "MB"), 1, command)
    return "\n".join(lines) + "\n"


def _figure(what: str, on: str, value: tuple[float, str], n: int, command: str) -> list[str]:
    """The lines of one figure; a value comes with its unit."""
    return [
        "\n[[figures]]", f"what = {_word(what)}", f"on = {_word(on)}", f"value = {value[0]:.6g}",
        f"unit = {_word(value[1])}", f"n = {n}", f"command = {_word(command)}",
    ]  # fmt: skip


def _word(text: str) -> str:
    """A string of TOML, of which those of JSON are some."""
    return json.dumps(str(text), ensure_ascii=False)
