"""What protected sound still tells, and what it still is good for; the baselines beside it.

    python benchmarks/voice.py words | crowd | detect | hard | events | cost

Who speaks and which digit is said: `passante evaluate voices words`, tools/evaluation.py.

The attackers need packages that the product does not; see docs/voice.md. One that is absent is
named and left out: it never counts as beaten.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import numpy as np

import voice_attacks as attacks
import voice_crowd
import voice_output
import voice_tags as tags
from measure import command_line, machine, publish
from measure import table as markdown
from passante.analyse.cells import CellSettings
from passante.analyse.separate import SeparatorMemory
from passante.analyse.speech import AnalyseSpeech, SpeechSettings
from passante.analyse.voice import CHUNK
from passante.evaluate.halves import Half, recordings
from passante.protect.audio import ProtectAudio
from passante.protect.operators import texture
from passante.protect.policy import Policy
from voice_cases import banded, crowd, echoed, music, resampled, whispered
from voice_sound import (
    LOW,
    RATE_HZ,
    Form,
    Ours,
    Sound,
    active,
    blocks,
    data_dir,
    load,
    mix,
    networks,
    table,
)

SNRS = (-5, 0, 5, 10, 20)
SCENES = ("scenes/street_scene.flac", "scenes/rain.flac", "scenes/car_engine.flac")
_NOISE = 0.3
"""Recordings louder than this hold noise at full scale: some of TIMIT came so."""

UNHEARD = Ours(SpeechSettings(cells=CellSettings(rest_speaks=2.0)))
"""Our stages where what is left beside the voice is not listened to: a control, never built."""


def with_noise(sound: Sound) -> Sound:
    """Our stages where a place never goes on and noise stands in for it: a control, never built."""
    with mock.patch.object(texture, "_LEAST_S", 1e6):
        return Ours()(sound)


NOISY = ("chainsaw", "helicopter", "siren", "fire_crackling", "sea_waves", "dog_bark")


def noises(rng: np.random.Generator) -> Iterator[Sound]:
    """City noise without end, each time from elsewhere."""
    events = table("events/events.csv")
    files = [*SCENES, *(r["file"] for name in NOISY for r in _labelled(events, name)[:3])]
    while True:
        for file in rng.permutation(files):
            sound = load(file if file.startswith("scenes/") else f"events/{file}")
            if np.abs(sound).max() > 0.01:  # some clips hold next to nothing
                yield np.roll(sound, int(rng.integers(sound.size)))


def _labelled(rows: list[dict[str, str]], label: str) -> list[dict[str, str]]:
    return [row for row in rows if row["label"] == label]


def english(rng: np.random.Generator, count: int) -> list[dict[str, str]]:
    """Utterances with words, 2 to 6 s, of as many speakers as there are."""
    rows = [
        row
        for row in table("speech/utterances.csv")
        if row["language"] == "en"
        and len(row["transcript"].split()) > 2
        and 2 < float(row["duration_s"]) < 6
    ]
    by_speaker: dict[str, list[dict[str, str]]] = defaultdict(list)
    for at in rng.permutation(len(rows)):
        by_speaker[rows[at]["speaker"]].append(rows[at])
    turn = [row for group in zip(*_padded(list(by_speaker.values())), strict=True) for row in group]
    healthy = (row for row in turn if row and load(f"speech/{row['file']}").std() < _NOISE)
    return list(itertools.islice(healthy, count))


def _padded(groups: list[list[dict[str, str]]]) -> list[list[dict[str, str]]]:
    longest = max(map(len, groups))
    return [group + [{}] * (longest - len(group)) for group in groups]


def enhanced(sound: Sound) -> Sound:
    """What an attacker's enhancement network takes for the voice in it."""
    _, separator = networks()
    memory, made = SeparatorMemory.blank(), []
    for at in range(0, sound.size - CHUNK + 1, CHUNK):
        part, memory = separator.step(sound[at : at + CHUNK], memory)
        made.append(part)
    return np.concatenate(made)


