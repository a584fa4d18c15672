import os
import signal

import click
import pytest

from passante.cli.failure import (
    Stopped,
    exit_code,
    message_of,
    report_failure,
    show_failure,
    stop_on_signals,
    wants_debug,
)
from passante.core import errors


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.SettingsError("x"), 2),
        (errors.SourceLostError("x"), 3),
        (errors.ModelMissingError("x"), 4),
        (errors.ProtectError("x"), 5),
        (errors.BoundaryError("x"), 5),
        (errors.SinkError("x"), 6),
        (click.UsageError("x"), 2),
        (ValueError("x"), 1),
        (MemoryError(), 1),
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
        (Stopped(signal.SIGINT), 130),
        (Stopped(signal.SIGTERM), 143),
        (SystemExit(7), 7),
        (SystemExit("words"), 1),
        (click.exceptions.Exit(3), 3),
    ],
)
def test_every_end_has_its_exit_code(error, code):
    assert exit_code(error) == code


def test_an_error_is_one_line_and_a_hint(capsys):
    show_failure(errors.SinkError("disk full", hint="free some space"), debug=False)
    assert capsys.readouterr().err == "passante: error: disk full\nhint: free some space\n"


def test_without_a_hint_there_is_no_second_line(capsys):
    show_failure(errors.SinkError("disk full"), debug=False)
    assert capsys.readouterr().err == "passante: error: disk full\n"


def test_the_words_of_an_unexpected_error_are_not_shown():
    message, hint = message_of(ValueError("somebody's plate"))
    assert message == "unexpected ValueError"
    assert "--debug" in hint


def test_a_traceback_comes_only_on_request(capsys):
    assert report_failure(ValueError("x"), ["protect"]) == 1
    assert "Traceback" not in capsys.readouterr().err
    try:
        raise ValueError("x")
    except ValueError as error:
        report_failure(error, ["protect", "--debug"])
    assert "Traceback" in capsys.readouterr().err


def test_a_plain_exit_says_nothing(capsys):
    assert report_failure(SystemExit(0), []) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("value", "wanted"), [("1", True), ("0", False), ("", False)])
def test_debugging_can_be_asked_for_by_the_environment(monkeypatch, value, wanted):
    monkeypatch.setenv("PASSANTE_DEBUG", value)
    assert wants_debug([]) is wanted


def test_the_first_signal_stops_and_an_impatient_second_does_not():
    with stop_on_signals():
        with pytest.raises(Stopped) as caught:
            os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(Stopped):
            os.kill(os.getpid(), signal.SIGINT)
    assert caught.value.exit_code == 143


def test_signals_are_given_back_afterwards():
    before = signal.getsignal(signal.SIGTERM)
    with stop_on_signals():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_signal_that_is_ignored_on_purpose_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stop_on_signals():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
