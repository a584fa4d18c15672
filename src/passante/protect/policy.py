"""What may be shown: an answer for every sensitive kind, with no gaps.

A policy is a TOML file with a table for each sensitive kind. A kind that the file leaves out takes
the strongest operator for it (`OTHERWISE`), never none.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn, Self, assert_never

from passante import __version__
from passante.core.errors import SettingsError
from passante.core.names import Kind, Sensitive
from passante.core.settings import nearest, read
from passante.outside.receipt import Receipt
from passante.protect.operators import OPERATORS
from passante.protect.rules import (
    ALLOWED,
    Fill,
    OperatorName,
    PictureRule,
    Pixelate,
    Reveal,
    Revoice,
    Rule,
    Scene,
    Shape,
    Silence,
    Silhouette,
    SoundRule,
    Soundscape,
)

RULES: Mapping[OperatorName, type[Rule]] = MappingProxyType(
    {
        kind.operator: kind
        for kind in (Fill, Silhouette, Pixelate, Scene, Soundscape, Revoice, Silence, Reveal)
    }
)
_COVER_ALL = Fill(shape=Shape.ELLIPSE, margin=0.3)
_HIDDEN: Mapping[Sensitive, PictureRule] = MappingProxyType(
    {
        Sensitive.HEAD: _COVER_ALL,
        Sensitive.PLATE: _COVER_ALL,
        Sensitive.PERSON: Fill(shape=Shape.BOX, margin=0.1),
    }
)
OTHERWISE: Mapping[Sensitive, Rule] = MappingProxyType({**_HIDDEN, Sensitive.SPEECH: Silence()})
"""The strongest rule of each kind: what a kind takes that a policy does not speak of."""

PICTURE: tuple[Sensitive, ...] = (Sensitive.HEAD, Sensitive.PLATE, Sensitive.PERSON)
"""What a policy decides about pictures."""
SOUND: tuple[Sensitive, ...] = (Sensitive.SPEECH,)
"""What a policy decides about sound."""

_PRIORS = frozenset({Sensitive.HEAD, Sensitive.PLATE})


class Shipped(StrEnum):
    """The policies that come with the package."""

    STREET = "street"
    """Heads and plates filled, speech destroyed, bodies shown."""
    PERSON = "person"
    """Whole people as silhouettes, plates filled, speech destroyed."""
    SILENT = "silent"
    """As `person`, with no sound."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A rule for every sensitive kind."""

    name: str
    version: str
    head: PictureRule
    plate: PictureRule
    person: PictureRule
    speech: SoundRule
    priors: frozenset[Sensitive] = _PRIORS
    """Kinds that are covered also where something else says that one must be: the head of a
    person, the plate of a vehicle."""

    @classmethod
    def named(cls, name: str) -> Self:
        """A policy that comes with the package: street, person or silent."""
        if name not in list(Shipped):
            raise SettingsError(f'no policy is called "{name}"', hint=nearest(name, Shipped))
        file = resources.files("passante.protect") / "policies" / f"{name}.toml"
        return cls.parse(file.read_text(encoding="utf-8"), where=f"policy {name}")

    @classmethod
    def load(cls, path: Path) -> Self:
        """The policy of a TOML file."""
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            reason = error.strerror or "it cannot be read"
            raise SettingsError(
                f"policy {path.name}: {reason}",
                hint=f"check the path, or take one that comes with it: {', '.join(Shipped)}",
            ) from error
        except UnicodeDecodeError as error:
            raise SettingsError(f"policy {path.name}: not a text in UTF-8") from error
        return cls.parse(text, where=f"policy {path.name}")

    @classmethod
    def find(cls, text: str) -> Self:
        """The policy of a name, or of a file where `text` ends in .toml."""
        return cls.load(Path(text)) if text.endswith(".toml") else cls.named(text)

    @classmethod
    def parse(cls, text: str, *, where: str) -> Self:
        """The policy that a TOML text describes.

        Args:
            text: TOML.
            where: What to call it in a message.

        Raises:
            SettingsError: It is no TOML, or a key is unknown, missing or wrong.
        """
        try:
            table = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{where}: not TOML: {error}") from error
        known = {"name", "version", *Sensitive}
        for key in table:
            if key not in known:
                raise SettingsError(f'{where}: unknown key "{key}"', hint=nearest(key, known))
        priors = set(_PRIORS)
        rules: dict[Sensitive, Rule] = dict(OTHERWISE)
        for kind in Sensitive:
            if kind in table:
                rules[kind], prior = _rule(table[kind], kind, f"{where}, [{kind}]")
                if not prior:
                    priors.discard(kind)
        head, plate, person, speech = (rules[kind] for kind in (*PICTURE, *SOUND))
        # ALLOWED has let nothing else through; this tells the type checker.
        assert isinstance(head, PictureRule)
        assert isinstance(plate, PictureRule)
        assert isinstance(person, PictureRule)
        assert isinstance(speech, SoundRule)
        return cls(
            name=_words(table, "name", where),
            version=_words({"version": "1", **table}, "version", where),
            head=head,
            plate=plate,
            person=person,
            speech=speech,
            priors=frozenset(priors),
        )

    @property
    def rules(self) -> Mapping[Sensitive, Rule]:
        """The rule of every sensitive kind."""
        return MappingProxyType({kind: self.rule(kind) for kind in Sensitive})

    def rule(self, kind: Sensitive) -> Rule:
        """The rule of one sensitive kind."""
        match kind:
            case Sensitive.HEAD:
                return self.head
            case Sensitive.PLATE:
                return self.plate
            case Sensitive.PERSON:
                return self.person
            case Sensitive.SPEECH:
                return self.speech
            case _:
                assert_never(kind)

    @property
    def sha256(self) -> str:
        """Of the canonical text, hexadecimal: files that mean the same have the same."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    def canonical(self) -> str:
        """Everything it says, defaults included, as JSON with sorted keys."""
        rules = {
            kind.value: {"operator": rule.operator.value, **dataclasses.asdict(rule)}
            for kind, rule in self.rules.items()
        }
        said = {
            "name": self.name,
            "version": self.version,
            "priors": sorted(self.priors),
            "rules": rules,
        }
        return json.dumps(said, sort_keys=True, separators=(",", ":"))

    def as_toml(self) -> str:
        """Everything it says, defaults included, as a file that `parse` reads."""
        lines = [f"name = {json.dumps(self.name)}", f"version = {json.dumps(self.version)}"]
        for kind, rule in self.rules.items():
            said = {"operator": rule.operator, **dataclasses.asdict(rule)}
            if kind in _PRIORS and not isinstance(rule, Reveal):
                said["prior"] = kind in self.priors
            lines += ["", f"[{kind}]"]
            # Words, numbers and yes or no look alike in JSON and in TOML.
            lines += [f"{key} = {json.dumps(value)}" for key, value in said.items()]
        return "\n".join(lines) + "\n"

    @property
    def kinds_needed(self) -> frozenset[Kind]:
        """What finders must have looked for before a picture can be protected."""
        needed: set[Kind] = set()
        if not isinstance(self.head, Reveal):
            needed.add(Kind.FACE)
            if Sensitive.HEAD in self.priors:
                needed.add(Kind.PERSON)
        if not isinstance(self.plate, Reveal):
            needed.add(Kind.PLATE)
            if Sensitive.PLATE in self.priors:
                needed.add(Kind.VEHICLE)
        if not isinstance(self.person, Reveal):
            needed.add(Kind.PERSON)
        return frozenset(needed)

    def leaves_visible(self) -> str:
        """One plain line: what can still be seen and heard after it."""
        seen = [_left(kind, self.rule(kind)) for kind in PICTURE]
        match self.speech:
            case Soundscape():
                heard = "Stays audible: all sounds but speech."
            case Revoice():
                heard = "Stays audible: what is said, in one voice for everybody, and other sounds."
            case Silence():
                heard = "No sound is kept."
            case _:
                assert_never(self.speech)
        listed = ", ".join([*(what for what in seen if what), "vehicles, the place and its time"])
        return f"Stays visible: {listed}. {heard}"

    def receipt(
        self, kinds: Iterable[Sensitive], models: Iterable[str], *, regions: int = 0
    ) -> Receipt:
        """The receipt of an item whose sensitive kinds are `kinds` (`PICTURE` or `SOUND`)."""
        rules = {kind: self.rule(kind) for kind in sorted(kinds)}
        return Receipt(
            policy=self.name,
            policy_sha256=self.sha256,
            operators=tuple(
                (kind.value, OPERATORS[rule.operator].ref) for kind, rule in rules.items()
            ),
            models=tuple(sorted(models)),
            software=f"passante {__version__}",
            regions=regions,
            revealed=tuple(
                (kind.value, rule.basis)
                for kind, rule in rules.items()
                if isinstance(rule, Reveal | Revoice)
            ),
        )


def _words(table: Mapping[str, Any], key: str, where: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        raise SettingsError(f'{where}: "{key}" must be words in quotes')
    return value.strip()


# Any: whatever stands in the file under the name of a sensitive kind.
def _rule(value: Any, kind: Sensitive, where: str) -> tuple[Rule, bool]:
    """The rule of one table, and whether its prior is on."""
    if not isinstance(value, dict):
        raise SettingsError(f"{where}: must be a table", hint=f"write [{kind}] on its own line")
    parameters = dict(value)
    operator = parameters.pop("operator", None)
    allowed = sorted(ALLOWED[kind])
    if operator not in allowed:
        _refuse_operator(operator, allowed, kind, where, keys=parameters)
    rule_type = RULES[OperatorName(operator)]
    prior = True
    if kind in _PRIORS and rule_type is not Reveal:
        prior = parameters.pop("prior", True)
        if not isinstance(prior, bool):
            raise SettingsError(f'{where}: "prior" must be true or false')
    if rule_type in (Reveal, Revoice) and "basis" not in parameters:
        shown = "this may be shown" if rule_type is Reveal else "what is said may be kept"
        raise SettingsError(f'{where}: {operator} needs "basis"', hint=f"say in words why {shown}")
    return read(parameters, rule_type, where=where), prior


def _refuse_operator(
    operator: object, allowed: list[OperatorName], kind: Sensitive, where: str, *, keys: object
) -> NoReturn:
    if operator is None:
        hint = f"known are: {', '.join(allowed)}"
        raise SettingsError(f'{where}: "operator" is missing', hint=hint)
    if not isinstance(operator, str):
        raise SettingsError(f'{where}: "operator" must be a word in quotes')
    if operator in list(OperatorName):
        hint = f"{kind} can have: {', '.join(allowed)}"
        raise SettingsError(f'{where}: "{operator}" is not for {kind}', hint=hint)
    raise SettingsError(
        f'{where}: no operator is called "{operator}"', hint=nearest(operator, allowed)
    )


def _left(kind: Sensitive, rule: Rule) -> str:
    """What a rule leaves to see, or ""."""
    match kind:
        case Sensitive.HEAD:
            shown, hidden = "faces and heads", "heads"
        case Sensitive.PLATE:
            shown, hidden = "number plates", "plates"
        case Sensitive.PERSON:
            shown, hidden = "people's bodies, clothes and gait", "people"
        case Sensitive.SPEECH:
            return ""
        case _:
            assert_never(kind)
    match rule:
        case Reveal():
            return shown
        case Pixelate():
            return f"{hidden} in {rule.blocks} coarse blocks"
        case Fill() | Silhouette():
            return f"where {hidden} are"
        case Scene() | Soundscape() | Revoice() | Silence():
            return ""
        case _:
            assert_never(rule)
