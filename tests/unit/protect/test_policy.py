import dataclasses
from pathlib import Path

import pytest

from passante.core.errors import SettingsError
from passante.core.names import Kind, Sensitive
from passante.protect.policy import OTHERWISE, PICTURE, SOUND, Policy, Shipped
from passante.protect.rules import (
    ALLOWED,
    Fill,
    OperatorName,
    Pixelate,
    Reveal,
    Scene,
    Shape,
    Silence,
    Silhouette,
    Soundscape,
)


def parse(text: str) -> Policy:
    return Policy.parse('name = "test"\n' + text, where="policy test")


@pytest.mark.parametrize("name", list(Shipped))
def test_every_shipped_policy_has_a_rule_for_every_kind(name: str) -> None:
    policy = Policy.named(name)
    assert policy.name == name
    assert set(policy.rules) == set(Sensitive)


def test_the_shipped_policies_say_what_the_documents_say() -> None:
    street, person, silent = (Policy.named(name) for name in Shipped)
    assert isinstance(street.head, Fill)
    assert isinstance(street.plate, Fill)
    assert isinstance(street.person, Reveal)
    assert isinstance(street.speech, Soundscape)
    assert isinstance(person.person, Silhouette)
    assert isinstance(person.speech, Soundscape)
    assert isinstance(silent.speech, Silence)
    assert (silent.head, silent.plate, silent.person) == (person.head, person.plate, person.person)


