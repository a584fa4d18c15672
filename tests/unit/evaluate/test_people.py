from __future__ import annotations

import csv
import wave
from pathlib import Path

import numpy as np
import pytest

from passante.evaluate.people import broken, cast


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Speakers with different numbers of recordings, one of which is noise at full scale."""
    place = tmp_path / "speech"
    place.mkdir()
    rng = np.random.default_rng(0)
    rows = []
    counts = {"anna": 6, "bert": 4, "carl": 3, "fsdd_dora": 9, "emil": 12}
    for name, count in counts.items():
        for number in range(count):
            level = 0.5 if (name, number) == ("emil", 0) else 0.05
            save(place / f"{name}{number}.wav", level * rng.standard_normal(32_000))
            rows.append(
                {
                    "file": f"{name}{number}.wav",
                    "speaker": name,
                    "duration_s": "2.0",
                    "sex": "" if name == "bert" else "F" if name == "anna" else "M",
                    "language": "es" if name == "anna" and number > 2 else "en",
                }
            )
    write(place / "utterances.csv", rows)
    save(place / "other.wav", 0.05 * rng.standard_normal(32_000))
    write(place / "attacker_train.csv", [{"file": "other.wav", "speaker": "x", "duration_s": "2"}])
    return tmp_path


def save(path: Path, sound: np.ndarray) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes((np.clip(sound, -1, 1) * 32_767).astype("<i2").tobytes())


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_everybody_with_enough_recordings_is_there_and_none_twice(folder: Path) -> None:
    people = cast(folder, quick=False, seed=1)
    assert set(people.enrolled) == set(people.asked) == {"anna", "bert", "emil"}
    assert {name: len(sounds) for name, sounds in people.enrolled.items()} == {
        "anna": 3,
        "bert": 2,
        "emil": 5,
    }
    for name, sounds in people.enrolled.items():
        known = {sound.tobytes() for sound in sounds}
        assert not known & {sound.tobytes() for sound in people.asked[name]}
    assert len(people.others) == 1
    assert people.sexes == {"anna": "F", "emil": "M"}


def test_of_two_languages_both_halves_hold_both(folder: Path) -> None:
    spoken = [language for language, _ in cast(folder, quick=False, seed=1).languages]
    assert spoken == ["en", "en", "es", "es"]


def test_a_file_of_noise_at_full_scale_is_no_recording() -> None:
    rng = np.random.default_rng(0)
    assert broken((0.45 * rng.standard_normal(16_000)).astype(np.float32))
    assert not broken((0.15 * rng.standard_normal(16_000)).astype(np.float32))
