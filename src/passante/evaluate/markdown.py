"""A report as a table for a page of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from passante.evaluate.report import Report
from passante.evaluate.results import Figure, Finding, LeftOut, Section


def render(report: Report) -> str:
    """Everything that was measured, in Markdown."""
    parts = [_made(report)]
    for section, findings, figures, absent in sections(report):
        parts.append(f"## {section.value.capitalize()}")
        parts += [f"{attack}: {threat}" for attack, threat in attackers(findings)]
        if findings:
            parts.append(_attacks(findings))
        if figures:
            parts.append(_figures(figures))
        parts += [f"Left out: {one.what} ({one.why})." for one in absent]
    return "\n\n".join(parts) + "\n"


def sections(
    report: Report,
) -> Iterator[tuple[Section, list[Finding], list[Figure], list[LeftOut]]]:
    """Every section of which there is anything to say, with what belongs to it."""
    for section in Section:
        findings = [one for one in report.findings if one.section is section]
        figures = [one for one in report.figures if one.section is section]
        absent = [one for one in report.left_out if one.section is section]
        if findings or figures or absent:
            yield section, findings, figures, absent


def attackers(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    """Every attack once, with who is behind it and what was counted."""
    found = {one.attack: f"{one.threat.words()} Counted: {one.of}." for one in findings}
    return list(found.items())


def _made(report: Report) -> str:
    kind = "A quick look: few pictures, wide intervals. " if report.quick else ""
    return (
        f"{kind}Made by `{report.command}` with {report.software}, seed {report.seed}. "
        f"Networks: {', '.join(f'`{ref}`' for ref in report.models)}. Intervals hold 95 %. "
        "A policy finds by itself what it hides; operators and the methods of others are given "
        "the true place, so they show how much hiding can do at best. Bold is ours."
    )


def _attacks(findings: Sequence[Finding]) -> str:
    head = ("protected by", "attack", "succeeds", "untouched", "guessing", "verdict")
    rows = [
        (
            f"**{one.subject.name}**" if one.subject.ours else one.subject.name,
            one.attack,
            one.rate.words(),
            f"{100 * one.control.share:.0f} %",
            f"{100 * one.baseline.share:.1f} %" if one.baseline else "-",
            f"{one.verdict} ({one.why})",
        )
        for one in findings
    ]
    return table(head, rows)


def _figures(figures: Sequence[Figure]) -> str:
    rows = [
        (
            f"**{one.subject.name}**" if one.subject.ours else one.subject.name,
            one.what,
            f"{one.value:.4g} {one.unit}".strip() + _interval(one),
            str(one.n),
        )
        for one in figures
    ]
    return table(("protected by", "what", "value", "n"), rows)


def _interval(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return ""
    return f" ({figure.low:.4g} to {figure.high:.4g})"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
