"""Every error of the package.

    PassanteError
    ├── SettingsError               a setting, policy or argument is wrong             exit 2
    ├── SourceError                 nothing can be read                                exit 3
    │   ├── SourceUnavailableError  missing, unreadable, empty, not media
    │   ├── SourceLostError         the end is missing (truncated), the camera is gone
    │   └── DecodeError             known container, but its content cannot be decoded
    ├── ModelError                  a network cannot be used                           exit 4
    │   ├── ModelMissingError       its weights are not here
    │   ├── ModelAlteredError       its weights are not those of its card
    │   └── ModelContractError      its inputs or outputs are not those of its card
    ├── ProtectError                an operator could not do its work                  exit 5
    ├── BoundaryError               something tried to cross the line                  exit 5
    ├── SinkError                   the output cannot be written                       exit 6
    ├── EvaluationError             an attack on our own output cannot be made         exit 7
    └── CompressionError            no smaller network does what is asked              exit 8

Messages name streams, files and counts. They never carry content, track numbers or credentials.
"""

from __future__ import annotations

from typing import ClassVar


class PassanteError(Exception):
    """Root of all errors raised on purpose.

    Attributes:
        hint: One sentence for the person at the terminal, or "".
        exit_code: What the command line exits with.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class SettingsError(PassanteError):
    """A setting, a policy or an argument is wrong."""

    exit_code = 2


class SourceError(PassanteError):
    """Nothing can be read from a source."""

    exit_code = 3


class SourceUnavailableError(SourceError):
    """The source is missing, unreadable, empty or not media at all."""


class SourceLostError(SourceError):
    """The source ended before its end: a truncated file, a camera that went away."""


class DecodeError(SourceError):
    """The container is known, but its content cannot be decoded."""


class ModelError(PassanteError):
    """A network cannot be used."""

    exit_code = 4


class ModelMissingError(ModelError):
    """The weights that a card names are not on this machine."""


class ModelAlteredError(ModelError):
    """The weights are not the ones that their card names."""


class ModelContractError(ModelError):
    """A network's inputs or outputs are not those of its card."""


class ProtectError(PassanteError):
    """An operator could not do its work; the item is dropped, never passed on."""

    exit_code = 5


class BoundaryError(PassanteError):
    """Something tried to cross from inside to outside without being protected."""

    exit_code = 5


class SinkError(PassanteError):
    """The output cannot be written."""

    exit_code = 6


class EvaluationError(PassanteError):
    """An attack on our own output, or a measurement of it, cannot be made."""

    exit_code = 7


class CompressionError(PassanteError):
    """No smaller network does what is asked of it, or none can be measured."""

    exit_code = 8