def words(count: int, rng: np.random.Generator) -> str:
    """Words that recognisers still hear."""
    recognisers: dict[str, Callable[[Sound], str]] = {
        "Whisper tiny.en": attacks.whisper,
        "Whisper after DTLN": lambda sound: attacks.whisper(enhanced(sound)),
        "pocketsphinx": attacks.sphinx,
    }
    forms: dict[str, Form] = {
        "untouched": lambda sound: sound, "soundscape": Ours(), "low delay": LOW,
    }  # fmt: skip
    levels = (-5, 5, 20)
    said: dict[tuple[str, str, int], list[tuple[int, int, int]]] = defaultdict(list)
    city = noises(rng)
    for row in english(rng, count):
        clean = np.pad(load(f"speech/{row['file']}"), RATE_HZ // 2)
        noise, truth = next(city), attacks.words(row["transcript"])
        for snr in levels:
            mixed = mix(clean, noise, snr)
            for form, apply in forms.items():
                sound = apply(mixed)
                for name, hear in recognisers.items():
                    if form != "soundscape" and name != "Whisper tiny.en":
                        continue
                    heard = attacks.words(hear(sound))
                    wrong, right = attacks.errors(truth, heard), attacks.hits(truth, heard)
                    said[form, name, snr].append((wrong, right, len(truth)))
    rows = []
    for form, name in dict.fromkeys((form, name) for form, name, _ in said):
        cells = []
        for snr in levels:
            wrong, right, total = np.sum(said[form, name, snr], axis=0)
            cells.append(f"{100 * wrong / total:.0f} ({100 * right / total:.1f})")
        rows.append([form, name, *cells])
    total = sum(n for _, _, n in said["soundscape", "Whisper tiny.en", levels[0]])
    return (
        f"WER in % (in brackets: words of the sentence heard in order, %), {count} sentences with "
        f"{total} words at each SNR, in city noise.\n\n"
        + markdown(["sound", "recogniser", *(f"{snr} dB" for snr in levels)], rows)
    )


def crowded(count: int, rng: np.random.Generator) -> str:
    """Words of anybody in a crowd, of whom the separator may take some for the rest."""
    rows = english(rng, 3 * count + 4)
    people = [(load(f"speech/{row['file']}"), row["transcript"]) for row in rows]
    forms: dict[str, Form] = {
        "untouched": lambda sound: sound, "soundscape": Ours(), "not listened to": UNHEARD,
    }  # fmt: skip
    return voice_crowd.overheard(count, people, noises(rng), forms, rng)


def detect(count: int, rng: np.random.Generator) -> str:
    """Speech that is not marked, and other sounds that are."""
    missed: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    city = noises(rng)
    modes = {"default": Ours(), "low delay": LOW}
    for row in english(rng, count):
        clean = np.pad(load(f"speech/{row['file']}"), RATE_HZ // 4)
        spoken = np.repeat(active(clean), 512)
        noise = next(city)
        for snr in (-5, 0, 10, 20):
            for mode, ours in modes.items():
                marks = ours.run(mix(clean, noise, snr))[1][: spoken.size]
                missed[mode, snr].append((int((spoken & ~marks).sum()), int(spoken.sum())))
    false: dict[str, list[float]] = defaultdict(list)
    events = table("events/events.csv")
    for label in sorted({row["label"] for row in events}):
        for row in _labelled(events, label)[:1]:
            false[label].append(
                float(modes["default"].run(load(f"events/{row['file']}"))[1].mean())
            )
    rows = []
    for mode in modes:
        sums = [np.sum(missed[mode, snr], axis=0) for snr in (-5, 0, 10, 20)]
        rows.append([mode, *(f"{100 * lost / total:.2f}" for lost, total in sums)])
    head = ["speech not marked, % of its time", "-5 dB", "0 dB", "10 dB", "20 dB"]
    alarms = ", ".join(f"{label} {100 * np.mean(part):.0f}" for label, part in false.items())
    mean = 100 * np.mean([np.mean(part) for part in false.values()])
    return (
        f"{count} sentences in city noise; speech is every 32 ms within 25 dB of the loudest.\n\n"
        f"{markdown(head, rows)}\n\nMarked without need, % of time, by kind of event (one clip "
        f"each): {alarms}; mean {mean:.0f}."
    )


def hard(count: int, rng: np.random.Generator) -> str:
    """Speech that is not marked where it is hard to hear, in a street at 10 dB."""
    rows = table("speech/utterances.csv")
    foreign = [row for row in rows if row["language"] != "en" and float(row["duration_s"]) > 1.5]
    native = [load(f"speech/{row['file']}") for row in english(rng, count)]
    other = [load(f"speech/{row['file']}") for row in rng.permutation(np.array(foreign))[:count]]
    noise, found = noises(rng), []
    changes: dict[str, tuple[list[Sound], Callable[[Sound], Sound]]] = {
        "as it is": (native, lambda sound: sound),
        "other languages": (other, lambda sound: sound),
        "whispered": (native, lambda sound: whispered(sound, rng)),
        "higher by a third, as of a child": (native, lambda sound: resampled(sound, 1.33)),
        "telephone band": (native, lambda sound: banded(sound, 300, 3400)),
        "in a hall (0.8 s)": (native, lambda sound: echoed(sound, rng, 0.8)),
        "clipped hard": (native, lambda sound: np.clip(sound * np.float32(12), -0.3, 0.3)),
        "with music as loud": (native, lambda sound: sound + music(sound)),
        "four voices at once": (native, lambda sound: sound + crowd(native, sound.size)),
    }
    for name, (sounds, change) in changes.items():
        lost = total = quiet_lost = 0
        for sound in sounds:
            clean = np.pad(np.asarray(change(sound), np.float32), RATE_HZ // 4)
            spoken = np.repeat(active(clean), 512)
            mixed = mix(clean, next(noise), 10)
            marks = Ours().run(mixed)[1][: spoken.size]
            faint = Ours().run(clean * np.float32(0.002 / clean[: spoken.size][spoken].std()))[1]
            lost += int((spoken & ~marks).sum())
            quiet_lost += int((spoken & ~faint[: spoken.size]).sum())
            total += int(spoken.sum())
        found.append([name, f"{100 * lost / total:.2f}", f"{100 * quiet_lost / total:.2f}"])
    head = ["speech", "not marked at 10 dB, %", "not marked at -54 dBFS without noise, %"]
    return f"{count} sentences a row.\n\n" + markdown(head, found)


def events(count: int, rng: np.random.Generator) -> str:
    """Whether a tagger still names an event that somebody talks over."""
    named: dict[str, list[str]] = defaultdict(list)
    for found in recordings(data_dir()):
        # margins and levels were chosen on the other half
        if found.label in tags.FOLDERS and found.half is Half.FIX:
            named[tags.FOLDERS[found.label]].append(f"{found.label}/{found.path.name}")
    talk = [load(f"speech/{row['file']}") for row in english(rng, 40)]
    labels = list(tags.LABELS)
    hits: dict[tuple[str, str, int], list[bool]] = defaultdict(list)
    kinds: dict[tuple[str, str], list[bool]] = defaultdict(list)
    taggers = {"YAMNet in 8 bits": tags.tag, "YAMNet": tags.tag_in_floats}
    for label, files in named.items():
        for at in rng.permutation(len(files))[:count]:
            event = load(f"events/{files[at]}")[: 5 * RATE_HZ]
            event = event * np.float32(0.3 / max(1e-3, np.abs(event).max()))
            if event.size < RATE_HZ:
                event = np.pad(event, RATE_HZ // 2)
            speech = np.zeros_like(event)
            words_ = talk[int(rng.integers(len(talk)))][: int(0.6 * event.size)]
            at_ = int(rng.integers(0, event.size - words_.size))
            speech[at_ : at_ + words_.size] = words_
            for snr in SNRS:
                mixed = mix(speech, event, snr)
                lead = _as_loud(event, mixed, at_, words_.size)
                outputs = {
                    "before": mixed,
                    "soundscape": Ours()(mixed),
                    "soundscape, 5 s of it before": Ours()(np.append(lead, mixed))[lead.size :],
                    "the same with noise": with_noise(np.append(lead, mixed))[lead.size :],
                    "low delay, 5 s of it before": LOW(np.append(lead, mixed))[lead.size :],
                }
                for (form, sound), (name, tag) in itertools.product(
                    outputs.items(), taggers.items()
                ):
                    right = labels[int(tag(sound).argmax())] == label
                    hits[form, name, snr].append(right)
                    kinds[form, label].append(right)
    rows = []
    forms = dict.fromkeys(form for form, _, _ in hits)
    for name, form in itertools.product(taggers, forms):
        cells = [f"{100 * np.mean(hits[form, name, snr]):.1f}" for snr in SNRS]
        mean = np.mean([np.mean(hits[form, name, snr]) for snr in SNRS])
        rows.append([name, form, *cells, f"{100 * mean:.1f}"])
    by_kind = ", ".join(
        f"{label} {100 * np.mean(kinds['before', label]):.0f} -> "
        f"{100 * np.mean(kinds['soundscape', label]):.0f}"
        for label in named
    )
    clips = len(hits["before", "YAMNet", 0])
    return (
        f"{clips} clips, somebody speaks over 60 % of each at this level over the event; right is "
        f"the highest of {len(labels)} labels. Where 5 s of the event come first, as in a place "
        "that is listened to all the time, only the clip itself is named.\n\n"
        + markdown(["tagger", "sound", *(f"{snr} dB" for snr in SNRS), "mean"], rows)
        + f"\n\nBy kind, both taggers, named right in %: {by_kind}."
    )


def _as_loud(event: Sound, mixed: Sound, at: int, spoken: int) -> Sound:
    """The event alone, as loud as it is beside the words."""
    beside = np.r_[:at, at + spoken : event.size]
    power = float(event[beside] @ event[beside])
    return event * np.float32(mixed[beside] @ event[beside] / power if power else 1.0)


def output(count: int, rng: np.random.Generator) -> str:
    """Whether detectors of speech still find it in what comes out."""
    sentences = [load(f"speech/{row['file']}") for row in english(rng, 3 * count)]
    return voice_output.listened(sentences, noises(rng))


def cost(count: int, rng: np.random.Generator) -> str:
    """Processor time and delay."""
    del rng
    talk = load("scenes/street_scene.flac")
    speech = np.concatenate(
        [load(f"speech/{row['file']}") for row in english(np.random.default_rng(1), 12)]
    )
    rows = []
    for name, rate_hz, sound, ours in (
        ("street, few words", RATE_HZ, talk, Ours()),
        ("speech all the time", RATE_HZ, speech, Ours()),
        ("speech, low delay", RATE_HZ, speech, LOW),
    ):
        part = sound[: count * rate_hz]
        began = time.process_time()
        ours.run(part, rate_hz)
        share = (time.process_time() - began) / (part.size / rate_hz)
        late, busy = _lateness(ours, part[: 8 * rate_hz], rate_hz)
        rows.append([name, f"{share:.3f}", f"{late:.0f}", f"{busy:.1f}", f"{late + busy:.0f}"])
    began = time.process_time()
    enhanced(speech[: count * RATE_HZ])
    share = (time.process_time() - began) / count
    rows.append(["the two networks of DTLN alone", f"{share:.3f}", "-", "-", "-"])
    head = ["sound", "RTF, CPU time", "delay of the algorithm, ms, p95",
            "compute a 10 ms block, ms, p95", "both"]  # fmt: skip
    return markdown(head, rows)


def _lateness(ours: Ours, sound: Sound, rate_hz: int) -> tuple[float, float]:
    """p95 of (ms from the end of a 10 ms block until all of it is out, ms of CPU a block)."""
    detector, separator = networks()
    analyse = AnalyseSpeech(detector, separator, ours.settings)
    protect = ProtectAudio(Policy.named(ours.policy), (), low_delay=ours.low_delay)
    size, out, late, busy = rate_hz // 100, 0, [], []
    for number, raw in enumerate(blocks(sound[None], rate_hz, size), 1):
        began = time.process_time()
        for item in analyse.push(raw):
            out += sum(block.samples.shape[1] for block in protect.push(item))
        busy.append(1000 * (time.process_time() - began))
        late.append(1000 * (number * size - out) / rate_hz)
    return float(np.percentile(late[100:], 95)), float(np.percentile(busy[100:], 95))


RUNS: dict[str, tuple[Callable[[int, np.random.Generator], str], int]] = {
    "words": (words, 4),
    "crowd": (crowded, 6),
    "detect": (detect, 10),
    "hard": (hard, 3),
    "events": (events, 4),
    "output": (output, 4),
    "cost": (cost, 20),
}
"""What can be run, and how much of it unless told otherwise."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", choices=list(RUNS))
    parser.add_argument("--count", type=int, help="sentences, clips or people")
    parser.add_argument("--seed", type=int, default=20_260)
    parser.add_argument("--into", type=Path, help="page with markers to put the table into")
    chosen = parser.parse_args()
    function, usual = RUNS[chosen.run]
    before = machine()
    try:
        text = function(chosen.count or usual, np.random.default_rng(chosen.seed))
    except attacks.AbsentError as error:
        sys.exit(str(error))
    note = f"`{command_line()}` on {before}."
    publish(f"voice-{chosen.run}", f"{text}\n\n{note}", chosen.into)


if __name__ == "__main__":
    main()
