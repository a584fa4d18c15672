"""Candidates: every way of making a network smaller that this machine can carry out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from passante.compress import rows
from passante.compress.calibrate import histograms
from passante.compress.candidate import Candidate
from passante.compress.cost import fusion, held, multiplications, parameters
from passante.compress.data import Collection
from passante.compress.even import drift, silent, tops
from passante.compress.histogram import Method
from passante.compress.prune import Pruner
from passante.compress.readback import is_whole
from passante.compress.repair import repair
from passante.compress.running import Feed
from passante.compress.sensitivity import (
    Sensitivity,
    distance_db,
    outputs,
    sensitivities,
)
from passante.compress.subject import Subject
from passante.compress.tasks.looking import Looking, Seen
from passante.models.convert.network import Graph
from passante.models.convert.quantise import ends, layers, tensors
from passante.models.convert.recipe import (
    Recipe,
    carried_out,
    has_bias,
    joined,
    pairs,
    shaped,
)

Tell = Callable[[str], None]

MIXED = (1, 3)
"""Layers that mixed candidates leave in floating point: more gain nothing, measured."""
BEGINNINGS = (3, 6, 9)
"""First layers that such candidates leave in floating point: all others read their rounding."""
ROWS = (4, 6)
"""Layers in a row that such candidates leave in floating point."""
SIZES = (0.75, 0.5)
"""Of the size of view, for candidates that look at less."""
_MATTERS = 0.02
"""Share of all weights in the last layers from which on they are tried in integers, too."""
_TRIED = 2
"""Inputs that each layer's sensitivity is measured on."""
_LEAST_SHIFT = 0.005
"""Logits by which scores have to have fallen for it to be worth raising them."""
_COMPARED = 6
"""Inputs that drift is measured on."""
_HELD_BYTES = 96 * 1024 * 1024
"""Inputs of the calibration that are kept rather than looked up again."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which candidates are made."""

    signed: bool = False
    """Integers for the dot product of ARM."""
    kept: tuple[float, ...] = (0.8, 0.65)
    """Shares of multiplications that pruning leaves; none for no pruning."""
    smaller: bool = True
    """Finders that look at a smaller view."""
    mixed: bool = True
    """A candidate with the most sensitive layers in floating point."""
    also: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    """Networks made elsewhere with the same inputs and outputs: name and ONNX."""


@dataclass(slots=True)
class Built:
    """Candidates, and what was learnt on the way."""

    candidates: list[Candidate] = field(default_factory=list)
    sensitivity: list[Sensitivity] = field(default_factory=list)
    methods: dict[str, float] = field(default_factory=dict)
    """Way of choosing ranges -> signal over error, dB."""
    notes: list[str] = field(default_factory=list)
    peak_mb: float = 0.0
    """Most memory that the process had held by the end."""


