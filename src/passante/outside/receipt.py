"""How something that may leave was made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Receipt:
    """Which policy, operators and models made one item. Never empty."""

    policy: str
    """Name of the policy."""
    policy_sha256: str
    """Of its canonical text, hexadecimal."""
    operators: tuple[tuple[str, str], ...]
    """(sensitive kind, operator with version), e.g. ("head", "fill@1"), sorted."""
    models: tuple[str, ...]
    """References of the models behind it, sorted."""
    software: str
    """e.g. "passante 0.1.0"."""
    regions: int = 0
    """How many regions or blocks were hidden."""
    revealed: tuple[tuple[str, str], ...] = ()
    """(sensitive kind, legal basis in words) of what is shown on purpose."""

    def __post_init__(self) -> None:
        if not (self.policy and self.policy_sha256 and self.operators and self.software):
            raise ValueError("a receipt names its policy, operators and software")
