from click.testing import CliRunner

from passante.cli.main import cli


def run(*words):
    return CliRunner().invoke(cli, ["fit", *words])


def test_settings_are_shown_with_what_they_buy():
    done = run("--device", "rpi5", "--streams", "1x720p10,1xaudio")
    assert done.exit_code == 0, done.output
    assert "[analyse.looks]" in done.stdout
    assert "predicted" in done.stderr
    assert "people from" in done.stderr


def test_settings_are_written_where_asked(tmp_path):
    path = tmp_path / "s.toml"
    assert run("--device", "rpi5", "--streams", "1x480p10", "-o", str(path)).exit_code == 0
    assert "coarse_ns" in path.read_text()


def test_a_place_that_cannot_be_written_is_an_error(tmp_path):
    done = run("--device", "rpi5", "--streams", "1x480p5", "-o", str(tmp_path / "no" / "s.toml"))
    assert done.exit_code == 6


def test_what_cannot_be_is_refused_with_an_exit_code():
    done = run("--device", "rpi4", "--streams", "64x1080p25")
    assert done.exit_code == 8
    assert "nearest" in done.stderr
