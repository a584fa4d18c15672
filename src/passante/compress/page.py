"""The report for people: one page that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from passante.compress.chart import Point, bars, scatter
from passante.compress.measure import Cost
from passante.compress.result import Result, Row
from passante.compress.tasks.outcome import Share

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:980px;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;margin:1em 0;font-size:13px;display:block;overflow-x:auto}
td,th{border-bottom:1px solid #ddd;padding:.3em .6em;text-align:left;vertical-align:top}
code{background:#f3f3f3;padding:.1em .3em;word-break:break-all}
svg{width:100%;font-size:11px;fill:#333}.axis{stroke:#888}.tick{fill:#777}
.chosen{fill:#0a7d32}.passed{fill:#3b78c3}.refused{fill:#bbb}rect{fill:#3b78c3}
.chosen-row{background:#eaf6ee}@media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}
code{background:#2a2a2a}svg{fill:#ccc}td,th{border-color:#444}.chosen-row{background:#1d3325}}
"""


def page(result: Result) -> str:
    """The whole page."""
    chosen = result.choice.name if result.choice else ""
    parts = [
        f"<h1>{escape(result.model)}, made smaller</h1>",
        f"<p>{escape(_opening(result))}</p>",
        "<h2>What it costs and what it loses</h2>",
        scatter(_points(result.rows, chosen), "processor time of a run, ms (best runtime, one "
                "thread)", "most points lost in any class"),
        _legend(),
        _table(
            ("candidate", "how", "MB", "MMAC", "in integers", "drift dB", "lost", "extra",
             "verdict"),
            [_line(row) for row in result.rows], [row.name == chosen for row in result.rows],
        ),
        "<h2>Measured</h2>", f"<p>{escape(_machine(result))}</p>",
        _table(("candidate", "runtime", "p50 ms", "p95 ms", "cpu ms", "cpu ms, 2 threads",
                "memory MB", "of which network", "runs"), _costs(result.rows)),
        "<h2>Predicted and estimated</h2>",
        (f"<p>For {escape(result.target_words)}, from its table: no measurement. "
        "Energy is what the processor's own meter counted where it has one; else the "
        "processor time measured times the watts of one busy core, or, where no time was measured, "
        "multiplications times the energy of each.</p>"),
        _table(("candidate", "predicted ms", "energy mJ"),
               [(r.name, f"{r.predicted_ms:.1f}", f"{r.energy_mj:.1f}") for r in result.rows]),
        "<h2>What it still does</h2>",
        _table(("candidate", "what", "class", "now", "parent", "lost"), _shares(result.rows)),
        "<h2>Which layers mind most</h2>",
        "<p>Gain in signal over error where one layer is left in floating point.</p>",
        bars([(item.layer, item.gain_db) for item in result.sensitivity], "dB"),
        "<h2>Ranges</h2>",
        bars(sorted(result.methods.items()), "dB"),
        "<h2>What was put in order</h2>",
        _table(("what", "why"), result.repairs)
        + f"<p>Largest difference to the network as it was brought: {result.difference:.1e} of the "
        "largest value.</p>",
        "<h2>Notes</h2>",
        "".join(f"<p>{escape(note)}</p>" for note in result.notes) or "<p>None.</p>",
        "<h2>Again</h2>", f"<p><code>{escape(result.command)}</code></p>",
        _table(("", ""), [
            ("network", f"{result.parent}, sha256 {result.sha256}"),
            ("tool", result.tool), ("seed", str(result.seed)),
            ("calibration", result.calibration), ("evaluation", result.evaluation),
            ("memory of calibration", f"{result.calibration_peak_mb:.0f} MB at most"),
            ("budget", result.budget or "none"),
            ("may be lost", ", ".join(f"{k} {v:g} points" for k, v in result.limits.items())),
        ]),
    ]  # fmt: skip
    body = "\n".join(parts)
    title = escape(f"{result.model}, made smaller")
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>{title}</title><style>{_STYLE}</style>{body}</html>\n"
    )


