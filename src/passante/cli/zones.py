"""`passante zones`: a protected still to draw zones on, so that set-up needs no raw picture."""

from __future__ import annotations

from pathlib import Path

import click
import cv2

from passante.analyse.zones import Zones
from passante.cli.failure import stop_on_signals
from passante.core.address import Address
from passante.core.errors import SettingsError
from passante.pipeline.still import protected_still
from passante.protect.policy import Policy
from passante.sources import LiveSettings

_ENDINGS = (".png", ".html")


@click.command(no_args_is_help=True)
@click.argument("video", metavar="VIDEO|URL")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True,
    metavar="STILL.png|PAGE.html", help="A picture with a grid, or a page to click zones on.",
)  # fmt: skip
@click.option(
    "--rules", type=click.Path(dir_okay=False, path_type=Path), metavar="ZONES.toml",
    help="Zones and lines to draw over it.",
)  # fmt: skip
@click.option(
    "-p", "--policy", "policy_name", default="person", show_default=True, metavar="NAME|FILE.toml",
    help="What is hidden and how.",
)  # fmt: skip
@click.option("--at", "at_s", type=float, metavar="S", help="Second of the recording. [default: 5]")
@click.option(
    "--ca", "authority", type=click.Path(dir_okay=False, path_type=Path), metavar="PEM",
    help="What the certificates of rtsps:// and https:// are checked with. [default: the system's]",
)  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Replace an output that exists.")
@click.option("--debug", is_flag=True, help="Show where errors come from.", expose_value=False)
def zones(
    *,
    video: str,
    output: Path,
    rules: Path | None,
    policy_name: str,
    at_s: float | None,
    authority: Path | None,
    overwrite: bool,
) -> int:
    """Write a protected still of VIDEO with a grid of coordinates, and with the zones drawn.

    The picture goes through the whole of the protection; no raw one is ever shown or kept. Of a
    live stream it is the first; see `passante watch` for URLs and passwords.
    """
    if output.suffix.lower() not in _ENDINGS:
        raise SettingsError(
            f"{output.name}: a still is written as {' or '.join(_ENDINGS)}",
            hint="choose one of these endings",
        )
    drawn = Zones.load(rules) if rules else None
    cv2.setNumThreads(1)
    with stop_on_signals():
        protected_still(
            Address.parse(video) or Path(video),
            output,
            Policy.find(policy_name),
            at_s=at_s,
            zones=drawn,
            overwrite=overwrite,
            live=LiveSettings(authority=authority),
        )
    return 0