def test_a_kind_that_a_policy_does_not_speak_of_takes_the_strongest() -> None:
    policy = parse("")
    assert dict(policy.rules) == dict(OTHERWISE)
    assert isinstance(policy.rules[Sensitive.SPEECH], Silence)
    assert not any(isinstance(rule, Reveal) for rule in policy.rules.values())


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("[haed]", 'unknown key "haed"', '"head"'),
        ("[head]\noperator = 'fil'", 'no operator is called "fil"', '"fill"'),
        ("[head]\noperator = 'fill'\nmarign = 0.1", 'unknown key "marign"', '"margin"'),
        ("[head]\noperator = 'fill'\nmargin = 'wide'", "margin", ""),
        ("[head]\noperator = 'fill'\nmargin = -0.1", '"margin" must be 0 to 2', ""),
        ("[head]\noperator = 'fill'\nmargin = nan", '"margin" must be 0 to 2', ""),
        ("[head]\noperator = 'fill'\nmargin = inf", '"margin" must be 0 to 2', ""),
        ("[head]\noperator = 'fill'\nmargin = true", "margin", ""),
        ("[head]\noperator = 'fill'\ncolour = 'grey'", "a colour looks like", ""),
        ("[head]\noperator = 'fill'\nshape = 'round'", "shape", ""),
        ("[head]\noperator = 'fill'\nprior = 1", '"prior" must be true or false', ""),
        ("[head]\noperator = 'pixelate'\nblocks = 16", '"blocks" must be 1 to 8', ""),
        ("[head]\noperator = 'pixelate'\nblocks = 0", '"blocks" must be 1 to 8', ""),
        ("[head]\noperator = 'silhouette'", "is not for head", "fill"),
        ("[plate]\noperator = 'pixelate'", "is not for plate", "fill"),
        ("[person]\noperator = 'pixelate'", "is not for person", "silhouette"),
        ("[person]\noperator = 'silhouette'\nprior = true", 'unknown key "prior"', "known"),
        ("[speech]\noperator = 'reveal'\nbasis = 'x'", "is not for speech", "silence"),
        ("[speech]\noperator = 'fill'", "is not for speech", "silence"),
        ("[head]\noperator = 'silence'", "is not for head", "fill"),
        ("[head]\nmargin = 0.1", '"operator" is missing', "fill"),
        ("[head]\noperator = 3", '"operator" must be a word', ""),
        ("[person]\noperator = 'reveal'", 'reveal needs "basis"', "in words"),
        ("[person]\noperator = 'reveal'\nbasis = ' '", "must say in words", ""),
        ("[person]\noperator = 'reveal'\nbasis = 7", "basis", ""),
        ("[speech]\noperator = 'revoice'", 'revoice needs "basis"', "what is said may be kept"),
        ("[speech]\noperator = 'revoice'\nbasis = ' '", "must say in words", ""),
        ("[speech]\noperator = 'soundscape'\nlow_delay = 1", "low_delay", ""),
        ("head = 'fill'", "must be a table", "[head]"),
        ("version = 2", '"version" must be words', ""),
        ("[[head]]\noperator = 'fill'", "must be a table", "[head]"),
        ("= 3", "not TOML", ""),
    ],
)
def test_what_a_policy_may_not_say(text: str, said: str, hint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(text)
    assert said in str(caught.value)
    assert hint in caught.value.hint
    assert "policy test" in str(caught.value)


def test_a_policy_has_a_name() -> None:
    with pytest.raises(SettingsError, match='"name" must be words'):
        Policy.parse("", where="policy x")
    with pytest.raises(SettingsError, match='"name" must be words'):
        Policy.parse('name = ""', where="policy x")


def test_every_parameter_can_be_set() -> None:
    policy = parse(
        """
        version = "7"
        [head]
        operator = "pixelate"
        blocks = 4
        margin = 0.3
        prior = false
        [plate]
        operator = "fill"
        shape = "box"
        margin = 1
        colour = "#ABCDEF"
        [person]
        operator = "scene"
        margin = 0.2
        colour = "#101010"
        [speech]
        operator = "silence"
        """
    )
    assert policy.version == "7"
    assert policy.head == Pixelate(margin=0.3, blocks=4)
    assert policy.plate == Fill(Shape.BOX, 1.0, "#ABCDEF")
    assert policy.person == Scene(0.2, "#101010")
    assert policy.speech == Silence()
    assert policy.priors == {Sensitive.PLATE}


def test_a_policy_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"', encoding="utf-8")
    assert Policy.load(file).name == "mine"
    assert Policy.find(str(file)).name == "mine"
    assert Policy.find("street").name == "street"


@pytest.mark.parametrize(
    "text",
    [
        "",
        '[head]\noperator = "pixelate"\nblocks = 3\nprior = false',
        '[plate]\noperator = "reveal"\nbasis = "a \\"quoted\\" reason, in Łódź"',
        '[person]\noperator = "scene"\nmargin = 2\n[speech]\noperator = "soundscape"',
        '[speech]\noperator = "soundscape"\nlow_delay = true',
        '[speech]\noperator = "revoice"\nbasis = "consent of all who speak"',
    ],
)
def test_a_policy_written_as_a_file_reads_the_same(text: str) -> None:
    policy = Policy.parse(f'name = "mine"\n{text}', where="mine")
    assert Policy.parse(policy.as_toml(), where="again") == policy


def test_a_policy_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"policy gone\.toml: No such file"):
        Policy.load(tmp_path / "gone.toml")
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="not a text in UTF-8"):
        Policy.load(binary)


def test_an_unknown_policy_names_the_nearest() -> None:
    with pytest.raises(SettingsError, match='no policy is called "steet"') as caught:
        Policy.named("steet")
    assert caught.value.hint == 'did you mean "street"?'


def test_files_that_mean_the_same_have_the_same_hash() -> None:
    short = parse("[head]\noperator = 'fill'")
    long = parse("# a word\nversion = '1'\n[head]\nmargin = 0.10\noperator = 'fill'\nprior = true")
    other = parse("[head]\noperator = 'fill'\nmargin = 0.11")
    assert short.sha256 == long.sha256
    assert short.sha256 != other.sha256
    assert short.sha256 != parse("[head]\noperator = 'fill'\nprior = false").sha256
    assert len(short.sha256) == 64