class Builder:
    """Makes candidates of one subject."""

    def __init__(
        self, subject: Subject, calibration: Collection, wanted: Wanted, tell: Tell
    ) -> None:
        self._subject = subject
        self._items = calibration
        self._wanted = wanted
        self._tell = tell
        self._held: list[Feed] | None = None
        self._seen: dict[str, list[Seen]] = {}
        self._some = list(islice(self._feeds(), _COMPARED))
        self._shapes = {item.name: item.shape for item in subject.inputs(self._some[0])}
        self._size = subject.task.size if isinstance(subject.task, Looking) else None
        self.built = Built()

    def build(self) -> Built:
        """All of them."""
        self.parent()
        graph = self._subject.repaired.graph
        if is_whole(Graph.read(self._subject.data)):
            self._add(
                "as-brought", "as it was brought, in integers", Graph.read(self._subject.data)
            )
        self._integers("", graph)
        pruner = Pruner(graph, self._feeds(), self._shapes) if self._wanted.kept else None
        for share in self._wanted.kept:
            assert pruner is not None
            name = f"pruned-{round(100 * share)}"
            self._tell(f"pruning to {share:.0%} of all multiplications")
            pruned = pruner.to(share)
            if pruned is None:
                self.built.notes.append(f"{name}: no channels can be taken out of this network")
                break
            self._add(name, f"channels pruned: {pruned.words}", pruned.graph)
            self._integers(f"{name}-", pruned.graph)
        for name, data in self._wanted.also:
            self._tell(f"putting {name} in order")
            other = repair(data, self._shapes).graph
            self._add(name, "made elsewhere", other)
            self._integers(f"{name}-", other)
        if self._wanted.smaller and self._size is not None:
            self._smaller()
        return self.built

    def parent(self) -> Candidate:
        """The network as it is, alone."""
        graph = self._subject.repaired.graph
        self._true = outputs(graph, self._some)
        self._add("fp32", "put in order, floating point", graph, is_parent=True)
        return self.built.candidates[0]

    def _integers(self, prefix: str, graph: Graph) -> None:
        if not layers(graph):
            self.built.notes.append(f"{prefix or 'int8'}: no layer has an integer kernel")
            return
        self._tell(f"calibrating {prefix}int8 on {len(self._items)} items")
        reach = tops(graph, self._feeds())
        tried: list[tuple[float, str, Recipe]] = []
        for levels in [{}, reach] if reach else [{}]:
            base = shaped(graph, Recipe(tops=levels).short())
            seen = histograms(base, tensors(base), self._feeds())
            for method in Method:
                ranges = {name: histogram.range(method) for name, histogram in seen.items()}
                recipe = Recipe(ranges, tuple(ends(base)), self._wanted.signed, tops=levels).short()
                words = f"{method}, evened out" if levels else str(method)
                tried.append((self._distance(carried_out(graph, recipe)), words, recipe))
        if not prefix:
            self.built.methods = {words: distance for distance, words, _ in tried}
        _, words, plain = max(tried, key=lambda one: one[0])
        how = f"8-bit integers, ranges by {words}"
        recipe, moved = self._levelled(graph, plain)
        self._add_whole(
            f"{prefix}int8", f"{how}{moved}, last layers in floating point", graph, recipe
        )
        if _share_of(graph, frozenset(recipe.keep)) > _MATTERS:
            every, moved = self._levelled(graph, replace(plain, keep=()))
            self._add_whole(f"{prefix}int8-whole", f"{how}{moved}, last layers too", graph, every)
            plain = every
        if not prefix and not isinstance(self._subject.task, Looking):
            self._rows(graph, [(words, replace(r, keep=plain.keep)) for _, words, r in tried])
        if self._wanted.mixed and not prefix and plain is not recipe and not plain.keep:
            self._beginnings(graph, plain, how)
        if self._wanted.mixed and not prefix:
            self._first(graph, recipe, how)
            self._mixed(graph, recipe, how)

    def _levelled(self, graph: Graph, recipe: Recipe) -> tuple[Recipe, str]:
        """The recipe with what integers are off on average taken off, and words for it."""
        words = ""
        gaps = drift(shaped(graph, recipe), carried_out(graph, recipe), self._some)
        if gaps:
            recipe, words = replace(recipe, added=gaps).short(), ", drift taken off"
        task = self._subject.task
        if isinstance(task, Looking) and (shift := self._shift(task, graph, recipe)) > _LEAST_SHIFT:
            risen = _raised(graph, task.logits, shift)
            if risen:
                recipe = replace(recipe, added=joined(recipe.added, risen)).short()
                words += f", scores raised by {shift:.2f}"
        return recipe, words

    def _shift(self, task: Looking, graph: Graph, recipe: Recipe) -> float:
        """By how much scores of what was found fall in integers, on what it is calibrated on."""
        parent = self._answers(task, "fp32", self._subject.repaired.graph)
        return task.shift(parent, self._answers(task, "int8", carried_out(graph, recipe)))

    def _answers(self, task: Looking, name: str, graph: Graph) -> list[Seen]:
        if name not in self._seen:
            runner = self._subject.runner(name, graph.to_bytes())
            found = [task.ask(runner, item) for item in self._items]
            if name != "fp32":
                return found
            self._seen[name] = found
        return self._seen[name]

    def _distance(self, graph: Graph) -> float:
        return distance_db(self._true, outputs(graph, self._some))

    def _add_whole(
        self,
        name: str,
        made_by: str,
        graph: Graph,
        recipe: Recipe,
        kept_float: tuple[str, ...] = (),
    ) -> None:
        # What is pruned has weights of its own: numbers alone do not make it again.
        mine = graph is self._subject.repaired.graph
        self._add(
            name, made_by, carried_out(graph, recipe), kept_float=kept_float,
            recipe=recipe if mine else None,
        )  # fmt: skip

    def _first(self, graph: Graph, recipe: Recipe, how: str) -> None:
        """The first depthwise layer in floating point: it sees most places, and adds up least."""
        found = pairs(graph)
        if found:
            name = found[0].after.name
            kept, moved = self._levelled(
                graph, replace(recipe, keep=(*recipe.keep, name), added={}, parted=True)
            )
            words = f"{how}{moved}; {name} and last layers in floating point"
            self._add_whole("int8-first", words, graph, kept, (name,))

    def _beginnings(self, graph: Graph, recipe: Recipe, how: str) -> None:
        """The first few layers in floating point, all others in integers."""
        for count in BEGINNINGS:
            names = tuple(node.name for node in layers(graph)[:count])
            if count >= len(layers(graph)):
                break
            order = replace(recipe, keep=names, added={}, parted=True).short()
            kept, moved = self._levelled(graph, order)
            words = f"{how}{moved}, last layers too; {names[0]} to {names[-1]} in floating point"
            self._add_whole(f"int8-begin-{count}", words, graph, kept, names)
            if count == BEGINNINGS[0]:
                self._begun(graph, kept, words)

    def _begun(self, graph: Graph, recipe: Recipe, how: str) -> None:
        """With its first layers in floating point, and others that mind most.

        Of those that read and give no more numbers than the first: no more memory is needed.
        """
        name = f"int8-begin-{len(recipe.keep)}"
        self._tell(f"trying each layer beside the first {len(recipe.keep)} in floating point")
        numbers = held(graph, self._shapes)
        most = max(numbers[layer] for layer in recipe.keep)
        every = sensitivities(shaped(graph, recipe), recipe, self._some)
        found = [item for item in every if numbers[item.layer] <= most]
        for count in MIXED:
            worst = tuple(item.layer for item in found[:count] if item.gain_db > 0)
            keep = (*recipe.keep, *worst)
            mixed, moved = self._levelled(graph, replace(recipe, keep=keep, added={}).short())
            words = f"{how}{moved}, and most sensitive layers: {', '.join(worst)}"
            if len(worst) == count:
                self._add_whole(f"{name}-mixed-{count}", words, graph, mixed, tuple(sorted(keep)))

    def _rows(self, graph: Graph, ways: Sequence[tuple[str, Recipe]]) -> None:
        """Layers in a row in floating point, with weights in 8 bits all the same.

        Finders are spared it: single layers are what they lose by, and their views make each of
        some hundred tries dear.
        """
        gone = silent(graph, self._feeds())
        for count in ROWS:
            if count >= len(layers(graph)):
                break
            self._tell(f"trying every {count} layers in a row in floating point")
            found = []
            for words, way in ways:
                base, order = shaped(graph, way), replace(way, packed=True)
                row = rows.best(base, order, self._some[:_TRIED], count)
                recipe = replace(order, keep=(*way.keep, *row)).short()
                found.append((self._distance(carried_out(graph, recipe)), words, row, recipe))
            _, words, row, recipe = max(found, key=lambda one: one[0])
            made_by = (
                f"8-bit integers, ranges by {words}; {row[0]} to {row[-1]} in floating point, "
                "weights in 8 bits"
            )
            self._add_whole(f"int8-row-{count}", made_by, graph, recipe, row)
            if gone:
                made_by += f"; {sum(map(len, gone.values()))} channels that never fire left out"
                slim = recipe.without(gone)
                self._add_whole(f"int8-row-{count}-slim", made_by, graph, slim, row)

    def _mixed(self, graph: Graph, recipe: Recipe, how: str) -> None:
        self._tell(f"trying each of {len(layers(graph))} layers in floating point")
        found = sensitivities(shaped(graph, recipe), recipe, self._some[:_TRIED])
        self.built.sensitivity = found
        before = next(one.drift_db for one in self.built.candidates if one.name == "int8")
        for count in MIXED:
            worst = tuple(item.layer for item in found[:count] if item.gain_db > 0)
            mixed = replace(recipe, keep=(*recipe.keep, *worst), added={}, parted=True).short()
            mixed, moved = self._levelled(graph, mixed)
            if len(worst) == count and self._distance(carried_out(graph, mixed)) > before:
                words = f"{how}{moved}; most sensitive layers in floating point: {', '.join(worst)}"
                name = f"int8-mixed-{count}"
                self._add_whole(name, words, graph, mixed, tuple(sorted(worst)))

    def _smaller(self) -> None:
        """The same files, looking at less."""
        assert self._size is not None
        one = next((c for c in self.built.candidates if c.name == "int8"), None)
        if one is None:
            return
        graph = Graph.read(one.data)
        for share in SIZES:
            wide, high = (max(32, round(side * share / 32) * 32) for side in self._size)
            sizes = {
                name: tuple({self._size[0]: wide, self._size[1]: high}.get(n, n) for n in shape)
                for name, shape in self._shapes.items()
            }
            made_by = f"{one.made_by}; looks at {wide}x{high}"
            self.built.candidates.append(
                replace(
                    one, name=f"{one.name}-{wide}x{high}", made_by=made_by, size=(wide, high),
                    mmac=multiplications(graph, sizes) / 1e6,
                )
            )  # fmt: skip

    def _add(
        self, name: str, made_by: str, graph: Graph, *, is_parent: bool = False,
        kept_float: tuple[str, ...] = (), recipe: Recipe | None = None,
    ) -> None:  # fmt: skip
        data = graph.to_bytes()
        self.built.candidates.append(
            Candidate(
                name,
                made_by,
                data,
                self._size,
                multiplications(graph, self._shapes) / 1e6,
                parameters(graph),
                fusion(data),
                120.0 if is_parent else self._distance(graph),
                is_parent=is_parent,
                kept_float=kept_float,
                recipe=recipe,
            )
        )

    def _feeds(self) -> Iterator[Feed]:
        """What the network is calibrated on; kept while it is little, else looked up again."""
        if self._held is not None:
            yield from self._held
            return
        held: list[Feed] | None = []
        for feed in self._subject.feeds(self._items):
            if held is not None:
                held.append(feed)
                if sum(values.nbytes for one in held for values in one.values()) > _HELD_BYTES:
                    held = None
            yield feed
        self._held = held


def _share_of(graph: Graph, names: frozenset[str]) -> float:
    """Which share of all weights these layers hold."""
    found = [node for node in layers(graph) if node.name in names]
    return sum(graph.constants[node.inputs[1]].size for node in found) / max(1, parameters(graph))


def _raised(
    graph: Graph, logits: tuple[int, int, int], shift: float
) -> dict[str, tuple[float, ...]]:
    """What is added to the biases of last layers where they give logits of scores.

    Args:
        graph: The network.
        logits: As of `Looking`.
        shift: How much is added.
    """
    columns, first, last = logits
    found = {}
    for node in layers(graph):
        if node.name not in ends(graph) or not has_bias(graph, node.outputs[0]):
            continue
        count = len(graph.constants[node.inputs[1]])
        if count % columns == 0:
            mine = [first <= at % columns < last for at in range(count)]
        elif count == last - first:
            mine = [True] * count
        else:
            continue
        found[node.outputs[0]] = tuple(shift if is_score else 0.0 for is_score in mine)
    return found
