import json

import pytest
from click.testing import CliRunner

from passante.cli.main import cli
from unit.compress import scenes
from unit.compress.networks import classifier


def run(*words):
    return CliRunner().invoke(cli, ["compress", *words])


@pytest.fixture
def network(tmp_path):
    path = tmp_path / "n.onnx"
    path.write_bytes(classifier().to_bytes())
    return str(path)


def test_one_command_gives_a_report_and_a_bundle_for_another_device(tmp_path, network):
    folder = scenes.pictures(tmp_path / "a", 15)
    done = run(network, "-o", str(tmp_path / "out"), "--target", "rpi4", "--prune", "",
               "--calibration", str(folder), "--max-loss", "agreement=50")  # fmt: skip
    assert done.exit_code == 0, done.output
    table = json.loads((tmp_path / "out" / "report.json").read_text())
    assert table["target"] == "rpi4"
    assert table["calibration"].startswith("3 pictures")
    assert (tmp_path / "out" / "index.html").is_file()
    assert (tmp_path / "out" / "bundle.zip").is_file()
    assert "bundle.zip" in done.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--target", "moon"], 2),
        (["--budget", "fun=3"], 2),
        (["--budget", "latency_ms=0"], 2),
        (["--budget", "size_mb=3, size_mb=4"], 2),
        (["--max-loss", "recall=1, recall=2"], 2),
        (["--size", "3by4"], 2),
        (["--prune", "1.5"], 2),
        (["--prune", "half"], 2),
        (["--max-loss", "recall=all"], 2),
        (["--task", "find.peace"], 2),
        (["--rounds", "0"], 2),
        (["--items", "-3"], 2),
    ],
)
def test_words_that_are_wrong_end_with_an_exit_code(tmp_path, network, words, code):
    folder = scenes.pictures(tmp_path / "a", 1)
    done = run(network, "-o", str(tmp_path / "o"), "--calibration", str(folder), *words)
    assert done.exit_code == code
    assert "error" in done.stderr.lower()


def test_a_file_where_the_folder_is_to_be_is_an_error(tmp_path, network):
    folder = scenes.pictures(tmp_path / "a", 3)
    done = run(network, "-o", str(folder / "p000.png" / "x"), "--calibration", str(folder))
    assert done.exit_code == 6
    assert "p000.png is no folder" in done.stderr


def test_an_empty_folder_is_an_error(tmp_path, network):
    (tmp_path / "none").mkdir()
    done = run(network, "-o", str(tmp_path / "o"), "--calibration", str(tmp_path / "none"))
    assert done.exit_code == 2
    assert "no pictures" in done.stderr


def test_what_is_no_network_is_an_error(tmp_path):
    path = tmp_path / "n.onnx"
    path.write_bytes(b"hello")
    folder = scenes.pictures(tmp_path / "a", 1)
    done = run(str(path), "-o", str(tmp_path / "o"), "--calibration", str(folder))
    assert done.exit_code == 4


def test_a_target_that_is_no_text_is_an_error(tmp_path, network):
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xff\xfe")
    done = run(network, "-o", str(tmp_path / "o"), "--target", str(path))
    assert done.exit_code == 2
    assert "it is no text" in done.stderr


def test_one_folder_is_not_both_what_it_is_made_with_and_judged_on(tmp_path, network):
    folder = str(scenes.pictures(tmp_path / "a", 4))
    done = run(network, "-o", str(tmp_path / "o"), "--calibration", folder, "--evaluation", folder)
    assert done.exit_code == 2
    assert "in the calibration as well" in done.stderr
    assert not (tmp_path / "o").exists()
