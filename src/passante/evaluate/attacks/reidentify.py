"""Naming people by their hidden faces: recognisers, galleries, and a head trained on our output.

The attacker is given where each face is, so that hiding is judged and not the finding of what is
left. What is tried on each picture:

- ignorant: the hidden face against clear photographs;
- parrot: against photographs put through the same method;
- informed: by a linear head trained on other hidden pictures of the same people;
- rebuilt: by what was learnt from pairs of hidden and clear pictures (see `restore`, `rebuild`),
  then as by the ignorant.

Nearest neighbours of pixels, against photographs put through the same method, rebuild as well: the
attacker shows the clear photograph whose hidden version is nearest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from passante.core.geometry import Box
from passante.evaluate.pictures import Picture, Shown
from passante.evaluate.rates import Rate
from passante.evaluate.results import Finding, Section, Subject
from passante.evaluate.subjects import Method
from passante.evaluate.threat import Knows, ThreatModel, Wants
from passante.models.session import OnnxSession

Vectors = NDArray[np.float32]
"""(n, d), each of length 1."""

_BATCH = 16
_WORDS = {Knows.NOTHING: "ignorant", Knows.METHOD: "parrot", Knows.SAMPLE: "informed"}
_GUESSES = 20
"""Times that guessing is repeated, so that its rate is well known."""


class Recogniser(Protocol):
    """Turns faces into vectors, of which those of one person lie near each other."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    @property
    def knowledge(self) -> Sequence[Knows]:
        """With what knowledge it is worth trying."""
        ...

    def embed(self, faces: Iterable[tuple[Picture, Box]]) -> Vectors:
        """One vector for each picture and the place of the face in it."""
        ...


Rebuilt = list[tuple[Picture, Box]]
"""Faces as an attacker thinks they are, and where in their pictures."""


class Rebuilds(Protocol):
    """Makes clear faces from hidden ones, learning from pairs."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    def rebuild(
        self,
        hidden: Sequence[tuple[Picture, Box]],
        clear: Sequence[tuple[Picture, Box]],
        asked: Sequence[tuple[Picture, Box]],
        /,
    ) -> Rebuilt:
        """Learn from pairs `hidden` and `clear`, and rebuild `asked`."""
        ...


class NetworkRecogniser:
    """A network that takes faces cut out by their box.

    Args:
        session: The network.
        loose: Side of the cut, in longer sides of the box.
    """

    knowledge = tuple(Knows)

    def __init__(self, session: OnnxSession, *, loose: float) -> None:
        self._session = session
        self._loose = loose
        self._side = int(session.card.inputs[0].shape[1])

    @property
    def name(self) -> str:
        """Name of its card."""
        return self._session.card.name

    def embed(self, faces: Iterable[tuple[Picture, Box]]) -> Vectors:
        """One vector for each face."""
        cuts = [cut_out(pixels, box, self._side, self._loose) for pixels, box in faces]
        made = [
            self._session.run(np.stack(cuts[at : at + _BATCH]).astype(np.float32))[0]
            for at in range(0, len(cuts), _BATCH)
        ]
        return unit(np.concatenate(made))


class Pixels:
    """Nearest neighbours of the pixels themselves, in grey, evened in brightness and contrast.

    Args:
        side: Of what is compared, px.
        loose: Side of the cut, in longer sides of the box: from 2 on it is hair and shoulders, the
            surroundings of a covered face, that are compared.
        name: What reports call it.
    """

    knowledge: Sequence[Knows] = (Knows.METHOD,)

    def __init__(self, *, side: int = 32, loose: float = 1.2, name: str = "pixels") -> None:
        self.name = name
        self._side = side
        self._loose = loose

    def embed(self, faces: Iterable[tuple[Picture, Box]]) -> Vectors:
        """One vector for each face."""
        rows = []
        for pixels, box in faces:
            small = cut_out(pixels, box, self._side, self._loose).mean(axis=2).reshape(-1)
            rows.append((small - small.mean()) / (small.std() + 1))
        return unit(np.stack(rows).astype(np.float32))


def cut_out(pixels: Picture, box: Box, side: int, loose: float) -> Picture:
    """(side, side, 3): a square around the centre of a box, its border repeated outside."""
    x, y = box.centre
    scale = side / max(1.0, loose * max(box.width, box.height))
    matrix = np.array(
        [[scale, 0, side / 2 - x * scale], [0, scale, side / 2 - y * scale]], np.float32
    )
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    made = cv2.warpAffine(pixels, matrix, (side, side), flags=how, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(made, np.uint8)


# Any: numbers of any real type.
def unit(rows: NDArray[Any]) -> Vectors:
    """Rows of length 1; a row of zeros stays one."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), np.float32)