REVEAL = "operator = 'reveal'\nbasis = 'consent'\n"


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("", {Kind.FACE, Kind.PERSON, Kind.PLATE, Kind.VEHICLE}),
        (f"[person]\n{REVEAL}", {Kind.FACE, Kind.PERSON, Kind.PLATE, Kind.VEHICLE}),
        (f"[person]\n{REVEAL}[head]\n{REVEAL}", {Kind.PLATE, Kind.VEHICLE}),
        (
            f"[person]\n{REVEAL}[head]\noperator='fill'\nprior=false\n[plate]\n{REVEAL}",
            {Kind.FACE},
        ),
        (
            f"[person]\n{REVEAL}[head]\n{REVEAL}[plate]\noperator='fill'\nprior=false",
            {Kind.PLATE},
        ),
        (f"[head]\n{REVEAL}[plate]\n{REVEAL}", {Kind.PERSON}),
        (f"[head]\n{REVEAL}[plate]\n{REVEAL}[person]\n{REVEAL}", set()),
    ],
)
def test_which_finders_a_policy_needs(text: str, needed: set[Kind]) -> None:
    assert parse(text).kinds_needed == needed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"[person]\n{REVEAL}", "people's bodies, clothes and gait"),
        (f"[head]\n{REVEAL}", "faces and heads"),
        (f"[plate]\n{REVEAL}", "number plates"),
        ("[head]\noperator = 'pixelate'\nblocks = 5", "heads in 5 coarse blocks"),
        ("[person]\noperator = 'silhouette'", "where people are"),
        ("[speech]\noperator = 'soundscape'", "all sounds but speech"),
        ("[speech]\noperator = 'silence'", "No sound is kept."),
        ("[speech]\noperator = 'revoice'\nbasis = 'consent'", "what is said, in one voice"),
    ],
)
def test_the_line_names_what_stays_visible_and_audible(text: str, words: str) -> None:
    assert words in parse(text).leaves_visible()


@pytest.mark.parametrize("name", list(Shipped))
def test_the_line_is_one_line_and_claims_nothing(name: str) -> None:
    line = Policy.named(name).leaves_visible()
    assert "\n" not in line
    assert "anonym" not in line.lower()
    assert line.startswith("Stays visible: ")


def test_the_scene_in_place_of_people_leaves_no_word_of_them() -> None:
    assert "people" not in parse("[person]\noperator = 'scene'").leaves_visible()


def test_a_receipt_names_operators_and_what_is_shown_on_purpose() -> None:
    policy = parse(f"[person]\n{REVEAL}[head]\noperator='fill'\n[speech]\noperator='soundscape'")
    receipt = policy.receipt(PICTURE, ["b@1", "a@1"], regions=3)
    assert receipt.operators == (("head", "fill@1"), ("person", "reveal@1"), ("plate", "fill@1"))
    assert receipt.revealed == (("person", "consent"),)
    assert receipt.models == ("a@1", "b@1")
    assert receipt.regions == 3
    assert receipt.policy_sha256 == policy.sha256
    kinds = [kind for kind, _ in policy.receipt(SOUND, []).operators]
    assert kinds == ["speech"]


def test_a_receipt_names_why_words_are_kept() -> None:
    policy = parse("[speech]\noperator = 'revoice'\nbasis = 'consent of all who speak'")
    receipt = policy.receipt(SOUND, [])
    assert receipt.operators == (("speech", "revoice@1"),)
    assert receipt.revealed == (("speech", "consent of all who speak"),)


def test_a_policy_cannot_be_changed() -> None:
    policy = Policy.named("street")
    with pytest.raises(dataclasses.FrozenInstanceError):
        policy.name = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        policy.rules[Sensitive.HEAD] = Reveal("x")  # type: ignore[index]


def test_speech_can_never_be_revealed() -> None:
    assert OperatorName.REVEAL not in ALLOWED[Sensitive.SPEECH]
