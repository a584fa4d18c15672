"""What is to be made smaller: a network, what it is for, and at which sizes it runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from passante.compress.data import Item
from passante.compress.measure import Input
from passante.compress.repair import Change, Repaired, repair
from passante.compress.runner import (
    AsPublished,
    Direct,
    Noting,
    is_as_published,
    only_input,
    picture_size,
)
from passante.compress.running import Feed
from passante.compress.tasks.classifying import Classifying, Levels
from passante.compress.tasks.looking import FINDERS, Looking
from passante.compress.tasks.outcome import Runner, Task
from passante.compress.tasks.tagging import Tagging
from passante.core.errors import ModelContractError, SettingsError
from passante.core.settings import nearest
from passante.models import catalogue, store
from passante.models.card import Card
from passante.models.convert.network import Graph

CLASSIFY = "classify"
TASKS = (CLASSIFY, "find.sound", *FINDERS)
_LARGEST_CLASSIFIER = 2


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A network in order, and what it is for."""

    name: str
    data: bytes = field(repr=False)
    """As it was brought."""
    card: Card | None
    task_name: str
    task: Task
    repaired: Repaired
    published: bool
    """It is CenterFace with the outputs it was published with."""

    def runner(self, name: str, data: bytes) -> Runner:
        """A candidate, asked as the product asks."""
        direct = Direct(f"{self.name}:{name}", data)
        return AsPublished(direct) if self.published else direct

    def feeds(self, items: Iterable[Item], task: Task | None = None) -> Iterator[Feed]:
        """What the product would feed the network for these items, one feed at a time."""
        direct = Direct(self.name, self.repaired.graph.to_bytes())
        for item in items:
            noting = Noting(direct)
            (task or self.task).ask(AsPublished(noting) if self.published else noting, item)
            yield from noting.feeds

    def inputs(self, feed: Feed) -> tuple[Input, ...]:
        """What one run is fed: the shapes of a feed, one picture or patch at a time."""
        kinds = {value.name: value for value in self.repaired.graph.inputs}
        found = []
        for name, values in feed.items():
            shape = kinds[name].shape
            free = shape is not None and shape and isinstance(shape[0], str)
            sizes = (1, *values.shape[1:]) if free else values.shape
            found.append(Input(name, str(values.dtype), tuple(map(int, sizes))))
        return tuple(found)

    def at(self, size: tuple[int, int]) -> Task:
        """Its task with pictures of another size.

        Raises:
            SettingsError: Its size cannot be chosen.
        """
        if not isinstance(self.task, Looking):
            raise SettingsError("only finders can look at another size")
        return replace(self.task, size=size)


def find(
    name: str, *, task: str = "", size: tuple[int, int] | None = None, levels: str = ""
) -> Subject:
    """The network of a card, or of an ONNX file.

    Args:
        name: Reference or name of a card, or a path that ends in .onnx.
        task: What it is for; known of cards.
        size: Width and height at which pictures are looked at; that of the task where None.
        levels: What brightness becomes for a classifier.

    Raises:
        SettingsError: There is no such card, or the task is not known.
        ModelError: The network cannot be used.
    """
    card: Card | None = None
    if name.endswith(".onnx"):
        try:
            data = Path(name).read_bytes()
        except OSError as error:
            raise SettingsError(f"{name}: cannot be read: {error.strerror}") from error
        title = Path(name).stem
    else:
        card = catalogue.card(name)
        data, title = store.find(card.ref).data, card.name
        task = task or card.task
    graph = Graph.read(data)
    task = task or _guessed(graph)
    if task not in TASKS:
        raise SettingsError(
            f'{title}: networks for "{task}" cannot be judged yet' if task
            else f"{title}: say what it is for with --task",
            hint=nearest(task, TASKS) if task else "one of: " + ", ".join(TASKS),
        )  # fmt: skip
    chosen, sizes = _task(task, graph, size, levels)
    repaired = repair(data, sizes)
    published = task == "find.face" and is_as_published(repaired.graph)
    if published:
        repaired = _without_landmarks(repaired)
    return Subject(title, data, card, task, chosen, repaired, published)


def _without_landmarks(repaired: Repaired) -> Repaired:
    graph = repaired.graph.copy()
    graph.outputs = graph.outputs[:3]
    graph.prune()
    change = Change("the output of landmarks is left out", "nothing here has a use for it")
    return replace(repaired, graph=graph, changes=(*repaired.changes, change))


def _guessed(graph: Graph) -> str:
    """A network from one picture to one row of numbers is a classifier."""
    shapes = [value.shape for value in graph.outputs]
    one_row = len(shapes) == 1 and shapes[0] is not None and len(shapes[0]) == _LARGEST_CLASSIFIER
    return CLASSIFY if one_row and picture_size(graph) is not None else ""


def _task(
    task: str, graph: Graph, size: tuple[int, int] | None, levels: str
) -> tuple[Task, dict[str, tuple[int, ...]]]:
    """The task, and the shapes of inputs at which it runs."""
    name = only_input(graph)
    shape = graph.inputs[0].shape or ()
    if task in FINDERS:
        looking = FINDERS[task] if size is None else replace(FINDERS[task], size=size)
        wide, high = looking.size
        last = len(shape) == 4 and shape[3] == 3
        return looking, {name: (1, high, wide, 3) if last else (1, 3, high, wide)}
    if task == "find.sound":
        return Tagging(), {name: (1, *(int(n) for n in shape[1:] if isinstance(n, int)))}
    known = picture_size(graph)
    if known is None and size is None:
        raise ModelContractError(
            f"this classifier takes any size: {shape}",
            hint="say at which it will run, e.g. --size 224x224",
        )
    if size is not None:
        last, channels = len(shape) == 4 and shape[3] in (1, 3), 3
        wide, high = size
    else:
        assert known is not None
        wide, high, channels, last = known
    try:
        chosen = Levels(levels) if levels else Levels.IMAGENET
    except ValueError as error:
        raise SettingsError(
            f'levels: nothing is called "{levels}"', hint=nearest(levels, list(Levels))
        ) from error
    fed = (1, high, wide, channels) if last else (1, channels, high, wide)
    return Classifying((wide, high), chosen, last, channels), {name: fed}