@dataclass(frozen=True, slots=True)
class Album:
    """Pictures of people, shared out: what the attacker has, and what is to be named."""

    shown: tuple[Shown, ...]
    gallery: tuple[int, ...]
    """Numbers of the photographs that the attacker has of each person."""
    sample: tuple[int, ...]
    """Further ones, of which an informed attacker has the hidden version."""
    probes: tuple[int, ...]
    """Hidden pictures that are to be named."""

    @classmethod
    def of(cls, shown: Sequence[Shown], *, gallery: int = 2, probes: int = 3) -> Album:
        """For each person some photographs to know them by, some to name, the rest a sample."""
        places: dict[str, list[int]] = {}
        for number, one in enumerate(shown):
            places.setdefault(one.answer, []).append(number)
        parts: tuple[list[int], list[int], list[int]] = ([], [], [])
        for numbers in places.values():
            if len(numbers) < 2:
                continue
            known = min(gallery, len(numbers) - 1)
            asked = min(probes, len(numbers) - known)
            parts[0].extend(numbers[:known])
            parts[2].extend(numbers[known : known + asked])
            parts[1].extend(numbers[known + asked :])
        return cls(tuple(shown), *(tuple(part) for part in parts))

    @property
    def people(self) -> int:
        """How many people can be named."""
        return len({self.shown[number].answer for number in self.gallery})


def attack(
    album: Album,
    methods: Sequence[Method],
    recognisers: Sequence[Recogniser],
    *,
    seed: int,
    rebuilders: Sequence[Rebuilds] = (),
    tell: Callable[[str], None] = lambda _: None,
) -> list[Finding]:
    """Every recogniser on every method, with every knowledge; and on what was rebuilt."""
    faces = [(one.pixels, one.box) for one in album.shown]
    findings = []
    baseline = _guess(album, seed)
    clear = {each.name: each.embed(faces) for each in recognisers}
    bare = [each for each in recognisers if Knows.NOTHING in each.knowledge]
    # the same attackers on untouched data: they learn to leave faces as they are
    controls = {one.name: _rebuilt(album, one, faces, faces, bare) for one in rebuilders}

    def finding(attack: str, knows: Knows, subject: Subject, rate: Rate, control: Rate) -> Finding:
        return Finding(
            section=Section.FACES,
            attack=attack,
            threat=_threat(album, knows),
            subject=subject,
            rate=rate,
            control=control,
            baseline=baseline,
            of=f"{len(album.probes)} pictures of {album.people} people named at the first attempt, "
            "interval over people",
        )

    for method in methods:
        tell(method.subject.name)
        hidden = [(method.hide(one.pixels, [one.box]), one.box) for one in album.shown]
        for each in recognisers:
            vectors, own = each.embed(hidden), clear[each.name]
            for knows in each.knowledge:
                if knows is Knows.SAMPLE and not album.sample:
                    continue
                rates = (_try(album, knows, own, shown, seed) for shown in (vectors, own))
                name = f"{each.name}, {_WORDS[knows]}"
                findings.append(finding(name, knows, method.subject, *rates))
        for one in rebuilders:
            for name, vectors in _rebuilt(album, one, hidden, faces, bare).items():
                rates = (
                    _try(album, Knows.NOTHING, clear[name], shown, seed)
                    for shown in (vectors, controls[one.name][name])
                )
                findings.append(
                    finding(f"{name}, {one.name}", Knows.SAMPLE, method.subject, *rates)
                )
    return findings


