"""Whatever a policy file says: it is refused with a name, or it has an answer for everything."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from passante.core.errors import SettingsError
from passante.core.names import Kind, Sensitive
from passante.protect.policy import PICTURE, SOUND, Policy
from passante.protect.rules import ALLOWED, OperatorName, Reveal, Revoice

VALUES = st.one_of(
    st.integers(-3, 20),
    st.floats(-1, 3, allow_nan=False),
    st.booleans(),
    st.sampled_from(["", " ", "ellipse", "box", "#5f5f5f", "#ABCDEF", "red", "public task"]),
)
KEYS = st.sampled_from(
    ["shape", "margin", "colour", "ground", "blocks", "basis", "prior", "marign", "key"]
)
RULES = st.builds(
    lambda operator, parameters: {"operator": operator, **parameters},
    st.sampled_from([*OperatorName, "blur"]),
    st.dictionaries(KEYS, VALUES, max_size=3),
)
# Mostly right values of the right keys, so that many of these are policies.
LIKELY = st.one_of(
    st.builds(lambda margin: {"operator": "fill", "margin": margin}, st.floats(0, 2)),
    st.builds(lambda blocks: {"operator": "pixelate", "blocks": blocks}, st.integers(1, 9)),
    st.just({"operator": "scene"}),
    st.just({"operator": "silhouette"}),
    st.just({"operator": "silence"}),
    st.just({"operator": "soundscape", "low_delay": True}),
    st.just({"operator": "revoice", "basis": "consent of all"}),
    st.just({"operator": "reveal", "basis": "consent of all"}),
)
TABLES = st.dictionaries(
    st.sampled_from([*Sensitive, "haed"]) | st.sampled_from(list(Sensitive)),
    st.one_of(LIKELY, RULES),
    max_size=4,
)


def toml(tables: dict[str, dict[str, Any]]) -> str:
    """Any: the values are words, numbers and truths, which JSON writes as TOML does."""
    lines = ['name = "test"']
    for name, table in tables.items():
        lines.append(f"[{name}]")
        lines.extend(f"{key} = {json.dumps(value)}" for key, value in table.items())
    return "\n".join(lines)


@settings(deadline=None, max_examples=400)
@given(tables=TABLES)
def test_a_policy_is_whole_or_refused(tables: dict[str, dict[str, Any]]) -> None:
    try:
        policy = Policy.parse(toml(tables), where="policy test")
    except SettingsError:
        return
    assert set(policy.rules) == set(Sensitive)
    for kind, rule in policy.rules.items():
        assert rule.operator in ALLOWED[kind]
        if isinstance(rule, Reveal | Revoice):
            # Nothing is shown and no word kept unless the file says so, and says why.
            assert tables[kind]["operator"] == rule.operator
            assert rule.basis.strip()
    hidden = {kind for kind in PICTURE if not isinstance(policy.rule(kind), Reveal)}
    needs = {Sensitive.HEAD: Kind.FACE, Sensitive.PLATE: Kind.PLATE, Sensitive.PERSON: Kind.PERSON}
    assert {needs[kind] for kind in hidden} <= policy.kinds_needed
    assert "anonym" not in policy.leaves_visible().replace("consent", "")
    assert len(policy.leaves_visible().splitlines()) == 1
    receipts = [policy.receipt(kinds, []) for kinds in (PICTURE, SOUND)]
    assert {kind for receipt in receipts for kind, _ in receipt.operators} == set(Sensitive)
    assert {kind for kind, _ in receipts[0].revealed} == set(PICTURE) - hidden


@settings(deadline=None)
@given(text=st.text(max_size=60))
def test_any_text_is_a_policy_or_a_settings_error(text: str) -> None:
    try:
        policy = Policy.parse(text, where="policy test")
    except SettingsError:
        return
    assert policy.name
