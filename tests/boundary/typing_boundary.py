"""Lines that must not type-check. mypy fails on the day that one of them starts to.

Nothing here runs; `test_typing.py` has mypy read it. Every `type: ignore` names the error that the
line must give, and mypy is told to complain about those that it does not need.
"""

from fractions import Fraction

from passante.core.names import PlaceId, Sensitive
from passante.flow import Sink, Stage
from passante.inside.audio import AnalysedAudio, RawAudio
from passante.inside.incident import Incident, SoundIncident
from passante.inside.observation import Detections, Region
from passante.inside.tally import Tally
from passante.inside.video import AnalysedFrame, RawFrame, View
from passante.outside.facts import Event, ExactStatistic, Statistic
from passante.outside.media import Outbound, ProtectedAudio, ProtectedFrame
from passante.outside.receipt import Receipt
from passante.protect.policy import Policy
from passante.protect.rules import Fill, Reveal, Silence, Soundscape
from passante.protect.video import ProtectVideo
from passante.sinks.formats import Form, message
from passante.sinks.formats.site import Site
from passante.sinks.mqtt import MqttFacts
from passante.sinks.store import FactStore
from passante.testing import RecordingSink


# No sink takes what stays inside.
def sink_of_raw_frames(sink: Sink[RawFrame]) -> None: ...  # type: ignore[type-var]
def sink_of_analysed_frames(sink: Sink[AnalysedFrame]) -> None: ...  # type: ignore[type-var]
def sink_of_raw_audio(sink: Sink[RawAudio]) -> None: ...  # type: ignore[type-var]
def sink_of_analysed_audio(sink: Sink[AnalysedAudio]) -> None: ...  # type: ignore[type-var]
def sink_of_views(sink: Sink[View]) -> None: ...  # type: ignore[type-var]
def sink_of_detections(sink: Sink[Detections]) -> None: ...  # type: ignore[type-var]
def sink_of_regions(sink: Sink[Region]) -> None: ...  # type: ignore[type-var]
def sink_of_incidents(sink: Sink[Incident]) -> None: ...  # type: ignore[type-var]
def sink_of_sound_incidents(sink: Sink[SoundIncident]) -> None: ...  # type: ignore[type-var]
def sink_of_tallies(sink: Sink[Tally]) -> None: ...  # type: ignore[type-var]
def sink_of_bytes(sink: Sink[bytes]) -> None: ...  # type: ignore[type-var]


def write(  # noqa: PLR0917  # a list of what there is, not a call
    frames: Sink[ProtectedFrame],
    sounds: Sink[ProtectedAudio],
    both: Sink[Outbound],
    shipped: RecordingSink,
    raw: RawFrame,
    analysed: AnalysedFrame,
    sound: RawAudio,
) -> None:
    """Nothing that stays inside can be handed to a sink."""
    frames.write(raw)  # type: ignore[arg-type]
    frames.write(analysed)  # type: ignore[arg-type]
    frames.write(raw.planes)  # type: ignore[arg-type]
    sounds.write(sound)  # type: ignore[arg-type]
    sounds.write(sound.samples)  # type: ignore[arg-type]
    both.write(raw)  # type: ignore[arg-type]
    both.write(sound)  # type: ignore[arg-type]
    shipped.write(analysed)  # type: ignore[arg-type]


def tell(
    events: Sink[Event],
    published: Sink[Statistic],
    incident: Incident,
    tally: Tally,
    exact: ExactStatistic,
) -> None:
    """Candidates and exact counts are no facts, and exact figures are never published."""
    events.write(incident)  # type: ignore[arg-type]
    published.write(tally)  # type: ignore[arg-type]
    published.write(exact)  # type: ignore[arg-type]


def name_it_outbound(raw: RawFrame, sound: AnalysedAudio) -> tuple[Outbound, Outbound]:
    """Neither side shares a base class with the other."""
    return raw, sound  # type: ignore[return-value]


def skip_a_step(
    raw: RawFrame, protect: Stage[AnalysedFrame, ProtectedFrame], stage: ProtectVideo
) -> Stage[RawFrame, ProtectedFrame]:
    """A picture that nobody analysed cannot be protected."""
    protect.push(raw)  # type: ignore[arg-type]
    stage.push(raw)  # type: ignore[arg-type]
    return protect  # type: ignore[return-value]


def protect_nothing(stage: Stage[AnalysedFrame, AnalysedFrame]) -> Stage[AnalysedFrame, Outbound]:
    """A stage that only looks is no stage that protects."""
    return stage  # type: ignore[return-value]


def dress_by_hand(raw: RawFrame, receipt: Receipt) -> ProtectedFrame:
    """Without the mint there is no protected picture."""
    return ProtectedFrame(  # type: ignore[call-arg]
        stream=raw.stream,
        seq=0,
        pts=0,
        time_base=Fraction(1, 25),
        format=raw.format,
        planes=raw.planes,
        receipt=receipt,
    )


def tell_it_by_hand(incident: Incident) -> Event:
    """Without the mint there is no event."""
    return Event(  # type: ignore[call-arg]
        kind=incident.kind,
        phase=incident.phase,
        place=PlaceId("square"),
        stream=incident.stream,
        zone=incident.zone,
        start_ns=0,
        end_ns=0,
        at=None,
        score=1.0,
        threshold=0.5,
    )


def name_the_track(event: Event) -> None:
    """An event knows no track, no picture and no box."""
    event.tracks  # type: ignore[attr-defined]  # noqa: B018
    event.box  # type: ignore[attr-defined]  # noqa: B018


def publish_exact(
    exact: ExactStatistic, broker: MqttFacts, tally: Tally, store: FactStore, site: Site
) -> None:
    """Exact figures go into the operator's own store and to nobody else; exact counts nowhere."""
    store.write(exact)
    broker.write(exact)  # type: ignore[arg-type]
    message(exact, Form.CLOUDEVENTS, site)  # type: ignore[arg-type]
    store.write(tally)  # type: ignore[arg-type]
    broker.write(tally)  # type: ignore[arg-type]


def change_it_later(frame: ProtectedFrame, raw: RawFrame, policy: Policy) -> None:
    """What was made stays as it was made."""
    frame.planes = raw.planes  # type: ignore[misc]
    frame.receipt = frame.receipt  # type: ignore[misc]
    policy.head = Reveal("why not")  # type: ignore[misc]
    policy.rules[Sensitive.HEAD] = Reveal("why not")  # type: ignore[index]


def leave_a_gap() -> tuple[Policy, ...]:
    """A policy has an answer for every kind, and only one that can be given to it."""
    return (
        Policy("gap", "1", head=Fill(), plate=Fill(), person=Fill()),  # type: ignore[call-arg]
        Policy("odd", "1", Fill(), Fill(), Fill(), Fill()),  # type: ignore[arg-type]
        Policy("odd", "1", Silence(), Fill(), Fill(), Silence()),  # type: ignore[arg-type]
        Policy("odd", "1", Fill(), Fill(), Fill(), Reveal("aloud")),  # type: ignore[arg-type]
        Policy("whole", "1", Fill(), Fill(), Fill(), Soundscape()),
    )