def _rebuilt(
    album: Album,
    rebuilder: Rebuilds,
    hidden: Sequence[tuple[Picture, Box]],
    clear: Sequence[tuple[Picture, Box]],
    recognisers: Sequence[Recogniser],
) -> dict[str, Vectors]:
    """Name of a recogniser -> vectors of all pictures, those to be named rebuilt before."""
    taught = (*album.gallery, *album.sample)
    made = list(hidden)
    asked = rebuilder.rebuild(
        [hidden[number] for number in taught],
        [clear[number] for number in taught],
        [hidden[number] for number in album.probes],
    )
    for number, face in zip(album.probes, asked, strict=True):
        made[number] = face
    return {each.name: each.embed(made) for each in recognisers}


def _threat(album: Album, knows: Knows) -> ThreatModel:
    each = len(album.gallery) / max(1, album.people)
    has = f"{each:.3g} photographs of each of {album.people} people"
    if knows is Knows.SAMPLE:
        has += f" and {len(album.sample)} hidden pictures of them with names"
    return ThreatModel(Wants.IDENTITY, knows, has)


def _try(album: Album, knows: Knows, clear: Vectors, hidden: Vectors, seed: int) -> Rate:
    """How many probes are named, over people."""
    names = np.array([one.answer for one in album.shown])
    probes = np.array(album.probes)
    known = np.array(album.gallery)
    match knows:
        case Knows.NOTHING:
            named = names[known][nearest(clear[known], hidden[probes])]
        case Knows.METHOD:
            named = names[known][nearest(hidden[known], hidden[probes])]
        case Knows.SAMPLE:
            taught = np.array([*album.gallery, *album.sample])
            named = linear_head(hidden[taught], names[taught], hidden[probes])
    right: dict[str, list[bool]] = {}
    for truth, guess in zip(names[probes], named, strict=True):
        right.setdefault(str(truth), []).append(bool(truth == guess))
    return Rate.over(right.values(), seed=seed)


def nearest(known: Vectors, asked: Vectors) -> NDArray[np.intp]:
    """For each row asked, the number of the known row with the highest cosine.

    Where all are alike (a face that is all one colour) the first one would win every time and be
    right for one person; that is what guessing does as well.
    """
    return np.asarray(np.argmax(asked @ known.T, axis=1))


def linear_head(
    rows: Vectors, names: NDArray[np.str_], asked: Vectors, *, ridge: float = 1.0
) -> NDArray[np.str_]:
    """Names for the rows asked, by ridge regression on one column a person."""
    people = np.unique(names)
    mean = rows.mean(axis=0)
    spread = rows.std(axis=0) + 1e-3
    taught = (rows - mean) / spread
    wanted = (names[:, None] == people).astype(np.float64)
    # in the space of rows: there are fewer of them than of columns
    inner = taught @ taught.T
    strength = ridge * float(np.trace(inner)) / len(rows) + 1e-6  # rows may be all alike
    weights = np.linalg.solve(inner + strength * np.eye(len(rows)), wanted)
    scores = ((asked - mean) / spread) @ taught.T @ weights
    return np.asarray(people[np.argmax(scores, axis=1)])


def _guess(album: Album, seed: int) -> Rate:
    """Naming at random, many times over."""
    rng = np.random.default_rng(seed)
    people = sorted({album.shown[number].answer for number in album.gallery})
    truth = np.array([people.index(album.shown[number].answer) for number in album.probes])
    guesses = rng.integers(0, len(people), (_GUESSES, len(truth)))
    return Rate.of(int((guesses == truth).sum()), guesses.size)
