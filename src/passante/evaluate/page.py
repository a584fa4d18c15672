"""A report as one page of HTML that needs nothing else: no script, no font, no address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from passante.evaluate.markdown import attackers, sections
from passante.evaluate.rates import Rate, Verdict
from passante.evaluate.report import Report
from passante.evaluate.results import PEOPLE_FOUND, Figure, Finding
from passante.evaluate.threat import Wants

_COLOUR = {
    Verdict.RESISTED: "#1b7f4b",
    Verdict.LEAKED: "#b3261e",
    Verdict.INCONCLUSIVE: "#8a6d00",
}
_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;font-size:13px}td,th{border-bottom:1px solid #ddd;
padding:.25rem .5rem;text-align:left;vertical-align:top}th{border-bottom:2px solid #999}
svg{width:100%;height:auto;font:12px system-ui,sans-serif}code{font-size:12px}
.ours{font-weight:600}details{margin:1rem 0}
"""
_LEFT, _WIDE, _ROW = 290, 620, 20
_TICKS = (0, 25, 50, 75, 100)


def render(report: Report) -> str:
    """The page."""
    title = f"<h1>Attacks on the output of {escape(report.software)}</h1>"
    body = [title, _summary(report), trade(report)]
    for section, findings, figures, absent in sections(report):
        body.append(f"<h2>{escape(section.value.capitalize())}</h2>")
        for attack, words in attackers(findings):
            body.append(f"<h3>{escape(attack)}</h3><p>{escape(words)}</p>")
            body.append(plot([one for one in findings if one.attack == attack]))
        if figures:
            body.append(_figures(figures))
        body += [f"<p>Left out: {escape(one.what)} ({escape(one.why)}).</p>" for one in absent]
    body.append(_provenance(report))
    style = f"<style>{_STYLE}</style>"
    head = f"<meta charset=utf-8><title>Passante: evaluation</title>{style}"
    return (
        f"<!doctype html>\n<html lang=en><head>{head}</head><body>{''.join(body)}</body></html>\n"
    )


def plot(findings: Sequence[Finding]) -> str:
    """One attack: a row for each subject with attack, control and guessing on one scale."""
    high = _ROW * (len(findings) + 2)
    parts = [f'<svg viewBox="0 0 {_LEFT + _WIDE + 20} {high}" role="img">']
    for tick in _TICKS:
        x = _x(tick / 100)
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{high - _ROW}" stroke="#eee"/>'
            f'<text x="{x:.1f}" y="{high - 5}" text-anchor="middle" fill="#666">{tick} %</text>'
        )
    for number, one in enumerate(findings):
        parts.append(_bar(one, _ROW * (number + 1)))
    return "".join(parts) + "</svg>"


def _bar(one: Finding, y: float) -> str:
    colour = _COLOUR[one.verdict]
    weight = ' font-weight="600"' if one.subject.ours else ""
    name = escape(one.subject.name)
    said = escape(f"{one.subject.name}: {one.rate.words()}, {one.verdict}, {one.why}")
    return (
        f'<g><title>{said}</title><text x="0" y="{y + 4}"{weight}>{name}</text>'
        f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end" fill="{colour}">{one.verdict}</text>'
        f"{_guess(one.baseline, y)}"
        f'<line x1="{_x(one.rate.low):.1f}" x2="{_x(one.rate.high):.1f}" y1="{y}" y2="{y}" '
        f'stroke="{colour}" stroke-width="3"/>'
        f'<circle cx="{_x(one.rate.share):.1f}" cy="{y}" r="5" fill="{colour}"/>'
        f'<circle cx="{_x(one.control.share):.1f}" cy="{y}" r="4" fill="none" stroke="#555"/></g>'
    )


def _guess(baseline: Rate | None, y: float) -> str:
    if baseline is None:
        return ""
    x = _x(baseline.share)
    return f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y - 7}" y2="{y + 7}" stroke="#888"/>'


def _x(share: float) -> float:
    return _LEFT + share * _WIDE


def trade(report: Report) -> str:
    """How often people are recognised against how well they can still be counted, or ""."""
    kept = {one.subject.name: one.value / 100 for one in report.figures if one.what == PEOPLE_FOUND}
    lost: dict[str, Finding] = {}
    for one in report.findings:
        worst = lost.get(one.subject.name)
        named = one.threat.wants is Wants.LINK and one.subject.name in kept
        if named and (worst is None or one.rate.share > worst.rate.share):
            lost[one.subject.name] = one
    if not lost:
        return ""
    high = 300
    parts = [f'<svg viewBox="0 0 {_LEFT + _WIDE + 20} {high + 40}" role="img">']
    parts.append(
        f'<rect x="{_LEFT}" y="10" width="{_WIDE}" height="{high - 10}" fill="none" stroke="#ccc"/>'
        f'<text x="{_LEFT + _WIDE}" y="{high + 30}" text-anchor="end">people still found</text>'
        f'<text x="{_LEFT - 8}" y="20" text-anchor="end">people recognised by clothes</text>'
    )
    parts += [f'<text x="{_x(t / 100):.1f}" y="{high + 15}">{t} %</text>' for t in _TICKS]
    for name, one in lost.items():
        x, y = _x(kept[name]), high - one.rate.share * (high - 10)
        colour = _COLOUR[one.verdict]
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}"/>'
            f'<text x="{x + 8:.1f}" y="{y + 4:.1f}">{escape(name)}</text>'
        )
    return "<h2>Privacy against use</h2>" + "".join(parts) + "</svg>"


def _summary(report: Report) -> str:
    ours = [one for one in report.findings if one.subject.ours]
    counts = ", ".join(
        f"{sum(one.verdict is verdict for one in ours)} {verdict}" for verdict in Verdict
    )
    quick = "<p><b>A quick look: few pictures, wide intervals.</b></p>" if report.quick else ""
    return (
        f"{quick}<p>Attacks on our own policies and operators: {counts}. In each plot: a dot with "
        "its 95 % interval is the attack on protected data, a ring the same on untouched data, "
        "an upright stroke guessing. Bold names are ours; a policy finds by itself what it hides, "
        "all others are given the true place.</p>"
    )


def _figures(figures: Sequence[Figure]) -> str:
    rows = []
    for one in figures:
        ends = "" if one.low is None or one.high is None else f" ({one.low:.4g} to {one.high:.4g})"
        kind = "ours" if one.subject.ours else ""
        rows.append(
            f"<tr><td class='{kind}'>{escape(one.subject.name)}</td><td>{escape(one.what)}</td>"
            f"<td>{one.value:.4g} {escape(one.unit)}{ends}</td><td>{one.n}</td></tr>"
        )
    head = "<tr><th>protected by</th><th>what</th><th>value</th><th>n</th></tr>"
    return f"<table>{head}{''.join(rows)}</table>"


def _provenance(report: Report) -> str:
    def rows(pairs: Iterable[tuple[str, str]]) -> str:
        return "".join(
            f"<tr><td>{escape(name)}</td><td><code>{escape(value)}</code></td></tr>"
            for name, value in pairs
        )

    listed = rows([("command", report.command), ("seed", str(report.seed))])
    for kind in (report.policies, report.models, report.data):
        listed += rows(kind.items())
    return f"<details><summary>What made these figures</summary><table>{listed}</table></details>"
