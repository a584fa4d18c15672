"""Takes a network that `passante compress` chose into the package: its recipe and its card.

    python tools/shipped.py OUT/ NAME VERSION LICENCE-OF-DATA COMMAND

OUT is what the command left. The recipe goes to models/convert/recipes/NAME.json, the card to
models/cards/NAME-VERSION.toml; summary, origin and limits are those of the card that NAME has so
far, or of its parent where it has none. The conversion of the same name then gives the bytes that
were chosen: that is checked by `passante models pull`. Costs are those in ONNX Runtime, which is
what the product runs; COMMAND is what makes the figures again. Old cards of the name are removed.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from passante.models import catalogue
from passante.models.card import parse

MODELS = Path(__file__).resolve().parent.parent / "src/passante/models"


def main(words: list[str]) -> int:
    """Write both files."""
    if len(words) != 5:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    folder, (name, version, licence, command) = Path(words[0]), words[1:]
    (recipe,) = folder.glob("*.recipe.json")
    text = recipe.with_suffix("").with_suffix(".toml").read_text(encoding="utf-8")
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    first = not any(card.name == name for card in catalogue.cards().values())
    old = catalogue.card(report["parent"] if first else name)
    summary = f"{old.summary}; in 8-bit integers" if first else old.summary
    fields = {
        "name": name, "version": version, "summary": summary, "origin": old.origin,
        "limits": old.limits, "convert": name,
    }  # fmt: skip
    for key, value in fields.items():
        line = f"{key} = {json.dumps(value, ensure_ascii=False)}"
        at = re.search(rf"(?m)^{key} = .*$", text)
        assert at is not None
        text = text[: at.start()] + line + text[at.end() :]
    text = text.replace("optional = true\n", "", 1)
    text = text.replace(
        "the user's own: none of it is in the network but ranges of numbers",
        f"{licence}; none of it is in the network but ranges of numbers",
    )
    text = re.sub(r"(?m)^command = .*$", f"command = {json.dumps(command)}", text)
    (row,) = (row for row in report["rows"] if row["name"] == report["choice"]["name"])
    cost = row["costs"]["onnxruntime"]
    for what, value in (
        ("processor time of a run", cost["timings"][0]["cpu_ms"]),
        ("memory that comes with it", cost["grown_mb"]),
    ):
        pattern = rf'(what = "{what}"\non = ".*, )\w+(, one thread"\nvalue = )[0-9.]+'
        text = re.sub(pattern, rf"\g<1>onnxruntime\g<2>{value:.4g}", text)
    card = parse(text, where=name)
    for path in (MODELS / "cards").glob(f"{name}-[0-9]*.toml"):
        path.unlink()
    (MODELS / "convert/recipes").mkdir(exist_ok=True)
    (MODELS / f"convert/recipes/{name}.json").write_bytes(recipe.read_bytes())
    (MODELS / f"cards/{name}-{card.version}.toml").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
