"""People made of noise: each has a pattern of their own, and each picture a little more noise."""

from __future__ import annotations

import numpy as np

from passante.core.geometry import Box
from passante.evaluate.pictures import Picture, Shown
from passante.evaluate.results import Subject
from passante.evaluate.subjects import Hide, Method

BOX = Box(16, 16, 48, 48)


def portrait(person: int, number: int) -> Picture:
    """(64, 64, 3): the same grey around everybody, a pattern of 8 by 8 blocks in the middle."""
    face = np.random.default_rng(person).integers(40, 216, (8, 8, 1))
    noise = np.random.default_rng((person, number)).integers(-12, 13, (32, 32, 3))
    made = np.full((64, 64, 3), 128, np.int64)
    made[16:48, 16:48] = np.kron(face, np.ones((4, 4, 1), np.int64)) + noise
    return made.clip(0, 255).astype(np.uint8)


def people(count: int = 30, pictures: int = 6) -> list[Shown]:
    return [
        Shown(f"{person}-{number}", portrait(person, number), BOX, f"person {person}")
        for person in range(count)
        for number in range(pictures)
    ]


def method(hide: Hide, name: str = "a method") -> Method:
    return Method(Subject(name, ours=True), hide)
