"""`passante compress`: a network that fits a device, and a gate that refuses what does less."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from passante.core.errors import SettingsError

_COUNT = click.IntRange(min=1)


@click.command()
@click.argument("model", metavar="MODEL.onnx|CARD")
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="OUT/",
    help="Folder for the network, its card, index.html and report.json.",
)
@click.option(
    "--target",
    default="this",
    show_default=True,
    metavar="this|NAME|FILE.toml",
    help="Device that it is to run on: rpi4, rpi5, jetson-cpu, or a table of your own.",
)
@click.option(
    "--budget",
    default="",
    metavar="LIMITS",
    help='What a run may cost, e.g. "latency_ms=15, size_mb=3, ram_mb=60".',
)
@click.option(
    "--calibration",
    type=click.Path(exists=True, path_type=Path),
    metavar="DIR|VIDEO|AUDIO",
    help="What it usually sees or hears.",
)
@click.option(
    "--evaluation",
    type=click.Path(exists=True, path_type=Path),
    metavar="DIR|VIDEO|AUDIO",
    help="What it is judged on; nothing of the calibration may be in it.  "
    "[default: the calibration, of which every 7th item calibrates]",
)
@click.option(
    "--max-loss",
    default="",
    metavar="LIMITS",
    help='Points of 100 that may be lost, e.g. "recall=0.5".  [default: 1 of each]',
)
@click.option(
    "--measured",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="What bundle.zip measured on the target.",
)
@click.option(
    "--also",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    metavar="FILE.onnx",
    help="A network with the same inputs and outputs, made elsewhere: judged beside the others.",
)
@click.option(
    "--distil", is_flag=True, help="Teach a small student for one camera, with torch; see --on."
)
@click.option(
    "--on",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="VIDEO",
    help="Footage of that camera: its beginning is learnt from, its end judged on.",
)
@click.option(
    "--steps", type=_COUNT, default=1300, show_default=True, help="How long a student is taught."
)
@click.option("--task", default="", help="What an ONNX file is for, e.g. find.face or classify.")
@click.option("--size", default="", metavar="WxH", help="At which size it looks at pictures, px.")
@click.option("--levels", default="", help="Of a classifier: 0..255, 0..1, -1..1 or imagenet.")
@click.option(
    "--prune",
    default="0.8,0.65",
    show_default=True,
    metavar="SHARES",
    help="Shares of its multiplications that pruning is to leave; empty for no pruning.",
)
@click.option(
    "--items", type=_COUNT, default=160, show_default=True, help="Items to judge on at most."
)
@click.option(
    "--rounds", type=_COUNT, default=20, show_default=True, help="How often each network is timed."
)
@click.option("--seed", default=0, show_default=True, help="Of the order of turns.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but warnings and errors.")
@click.option("--debug", is_flag=True, help="Show where errors come from.", expose_value=False)
def compress(
    model: str,
    output: Path,
    *,
    target: str,
    budget: str,
    calibration: Path | None,
    evaluation: Path | None,
    max_loss: str,
    measured: Path | None,
    also: tuple[Path, ...],
    distil: bool,
    on: Path | None,
    steps: int,
    task: str,
    size: str,
    levels: str,
    prune: str,
    items: int,
    rounds: int,
    seed: int,
    quiet: bool,
) -> None:
    """Make a network smaller, measure it, and refuse it where it does less.

    Every way of making it smaller that this machine can carry out is tried. What passes is judged
    by what the network is for: faces that are still found, by size, and not numbers that are still
    alike. A network that protects people and loses more than its limit in any class of sizes is
    refused, and so is one that is no faster than its parent on its target.
    """
    # Here, not above: nothing that runs in a street needs any of it.
    from passante.compress import target as devices  # noqa: PLC0415
    from passante.compress.budget import Budget  # noqa: PLC0415
    from passante.compress.build import Wanted  # noqa: PLC0415
    from passante.compress.centres import Course  # noqa: PLC0415
    from passante.compress.data import Collection  # noqa: PLC0415
    from passante.compress.gate import Limits  # noqa: PLC0415
    from passante.compress.report import write  # noqa: PLC0415
    from passante.compress.run import Order, unmet  # noqa: PLC0415
    from passante.compress.run import compress as make  # noqa: PLC0415
    from passante.compress.site import footage, for_camera  # noqa: PLC0415
    from passante.compress.subject import find  # noqa: PLC0415

    device = devices.find(target)
    limits, allowed = Limits.parse(max_loss), Budget.parse(budget)
    subject = find(model, task=task, size=_size(size), levels=levels)
    course = None
    if distil:
        if on is None:
            raise SettingsError("a student needs footage", hint="name it with --on camera.mp4")
        subject, course = for_camera(subject), Course(steps=steps, seed=seed)
        learnt, judged = footage(on, items)
    else:
        if calibration is None:
            raise SettingsError("there is nothing to calibrate on", hint="name it: --calibration")
        every = 7 if evaluation is None else 1
        learnt = Collection(calibration, most=_CALIBRATED, every=every)
        judged = (
            Collection(calibration, most=items, skip=every)
            if evaluation is None
            else Collection(evaluation, most=items)
        )
    order = Order(
        subject=subject,
        device=device,
        budget=allowed,
        limits=limits,
        calibration=learnt,
        evaluation=judged,
        wanted=Wanted(
            signed=device.signed,
            kept=_shares(prune),
            also=tuple((path.stem, path.read_bytes()) for path in also),
        ),
        out=output,
        command=_command(),
        seed=seed,
        rounds=rounds,
        measured=measured,
        course=course,
    )
    outcome = make(order, (lambda _: None) if quiet else _tell)
    files = (*outcome.files, *write(outcome.result, output))
    if not quiet:
        if outcome.result.choice is not None:
            click.echo(f"chosen: {outcome.result.choice.name}, {outcome.result.choice.why}")
        else:
            for row in outcome.result.rows:
                click.echo(f"{row.name}: {row.verdict}")
        for path in files:
            click.echo(str(path))
    error = unmet(outcome, order)
    if error is not None:
        raise error


_CALIBRATED = 48
"""Items that ranges are measured on: more change nothing worth its time."""


def _tell(line: str) -> None:
    click.echo(line, err=True)


def _size(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    wide, cross, high = text.partition("x")
    if not (cross and wide.isdigit() and high.isdigit() and int(wide) and int(high)):
        raise SettingsError(f'size: "{text}" is not a width and a height', hint="e.g. 640x480")
    return int(wide), int(high)


def _shares(text: str) -> tuple[float, ...]:
    try:
        shares = tuple(float(word) for word in text.split(",") if word.strip())
    except ValueError as error:
        raise SettingsError(f'prune: "{text}" is not a list of shares') from error
    if any(not 0 < share < 1 for share in shares):
        raise SettingsError("prune: shares lie between 0 and 1", hint="e.g. 0.8,0.65")
    return tuple(sorted(shares, reverse=True))


def _command() -> str:
    words = ["passante", *sys.argv[1:]] if sys.argv[1:2] == ["compress"] else ["passante compress"]
    return shlex.join(words) if len(words) > 1 else words[0]
