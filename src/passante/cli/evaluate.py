"""`passante evaluate`: attacks on our own output."""

from __future__ import annotations

import importlib.util
import os
import tempfile
from pathlib import Path

import click

from passante.core.errors import EvaluationError
from passante.protect.policy import Policy, Shipped

SECTIONS = (
    "faces", "plates", "persons", "voices", "words", "sounds", "counts", "events", "publish",
)  # fmt: skip
DATA_VARIABLE = "PASSANTE_DATA"
_EXTRA = ("cryptography",)


@click.command()
@click.argument("parts", nargs=-1, metavar="[PART]...")
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="REPORT/",
    help="Folder for index.html, report.json and report.md; made where it does not exist.",
)
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help=f"Recordings with known answers.  [default: ${DATA_VARIABLE}]",
)
@click.option(
    "-p",
    "--policy",
    "policies",
    multiple=True,
    metavar="NAME|FILE.toml",
    help="What is attacked; may be given several times.  [default: street, person]",
)
@click.option("--quick", is_flag=True, help="Few pictures and few baselines, within minutes.")
@click.option(
    "--against",
    type=click.Choice(["all", "ours", "others"]),
    default="all",
    show_default=True,
    help="Parts about sound: attack our levels, the methods of others, or all.",
)
@click.option(
    "--deep",
    is_flag=True,
    help="Train networks on the output as well, for hours. Needs the extra attackers.",
)
@click.option(
    "--sign",
    "key",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="KEY.pem",
    help="Sign report.json with an Ed25519 key, made where there is none yet. With verify: the "
    "public key of whom you trust.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but warnings and errors.")
@click.option("--debug", is_flag=True, help="Show where errors come from.", expose_value=False)
def evaluate(
    parts: tuple[str, ...],
    output: Path | None,
    data: Path | None,
    policies: tuple[str, ...],
    *,
    quick: bool,
    deep: bool,
    against: str,
    key: Path | None,
    quiet: bool,
) -> None:
    """Attack what this package makes, and say what of it holds.

    PART is one of faces, plates, persons, voices, words, sounds, counts, events and publish; none,
    or all: every one. Each attack runs on protected data, on the same data untouched, and guessing;
    what cannot beat guessing on untouched data proves nothing and is called INCONCLUSIVE. The
    networks of the attackers are fetched with:
    passante models pull campplus faceres ge2e mobileface ppocr-rec

    passante evaluate verify REPORT/ checks the signature of a report.
    """
    for package in _EXTRA:
        if importlib.util.find_spec(package) is None:
            raise EvaluationError(
                f"evaluation needs the package {package}",
                hint="install it with: pip install 'passante[evaluate]'",
            )
    if parts[:1] == ("verify",):
        _verify(parts[1:], key)
        return
    if output is None:
        raise click.MissingParameter(param_hint="-o", param_type="option")
    # Here, not above: nothing that runs in a street may bring an attacker along.
    from passante.evaluate.results import Section  # noqa: PLC0415
    from passante.evaluate.run import evaluate as attack  # noqa: PLC0415
    from passante.evaluate.run import write  # noqa: PLC0415
    from passante.evaluate.settings import Against, Settings  # noqa: PLC0415

    chosen = [Section(word) for word in _named(parts)]
    attacked = tuple(Policy.find(name) for name in policies or (Shipped.STREET, Shipped.PERSON))
    with tempfile.TemporaryDirectory(prefix="passante-evaluate-") as scratch:
        settings = Settings(
            data or _folder(),
            attacked,
            Path(scratch),
            quick=quick,
            deep=deep,
            against=Against(against),
        )
        report = attack(chosen, settings, (lambda _: None) if quiet else _tell)
    for path in write(report, output, key=key):
        if not quiet:
            click.echo(str(path))


def _verify(folders: tuple[str, ...], key: Path | None) -> None:
    from passante.evaluate.signing import verify  # noqa: PLC0415  # as above

    if len(folders) != 1:
        raise click.UsageError("verify takes one folder with a report")
    mark = verify(Path(folders[0]), key)
    whose = "the key given" if key else "the key beside it, which anybody may have made"
    click.echo(f"the signature holds, by {whose}: sha256 {mark}")


def _tell(line: str) -> None:
    click.echo(line, err=True)


def _named(parts: tuple[str, ...]) -> list[str]:
    unknown = [part for part in parts if part not in (*SECTIONS, "all")]
    if unknown:
        raise click.BadParameter(
            f'"{unknown[0]}" is none of: {", ".join((*SECTIONS, "all"))}', param_hint="PART"
        )
    return [name for name in SECTIONS if not parts or "all" in parts or name in parts]


def _folder() -> Path:
    named = os.environ.get(DATA_VARIABLE)
    if not named:
        raise EvaluationError(
            "there is no data to evaluate on",
            hint=f"name the folder of recordings with --data or ${DATA_VARIABLE}",
        )
    return Path(named)
