from dataclasses import replace

from passante.compress.cost import Fusion
from passante.compress.measure import Machine
from passante.compress.page import page
from passante.compress.result import SCHEMA, Choice, Result, Row
from passante.compress.sensitivity import Sensitivity
from unit.compress.made import cost, quality, share


def row(name, cpu_ms, lost=0, verdict="passed"):
    return Row(
        name, f"made <{name}>", "ab" * 32, 2.1, 100.0, 1000, Fusion(9, 10, 1), 19.5,
        quality(share(200 - lost)), {"onnxruntime": cost(cpu_ms)}, 33.0, 44.0, verdict,
        verdict == "passed",
    )  # fmt: skip


def result():
    return Result(
        schema=SCHEMA, model="faces", parent="faces@1", task="find.face", protective=True,
        sha256="cd" * 32, tool="passante 0", command="passante compress faces", target="this",
        target_words="this machine", budget="size_mb=3", limits={"recall": 1.0}, seed=0,
        calibration="48 pictures", evaluation="100 pictures",
        repairs=(("opset 17 instead of 9", "needed"),), difference=1e-6, methods={"min-max": 19.0},
        sensitivity=(Sensitivity("Conv_1", 2.5),), notes=("a note",),
        machine=Machine("a processor", "x86_64", 2, ("avx512_vnni",), 1.5),
        rows=(row("fp32", 50), row("int8", 24), row("tiny", 5, 40, "it does less: much")),
        choice=Choice("int8", "onnxruntime", "cheapest", {}), calibration_peak_mb=400.0,
    )  # fmt: skip


def test_everything_that_was_found_stands_on_the_page():
    shown = page(result())
    for words in ("int8", "Chosen", "avx512_vnni", "Conv_1", "opset 17", "a note", "48 pictures",
                  "passante compress faces", "it does less", "400 MB", "size_mb=3"):  # fmt: skip
        assert words in shown
    assert shown.count('class="chosen-row"') == 1


def test_words_cannot_become_markup():
    assert "made &lt;int8&gt;" in page(result())
    assert "made <int8>" not in page(result())


def test_nothing_is_fetched_and_nothing_scripted():
    shown = page(result())
    assert "http" not in shown
    assert "<script" not in shown


def test_without_a_choice_or_a_machine_that_is_said():
    shown = page(replace(result(), choice=None, machine=None))
    assert "Nothing was chosen" in shown
    assert "run bundle.zip" in shown


def test_a_budget_that_is_passed_is_said():
    over = Choice("int8", "onnxruntime", "nearest", {"ram_mb": 2.0})
    assert "ram_mb 2.00 times" in page(replace(result(), choice=over))
