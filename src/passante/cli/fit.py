"""`passante fit`: what may be asked of a device, so that all its streams fit."""

from __future__ import annotations

from pathlib import Path

import click

from passante.core.errors import SinkError


@click.command()
@click.option(
    "--device",
    required=True,
    metavar="this|NAME|FILE.toml",
    help="rpi4, rpi5, jetson-cpu, or a table of your own.",
)
@click.option(
    "--streams",
    required=True,
    metavar="STREAMS",
    help='What comes in, e.g. "2x1080p25,1xaudio" or "640x480@15".',
)
@click.option("--watts", type=float, help="What it may draw, W.  [default: what it can]")
@click.option("--video", is_flag=True, help="Protected video has to leave, not facts alone.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.toml",
    help="Write the settings there.  [default: show them]",
)
@click.option("--debug", is_flag=True, help="Show where errors come from.", expose_value=False)
def fit(
    device: str, streams: str, *, watts: float | None, video: bool, output: Path | None
) -> None:
    """Choose how closely and how often to look, so that all streams fit a device.

    What it costs is worked out from tables and not measured: measure with `passante compress` and
    its bundle before you rely on it. Where nothing fits, that is said, and the command fails.
    """
    from passante.compress import fit as fitting  # noqa: PLC0415 - no command needs another's
    from passante.compress import target  # noqa: PLC0415
    from passante.compress.streams import Streams  # noqa: PLC0415

    plan = fitting.plan(target.find(device), Streams.parse(streams), watts=watts, video=video)
    load, found = plan.load, plan.device
    click.echo(f"{found.summary}: {plan.level.name}, {plan.level.words}", err=True)
    for name, words in plan.refused:
        click.echo(f"  not {name}: {words} what there is", err=True)
    click.echo(
        f"  predicted: {load.cores:.2f} of {found.cores} cores, {load.ram_mb:.0f} of "
        f"{found.ram_mb:.0f} MB, {load.network_mbit:.1f} Mbit/s, {load.watts:.1f} W",
        err=True,
    )
    for stream in dict.fromkeys(plan.streams.videos):
        click.echo(f"  {stream.width}x{stream.height} at {stream.rate:g} frames/s:", err=True)
        for line in fitting.bought(stream, plan.level):
            click.echo(f"    {line}", err=True)
    text = fitting.fragment(plan)
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SinkError(f"{output}: cannot be written: {error.strerror}") from error