def _opening(result: Result) -> str:
    if result.choice is None:
        return "Nothing was chosen: see the verdicts."
    excess = ", ".join(f"{k} {v:.2f} times" for k, v in result.choice.excess.items())
    over = f" It passes the budget: {excess}." if excess else ""
    return f"Chosen: {result.choice.name}, {result.choice.why}.{over}"


def _machine(result: Result) -> str:
    machine = result.machine
    if machine is None:
        return "Nothing was measured: run bundle.zip on the device, then give --measured."
    load = "" if machine.load is None else f", load {machine.load:.1f}"
    can = " ".join(machine.can) or "nothing of note"
    return f"On {machine.processor} ({machine.architecture}, {machine.cores} cores, {can}{load})."


def _legend() -> str:
    return (
        '<p><svg viewBox="0 0 300 12" style="width:300px"><circle class="chosen" cx="6" cy="6" '
        'r="5"/><text x="16" y="10">chosen</text><circle class="passed" cx="86" cy="6" r="5"/>'
        '<text x="96" y="10">passed</text><circle class="refused" cx="166" cy="6" r="5"/>'
        '<text x="176" y="10">refused</text></svg></p>'
    )


def _points(rows: Iterable[Row], chosen: str) -> list[Point]:
    found = []
    for row in rows:
        if row.costs:
            passed = "passed" if row.verdict == "passed" else "refused"
            mark = "chosen" if row.name == chosen else passed
            cpu = min(cost.at(1).cpu_ms for cost in row.costs.values())
            found.append(Point(row.name, cpu, max(0.0, _lost(row)), mark))
    return found


def _lost(row: Row) -> float:
    return max((share.loss for share in row.quality.judged), default=0.0)


def _line(row: Row) -> tuple[str, ...]:
    return (
        row.name + (" *" if row.pareto else ""), row.made_by, f"{row.size_mb:.2f}",
        f"{row.mmac:.0f}", f"{row.fusion.whole} of {row.fusion.layers}, {row.fusion.trips} trips",
        f"{row.drift_db:.1f}", f"{_lost(row):.2f}", f"{row.quality.extra:.2f}", row.verdict,
    )  # fmt: skip


def _costs(rows: Iterable[Row]) -> list[tuple[str, ...]]:
    return [
        (row.name, runtime, f"{cost.at(1).p50_ms:.2f}", f"{cost.at(1).p95_ms:.2f}",
         f"{cost.at(1).cpu_ms:.2f}", _two(cost), f"{cost.peak_mb:.0f}", f"{cost.grown_mb:.0f}",
         str(cost.runs))
        for row in rows for runtime, cost in sorted(row.costs.items())
    ]  # fmt: skip


def _two(cost: Cost) -> str:
    return f"{cost.at(2).cpu_ms:.2f}" if cost.at(2).threads == 2 else "-"


def _shares(rows: Iterable[Row]) -> list[tuple[str, ...]]:
    return [
        (row.name, share.what, share.group, share.rate.words(), share.before.words(),
         _loss_words(share))
        for row in rows for share in row.quality.shares
    ]  # fmt: skip


def _loss_words(share: Share) -> str:
    """Points, and their interval where things were counted one by one."""
    ends = share.between
    if ends is None:
        return f"{share.loss:.2f}"
    return f"{share.loss:.2f} ({ends[0]:.1f} to {ends[1]:.1f}; {share.lost} lost, {share.won} won)"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], marked: Sequence[bool] = ()) -> str:
    lines = ["<tr>" + "".join(f"<th>{escape(word)}</th>" for word in head) + "</tr>"]
    for number, row in enumerate(rows):
        mark = ' class="chosen-row"' if number < len(marked) and marked[number] else ""
        cells = "".join(f"<td>{escape(word)}</td>" for word in row)
        lines.append(f"<tr{mark}>{cells}</tr>")
    return f"<table>{''.join(lines)}</table>"
