"""The part about people in recordings: bare heads, and clothes that give them away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from passante.evaluate.attacks import retrace
from passante.evaluate.footage import Clip, clips, frames, written_again
from passante.evaluate.leakage import Leaks, empty_picture, empty_street, heads_of, measure, merged
from passante.evaluate.rates import Rate
from passante.evaluate.results import Figure, Finding, Result, Section, Subject
from passante.evaluate.settings import Settings, Tell
from passante.evaluate.threat import Knows, ThreatModel, Wants
from passante.evaluate.versions import versions

_COUNTED = {
    "head": "people; a head, guessed from the true box of its person, is bare where less than half "
    "of it and less than a quarter of what is around it is covered; not judged behind others, or "
    "where nothing differs from the empty street",
    "face": "people; a face is bare where less than half of it is covered",
}


def run(settings: Settings, tell: Tell) -> Iterator[Result]:
    """Heads and faces bare on at least one frame; people recognised by their clothes."""
    recordings = clips(settings.folder, quick=settings.quick)
    tell("persons: untouched")
    control = _control([(clip, written_again(clip, settings.scratch)) for clip in recordings])
    yield from _places(recordings, control, settings.seed)
    for version in versions(settings):
        tell(f"persons: {version.subject.name}")
        made = [(clip, version.make(clip)) for clip in recordings]
        yield from _leakage(version.subject, made, control, settings.seed)
        yield from _clothes(version.subject, made, control, settings.seed)


@dataclass(frozen=True, slots=True)
class Control:
    """What the untouched recordings give."""

    bare: Mapping[str, Leaks]
    """"head" or "face" -> who is bare when."""
    meetings: Mapping[str, retrace.Meeting]
    """Name of a recording -> when to look at whom."""
    clothes: Mapping[str, retrace.Wardrobe]
    """The same -> what they wear."""


def _control(again: Pairs) -> Control:
    meetings = {clip.name: retrace.meeting(clip.people) for clip, _ in again if clip.people}
    return Control(
        bare={what: _bare(again, faces=what == "face") for what in _COUNTED},
        meetings=meetings,
        clothes={
            clip.name: retrace.dressed(frames(path), clip.people, meetings[clip.name])
            for clip, path in again
            if clip.name in meetings and meetings[clip.name].early
        },
    )


Pairs = list[tuple[Clip, Path]]


def _leakage(subject: Subject, made: Pairs, control: Control, seed: int) -> Iterator[Result]:
    threat = ThreatModel(Wants.FACE, Knows.NOTHING, "eyes, and the whole recording")
    for what, theirs in control.bare.items():
        if not theirs.bare:
            continue
        ours = _bare(made, faces=what == "face")
        yield Finding(
            section=Section.PERSONS,
            attack=f"{what} bare on at least one frame",
            threat=threat,
            subject=subject,
            rate=ours.people(),
            control=theirs.people(),
            baseline=None,
            of=_COUNTED[what],
        )
        on_frames = ours.frames(seed=seed)
        yield Figure(
            Section.PERSONS, subject, f"{what}s bare, of those on each frame",
            100 * on_frames.share, "%", on_frames.trials, 100 * on_frames.low,
            100 * on_frames.high,
        )  # fmt: skip


def _bare(pairs: Pairs, *, faces: bool) -> Leaks:
    found = []
    for clip, path in pairs:
        if faces and clip.faces:
            found.append(measure(frames(clip.path), frames(path), clip.faces))
        elif clip.people and not faces:
            empty = empty_street(frames(clip.path), max(clip.people) + 1)
            heads = heads_of(clip.people)
            found.append(measure(frames(clip.path), frames(path), heads, empty=empty))
    return merged(found)


def _clothes(subject: Subject, made: Pairs, control: Control, seed: int) -> Iterator[Result]:
    looks = [
        (
            control.clothes[clip.name],
            retrace.dressed(frames(path), clip.people, control.meetings[clip.name]),
        )
        for clip, path in made
        if clip.name in control.clothes
    ]
    if not looks:
        return
    people = sum(len(clear.late) for clear, _ in looks)
    baseline = retrace.guess(
        ((len(clear.early), sum(map(len, clear.late.values()))) for clear, _ in looks), seed
    )
    for knows in (Knows.NOTHING, Knows.METHOD):
        has = "clear pictures" if knows is Knows.NOTHING else "our output"
        yield Finding(
            section=Section.PERSONS,
            attack=f"clothes, known from {has}",
            threat=ThreatModel(Wants.LINK, knows, f"{has} of an earlier time and every place"),
            subject=subject,
            rate=_over((retrace.attempt(knows, clear, hidden) for clear, hidden in looks), seed),
            control=_over((retrace.attempt(knows, clear, clear) for clear, _ in looks), seed),
            baseline=baseline,
            of=f"late pictures of {people} people, interval over people",
        )


_EMPTY = Subject("the empty street, nobody in it", ours=False)


def _places(recordings: Sequence[Clip], control: Control, seed: int) -> Iterator[Figure]:
    """What of a success is the place: people who stand still stand before the same wall."""
    empty = []
    for clip in recordings:
        if clip.name in control.clothes:
            street = empty_picture(frames(clip.path), max(clip.people) + 1)
            empty.append(retrace.nobody(street, clip.people, control.meetings[clip.name]))
    if not empty:
        return
    rate = _over((retrace.recognised(one, one) for one in empty), seed)
    yield Figure(
        Section.PERSONS, _EMPTY, "people known again by the place alone", 100 * rate.share, "%",
        rate.trials, 100 * rate.low, 100 * rate.high,
    )  # fmt: skip


def _over(attempts: Iterator[dict[int, list[bool]]], seed: int) -> Rate:
    return Rate.over((hits for one in attempts for hits in one.values()), seed=seed)
