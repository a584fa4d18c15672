"""The tables of speakers and digits in docs/voice.md, from the reports of the parts about sound."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evaluation_page import table

ROOT = Path(__file__).resolve().parent.parent
VOICE = ROOT / "docs" / "voice.md"


def speakers(found: Sequence[dict[str, Any]]) -> str:
    """Equal error rates of every attacker on every method."""
    findings = [
        one for report in found for one in report["findings"] if "equal error rate" in one["of"]
    ]
    networks = list(dict.fromkeys(one["attack"].split(", ")[0] for one in findings))
    ways = list(dict.fromkeys(one["attack"].split(", ", 1)[1] for one in findings))
    exact = {
        (_named(one["subject"]), one["what"].removesuffix(": equal error rate")): one["value"]
        for report in found
        for one in report["figures"]
        if one["what"].endswith(": equal error rate")
    }
    cells: dict[tuple[str, str, str], str] = {}
    lowest: dict[str, tuple[float, str]] = {}
    for one in findings:
        network, way = one["attack"].split(", ", 1)
        name, rate = _named(one["subject"]), one["rate"]
        error = exact[name, one["attack"]]
        cells[name, network, way] = f"{error:.1f}"
        cells["untouched", network, way] = f"{100 * (1 - one['control']['share']):.1f}"
        if error < lowest.get(name, (101.0, ""))[0]:
            ends = f"{100 - 100 * rate['high']:.0f}-{100 - 100 * rate['low']:.0f}"
            lowest[name] = error, f"{error:.1f} ({ends})"
    strict: dict[str, float] = {}
    for report in found:
        for one in report["figures"]:
            if one["what"].endswith("recognised at 1% false alarms"):
                name = _named(one["subject"])
                strict[name] = max(strict.get(name, 0.0), one["value"])
    lines = [["EER, %", *ways, "lowest", "highest TPR at 1 % FPR"]]
    lines.append(["---"] * len(lines[0]))
    for name in ("untouched", *lowest):
        row = [
            " / ".join(
                cells[name, network, way] for network in networks if (name, network, way) in cells
            )
            or "-"
            for way in ways
        ]
        last = f"{strict[name]:.1f}" if name in strict else "-"
        lines.append([name, *row, lowest.get(name, (0, "-"))[1], last])
    return f"Each cell: {' / '.join(networks)}, where they were tried.\n\n{table(lines)}"


def digits(found: Sequence[dict[str, Any]]) -> str:
    """Which digit, and who says it, to every classifier on every method."""
    wanted = ("digits, ", "who says a digit, ", "digit hidden")
    rows: dict[str, dict[str, str]] = {}
    control: dict[str, str] = {}
    for report in found:
        for one in report["findings"]:
            if one["attack"].startswith(wanted):
                rate = one["rate"]
                ends = f"{100 * rate['low']:.0f}-{100 * rate['high']:.0f}"
                cell = f"{100 * rate['share']:.1f} ({ends})"
                rows.setdefault(_named(one["subject"]), {})[one["attack"]] = cell
                control[one["attack"]] = f"{100 * one['control']['share']:.1f}"
    attacks = list(control)
    lines = [["told right, %", *attacks], ["---"] * (len(attacks) + 1)]
    lines.append(["untouched", *control.values()])
    lines += [[name, *(row.get(attack, "-") for attack in attacks)] for name, row in rows.items()]
    return table(lines)


def _named(subject: dict[str, Any]) -> str:
    return f"**{subject['name']}**" if subject["ours"] else str(subject["name"])


def write(found: Sequence[dict[str, Any]]) -> None:
    """Put the tables between their marks; no reports, no change."""
    if not found:
        return
    commands = ", ".join(f"`{report['command']}`" for report in found)
    text = VOICE.read_text(encoding="utf-8")
    for mark, made in (("voice-speakers", speakers(found)), ("voice-digits", digits(found))):
        begin, end = f"<!-- begin {mark} -->", f"<!-- end {mark} -->"
        before, rest = text.split(begin)
        after = rest.split(end)[1]
        text = f"{before}{begin}\n\n{made}\n\n{commands}, seed {found[0]['seed']}.\n\n{end}{after}"
    VOICE.write_text(text, encoding="utf-8")
