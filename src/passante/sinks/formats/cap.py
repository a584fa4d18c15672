"""CAP 1.2 alarms, as XML. Marked as tests until the operator of a site says that they are real."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import datetime, timedelta
from typing import NamedTuple

from passante.core.names import EventKind, Phase
from passante.outside.facts import Event
from passante.sinks.formats.site import Site, fact_id, span

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
_LIKELY = 0.8
_EXPIRES = timedelta(minutes=30)


class _Words(NamedTuple):
    category: str
    event: str
    severity: str


_ALARMS = {
    EventKind.BANG: _Words("Security", "Bang or shot", "Severe"),
    EventKind.EXPLOSION: _Words("Security", "Explosion", "Extreme"),
    EventKind.SCREAM: _Words("Security", "Scream", "Moderate"),
    EventKind.GLASS: _Words("Security", "Breaking glass", "Minor"),
    EventKind.CRASH: _Words("Transport", "Crash", "Severe"),
    EventKind.FIRE: _Words("Fire", "Fire", "Severe"),
    EventKind.FALL: _Words("Health", "Person fell", "Moderate"),
    EventKind.LYING: _Words("Health", "Person lies", "Moderate"),
    EventKind.CROWDING: _Words("Safety", "Crowding", "Moderate"),
    EventKind.CROWD_RUNNING: _Words("Safety", "Crowd runs", "Severe"),
    EventKind.WRONG_WAY: _Words("Transport", "Vehicle the wrong way", "Severe"),
    EventKind.PERSON_ON_CARRIAGEWAY: _Words("Transport", "Person on the carriageway", "Moderate"),
    EventKind.VEHICLE_STOPPED: _Words("Transport", "Vehicle stands", "Minor"),
    EventKind.OBJECT_LEFT: _Words("Security", "Object left behind", "Moderate"),
    EventKind.PANIC: _Words("Safety", "Panic", "Extreme"),
    EventKind.COLLISION: _Words("Transport", "Collision", "Severe"),
}
"""What is not here is no alarm."""


def alert(fact: Event, site: Site) -> bytes | None:
    """The alarm; its end is an update that refers to it. None where it is none, or has no time."""
    when = span(fact)
    if fact.kind not in _ALARMS or when is None:
        return None
    begin, end = when
    words, ended = _ALARMS[fact.kind], fact.phase is Phase.ENDED
    root = ET.Element("alert", xmlns=NAMESPACE)
    first = fact_id(fact).rsplit("/", 1)[0].replace(" ", "")
    for name, text in (
        ("identifier", f"{first}/{fact.phase}"),
        ("sender", site.sender),
        ("sent", _text(end if ended else begin)),
        ("status", "Actual" if site.actual else "Test"),
        ("msgType", "Update" if ended else "Alert"),
        ("scope", "Restricted"),
        ("restriction", "Operators of the site"),
    ):
        ET.SubElement(root, name).text = text
    if ended:
        reference = f"{site.sender},{first}/{Phase.BEGAN},{_text(begin)}"
        ET.SubElement(root, "references").text = reference
    info = ET.SubElement(root, "info")
    for name, text in (
        ("language", "en"),
        ("category", words.category),
        ("event", words.event),
        ("responseType", "AllClear" if ended else "Assess"),
        ("urgency", "Past" if ended else "Immediate"),
        ("severity", words.severity),
        ("certainty", "Likely" if fact.score >= _LIKELY else "Possible"),
        ("onset", _text(begin)),
        ("expires", _text(end + _EXPIRES)),
        ("senderName", f"passante at {site.name or fact.place}"),
        ("headline", f"{words.event}: {site.name or fact.place}"),
    ):
        ET.SubElement(info, name).text = text
    for name, number in (
        ("score", f"{fact.score:.3f}"),
        ("false-alarms-per-day", fact.false_alarms_per_day),
    ):
        parameter = ET.SubElement(info, "parameter")
        ET.SubElement(parameter, "valueName").text = f"passante-{name}"
        ET.SubElement(parameter, "value").text = "never measured" if number is None else f"{number}"
    area = ET.SubElement(info, "area")
    zone = f", {fact.zone}" if fact.zone is not None else ""
    ET.SubElement(area, "areaDesc").text = f"{site.name or fact.place}{zone}"
    if site.latitude is not None and site.longitude is not None:
        circle = f"{site.latitude:.6f},{site.longitude:.6f} {site.radius_m / 1000:.3f}"
        ET.SubElement(area, "circle").text = circle
    told: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return told


def _text(at: datetime) -> str:
    """With an offset in numbers: CAP forbids the Z."""
    return at.isoformat(timespec="seconds")
