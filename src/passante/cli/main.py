"""The command `passante`."""

from __future__ import annotations

import click

from passante import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="passante")
def cli() -> None:
    """Street video and sound in; no face, number plate or word out."""


def main() -> None:
    """Entry point of the `passante` command."""
    cli()
